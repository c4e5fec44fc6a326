"""What a release changed against the one before it: a page for readers, and its counts as JSON for the archive.

Belongs here: the comparison as it is shown. Not here: finding the differences of values (see answers.py), the list of releases
(archive.py).
"""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
from markupsafe import Markup

from ipmon import sql
from ipmon.answers import TAKEN_BACK, Difference, differences
from ipmon.declared import Text
from ipmon.pages.layout import Layout, both
from ipmon.pages.reading import Library
from ipmon.pages.saying import period, shown

KINDS = ("new", "revised", "withdrawn")
SUMMARY = "changes.json"
MOST_ROWS = 300
INDICATORS = """select coalesce(n.indicator_id, o.indicator_id),
    case when o.indicator_id is null then 'added' when n.indicator_id is null then 'removed' else 'redefined' end,
    coalesce(n.title_zh, o.title_zh), coalesce(n.title_en, o.title_en)
    from old.indicators o full join new.indicators n using (indicator_id)
    where o.indicator_id is null or n.indicator_id is null or o.formula <> n.formula or o.definition_zh <> n.definition_zh
    or o.definition_en <> n.definition_en order by 1"""


class TakenBack(NamedTuple):
    """A delivery that was withdrawn since the release before."""

    delivery_id: str
    source_id: str
    period: str
    withdrawn_on: date
    reason: str


class Changes:
    """A candidate's mart beside the one of the release before; `previous` is that release's folder."""

    def __init__(self, mart: Path, previous: Path | None) -> None:
        self.previous = previous.resolve().name if previous else ""
        self.cells: list[Difference] = []
        self.indicators: list[tuple[str, str, Text]] = []
        self.taken_back: list[TakenBack] = []
        if previous:
            marts = (previous / "public.duckdb", mart)
            self.cells = differences(*marts)
            self.indicators = [(id_, how, Text(zh=zh, en=en)) for id_, how, zh, en in _rows(*marts, INDICATORS)]
            self.taken_back = [TakenBack(*row) for row in _rows(*marts, TAKEN_BACK.format(new="new.", old="old"))]

    @property
    def summary(self) -> dict[str, Any]:
        """The counts of values by kind, the ids of indicators by what happened to them, and the deliveries withdrawn."""
        counts = {kind: sum(cell.kind == kind for cell in self.cells) for kind in KINDS}
        ids = {kind: [id_ for id_, how, _ in self.indicators if how == kind] for kind in ("added", "redefined", "removed")}
        taken_back = [d._asdict() | {"withdrawn_on": d.withdrawn_on.isoformat()} for d in self.taken_back]
        return {"previous": self.previous, "values": counts, "indicators": ids, "withdrawn_deliveries": taken_back}


def page(changes: Changes, layout: Layout, library: Library) -> str:
    """changes.html of a release."""
    words, summary = layout.words, changes.summary
    said = {kind: f"{count:,}" for kind, count in summary["values"].items()}
    before = {"previous": changes.previous}
    named = {how: [both(title) for _, found, title in changes.indicators if found == how] for how in summary["indicators"]}
    return layout.page(
        "changes",
        previous=changes.previous,
        compared=words.fill("compared", before, before),
        counted=words.fill("counted", said, said),
        taken_back=[words.fill("taken_back", told, told) for d in changes.taken_back if (told := _told(d))],
        groups=list(_groups(changes.cells, layout, library)),
        more=lambda count: words.fill("more_changes", {"count": f"{count:,}"}, {"count": f"{count:,}"}),
        indicators=list(named.items()),
    )


def _groups(cells: Sequence[Difference], layout: Layout, library: Library) -> Iterator[tuple[Text, int, list[dict[str, Any]]]]:
    for kind in ("revised", "withdrawn", "new"):
        found = [cell for cell in cells if cell.kind == kind]
        if found:
            yield layout.words.code("difference", kind), len(found), [_row(cell, layout, library) for cell in found[:MOST_ROWS]]


def _row(cell: Difference, layout: Layout, library: Library) -> dict[str, Any]:
    entry = library.entries.get(cell.indicator_id)
    factor = entry.row["display_factor"] if entry else 1
    return {
        "id": cell.indicator_id,
        "entry": entry,
        "cell": library.cell(tuple(cell.cell)),
        "period": both(period(cell.time_period, cell.accumulation)),
        "basis": both(layout.words.code("basis", cell.basis)),
        "before": shown(cell.before, factor),
        "after": shown(cell.after, factor),
        "why": list(_reasons(cell, layout)),
    }


def _reasons(cell: Difference, layout: Layout) -> Iterator[Markup | str]:
    """Where a value is from, and why the one before it no longer holds."""
    if cell.delivery_id:
        yield f"{cell.released_on}, {cell.delivery_id}"
    elif cell.after is not None:
        yield both(layout.words.words["by_formula"])
    if cell.withdrawal:
        yield both(cell.withdrawal)
    elif cell.after is None:
        yield both(layout.words.words["gone"])


def _told(delivery: TakenBack) -> dict[str, str]:
    return {name: str(value) for name, value in delivery._asdict().items()}


def _rows(old: Path, new: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as marts:
        for name, path in (("old", old), ("new", new)):
            marts.execute(f"attach {sql.literal(str(path))} as {name} (read_only)")
        return marts.execute(query).fetchall()
