"""From bound cells to panels: which point stands where, what is joined, and over which years a target holds.

Belongs here: points, lines, panels and targets in one language. Not here: titles and notes (compose.py), pixels, panels whose
points stand elsewhere than at their time or code (pivots.py).
"""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from ipmon.charts import words
from ipmon.charts.bound import Bound, breaks_within
from ipmon.charts.cells import Cell, Indicator, TargetCell
from ipmon.charts.declaration import BY_CATEGORY, Dimension, Series
from ipmon.charts.mart import Mart
from ipmon.charts.picture import ChartError, Lang, Line, Panel, Point, Target
from ipmon.charts.pivots import PIVOTS
from ipmon.charts.points import name_of, point_of
from ipmon.charts.vocabulary import say
from ipmon.periods import parse

PLACES_A_YEAR = {"A": 1, "S": 2, "Q": 4, "M": 12}
REACH = 0.48


def panels_of(bound: Bound, mart: Mart, lang: Lang) -> tuple[Panel, ...]:
    """The plots of a chart; none for the status strip and the tile map."""
    chart, by = bound.chart, bound.by
    if chart.kind in ("status_strip", "tile_map"):
        return ()
    if pivot := PIVOTS.get(chart.kind):
        return (pivot(bound, mart, lang),)
    if chart.kind == "ranked_bars" and not by:
        return (Panel("", tuple(_period_line(id_, bound, mart, lang) for id_ in chart.series)),)
    if chart.kind in BY_CATEGORY and by:
        ranked = tuple(_category_line(id_, bound, by, mart, lang) for id_ in chart.series)
        return (Panel("", ranked),)
    if chart.kind == "progress":
        return (Panel("", tuple(_progress_line(id_, bound, mart, lang) for id_ in chart.series)),)
    if by:
        codes = dict.fromkeys(getattr(c, by) for c in bound.all_cells)
        return tuple(_panel_of_code(bound, by, code, mart, lang) for code in codes)
    breaks = tuple(_at(day) for day, _ in bound.breaks)
    if chart.panels:
        return tuple(
            Panel(
                getattr(p.title, lang),
                tuple(_time_line(s, bound.cells[id_], mart, lang) for id_, s in p.series.items()),
                (),
                breaks,
            )
            for p in chart.panels
        )
    lines = {id_: _time_line(s, bound.cells[id_], mart, lang) for id_, s in chart.series.items()}
    band = tuple(lines.pop(id_) for id_ in chart.band)
    return (Panel("", tuple(lines.values()), _targets(bound, mart, lang), breaks, band),)


def _panel_of_code(bound: Bound, by: Dimension, code: str, mart: Mart, lang: Lang) -> Panel:
    series = next(iter(bound.chart.series.values()))
    cells = [c for c in bound.all_cells if getattr(c, by) == code]
    breaks = tuple(sorted({_at(day) for day, _ in breaks_within(cells, mart)}))
    return Panel(getattr(mart.name(by, code), lang), (_time_line(series, cells, mart, lang),), (), breaks)


def _time_line(series: Series, cells: Sequence[Cell], mart: Mart, lang: Lang) -> Line:
    joined = [False] + [_follows(a, b) and not _broken(a, b, mart) for a, b in pairwise(cells)]
    by_month = any(c.freq != "A" for c in cells)
    ticks = (words.period(c.time_period, c.accumulation, lang) if by_month else c.time_period for c in cells)
    points = (point_of(c, _place(c, by_month), tick, j) for c, tick, j in zip(cells, ticks, joined, strict=True))
    return Line(name_of(series, cells, mart, lang), tuple(points))


def _place(cell: Cell, by_month: bool = False) -> float:
    """Where a period stands on an axis of years: at its year, or where months count at its last month."""
    p = parse(cell.time_period)
    return p.year + (p.end.month / 12 - 0.5 if by_month else 0.0)


def _at(day: date) -> float:
    """Where the first day of a new basis stands: between the years."""
    return day.year - 0.5 + (day.month - 1) / 12


def _broken(a: Cell, b: Cell, mart: Mart) -> bool:
    """Whether both count on different bases; an implied revision and the value it follows from are on one."""
    days = {d for d, _ in mart.breaks(a.indicator_id, a.ref_area)} & {d for d, _ in mart.breaks(b.indicator_id, b.ref_area)}
    return any(a.period_end < day <= b.period_end for day in days)


def _follows(before: Cell, cell: Cell) -> bool:
    a, b = parse(before.time_period), parse(cell.time_period)
    step = PLACES_A_YEAR[b.freq]
    return a.freq == b.freq and b.year * step + b.index == a.year * step + a.index + 1


def _category_line(id_: str, bound: Bound, by: Dimension, mart: Mart, lang: Lang) -> Line:
    cells = bound.cells[id_]
    last = list(bound.cells.values())[-1]
    order = [getattr(c, by) for c in sorted(last, key=lambda c: c.value, reverse=True)][: bound.chart.top]
    chosen = sorted((c for c in cells if getattr(c, by) in order), key=lambda c: order.index(getattr(c, by)))
    name = name_of(bound.chart.series[id_], cells, mart, lang) if bound.chart.series[id_].name else words.span(cells, lang)
    return Line(
        name, tuple(point_of(c, order.index(getattr(c, by)), getattr(mart.name(by, getattr(c, by)), lang)) for c in chosen)
    )


def _period_line(id_: str, bound: Bound, mart: Mart, lang: Lang) -> Line:
    """Irregular readings as rows, in order of time."""
    cells = bound.cells[id_]
    points = (point_of(c, n, words.period(c.time_period, c.accumulation, lang)) for n, c in enumerate(cells))
    return Line(name_of(bound.chart.series[id_], cells, mart, lang), tuple(points))


def _progress_line(id_: str, bound: Bound, mart: Mart, lang: Lang) -> Line:
    """The latest cell of a series as a percentage of its target."""
    cell = bound.cells[id_][-1]
    indicator = mart.indicator(cell.indicator_id)
    targets = mart.targets(cell.indicator_id, bound.chart.target_ids)
    if not targets:
        raise ChartError(
            f"{bound.chart.id}: '{cell.indicator_id}' has no numeric target among `target_ids`; name one of its targets."
        )
    target = targets[-1]
    text = say("progress", lang).format(
        value=words.marked(cell),
        target=words.with_unit(words.target_number(target, indicator), indicator, lang),
        when=words.period(cell.time_period, cell.accumulation, lang),
        year=target.year,
    )
    share = float(cell.value / target.value * 100)
    return Line(
        name_of(bound.chart.series[id_], [cell], mart, lang), (Point(0, cell.time_period, share, text, not cell.is_bound),)
    )


def _targets(bound: Bound, mart: Mart, lang: Lang) -> tuple[Target, ...]:
    """Targets of the chart, those with the same number as one; a single one that the data have not passed spans them all."""
    if not bound.targets:
        return ()
    indicator = mart.indicator(bound.targets[0].indicator_id)
    alike: dict[str, list[TargetCell]] = {}
    for target in bound.targets:
        alike.setdefault(words.target_text(target, indicator), []).append(target)
    years = [c.period_end.year for c in bound.all_cells]
    ahead = len(bound.targets) == 1 and bound.targets[0].year >= max(years)
    return tuple(_drawn(text, group, indicator, min(years) if ahead else group[0].year, lang) for text, group in alike.items())


def _drawn(text: str, group: Sequence[TargetCell], indicator: Indicator, start: int, lang: Lang) -> Target:
    target, last = group[0], group[-1]
    value, tolerance = (float(n / indicator.factor) for n in (target.value, target.tolerance))
    reach = tolerance if target.rule in words.BANDS else 0.0
    label = say("target_of", lang).format(years=words.years(sorted({t.year for t in group}), lang), number=text)
    return Target(value - reach, value, value + reach, start - REACH, last.year + REACH, label)
