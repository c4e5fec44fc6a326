"""Distinct counts of months and years: who was there in which months of a year is looked up once, and every window follows.

Belongs here: the query for that, and counting from its answer. Not here: which windows and slices are asked for (measuring.py).
"""

from collections.abc import Sequence

import ibis
import ibis.expr.operations as ops
import polars as pl

from ipmon.dimensions import DIMENSIONS
from ipmon.registers.cells import TOTAL
from ipmon.registers.measure import Slice, Window

MONTHS = "@months"
ALL_YEAR = (1 << 12) - 1


def counts_only_distinct(counted: ibis.Table) -> bool:
    """Whether an aggregation has one number, a count of different values over all its rows."""
    return [isinstance(n, ops.CountDistinct) and n.where is None for n in counted.op().metrics.values()] == [True]


def presence(counted: ibis.Table, year: str, slices: Sequence[Slice]) -> ibis.Table:
    """How many of those that such an aggregation counts were there in the same months of a `year`, by slice.

    `@months`: a bit a month, 1 for January. A value counts once a slice and year, so that numbers add up over `@months`.
    """
    ((name, number),) = counted.op().metrics.items()
    rows = counted.op().parent.to_expr()
    month = rows.period.substr(5, 2).nullif("").cast("int64").fill_null(1)  # of a year's facts there is one
    rows = rows.mutate(who=number.arg.to_expr(), **{MONTHS: ibis.literal(1, "int64") << (month - 1)})
    return ibis.union(*(_of_slice(rows, year, slice_, name) for slice_ in slices))


def _of_slice(rows: ibis.Table, year: str, slice_: Slice, name: str) -> ibis.Table:
    known = rows.drop_null(list(slice_)) if slice_ else rows
    who = known.group_by([year, *slice_, "who"]).agg(**{MONTHS: known[MONTHS].bit_or()})
    alike = who.group_by([year, *slice_, MONTHS]).agg(**{name: who.who.count()})  # nobody is not counted
    return alike.select(year, MONTHS, name, **{d: alike[d] if d in slice_ else ibis.literal(TOTAL) for d in DIMENSIONS})


def counts(present: pl.DataFrame, year: str, window: Window, periods: Sequence[str]) -> pl.DataFrame:
    """The distinct counts of these periods of a window, by `period` and every group."""
    wanted = {year: [period[:4] for period in periods], "period": periods, "bits": [_bits(window, period) for period in periods]}
    asked = pl.LazyFrame(wanted, {year: pl.String, "period": pl.String, "bits": pl.Int64})
    there = present.lazy().join(asked, on=year).filter(pl.col(MONTHS) & pl.col("bits") != 0).drop(year, MONTHS, "bits")
    return there.group_by("period", *DIMENSIONS).agg(pl.all().sum()).collect(engine="streaming")


def _bits(window: Window, period: str) -> int:
    """The months that a period counts."""
    month = 1 << int(period[5:] or 1) - 1
    return {"month": month, "to_date": 2 * month - 1, "year": ALL_YEAR}[window]
