"""Strangers: records that one register names and that the register it refers to does not have. They are reported and kept.

Belongs here: finding them, for the periods whose facts changed. Not here: making facts (see facts.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO

import duckdb
import polars as pl

from ipmon import sql
from ipmon.durable import keep
from ipmon.registers.contract import Register
from ipmon.registers.facts import connection
from ipmon.registers.ledger import Ledger
from ipmon.registers.store import Store

MOST_EXAMPLES = 5
SCHEMA = {
    "register": pl.String(),
    "field": pl.String(),
    "period": pl.String(),
    "strangers": pl.Int64(),
    "examples": pl.List(pl.String()),
    "content": pl.String(),
}


@dataclass(frozen=True)
class Strangers:
    """How many records a register names in a field, over the facts of a period, that no fact of the other register is about.

    `examples`: the first of them. `content`: the sha256 of the fact file that was looked at.
    """

    register: str
    field: str
    period: str
    strangers: int
    examples: tuple[str, ...]
    content: str | None


def told(store: Store) -> list[str]:
    """A line for each reference with strangers when facts were last made: how many, and the first examples."""
    groups: dict[tuple[str, str], list[Strangers]] = {}
    for row in _read(store):
        if row.strangers:
            groups.setdefault((row.register, row.field), []).append(row)
    return [_line(*about, rows) for about, rows in sorted(groups.items())]


def _line(register: str, field: str, rows: list[Strangers]) -> str:
    """A record that is unknown in two periods is named twice: the number is of mentions."""
    examples = list(dict.fromkeys(example for row in rows for example in row.examples))[:MOST_EXAMPLES]
    count = sum(row.strangers for row in rows)
    return f"note: {register}.{field} names {count} unknown record(s) in {len(rows)} period(s), such as {', '.join(examples)}"


def references(registers: Mapping[str, Register], store: Store) -> list[Strangers]:
    """The strangers of every reference and period, none found being a row too; kept in the store's file of references.

    Only periods whose facts changed since are looked at, so each row says what was unknown when its facts were made. Without any
    facts of the register referred to nothing can be told, and there is no row.
    """
    kept = _read(store)
    found = [row for row in kept if row.register not in registers]
    asked: dict[tuple[str, str], list[_Asked]] = {}
    for register in registers.values():
        for reference in register.references:
            if reference.register_ in registers:
                asked.setdefault((reference.register_, reference.to), []).append(_Asked(register, reference.field))
    with connection(store) as engine:
        search = _Search(store, Ledger(store.ledger), engine, kept)
        for (other, to), of_one in asked.items():
            found += search.strangers(of_one, registers[other], to)
    found.sort(key=lambda row: (row.register, row.field, row.period))
    if found != kept:
        _write(store, found)
    return found


@dataclass(frozen=True)
class _Asked:
    """A field of a register that names records of another one."""

    register: Register
    field: str


@dataclass(frozen=True)
class _Search:
    store: Store
    ledger: Ledger
    engine: duckdb.DuckDBPyConnection
    kept: list[Strangers]

    def strangers(self, asked: Sequence[_Asked], other: Register, to: str) -> list[Strangers]:
        """One row a period of the facts of each register asked; all are looked for in the field `to` of the other at once."""
        rows: list[Strangers] = []
        changed: list[tuple[_Asked, dict[str, str | None]]] = []
        for one in asked:
            files = {
                period: self.store.fact_file(one.register.facts, period) for period in self.store.periods(one.register.facts)
            }
            contents = {period: self.ledger.content(file) for period, file in files.items()}
            about = [row for row in self.kept if (row.register, row.field) == (one.register.id, one.field)]
            same = [row for row in about if row.content is not None and contents.get(row.period) == row.content]
            rows += same
            changed.append((one, {period: contents[period] for period in sorted(contents.keys() - {row.period for row in same})}))
        if not any(contents for _, contents in changed) or not self.store.periods(other.facts):
            return rows
        found = self._unknown([(one, [*contents]) for one, contents in changed if contents], other, to)
        none: tuple[int, list[str]] = (0, [])
        for one, contents in changed:
            looked_at = [(p, *found.get((one.register.id, one.field, p), none)) for p in contents]
            rows += [Strangers(one.register.id, one.field, p, count, tuple(x), contents[p]) for p, count, x in looked_at]
        return rows

    def _unknown(
        self, asked: Sequence[tuple[_Asked, list[str]]], other: Register, to: str
    ) -> dict[tuple[str, str, str], tuple[int, list[str]]]:
        """By register, field and period: how many different values of the field are not known, and the first of them.

        Most are found where a record begins, in the event that its register names first; only the others are looked for in all.
        """
        self._keep_named(" union all ".join(self._named(*one) for one in asked))
        there = self._facts(other, self.store.periods(other.facts))
        begun = [f"event = {sql.literal(next(iter(other.events)))}"] if other.events else []
        for part in (*begun, "true"):
            if self.engine.execute("select 1 from named limit 1").fetchone():
                known = f"select {sql.name(to)} as value from {there} where {part}"
                self._keep_named(f"from named anti join ({known}) using (value)")
        query = f"select register, field, month, count(*), min(value, {MOST_EXAMPLES}) from named group by register, field, month"
        return {(row[0], row[1], row[2]): (row[3], row[4]) for row in self.engine.execute(query).fetchall()}

    def _keep_named(self, query: str) -> None:
        """Makes the table `named` of values that are still to be found."""
        self.engine.execute(f"create or replace temp table named as {query}")

    def _named(self, one: _Asked, periods: list[str]) -> str:
        about = f"{sql.literal(one.register.id)} as register, {sql.literal(one.field)} as field"
        value = f"{sql.name(one.field)} as value"
        return f"select distinct {about}, month, {value} from {self._facts(one.register, periods)} where value is not null"

    def _facts(self, register: Register, periods: Iterable[str]) -> str:
        files = (sql.literal(str(self.store.fact_file(register.facts, period))) for period in periods)
        return f"read_parquet([{', '.join(files)}])"


def _read(store: Store) -> list[Strangers]:
    if not store.references.exists():
        return []
    rows = pl.read_parquet(store.references, glob=False).to_dicts()
    return [Strangers(**{**row, "examples": tuple(row["examples"])}) for row in rows]


def _write(store: Store, rows: list[Strangers]) -> None:
    content = BytesIO()
    pl.DataFrame([asdict(row) for row in rows], SCHEMA).write_parquet(content)
    keep(content.getvalue(), store.references)
