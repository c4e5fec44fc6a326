"""The five measures that are also written by hand: what is asked of each, in words that every tool can use.

Belongs here: windows and slices as the measures declare them, and the months of each period. Not here: any tool's query. None of
our own code is loaded, so that it does not count towards the memory of the others; that the numbers agree is checked afterwards.
"""

from pathlib import Path

Slices = tuple[tuple[str, ...], ...]

NATIONAL: Slices = ((), ("ip_type",), ("ip_type", "counterpart_area"))
DETAILED: Slices = (("ip_type", "ref_area"), ("ip_type", "technology"), ("ip_type", "owner_kind"))
APPLICANTS: Slices = ((), ("ip_type",), ("owner_kind",), ("ref_area",))

ASKED: dict[str, dict[str, Slices]] = {
    "filings": {"month": NATIONAL, "year": NATIONAL + DETAILED},
    "examination_start_to_disposal": {"month": ((),), "year": ((), ("ref_area",), ("technology",), ("owner_kind",))},
    "applicants": {"month": APPLICANTS, "year": APPLICANTS},
    "patents_in_force": {"month": NATIONAL + DETAILED},
    "filing_cohorts": {"month": ((), ("ip_type",), ("ip_type", "owner_kind"))},
}
DAYS_PER_MONTH = 30.4375
LONG = 36


def fact_files(root: Path) -> list[Path]:
    """The fact files of patents in order of their months, which are their names."""
    return sorted((root / "work" / "registers" / "facts" / "patent_events").glob("*.parquet"))


def pairs(window: str, months: list[str]) -> list[tuple[str, str]]:
    """Each month with every period of the window that it counts in; only whole years, and only runs from January on."""
    if window == "month":
        return [(month, month) for month in months]
    held = set(months)
    if window == "year":
        whole = {y for y in {m[:4] for m in months} if all(f"{y}-{n:02d}" in held for n in range(1, 13))}
        return [(month, month[:4]) for month in months if month[:4] in whole]
    runs = {m: [f"{m[:4]}-{n:02d}" for n in range(1, int(m[5:]) + 1)] for m in months}
    return [(month, period) for period, run in runs.items() if held.issuperset(run) for month in run]
