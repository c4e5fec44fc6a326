"""Derived numbers computed again: by formula, and over a small mart with one number that does not follow."""

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ipmon.recompute import applied, recomputed

DIMENSIONS = ("ip_type", "owner_kind", "industry", "technology", "counterpart_area")
TOTALS = ", ".join(f"'_T' as {name}" for name in DIMENSIONS)
KEY = f"'share' as indicator_id, 'CN' as ref_area, {TOTALS}, 'A' as freq, '2022' as time_period, 'period' as accumulation"


@pytest.mark.parametrize(
    ("formula", "inputs", "expected"),
    [
        ("(pledges[t] / pledges[t-1 year] - 1) * 100", ["8539.9", "4868.8"], "75.40"),  # CNIPA: +75.4 %
        ("pii / gdp * 100", ["153176", "1204724"], "12.71"),  # announcement 562
        ("a / b", ["3", "4"], "0.75"),
        ("share[t] - share[t-1 year]", ["12.71", "12.44"], "0.27"),  # announcement 562
        ("level[t+1 year] - change[t+1 year]", ["13.04", "0.44"], "12.60"),
        ("a + b + c", ["1", "2", "3.5"], "6.50"),
        ("va[industry] / va[industry=_T] * 100", ["48808", "168713"], "28.93"),
    ],
)
def test_every_kind_of_formula(formula: str, inputs: list[str], expected: str) -> None:
    assert round(applied(formula, [Decimal(i) for i in inputs]), 2) == Decimal(expected)


def small_mart(path: Path, value: str) -> Path:
    with duckdb.connect(str(path)) as mart:
        mart.execute("create table indicators as select 'share' as indicator_id, 'pii / gdp * 100' as formula")
        mart.execute(
            f"""create table observations as select {KEY},
            {value}::decimal(28,6) as value, 'derived' as basis, date '2023-12-29' as released_on"""
        )
        mart.execute(
            f"""create table lineage as select {KEY},
            {value}::decimal(28,6) as value, date '2023-12-29' as released_on, p as input_position,
            v::decimal(28,6) as input_value,
            '' as input_indicator_id, '' as input_time_period, date '2023-12-29' as input_released_on, '' as input_delivery_id,
            '' as input_locator from (values (1, 1), (2, 8)) t(p, v)"""
        )
    return path


def test_a_number_that_follows_is_no_news(tmp_path: Path) -> None:
    assert list(recomputed(small_mart(tmp_path / "m.duckdb", "12.5"))) == []


def test_a_number_that_does_not_follow_is_told(tmp_path: Path) -> None:
    assert list(recomputed(small_mart(tmp_path / "m.duckdb", "12.6"))) == [
        "m.duckdb: share 2022 CN is 12.600000, but its inputs give 12.500000"
    ]


def test_a_number_without_inputs_is_told(tmp_path: Path) -> None:
    path = small_mart(tmp_path / "m.duckdb", "12.5")
    with duckdb.connect(str(path)) as mart:
        mart.execute("delete from lineage")
    assert list(recomputed(path)) == ["m.duckdb: 1 derived values name no inputs"]
