"""What indicators claim of measures, held against the measures themselves.

Belongs here: names, columns and slices that do not meet. Not here: the shape of a claim (registry.Measured).
"""

from collections.abc import Iterator, Mapping, Sequence

import ibis
import polars as pl
from ibis.backends.sql.datatypes import DuckDBType

from ipmon.dimensions import DIMENSIONS
from ipmon.registers.contract import Register
from ipmon.registers.facts import fact_schema
from ipmon.registers.measure import Basis, Measure
from ipmon.registry import Registry


def problems(registry: Registry, measures: Sequence[Measure], registers: Mapping[str, Register]) -> list[str]:
    """Every claim that no measure meets, every measure that no indicator claims, and what is wrong with a basis, as sentences."""
    if wrong := [*_bases(measures, registers)]:
        return wrong
    known = {m.id: m for m in measures}
    columns = {m.id: numbers(m, registers) for m in measures}
    claimed = {i.measured.measure for i in registry.indicators.values() if i.measured} | {
        source.id for m in measures for source in m.given if isinstance(source, Measure)
    }
    return [
        *_unmet(registry, known, columns),
        *(f"assets/measures: '{id_}' is claimed by no indicator" for id_ in sorted(known.keys() - claimed)),
    ]


def numbers(m: Measure, registers: Mapping[str, Register]) -> list[str]:
    """The names of the numbers that a measure gives, and of what follows from them; the measure is put together, not run."""
    schemas = {register.facts: fact_schema(register) for register in registers.values()}
    none = pl.DataFrame(schema=dict(_put_together(m, schemas).schema().to_polars()))
    told = m.finish(none) if m.finish else none
    return [name for name in told.columns if name not in m.keys]


def _put_together(m: Measure, schemas: Mapping[str, Mapping[str, str]]) -> ibis.Table:
    return m(*(_table(source, schemas, m) for source in m.given), by=m.keys)


def _table(source: str | Measure | Basis, schemas: Mapping[str, Mapping[str, str]], m: Measure) -> ibis.Table:
    if isinstance(source, Measure):
        return _cells(source, schemas)
    schema = source.schema(schemas) if isinstance(source, Basis) else schemas[source]
    types = {name: DuckDBType.from_string(type_) for name, type_ in schema.items()}
    if isinstance(source, str) and "history" not in m.windows:
        types["period"] = DuckDBType.from_string("VARCHAR")
    return ibis.table(types, name=source if isinstance(source, str) else source.id)


def _cells(m: Measure, schemas: Mapping[str, Mapping[str, str]]) -> ibis.Table:
    return ibis.table({**dict.fromkeys(DIMENSIONS, "string"), **_put_together(m, schemas).schema()}, name=m.id)


def _bases(measures: Sequence[Measure], registers: Mapping[str, Register]) -> Iterator[str]:
    """What is wrong with the bases that measures are given."""
    monthly = {register.facts for register in registers.values() if register.cadence == "monthly"}
    bases = list({id(basis): basis for m in measures for basis in m.bases}.values())
    for basis in bases:
        where = f"assets/measures: basis '{basis.id}'"
        if [other.id for other in bases].count(basis.id) > 1:
            yield f"{where}: two have this name"
        yield from (f"{where}: '{fact}' is no fact table of months" for fact in {basis.frozen, *basis.given} - {""} - monthly)


def _unmet(registry: Registry, known: Mapping[str, Measure], columns: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for id_, indicator in registry.indicators.items():
        rule = indicator.measured
        if rule is None:
            continue
        where = f"indicators/{indicator.theme}.yaml: {id_}: measured"
        if rule.measure not in known:
            yield f"{where}: unknown measure '{rule.measure}'"
        elif rule.column not in columns[rule.measure]:
            yield f"{where}: '{rule.measure}' has no number '{rule.column}', only {', '.join(columns[rule.measure])}"
        elif not any(rule.where.keys() <= set(slice_) for slice_ in known[rule.measure].slices_of("year")):
            yield f"{where}: '{rule.measure}' is not divided by {', '.join(rule.where)}"
