"""Months as numbers, and the month ends at which a stock is counted.

Belongs here: arithmetic of months that several measures share. Not here: durations in days, or any measure.
"""

import ibis
import ibis.expr.types as ir


def month_number(month: ir.StringValue) -> ir.IntegerValue:
    """Months since the year 0 of a text such as 2024-09, so that months can be added and compared."""
    return month.substr(0, 4).cast("int64") * 12 + month.substr(5, 2).cast("int64") - 1


def month_of(day: ir.DateValue) -> ir.IntegerValue:
    """The number of the month in which a day lies."""
    return day.year().cast("int64") * 12 + day.month().cast("int64") - 1


def month_label(number: ir.IntegerValue) -> ir.StringValue:
    """The text of a month's number: 24296 is 2024-09."""
    return (number // 12).cast("string") + "-" + (number % 12 + 1).cast("string").lpad(2, "0")


def month_ends(facts: ibis.Table) -> ibis.Table:
    """Every month from the first with facts to the last, also those without: `number` and `period`."""
    numbers = month_number(facts.month)
    bounds = facts.aggregate(first=numbers.min(), last=numbers.max())
    run = bounds.select(number=ibis.range(bounds.first, bounds.last + 1).unnest())
    return run.select("number", period=month_label(run.number))


def percent(part: ir.NumericValue, whole: ir.NumericValue) -> ir.FloatingValue:
    """`part` as a percentage of `whole`; null where there is nothing to divide by."""
    return part.cast("float64") * 100 / whole.cast("float64").nullif(0)
