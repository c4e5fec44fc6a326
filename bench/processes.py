"""One step of the benchmark in a process of its own: its CPU seconds and its peak memory.

Belongs here: starting a step and reading what the kernel counted. Not here: what any step does (steps.py).
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Measured:
    """`cpu`: seconds of all threads, user and system, after libraries were loaded; `peak`: MB of the whole process.

    `told`: what the step has to say of its work.
    """

    cpu: float
    peak: float
    told: dict[str, Any]


def step(name: str, *arguments: object) -> Measured:
    """Runs a step of steps.py in a process of its own. Ends the benchmark where it fails.

    This process must stay small: the kernel counts the memory of the parent at the moment of starting towards the child's peak.
    """
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("IPMON_ENGINE", None)
    command = [sys.executable, str(CHECKOUT / "bench" / "steps.py"), name, *map(str, arguments)]
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(command, stdout=said, stderr=complaints, env=environment, cwd=CHECKOUT)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        complaints.seek(0)
        if process.returncode:
            sys.exit(f"The step {' '.join(command[2:])} failed ({process.returncode}):\n{complaints.read().decode()}")
        told = json.loads(said.read().splitlines()[-1])
    return Measured(used.ru_utime + used.ru_stime - told.pop("loaded"), used.ru_maxrss / 1024, told)


def medians(runs: int, *parts: dict[str, Callable[[], Measured]]) -> dict[str, Measured]:
    """Runs steps in turn, each in the same parts, so many times, and takes the median of each: what disturbs one disturbs those
    beside it."""
    found = [[{name: one() for name, one in steps.items()} for steps in parts] for _ in range(runs)]
    return {name: _median([_whole([part[name] for part in run]) for run in found]) for name in parts[0]}


def _whole(parts: Sequence[Measured]) -> Measured:
    return Measured(sum(part.cpu for part in parts), max(part.peak for part in parts), parts[-1].told)


def _median(measured: Sequence[Measured]) -> Measured:
    cpu, peak = (statistics.median(values) for values in zip(*((m.cpu, m.peak) for m in measured), strict=True))
    return Measured(cpu, peak, measured[-1].told)
