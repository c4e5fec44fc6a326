"""How long a release takes: set-up, a warm run by stage, a run with nothing new, peak memory.

Belongs here: `make run` on the shipped deliveries. Not here: registers (registers.py).
"""

import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from report import machine, table

CHECKOUT = Path(__file__).resolve().parent.parent
HEADING = "# Performance"
STAGE = re.compile(r"^  (.+?) \.\.\. ([\d.]+) s$", re.MULTILINE)


def measure(runs: int) -> list[str]:
    """The lines of the part on releases."""
    stages, totals, unchanged = _warm_runs(runs)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024  # of runs: nothing else was started yet
    whole = statistics.median(totals)
    rows = [("warm `make run`, all", whole)]
    rows += [(f"&nbsp;&nbsp;of which {name}", statistics.median(seconds)) for name, seconds in stages.items()]
    rows += [("second `make run`, nothing new", statistics.median(unchanged))]
    rows += [("cold set-up, once (`make lint` in a new clone)", _cold_setup())]
    return [
        f"Measured by `make bench` on {machine()}; medians of {runs} run(s) from the shipped deliveries.",
        "",
        *table(
            ("what", "seconds", "share of a warm run"),
            [(name, f"{seconds:.1f}", f"{seconds / whole:.0%}") for name, seconds in rows],
        ),
        "",
        "A stage is what the run itself waits for: checks, tables and pages are made by other processes meanwhile.",
        "",
        f"Peak memory of any one process: {peak:.0f} MB.",
    ]


def _cold_setup() -> float:
    """Seconds from a clone to a working environment."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(CHECKOUT), str(clone)], check=True)
        return _timed(["make", "--silent", "lint"], clone, os.environ.copy())[0]


def _warm_runs(count: int) -> tuple[dict[str, list[float]], list[float], list[float]]:
    """Seconds by stage and in all of runs that publish, and of runs that find nothing new."""
    stages: dict[str, list[float]] = defaultdict(list)
    totals, unchanged = [], []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "data"
        shutil.copytree(CHECKOUT / "data" / "raw", home / "raw")
        environment = os.environ | {"IPMON_HOME": str(home)}
        for n in range(count + 1):  # the first one sets the data root up and is not counted
            print(f"run {n} of {count} ...", file=sys.stderr)
            shutil.rmtree(home / "marts", ignore_errors=True)
            seconds, told = _timed(["make", "--silent", "run"], CHECKOUT, environment)
            again, _ = _timed(["make", "--silent", "run"], CHECKOUT, environment)
            if n == 0:
                continue
            totals.append(seconds)
            unchanged.append(again)
            for name, stage in STAGE.findall(told):
                stages[name].append(float(stage))
    return stages, totals, unchanged


def _timed(command: list[str], folder: Path, environment: dict[str, str]) -> tuple[float, str]:
    """Wall seconds of a command that must succeed, and what it told on stderr."""
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    return time.perf_counter() - started, done.stderr
