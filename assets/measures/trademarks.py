"""Trademarks: how long decision and registration take, filings, registrations, and what is in force.

Belongs here: measures over trademark applications. Not here: the statistics of a duration (durations.py), patents.
"""

import ibis
import ibis.expr.types as ir

from assets.measures.durations import DAYS_PER_MONTH, SUMS, mean, spread, timed
from assets.measures.filings import ALWAYS
from ipmon.registers.measure import measure

DIVIDED = ((), ("ref_area",), ("counterpart_area",))
duration = measure(
    "trademark_events",
    windows=ALWAYS,
    slices=((), ("ref_area",)),
    sums=SUMS,
    finish=mean(DAYS_PER_MONTH),
)


def classes(marks: ibis.Table) -> ir.IntegerValue:
    """How many classes each trademark names; they are written 9;35;42."""
    return marks.nice_classes.length() - marks.nice_classes.replace(";", "").length() + 1


def months(events: ibis.Table, event: str, end: str, by: tuple[str, ...]) -> ibis.Table:
    """Months from filing to the date `end`, over the applications to which `event` happened in the period."""
    cases = timed(events.filter(events.event == event), "filing_date", end)
    return cases.group_by(by).agg(**spread(cases.days, DAYS_PER_MONTH))


@duration
def trademark_filing_to_decision(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Months from filing to the decision of the examination, over applications decided in the period (methodology 2.2).

    Decided is registered, refused, refused in part or closed by withdrawal. It is this that the target of 4 months is understood
    to mean.
    """
    return months(events, "decided", "decision_date", by)


@duration
def trademark_filing_to_registration(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Months from filing to registration, over trademarks registered in the period: with opposition period and formalities."""
    return months(events, "registered", "registration_date", by)


@measure("trademark_events", slices=DIVIDED, additive=True)
def trademark_filings(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Trademark applications filed in the period, and the classes that they name.

    An application counts once in `filings`, however many classes it names, and once for each of them in `classes`.
    """
    filed = events.filter(events.event == "filed")
    return filed.group_by(by).agg(filings=filed.count(), classes=classes(filed).sum())


@measure("trademark_events", slices=DIVIDED, additive=True)
def trademarks_registered(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Trademarks registered in the period, by date of registration, and the classes that they name."""
    registered = events.filter(events.event == "registered")
    return registered.group_by(by).agg(registrations=registered.count(), classes=classes(registered).sum())


@measure("trademark_events", windows=("month",), slices=DIVIDED, kind="change")
def trademark_stock(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """What the month adds to the trademarks in force and to their classes: registered less ended.

    An end without a registration ends no right. The classes are those that each record names.
    """
    moved = events.filter((events.event == "registered") | ((events.event == "ended") & events.registration_date.notnull()))
    sign = (moved.event == "registered").ifelse(1, -1)
    return moved.group_by(by).agg(in_force=sign.sum(), classes=(sign * classes(moved)).sum())
