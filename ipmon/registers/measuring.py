"""Running measures: each one for the periods whose facts changed.

Belongs here: which periods are out of date, windows and slices of a measure on an engine. Not here: measures (assets/measures),
what they are made from (inputs.py), keeping what they give (cells.py), or what becomes of it (records.py).
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import ibis
import ibis.expr.operations as ops
import polars as pl

from ipmon.dimensions import DIMENSIONS
from ipmon.registers.cells import Cells, rolled, scopes, totalled, within
from ipmon.registers.engines import Engine
from ipmon.registers.inputs import Inputs, inputs_of, months_of
from ipmon.registers.ledger import Ledger
from ipmon.registers.measure import Basis, Measure, Window
from ipmon.registers.presence import counts, counts_only_distinct, presence
from ipmon.registers.store import Store

AT_ONCE = 1 << 28
"""Bytes of fact files that are read at once; more of them are taken in runs of whole years, so that memory is bounded."""
FEWER_AT_ONCE = 1 << 24
"""The same, where different values are looked up: few are found fast."""
YEAR = "@year"

Asked = Mapping[Window, list[str]]
"""The periods of each window that are to be made."""
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

    @property
    def inputs(self) -> Inputs:
        """What measures are given."""
        return Inputs(self.store, self.ledger)

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
        kept, given = Cells(self.store.cells(m.id, window)), self.inputs.given(m)
        held, months = kept.held(), months_of(given)
        countable = all(contents for source, contents in zip(m.given, given, strict=True) if isinstance(source, Measure))
        scope = scopes(window, months) if countable else {}
        if scope:
            self._make_bases(m)
        bases = {period: self.inputs.bases(m, period) for period in scope}
        wanted = {period: inputs_of(m, window, months, given, bases[period]) for period, months in scope.items()}
        if gone := held.keys() - wanted.keys():
            kept.change(None, {}, gone)
        stale = {p: inputs for p, inputs in wanted.items() if p not in held or held[p].inputs != inputs}
        outcome.left += len(wanted) - len(stale)
        return stale

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
        tables = [self._table(source, [*months]) for source, months in zip(m.given, self.inputs.given(m), strict=True)]
        for slice_ in m.slices:
            first = tables[0].drop_null(list(slice_)) if slice_ else tables[0]
            frame = totalled(self.engine.collect(m(first, *tables[1:], by=("period", *slice_))), slice_)
            yield "history", _ordered(frame)

    def _windows(self, m: Measure, stale: Mapping[Window, Stale]) -> Iterator[tuple[Window, pl.DataFrame]]:
        """The numbers of all windows and slices, from the facts of the months that any of them counts."""
        months = self.store.periods(m.facts[0])
        scope = {w: {p: own for p, own in scopes(w, months).items() if p in stale[w]} for w in stale if stale[w]}
        needed = sorted({month for periods in scope.values() for own in periods.values() for month in own})
        at_once = self._at_once(m, needed)
        for run in self._runs(m.facts[0], needed, at_once):
            here = {window: [p for p, own in periods.items() if own[0] in run] for window, periods in scope.items()}
            yield from self._run(m, run, {window: periods for window, periods in here.items() if periods}, at_once)

    def _run(self, m: Measure, months: Sequence[str], asked: Asked, at_once: int) -> Iterator[tuple[Window, pl.DataFrame]]:
        """The numbers of the periods asked for, which lie in these months."""
        facts = _dated(self._table(m.facts[0], months))
        if len(m.given) > 1:
            yield from self._slice_by_slice(m, facts)
        elif m.adds:
            yield "month", rolled(self.engine.collect(_counted(m, facts, [m.keys, *m.kept_slices])), m.kept_slices)
        elif counts_only_distinct(_counted(m, facts, [("period", YEAR), *m.kept_slices])):
            yield from self._present(m, facts, asked)
        else:
            once: Asked = {window: periods for window, periods in asked.items() if window != "to_date"}
            if once:
                yield from self._grouped(m, facts, once)
            for part in self._parts(m, months, asked.get("to_date", []), at_once):
                yield from self._grouped(m, _to_date(facts, part), {"to_date": part})

    def _slice_by_slice(self, m: Measure, facts: ibis.Table) -> Iterator[tuple[Window, pl.DataFrame]]:
        """The numbers of months of a measure that looks at bases too, and may look at a slice before it counts."""
        others = [self._table(basis, []) for basis in m.bases]
        for slice_ in m.slices:
            frame = self.engine.collect(m(facts, *others, by=("period", *slice_)))
            yield "month", _ordered(totalled(frame.drop_nulls(slice_), slice_))

    def _present(self, m: Measure, facts: ibis.Table, asked: Asked) -> Iterator[tuple[Window, pl.DataFrame]]:
        """Distinct counts of the periods asked for."""
        slices = m.kept_slices if "year" in asked else m.slices
        present = self.engine.collect(presence(_counted(m, facts, [("period", YEAR), *slices]), YEAR, slices))
        for window, periods in asked.items():
            yield window, _ordered(counts(within(present, m.slices_of(window)), YEAR, window, periods))

    def _grouped(self, m: Measure, facts: ibis.Table, asked: Asked) -> Iterator[tuple[Window, pl.DataFrame]]:
        """The numbers of the periods asked for by every slice of their windows, in one of whose periods a fact counts once."""
        wanted = [(window, slice_) for window in asked for slice_ in m.slices_of(window)]
        sets = [(_key(window), *slice_) for window, slice_ in wanted]
        found = self.engine.grouped(_counted(m, facts, sets), sets)
        for (window, slice_), frame in zip(wanted, found, strict=True):
            own = frame.rename({_key(window): "period"}).filter(pl.col("period").is_in(asked[window]))
            yield window, _ordered(totalled(own.drop_nulls(slice_), slice_))

    def _at_once(self, m: Measure, months: Sequence[str]) -> int:
        """How many bytes of facts are read at once: few where a number counts different values."""
        if m.adds or len(m.given) > 1:
            return AT_ONCE
        counted = _counted(m, _dated(self._table(m.facts[0], months)), [("period", YEAR), *m.kept_slices])
        return FEWER_AT_ONCE if counted.op().find(ops.CountDistinct) else AT_ONCE

    def _parts(self, m: Measure, months: Sequence[str], until: Sequence[str], at_once: int) -> Iterator[list[str]]:
        """Months to whose end years are counted, in parts that count no more bytes than are read at once, or one month each."""
        sizes = {file.stem: file.stat().st_size for file in self._files(m.facts[0], months)}
        part, size = list[str](), 0
        for month in until:
            more = sum(bytes_ for own, bytes_ in sizes.items() if month[:4] <= own <= month)
            if part and size + more > at_once:
                yield part
                part, size = [], 0
            part, size = [*part, month], size + more
        if part:
            yield part

    def _runs(self, fact: str, months: Sequence[str], at_once: int) -> Iterator[list[str]]:
        """The months in runs of whole years of which each has no more bytes than these, if a year has not."""
        run: list[str] = []
        size = 0
        for _, year in groupby(months, lambda month: month[:4]):
            own = list(year)
            more = sum(file.stat().st_size for file in self._files(fact, own))
            if run and size + more > at_once:
                yield run
                run, size = [], 0
            run, size = [*run, *own], size + more
        if run:
            yield run

    def _table(self, source: str | Measure | Basis, months: Sequence[str]) -> ibis.Table:
        """The facts of these months, or all cells of another measure, or a basis."""
        if isinstance(source, Basis):
            return self.engine.table([self.store.basis(source.id)], source.schema(self.schemas))
        if isinstance(source, Measure):
            return ibis.memtable(Cells(self.store.cells(source.id, "month")).with_empty())
        return self.engine.table(self._files(source, months), self.schemas[source])

    def _make_bases(self, m: Measure) -> None:
        """Makes every basis anew that a measure is given, where what it is made from has changed."""
        for basis in m.bases:
            path, given = self.store.basis(basis.id), self.inputs.given(basis)
            inputs = inputs_of(basis, basis.frozen, months_of(given), given)
            if not self.ledger.is_current(path, inputs):
                known = self._grown(basis, given)
                new = [[month for month in contents if month not in known] for contents in given]
                tables = [self._table(source, months) for source, months in zip(basis.given, new, strict=True)]
                if not basis.frozen:
                    tables.append(self.engine.table([path] if known else [], basis.schema(self.schemas)))
                with self.ledger.writing(path, inputs) as part:
                    self.engine.write(basis(*tables), part)

    def _grown(self, basis: Basis, given: Sequence[Mapping[str, str | None]]) -> list[str]:
        """The months of which a basis that grows has its rows, as they are now; none where one of them has changed."""
        path, months = self.store.basis(basis.id), [] if basis.frozen else months_of(given)
        runs = (months[:count] for count in range(len(months) - 1, 0, -1))
        return next((run for run in runs if self.ledger.is_current(path, inputs_of(basis, "", run, given))), [])

    def _files(self, fact: str, months: Collection[str]) -> list[Path]:
        return [self.store.fact_file(fact, month) for month in self.store.periods(fact) if month in months]


def _dated(facts: ibis.Table) -> ibis.Table:
    """Facts with the month and the year that they count in."""
    return facts.mutate(period=facts.month, **{YEAR: facts.month.substr(0, 4)})


def _to_date(facts: ibis.Table, months: Sequence[str]) -> ibis.Table:
    """Each dated fact once for every one of the months to whose end its year is counted."""
    first, last = (int(some(month[5:] for month in months)) for some in (min, max))
    counted = facts.mutate(until=ibis.range(ibis.greatest(facts.month.substr(5, 2).cast("int64"), first), last + 1).unnest())
    counted = counted.mutate(period=counted[YEAR] + "-" + counted.until.cast("string").lpad(2, "0"))
    return counted.filter(counted.period.isin(months))


def _key(window: Window) -> str:
    """The column that holds the period of a window."""
    return YEAR if window == "year" else "period"


def _counted(m: Measure, facts: ibis.Table, groups: Sequence[tuple[str, ...]]) -> ibis.Table:
    """The measure by everything that any of these groups divides by, in their order."""
    counted = m(facts, by=tuple(dict.fromkeys(key for group in groups for key in group)))
    if not isinstance(counted.op(), ops.Aggregate):
        raise TypeError(f"{m.id}: a measure of months or years ends in one group_by(by).agg(…)")
    return counted


def _ordered(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select("period", *DIMENSIONS, *(c for c in frame.columns if c not in ("period", *DIMENSIONS)))
