"""index.html: the bulletin of the release in both languages with its charts, and the list of every indicator.

Belongs here: bringing the composed bulletin, the drawn charts and the list together. Not here: the bulletin's words (see
bulletin_pages.py), markup (index.html).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from ipmon.charts.inline import inline
from ipmon.declared import Text
from ipmon.pages.indicator import Writer
from ipmon.phrases import LANGS, Lang

Composed = Mapping[Lang, dict[str, Any]]


def index(writer: Writer, composed: Composed, charts: Path) -> str:
    """The page, with the charts that the bulletin shows drawn into it."""
    files = {part["file"] for lang in LANGS for section in composed[lang]["sections"] for part in section["parts"]}
    drawn = {file: Markup(inline((charts / file).read_text("utf-8"))) for file in files}
    return writer.layout.page("index", issues=composed, charts=drawn, catalogue=_catalogue(writer))


def targets_by_indicator(composed: Composed) -> dict[str, list[dict[str, Text]]]:
    """The rows of the table of targets in both languages at once, by indicator."""
    found: dict[str, list[dict[str, Text]]] = defaultdict(list)
    for zh, en in zip(*(_rows(composed[lang]) for lang in LANGS), strict=True):
        found[zh["indicator"]].append({key: Text(zh=zh[key], en=en[key]) for key in zh})
    return found


def _rows(issue: Mapping[str, Any]) -> list[dict[str, str]]:
    return [row | {key: group[key] for key in ("document", "deadline")} for group in issue["targets"] for row in group["rows"]]


def _catalogue(writer: Writer) -> list[tuple[str, Text, Sequence[dict[str, Any]]]]:
    """Every theme that has indicators, in the declared order, with a row an indicator."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for id_, entry in writer.library.entries.items():
        about = {"id": id_, "title": entry.title, "latest": writer.latest(entry), "count": len(entry.values)}
        rows[writer.layout.words.theme(entry.row["theme"])].append(about | {"target": id_ in writer.targets})
    return [(theme, title, rows[theme]) for theme, title in writer.layout.words.themes.items() if theme in rows]
