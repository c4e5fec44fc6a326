"""How long a release takes: set-up, a warm run by stage, a run with nothing new, peak memory. Writes docs/performance.md.

Everything is measured in one go on one machine, medians of several runs; ratios between the rows mean more than the seconds.
"""

import argparse
import os
import platform
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

CHECKOUT = Path(__file__).resolve().parent.parent
REPORT = CHECKOUT / "docs" / "performance.md"
STAGE = re.compile(r"^  (.+?) \.\.\. ([\d.]+) s$", re.MULTILINE)


def main() -> None:
    """Measures and writes the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="warm runs to take the median of (default: 3)")
    parser.add_argument("--cold", action="store_true", help="also measure the set-up of a new environment")
    options = parser.parse_args()
    rows = [("cold set-up (make lint in a new clone)", cold_setup())] if options.cold else []
    stages, totals, unchanged = warm_runs(options.runs)
    rows += [("warm `make run`, all", statistics.median(totals))]
    rows += [(f"  of which {name}", statistics.median(seconds)) for name, seconds in stages.items()]
    rows += [("second `make run`, nothing new", statistics.median(unchanged))]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    write_report(rows, statistics.median(totals), peak, options.runs)


def cold_setup() -> float:
    """Seconds from a clone to a working environment."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(CHECKOUT), str(clone)], check=True)
        return timed(["make", "--silent", "lint"], clone, os.environ.copy())[0]


def warm_runs(count: int) -> tuple[dict[str, list[float]], list[float], list[float]]:
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
            seconds, told = timed(["make", "--silent", "run"], CHECKOUT, environment)
            again, _ = timed(["make", "--silent", "run"], CHECKOUT, environment)
            if n == 0:
                continue
            totals.append(seconds)
            unchanged.append(again)
            for name, stage in STAGE.findall(told):
                stages[name].append(float(stage))
    return stages, totals, unchanged


def timed(command: list[str], folder: Path, environment: dict[str, str]) -> tuple[float, str]:
    """Wall seconds of a command that must succeed, and what it told on stderr."""
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    return time.perf_counter() - started, done.stderr


def write_report(rows: list[tuple[str, float]], whole: float, peak: float, runs: int) -> None:
    """The table, on paper and on the screen."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    lines = [
        "# Performance",
        "",
        f"Measured by `make bench` on {machine}; medians of {runs} run(s) from the shipped deliveries.",
        "",
        "| what | seconds | share of a warm run |",
        "|---|---:|---:|",
        *(f"| {name.replace('  ', '&nbsp;&nbsp;')} | {seconds:.1f} | {seconds / whole:.0%} |" for name, seconds in rows),
        "",
        f"Peak memory of any one process: {peak:.0f} MB.",
    ]
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
