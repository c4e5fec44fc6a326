"""Patents kept in mind for later: those that transactions and inventories will speak of.

Belongs here: a compact memory of granted patents. Not here: what becomes of them (transactions.py, inventory.py).
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ipmon.simulator.applicants import Population
from ipmon.simulator.levels import KINDS
from ipmon.simulator.patents import Cases
from ipmon.simulator.world import NEVER, Flags, Ints

OWNERS = (KINDS.index("universities"), KINDS.index("research_institutes"))
ONE_IN = 8
"""Of other owners' patents only one in so many is kept in mind, so that memory stays small."""
TYPES = {"number": np.int64, "applicant": np.int32, "ip": np.int8, "granted": np.int32, "ended": np.int32}
LATE = np.iinfo(np.int32).max


@dataclass
class Stock:
    """Granted patents in order of filing: number, applicant, ip, days of grant and end."""

    parts: list[dict[str, NDArray[np.generic]]] = field(default_factory=list)

    def keep(self, cases: Cases, wanted: Flags) -> None:
        """Keeps the wanted cases."""
        columns = {name: getattr(cases, name)[wanted] for name in TYPES}
        columns["ended"] = np.minimum(columns["ended"], LATE)
        self.parts.append({name: values.astype(TYPES[name]) for name, values in columns.items()})

    def gathered(self) -> "Patents":
        """All that was kept, as arrays; the stock is empty afterwards."""
        columns = {name: np.concatenate([part.pop(name) for part in self.parts]) for name in TYPES}
        self.parts = []
        return Patents(**columns)


@dataclass(frozen=True)
class Patents:
    """Patents as arrays of the same length."""

    number: Ints
    applicant: Ints
    ip: Ints
    granted: Ints
    ended: Ints

    def in_force(self, start: int, end: int) -> Ints:
        """Positions of those granted before the day `start` and not ended before `end`."""
        return np.flatnonzero((self.granted < start) & (self.ended >= end))

    def __getitem__(self, positions: Ints) -> "Patents":
        return Patents(*(getattr(self, name)[positions] for name in TYPES))


@dataclass
class Memory:
    """The two stocks: every patent of universities and institutes, and a sample of all others."""

    people: Population
    public: Stock = field(default_factory=Stock)
    others: Stock = field(default_factory=Stock)

    def keep(self, cases: Cases) -> None:
        """Keeps what of a chunk was granted."""
        granted, owned = cases.granted < NEVER, np.isin(self.people.kinds[cases.applicant], OWNERS)
        self.public.keep(cases, granted & owned)
        self.others.keep(cases, granted & ~owned & (cases.number % ONE_IN == 0))
