"""The checks of a mart in a process of their own, made while charts and files are made from the same mart.

Belongs here: when the checks begin and when their results are needed. Not here: running a suite (gx_duckdb.py), or the rules.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from ipmon.companions import Companion
from ipmon.gx_duckdb import Beside, CheckResult, validate


class Checker:
    """One checking of one mart, by a process that imports Great Expectations meanwhile."""

    def __init__(self, companion: Companion, suites: str, views: Sequence[str], staged: Path) -> None:
        self._companion, self._about = companion, (suites, views, staged)
        self._begun = False

    def begin(self, mart: Path, facts: Beside) -> None:
        """Starts checking, also the fact files beside it; the mart must not be written until the results are there."""
        self._companion.ask(_results, mart, *self._about, facts)
        self._begun = True

    def results(self, mart: Path, facts: Beside) -> list[CheckResult]:
        """What every suite says; begun now if it was not before."""
        if not self._begun:
            self.begin(mart, facts)
        results: list[CheckResult] = self._companion.answer()
        return results


@contextmanager
def checker(suites: str, views: Sequence[str], staged: Path) -> Iterator[Checker]:
    """A checker with the rules of a package that has `suites(views, facts)`; the rules of figures look at the file `staged`."""
    with Companion("ipmon.gx_duckdb", "great_expectations.expectations", "duckdb_sqlalchemy", suites) as companion:
        yield Checker(companion, suites, views, staged)


def _results(mart: Path, suites: str, views: Sequence[str], staged: Path, facts: Beside) -> list[CheckResult]:
    return validate(mart, lambda: import_module(suites).suites(views, list(facts)), {"figures": [staged], **facts})
