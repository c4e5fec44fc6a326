"""Measures of patents and trademarks on facts whose numbers were worked by hand (cases_patents.yaml).

Belongs here: assets/measures on examination, filings, stocks, cohorts and trademarks. Not here: running them over a store.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ibis
import polars as pl
import pytest
import yaml

from assets.measures import cohorts, examination, filings, in_force, trademarks
from ipmon.registers.measure import Measure

ASSETS = Path(__file__).resolve().parents[2] / "assets"
CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "cases_patents.yaml").read_text("utf-8"))
MODULES = (cohorts, examination, filings, in_force, trademarks)
MEASURES = {m.id: m for module in MODULES for m in vars(module).values() if isinstance(m, Measure)}
DIMENSIONS = ("ip_type", "owner_kind", "industry", "technology", "ref_area", "counterpart_area")
TEXTS = ("period", "event", "application_no", "disposal", "applicant_id", "decision", "nice_classes", *DIMENSIONS)
DATES = ("filing_date", "exam_request_date", "exam_start_date", "first_action_date", "disposal_date", "grant_date", "end_date")
COLUMNS = {
    **dict.fromkeys(TEXTS, pl.String),
    **dict.fromkeys((*DATES, "decision_date", "registration_date"), pl.Date),
    **dict.fromkeys(("fast_track", "abnormal"), pl.Boolean),
}
CLOSE = 1e-9


@pytest.fixture(scope="module")
def duck() -> Iterator[Any]:
    connection = ibis.duckdb.connect()
    yield connection
    connection.disconnect()


def facts(given: str) -> ibis.Table:
    """The given rows with all columns of the facts, typed."""
    rows = pl.read_csv(io.StringIO(given), schema_overrides=COLUMNS)
    empty = [pl.lit(None, dtype).alias(name) for name, dtype in COLUMNS.items() if name not in rows.columns]
    return ibis.memtable(rows.with_columns(empty).select(*COLUMNS).to_arrow())


def measured(duck: Any, case: dict[str, Any]) -> pl.DataFrame:
    m = MEASURES[case["measure"]]
    frame: pl.DataFrame = duck.to_polars(m(facts(case["given"]), by=tuple(case["by"])))
    frame = m.finish(frame) if m.finish else frame
    return frame.with_columns(pl.col(case["by"]).cast(pl.String)).sort(case["by"])


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['measure']} by {' '.join(c['by'])}")
def test_a_measure_gives_what_was_worked_by_hand(duck: Any, case: dict[str, Any]) -> None:
    by = case["by"]
    wanted = pl.read_csv(io.StringIO(case["expect"]), schema_overrides=dict.fromkeys(by, pl.String)).sort(by)
    found = measured(duck, case)
    assert found.select(by).rows() == wanted.select(by).rows()
    for column in set(wanted.columns) - set(by):
        assert found[column].to_list() == pytest.approx(wanted[column].to_list(), abs=CLOSE), column


def test_every_measure_has_a_case() -> None:
    assert {case["measure"] for case in CASES} == MEASURES.keys()


@pytest.mark.parametrize("id_", sorted(MEASURES))
def test_every_slice_gives_the_same_columns(duck: Any, id_: str) -> None:
    m = MEASURES[id_]
    given = next(case["given"] for case in CASES if case["measure"] == id_)
    start = m.keys
    found = {tuple(duck.to_polars(m(facts(given), by=(*start, *s))).drop(*start, *s).columns) for s in m.slices_of("year")}
    assert len(found) == 1


def test_counts_are_whole_numbers(duck: Any) -> None:
    counts = {"cases", "filings", "registrations", "classes", "grants", "in_force", "pending", "request_days", "granted"}
    counts |= {"survived", "filed", "applicants"}
    for case in CASES:
        for name, dtype in measured(duck, case).schema.items():
            assert name not in counts or dtype == pl.Int64


def test_the_age_of_the_pending_stock_follows_from_what_the_months_added(duck: Any) -> None:
    """Pending on 30 September are B, requested 50 days before on 11 August, and C, 29 days before on 1 September: 39.5 days."""
    added = measured(duck, next(case for case in CASES if case["measure"] == "examinations_pending"))
    sums = {name: [added[name].sum()] for name in ("request_days", "pending")}
    finish = MEASURES["examinations_pending"].finish
    assert finish is not None
    aged = finish(pl.DataFrame({"period": ["2024-09"], **sums}))
    assert aged["mean_age"].to_list() == pytest.approx([39.5 / 30.4375], abs=CLOSE)
    assert finish(pl.DataFrame({"period": ["2024-09"], "request_days": [0], "pending": [0]}))["mean_age"].to_list() == [None]


def test_the_rate_of_grants_follows_from_what_was_concluded(duck: Any) -> None:
    """One of the four closed is granted."""
    counted = measured(duck, next(case for case in CASES if case["measure"] == "examinations_concluded"))
    finish = MEASURES["examinations_concluded"].finish
    assert finish is not None
    assert finish(counted)["grant_rate"].to_list() == [25.0]
    assert finish(pl.DataFrame({"concluded": [0], "granted": [0]}))["grant_rate"].to_list() == [None]
