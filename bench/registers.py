"""What registers cost on simulated data, beside other tools and beside the goals.

Belongs here: the part of the report on registers. Not here: measuring (trial.py).
"""

import tempfile
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from asked import ASKED
from processes import Measured
from report import machine, table
from trial import MOST, PARTS, Trial

HEADING = "## Registers"
FEW = 10_000_000
"""Applications from which on one run is enough."""
GOAL_SIZE = 100_000_000
SLACK = 1.1
"""How much dearer a row may become from one size to the next and cost still be called linear."""
OWN = ("intake", "measures", "full", "new_month", "year_end", *(f"{measure}:own" for measure in ASKED))
LABELS = {
    "simulate": "simulating and receiving all registers",
    "intake": "intake of patent applications, every row checked",
    "intake_polars": "&nbsp;&nbsp;Polars `scan_csv` to `sink_parquet`, nothing checked",
    "intake_pandas": "&nbsp;&nbsp;pandas `read_csv` to `to_parquet`, nothing checked",
    "scan": "one scan of the columns that measures of patents read",
    "measures": "all measures of patents",
    "full": "everything but the last two months, from nothing: intake, facts, measures of all registers",
    "new_month": "a new month added",
    "year_end": "the month after it added, which completes the year",
}
TOOLS = {"own": "measure", "sql": "DuckDB SQL", "polars": "Polars streaming", "pandas": "pandas"}


def measure(sizes: Sequence[int], runs: int | None, kept: Path | None) -> list[str]:
    """The lines of the part on registers, for these numbers of simulated patent applications; all is `kept` there, or nowhere."""
    trials = [_tried(records, runs or (1 if records >= FEW else 3), kept) for records in sizes]
    return [
        *_conditions(trials), "", "### Goals", "", *_goals(trials), "", "### Steps", "", *_steps(trials),
        "", "### Five measures by hand", "", *_by_hand(trials),
    ]  # fmt: skip


def _tried(records: int, runs: int, kept: Path | None) -> Trial:
    with tempfile.TemporaryDirectory() as temporary:
        folder = kept / str(records) if kept else Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        trial = Trial(folder, records, runs)
        trial.run()
        return trial


def _conditions(trials: Sequence[Trial]) -> list[str]:
    sizes = [_size(trial) for trial in trials]
    return [
        f"Measured by `make bench` on {machine()}, on simulated registers (SYNTHETIC / 模拟数据) of these sizes:",
        "",
        *sizes,
        "",
        "Every step ran in a process of its own. CPU seconds are those of all its threads, user and system, counted once",
        "libraries are loaded; peak memory is that of the whole process. The intakes take turns: each takes a part of the files,",
        f"one of {PARTS}, then the next, and their CPU seconds are added up. `make bench` measures one million applications;",
        "`python bench/run.py --only registers --records 1000000,10000000,100000000` measures more.",
    ]


def _size(trial: Trial) -> str:
    told = trial.measured["simulate"].told
    return (
        f"- {trial.records:,} patent applications, delivered in {told['rows']:,} rows ({told['bytes'] / 1e9:.2f} GB, "
        f"{told['months']} months, {told['rows_bad']:,} bad rows); {told['all_rows']:,} rows in {told['files']:,} files of all "
        f"registers; medians of {trial.runs} run(s)"
    )


def _goals(trials: Sequence[Trial]) -> list[str]:
    asked: list[tuple[str, Callable[[Trial], float], float, str]] = [
        ("intake ≤ 1.3 × Polars without any check", lambda t: _ratio(t, "intake", "intake_polars"), 1.3, "{:.2f} ×"),
        ("all measures of patents ≤ 8 × one scan of their columns", lambda t: _ratio(t, "measures", "scan"), 8, "{:.1f} ×"),
        ("the five measures ≤ 1.1 × the best plain SQL, in all", _five, 1.1, "{:.2f} ×"),
        ("a new month ≤ 1 % of everything before it", lambda t: 100 * _ratio(t, "new_month", "full"), 1, "{:.1f} %"),
    ]
    rows = [(goal, *(_judged(number(t), limit, shown) for t in trials)) for goal, number, limit, shown in asked]
    linear = (f"cost linear in rows: everything, CPU s per million rows, ≤ {SLACK} × those of the size before", *_linear(trials))
    peak = ("peak memory ≤ 3 GB at 100,000,000", *map(_peak, trials))
    return table(("goal", *_heads(trials)), [*rows, peak, linear])


def _judged(value: float, limit: float, shown: str) -> str:
    return f"{shown.format(value)}, {'met' if value <= limit else '**missed**'}"


def _linear(trials: Sequence[Trial]) -> list[str]:
    costs = [_per_million(t, t.measured["full"]) for t in trials]
    later = [_judged(now, SLACK * before, "{:.1f}") for before, now in pairwise(costs)]
    return [f"{costs[0]:.1f}, nothing smaller to judge by", *later]


def _ratio(trial: Trial, one: str, other: str) -> float:
    return trial.measured[one].cpu / trial.measured[other].cpu


def _five(trial: Trial) -> float:
    own, sql = (sum(trial.measured[f"{m}:{tool}"].cpu for m in ASKED) for tool in ("own", "sql"))
    return own / sql


def _peak(trial: Trial) -> str:
    """The most that any step of ours took; it is met or missed only at the size that the goal names."""
    most = max(trial.measured[name].peak for name in OWN) / 1024
    return _judged(most, 3, "{:.2f} GB") if trial.records >= GOAL_SIZE else f"{most:.2f} GB, not judged at this size"


def _per_million(trial: Trial, measured: Measured) -> float:
    """CPU seconds per million delivered rows of patent applications."""
    rows: int = trial.measured["simulate"].told["rows"]
    return measured.cpu / rows * 1e6


def _heads(trials: Sequence[Trial]) -> list[str]:
    return [f"{t.records:,}" for t in trials]


def _steps(trials: Sequence[Trial]) -> list[str]:
    rows = [(label, *(_costs(t, name) for t in trials)) for name, label in LABELS.items()]
    trial = trials[0]
    told = {name: trial.measured[name].told for name in ("scan", "measures")}
    return [
        "CPU seconds (CPU seconds per million delivered rows of patent applications), peak memory:",
        "",
        *table(("step", *_heads(trials)), rows),
        "",
        f"The scan reads {len(told['scan']['columns'])} columns once; the {told['measures']['measures']} measures are taken for",
        "every window and slice that they declare. Everything, and a new month, begin with raw files that were received",
        "before, so that copying them in is in neither: they are verified, checked, staged, made into facts and measured.",
        "",
        *(_last_months(trial) for trial in trials),
    ]


def _last_months(trial: Trial) -> str:
    """What the last two months are of everything before them, in rows and in cost."""
    told = trial.measured["simulate"].told
    before = told["all_rows"] - sum(told["last_rows"])
    rows = [100 * rows / before for rows in told["last_rows"]]
    costs = [100 * _ratio(trial, name, "full") for name in ("new_month", "year_end")]
    return (
        f"At {trial.records:,}, the month added has {rows[0]:.2f} % of the rows before it and costs {costs[0]:.1f} % of them; "
        f"the one after it, with which the year is complete, has {rows[1]:.2f} % and costs {costs[1]:.1f} %."
    )


def _costs(trial: Trial, name: str) -> str:
    m = trial.measured.get(name)
    if m is None:
        return "–"
    return f"{m.cpu:,.1f} s ({_per_million(trial, m):.2f}), {m.peak:,.0f} MB"


def _by_hand(trials: Sequence[Trial]) -> list[str]:
    lines = [
        "All windows and slices that a measure declares; the other tools read the same fact files and give the same numbers,",
        "which is checked to 1e-9. CPU seconds, in brackets the measure as a multiple of that tool, peak memory:",
    ]
    for trial in trials:
        rows = [(f"`{m}`", *(_beside(trial, m, tool) for tool in TOOLS)) for m in ASKED]
        lines += ["", *table((f"{trial.records:,} applications", *TOOLS.values()), rows)]
    if left := [tool for tool, most in MOST.items() if any(trial.records > most for trial in trials)]:
        lines += ["", f"Left out where their memory would not suffice: {', '.join(TOOLS[tool] for tool in left)}."]
    return lines


def _beside(trial: Trial, measure: str, tool: str) -> str:
    own, other = trial.measured[f"{measure}:own"], trial.measured.get(f"{measure}:{tool}")
    if other is None:
        return "–"
    times = "" if tool == "own" else f" ({own.cpu / other.cpu:.1f} ×)"
    return f"{other.cpu:.2f} s{times}, {other.peak:,.0f} MB"
