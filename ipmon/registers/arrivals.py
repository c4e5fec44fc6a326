"""The grid of arrivals: what each register has delivered for which month, and what it owes.

Belongs here: due days of registers, and what became of each period. Not here: the figures' due days (see duedates.py).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from ipmon.deliveries import Delivery, chain, in_force
from ipmon.periods import Period, month_end, parse, period
from ipmon.registers.contract import Register

Status = Literal["arrived", "late", "corrected", "due", "missing", "withdrawn"]
OWED: dict[Status, str] = {"withdrawn": "GONE", "missing": "LATE", "due": "due "}
"""What a register owes, the most urgent first, and the word for it at the terminal."""
MOST_TOLD = 20


@dataclass(frozen=True)
class Arrival:
    """One period of a register. `late`: its first file came after `due_on`; `corrected`: so many `corrections` came after it.

    `due`: nothing came and the day has not passed; `missing`: it has; `withdrawn`: all that came was withdrawn.
    `delivery_ids`: all that came and stands, oldest first.
    """

    register: str
    period: str
    status: Status
    due_on: date
    corrections: int
    delivery_ids: tuple[str, ...]


def arrivals(registers: Mapping[str, Register], deliveries: Sequence[Delivery], today: date) -> list[Arrival]:
    """Every period of every register, from its first delivery to the last period that has closed or came early.

    A register that never delivered anything has no row.
    """
    return [row for register in registers.values() for row in _grid(register, deliveries, today)]


def owed(rows: Iterable[Arrival]) -> list[str]:
    """A line for each period that a register owes, the most urgent first; beyond the first twenty only their number."""
    urgent = list(OWED)
    found = [row for row in rows if row.status in OWED]
    found.sort(key=lambda row: (urgent.index(row.status), row.due_on, row.register))
    gone = {"withdrawn": ", all that came was withdrawn"}
    lines = [f"{OWED[r.status]} {r.register} {r.period}, due on {r.due_on}{gone.get(r.status, '')}" for r in found]
    rest = len(lines) - MOST_TOLD
    return lines[:MOST_TOLD] + ([f"and {rest} more periods of registers"] if rest > 0 else [])


def due_on(register: Register, about: Period) -> date:
    """The day by which a period is due: a month in the month after it, a year in December of the year after (project default)."""
    after = about.end + timedelta(days=1)
    last = month_end(after.year, after.month if register.cadence == "monthly" else 12)
    return last.replace(day=min(register.due_day, last.day))


def _grid(register: Register, deliveries: Sequence[Delivery], today: date) -> Iterator[Arrival]:
    came = sorted({d.period for d in deliveries if d.source_id == register.id})
    about = parse(came[0]) if came else None
    while about and (about.end < today or about.label <= came[-1]):
        yield _arrival(register, about, deliveries, today)
        about = _next(about)


def _arrival(register: Register, about: Period, deliveries: Sequence[Delivery], today: date) -> Arrival:
    which, due = (register.id, about.label), due_on(register, about)
    came, standing = chain(deliveries, *which), in_force(deliveries, *which)
    corrections, ids = max(len(standing) - 1, 0), tuple(d.delivery_id for d in standing)
    return Arrival(*which, _status(came, standing, due, today), due, corrections, ids)


def _status(came: list[Delivery], standing: list[Delivery], due: date, today: date) -> Status:
    if not came:
        return "missing" if today > due else "due"
    if not standing:
        return "withdrawn"
    if len(standing) > 1:
        return "corrected"
    return "late" if standing[0].order[0] > due else "arrived"


def _next(about: Period) -> Period:
    after = about.end + timedelta(days=1)
    return period(about.freq, after.year, after.month if about.freq == "M" else 1)
