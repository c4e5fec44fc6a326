"""Which deliveries are due or late on a day.

Belongs here: the calendar of a source's cadence. Not here: receiving (see intake.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from ipmon.contracts import SourceContract
from ipmon.deliveries import Delivery
from ipmon.periods import month_end

RELEASE_DAY = 20
"""The day of the month on which the schedule publishes (project default)."""


@dataclass(frozen=True)
class Due:
    """A delivery that a source owes: for which period, since or until when."""

    source_id: str
    period: str
    due_on: date

    def is_late(self, day: date) -> bool:
        """Whether the day it was due has passed."""
        return day > self.due_on


def due(contracts: Mapping[str, SourceContract], received: Iterable[Delivery], day: date) -> list[Due]:
    """For each source with a due day, the latest closed period (month or year) that has not come, if a delivery once came.

    A delivery for a later period covers an earlier one: the figures are delivered as whole collections.
    """
    last: dict[str, str] = {}
    for delivery in received:
        last[delivery.source_id] = max(last.get(delivery.source_id, ""), delivery.period)
    owed = []
    for id_, contract in sorted(contracts.items()):
        if contract.due_day is None or id_ not in last:
            continue
        closed = day.replace(day=1) - timedelta(days=1)
        period = f"{closed:%Y-%m}" if contract.cadence == "monthly" else str(day.year - 1)
        if last[id_] < period:
            due_month = day if contract.cadence == "monthly" else date(day.year, 12, 1)
            due_on = min(date(due_month.year, due_month.month, 1) + timedelta(days=contract.due_day - 1), month_end(day.year, due_month.month))
            owed.append(Due(id_, period, due_on))
    return owed


def next_release_day(day: date) -> date:
    """The next day on which the schedule publishes: the 20th of a month, after `day`."""
    if day.day < RELEASE_DAY:
        return day.replace(day=RELEASE_DAY)
    return (day.replace(day=1) + timedelta(days=32)).replace(day=RELEASE_DAY)
