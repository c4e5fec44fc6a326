"""Deliveries that are due or late, and the next release."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ipmon.contracts import SourceContract, load_contracts
from ipmon.deliveries import Delivery
from ipmon.duedates import due, next_release_day
from ipmon.paths import CHECKOUT

CONTRACTS = load_contracts(CHECKOUT / "assets" / "sources", [])
BASE = CONTRACTS["examination_cycles"]


def source(cadence: str, due_day: int | None) -> dict[str, SourceContract]:
    return {"src": BASE.model_copy(update={"id": "src", "cadence": cadence, "due_day": due_day})}


def received(*periods: str) -> list[Delivery]:
    at = datetime(2024, 1, 1, tzinfo=UTC)
    return [Delivery(f"src-{p}", "src", p, "x.csv", str(Path("x.csv")), "", 0, "utf-8", "csv", at, None, 1) for p in periods]


def owed(cadence: str, due_day: int | None, periods: list[str], today: str) -> list[tuple[str, str, bool]]:
    """(period, due on, late)."""
    day = date.fromisoformat(today)
    return [(d.period, d.due_on.isoformat(), d.is_late(day)) for d in due(source(cadence, due_day), received(*periods), day)]


@pytest.mark.parametrize(
    ("periods", "today", "expected"),
    [
        (["2024-05"], "2024-06-30", []),
        (["2024-05"], "2024-07-01", [("2024-06", "2024-07-20", False)]),
        (["2024-05"], "2024-07-20", [("2024-06", "2024-07-20", False)]),
        (["2024-05"], "2024-07-21", [("2024-06", "2024-07-20", True)]),
        (["2024-05"], "2024-10-03", [("2024-06", "2024-07-20", True)]),  # the first that is missing, not the latest
        (["2024-07", "2024-05"], "2024-08-03", []),  # a later delivery covers an earlier period
        (["2024-12"], "2025-01-15", []),
        (["2024-11"], "2025-01-15", [("2024-12", "2025-01-20", False)]),
        (["2024"], "2025-02-03", [("2025-01", "2025-02-20", False)]),
        (["2024-Q2"], "2024-08-01", [("2024-07", "2024-08-20", False)]),
        ([], "2025-02-03", []),
    ],
)
def test_a_monthly_source(periods: list[str], today: str, expected: list[tuple[str, str, bool]]) -> None:
    assert owed("monthly", 20, periods, today) == expected


@pytest.mark.parametrize(
    ("periods", "today", "expected"),
    [
        (["2023"], "2024-12-31", []),
        (["2023"], "2025-01-01", [("2024", "2025-12-17", False)]),
        (["2024-11"], "2024-12-30", []),
        (["2024-11"], "2025-12-18", [("2024", "2025-12-17", True)]),
    ],
)
def test_an_annual_source(periods: list[str], today: str, expected: list[tuple[str, str, bool]]) -> None:
    assert owed("annual", 17, periods, today) == expected


def test_a_due_day_beyond_the_month_is_its_last_day() -> None:
    assert owed("monthly", 31, ["2023-12"], "2024-02-01") == [("2024-01", "2024-02-29", False)]


def test_a_source_without_a_due_day_owes_nothing() -> None:
    assert owed("irregular", None, ["2019"], "2025-01-01") == []


@pytest.mark.parametrize(
    ("today", "following"),
    [("2026-11-19", "2026-11-20"), ("2026-11-20", "2026-12-20"), ("2026-12-20", "2027-01-20"), ("2026-01-31", "2026-02-20")],
)
def test_the_next_release_is_on_the_twentieth(today: str, following: str) -> None:
    assert next_release_day(date.fromisoformat(today)).isoformat() == following
