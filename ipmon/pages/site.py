"""All pages of a release, from one mart.

Belongs here: which pages there are and where they lie. Not here: what any of them says.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import duckdb

from ipmon.binding import LANGS, Binder, Wording
from ipmon.bulletin_content import load_content
from ipmon.bulletin_facts import Facts
from ipmon.bulletin_pages import Composer, Issue
from ipmon.charts.files import ChartFiles
from ipmon.declared import Text
from ipmon.errors import DeclarationError
from ipmon.pages import changes, contents
from ipmon.pages.indicator import Writer
from ipmon.pages.layout import Layout
from ipmon.pages.reading import Library
from ipmon.verify import canonical

INDICATORS = "indicators"


def build(mart: Path, charts: Iterable[ChartFiles], bulletin: Path, pages: Path, issue: Issue, out: Path) -> int:
    """Writes index.html, changes.html with changes.json, and indicators/<id>.html into `out`; returns how many pages.

    `bulletin` and `pages` are the folders of the same name under assets/; the charts lie in out/charts. The same inputs give the
    same bytes. Raises DeclarationError for words that do not hold.
    """
    compared = changes.Changes(mart, issue.previous)
    with duckdb.connect(str(mart), read_only=True) as connection:
        library = Library(connection)
        composed, wording = _composed(connection, bulletin, issue, out / "charts")
    layout = Layout(pages, issue.release_id, {entry.row["theme"] for entry in library.entries.values()})
    writer = Writer(layout, library, wording, contents.targets_by_indicator(composed), _by_indicator(charts))
    texts = {f"{INDICATORS}/{id_}.html": writer.page(id_) for id_ in library.entries}
    texts["index.html"] = contents.index(writer, composed, out / "charts")
    texts["changes.html"] = changes.page(compared, layout, library)
    (out / INDICATORS).mkdir()
    for name, text in texts.items():
        (out / name).write_text(text, "utf-8")
    (out / changes.SUMMARY).write_bytes(canonical(compared.summary))
    return len(texts)


def _composed(mart: duckdb.DuckDBPyConnection, bulletin: Path, issue: Issue, charts: Path) -> tuple[contents.Composed, Wording]:
    """The bulletin as it is set, in both languages, and how it writes numbers."""
    facts, problems = Facts(mart, issue.previous), list[str]()
    content = load_content(bulletin, facts.indicator_ids(), problems)
    if problems or content is None:
        raise DeclarationError(problems)
    binder = Binder(mart, content.wording)
    composed = {lang: Composer(content, binder, facts, issue, charts, lang).compose() for lang in LANGS}
    return composed, content.wording


def _by_indicator(charts: Iterable[ChartFiles]) -> dict[str, list[tuple[str, Text]]]:
    """The charts that show an indicator, with their titles."""
    found: dict[str, list[tuple[str, Text]]] = defaultdict(list)
    for chart in charts:
        with chart.csv.open(encoding="utf-8", newline="") as file:
            for id_ in dict.fromkeys(row["indicator_id"] for row in csv.DictReader(file)):
                found[id_].append((chart.chart, Text(**chart.titles)))
    return found
