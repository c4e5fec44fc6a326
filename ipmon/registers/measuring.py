"""Running measures: each one for the periods whose facts changed.

Belongs here: what is out of date, windows and slices of a measure on an engine. Not here: measures (see assets/measures), facts
(facts.py), keeping what they give (cells.py), or what becomes of it (records.py).
"""

import hashlib
import inspect
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from pathlib import Path

import ibis
import ibis.expr.operations as ops
import polars as pl

from ipmon.dimensions import DIMENSIONS
from ipmon.registers.cells import TOTAL, Cells, rolled, scopes, totalled
from ipmon.registers.engines import Engine
from ipmon.registers.ledger import Ledger
from ipmon.registers.measure import Measure, Slice, Window
from ipmon.registers.store import Store

AT_ONCE = 1 << 28
"""Bytes of fact files that are read at once; more of them are taken in runs of whole years, so that memory is bounded."""

Stale = Mapping[str, str]
"""Periods that are out of date, each with sha256 over what its cells are to be made from."""


@dataclass
class Outcome:
    """How many periods were made anew, and how many were left alone because nothing that they count has changed."""

    made: list[tuple[str, Window, str]] = field(default_factory=list)
    left: int = 0


@dataclass(frozen=True)
class Measuring:
    """Measures over the facts of one store."""

    store: Store
    ledger: Ledger
    engine: Engine
    schemas: Mapping[str, Mapping[str, str]]

    def bring_up_to_date(self, measures: Sequence[Measure], say: Callable[[str], None]) -> Outcome:
        """Runs every measure for the periods that are out of date, those that rest on other measures last.

        `say` hears each measure that runs.
        """
        outcome = Outcome()
        for m in sorted(measures, key=lambda m: any(isinstance(source, Measure) for source in m.given)):
            stale = {window: self._stale(m, window, outcome) for window in m.measured_windows}
            if any(stale.values()):
                say(f"{m.id}: {', '.join(f'{len(periods)} period(s) by {w}' for w, periods in stale.items() if periods)}")
                self._measure(m, stale)
                outcome.made += [(m.id, window, period) for window, periods in stale.items() for period in sorted(periods)]
        return outcome

    def _stale(self, m: Measure, window: Window, outcome: Outcome) -> Stale:
        """The periods that are out of date; what is held of months that are gone is forgotten."""
        kept, given = Cells(self.store.cells(m.id, window)), self._given(m)
        held, months = kept.held(), sorted({month for contents in given for month in contents})
        countable = all(contents for source, contents in zip(m.given, given, strict=True) if isinstance(source, Measure))
        scope = scopes(window, months) if countable else {}
        wanted = {period: _inputs(m, window, months, given) for period, months in scope.items()}
        if gone := held.keys() - wanted.keys():
            kept.change(None, {}, gone)
        stale = {p: inputs for p, inputs in wanted.items() if p not in held or held[p].inputs != inputs}
        outcome.left += len(wanted) - len(stale)
        return stale

    def _given(self, m: Measure) -> list[dict[str, str | None]]:
        """Of each table that the measure is given its months, and sha256 over what they are, or are made from."""
        given = [self._contents(source) for source in m.given]
        if not m.before:
            return given
        start = min(given[m.given.index(m.before)], default="")
        return [
            contents if source == m.before else {month: found for month, found in contents.items() if month < start}
            for source, contents in zip(m.given, given, strict=True)
        ]

    def _contents(self, source: str | Measure) -> dict[str, str | None]:
        if isinstance(source, Measure):
            return {month: held.inputs for month, held in Cells(self.store.cells(source.id, "month")).held().items()}
        return {month: self.ledger.content(self.store.fact_file(source, month)) for month in self.store.periods(source)}

    def _measure(self, m: Measure, stale: Mapping[Window, Stale]) -> None:
        """Makes the cells of all stale periods, and keeps those of each window together."""
        made: dict[Window, list[pl.DataFrame]] = {window: [] for window, periods in stale.items() if periods}
        for window, frame in self._history(m) if "history" in made else self._windows(m, stale):
            made[window].append(frame)
        for window, frames in made.items():
            frame = pl.concat(frames, how="vertical_relaxed")
            by = [name for name in ("period", "cohort", *DIMENSIONS) if name in frame.columns]
            Cells(self.store.cells(m.id, window)).change(frame.sort(by), stale[window], ())

    def _history(self, m: Measure) -> Iterator[tuple[Window, pl.DataFrame]]:
        """The numbers of all slices over whole tables."""
        tables = [self._table(source, [*months]) for source, months in zip(m.given, self._given(m), strict=True)]
        for slice_ in m.slices:
            first = tables[0].drop_null(list(slice_)) if slice_ else tables[0]
            frame = totalled(self.engine.collect(m(first, *tables[1:], by=("period", *slice_))), slice_)
            yield "history", _ordered(frame)

    def _windows(self, m: Measure, stale: Mapping[Window, Stale]) -> Iterator[tuple[Window, pl.DataFrame]]:
        """The numbers of all windows and slices: facts are read once, for the rows and columns that the measure counts."""
        months = self.store.periods(m.facts[0])
        scope = {w: {p: own for p, own in scopes(w, months).items() if p in stale[w]} for w in stale if stale[w]}
        needed = {month for periods in scope.values() for own in periods.values() for month in own}
        for run in self._runs(m.facts[0], sorted(needed)):
            counted = _counted(m, self._table(m.facts[0], run))
            if m.adds:
                yield "month", rolled(self.engine.collect(counted), m.kept_slices)
                continue
            with self.engine.kept(_narrow(counted)) as rows:
                for window, periods in scope.items():
                    pairs = [(month, p) for p, own in sorted(periods.items()) for month in own if own[0] in run]
                    if pairs:
                        yield window, self._sliced(counted, rows, pairs, m.slices_of(window))

    def _runs(self, fact: str, months: Sequence[str]) -> Iterator[list[str]]:
        """The months in runs of whole years of which each is no more than can be read at once, if a year is not."""
        run: list[str] = []
        size = 0
        for _, year in groupby(months, lambda month: month[:4]):
            own = list(year)
            more = sum(file.stat().st_size for file in self._files(fact, own))
            if run and size + more > AT_ONCE:
                yield run
                run, size = [], 0
            run, size = [*run, *own], size + more
        if run:
            yield run

    def _sliced(
        self, counted: ibis.Table, rows: ibis.Table, pairs: Sequence[tuple[str, str]], slices: Sequence[Slice]
    ) -> pl.DataFrame:
        """The numbers of all slices, asked for at once; `pairs`: each month with a period that it counts in."""
        months = ibis.memtable(pl.DataFrame(pairs, ["month", "period"], orient="row"))
        given = rows.rename(month="period").inner_join(months, "month") if any(a != b for a, b in pairs) else rows
        numbers = {
            name: number.replace({counted.op().parent: given.op()}).to_expr() for name, number in counted.op().metrics.items()
        }
        return _ordered(self.engine.collect(ibis.union(*(_by(given, numbers, slice_) for slice_ in slices))))

    def _table(self, source: str | Measure, months: Sequence[str]) -> ibis.Table:
        """The facts of these months, or all cells of another measure."""
        if isinstance(source, Measure):
            return ibis.memtable(Cells(self.store.cells(source.id, "month")).read())
        return self.engine.table(self._files(source, months), self.schemas[source])

    def _files(self, fact: str, months: Collection[str]) -> list[Path]:
        return [self.store.fact_file(fact, month) for month in self.store.periods(fact) if month in months]


def _counted(m: Measure, facts: ibis.Table) -> ibis.Table:
    """The measure by month and every dimension that any of its slices has."""
    by = sorted({dimension for slice_ in m.kept_slices for dimension in slice_})
    counted = m(facts.mutate(period=facts.month), by=(*m.keys, *by))
    if not isinstance(counted.op(), ops.Aggregate):
        raise TypeError(f"{m.id}: a measure of months or years ends in one group_by(by).agg(…)")
    return counted


def _narrow(counted: ibis.Table) -> ibis.Table:
    """The rows that are grouped, with the columns that grouping and numbers need."""
    grouped = counted.op().parent
    fields = {f.name for f in counted.op().find(ops.Field) if f.rel == grouped}
    return grouped.to_expr().select(*sorted(fields))


def _by(rows: ibis.Table, numbers: Mapping[str, ibis.Value], slice_: Slice) -> ibis.Table:
    """These numbers of the rows by one slice, with all dimensions."""
    found = rows.group_by(["period", *slice_]).agg(**numbers)
    known = found.drop_null(list(slice_)) if slice_ else found
    dimensions = {d: known[d] if d in slice_ else ibis.literal(TOTAL) for d in DIMENSIONS}
    return known.select("period", **dimensions, **{name: known[name] for name in numbers})


def _ordered(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select("period", *DIMENSIONS, *(c for c in frame.columns if c not in ("period", *DIMENSIONS)))


def _inputs(m: Measure, window: Window, months: Sequence[str], given: Sequence[Mapping[str, str | None]]) -> str:
    """What the cells of one period are made from: the measure's source and the content of what it is given of these months."""
    told = [f"{n} {month} {contents.get(month)}" for n, contents in enumerate(given) for month in months]
    return hashlib.sha256("\n".join([_source(m), window, *told]).encode()).hexdigest()


@cache
def _source(m: Measure) -> str:
    """sha256 over everything beside the module that holds the measure, and the classifications: all may change its numbers."""
    module = inspect.getmodule(m.function)
    assert module is not None and module.__file__ is not None
    return _digest(Path(module.__file__).parent)


@cache
def _digest(folder: Path) -> str:
    files = [p for beside in (folder, folder.with_name("classifications")) for p in sorted(beside.glob("*.*")) if p.is_file()]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
