"""Tables of a mart as files beside it, the same bytes for the same rows; and the digest of rows that a release is named after.

Belongs here: Parquet and CSV from DuckDB, in a fixed order. Not here: other formats (see ipmon/files), or what the tables hold.
"""

import csv
import hashlib
import re
from collections.abc import Collection, Iterable
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import duckdb

from ipmon import sql

FORMULA_START = re.compile(r"[=+\-@\t\r＝＋－＠]")
"""How a text begins that a spreadsheet would run as a formula, also in full-width signs."""

RUN_TABLES = frozenset({"checks", "release"})
RUN_COLUMNS = frozenset({"as_of", "raised_on"})
"""What says when a mart was made, not what it holds."""


def table_names(connection: duckdb.DuckDBPyConnection, views: bool = True) -> list[str]:
    """Tables and, unless told otherwise, views of the main schema, in alphabetical order."""
    kinds = "('BASE TABLE', 'VIEW')" if views else "('BASE TABLE')"
    query = f"select table_name from information_schema.tables where table_schema = 'main' and table_type in {kinds} order by 1"
    return [name for (name,) in connection.execute(query).fetchall()]


def export(connection: duckdb.DuckDBPyConnection, folder: Path, tables: Iterable[str] | None = None) -> None:
    """parquet/<table>.parquet with the exact text; csv/<table>.csv (UTF-8) with text that no spreadsheet runs as a formula."""
    for table in table_names(connection) if tables is None else tables:
        parquet, text = folder / "parquet" / f"{table}.parquet", folder / "csv" / f"{table}.csv"
        for path in (parquet, text):
            path.parent.mkdir(parents=True, exist_ok=True)
        copy(connection, f"select * from {sql.name(table)} order by all", parquet, "format parquet, compression zstd")
        copy(
            connection,
            f"select {_harmless(connection, table)} from read_parquet({sql.literal(str(parquet))})",  # as ordered there
            text,
            "format csv, header",
        )


def by_indicator(folder: Path) -> None:
    """indicators/<id>.csv with every vintage of one indicator, from csv/vintages.csv, whose rows are in order of indicator."""
    (folder / "indicators").mkdir(exist_ok=True)
    with (folder / "csv" / "vintages.csv").open(encoding="utf-8", newline="") as whole:
        header, *rows = csv.reader(whole)
    for id_, own in groupby(rows, key=itemgetter(header.index("indicator_id"))):
        with (folder / "indicators" / f"{id_}.csv").open("w", encoding="utf-8", newline="") as part:
            csv.writer(part, lineterminator="\n").writerows([header, *own])


def copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path, options: str) -> None:
    """The rows of a query as a file; `options` are DuckDB's words for its format."""
    connection.execute(f"copy ({query}) to {sql.literal(str(path))} ({options})")


def harmless(column: str) -> str:
    """A column of text, with an apostrophe before what a spreadsheet would take for a formula."""
    formula = f"regexp_matches({column}, '^{FORMULA_START.pattern}')"
    return f"case when {formula} then '''' || {column} else {column} end"


def digest(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """sha256 over the rows of a table in order, without the columns that only say when the run was."""
    columns = [column for column, _ in _columns(connection, table) if column not in RUN_COLUMNS]
    cells = ", ".join(f"coalesce(cast({sql.name(column)} as varchar), chr(30))" for column in columns)
    lines = f"select concat_ws(chr(31), {cells}) as line from {sql.name(table)}"
    (whole,) = connection.execute(f"select coalesce(string_agg(line, chr(29) order by line), '') from ({lines})").fetchall()[0]
    return hashlib.sha256(f"{','.join(columns)}\n{whole}".encode()).hexdigest()


def data_hash(marts: Iterable[Path], without: Collection[str] = RUN_TABLES) -> str:
    """sha256 over every table of the mart files: equal whenever two builds hold the same rows, on whatever day they ran."""
    whole = hashlib.sha256()
    for mart in sorted(marts):
        with duckdb.connect(str(mart), read_only=True) as connection:
            for table in table_names(connection, views=False):
                if table not in without:
                    whole.update(f"{mart.name} {table} {digest(connection, table)}\n".encode())
    return whole.hexdigest()


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str]]:
    rows = connection.execute(f"describe {sql.name(table)}").fetchall()
    return [(row[0], row[1]) for row in rows]


def _harmless(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """Every column; numbers are no text: -5.2 stays -5.2."""
    columns = [(sql.name(column), type_) for column, type_ in _columns(connection, table)]
    return ", ".join(f"{harmless(column)} as {column}" if type_ == "VARCHAR" else column for column, type_ in columns)
