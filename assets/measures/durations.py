"""How long things take: days between two dates of a record, summed up as months or years.

Belongs here: the statistics that all durations share. Not here: which cases are counted (see examination.py,
in_force.py, trademarks.py).
"""

from collections.abc import Callable

import ibis
import polars as pl

DAYS_PER_MONTH = 30.4375
"""365.25 / 12 (methodology 2.1)."""
DAYS_PER_YEAR = 365.25
LONG = 36
"""Months beyond which a case counts as long."""


PERCENTILES = {"median": 0.5, "p10": 0.1, "p90": 0.9}


def timed(events: ibis.Table, start: str, end: str) -> ibis.Table:
    """The records that have both dates, with the whole days between them in `days`."""
    both = events.filter(events[start].notnull(), events[end].notnull())
    return both.mutate(days=both[end].delta(both[start], unit="day"))


def spread(days: ibis.Column, unit: float) -> dict[str, ibis.Scalar]:
    """Median, 10th and 90th percentile of whole `days` in units of `unit` days, how many `cases` there are, and their `days`.

    Percentiles are interpolated between the two nearest cases. The mean follows from the two sums (see `mean`).
    """
    marks = days.quantile(list(PERCENTILES.values()))
    at = {name: marks[n] / unit for n, name in enumerate(PERCENTILES)}
    return {**at, "cases": days.count(), "days": days.sum()}


SUMS = ("cases", "days")
"""Of the numbers of `spread` those that may be added over months, so that a mean of many months is that of all their cases."""


def mean(unit: float) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Adds `mean` in units of `unit` days: a quotient of whole numbers, and so the same on every run; null without a case."""
    return lambda spreads: spreads.with_columns(mean=pl.col("days") / pl.col("cases").replace(0, None) / unit)


def durations(events: ibis.Table, start: str, end: str, by: tuple[str, ...]) -> ibis.Table:
    """Months from the date `start` to the date `end`, over the records that have both (methodology 2.1).

    Columns: median, p10, p90 in months of 30.4375 days, cases, days, and `long`: cases that took more than 36 months.
    """
    cases = timed(events, start, end)
    long = cases.count(where=cases.days > LONG * DAYS_PER_MONTH)
    return cases.group_by(by).agg(**spread(cases.days, DAYS_PER_MONTH), long=long)


DURATION_SUMS = (*SUMS, "long")


def averages(months: pl.DataFrame) -> pl.DataFrame:
    """Adds to `durations` what follows from their sums: `mean` in months, `share_over_36_months` in percent of the cases."""
    share = pl.col("long") * 100.0 / pl.col("cases").replace(0, None)
    return mean(DAYS_PER_MONTH)(months).with_columns(share_over_36_months=share)
