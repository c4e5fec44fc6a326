"""The bulletin and the annual report: one declaration of words and one mart make PDFs with the same numbers in both languages.

Belongs here: bringing words, mart and charts together, and typst, which sets the pages. Not here: how a number is bound (see
binding.py), what the pages say (see bulletin_pages.py), how they look (assets/bulletin/bulletin.typ).
"""

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from ipmon import marks
from ipmon.binding import Binder
from ipmon.bulletin_changes import Changes
from ipmon.bulletin_content import load_content
from ipmon.bulletin_facts import Facts
from ipmon.bulletin_issue import Desk, Issue
from ipmon.bulletin_pages import compose
from ipmon.cells import Cells
from ipmon.errors import DeclarationError, IpmonError
from ipmon.phrases import LANGS, Phrases
from ipmon.synthetic import is_marked


def build(mart: Path, charts: Path, folder: Path, issue: Issue, out: Path) -> list[Path]:
    """Writes <edition>_<zh|en>.pdf of every edition into `out` from a mart and the charts of a candidate; returns the files.

    folder: assets/bulletin. The same inputs give the same bytes. A part whose figures were not known on the day is left out, and
    its section named in the notes. Raises DeclarationError for words that do not hold.
    """
    layout = folder / "bulletin.typ"
    with ThreadPoolExecutor() as threads:  # typst works outside the interpreter's lock, so one is set while the next is composed
        setting = {
            out / f"{name}.pdf": threads.submit(typeset, layout, charts, marks.printed(pages))
            for name, pages in composed(mart, charts, folder, issue)
        }
    for path, made in setting.items():
        path.write_bytes(made.result())
    return list(setting)


def composed(
    mart: Path, charts: Path, folder: Path, issue: Issue, only: str | None = None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every edition, or one, in each language, as <edition>_<lang> and the marked texts of its pages. Raises DeclarationError."""
    with duckdb.connect(str(mart), read_only=True) as connection:
        problems: list[str] = []
        facts = Facts(connection)
        content = load_content(folder, facts.indicator_ids(), problems, is_marked(issue.release_id))
        if problems or content is None:
            raise DeclarationError(problems)
        cells, changes = Cells(connection), Changes(connection, issue.previous)
        for name, edition in content.editions.items():
            for lang in LANGS if only in (None, name) else ():
                binder = Binder(cells, Phrases(content.wording, cells.units(), lang))
                pages = compose(Desk(content, edition, binder, facts, changes, issue, charts))
                _refuse_unbound(f"{name}_{lang}", pages, content.literals)
                yield f"{name}_{lang}", pages


def _refuse_unbound(name: str, pages: dict[str, Any], literals: list[str]) -> None:
    loose = marks.unbound(pages, literals)
    if loose:
        raise DeclarationError([f"{name}: a digit is bound to no cell of the mart in: {text}" for text in loose])


def typeset(layout: Path, charts: Path, pages: dict[str, Any]) -> bytes:
    """The PDF of a layout filled with `pages`, set with the shipped font and nothing of the machine.

    It is PDF/A-2a (archival, tagged) and PDF/UA-1 (accessible) at once. PDF/A-4 could not be: it is PDF 2.0, which UA-1 is not.
    """
    import pylopdf_fonts_zh_cn
    import typst

    with TemporaryDirectory() as desk:
        shutil.copy(layout, Path(desk, "bulletin.typ"))
        for part in (part for section in pages["sections"] for part in section["parts"]):
            shutil.copy(charts / part["file"], Path(desk, part["file"]))
        Path(desk, "data.json").write_text(json.dumps(pages, ensure_ascii=False), "utf-8")
        fonts = [str(Path(pylopdf_fonts_zh_cn.sans_path()).parent)]
        compiler = typst.Compiler(root=desk, font_paths=fonts, ignore_system_fonts=True)
        made, warnings = compiler.compile_with_warnings(
            str(Path(desk, "bulletin.typ")), format="pdf", pdf_standards=["a-2a", "ua-1"]
        )
    if warnings or not isinstance(made, bytes):
        raise IpmonError(f"{layout.name}: typst warns: {'; '.join(w.message for w in warnings)}. Mend the layout.")
    return made
