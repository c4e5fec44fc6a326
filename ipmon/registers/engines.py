"""Where measures run: DuckDB in this process, or Spark.

Belongs here: opening an engine, fact files as tables, results as frames. Not here: any measure, Spark itself (spark.py).
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import ibis
import polars as pl

from ipmon.errors import IpmonError

if TYPE_CHECKING:
    from ipmon.registers.spark import SparkEngine

MEMORY_LIMIT = "2GB"
VARIABLE = "IPMON_ENGINE"
SPARK = re.compile(r"local\[[1-9]\d*\]|spark://[\w.-]+:\d{1,5}")


class Engine(Protocol):
    """What running a measure needs."""

    def table(self, files: Sequence[Path], schema: Mapping[str, str]) -> ibis.Table:
        """The rows of Parquet files with these columns and DuckDB types; none where there is no file."""

    def kept(self, rows: ibis.Table) -> AbstractContextManager[ibis.Table]:
        """These rows for several questions, without reading their files for each."""

    def collect(self, expression: ibis.Table) -> pl.DataFrame:
        """The result of an expression."""


class DuckEngine:
    """DuckDB in this process, with bounded memory, spilling below `scratch`."""

    def __init__(self, scratch: Path) -> None:
        scratch.mkdir(parents=True, exist_ok=True)
        self._connection = ibis.duckdb.connect(
            memory_limit=MEMORY_LIMIT,
            temp_directory=str(scratch),
            autoinstall_known_extensions=False,
            autoload_known_extensions=False,
        )
        self._connection.raw_sql("set parquet_metadata_cache = true")  # every measure reads the same files

    def table(self, files: Sequence[Path], schema: Mapping[str, str]) -> ibis.Table:
        """The files' rows; an empty table of the schema's types without any."""
        if files:
            return self._connection.read_parquet([str(f) for f in files])
        types = {name: self._connection.compiler.type_mapper.from_string(type_) for name, type_ in schema.items()}
        return self._connection.create_table(ibis.util.gen_name("empty"), schema=ibis.schema(types), temp=True)

    @contextmanager
    def kept(self, rows: ibis.Table) -> Iterator[ibis.Table]:
        """The rows as a table of their own for as long as they are needed."""
        name = ibis.util.gen_name("kept")
        yield self._connection.create_table(name, rows, temp=True)
        self._connection.drop_table(name)

    def collect(self, expression: ibis.Table) -> pl.DataFrame:
        """The rows, in the order of the expression."""
        frame: pl.DataFrame = self._connection.to_polars(expression)
        return frame

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
