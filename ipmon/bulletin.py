"""The bulletin: one declaration of words and one mart make two PDFs with the same numbers.

Belongs here: bringing words, mart and charts together, and typst, which sets the pages. Not here: how a number is bound (see
binding.py), what the pages say (see bulletin_pages.py), how they look (assets/bulletin/bulletin.typ).
"""

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from ipmon.binding import LANGS, Binder, Cell
from ipmon.bulletin_content import load_content
from ipmon.bulletin_facts import Facts
from ipmon.bulletin_pages import Composer, Issue
from ipmon.errors import DeclarationError, IpmonError


def build(mart: Path, charts: Path, folder: Path, issue: Issue, out: Path) -> tuple[Cell, ...]:
    """Writes bulletin_zh.pdf and bulletin_en.pdf into `out` from a mart and the charts of a candidate; returns the cells used.

    folder: assets/bulletin. The same inputs give the same bytes. A section whose figures were not known on the day is left out
    and named in the notes. Raises DeclarationError for words that do not hold, IpmonError where a chart is missing.
    """
    with duckdb.connect(str(mart), read_only=True) as connection:
        problems: list[str] = []
        facts = Facts(connection, issue.previous)
        content = load_content(folder, facts.indicator_ids(), problems)
        if problems or content is None:
            raise DeclarationError(problems)
        binder = Binder(connection, content.wording)
        for lang in LANGS:
            pages = Composer(content, binder, facts, issue, charts, lang).compose()
            (out / f"bulletin_{lang}.pdf").write_bytes(typeset(folder / "bulletin.typ", charts, pages))
        return tuple(binder.used)


def typeset(layout: Path, charts: Path, pages: dict[str, Any]) -> bytes:
    """The PDF of a layout filled with `pages`, set with the shipped font and nothing of the machine."""
    import pylopdf_fonts_zh_cn
    import typst

    with TemporaryDirectory() as desk:
        shutil.copy(layout, Path(desk, "bulletin.typ"))
        for section in pages["sections"]:
            shutil.copy(charts / section["file"], Path(desk, section["file"]))
        Path(desk, "data.json").write_text(json.dumps(pages, ensure_ascii=False), "utf-8")
        fonts = [str(Path(pylopdf_fonts_zh_cn.sans_path()).parent)]
        compiler = typst.Compiler(root=desk, font_paths=fonts, ignore_system_fonts=True)
        made, warnings = compiler.compile_with_warnings(str(Path(desk, "bulletin.typ")), format="pdf", pdf_standards=["ua-1"])
    if warnings or not isinstance(made, bytes):
        raise IpmonError(f"{layout.name}: typst warns: {'; '.join(w.message for w in warnings)}. Mend the layout.")
    return made
