"""A chart bound to its cells: everything a chart reads from the mart, before any language.

Belongs here: cells of each series, the targets and breaks that concern them, rows of the CSV. Not here: texts (compose.py).
"""

from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import date

from ipmon.charts.cells import TOTALS, Assessed, Cell, TargetCell
from ipmon.charts.declaration import Chart, Dimension, Series
from ipmon.charts.mart import Mart
from ipmon.charts.picture import ChartError, NoData
from ipmon.declared import Text

CURVE = 2
"""Ages without which there is no curve."""


@dataclass(frozen=True)
class Bound:
    """A chart with the cells of each series, and the targets and breaks that concern them."""

    chart: Chart
    number: int
    cells: dict[str, list[Cell]]
    targets: tuple[TargetCell, ...]
    breaks: tuple[tuple[date, Text], ...]
    assessed: tuple[Assessed, ...]

    @property
    def by(self) -> Dimension | None:
        """The dimension whose codes are shown side by side."""
        return bound_by(self.chart)

    @property
    def all_cells(self) -> list[Cell]:
        """Every cell shown."""
        return [cell for cells in self.cells.values() for cell in cells]


def bind(chart: Chart, number: int, mart: Mart) -> Bound:
    """The chart with its cells. Raises NoData where a series has none, or the status strip no target.

    Of curves of cohorts the ages without a cell are left out, as long as two remain.
    """
    cells: dict[str, list[Cell]] = {}
    for id_, series in chart.all_series.items():
        with suppress(NoData) if chart.kind == "cohort_curves" else nullcontext():
            cells[id_] = _in_time([c for part in series.of for c in mart.cells(part)])
    if chart.kind == "cohort_curves" and len(cells) < CURVE:
        raise NoData(f"{chart.id}: the mart holds too few ages for a curve.")
    targets = tuple(mart.targets(chart.targets, chart.target_ids)) if chart.targets else ()
    breaks = {(day, note) for found in cells.values() if not bound_by(chart) for day, note in breaks_within(found, mart)}
    assessed = tuple(mart.assessed()) if chart.kind == "status_strip" else ()
    if chart.kind == "status_strip" and not assessed:
        raise NoData(f"{chart.id}: the mart holds no assessment.")
    return Bound(chart, number, cells, targets, tuple(sorted(breaks, key=lambda b: b[0])), assessed)


def _in_time(cells: list[Cell]) -> list[Cell]:
    """The parts of a series as one, in order of time; the first part wins where two end on one day."""
    seen: dict[tuple[str, ...], Cell] = {}
    for cell in cells:
        seen.setdefault((str(cell.period_end), *(getattr(cell, d) for d in TOTALS)), cell)
    return sorted(seen.values(), key=lambda c: c.period_end)


def bound_by(chart: Chart) -> Dimension | None:
    """The dimension that the parts of a chart spread over, if any."""
    return next(filter(None, map(series_by, chart.all_series.values())), None)


def series_by(series: Series) -> Dimension | None:
    """The dimension that the parts of one series spread over, if any."""
    return next((part.by for part in series.of if part.by), None)


def pairs_of(bound: Bound) -> dict[str, tuple[Cell, Cell]]:
    """The earlier and the later cell of each code that has both: of two series, or of the parts of a total at its two ends."""
    assert bound.by is not None
    first, second = bound.cells.values()
    if bound.chart.kind == "waterfall":
        ends = (first[0].period_end, first[-1].period_end)
        first, second = ([c for c in second if c.period_end == end] for end in ends)
    early, late = ({getattr(c, bound.by): c for c in cells} for cells in (first, second))
    return {code: (early[code], late[code]) for code in early if code in late}


def on_one_basis(bound: Bound, mart: Mart) -> None:
    """Raises ChartError where the two periods of a change lie on either side of a break."""
    for pair in pairs_of(bound).values():
        if found := breaks_within(pair, mart):
            raise ChartError(f"{bound.chart.id}: compares values across a break ({found[0][1].en}) Take periods on one basis.")


def breaks_within(cells: Sequence[Cell], mart: Mart) -> list[tuple[date, Text]]:
    """Breaks that fall between the first and the last of some cells."""
    known = {b for c in cells for b in mart.breaks(c.indicator_id, c.ref_area)}
    ends = sorted(c.period_end for c in cells)
    return [(day, note) for day, note in known if ends[0] < day <= ends[-1]]
