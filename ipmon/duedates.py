"""Which deliveries are due or late on a day.

Belongs here: the calendar of a source's cadence. Not here: receiving (see intake.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from ipmon.contracts import SourceContract
from ipmon.deliveries import Delivery
from ipmon.periods import month_end, parse, period

RELEASE_DAY = 20
"""The day of the month on which the schedule publishes (project default)."""


@dataclass(frozen=True)
class Due:
    """A delivery that a source owes: for which period, by which day."""

    source_id: str
    period: str
    due_on: date

    def is_late(self, day: date) -> bool:
        """Whether the day it was due has passed."""
        return day > self.due_on


def due(contracts: Mapping[str, SourceContract], received: Iterable[Delivery], day: date) -> list[Due]:
    """For each source with a due day, the first closed period (month or year) that has not come, if a delivery once came.

    A delivery for a later period covers an earlier one: the figures are delivered as whole collections. A month is due in the
    month after it, a year in December of the year after (project default).
    """
    covered: dict[str, date] = {}
    for delivery in received:
        until = parse(delivery.period).end
        covered[delivery.source_id] = max(covered.get(delivery.source_id, until), until)
    owed = (_owed(c, covered[id_] + timedelta(days=1)) for id_, c in sorted(contracts.items()) if id_ in covered and c.due_day)
    return [due for due, closed_on in owed if closed_on < day]


def _owed(contract: SourceContract, start: date) -> tuple[Due, date]:
    """What a source owes for the month or year with a day in it, and the last day of that period."""
    monthly = contract.cadence == "monthly"
    wanted = period("M", start.year, start.month) if monthly else period("A", start.year)
    after = wanted.end + timedelta(days=1)
    last_day = month_end(after.year, after.month if monthly else 12)
    due_on = last_day.replace(day=min(contract.due_day or 1, last_day.day))
    return Due(contract.id, wanted.label, due_on), wanted.end


def next_release_day(day: date) -> date:
    """The next day on which the schedule publishes: the 20th of a month, after `day`."""
    if day.day < RELEASE_DAY:
        return day.replace(day=RELEASE_DAY)
    return (day.replace(day=1) + timedelta(days=32)).replace(day=RELEASE_DAY)
