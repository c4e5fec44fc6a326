"""Strangers: records that one register names and that the register it refers to does not have. They are reported and kept.

Belongs here: finding them, for the periods whose facts changed. Not here: making facts (see facts.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from io import BytesIO

import duckdb
import polars as pl

from ipmon import sql
from ipmon.durable import keep
from ipmon.registers.contract import Reference, Register
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
    with connection(store) as engine:
        search = _Search(store, Ledger(store.ledger), engine, kept)
        for register in registers.values():
            for reference in register.references:
                if reference.register_ in registers:
                    found += search.strangers(register, reference, registers[reference.register_])
    found.sort(key=lambda row: (row.register, row.field, row.period))
    if found != kept:
        _write(store, found)
    return found


@dataclass(frozen=True)
class _Search:
    store: Store
    ledger: Ledger
    engine: duckdb.DuckDBPyConnection
    kept: list[Strangers]

    def strangers(self, register: Register, reference: Reference, other: Register) -> list[Strangers]:
        """One row a period of the register's facts."""
        periods = self.store.periods(register.facts)
        contents = {p: self.ledger.content(self.store.fact_file(register.facts, p)) for p in periods}
        about = [row for row in self.kept if (row.register, row.field) == (register.id, reference.field)]
        rows = [row for row in about if row.content is not None and contents.get(row.period) == row.content]
        changed = sorted(contents.keys() - {row.period for row in rows})
        if not changed or not self.store.periods(other.facts):
            return rows
        found = self._unknown(register, changed, reference, other)
        none: tuple[int, list[str]] = (0, [])
        looked_at = [(p, *found.get(p, none)) for p in changed]
        return rows + [Strangers(register.id, reference.field, p, n, tuple(x), contents[p]) for p, n, x in looked_at]

    def _unknown(
        self, register: Register, periods: list[str], reference: Reference, other: Register
    ) -> dict[str, tuple[int, list[str]]]:
        """By period: how many different values of the field are not known, and the first of them."""
        here, there = self._facts(register, periods), self._facts(other, self.store.periods(other.facts))
        named = f"select distinct month, {sql.name(reference.field)} as value from {here} where value is not null"
        known = f"select {sql.name(reference.to)} as value from {there}"
        examples = f"min(value, {MOST_EXAMPLES})"
        query = f"select month, count(*), {examples} from ({named}) anti join ({known}) using (value) group by month"
        return {period: (count, examples) for period, count, examples in self.engine.execute(query).fetchall()}

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
