"""What every measure must give, counted from the simulated world itself while it is made.

Belongs here: counting, exact quantiles, writing. Not here: any measure or fact; what is counted here never reads a delivery.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ipmon.simulator.world import MONTH_DAYS, Floats, Ints, Span

TOTAL = "_T"
LONG_DAYS = 36 * MONTH_DAYS
EMPTY = pl.DataFrame(schema={"period": pl.String, "column": pl.String, "value": pl.Float64})
Labels = Sequence[str | None]


@dataclass(frozen=True)
class View:
    """A dimension as it is shown: for each position on an axis of the counts its code, or None where it has none."""

    axis: str
    codes: Labels


@dataclass
class Cells:
    """Sums by month and axes. `axes`: how many positions each axis has."""

    periods: Sequence[str]
    axes: Mapping[str, int]
    sums: NDArray[Any] = field(init=False)

    def __post_init__(self) -> None:
        self.sums = np.zeros((len(self.periods), *self.axes.values()), np.int64)

    def add(self, period: Ints, *positions: Ints, what: Ints | None = None) -> None:
        """Adds one (or `what`) for each case; a case at period -1 lies outside and counts nowhere."""
        inside = period >= 0
        _add(self.sums, tuple(part[inside] for part in (period, *positions)), 1 if what is None else what[inside])

    def by(self, views: Sequence[View]) -> NDArray[Any]:
        """The sums by period and the given views (at most one an axis); positions without a code are left out."""
        names = list(self.axes)
        found = self.sums
        wanted = [view.axis for view in views]
        for position, name in reversed(list(enumerate(names))):
            found = found if name in wanted else found.sum(axis=position + 1)
        order = [sorted(wanted, key=names.index).index(axis) + 1 for axis in wanted]
        found = found.transpose(0, *order)
        for position, view in enumerate(views):
            found = _grouped(found, position + 1, view.codes)
        return found


def codes_of(view: View) -> list[str]:
    """The codes of a view, each once."""
    return [code for code in dict.fromkeys(view.codes) if code is not None]


def _grouped(sums: NDArray[Any], axis: int, codes: Labels) -> NDArray[Any]:
    known = codes_of(View("", codes))
    members = [[place for place, code in enumerate(codes) if code == wanted] for wanted in known]
    return np.stack([sums.take(places, axis=axis).sum(axis=axis) for places in members], axis=axis)


def yearly(sums: NDArray[Any], years: Ints) -> NDArray[Any]:
    """Sums of months as sums of years."""
    return np.stack([sums[years == year].sum(axis=0) for year in np.unique(years)])


def running(sums: NDArray[Any], years: Ints) -> NDArray[Any]:
    """Sums of months as sums of the year to date."""
    return np.concatenate([sums[years == year].cumsum(axis=0) for year in np.unique(years)])


def percent(part: NDArray[Any], whole: NDArray[Any]) -> Floats:
    """One array as percentages of another, 0 where there is nothing to divide by."""
    rate: Floats = np.divide(part * 100.0, whole, out=np.zeros(part.shape), where=whole > 0)
    return rate


@dataclass
class Durations:
    """How many cases took how many days, by period and group: enough for exact means and quantiles."""

    periods: int
    groups: int
    longest: int
    counts: NDArray[Any] = field(init=False)

    def __post_init__(self) -> None:
        self.counts = np.zeros((self.periods, self.groups, self.longest + 1), np.int32)

    def add(self, period: Ints, group: Ints, days: Ints) -> None:
        """Counts cases with `days` in the group of the period; period -1 counts nowhere."""
        inside = period >= 0
        _add(self.counts, (period[inside], group[inside], days[inside]), 1)


def _add(sums: NDArray[Any], where: tuple[Ints, ...], what: Ints | int) -> None:
    """Adds in place, by one flat index: much quicker than by several."""
    np.add.at(sums.reshape(-1), np.ravel_multi_index(where, sums.shape), what)


def statistics(counts: NDArray[Any], unit: float, long: bool) -> dict[str, float]:
    """Of cases by days: what `averages` gives, and median, p10, p90 in `unit` days (linear between neighbours)."""
    reached = np.cumsum(counts, dtype=np.int64)
    marks = {name: _quantile(reached, q) / unit for name, q in (("median", 0.5), ("p10", 0.1), ("p90", 0.9))}
    return averages(counts, unit, long) | marks


def averages(counts: NDArray[Any], unit: float, long: bool) -> dict[str, float]:
    """Of cases by days: mean in `unit` days, cases and their days; with `long`, how many took over 36 months, also in percent."""
    days = np.arange(len(counts))
    cases, whole = int(counts.sum(dtype=np.int64)), int(counts @ days)
    over = int(counts[days > LONG_DAYS].sum(dtype=np.int64))
    found = {"mean": whole / cases / unit, "cases": cases, "days": whole}
    return found | ({"long": over, "share_over_36_months": over * 100 / cases} if long else {})


def _quantile(reached: Ints, q: float) -> float:
    """Of cases by days, of which `reached` are no longer than each number of days."""
    place = q * (reached[-1] - 1)
    low, high = np.searchsorted(reached, (math.floor(place), math.ceil(place)), side="right").tolist()
    return float(low + (high - low) * (place - math.floor(place)))


@dataclass
class Distinct:
    """Who appears in which period, each counted once a period and group; periods must come in order."""

    size: int
    groups: int
    last: NDArray[Any] = field(init=False)

    def __post_init__(self) -> None:
        self.last = np.full((self.groups, self.size), -1, np.int16)

    def new(self, period: Ints, group: Ints, who: Ints) -> tuple[Ints, Ints, Ints]:
        """Those that had not appeared in their period and group before: (periods, groups, who)."""
        key = np.sort((period * self.groups + group) * self.size + who)
        key = key[np.flatnonzero(np.diff(key, prepend=-1))]  # np.unique is much slower
        who, group, period = key % self.size, key // self.size % self.groups, key // self.size // self.groups
        fresh = self.last[group, who] != period
        self.last[group, who] = period
        return period[fresh], group[fresh], who[fresh]


@dataclass
class Truth:
    """The truth files: truth/<measure>.csv with period, the dimensions that any slice uses (_T: all), column and value.

    Years to date, whose periods are months too, are in truth/<measure>_to_date.csv. What is not in a file is 0 or not there.
    """

    frames: dict[str, list[pl.DataFrame]] = field(default_factory=dict)

    def table(self, measure: str, periods: Sequence[str], views: Mapping[str, View], columns: Mapping[str, NDArray[Any]]) -> None:
        """Adds columns of one measure, each an array by period and views.

        Cells in which all are zero are not there, and neither is a number that is not known (NaN).
        """
        stacked = np.stack(list(columns.values())).astype(float)
        places = np.argwhere((np.nan_to_num(stacked) != 0).any(axis=0)).T
        labels = {"period": np.array(periods)[places[0]]}
        labels |= {n: np.array(codes_of(view))[places[i + 1]] for i, (n, view) in enumerate(views.items())}
        for name, values in zip(columns, stacked, strict=True):
            frame = pl.DataFrame({**labels, "column": [name] * places.shape[1], "value": values[tuple(places)]})
            self.frames.setdefault(measure, []).append(frame.filter(pl.col("value").is_not_nan()))

    def counted(
        self,
        measure: str,
        years: Ints | None,
        slices: Sequence[Mapping[str, View]],
        columns: Mapping[str, Cells],
        stock: bool = False,
    ) -> None:
        """Adds sums by month and, where `years` of the months are given, by year and to date.

        A `stock` is summed over all months so far.
        """
        periods = next(iter(columns.values())).periods
        for views in slices:
            months = {name: cells.by(list(views.values())) for name, cells in columns.items()}
            self.table(measure, periods, views, {n: v.cumsum(axis=0) if stock else v for n, v in months.items()})
            if years is not None:
                named = [str(year) for year in np.unique(years)]
                self.table(measure, named, views, {n: yearly(v, years) for n, v in months.items()})
                self.table(f"{measure}_to_date", periods, views, {n: running(v, years) for n, v in months.items()})

    def timed(
        self, measure: str, periods: Sequence[str], counts: NDArray[Any], dimension: str = "", codes: Labels = (),
        unit: float = MONTH_DAYS, long: bool = True,
    ) -> None:  # fmt: skip
        """Adds the statistics of cases by period, group and days: in all, or of each group, which are codes of a `dimension`.

        `unit` is in days; `long`: with the cases over 36 months.
        """
        self._told(measure, periods, counts, dimension, codes, partial(statistics, unit=unit, long=long))

    def pooled(
        self, measure: str, span: Span, counts: NDArray[Any], dimension: str = "", codes: Labels = (), long: bool = True
    ) -> None:  # fmt: skip
        """Adds to a measure's years to date what follows from sums over the cases of the year so far."""
        for year in span.years:
            own = np.flatnonzero(span.year_of_month == year)
            months, to_date = [span.months[place] for place in own], counts[own].cumsum(axis=0)
            told = partial(averages, unit=MONTH_DAYS, long=long)
            self._told(f"{measure}_to_date", months, to_date, dimension, codes, told)

    def _told(
        self, name: str, periods: Sequence[str], counts: NDArray[Any], dimension: str, codes: Labels,
        told: Callable[[NDArray[Any]], dict[str, float]],
    ) -> None:  # fmt: skip
        groups = [(code, counts[:, place]) for place, code in enumerate(codes) if code]
        rows = [
            {"period": period, **({dimension: code} if dimension else {}), "column": column, "value": float(value)}
            for code, by_period in (groups if dimension else [(TOTAL, counts.sum(axis=1, dtype=np.int64))])
            for period, cases in zip(periods, by_period, strict=True)
            if cases.any()
            for column, value in told(cases).items()
        ]
        self.frames.setdefault(name, []).append(pl.DataFrame(rows))

    def write(self, folder: Path) -> None:
        """Writes one file a measure."""
        folder.mkdir(parents=True, exist_ok=True)
        for measure, frames in sorted(self.frames.items()):
            whole = pl.concat([EMPTY, *(frame for frame in frames if len(frame))], how="diagonal")
            names = [n for n in whole.columns if n not in ("period", "column", "value")]
            whole = whole.select("period", *(pl.col(n).fill_null(TOTAL) for n in names), "column", "value")
            whole.sort(pl.all()).write_csv(folder / f"{measure}.csv")
