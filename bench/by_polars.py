"""The five measures in Polars, streaming.

Belongs here: queries. Not here: our own measures (assets/measures).

As in by_sql.py: what can be added up is counted once at the finest grain, the rest is read once and then asked by slice.
"""

from collections.abc import Callable
from pathlib import Path

import polars as pl
from asked import ASKED, DAYS_PER_MONTH, LONG, pairs

DIMENSIONS = ("ip_type", "counterpart_area", "ref_area", "technology", "owner_kind")
Summed = tuple[pl.DataFrame, Callable[[pl.LazyFrame, list[str]], pl.LazyFrame], list[str]]


def run(measure: str, files: list[Path], target: Path) -> None:
    """Writes the numbers of a measure, one file a window."""
    rows, summed, beside = QUERIES[measure](pl.scan_parquet(files))
    for window, slices in ASKED[measure].items():
        about = pl.LazyFrame(pairs(window, [file.stem for file in files]), schema=["month", "period"], orient="row")
        plans = []
        for slice_ in slices:
            known = rows.lazy().drop_nulls(list(slice_)) if slice_ else rows.lazy()
            if beside:  # sums by month first, which are few
                known = summed(known, ["month", *beside[1:], *slice_])
            plans.append(summed(known.join(about, on="month"), ["period", *beside[1:], *slice_]))
        frames = pl.collect_all(plans, engine="streaming")
        pl.concat(frames, how="diagonal").write_parquet(target / f"{window}.parquet")


def _additive(plan: pl.LazyFrame, numbers: list[str], by: list[str], *beside: str) -> Summed:
    fine = plan.group_by("month", *beside, *by).agg(pl.col(numbers).sum()).collect(engine="streaming")
    return fine, lambda rows, keys: rows.group_by(keys).agg(pl.col(numbers).sum()), ["additive", *beside]


def _filings(facts: pl.LazyFrame) -> Summed:
    filed = facts.filter(pl.col("event") == "filed").with_columns(
        filings=pl.lit(1, pl.Int64), abnormal=pl.col("abnormal").cast(pl.Int64)
    )
    return _additive(filed, ["filings", "abnormal"], [*DIMENSIONS])


def _patents_in_force(facts: pl.LazyFrame) -> Summed:
    granted = pl.col("event") == "granted"
    moved = facts.filter(granted | ((pl.col("event") == "ended") & pl.col("grant_date").is_not_null()))
    sign = pl.when(granted).then(1).otherwise(-1).cast(pl.Int64)
    return _additive(moved.with_columns(in_force=sign), ["in_force"], [*DIMENSIONS])


def _filing_cohorts(facts: pl.LazyFrame) -> Summed:
    event, disposal = pl.col("event"), pl.col("disposal")
    marks = {
        "filed": event == "filed",
        "abnormal": (event == "filed") & pl.col("abnormal"),
        "granted": event == "granted",
        "refused": (event == "disposed") & (disposal == "refused"),
        "withdrawn": (event == "disposed") & disposal.is_in(["withdrawn", "deemed_withdrawn"]),
    }
    counted = facts.filter(event.is_in(["filed", "granted", "disposed"])).with_columns(
        pl.col("filing_date").dt.year().alias("cohort"),
        **{n: m.fill_null(False).cast(pl.Int64) for n, m in marks.items()},
    )
    counted = counted.with_columns(pl.col("refused") - ((event == "granted") & (disposal == "refused")).fill_null(False))
    return _additive(counted, list(marks), ["ip_type", "owner_kind"], "cohort")


def _applicants(facts: pl.LazyFrame) -> Summed:
    columns = ["month", "ip_type", "owner_kind", "ref_area", "applicant_id"]
    rows = facts.filter(pl.col("event") == "filed").select(columns).unique().collect(engine="streaming")
    return (
        rows,
        lambda known, by: known.group_by(by).agg(pl.col("applicant_id").n_unique().cast(pl.Int64).alias("applicants")),
        [],
    )


def _examination(facts: pl.LazyFrame) -> Summed:
    disposed = facts.filter(pl.col("event") == "disposed", pl.col("ip_type") == "invention")
    both = disposed.filter(pl.col("exam_start_date").is_not_null(), pl.col("disposal_date").is_not_null())
    days = (pl.col("disposal_date") - pl.col("exam_start_date")).dt.total_days()
    rows = both.select("month", "ref_area", "technology", "owner_kind", days=days).collect(engine="streaming")
    return rows, _spread, []


def _spread(known: pl.LazyFrame, by: list[str]) -> pl.LazyFrame:
    days = pl.col("days")
    at = {name: days.quantile(q, "linear") / DAYS_PER_MONTH for name, q in (("median", 0.5), ("p10", 0.1), ("p90", 0.9))}
    return known.group_by(by).agg(
        **at,
        cases=pl.len().cast(pl.Int64),
        days=days.sum(),
        long=(days > LONG * DAYS_PER_MONTH).sum().cast(pl.Int64),
    )


QUERIES: dict[str, Callable[[pl.LazyFrame], Summed]] = {
    "filings": _filings,
    "examination_start_to_disposal": _examination,
    "applicants": _applicants,
    "patents_in_force": _patents_in_force,
    "filing_cohorts": _filing_cohorts,
}
