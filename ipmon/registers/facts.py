"""Facts: one Parquet file a fact table and month, made again only where its delivery, its contract or this code changed.

Belongs here: the columns of facts, making and removing their files. Not here: staging a delivery (staging.py), records that are
named and not known (references.py), what has come and what is late (arrivals.py).
"""

import os
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from ipmon import sql
from ipmon.deliveries import Delivery, current_by_period
from ipmon.dimensions import DIMENSIONS
from ipmon.errors import IpmonError
from ipmon.marts import SETTINGS
from ipmon.paths import DataRoot
from ipmon.periods import parse
from ipmon.registers.contract import SQL_TYPES, Register
from ipmon.registers.ledger import Ledger
from ipmon.registers.origins import facts_from, staged_from
from ipmon.registers.store import Store

MEMORY_LIMIT = "1GB"
MOST_THREADS = 4
ROW_GROUP = 122_880

Say = Callable[[str], None]


@dataclass
class FactsOutcome:
    """What became of each (fact table, period) that was looked at."""

    rebuilt: list[tuple[str, str]] = field(default_factory=list)
    removed: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def build_facts(
    root: DataRoot, registers: Mapping[str, Register], deliveries: Sequence[Delivery], periods: Collection[str] | None, say: Say
) -> FactsOutcome:
    """Brings the fact files of these periods (None: of all) in line with the deliveries in force, the newest of each period.

    A period without a delivery loses its file; one whose inputs are what its file was made from is neither read nor written.
    `say` hears of every file that is made or removed. Raises IpmonError where staged rows cannot be read.
    """
    store = Store(root)
    with connection(store) as engine:
        builder = _Builder(root, store, Ledger(store.ledger), engine, say)
        for register in registers.values():
            builder.bring_in_line(register, current_by_period(deliveries, register.id), periods)
    return builder.outcome


def connection(store: Store) -> duckdb.DuckDBPyConnection:
    """DuckDB with bounded memory and threads, spilling below the work folder."""
    store.scratch.mkdir(parents=True, exist_ok=True)
    bounds: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY_LIMIT,
        "threads": _threads(),
        "enable_external_file_cache": False,  # it would serve a file's old bytes after another one took its name
    }
    return duckdb.connect(config={**SETTINGS, **bounds, "temp_directory": str(store.scratch)})


def _threads() -> int:
    return min(MOST_THREADS, os.cpu_count() or 1)


def fact_schema(register: Register) -> dict[str, str]:
    """The columns of a register's fact table with their DuckDB types, in order.

    The month; for accounts the year; for events which one and when; every field; the dimensions (a field of the same name is it).
    """
    return {name: type_ for name, (type_, _) in _columns(register, "").items()}


@dataclass(frozen=True)
class _Builder:
    root: DataRoot
    store: Store
    ledger: Ledger
    engine: duckdb.DuckDBPyConnection
    say: Say
    outcome: FactsOutcome = field(default_factory=FactsOutcome)

    def bring_in_line(self, register: Register, held: Mapping[str, Delivery], periods: Collection[str] | None) -> None:
        made = self.store.periods(register.facts)
        for period in sorted({*held, *made, *self.store.waiting(register.id)}):
            if periods is not None and period not in periods:
                continue
            if period in held:
                self._one(register, held[period])
                continue
            self._drop_staged(register, period)
            if period in made:
                self._remove(register, period)

    def _one(self, register: Register, delivery: Delivery) -> None:
        """The facts of a period, unless they are what its delivery in force gives already."""
        period = delivery.period
        target, inputs = self.store.fact_file(register.facts, period), facts_from(delivery, register)
        if self.ledger.is_current(target, inputs):
            self._drop_staged(register, period)  # of a delivery that came and did not come to hold
            self.outcome.skipped.append((register.facts, period))
            return
        staged = self._staged(register, delivery)
        with self.ledger.writing(target, inputs) as part:
            self._write(register, period, staged, part)
            self._drop_staged(register, period)
        self.outcome.rebuilt.append((register.facts, period))
        self.say(f"{register.facts} {period}: made from {delivery.name}")

    def _staged(self, register: Register, delivery: Delivery) -> Path:
        """The delivery's good rows, as intake left them or, where there are none of this contract and code, read again."""
        path = self.store.staged(register.id, delivery.period, staged_from(delivery, register))
        if not path.exists():
            from ipmon.registers.staging import restage

            self.say(f"{register.id} {delivery.period}: reading {delivery.name} again")
            restage(delivery, register, self.root)
        return path

    def _write(self, register: Register, period: str, staged: Path, part: Path) -> None:
        """The rows of one event after the other, each in the order of the file, on one thread: with more, where a row group ends
        would depend on their number."""
        try:
            self.engine.execute("set threads = 1")
            options = f"format parquet, compression zstd, row_group_size {ROW_GROUP}"
            query = " union all ".join(_queries(register, period, staged))
            self.engine.execute(f"copy ({query}) to {sql.literal(str(part))} ({options})")
            self.engine.execute(f"set threads = {_threads()}")
        except duckdb.Error as error:
            where = f"work/{staged.relative_to(self.root.work).as_posix()}"
            reason = str(error).splitlines()[0]
            raise IpmonError(
                f"{register.facts} {period} cannot be made ({reason}). Remove {where}; it is read again from its delivery."
            ) from error

    def _remove(self, register: Register, period: str) -> None:
        path = self.store.fact_file(register.facts, period)
        self.ledger.forget(path)
        path.unlink()
        self.outcome.removed.append((register.facts, period))
        self.say(f"{register.facts} {period}: removed, no delivery is in force")

    def _drop_staged(self, register: Register, period: str) -> None:
        """All rows that wait for facts of this period: they can be read again."""
        shutil.rmtree(self.store.staged(register.id, period, "").parent, ignore_errors=True)


def _queries(register: Register, period: str, staged: Path) -> list[str]:
    """The fact rows of a period as the delivery orders them: one query for each event in turn, else one for all."""
    columns = [f"cast({made} as {type_}) as {sql.name(name)}" for name, (type_, made) in _columns(register, period).items()]
    events = [_event(name, register.events[name].date, period, staged) for name in sorted(register.events)]
    return [f"select {', '.join(columns)} from {rows}" for rows in events or [_rows(staged)]]


def _event(name: str, dated: str, period: str, staged: Path) -> str:
    """The rows whose event lies in the period."""
    day, span = sql.name(dated), parse(period)
    within = f"{day} between date '{span.start}' and date '{span.end}'"
    return f"(select {sql.literal(name)} as event, {day} as event_date, * from {_rows(staged)} where {within})"


def _rows(file: Path) -> str:
    return f"read_parquet([{sql.literal(str(file))}])"  # a list, for in a single name [1] would be a pattern


def _columns(register: Register, period: str) -> dict[str, tuple[str, str]]:
    """Each column with its type and the SQL that makes it of a staged row (of an event, where the register delivers events)."""
    columns = {"month": ("VARCHAR", sql.literal(period))}
    if register.delivers == "year":
        columns["year"] = ("INTEGER", sql.literal(period))
    if register.events:
        columns |= {"event": ("VARCHAR", "event"), "event_date": ("DATE", "event_date")}
    columns |= {name: (SQL_TYPES[f.kind], sql.name(name)) for name, f in register.fields.items()}
    missing = [d for d in DIMENSIONS if d not in register.fields]
    return columns | {d: ("VARCHAR", _dimension(d, register.dimensions.get(d))) for d in missing}


def _dimension(dimension: str, made_of: str | None) -> str:
    """The SQL that makes a dimension of a field. Areas are ISO 3166, where Hong Kong, Macao and Taiwan have country codes too."""
    if made_of is None:
        return "null"
    value = sql.name(made_of)
    area = f"case when {value} in ('HK', 'MO', 'TW') then 'CN-' || {value} else {value} end"
    if dimension == "technology":
        return f"'ipc_' || lower(nullif(regexp_extract({value}, '^[A-H]'), ''))"
    if dimension == "ref_area":
        return f"nullif(regexp_extract({area}, '^CN-[A-Z]{{2}}'), '')"
    if dimension == "counterpart_area":
        kinds = f"when regexp_matches({area}, '^CN(-|$)') then 'DOM-ML' when regexp_full_match({value}, '[A-Z]{{2}}') then 'FOR'"
        return f"case when regexp_matches({area}, '^CN-(HK|MO|TW)') then null {kinds} end"
    return value
