"""The DuckDB file of a release: tables and views with their comments, written once, closed, then only read.

Belongs here: DDL and loading. Not here: what is declared (see mart_schema.py), what the rows say (see tables.py).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import duckdb
import polars as pl

from ipmon import sql
from ipmon.declared import Text
from ipmon.errors import DeclarationError
from ipmon.mart_schema import MartSchema, Table

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "storage_compatibility_version": "v1.0.0",  # the oldest client that opens a mart
}
POLARS = {
    "VARCHAR": pl.String(),
    "DATE": pl.Date(),
    "DECIMAL(28,6)": pl.Decimal(28, 6),
    "INTEGER": pl.Int32(),
    "BIGINT": pl.Int64(),
    "DOUBLE": pl.Float64(),
    "BOOLEAN": pl.Boolean(),
}
AS_OF = """create macro as_of(d) as table
select * exclude (superseded_on) from vintages where released_on <= d and (superseded_on is null or superseded_on > d)"""
COLUMNS = """select table_name, column_name, data_type from duckdb_columns() where not internal
order by table_name, column_index"""
Column = tuple[str, str, str]
"""A row of COLUMNS."""
Rows = Sequence[Mapping[str, Any]]


def frame(schema: MartSchema, table: str, rows: Rows) -> pl.DataFrame:
    """Rows of a table as a typed frame in the table's column order.

    Raises KeyError for a missing column, ValueError where a value does not fit its type: polars would make it null in silence.
    """
    return pl.DataFrame([_column(schema, table, name, [row[name] for row in rows]) for name in schema.tables[table].columns])


def _column(schema: MartSchema, table: str, name: str, values: list[Any]) -> pl.Series:
    type_ = schema.fields[name].type
    try:
        column = pl.Series(name, values, dtype=POLARS[type_])
    except (pl.exceptions.PolarsError, RuntimeError, TypeError) as error:
        raise ValueError(f"{table}.{name}: a value does not fit {type_}: {error}") from None
    if column.null_count() != sum(value is None for value in values):
        raise ValueError(f"{table}.{name}: a value does not fit {type_}")
    return column


def build(path: Path, schema: MartSchema, frames: Mapping[str, pl.DataFrame], mark: str = "") -> None:
    """A new DuckDB file at `path` with every table, the wide views, old names, the macro as_of and all comments; closed and
    checkpointed.

    `mark` opens the comment of every table and view.

    Tables without a frame are made empty: `checks` and `release` are known only after the mart was looked at (see `fill`).
    """
    with duckdb.connect(str(path), config=SETTINGS) as connection:
        connection.begin()  # one commit for all: each one costs a flush
        for name, table in schema.tables.items():
            data = frames.get(name)
            _create(connection, schema, name, table, frame(schema, name, []) if data is None else data)
        connection.execute(AS_OF)
        queries = {name: query for name, (_, query) in schema.views.items()}
        old = {old: f"select * from {sql.name(now)}" for old, now in schema.old_tables().items()}
        for name, query in (queries | old).items():
            _create_view(connection, schema, name, query)
        columns = connection.execute(COLUMNS).fetchall()
        connection.execute(";".join(_comments(schema, columns, mark)))
        _fill(connection, "dictionary", frame(schema, "dictionary", _dictionary(schema, columns)))
        connection.commit()
        connection.execute("checkpoint")


def fill(path: Path, frames: Mapping[str, pl.DataFrame]) -> None:
    """Appends rows to tables of a mart that is not published yet."""
    with duckdb.connect(str(path), config=SETTINGS) as connection:
        for name, data in frames.items():
            _fill(connection, name, data)
        connection.execute("checkpoint")


def _create(connection: duckdb.DuckDBPyConnection, schema: MartSchema, name: str, table: Table, data: pl.DataFrame) -> None:
    """The table with its rows; a column's old name is one more column, computed when it is read."""
    columns = [f"{sql.name(c)} {schema.fields[c].type}" for c in table.columns]
    old = [f"{sql.name(c)} {schema.fields[now].type} as ({sql.name(now)})" for c, now in schema.old_columns(name).items()]
    connection.execute(f"create table {sql.name(name)} ({', '.join(columns + old)})")
    _fill(connection, name, data)


def _create_view(connection: duckdb.DuckDBPyConnection, schema: MartSchema, name: str, query: str) -> None:
    bare = query.rstrip().rstrip(";")
    if old := schema.old_columns(name):
        bare = f"select *, {', '.join(f'{sql.name(now)} as {sql.name(c)}' for c, now in old.items())} from ({bare})"
    try:
        connection.execute(f"create view {sql.name(name)} as {bare}")
    except duckdb.Error as error:
        raise DeclarationError([f"marts/{name}.sql: {error}"]) from None


def _fill(connection: duckdb.DuckDBPyConnection, name: str, data: pl.DataFrame) -> None:
    """By way of a Parquet file: handing a frame over in memory would import pandas, which takes longer than all the filling."""
    if data.height:
        with NamedTemporaryFile(suffix=".parquet") as file:
            data.write_parquet(file.name)
            connection.execute(f"insert into {sql.name(name)} from read_parquet({sql.literal(file.name)})")


def _both(text: Text) -> str:
    return f"{text.zh} {text.en}"


def _comments(schema: MartSchema, columns: Iterable[Column], mark: str) -> Iterator[str]:
    """The statements that say of every table, view and column what it is."""
    kinds: list[tuple[str, Iterable[str]]] = [("table", schema.tables), ("view", schema.views), ("view", schema.old_tables())]
    for kind, names in kinds:
        for name in names:
            yield f"comment on {kind} {sql.name(name)} is {sql.literal(mark + _both(schema.title(name)))}"
    for name, column, _ in columns:
        try:
            told = _both(schema.described(name, column))
        except KeyError:
            raise DeclarationError([f"marts/{name}.sql: column '{column}' is not described in fields.yaml"]) from None
        yield f"comment on column {sql.name(name)}.{sql.name(column)} is {sql.literal(told)}"


def _dictionary(schema: MartSchema, columns: Iterable[Column]) -> list[dict[str, str]]:
    names = sorted([*schema.tables, *schema.views, *schema.old_tables()])
    rows = [_entry(name, "", "", schema.title(name)) | {"example_query": schema.example(name)} for name in names]
    return rows + [_entry(table, column, type_, schema.described(table, column)) for table, column, type_ in columns]


def _entry(table: str, column: str, type_: str, text: Text) -> dict[str, str]:
    names = {"table_name": table, "column_name": column, "data_type": type_}
    return {**names, "description_zh": text.zh, "description_en": text.en, "example_query": ""}
