"""The same measures on Spark: every measure, window and slice gives on Spark what it gives on DuckDB, cell by cell."""

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import polars as pl
import pytest
from made_facts import declared, write, write_all
from polars.testing import assert_frame_equal

from assets.measures import measures
from ipmon.dimensions import DIMENSIONS
from ipmon.errors import IpmonError
from ipmon.paths import DataRoot
from ipmon.registers import spark
from ipmon.registers.cells import Cells
from ipmon.registers.engines import VARIABLE, DuckEngine, Engine, engine
from ipmon.registers.facts import fact_schema
from ipmon.registers.ledger import Ledger
from ipmon.registers.measure import Measure
from ipmon.registers.measuring import Measuring
from ipmon.registers.store import Store

TOLERANCE = 1e-9
"""Relative, for what is divided or interpolated. Counts and amounts are equal or wrong."""
WORKERS = 2
STARTED_WITHIN = 90
"""Seconds within which a cluster is there, on a slow machine too."""


class Desk:
    """A data root with the made facts, and the engine that measures them."""

    def __init__(self, root: Path, facts: Path, running: Engine) -> None:
        self.store, self.engine = Store(DataRoot(root)), running
        shutil.copytree(facts, self.store.folder / "facts")
        schemas = {register.facts: fact_schema(register) for register in declared().values()}
        self.measuring = Measuring(self.store, Ledger(self.store.ledger), running, schemas)

    def cells(self, m: Measure) -> dict[str, pl.DataFrame]:
        """The cells of every window, in the order of what they are about."""
        self.measuring.bring_up_to_date([m], lambda _: None)
        return {window: self._read(m, window) for window in m.measured_windows}

    def _read(self, m: Measure, window: str) -> pl.DataFrame:
        frame = Cells(self.store.cells(m.id, window)).read()
        assert frame is not None
        return frame.sort(about(frame), nulls_last=True)


def about(frame: pl.DataFrame) -> list[str]:
    return [name for name in ("period", "cohort", *DIMENSIONS) if name in frame.columns]


@pytest.fixture(scope="module")
def runtime() -> None:
    """What Spark needs; where it is absent its tests skip before anything is made for them."""
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("needs PySpark, an optional extra: make spark")
    if (spark.java_version() or 0) < spark.OLDEST_JAVA:
        pytest.skip(f"needs a Java {spark.OLDEST_JAVA} runtime")


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all fact tables."""
    return write_all(tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="module")
def on_duckdb(facts: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    root = tmp_path_factory.mktemp("duckdb")
    running = DuckEngine(root / "scratch")
    yield Desk(root, facts, running)
    running.close()


@pytest.fixture(scope="module", params=["local[2]", "cluster"])
def on_spark(
    runtime: None, request: pytest.FixtureRequest, facts: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """Spark as the environment variable chooses it."""
    master = request.getfixturevalue("cluster").address if request.param == "cluster" else request.param
    root = tmp_path_factory.mktemp("spark")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, master)
        with engine(root / "scratch") as running:
            yield Desk(root, facts, running)


class Cluster:
    """A master and its workers on this machine, in a process group of their own."""

    def __init__(self, folder: Path) -> None:
        self._page = free_port()
        port = free_port()
        self.address, self._folder, self._processes = f"spark://127.0.0.1:{port}", folder, list[subprocess.Popen[bytes]]()
        self._start("master.Master", "--port", str(port), "--webui-port", str(self._page))

    def workers(self) -> None:
        for n in range(WORKERS):
            folder = str(self._folder / f"worker{n}")
            self._start("worker.Worker", "--webui-port", "0", "-c", "1", "-m", "1g", "-d", folder, self.address)

    def state(self) -> dict[str, Any]:
        """What the master says of itself."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._page}/json/", timeout=5) as answer:
            said: dict[str, Any] = json.load(answer)
        return said

    def stop(self) -> None:
        for process in reversed(self._processes):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _start(self, role: str, *arguments: str) -> None:
        home = Path(str(importlib.util.find_spec("pyspark").submodule_search_locations[0]))  # type: ignore[union-attr, index]
        command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{role}", "--host", "127.0.0.1", *arguments]
        environment = os.environ | {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_NO_DAEMONIZE": "1"}
        with (self._folder / f"{role}{len(self._processes)}.log").open("wb") as log:
            self._processes.append(
                subprocess.Popen(command, env=environment, cwd=self._folder, stdout=log, stderr=log, start_new_session=True)
            )


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
    return port


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < end:
        try:
            if true():
                return
        except OSError:
            pass
        time.sleep(0.5)
    pytest.fail(f"not within {STARTED_WITHIN} seconds")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        wait_until(lambda: bool(made.state()))
        made.workers()
        wait_until(lambda: made.state()["aliveworkers"] == WORKERS)
        yield made
    finally:
        made.stop()


@pytest.mark.parametrize("m", measures(), ids=lambda m: m.id)
def test_every_cell_is_the_same_on_spark(on_spark: Desk, on_duckdb: Desk, m: Measure) -> None:
    theirs = on_spark.cells(m)
    for window, ours in on_duckdb.cells(m).items():
        assert_frame_equal(theirs[window], ours, check_exact=False, rel_tol=TOLERANCE, abs_tol=0)


@pytest.mark.parametrize("m", measures(), ids=lambda m: m.id)
def test_the_facts_give_every_measure_something_to_count(on_duckdb: Desk, m: Measure) -> None:
    for window, cells in on_duckdb.cells(m).items():
        counted = cells.drop(about(cells))
        assert [name for name in counted.columns if not counted[name].drop_nulls().cast(pl.Float64).abs().sum()] == [], window


def test_what_no_row_tells_is_counted_as_0(on_spark: Desk, on_duckdb: Desk) -> None:
    """Two rows of group a tell nothing of x, one of group b says 5; over no rows at all a count is 0 too."""
    rows = pl.DataFrame({"g": ["a", "a", "b"], "x": [None, None, 5]}, schema={"g": pl.String, "x": pl.Int64})
    for running in (on_duckdb.engine, on_spark.engine):
        table = ibis.memtable(rows)
        counts = table.group_by("g").agg(n=table.count(where=table.x > 3)).order_by("g")
        assert running.collect(counts).rows() == [("a", 0), ("b", 1)]
        none = table.filter(table.g == "c")
        assert running.collect(none.agg(n=none.count(where=none.x > 3))).rows() == [(0,)]


def test_files_keep_their_types_and_their_names(on_spark: Desk, on_duckdb: Desk, tmp_path: Path) -> None:
    """A path may hold what Spark would read as a pattern; without a file there are no rows of the same types."""
    file = tmp_path / "a[1] {b}*" / "2024-09.parquet"
    file.parent.mkdir()
    schema = {"month": "VARCHAR", "day": "DATE", "cny": "DECIMAL(20,2)", "n": "BIGINT", "year": "INTEGER", "flag": "BOOLEAN"}
    write([dict(zip(schema, ("2024-09", "2024-09-30", "12.30", 7, 2024, True), strict=True))], schema, file)
    row = ("2024-09", date(2024, 9, 30), Decimal("12.30"), 7, 2024, True)
    for files, expected in (([file], [row]), ([], [])):
        found = [running.collect(running.table(files, schema)) for running in (on_duckdb.engine, on_spark.engine)]
        assert [frame.rows() for frame in found] == [expected, expected]
        assert found[0].schema == found[1].schema


@pytest.mark.parametrize("on_spark", ["cluster"], indirect=True)
def test_a_cluster_of_two_workers_has_the_session(on_spark: Desk, cluster: Cluster) -> None:
    applications = cluster.state()["activeapps"]
    assert [(app["name"], app["state"], app["cores"]) for app in applications] == [("ipmon", "RUNNING", WORKERS)]


@pytest.mark.parametrize("name", [None, "", "duckdb"])
def test_duckdb_runs_where_nothing_else_is_asked_for(name: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False) if name is None else monkeypatch.setenv(VARIABLE, name)
    with engine(tmp_path) as running:
        assert isinstance(running, DuckEngine)


@pytest.mark.parametrize("name", ["spark", "local", "local[0]", "local[2", "spark://host", "yarn", "DuckDB"])
def test_another_engine_is_refused_with_what_may_be_asked_for(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(name, tmp_path, monkeypatch).startswith(f"IPMON_ENGINE is '{name}'. Set it to duckdb, to local[2] (")


def test_without_pyspark_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark.importlib.util, "find_spec", lambda name: None)
    said = refusal("local[2]", tmp_path, monkeypatch)
    assert said == "IPMON_ENGINE is 'local[2]', and PySpark is not installed. Install it with: make spark"


@pytest.mark.parametrize(
    ("version", "found"),
    [
        ("1.8.0_392", "Java 8 is too old"),
        ("11.0.2", "Java 11 is too old"),
        ("none", "no Java is found"),
        (None, "no Java is found"),
    ],
)
def test_without_java_17_it_says_what_to_install(
    version: str | None, found: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setenv("JAVA_HOME", str(java_home(tmp_path, version)))
    said = refusal("local[2]", tmp_path, monkeypatch)
    assert said.startswith(f"IPMON_ENGINE is 'local[2]', and {found}. Install a Java 17 runtime (")


@pytest.mark.parametrize("port", ["free", "99999"])
def test_a_cluster_that_does_not_answer_is_named(port: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setenv("JAVA_HOME", str(java_home(tmp_path, "21.0.1")))
    address = f"spark://127.0.0.1:{free_port() if port == 'free' else port}"
    said = refusal(address, tmp_path, monkeypatch)
    assert said.startswith(f"IPMON_ENGINE is '{address}', and nothing answers there (") and "\n" not in said


def refusal(name: str, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv(VARIABLE, name)
    with pytest.raises(IpmonError) as refused, engine(scratch):
        pass
    return str(refused.value)


def java_home(folder: Path, version: str | None) -> Path:
    """A home of Java with a program that only tells its version; without one for None."""
    program = folder / "bin" / "java"
    program.parent.mkdir()
    if version:
        program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2024-01-01' >&2\n")
        program.chmod(0o755)
    return folder
