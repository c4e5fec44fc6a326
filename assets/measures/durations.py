"""How long things take: days between two dates of a record, summed up as months or years.

Belongs here: the statistics that all durations share. Not here: which cases are counted (see examination.py,
in_force.py, trademarks.py).
"""

import ibis

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
    """Mean, median, 10th and 90th percentile of whole `days` in units of `unit` days, and how many cases there are.

    The mean divides a sum of integers, so that it is the same on every run; percentiles are interpolated between the two
    nearest cases.
    """
    marks = days.quantile(list(PERCENTILES.values()))
    at = {name: marks[n] / unit for n, name in enumerate(PERCENTILES)}
    return {"mean": days.sum().cast("float64") / days.count().nullif(0) / unit, **at, "cases": days.count()}


def durations(events: ibis.Table, start: str, end: str, by: tuple[str, ...]) -> ibis.Table:
    """Months from the date `start` to the date `end`, over the records that have both (methodology 2.1).

    Columns: mean, median, p10, p90 in months of 30.4375 days, cases, share_over_36_months in percent of the cases.
    """
    cases = timed(events, start, end)
    long = cases.count(where=cases.days > LONG * DAYS_PER_MONTH).cast("float64")
    share = long * 100 / cases.count().nullif(0)
    return cases.group_by(by).agg(**spread(cases.days, DAYS_PER_MONTH), share_over_36_months=share)
