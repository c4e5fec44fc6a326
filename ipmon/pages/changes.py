"""What a release changed against the one before it: a page for readers, and its counts as JSON for the archive.

Belongs here: the comparison as it is shown. Not here: finding the differences of values (see answers.py), the list of releases
(archive.py).
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

from ipmon import sql
from ipmon.answers import Difference, differences
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


class Changes:
    """A candidate's mart beside the one of the release before; `previous` is that release's folder."""

    def __init__(self, mart: Path, previous: Path | None) -> None:
        self.previous = previous.resolve().name if previous else ""
        self.cells: list[Difference] = []
        self.indicators: list[tuple[str, str, Text]] = []
        if previous:
            marts = (previous / "public.duckdb", mart)
            self.cells = differences(*marts)
            self.indicators = list(_indicators(*marts))

    @property
    def summary(self) -> dict[str, Any]:
        """The counts of values by kind, and the ids of indicators by what happened to them."""
        counts = {kind: sum(cell.kind == kind for cell in self.cells) for kind in KINDS}
        ids = {kind: [id_ for id_, how, _ in self.indicators if how == kind] for kind in ("added", "redefined", "removed")}
        return {"previous": self.previous, "values": counts, "indicators": ids}


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
    why = (
        f"{cell.released_on}, {cell.delivery_id}"
        if cell.delivery_id
        else layout.words.words["gone" if cell.after is None else "by_formula"]
    )
    return {
        "id": cell.indicator_id,
        "entry": entry,
        "cell": library.cell(tuple(cell.cell)),
        "period": both(period(cell.time_period, cell.accumulation)),
        "basis": both(layout.words.code("basis", cell.basis)),
        "before": shown(cell.before, factor),
        "after": shown(cell.after, factor),
        "why": both(why) if isinstance(why, Text) else why,
    }


def _indicators(old: Path, new: Path) -> Iterator[tuple[str, str, Text]]:
    with duckdb.connect() as marts:
        for name, path in (("old", old), ("new", new)):
            marts.execute(f"attach {sql.literal(str(path))} as {name} (read_only)")
        for id_, how, zh, en in marts.execute(INDICATORS).fetchall():
            yield id_, how, Text(zh=zh, en=en)
