"""The DuckDB file of a release: tables and views with their comments, written once, closed, then only read.

Belongs here: DDL and loading, from the declarations in assets/marts. Not here: what the rows say (see tables.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import duckdb
import polars as pl

from ipmon import sql
from ipmon.declared import Declared, read_entries, validated
from ipmon.errors import DeclarationError

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
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
Rows = Sequence[Mapping[str, Any]]


class Table(Declared):
    """A table or view: its title in both languages; for a table its columns in order, for a view a query that shows its use."""

    zh: str
    en: str
    columns: list[str] = []
    example: str = ""


@dataclass(frozen=True)
class Field:
    """A column name: type and description, the same wherever it occurs."""

    type: str
    zh: str
    en: str


@dataclass(frozen=True)
class MartSchema:
    """Everything of assets/marts: fields, tables, and the wide views with their SELECTs."""

    fields: dict[str, Field]
    tables: dict[str, Table]
    views: dict[str, tuple[Table, str]]


def load_schema(folder: Path, problems: list[str]) -> MartSchema:
    """fields.yaml, tables.yaml, views.yaml and the .sql files of one folder."""
    fields = _fields(folder / "fields.yaml", problems)
    tables = _tables(folder / "tables.yaml", problems)
    titles = _tables(folder / "views.yaml", problems)
    queries = {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.sql"))}
    problems += [f"marts/{name}: needs both a title in views.yaml and a .sql file" for name in queries.keys() ^ titles.keys()]
    problems += [f"marts/views.yaml: {name}: needs an example" for name, title in titles.items() if not title.example]
    unknown = {c for table in tables.values() for c in table.columns} - fields.keys()
    problems += [f"marts/tables.yaml: column '{c}' is not described in fields.yaml" for c in sorted(unknown)]
    return MartSchema(fields, tables, {name: (titles[name], queries[name]) for name in sorted(queries.keys() & titles.keys())})


def _fields(path: Path, problems: list[str]) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for name, entry in read_entries(path, problems).items():
        if isinstance(entry, list) and len(entry) == 3 and entry[0] in POLARS and all(isinstance(e, str) and e for e in entry):
            fields[name] = Field(*entry)
        else:
            problems.append(f"marts/{path.name}: {name}: write [type, zh, en] with a type of {', '.join(POLARS)}")
    return fields


def _tables(path: Path, problems: list[str]) -> dict[str, Table]:
    entries = read_entries(path, problems).items()
    return {name: t for name, entry in entries if (t := validated(Table, entry, f"marts/{path.name}: {name}", problems))}


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
    """A new DuckDB file at `path` with every table, the wide views, the macro as_of and all comments; closed and checkpointed.

    `mark` opens the comment of every table and view.

    Tables without a frame are made empty: `checks` and `release` are known only after the mart was looked at (see `fill`).
    """
    with duckdb.connect(str(path), config=SETTINGS) as connection:
        connection.begin()  # one commit for all: each one costs a flush
        for name, table in schema.tables.items():
            data = frames.get(name)
            _create(connection, schema, name, table, frame(schema, name, []) if data is None else data)
            _comment(connection, f"table {sql.name(name)}", f"{mark}{table.zh} {table.en}")
        connection.execute(AS_OF)
        for name, (title, query) in schema.views.items():
            _create_view(connection, schema, name, query)
            _comment(connection, f"view {sql.name(name)}", f"{mark}{title.zh} {title.en}")
        _fill(connection, "dictionary", frame(schema, "dictionary", _dictionary(connection, schema)))
        connection.commit()
        connection.execute("checkpoint")


def fill(path: Path, frames: Mapping[str, pl.DataFrame]) -> None:
    """Appends rows to tables of a mart that is not published yet."""
    with duckdb.connect(str(path), config=SETTINGS) as connection:
        for name, data in frames.items():
            _fill(connection, name, data)
        connection.execute("checkpoint")


def _create(connection: duckdb.DuckDBPyConnection, schema: MartSchema, name: str, table: Table, data: pl.DataFrame) -> None:
    columns = ", ".join(f"{sql.name(c)} {schema.fields[c].type}" for c in table.columns)
    connection.execute(f"create table {sql.name(name)} ({columns})")
    _fill(connection, name, data)
    for column in table.columns:
        _comment(connection, f"column {sql.name(name)}.{sql.name(column)}", _described(schema, name, column))


def _create_view(connection: duckdb.DuckDBPyConnection, schema: MartSchema, name: str, query: str) -> None:
    try:
        connection.execute(f"create view {sql.name(name)} as {query.rstrip().rstrip(';')}")
    except duckdb.Error as error:
        raise DeclarationError([f"marts/{name}.sql: {error}"]) from None
    # a bound parameter would make DuckDB import pandas, which takes longer than making all views
    columns = f"select column_name from duckdb_columns() where table_name = {sql.literal(name)}"
    for (column,) in connection.execute(columns).fetchall():
        _comment(connection, f"column {sql.name(name)}.{sql.name(column)}", _described(schema, name, column))


def _fill(connection: duckdb.DuckDBPyConnection, name: str, data: pl.DataFrame) -> None:
    """By way of a Parquet file: handing a frame over in memory would import pandas, which takes longer than all the filling."""
    if data.height:
        with NamedTemporaryFile(suffix=".parquet") as file:
            data.write_parquet(file.name)
            connection.execute(f"insert into {sql.name(name)} from read_parquet({sql.literal(file.name)})")


def _described(schema: MartSchema, table: str, column: str) -> str:
    field = schema.fields.get(column)
    if field is None:
        raise DeclarationError([f"marts/{table}.sql: column '{column}' is not described in fields.yaml"])
    return f"{field.zh} {field.en}"


def _comment(connection: duckdb.DuckDBPyConnection, what: str, text: str) -> None:
    connection.execute(f"comment on {what} is {sql.literal(text)}")


def _dictionary(connection: duckdb.DuckDBPyConnection, schema: MartSchema) -> list[dict[str, str]]:
    titles = schema.tables | {name: title for name, (title, _) in schema.views.items()}
    columns = connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() where not internal order by table_name, column_index"
    ).fetchall()
    rows = [_entry(name, "", "", t) | {"example_query": t.example} for name, t in sorted(titles.items())]
    return rows + [_entry(table, column, type_, schema.fields[column]) for table, column, type_ in columns]


def _entry(table: str, column: str, type_: str, described: Table | Field) -> dict[str, str]:
    names = {"table_name": table, "column_name": column, "data_type": type_}
    return {**names, "description_zh": described.zh, "description_en": described.en, "example_query": ""}
