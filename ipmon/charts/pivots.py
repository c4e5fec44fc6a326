"""Panels whose points stand elsewhere than at their time or code: steps of a total, cohorts by age, months by year, intervals.

Belongs here: which cell becomes which point of these kinds. Not here: the other kinds (panels.py), pixels.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from ipmon import shown
from ipmon.charts import words
from ipmon.charts.bound import Bound, pairs_of
from ipmon.charts.cells import Cell
from ipmon.charts.mart import Mart
from ipmon.charts.picture import Kind, Lang, Line, Panel, Point
from ipmon.charts.points import name_of, point_of
from ipmon.charts.vocabulary import say
from ipmon.periods import parse


def waterfall(bound: Bound, mart: Mart, lang: Lang) -> Panel:
    """The total at both ends, and between them the change of each part, the largest gain first.

    `low` and `high` of a point are where its bar begins and ends. What the parts leave of the total's change (rounding of
    the printed figures, or parts that are not known) is a step of its own.
    """
    assert bound.by is not None
    whole = next(iter(bound.cells.values()))
    first, last = whole[0], whole[-1]
    changes = {code: late.value - early.value for code, (early, late) in pairs_of(bound).items()}
    ranked = sorted(changes, key=changes.__getitem__, reverse=True)
    named = {getattr(mart.name(bound.by, code), lang): changes[code] for code in ranked}
    rest = last.value - first.value - sum(changes.values())
    named |= {say("rounding", lang): rest} if rest else {}
    points, reached = [_end(first, 0, lang)], first.value
    for n, (name, change) in enumerate(named.items(), 1):
        points.append(_step(n, name, change, reached, first))
        reached += change
    return Panel("", (Line("", (*points, _end(last, len(points), lang))),))


def _end(cell: Cell, at: int, lang: Lang) -> Point:
    point = point_of(cell, at, words.period(cell.time_period, cell.accumulation, lang))
    return replace(point, low=0.0, high=point.value)


def _step(at: int, name: str, change: Decimal, reached: Decimal, like: Cell) -> Point:
    low, high = (float(end / like.factor) for end in (reached, reached + change))
    text = shown.numeral(abs(change) / like.factor, words.decimals_shown(like))
    sign = "+" if change > 0 else "−" if change < 0 else ""
    return Point(at, name, float(change / like.factor), sign + text, low=low, high=high)


def cohorts(bound: Bound, mart: Mart, lang: Lang) -> Panel:
    """One line a cohort over the ages that the series count to; the first and the last that reach every age stand out."""
    ages = {id_: series.age for id_, series in bound.chart.series.items()}
    by_cohort: dict[str, list[Point]] = {}
    for id_, cells in bound.cells.items():
        for cell in cells:
            point = point_of(cell, ages[id_], say("age", lang).format(n=ages[id_]))
            by_cohort.setdefault(words.period(cell.time_period, cell.accumulation, lang), []).append(point)
    whole = [name for name, points in by_cohort.items() if len(points) == len(bound.cells)] or list(by_cohort)
    shown = {whole[0], whole[-1]}
    lines = [Line(name, tuple(points), name in shown) for name, points in by_cohort.items()]
    return Panel("", tuple(sorted(lines, key=lambda line: line.main)))


def months(bound: Bound, mart: Mart, lang: Lang) -> Panel:
    """One line a year, empty without a value, each point at its month; a value of the year's end stands in December."""
    cells = next(iter(bound.cells.values()))
    by_year: dict[int, list[Point]] = {year: [] for year in range(cells[0].period_end.year, cells[-1].period_end.year + 1)}
    for cell in cells:
        period = parse(cell.time_period)
        tick = words.period(cell.time_period, cell.accumulation, lang)
        by_year[period.year].append(point_of(cell, period.end.month, tick))
    return Panel("", tuple(Line(str(year), tuple(points)) for year, points in by_year.items()))


def intervals(bound: Bound, mart: Mart, lang: Lang) -> Panel:
    """Two series by year, each value with what its printed precision allows."""
    lines = []
    for id_, cells in bound.cells.items():
        points = tuple(point_of(c, parse(c.time_period).year, c.time_period, joined=False) for c in cells)
        lines.append(Line(name_of(bound.chart.series[id_], cells, mart, lang), points))
    return Panel("", tuple(lines))


PIVOTS: dict[Kind, Callable[[Bound, Mart, Lang], Panel]] = {
    "waterfall": waterfall,
    "cohort_curves": cohorts,
    "heat_table": months,
    "interval": intervals,
}
