"""What a measure is: a pure function from facts to numbers, with what is needed to run it for any month.

Belongs here: the declaration that wraps a function of assets/measures. Not here: running it (see measuring.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import ibis
import polars as pl

Window = Literal["month", "to_date", "year", "history"]
Slice = tuple[str, ...]
Kind = Literal["flow", "change", "cohort", "steps", "stock"]


@dataclass(frozen=True)
class Basis:
    """Rows that measures rest on: `function(*tables)` gives these columns of its first table.

    `frozen`: the table whose beginning freezes it. It is given the facts of the months before the first one of that table, and of
    that table itself this first month; it is made anew only where those have changed, and what rests on it only where its rows
    have.
    Without one it grows: `function(facts, known)` is given the facts of its one table for the months that are new, and its own
    rows of the months before, which it gives again; all months are new where one of those before has changed. A number of a month
    then rests on the months up to it, and must look at no rows of later ones.
    """

    id: str
    function: Callable[..., ibis.Table]
    given: tuple[str, ...]
    columns: tuple[str, ...]
    frozen: str

    @property
    def facts(self) -> tuple[str, ...]:
        """The fact tables that it is made of."""
        return self.given

    def takes(self, fact: str, month: str, start: str) -> bool:
        """Whether it is given the facts of a month, where `start` is the first of the table that freezes it."""
        return not self.frozen or (month == start if fact == self.frozen else month < start)

    def schema(self, schemas: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
        """Its columns with their DuckDB types, from those of the fact tables."""
        return {name: schemas[self.given[0]][name] for name in self.columns}

    def __call__(self, *tables: ibis.Table) -> ibis.Table:
        """The function itself."""
        return self.function(*tables)


@dataclass(frozen=True)
class Measure:
    """A measure: `function(*tables, by)` groups its facts by the columns `by` and returns these with one column a number.

    `given`: the fact tables it is given, in order; or other measures of sums, of which it is given the cells of months, so that
    only these are read again when a month is new, and a total of 0 for a month that has nothing to sum; or a basis. The facts
    have a text column `period`, which is the first of `by`: the month of the fact, the month to whose end the year is counted
    (to_date: a fact of March is given once for March, April … December), or the year. In the window `history` tables come whole,
    facts without `period`, and the function makes that column itself (2024, 2024-09). A measure of months may be given bases
    after its facts, and is then asked for slice by slice.
    `slices`: the dimensions to divide by, one group of columns at a time; () is the national total. Facts whose sliced dimension
    is null are not given. `yearly`: further slices, for the window `year` alone.
    `kind`: flow (a number of the window), change (what a month adds to a stock: numbers are summed over all months so far),
    cohort (`by` holds `cohort`, a year, after `period`; numbers are summed over all months, and the cohort becomes the period),
    steps (the same, and the cohort is the month from which on the stock has changed: numbers are summed over all cohorts so far),
    stock (of the window `history`: numbers of month ends as far as there are facts, 0 where nothing stands any more; a month with
    no facts after them ends as the one before).
    Stocks and cohorts count the months up to the first one missing, and a cohort is told if all its own months are among them.
    `matures`: of cohorts, how many years have to pass in full after a cohort's own before it is told; 0 tells the youngest too,
    whose numbers still change.
    `additive`: numbers may be added over months and groups, so that years are added up from months and not measured.
    `sums`: of a measure whose numbers may not all be added those that may, of which years to date are added up: with what follows
    from them, and without the others.
    `finish`: what follows from sums, such as a mean or a rate: it adds columns to the sums by `period`.

    Where it is given facts of periods alone, the function ends in one `group_by(by).agg(…)`, which is asked for several windows
    and slices at once; `by` then holds more than one of their dimensions. Numbers of changes and cohorts are counts or sums, and
    may be added over groups too.
    """

    id: str
    function: Callable[..., ibis.Table]
    given: "tuple[str | Measure | Basis, ...]"
    windows: tuple[Window, ...]
    slices: tuple[Slice, ...]
    kind: Kind
    yearly: tuple[Slice, ...] = ()
    additive: bool = False
    sums: tuple[str, ...] = ()
    finish: Callable[[pl.DataFrame], pl.DataFrame] | None = None
    matures: int = 0

    @property
    def measured_windows(self) -> tuple[Window, ...]:
        """The windows that facts are read for."""
        return tuple(window for window in self.windows if not self.is_added_up(window))

    def is_added_up(self, window: Window) -> bool:
        """Whether the cells of a window are added up from those of months."""
        return (window != "month" and self.additive) or (window == "to_date" and bool(self.sums))

    @property
    def bases(self) -> tuple[Basis, ...]:
        """The bases that it is given."""
        return tuple(source for source in self.given if isinstance(source, Basis))

    @property
    def facts(self) -> tuple[str, ...]:
        """The fact tables that it rests on, also through other measures and bases, each once."""
        through = [(source,) if isinstance(source, str) else source.facts for source in self.given]
        return tuple(dict.fromkeys(fact for facts in through for fact in facts))

    @property
    def keys(self) -> tuple[str, ...]:
        """What numbers are grouped by in every slice."""
        return ("period", "cohort") if self.kind in ("cohort", "steps") else ("period",)

    @property
    def is_stock(self) -> bool:
        """Whether numbers are what a stock is after all months so far."""
        return self.kind in ("change", "steps", "stock")

    @property
    def adds(self) -> bool:
        """Whether numbers of groups may be added to those of all."""
        return self.additive or self.kind not in ("flow", "stock")

    @property
    def kept_slices(self) -> tuple[Slice, ...]:
        """The slices of what is added up: those of any window."""
        return self.slices + self.yearly

    def slices_of(self, window: Window) -> tuple[Slice, ...]:
        """The slices of a window."""
        return self.kept_slices if window == "year" else self.slices

    def __call__(self, *tables: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
        """The function itself."""
        return self.function(*tables, by=by)


def measure(
    *given: str | Measure | Basis,
    windows: tuple[Window, ...] = ("month", "year"),
    slices: tuple[Slice, ...] = ((),),
    yearly: tuple[Slice, ...] = (),
    kind: Kind = "flow",
    additive: bool = False,
    sums: tuple[str, ...] = (),
    finish: Callable[[pl.DataFrame], pl.DataFrame] | None = None,
    matures: int = 0,
) -> Callable[[Callable[..., ibis.Table]], Measure]:
    """Declares the function below it as a measure named like the function."""

    def declare(function: Callable[..., ibis.Table]) -> Measure:
        made = Measure(function.__name__, function, given, windows, slices, kind, yearly, additive, sums, finish, matures)
        plain = (windows, kind, yearly, additive) == (("month",), "flow", (), False)
        if windows != ("history",) and len(given) > 1 and not (plain and len(made.bases) == len(given) - 1):
            raise TypeError(f"{made.id}: beside its facts a measure of periods is given bases alone, and counts months as a flow")
        return made

    return declare


def basis(*given: str, columns: tuple[str, ...], frozen: str = "") -> Callable[[Callable[..., ibis.Table]], Basis]:
    """Declares the function below it as a basis named like the function."""
    return lambda function: Basis(function.__name__, function, given, columns, frozen)
