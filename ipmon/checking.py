"""The checks of a mart in a process of their own, made while charts and files are made from the same mart.

Belongs here: when the checks begin and when their results are needed. Not here: running a suite (gx_duckdb.py), or the rules.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from ipmon.companions import Companion
from ipmon.gx_duckdb import CheckResult, validate

RULES = "expectations"
"""The package of the rules, which has `suites(views, facts)`."""


@dataclass(frozen=True)
class Subject:
    """What is checked: a mart with its wide views, the staged rows, and fact files by the name of their table."""

    mart: Path
    views: Sequence[str]
    staged: Path
    facts: dict[str, list[Path]]


class Checker:
    """One checking of one mart, by a process that has imported Great Expectations meanwhile."""

    def __init__(self, companion: Companion) -> None:
        self._companion = companion
        self._begun = False

    def begin(self, subject: Subject) -> None:
        """Starts checking; the mart must not be written until the results are there."""
        self._companion.ask(_results, subject)
        self._begun = True

    def results(self, subject: Subject) -> list[CheckResult]:
        """What every suite says; begun now if it was not before."""
        if not self._begun:
            self.begin(subject)
        results: list[CheckResult] = self._companion.answer()
        return results


@contextmanager
def checker() -> Iterator[Checker]:
    """A checker that starts importing what it needs."""
    with Companion("ipmon.gx_duckdb", "great_expectations.expectations", "duckdb_sqlalchemy", RULES) as companion:
        yield Checker(companion)


def _results(subject: Subject) -> list[CheckResult]:
    rules = import_module(RULES)
    beside = {"figures": [subject.staged], **subject.facts}
    return validate(subject.mart, lambda: rules.suites(subject.views, list(subject.facts)), beside)
