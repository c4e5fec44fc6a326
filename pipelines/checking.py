"""The checks of a candidate's mart, made in a process that has imported Great Expectations meanwhile.

Belongs here: bringing the suites and their runner together. Not here: Dagster, which that process does not import (checks.py).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ipmon.companions import Companion
from ipmon.gx_duckdb import CheckResult, validate


@contextmanager
def companion() -> Iterator[Companion]:
    """The process: importing takes as long as building the mart."""
    with Companion("ipmon.gx_duckdb", "great_expectations.expectations", "expectations", "duckdb_sqlalchemy") as process:
        yield process


def results(mart: Path, staged: Path, views: Sequence[str]) -> list[CheckResult]:
    """What every suite says of `mart`; the rules of figures look at the Parquet file `staged`."""
    from expectations import suites

    return validate(mart, lambda: suites(views), beside={"figures": staged})
