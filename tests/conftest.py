"""What many tests share: the checkout, the shared material, and one real release built from the shipped deliveries."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pypdfium2
import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
SHARED = CHECKOUT.parent / "shared"

BLOCK = re.compile(r"^ *```(\w+)(?: (\S+))?\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
TRIAL = "../trial"
"""The data root of simulated records that the guides make."""

Ipmon = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The material beside the project; a test that needs it skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared, the material beside the project")
    return SHARED


def ipmon_at(home: Path) -> Ipmon:
    """The command `ipmon` over a data root of its own, as a user runs it."""

    def command(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"IPMON_HOME": str(home)}
        program = [sys.executable, "-m", "pipelines.cli", *arguments]
        return subprocess.run(program, cwd=CHECKOUT, env=environment, capture_output=True, text=True, **options)  # type: ignore[call-overload]

    return command


def pages_of(pdf: Path | bytes) -> list[str]:
    """The text of each page, as a reader copies it out of a browser."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def blocks(guide: str) -> list[tuple[str, str, str]]:
    """Language, file name (or none) and text of every fenced block of a page in the checkout."""
    return BLOCK.findall((CHECKOUT / guide).read_text("utf-8"))


def commands(guide: str) -> list[str]:
    """Every line of its shell blocks, once each."""
    lines = (line.split("  #")[0].strip() for kind, _, text in blocks(guide) if kind == "sh" for line in text.splitlines())
    return list(dict.fromkeys(line for line in lines if line))


def shipped_root(home: Path) -> Path:
    """A data root that holds the shipped deliveries and nothing else."""
    shutil.copytree(CHECKOUT / "data" / "raw", home / "raw")
    return home


@pytest.fixture(scope="session")
def release_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data root in which one release was published from the shipped deliveries. Tests only read it.

    All processes of a test run share it: who comes first makes it, and the others wait.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with (shared / "release.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        home = shared / "release" / "data"
        if not home.exists():
            making = shipped_root(shared / "release.part" / "data")
            done = ipmon_at(making)("run")
            assert done.returncode == 0, done.stderr
            making.parent.rename(home.parent)
    return home


@pytest.fixture(scope="session")
def release(release_home: Path) -> Path:
    """The folder of that release."""
    return release_home / "marts" / "current"


@pytest.fixture(scope="session")
def mart(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Its public mart, read-only.

    A copy: DuckDB opens a file once a process, so that what other code attaches or locks down there would show here.
    """
    copy = Path(shutil.copy(release / "public.duckdb", tmp_path_factory.mktemp("mart")))
    with duckdb.connect(str(copy), read_only=True) as connection:
        yield connection
