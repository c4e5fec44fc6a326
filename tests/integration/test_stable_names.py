"""What analysts rely on: the mart's names and types as they were reviewed, and a file that every DuckDB 1.x opens."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import CHECKOUT

FILES = CHECKOUT / "tests" / "files"
SHAPE = "select table_name || '.' || column_name || ' ' || data_type from information_schema.columns order by 1"
STORAGE = 64
"""What DuckDB writes for clients before 1.2 (its documentation, Storage Versions and Format)."""

OLD_CLIENT = """
import duckdb, sys
with duckdb.connect(sys.argv[1], read_only=True) as mart:
    print(duckdb.__version__)
    for table, in mart.execute("select table_name from information_schema.tables order by 1").fetchall():
        print(table, len(mart.execute(f'from "{table}"').fetchall()))
    print(mart.execute("select count(*) from as_of(date '2024-01-01')").fetchall())
    print(mart.execute("select count(*) from duckdb_columns() where not internal and comment is null").fetchall())
"""


def test_names_and_types_are_those_that_were_reviewed(mart: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """Where this fails: a new name may be added; one that is gone or has another type breaks the queries of analysts. A renamed
    one goes into assets/marts/renamed.yaml and the CHANGELOG. Then review the difference and copy the file of the message.
    """
    found, reviewed = [line for (line,) in mart.execute(SHAPE).fetchall()], (FILES / "shape.txt").read_text("utf-8").splitlines()
    gone, added = [line for line in reviewed if line not in found], [line for line in found if line not in reviewed]
    (tmp_path / "shape.txt").write_text("\n".join(found) + "\n", "utf-8")
    assert (gone, added) == ([], []), f"review, then: cp {tmp_path / 'shape.txt'} tests/files/shape.txt"
    assert found == reviewed


def test_the_file_has_the_storage_version_of_the_oldest_client(release: Path) -> None:
    with (release / "public.duckdb").open("rb") as file:
        header = file.read(20)
    assert header[8:12] == b"DUCK"
    assert int.from_bytes(header[12:20], "little") == STORAGE


@pytest.fixture(scope="module")
def oldest_duckdb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """DuckDB 1.0.0 in a folder of its own; skips where pip cannot have it (no network, or a Python newer than its wheels)."""
    folder = tmp_path_factory.mktemp("oldest")
    options = (
        "--quiet",
        "--disable-pip-version-check",
        "--retries",
        "0",
        "--no-deps",
        "--only-binary",
        ":all:",
        "--require-hashes",
    )
    command = [sys.executable, "-m", "pip", "install", *options, "--target", str(folder), "-r", str(FILES / "oldest_duckdb.txt")]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"pip cannot install DuckDB 1.0.0 here: {done.stderr.strip().splitlines()[-1]}")
    return folder


def test_the_oldest_client_reads_every_table_view_macro_and_comment(
    oldest_duckdb: Path, release: Path, mart: duckdb.DuckDBPyConnection
) -> None:
    command = [sys.executable, "-c", OLD_CLIENT, str(release / "public.duckdb")]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(oldest_duckdb)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    tables = [name for (name,) in mart.execute("select table_name from information_schema.tables order by 1").fetchall()]
    counts = [f"{name} {mart.execute(f'select count(*) from {name}').fetchall()[0][0]}" for name in tables]
    ((then,),) = mart.execute("select count(*) from as_of(date '2024-01-01')").fetchall()
    assert said == ["1.0.0", *counts, f"[({then},)]", "[(0,)]"]
