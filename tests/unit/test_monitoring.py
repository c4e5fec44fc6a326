"""The series that a target's rule looks at: the year before the deciding one only in its vintage.

Belongs here: ipmon.monitoring. Not here: the rules (test_targets.py), implied values (test_derive.py).
"""

from decimal import Decimal
from typing import Any

import pytest
from make_figures import book, day, dimensions, figure, key, registry

from ipmon.dimensions import Break
from ipmon.monitoring import like_vintage_points

CENSUS = Break.model_validate(
    {"id": "census", "indicators": ["share"], "from": "2023-01-01", "note": {"zh": "普查。", "en": "Census."}, "source": "a page"}
)
AS_OF = day("2025-01-31")


def series(breaks: list[Break], *more: Any, **implied: dict[str, Any]) -> dict[str, Decimal]:
    """12.44 for 2021 and 12.71 for 2022 as first printed, 13.04 for 2023 after the census."""
    known = [
        figure("12.44", "2022-12-30", key("share", "2021"), "0.01"),
        figure("12.71", "2023-12-29", key("share", "2022"), "0.01"),
        figure("13.04", "2024-12-31", key("share", "2023"), "0.01"),
    ]
    found = like_vintage_points("share", "2023", registry(share={}, **implied), dimensions(breaks), book(*known, *more), AS_OF)
    return {p.time_period: p.value for p in found}


def test_a_base_on_the_far_side_of_a_break_is_left_out() -> None:
    assert series([CENSUS]) == {"2021": Decimal("12.44"), "2023": Decimal("13.04")}


def test_without_a_break_the_year_before_is_the_base() -> None:
    assert series([])["2022"] == Decimal("12.71")


@pytest.mark.parametrize("start", ["2024-01-01", "2022-12-31"])
def test_a_break_that_does_not_lie_between_changes_nothing(start: str) -> None:
    assert series([CENSUS.model_copy(update={"start": day(start)})])["2022"] == Decimal("12.71")


def test_what_the_printed_change_implies_of_the_base_crosses_the_break() -> None:
    """13.04 less the printed 0.44 points is 12.60 for 2022, in the vintage of 2023."""
    implied = figure("12.60", "2024-12-31", key("before", "2022"), "0.01", basis="derived")
    found = series([CENSUS], implied, before={"implied_previous": {"level": "share", "change": "points"}}, points={})
    assert found["2022"] == Decimal("12.60")


@pytest.mark.parametrize("basis", ["records", "derived"])
def test_a_month_alone_does_not_stand_for_its_year(basis: str) -> None:
    """The year to July is 15.83 and July alone 14.22; January is its year to date, and the stock of June what it is."""
    made = {
        ("2024-01", "period"): "16.40",
        ("2024-06", "stock"): "15.90",
        ("2024-07", "period"): "14.22",
        ("2024-07", "year_to_date"): "15.83",
        ("2023", "period"): "16.00",
    }
    known = [
        figure(value, "2024-08-15", key("share", period, accumulation), "0.01", basis=basis)
        for (period, accumulation), value in made.items()
    ]
    found = like_vintage_points("share", "2024", registry(share={}), dimensions([]), book(*known), AS_OF)
    assert sorted((p.time_period, p.value) for p in found) == [
        ("2023", Decimal("16.00")),
        ("2024-01", Decimal("16.40")),
        ("2024-06", Decimal("15.90")),
        ("2024-07", Decimal("15.83")),
    ]
