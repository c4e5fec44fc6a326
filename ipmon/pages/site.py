"""All pages of a release, from one mart.

Belongs here: which pages there are and where they lie. Not here: what any of them says.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import duckdb

from ipmon.bulletin import composed
from ipmon.bulletin_issue import Issue
from ipmon.charts.files import ChartFiles
from ipmon.declared import Text
from ipmon.marks import printed
from ipmon.pages import changes, contents
from ipmon.pages.indicator import Writer
from ipmon.pages.layout import Layout
from ipmon.pages.reading import Library
from ipmon.phrases import LANGS
from ipmon.verify import canonical

INDICATORS = "indicators"
EDITION = "bulletin"
"""The edition whose content the first page has."""


def build(mart: Path, charts: Iterable[ChartFiles], bulletin: Path, pages: Path, issue: Issue, out: Path) -> int:
    """Writes index.html, changes.html with changes.json, and indicators/<id>.html into `out`; returns how many pages.

    `bulletin` and `pages` are the folders of the same name under assets/; the charts lie in out/charts. The same inputs give the
    same bytes. Raises DeclarationError for words that do not hold.
    """
    compared = changes.Changes(mart, issue.previous)
    with duckdb.connect(str(mart), read_only=True) as connection:
        library = Library(connection)
    issues = dict(composed(mart, out / "charts", bulletin, issue, EDITION))
    texts_of = {lang: printed(issues[f"{EDITION}_{lang}"]) for lang in LANGS}
    layout = Layout(pages, issue.release_id)
    writer = Writer(layout, library, contents.targets_by_indicator(texts_of), _by_indicator(charts))
    texts = {f"{INDICATORS}/{id_}.html": writer.page(id_) for id_ in library.entries}
    texts["index.html"] = contents.index(writer, texts_of, out / "charts")
    texts["changes.html"] = changes.page(compared, layout, library)
    (out / INDICATORS).mkdir(exist_ok=True)
    for name, text in texts.items():
        (out / name).write_text(text, "utf-8")
    (out / changes.SUMMARY).write_bytes(canonical({"release": issue.release_id, **compared.summary}))
    return len(texts)


def _by_indicator(charts: Iterable[ChartFiles]) -> dict[str, list[tuple[str, Text]]]:
    """The charts that show an indicator, with their titles."""
    found: dict[str, list[tuple[str, Text]]] = defaultdict(list)
    for chart in charts:
        with chart.csv.open(encoding="utf-8", newline="") as file:
            for id_ in dict.fromkeys(row["indicator_id"] for row in csv.DictReader(file)):
                found[id_].append((chart.chart, Text(**chart.titles)))
    return found
