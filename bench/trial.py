"""One size of simulated registers: every step measured on it.

Belongs here: the order of steps and the folders that they work in. Not here: the steps (steps.py), the report (registers.py).
"""

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from asked import ASKED
from processes import Measured, medians, step

TOOLS = ("sql", "polars", "pandas")
MOST = {"pandas": 20_000_000, "polars": 20_000_000}
"""Applications beyond which a tool is left out of the measures: pandas holds all rows in memory, Polars all different values."""
PARTS = 6
"""In how many parts the intakes take turns: they are compared more closely than this machine is steady for minutes."""
RAW, FACTS = "raw", "work/registers/facts"
KEPT = "measured.json"


class Trial:
    """What was measured at one size, by step; for the five measures the step is `measure:tool`.

    Kept in the folder as it goes, so that a trial that was stopped goes on in the same folder.
    """

    def __init__(self, folder: Path, records: int, runs: int) -> None:
        self.folder, self.records, self.runs = folder, records, runs
        self.root, self.base, self.kept = folder / "data", folder / "base", folder / KEPT
        held = json.loads(self.kept.read_text("utf-8")) if self.kept.exists() else {}
        self.measured = {name: Measured(**one) for name, one in held.items()}

    def run(self) -> None:
        """All steps. Ends the benchmark where one fails, or where another tool's numbers are not ours."""
        self._together("simulating", {"simulate": lambda: step("simulate", self.root, self.folder, self.records)}, runs=1)
        intakes = ["intake", "intake_polars", *(["intake_pandas"] if self.records <= MOST["pandas"] else [])]
        parts = [f"{n}/{PARTS}" for n in range(PARTS)]
        self._together("intake", *({name: self._step(name, self.root, argument=part) for name in intakes} for part in parts))
        full = self._step("update", self.root, RAW, argument="-2", into=self.base)
        self._together("everything but the last two months", {"full": full})
        self._together("measures", {name: self._step(name, self.base, FACTS) for name in ("scan", "measures")})
        for measure in ASKED:
            self._by_hand(measure)
        for name, argument in (("new_month", "-1"), ("year_end", "all")):
            self._new_month(name, argument)

    def _together(self, what: str, *parts: dict[str, Callable[[], Measured]], runs: int | None = None) -> bool:
        """Measures these steps beside each other, part by part, and says whether it did: not if they were measured before."""
        if parts[0].keys() <= self.measured.keys():
            return False
        print(f"{self.records:,} applications: {what} ...", file=sys.stderr)
        self.measured |= medians(runs or self.runs, *parts)
        self.kept.write_text(json.dumps({name: asdict(one) for name, one in self.measured.items()}), "utf-8")
        return True

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
        steps = {f"{measure}:own": self._step("measures", self.base, FACTS, argument=measure, into=own)}
        tools = [tool for tool in TOOLS if self.records <= MOST.get(tool, self.records)]
        for tool in tools:
            steps[f"{measure}:{tool}"] = self._step(tool, self.base, argument=measure, into=self.folder / tool)
        if self._together(measure, steps):
            for tool in tools:
                step("compare", own, self.folder / tool, measure)

    def _new_month(self, name: str, argument: str) -> None:
        """A month added to a copy of everything before it, each time; then it belongs to what is there."""
        target = self.folder / "scratch"
        if self._together(name, {name: partial(self._added, target, argument)}):
            shutil.rmtree(self.base)
            target.rename(self.base)

    def _added(self, target: Path, argument: str) -> Measured:
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.base, target, symlinks=True, copy_function=os.link)
        ledger = "work/registers/ledger.jsonl"  # the one file that is added to in its place
        (target / ledger).unlink()
        shutil.copy(self.base / ledger, target / ledger)
        return step("update", self.root, target, argument)


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
