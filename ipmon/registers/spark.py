"""Measures on Spark: in a Java process beside this one, or on a standalone cluster.

Belongs here: everything that knows PySpark, which is an optional extra and imported only once it is asked for. Not here: the
choice between engines (see engines.py), any measure.
"""

import importlib.util
import os
import re
import shutil
import socket
import subprocess
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ibis
import polars as pl
from ibis.backends.sql.compilers.base import NULL, STAR
from ibis.backends.sql.compilers.pyspark import PySparkCompiler

from ipmon.errors import IpmonError
from ipmon.registers.groupings import Keys, apart, grouped

OLDEST_JAVA = 17
PATIENCE = 5
"""Seconds to wait for a cluster's answer."""
LOOPBACK = "127.0.0.1"
SETTINGS = {
    "spark.app.name": "ipmon",
    "spark.driver.host": LOOPBACK,
    "spark.driver.bindAddress": LOOPBACK,
    "spark.driver.memory": "2g",
    "spark.executor.memory": "1g",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "32",  # measures end in few rows, and the 200 of the default cost more than they share out
}


class SparkEngine:
    """A Spark session whose driver listens on this machine only, with its files and its log below `scratch`.

    `master` is local[2] or spark://host:7077; workers read fact files under the same paths as this process. Raises IpmonError
    where PySpark or Java is missing, the cluster does not answer, or Spark does not start.
    """

    def __init__(self, master: str, scratch: Path) -> None:
        _require_pyspark(master)
        _require_java(master)
        _require_answer(master)
        self._session = _session(master, scratch.absolute())
        self._connection = ibis.pyspark.connect(self._session)
        self._connection.compiler = _Compiler()

    def table(self, files: Sequence[Path], schema: Mapping[str, str]) -> ibis.Table:
        """The files' rows; an empty table of the schema's types without any."""
        types = _types(schema)
        if not files:
            return self._named(self._session.createDataFrame([], types))
        return self._named(self._session.read.schema(types).parquet(*(_literal(file) for file in files)))

    def collect(self, expression: ibis.Table) -> pl.DataFrame:
        """The rows, in the order of the expression, in the types that DuckDB gives."""
        name = ibis.util.gen_name("result")
        self._connection.create_view(name, expression)
        frame = pl.DataFrame(self._session.table(name).toArrow())
        self._connection.drop_view(name)
        return frame.cast(dict(expression.schema().to_polars()))

    def grouped(self, counted: ibis.Table, sets: Sequence[Keys]) -> list[pl.DataFrame]:
        """One frame a set, with its keys and the numbers."""
        rows = self._session.sql(grouped(self._connection, counted, sets)).toArrow()
        return apart(pl.DataFrame(rows), counted, sets)

    def write(self, expression: ibis.Table, file: Path) -> None:
        """The rows, sorted here."""
        self.collect(expression).sort(expression.columns).write_parquet(file)

    def close(self) -> None:
        """Ends the session and leaves the cluster. The Java process waits for another one, and ends with this process."""
        self._session.stop()

    def _named(self, frame: Any) -> ibis.Table:
        name = ibis.util.gen_name("rows")
        frame.createOrReplaceTempView(name)
        return self._connection.table(name)


class _Compiler(PySparkCompiler):  # type: ignore[misc]
    """Ibis for Spark with one fault mended: its `count(where=…)` is a sum, and null instead of 0 if no row tells.

    And it did not know Spark's `bit_or`.
    """

    def visit_CountStar(self, op: Any, *, arg: Any, where: Any) -> Any:
        return self.f.count(STAR if where is None else self.if_(where, 1, NULL))

    def visit_BitOr(self, op: Any, *, arg: Any, where: Any) -> Any:
        return self.f.bit_or(arg if where is None else self.if_(where, arg, NULL))


def _session(master: str, scratch: Path) -> Any:
    warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")  # which carries no result here
    from pyspark import SparkConf, SparkContext
    from pyspark.sql import SparkSession

    own = {"spark.local.dir": str(scratch), "spark.sql.warehouse.dir": (scratch / "warehouse").as_uri(), "spark.master": master}
    conf = SparkConf(loadDefaults=False).setAll([*SETTINGS.items(), *own.items()])
    try:
        return SparkSession(SparkContext(conf=conf, gateway=_java_process(conf, scratch)))
    except Exception as error:  # whatever Java threw, or the reason for which there is no Java
        reason = str(error).strip().splitlines()[0]
        raise IpmonError(
            f"IPMON_ENGINE is '{master}', and Spark did not start ({reason}). See spark.log in the work folder registers/scratch."
        ) from error


def _java_process(conf: Any, scratch: Path) -> Any:
    """The Java process, which a Python process starts once. It writes what it has to say into a log and not to the reader."""
    from pyspark import SparkContext
    from pyspark.java_gateway import launch_gateway

    if SparkContext._gateway is not None:
        return SparkContext._gateway
    os.environ["SPARK_LOCAL_IP"] = LOOPBACK  # Java asks for it before it reads any setting
    scratch.mkdir(parents=True, exist_ok=True)
    with (scratch / "spark.log").open("wb") as log:
        return launch_gateway(conf, {"stdout": log, "stderr": log})


def _require_pyspark(master: str) -> None:
    if importlib.util.find_spec("pyspark") is None:
        raise IpmonError(f"IPMON_ENGINE is '{master}', and PySpark is not installed. Install it with: make spark")


def _require_java(master: str) -> None:
    found = java_version()
    if found is None or found < OLDEST_JAVA:
        what = "no Java is found" if found is None else f"Java {found} is too old"
        raise IpmonError(
            f"IPMON_ENGINE is '{master}', and {what}. Install a Java {OLDEST_JAVA} runtime (on Debian or Ubuntu: "
            f"apt-get install openjdk-{OLDEST_JAVA}-jre-headless), or name one by JAVA_HOME."
        )


def java_version() -> int | None:
    """The major version of the Java that Spark will run on: that of JAVA_HOME, or else the first on the path."""
    home = os.environ.get("JAVA_HOME")
    program = shutil.which("java", path=str(Path(home, "bin")) if home else None)
    if program is None:
        return None
    said = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(version[1]) if version else None


def _require_answer(master: str) -> None:
    """Spark itself would try for a minute, and then fail with pages of Java."""
    if not master.startswith("spark://"):
        return
    host, _, port = master.removeprefix("spark://").rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=PATIENCE).close()
    except (OSError, OverflowError) as error:  # the latter for a port beyond 65535
        raise IpmonError(
            f"IPMON_ENGINE is '{master}', and nothing answers there ({error}). Start the cluster's master."
        ) from error


def _types(schema: Mapping[str, str]) -> Any:
    """DuckDB types as Spark's."""
    from ibis.backends.pyspark.datatypes import PySparkSchema
    from ibis.backends.sql.datatypes import DuckDBType

    return PySparkSchema.from_ibis(ibis.schema({name: DuckDBType.from_string(type_) for name, type_ in schema.items()}))


def _literal(file: Path) -> str:
    """A path in which Spark takes no character for a pattern."""
    return re.sub(r"([\[\]{}*?\\])", r"\\\1", str(file.absolute()))
