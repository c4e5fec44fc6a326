"""The five measures in pandas.

Belongs here: queries. Not here: our own measures (assets/measures).

As in by_sql.py: only the rows and columns needed are read, and what can be added up is counted once at the finest grain.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from asked import ASKED, DAYS_PER_MONTH, LONG, pairs

DIMENSIONS = ["ip_type", "counterpart_area", "ref_area", "technology", "owner_kind"]
Summed = tuple[pd.DataFrame, Callable[[pd.DataFrame, list[str]], pd.DataFrame], list[str]]


def run(measure: str, files: list[Path], target: Path) -> None:
    """Writes the numbers of a measure, one file a window."""
    rows, summed, beside = QUERIES[measure](files)
    for window, slices in ASKED[measure].items():
        about, parts = pd.DataFrame(pairs(window, [file.stem for file in files]), columns=["month", "period"]), []
        for slice_ in slices:
            known = rows.dropna(subset=list(slice_)) if slice_ else rows
            if beside:  # sums by month first, which are few
                known = summed(known, ["month", *beside[1:], *slice_])
            parts.append(summed(known.merge(about, on="month"), ["period", *beside[1:], *slice_]))
        pd.concat(parts).to_parquet(target / f"{window}.parquet", index=False)


def _read(files: list[Path], columns: list[str], filters: list[Any]) -> pd.DataFrame:
    return pd.read_parquet([str(file) for file in files], columns=columns, filters=filters)


def _additive(rows: pd.DataFrame, numbers: list[str], by: list[str], *beside: str) -> Summed:
    fine = rows.groupby(["month", *beside, *by], dropna=False, sort=False)[numbers].sum().reset_index()
    return fine, lambda known, keys: known.groupby(keys, sort=False)[numbers].sum().reset_index(), ["additive", *beside]


def _filings(files: list[Path]) -> Summed:
    rows = _read(files, ["month", "abnormal", *DIMENSIONS], [("event", "==", "filed")])
    return _additive(rows.assign(filings=1, abnormal=rows["abnormal"].astype("int64")), ["filings", "abnormal"], DIMENSIONS)


def _patents_in_force(files: list[Path]) -> Summed:
    rows = _read(files, ["month", "event", "grant_date", *DIMENSIONS], [("event", "in", ["granted", "ended"])])
    granted = rows["event"] == "granted"
    moved = rows.assign(in_force=granted.map({True: 1, False: -1}))[granted | rows["grant_date"].notna()]
    return _additive(moved, ["in_force"], DIMENSIONS)


def _filing_cohorts(files: list[Path]) -> Summed:
    columns = ["month", "event", "filing_date", "abnormal", "disposal", "ip_type", "owner_kind"]
    rows = _read(files, columns, [("event", "in", ["filed", "granted", "disposed"])])
    filed, disposed, granted = (rows["event"] == event for event in ("filed", "disposed", "granted"))
    marks = {
        "filed": filed,
        "abnormal": filed & rows["abnormal"],
        "granted": granted,
        "refused": disposed & (rows["disposal"] == "refused"),
        "withdrawn": disposed & rows["disposal"].isin(["withdrawn", "deemed_withdrawn"]),
    }
    cohort = pd.to_datetime(rows["filing_date"]).dt.year
    counted = rows.assign(cohort=cohort, **{name: mark.astype("int64") for name, mark in marks.items()})
    counted["refused"] -= granted & (rows["disposal"] == "refused")
    return _additive(counted, list(marks), ["ip_type", "owner_kind"], "cohort")


def _applicants(files: list[Path]) -> Summed:
    columns = ["month", "ip_type", "owner_kind", "ref_area", "applicant_id"]
    rows = _read(files, columns, [("event", "==", "filed")]).drop_duplicates()
    rows["applicant_id"] = rows["applicant_id"].factorize()[0]
    return rows, lambda known, by: known.groupby(by, sort=False)["applicant_id"].nunique().rename("applicants").reset_index(), []


def _examination(files: list[Path]) -> Summed:
    columns = ["month", "ref_area", "technology", "owner_kind", "exam_start_date", "disposal_date"]
    both = _read(files, columns, [("event", "==", "disposed"), ("ip_type", "==", "invention")])
    both = both.dropna(subset=["exam_start_date", "disposal_date"])
    days = (pd.to_datetime(both["disposal_date"]) - pd.to_datetime(both["exam_start_date"])).dt.days
    return both.assign(days=days, long=days > LONG * DAYS_PER_MONTH).drop(columns=columns[-2:]), _spread, []


def _spread(known: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    groups = known.groupby(by, sort=False)
    at = groups["days"].quantile([0.5, 0.1, 0.9]).unstack() / DAYS_PER_MONTH
    sums = {"cases": groups.size(), "days": groups["days"].sum(), "long": groups["long"].sum()}
    return pd.DataFrame({"median": at[0.5], "p10": at[0.1], "p90": at[0.9], **sums}).reset_index()


QUERIES: dict[str, Callable[[list[Path]], Summed]] = {
    "filings": _filings,
    "examination_start_to_disposal": _examination,
    "applicants": _applicants,
    "patents_in_force": _patents_in_force,
    "filing_cohorts": _filing_cohorts,
}
