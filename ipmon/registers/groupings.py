"""One aggregation by several sets of its keys, asked for at once: SQL's GROUPING SETS, which Ibis has no word for.

Belongs here: the query, and its answer as one frame a set. Not here: which sets a measure has (measuring.py).
"""

from collections.abc import Sequence
from typing import Any

import ibis
import polars as pl
from sqlglot import exp

Keys = tuple[str, ...]


def grouped(connection: Any, counted: ibis.Table, sets: Sequence[Keys]) -> str:
    """The SQL of an aggregation, which groups by every key that a set names, by each of the sets instead, rows of all together.

    A row has null in the keys that its set lacks; the column `key?` says of each key whether that is so (1), which a null in the
    key itself does not (0).
    """
    connection._run_pre_execute_hooks(counted)  # tables in memory, which Ibis makes known only to queries that it sends itself
    query = connection.compiler.to_sqlglot(counted)
    named = {column.alias_or_name: column.unalias() for column in query.expressions}
    divided = [exp.Tuple(expressions=[named[key].copy() for key in of]) for of in sets]
    query.set("group", exp.Group(grouping_sets=[exp.GroupingSets(expressions=divided)]))
    for key in _keys(sets):
        lacks = exp.Anonymous(this="grouping", expressions=[named[key].copy()])
        query = query.select(exp.alias_(lacks, _flag(key), quoted=True), copy=False)
    sql: str = query.sql(connection.dialect)
    return sql


def apart(rows: pl.DataFrame, counted: ibis.Table, sets: Sequence[Keys]) -> list[pl.DataFrame]:
    """Of the answer the rows of each set, with its own keys and the numbers, in the types of the aggregation."""
    typed = rows.cast(dict(counted.schema().to_polars()))
    numbers = [name for name in counted.columns if name not in _keys(sets)]
    return [
        typed.filter(pl.all_horizontal(pl.col(_flag(key)) == (key not in of) for key in _keys(sets))).select(*of, *numbers)
        for of in sets
    ]


def _flag(key: str) -> str:
    return f"{key}?"


def _keys(sets: Sequence[Keys]) -> list[str]:
    return sorted({key for of in sets for key in of})
