"""Time and chance in the simulated world: months, days, levels between years, draws that a seed fixes.

Belongs here: what every simulated register draws with. Not here: any one register.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ipmon.simulator.levels import Calendar

Ints = NDArray[np.signedinteger[Any]]
Floats = NDArray[np.floating[Any]]
Flags = NDArray[np.bool_]

NEVER = np.int64(2**40)
"""The day of what does not happen: later than every day, so that a comparison with a month's end hides it."""
MONTH_DAYS = 30.4375
EPOCH_YEAR = 1970


def generator(seed: int, *stream: int) -> np.random.Generator:
    """The random numbers of one stream of a seed; streams do not disturb each other."""
    return np.random.default_rng([seed, *stream])


def apportioned(weights: NDArray[Any], total: int) -> Ints:
    """Whole numbers in proportion to `weights` that sum to `total` exactly, by rounding the running sum."""
    running = np.rint(np.cumsum(weights, dtype=np.float64) / weights.sum() * total).astype(np.int64)
    parts: Ints = np.diff(running, prepend=0)
    return parts


def choice(rng: np.random.Generator, shares: Sequence[float] | Floats, size: int) -> Ints:
    """Positions drawn in proportion to `shares`."""
    edges = np.cumsum(shares)
    return np.minimum(np.searchsorted(edges / edges[-1], rng.random(size), side="right"), len(edges) - 1)


def spaced(size: int, step: float) -> Floats:
    """Numbers in [0, 1) that fill it evenly from the first few on: shares hold for the busiest applicants too."""
    filled: Floats = (np.arange(size) * step + 0.5) % 1.0
    return filled


def gamma_days(rng: np.random.Generator, months: Floats, shape: float) -> Ints:
    """Durations in whole days, at least one, with the given mean months and shape."""
    drawn: Ints = np.maximum(np.rint(rng.gamma(shape, size=len(months)) / shape * months * MONTH_DAYS), 1).astype(np.int64)
    return drawn


def level(yearly: Mapping[int, float], years: NDArray[Any]) -> Floats:
    """The level of each (fractional) year, interpolated by the logarithm; the nearest given one beyond the ends."""
    known = sorted(yearly)
    levels: Floats = np.exp(np.interp(years, known, np.log([yearly[year] for year in known])))
    return levels


@dataclass(frozen=True)
class Span:
    """The months that are simulated, from `first` to `last` ('2012-01'), and their days since 1970-01-01."""

    first: str
    last: str

    @cached_property
    def months(self) -> list[str]:
        """The months in order, as text."""
        return [str(month) for month in np.arange(self.first, np.datetime64(self.last, "M") + 1, dtype="datetime64[M]")]

    @cached_property
    def starts(self) -> Ints:
        """The first day of each month, and the first day after the last month."""
        ends = np.datetime64(self.last, "M") + 2
        return np.arange(self.first, ends, dtype="datetime64[M]").astype("datetime64[D]").astype(np.int64)

    @property
    def day0(self) -> int:
        """The first day."""
        return int(self.starts[0])

    @cached_property
    def days(self) -> Ints:
        """Every day."""
        return np.arange(self.starts[0], self.starts[-1])

    @cached_property
    def years(self) -> list[int]:
        """The calendar years, each from its first month to its last."""
        return sorted({int(month[:4]) for month in self.months})

    @cached_property
    def year_of_month(self) -> Ints:
        """The calendar year of each month, by position."""
        return np.array([int(month[:4]) for month in self.months])

    def closes_year(self, month: int) -> bool:
        """Whether a month, by position, is the last one of its year here."""
        years = self.year_of_month
        return month + 1 == len(years) or bool(years[month + 1] != years[month])

    def month_of(self, days: Ints) -> Ints:
        """The position of the month of each day, -1 after the last month and for what never happens."""
        table = np.repeat(np.arange(len(self.months)), np.diff(self.starts))
        inside = days < self.starts[-1]
        return np.where(inside, table[np.where(inside, days - self.day0, 0)], -1)

    @cached_property
    def _texts(self) -> pl.Series:
        texts = pl.Series(self.days.astype("datetime64[D]")).dt.to_string("%Y-%m-%d")
        return pl.concat([texts, pl.Series([None], dtype=pl.String)])

    def text(self, days: Ints, until: Ints) -> pl.Series:
        """Days as ISO text, empty where later than the day `until` of the same row."""
        return self._texts.gather(np.where(days <= until, days - self.day0, len(self.days)))


def years_of(days: Ints) -> Ints:
    """The calendar year of each day."""
    years: Ints = days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + EPOCH_YEAR
    return years


def calendar_days(days: Ints) -> tuple[Ints, Ints]:
    """Days as months since 1970-01 and the day of the month, from 1."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    return months.astype(np.int64), (dates - months).astype(np.int64) + 1


def whole_months(start: Ints, end: Ints) -> Ints:
    """Months that have passed between days: from 31 January to 30 July five, to 31 July six."""
    (first, day), (last, until) = calendar_days(start), calendar_days(end)
    return last - first - (until < day)


def fractional_years(days: Ints | Floats) -> Floats:
    """Days as years with a fraction, such that a year's figure stands for its middle."""
    return days / 365.25 + EPOCH_YEAR - 0.5


def busyness(span: Span, calendar: Calendar, rng: np.random.Generator) -> Floats:
    """How much of a usual day happens on each day: weekends, months, the Spring Festival and chance."""
    days = span.days.astype("datetime64[D]")
    months = days.astype("datetime64[M]").astype(np.int64) % 12
    factor = np.array(calendar.month_factors)[months] * np.exp(rng.normal(0, calendar.noise, len(days)))
    factor[~np.is_busday(days)] *= calendar.weekend_factor
    for festival in calendar.spring_festival:
        since = (days - np.datetime64(festival)).astype(np.int64)
        factor[(since >= -1) & (since < 7)] = calendar.holiday_factor
    return factor


def scaled_to_years(span: Span, busy: Floats, yearly: Mapping[int, float]) -> Floats:
    """Levels of days that sum to each year's level, shared among its days as busy as they are."""
    years = years_of(span.days)
    totals = level(yearly, np.array(span.years, float))
    sums = np.bincount(years - span.years[0], weights=busy)
    shared: Floats = busy / sums[years - span.years[0]] * totals[years - span.years[0]]
    return shared


def slices(total: int, size: int) -> Iterator[tuple[int, int]]:
    """[start, end) of consecutive pieces of at most `size`."""
    yield from ((start, min(start + size, total)) for start in range(0, total, size))
