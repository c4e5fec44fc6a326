"""The checks of a mart in a process of their own, made while charts and files are made from the same mart.

Belongs here: what is checked, and the process. Not here: running a suite (gx_duckdb.py), or the rules.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from ipmon.companions import Companion
from ipmon.gx_duckdb import CheckResult, validate

RULES = "expectations"
"""The package of the rules, which has `suites(views, facts)`."""
NICENESS = 5
"""Checks give way to drawing: documents wait for charts, and nothing waits for checks but the end."""


@dataclass(frozen=True)
class Subject:
    """What is checked: a mart with its wide views, the staged rows, and fact files by the name of their table."""

    mart: Path
    views: Sequence[str]
    staged: Path
    facts: dict[str, list[Path]]


@contextmanager
def checker() -> Iterator[Companion]:
    """A process that starts importing what `findings` needs."""
    with Companion("ipmon.gx_duckdb", "great_expectations.expectations", "duckdb_sqlalchemy", RULES) as companion:
        companion.begin(os.nice, NICENESS)
        yield companion


def findings(subject: Subject) -> list[CheckResult]:
    """What every suite says of the mart, which must not be written meanwhile."""
    rules = import_module(RULES)
    beside = {"figures": [subject.staged], **subject.facts}
    return validate(subject.mart, lambda: rules.suites(subject.views, list(subject.facts)), beside)
