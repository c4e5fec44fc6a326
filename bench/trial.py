"""One size of simulated registers: every step measured on it.

Belongs here: the order of steps and the folders that they work in. Not here: the steps (steps.py), the report (registers.py).
"""

import os
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from asked import ASKED
from processes import Measured, medians, step

TOOLS = ("sql", "polars", "pandas")
PANDAS_MOST = 20_000_000
"""Applications beyond which pandas is left out of the measures: it holds all rows in memory."""
RAW, STAGED, FACTS = "raw", "work/registers/staged", "work/registers/facts"


class Trial:
    """What was measured at one size, by step; for the five measures the step is `measure:tool`."""

    def __init__(self, folder: Path, records: int, runs: int) -> None:
        self.folder, self.records, self.runs = folder, records, runs
        self.root, self.with_facts = folder / "data", folder / "facts"
        self.measured: dict[str, Measured] = {}

    def run(self) -> None:
        """All steps. Ends the benchmark where one fails, or where another tool's numbers are not ours."""
        say = partial(_say, self.records)
        say("simulating")
        self.measured["simulate"] = step("simulate", self.root, self.folder, self.records)
        say("intake")
        self._together({name: self._step(name, self.root) for name in ("intake", "intake_polars", "intake_pandas")})
        say("facts")
        self._together({"facts": self._step("facts", self.root, RAW, STAGED, into=self.with_facts)})
        say("measures")
        self._together({name: self._step(name, self.with_facts, FACTS) for name in ("scan", "measures")})
        for measure in ASKED:
            say(measure)
            self._by_hand(measure)
        say("everything from nothing")
        self._together({"full": self._step("update", self.root, RAW, argument="all")})
        say("new months")
        self._new_months()

    def _together(self, steps: dict[str, Callable[[], Measured]]) -> None:
        self.measured |= medians(self.runs, steps)

    def _step(
        self, name: str, root: Path, *links: str, argument: str | None = None, into: Path | None = None
    ) -> Callable[[], Measured]:
        """A step that starts in an empty folder, which has links to these parts of the data root."""
        target = into or self.folder / "scratch"

        def one() -> Measured:
            _empty(target)
            for link in links:
                (target / link).parent.mkdir(parents=True, exist_ok=True)
                (target / link).symlink_to(root / link)
            return step(name, root, target, *([argument] if argument else []))

        return one

    def _by_hand(self, measure: str) -> None:
        """A measure as ours and in the other tools, whose numbers must be ours, or there is nothing to compare."""
        own = self.folder / "own"
        steps = {f"{measure}:own": self._step("measures", self.with_facts, FACTS, argument=measure, into=own)}
        tools = [tool for tool in TOOLS if tool != "pandas" or self.records <= PANDAS_MOST]
        for tool in tools:
            steps[f"{measure}:{tool}"] = self._step(tool, self.with_facts, argument=measure, into=self.folder / tool)
        self._together(steps)
        for tool in tools:
            step("compare", own, self.folder / tool, measure)

    def _new_months(self) -> None:
        """The last two months, one after the other, from a copy of everything before each time; the second completes a year."""
        base, target = self.folder / "base", self.folder / "scratch"
        self._step("update", self.root, RAW, argument="-2", into=base)()
        for name, argument in (("new_month", "-1"), ("year_end", "all")):
            self._together({name: partial(self._added, base, target, argument)})
            shutil.rmtree(base)
            target.rename(base)

    def _added(self, base: Path, target: Path, argument: str) -> Measured:
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(base, target, symlinks=True, copy_function=os.link)
        ledger = "work/registers/ledger.jsonl"  # the one file that is added to in its place
        (target / ledger).unlink()
        shutil.copy(base / ledger, target / ledger)
        return step("update", self.root, target, argument)


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _say(records: int, what: str) -> None:
    print(f"{records:,} applications: {what} ...", file=sys.stderr)
