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
from ipmon.simulator.world import Ints, Span


def file_name(register: str, period: str) -> str:
    """The name of a simulated delivery."""
    return f"SYNTHETIC_{register}_{period}.csv"


def appearances(span: Span, dates: list[Ints]) -> tuple[Ints, Ints]:
    """Which record is delivered in which month: (records, months), each pair once, by month and then record.

    `dates`: the days of each event, a number a record; a record is delivered in every month in which it has an event.
    """
    months = np.stack([span.month_of(days) for days in dates]).astype(np.int16)  # of which sorting is quick
    once = months >= 0
    for later in range(1, len(months)):
        once[later] &= (months[later] != months[:later]).all(axis=0)
    record, which = np.nonzero(once.T)
    month = months[which, record]
    order = np.argsort(month, kind="stable")
    return record[order], month[order].astype(np.int64)


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
        picked = np.flatnonzero(self.rng.random(len(rows)) < self.dirt)
        self._append(rows, period)
        self._soil(rows[picked], period[picked])

    def close(self) -> None:
        """Writes the marker at the end of each file, where the register has one; a period without rows has no delivery."""
        for period in self.periods:
            if not self.rows[period]:
                self.path(period).unlink()
            elif marker := self.register.end_marker:
                with self.path(period).open("a", encoding="utf-8") as file:
                    file.write(f"{marker},{self.rows[period]}\n")

    def _append(self, rows: pl.DataFrame, period: Ints) -> None:
        edges = np.searchsorted(period, np.arange(len(self.periods) + 1)).tolist()
        for name, start, end in zip(self.periods, edges, edges[1:], strict=False):
            if end > start:
                with self.path(name).open("ab") as file:
                    rows[start:end].write_csv(file, include_header=False, quote_style="never")
                self.rows[name] += end - start

    def _soil(self, rows: pl.DataFrame, period: Ints) -> None:
        """Adds a broken copy of each of the rows, one flaw after another, but no more than a delivery may have."""
        known, places = flaws(self.register), np.unique(period)
        kept = [np.flatnonzero(period == place)[: self._room(self.periods[place])] for place in places]
        if not (taken := np.concatenate([np.empty(0, np.int64), *kept])).size:
            return
        number = (np.arange(len(taken)) + sum(self.broken.values())) % len(known)
        by_flaw = [taken[number == place] for place in range(len(known))]
        names = pl.Series(self.periods)
        copies = pl.concat(
            soiled(rows[which], flaw, self.register.key[0], names.gather(period[which]))
            for which, flaw in zip(by_flaw, known, strict=True)
        )
        month = period[np.concatenate(by_flaw)]
        order = np.argsort(month, kind="stable")
        self._append(copies[order], month[order])
        codes = np.repeat([flaw.code for flaw in known], [len(which) for which in by_flaw])
        self.broken.update(zip(names.gather(month).to_list(), codes.tolist(), strict=True))

    def _room(self, period: str) -> int:
        """How many broken rows a delivery may still have."""
        already = sum(self.broken[period, code] for code in {flaw.code for flaw in flaws(self.register)})
        return max(int((self.rows[period] - already) * self.register.bad_share) - already, 0)
