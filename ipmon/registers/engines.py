"""Where measures run: DuckDB in this process, or Spark.

Belongs here: opening an engine, fact files as tables, results as frames. Not here: any measure, Spark itself (spark.py).
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import ibis
import polars as pl

from ipmon.errors import IpmonError
from ipmon.registers.groupings import Keys, apart, grouped

if TYPE_CHECKING:
    from ipmon.registers.spark import SparkEngine

MEMORY_LIMIT = "1200MB"
VARIABLE = "IPMON_ENGINE"
SPARK = re.compile(r"local\[[1-9]\d*\]|spark://[\w.-]+:\d{1,5}")


class Engine(Protocol):
    """What running a measure needs."""

    def table(self, files: Sequence[Path], schema: Mapping[str, str]) -> ibis.Table:
        """The rows of Parquet files with these columns and DuckDB types; none where there is no file."""

    def collect(self, expression: ibis.Table) -> pl.DataFrame:
        """The result of an expression."""

    def grouped(self, counted: ibis.Table, sets: Sequence[Keys]) -> list[pl.DataFrame]:
        """The numbers of an aggregation by each of these sets of its keys, in one pass over its rows."""

    def write(self, expression: ibis.Table, file: Path) -> None:
        """The result of an expression, however large, as a Parquet file in the order of all its columns."""


class DuckEngine:
    """DuckDB in this process, with bounded memory, spilling below `scratch`."""

    def __init__(self, scratch: Path) -> None:
        scratch.mkdir(parents=True, exist_ok=True)
        self._connection = ibis.duckdb.connect(
            memory_limit=MEMORY_LIMIT,
            temp_directory=str(scratch),
            autoinstall_known_extensions=False,
            autoload_known_extensions=False,
            enable_external_file_cache=False,  # it would fill the memory with files that the system caches anyway
        )
        self._connection.raw_sql("set parquet_metadata_cache = true")  # every measure reads the same files

    def table(self, files: Sequence[Path], schema: Mapping[str, str]) -> ibis.Table:
        """The files' rows; an empty table of the schema's types without any."""
        if files:
            return self._connection.read_parquet([str(f) for f in files])
        types = {name: self._connection.compiler.type_mapper.from_string(type_) for name, type_ in schema.items()}
        return self._connection.create_table(ibis.util.gen_name("empty"), schema=ibis.schema(types), temp=True)

    def collect(self, expression: ibis.Table) -> pl.DataFrame:
        """The rows, in the order of the expression."""
        frame: pl.DataFrame = self._connection.to_polars(expression)
        return frame

    def grouped(self, counted: ibis.Table, sets: Sequence[Keys]) -> list[pl.DataFrame]:
        """One frame a set, with its keys and the numbers."""
        return apart(self._connection.raw_sql(grouped(self._connection, counted, sets)).pl(), counted, sets)

    def write(self, expression: ibis.Table, file: Path) -> None:
        """The rows, sorted by DuckDB and written as they come."""
        from pyarrow.parquet import ParquetWriter

        batches = self._connection.to_pyarrow_batches(expression.order_by(expression.columns))
        with batches, ParquetWriter(file, batches.schema) as writer:
            for batch in batches:
                writer.write_batch(batch)

    def close(self) -> None:
        """Lets go of the memory."""
        self._connection.disconnect()


@contextmanager
def engine(scratch: Path) -> Iterator[Engine]:
    """The engine that IPMON_ENGINE names: duckdb (also where it is unset), local[2] or spark://host:7077.

    Raises IpmonError where it names none of these, or one that cannot be had.
    """
    with closing(_opened(os.environ.get(VARIABLE) or "duckdb", scratch)) as made:
        yield made


def _opened(name: str, scratch: Path) -> "DuckEngine | SparkEngine":
    if name == "duckdb":
        return DuckEngine(scratch)
    if SPARK.fullmatch(name):
        from ipmon.registers.spark import SparkEngine

        return SparkEngine(name, scratch)
    raise IpmonError(
        f"{VARIABLE} is '{name}'. Set it to duckdb, to local[2] (Spark on this machine, 2 threads) or to spark://host:7077 "
        "(the master of a cluster), or leave it unset for duckdb."
    )
