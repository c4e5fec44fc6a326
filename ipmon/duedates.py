"""Which deliveries are due or late on a day.

Belongs here: the calendar of a source's cadence. Not here: receiving (see intake.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ipmon.contracts import SourceContract
from ipmon.deliveries import Delivery
from ipmon.periods import month_end, parse, period
from ipmon.registers.contract import Register

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


def due(contracts: Mapping[str, SourceContract], received: Sequence[Delivery], day: date) -> list[Due]:
    """For each source with a due day, the first closed period (month or year) that has not come, if a delivery once came.

    A delivery for a later period covers an earlier one: the figures are delivered as whole collections. A month is due in the
    month after it, a year in December of the year after (project default).
    """
    owed = [next_due(contract, received) for _, contract in sorted(contracts.items())]
    return [d for d in owed if d and parse(d.period).end < day]


def next_due(contract: SourceContract | Register, received: Iterable[Delivery]) -> Due | None:
    """What a source or register owes after the last period it delivered for; None without a due day or any delivery."""
    ends = [parse(d.period).end for d in received if d.source_id == contract.id]
    if not ends or not contract.due_day:
        return None
    start, monthly = max(ends) + timedelta(days=1), contract.cadence == "monthly"
    wanted = period("M", start.year, start.month) if monthly else period("A", start.year)
    after = wanted.end + timedelta(days=1)
    last_day = month_end(after.year, after.month if monthly else 12)
    return Due(contract.id, wanted.label, last_day.replace(day=min(contract.due_day, last_day.day)))


def next_release_day(day: date) -> date:
    """The next day on which the schedule publishes: the 20th of a month, after `day`."""
    if day.day < RELEASE_DAY:
        return day.replace(day=RELEASE_DAY)
    return (day.replace(day=1) + timedelta(days=32)).replace(day=RELEASE_DAY)
