"""What cells are made from: the months that a measure is given, with their content, and its own source.

Belongs here: hashes that say whether anything has changed. Not here: running measures (measuring.py), what a file was made from
(ledger.py).
"""

import hashlib
import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ipmon.registers.cells import Cells
from ipmon.registers.ledger import Ledger
from ipmon.registers.measure import Basis, Measure
from ipmon.registers.store import Store


@dataclass(frozen=True)
class Inputs:
    """What there is to be measured in one store."""

    store: Store
    ledger: Ledger

    def given(self, of: Measure | Basis) -> list[dict[str, str | None]]:
        """Of each table that a measure or basis is given its months, and sha256 over what they are, or are made from.

        A basis has no months: see `bases`.
        """
        given = [self._contents(source) for source in of.given]
        if isinstance(of, Measure):
            return given
        start = min(self.store.periods(of.frozen), default="")
        return [
            {month: content for month, content in contents.items() if of.takes(fact, month, start)}
            for fact, contents in zip(of.given, given, strict=True)
        ]

    def bases(self, m: Measure, period: str) -> list[str | None]:
        """The content of each basis that a measure is given, as made last; of one that grows, of its facts up to a period."""
        frozen = [self.ledger.content(self.store.basis(basis.id)) for basis in m.bases if basis.frozen]
        grown = [contents for basis in m.bases if not basis.frozen for contents in self.given(basis)]
        return frozen + [content for contents in grown for month, content in contents.items() if month <= period]

    def _contents(self, source: str | Measure | Basis) -> dict[str, str | None]:
        if isinstance(source, Basis):
            return {}
        if isinstance(source, Measure):
            return {month: held.inputs for month, held in Cells(self.store.cells(source.id, "month")).held().items()}
        return {month: self.ledger.content(self.store.fact_file(source, month)) for month in self.store.periods(source)}


def months_of(given: Iterable[Mapping[str, object]]) -> list[str]:
    """All months of any table, in order."""
    return sorted({month for contents in given for month in contents})


def inputs_of(
    of: Measure | Basis,
    window: str,
    months: Sequence[str],
    given: Sequence[Mapping[str, str | None]],
    bases: Sequence[str | None] = (),
) -> str:
    """What the cells of one period are made from: the measure's source and the content of what it is given of these months."""
    told = [f"{n} {month} {contents.get(month)}" for n, contents in enumerate(given) for month in months]
    told += [str(content) for content in bases]
    return hashlib.sha256("\n".join([of.id, _source(of), window, *told]).encode()).hexdigest()


@cache
def _source(of: Measure | Basis) -> str:
    """sha256 over everything beside the module that declares it, and the classifications: all may change its numbers."""
    module = inspect.getmodule(of.function)
    assert module is not None and module.__file__ is not None
    return _digest(Path(module.__file__).parent)


@cache
def _digest(folder: Path) -> str:
    files = [p for beside in (folder, folder.with_name("classifications")) for p in sorted(beside.glob("*.*")) if p.is_file()]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
