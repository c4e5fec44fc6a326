"""Running measures: each one for the periods whose facts changed, every result kept as cells.

Belongs here: windows, slices, what is out of date. Not here: measures (see assets/measures), facts (facts.py), or what becomes of
cells (records.py).
"""

import hashlib
import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import ibis
import polars as pl

from ipmon.dimensions import DIMENSIONS
from ipmon.registers.engines import Engine
from ipmon.registers.ledger import Ledger
from ipmon.registers.measure import Measure, Slice, Window
from ipmon.registers.store import Store

EVERYTHING = "all"
"""The one period under which the cells of window `history` are kept."""


@dataclass
class Outcome:
    """How many cell files were made anew, and how many were left alone because nothing that they count has changed."""

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
        """Runs every measure for the periods that are out of date. `say` hears each measure that runs."""
        outcome = Outcome()
        for m in measures:
            for window in m.measured_windows:
                self._window(m, window, outcome, say)
        return outcome

    def _window(self, m: Measure, window: Window, outcome: Outcome, say: Callable[[str], None]) -> None:
        months = sorted({month for fact in m.facts for month in self.store.periods(fact)})
        wanted = {period: self._inputs(m, window, scope) for period, scope in scopes(window, months).items()}
        for gone in self._kept(m, window) - wanted.keys():
            self.ledger.forget(self.store.cells(m.id, window, gone))
            self.store.cells(m.id, window, gone).unlink()
        stale = {p for p, inputs in wanted.items() if not self.ledger.is_current(self.store.cells(m.id, window, p), inputs)}
        outcome.left += len(wanted) - len(stale)
        if not stale:
            return
        say(f"{m.id} by {window}: {len(stale)} of {len(wanted)} period(s)")
        frame = self._measured(m, window, stale, months)
        parts = {(EVERYTHING,): frame} if window == "history" else frame.partition_by("period", as_dict=True)
        for period in sorted(stale):
            self._keep(parts.get((period,), frame.clear()), self.store.cells(m.id, window, period), wanted[period])
            outcome.made.append((m.id, window, period))

    def _keep(self, cells: pl.DataFrame, path: Path, inputs: str) -> None:
        """Not forced onto the disk as facts are: cells are many, small, and made again from facts in no time."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        cells.write_parquet(part)
        self.ledger.forget(path)
        part.replace(path)
        self.ledger.note(path, inputs)

    def _kept(self, m: Measure, window: Window) -> set[str]:
        return {path.stem for path in self.store.cells(m.id, window, EVERYTHING).parent.glob("*.parquet")}

    def _inputs(self, m: Measure, window: Window, months: Sequence[str]) -> str:
        """What the cells of one period are made from: the measure's source and the content of the facts in its scope."""
        whole = hashlib.sha256(f"{_source(m)} {window}".encode())
        for fact in m.facts:
            for month in months:
                whole.update(f"{fact} {month} {self.ledger.content(self.store.fact_file(fact, month))}\n".encode())
        return whole.hexdigest()

    def _measured(self, m: Measure, window: Window, stale: Collection[str], months: Sequence[str]) -> pl.DataFrame:
        """The numbers of all slices, one column each, with `period` and all dimensions; `_T` where a slice does not divide."""
        tables = [self._facts(fact, window, stale, months) for fact in m.facts]
        parts = [self._sliced(m, tables, slice_) for slice_ in m.slices_of(window)]
        return pl.concat(parts, how="vertical_relaxed").sort("period", *(["cohort"] if m.kind == "cohort" else []), *DIMENSIONS)

    def _sliced(self, m: Measure, tables: list[ibis.Table], slice_: Slice) -> pl.DataFrame:
        first = tables[0].drop_null(list(slice_)) if slice_ else tables[0]
        by = ("period", *(["cohort"] if m.kind == "cohort" else []), *slice_)
        frame = self.engine.collect(m(first, *tables[1:], by=by))
        totals = [pl.lit("_T").alias(d) for d in DIMENSIONS if d not in slice_]
        numbers = [c for c in frame.columns if c not in by]
        return frame.with_columns(totals).select("period", *(by[1:2] if m.kind == "cohort" else ()), *DIMENSIONS, *numbers)

    def _facts(self, fact: str, window: Window, stale: Collection[str], months: Sequence[str]) -> ibis.Table:
        """The facts that the stale periods need, each with the period(s) that it counts in."""
        scope = scopes(window, months)
        needed = {month for period in stale for month in scope[period]}
        files = [self.store.fact_file(fact, month) for month in self.store.periods(fact) if month in needed]
        table = self.engine.table([f for f in files if f.exists()], self.schemas[fact])
        if window == "history":
            return table
        if window == "month":
            return table.mutate(period=table.month)
        pairs = [{"month": month, "period": period} for period in sorted(stale) for month in scope[period]]
        return table.inner_join(self.engine.small(pl.DataFrame(pairs)), "month")


def scopes(window: Window, months: Sequence[str]) -> dict[str, list[str]]:
    """Each period of a window with the months that it counts, for months with facts.

    A year needs all its twelve months and a year to date all since January: with a month missing there is no number.
    """
    if window == "month":
        return {month: [month] for month in months}
    if window == "history":
        return {EVERYTHING: list(months)} if months else {}
    by_year = {year: [m for m in months if m[:4] == year] for year in sorted({m[:4] for m in months})}
    if window == "year":
        return {year: own for year, own in by_year.items() if len(own) == 12 or own == [year]}
    runs = {year: [m for n, m in enumerate(own, 1) if m == f"{year}-{n:02d}"] for year, own in by_year.items()}
    return {month: run[: n + 1] for run in runs.values() for n, month in enumerate(run)}


@cache
def _source(m: Measure) -> str:
    """The text of everything beside the module that holds the measure, and of the classifications: all may change its numbers."""
    module = inspect.getmodule(m.function)
    assert module is not None and module.__file__ is not None
    folder = Path(module.__file__).parent
    files = [p for beside in (folder, folder.with_name("classifications")) for p in sorted(beside.glob("*.*")) if p.is_file()]
    return "".join(path.read_text("utf-8") for path in files)
