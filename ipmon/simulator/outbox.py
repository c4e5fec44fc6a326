"""The simulated deliveries of one register while they are written: a CSV file a month (or year), appended to as rows are made.

Belongs here: which month gets which row, writing, counting, dirt. Not here: making rows.
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from ipmon.registers.contract import Register
from ipmon.simulator.dirt import flaws, soiled
from ipmon.simulator.world import NEVER, Ints, Span


def file_name(register: str, period: str) -> str:
    """The name of a simulated delivery."""
    return f"SYNTHETIC_{register}_{period}.csv"


def appearances(span: Span, dates: list[Ints]) -> tuple[Ints, Ints]:
    """Which record is delivered in which month: (records, months), each pair once, by month and then record.

    `dates`: the days of each event, a number a record; a record is delivered in every month in which it has an event.
    """
    months = np.stack([span.month_of(days) for days in dates])
    once = months >= 0
    for later in range(1, len(months)):
        once[later] &= (months[later] != months[:later]).all(axis=0)
    which, record = np.nonzero(once)
    order = np.argsort(months[which, record] * months.shape[1] + record)
    return record[order], months[which, record][order]


@dataclass
class Outbox:
    """The files of one register in `folder`, one for each of `periods`.

    `dirt` is the share of broken rows that is added; a delivery never gets more than its register's `bad_share` allows.
    """

    folder: Path
    register: Register
    periods: list[str]
    dirt: float
    rng: np.random.Generator
    rows: Counter[str] = field(default_factory=Counter)
    broken: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        header = ",".join(self.register.fields) + "\n"
        for period in self.periods:
            self.path(period).write_text(header, "utf-8")

    def path(self, period: str) -> Path:
        """The file of a period."""
        return self.folder / file_name(self.register.id, period)

    def send(self, rows: pl.DataFrame, period: Ints) -> None:
        """Appends rows of text columns, which are in the order of their period's position in `periods`."""
        rows = rows.select(pl.col(list(self.register.fields)).cast(pl.String))
        picked = self.rng.random(len(rows)) < self.dirt
        edges = np.searchsorted(period, np.arange(len(self.periods) + 1))
        for position in np.unique(period).tolist():
            start, end = int(edges[position]), int(edges[position + 1])
            part = rows.slice(start, end - start)
            self._append(part, self.periods[position])
            if picked[start:end].any():
                self._soil(part.filter(pl.Series(picked[start:end])), self.periods[position])

    def close(self) -> None:
        """Writes the marker at the end of each file, where the register has one; a period without rows has no delivery."""
        for period in self.periods:
            if not self.rows[period]:
                self.path(period).unlink()
            elif marker := self.register.end_marker:
                with self.path(period).open("a", encoding="utf-8") as file:
                    file.write(f"{marker},{self.rows[period]}\n")

    def _append(self, rows: pl.DataFrame, period: str) -> None:
        with self.path(period).open("ab") as file:
            rows.write_csv(file, include_header=False, quote_style="never")
        self.rows[period] += len(rows)

    def _soil(self, rows: pl.DataFrame, period: str) -> None:
        """Adds a broken copy of each of the rows, one flaw after another, but no more than a delivery may have."""
        known = flaws(self.register)
        already = sum(self.broken[period, code] for code in {flaw.code for flaw in known})
        rows = rows.head(max(int((self.rows[period] - already) * self.register.bad_share) - already, 0))
        before = sum(self.broken.values())
        flawed = (np.arange(len(rows)) + before) % len(known)
        for position, flaw in enumerate(known):
            copies = soiled(rows.filter(pl.Series(flawed == position)), flaw, self.register.key[0], period)
            if len(copies):
                self._append(copies, period)
                self.broken[period, flaw.code] += len(copies)


def state(span: Span, days: Ints, records: Ints, months: Ints) -> Ints:
    """The days of each delivered record as they stood at the end of its month: what comes later has not happened yet."""
    found = days[records]
    return np.where(found < span.starts[months + 1], found, NEVER)
