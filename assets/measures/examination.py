"""Examination of invention applications: how long it takes by each definition, what is concluded, what is pending.

Belongs here: measures over the procedure of inventions. Not here: the statistics of a duration (durations.py), filings and grants
(filings.py), or trademarks (trademarks.py).

Which events the published examination period runs between is not officially known. The definitions below stand side by side; only
entry into substantive examination to disposal is what the target is understood to mean (methodology 2.1).
"""

from collections.abc import Callable

import ibis
import polars as pl

from assets.measures.durations import DAYS_PER_MONTH, DURATION_SUMS, averages, durations
from assets.measures.filings import ALWAYS
from ipmon.registers.measure import Measure, Slice, measure

DIVIDED = (("ref_area",), ("technology",), ("owner_kind",))


def duration(yearly: tuple[Slice, ...] = ()) -> Callable[[Callable[..., ibis.Table]], Measure]:
    """A measure of `durations` by month and year, and of years to date what follows from sums: their cases pooled."""
    return measure("patent_events", windows=ALWAYS, yearly=yearly, sums=DURATION_SUMS, finish=averages)


def inventions(events: ibis.Table, event: str) -> ibis.Table:
    """The invention applications to which `event` happened."""
    return events.filter(events.ip_type == "invention", events.event == event)


@duration(yearly=DIVIDED)
def examination_start_to_disposal(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Months from entry into substantive examination to disposal, over inventions disposed of in the period: the closing cohort.

    Disposed of is granted, refused, withdrawn or deemed withdrawn; what never entered examination has no such duration.
    """
    return durations(inventions(events, "disposed"), "exam_start_date", "disposal_date", by)


@duration()
def examination_start_to_disposal_fast_track(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """The same over the fast-track cases alone, which are in the whole too."""
    disposed = inventions(events, "disposed")
    return durations(disposed.filter(disposed.fast_track), "exam_start_date", "disposal_date", by)


@duration(yearly=DIVIDED)
def examination_request_to_disposal(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Months from the request for examination to disposal, over inventions disposed of in the period."""
    return durations(inventions(events, "disposed"), "exam_request_date", "disposal_date", by)


@duration(yearly=DIVIDED)
def filing_to_disposal(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Months from filing to disposal, over inventions disposed of in the period: total pendency as the USPTO counts it."""
    return durations(inventions(events, "disposed"), "filing_date", "disposal_date", by)


@duration(yearly=DIVIDED)
def examination_start_to_grant(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Months from entry into substantive examination to grant, over inventions granted in the period: survivors only."""
    return durations(inventions(events, "granted"), "exam_start_date", "grant_date", by)


@duration(yearly=DIVIDED)
def examination_request_to_grant(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Months from the request for examination to grant, over inventions granted in the period: survivors only."""
    return durations(inventions(events, "granted"), "exam_request_date", "grant_date", by)


@duration(yearly=DIVIDED)
def filing_to_grant(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Months from filing to grant, over inventions granted in the period: survivors only."""
    return durations(inventions(events, "granted"), "filing_date", "grant_date", by)


@duration(yearly=DIVIDED)
def filing_to_first_action(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Months from filing to the first action, over inventions with their first action in the period (as the USPTO counts it)."""
    return durations(inventions(events, "first_action"), "filing_date", "first_action_date", by)


@duration(yearly=DIVIDED)
def examination_request_to_first_action(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Months from the request for examination to the first action, over the same cases (as the JPO counts it)."""
    return durations(inventions(events, "first_action"), "exam_request_date", "first_action_date", by)


def grant_rate(concluded: pl.DataFrame) -> pl.DataFrame:
    """Adds `grant_rate`: those granted as a percentage of all that were concluded; null where none was."""
    whole = pl.when(pl.col("concluded") > 0).then(pl.col("concluded"))
    return concluded.with_columns(grant_rate=pl.col("granted") * 100.0 / whole)


@measure("patent_events", yearly=DIVIDED, additive=True, finish=grant_rate)
def examinations_concluded(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Inventions disposed of in the period, and those granted among them, of which `grant_rate` follows: a closing cohort."""
    disposed = inventions(events, "disposed")
    granted = disposed.count(where=(disposed.disposal == "granted").fill_null(False))
    return disposed.group_by(by).agg(concluded=disposed.count(), granted=granted)


def mean_age(pending: pl.DataFrame) -> pl.DataFrame:
    """Adds `mean_age`: months of 30.4375 days from the mean date of request to the month's end; null where nothing is pending."""
    end = (pl.col("period") + "-01").str.to_date("%Y-%m-%d").dt.month_end().dt.epoch("d")
    age = (end - pl.col("request_days") / pl.col("pending")) / DAYS_PER_MONTH
    return pending.with_columns(pl.when(pl.col("pending") > 0).then(age).alias("mean_age"))


@measure("patent_events", windows=("month",), kind="change", finish=mean_age)
def examinations_pending(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """What the month adds to the inventions with examination requested and not disposed of, and to their request dates.

    `request_days` are request dates as days since 1970-01-01: added at the request, taken off at disposal. Both columns can be
    summed over the months, and at a month's end `mean_age` follows from the sums, so that no older record is read again. What was
    requested before the first delivery and disposed of after it would be taken off without having been added: the first
    deliveries must reach back to the oldest case pending.
    """
    requested, disposed = events.event == "exam_requested", events.event == "disposed"
    moved = events.filter(events.ip_type == "invention", requested | disposed, events.exam_request_date.notnull())
    moved = moved.mutate(sign=ibis.ifelse(moved.event == "exam_requested", 1, -1).cast("int64"))
    return moved.group_by(by).agg(
        pending=moved.sign.sum(), request_days=(moved.sign * moved.exam_request_date.epoch_days()).sum()
    )
