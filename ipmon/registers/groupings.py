"""One aggregation by several sets of its keys, asked for at once: SQL's GROUPING SETS, which Ibis has no word for.

Belongs here: the query, and its answer as one frame a set. Not here: which sets a measure has (measuring.py).
"""

from collections.abc import Sequence
from typing import Any

import ibis
import polars as pl
from sqlglot import exp

Keys = tuple[str, ...]


def grouped(connection: Any, counted: ibis.Table, sets: Sequence[Keys]) -> ibis.Table:
    """An aggregation, which groups by every key that a set names, by each of the sets instead, rows of all sets together.

    A row has null in the keys that its set lacks; the column `key?` says of each key whether that is so (1), which a null in the
    key itself does not (0).
    """
    query = connection.compiler.to_sqlglot(counted)
    named = {column.alias_or_name: column.unalias() for column in query.expressions}
    keys = _keys(sets)
    divided = [exp.Tuple(expressions=[named[key].copy() for key in of]) for of in sets]
    query.set("group", exp.Group(grouping_sets=[exp.GroupingSets(expressions=divided)]))
    for key in keys:
        lacks = exp.Anonymous(this="grouping", expressions=[named[key].copy()])
        query = query.select(exp.alias_(lacks, _flag(key), quoted=True), copy=False)
    schema = dict(counted.schema().items()) | {_flag(key): "int64" for key in keys}
    return connection.sql(query.sql(connection.dialect), schema=schema)


def apart(rows: pl.DataFrame, sets: Sequence[Keys]) -> list[pl.DataFrame]:
    """The rows of each set, with its own keys and the numbers."""
    keys = _keys(sets)
    others = [name for name in rows.columns if name not in (*keys, *map(_flag, keys))]
    return [
        rows.filter(pl.all_horizontal(pl.col(_flag(key)) == (key not in of) for key in keys)).select(*of, *others) for of in sets
    ]


def _flag(key: str) -> str:
    return f"{key}?"


def _keys(sets: Sequence[Keys]) -> list[str]:
    return sorted({key for of in sets for key in of})
