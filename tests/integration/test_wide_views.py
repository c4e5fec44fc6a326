"""The wide views answer their questions: every example query runs, and some answers are held against published figures."""

from datetime import date
from typing import Any

import duckdb
import pytest

from assets import declarations

VIEWS = declarations().schema.views


def test_there_are_views_for_at_least_twenty_questions() -> None:
    assert len(VIEWS) >= 20
    assert [name for name, (title, _) in VIEWS.items() if not (title.zh.endswith("？") and title.en.endswith("?"))] == []


def test_every_view_is_one_bare_select_below_a_comment() -> None:
    for name, (_, text) in VIEWS.items():
        lines = text.splitlines()
        body = "\n".join(line for line in lines if not line.startswith("--"))
        assert lines[0].startswith("-- ") and body.lower().startswith(("select", "with")) and not body.rstrip().endswith(";"), (
            name
        )


def test_the_dictionary_has_an_example_of_every_view_and_of_nothing_else(mart: duckdb.DuckDBPyConnection) -> None:
    told = mart.execute("select table_name, example_query from dictionary where example_query <> ''").fetchall()
    assert dict(told) == {name: title.example for name, (title, _) in VIEWS.items()}


@pytest.mark.parametrize("name", VIEWS)
def test_an_example_query_finds_rows(name: str, mart: duckdb.DuckDBPyConnection) -> None:
    example = VIEWS[name][0].example
    assert f" from {name}" in example
    assert mart.execute(example).fetchone()


# Figures as published (NBS, CNIPA announcements); quotients worked by hand.
ANSWERS: list[tuple[str, list[tuple[Any, ...]]]] = [
    (
        "select time_period, round(change_on_year_percent, 2), break_id from year_on_year where indicator_id = 'pii_value_added' "
        "and industry = '_T' and time_period in ('2022', '2023') order by 1",
        [("2022", 7.13, None), ("2023", None, "pii_census_2023")],  # 153176 / 142983; 2023 rests on a census, 2022 does not
    ),
    (
        "select round(change_on_year_percent, 2) from year_on_year where indicator_id = 'gdp_current' and ref_area = 'CN' "
        "and time_period in ('2023', '2024') order by time_period",
        [(None,), (4.18,)],  # 1348066 / 1294000; no growth from before a census to its year
    ),
    (
        "select vintage, released_on, value_shown, change_from_first_shown from vintage_history "
        "where indicator_id = 'gdp_current' and time_period = '2022' order by 1",
        [(1, date(2023, 1, 17), 1210207.0, 0.0), (2, date(2023, 12, 29), 1204724.0, -5483.0)],
    ),
    (
        "select ref_area, value_shown, provinces_counted from province_ranking "
        "where indicator_id = 'pct_applications_received' and time_period = '2023' and place <= 2 order by place",
        [("CN-GD", 23676.0, 31), ("CN-BJ", 11438.0, 31)],
    ),
    (
        "select time_period, value_shown from latest_values where indicator_id = 'pii_share_of_gdp'",
        [("2024", 13.38)],
    ),
    (
        "select next_period, next_due_on from delivery_calendar where source_id = 'national_monthly'",
        [("2026-12", date(2027, 1, 20))],  # delivered for November 2026; due on the 20th of the month after
    ),
    ("select trade_cny_100m from royalties where time_period = '2024'", [(3987.1,)]),
    ("select trademark_registrations from trademarks where time_period = '2025' and accumulation = 'period'", [(4206000,)]),
    (
        "select distinct time_period, value_shown from target_paths where target_id = 'plan_2025_hv_invention_patents_per_10k' "
        "and time_period = '2025' and basis = 'published'",
        [("2025", 16.0)],
    ),
    (
        "select count(*) from number_sources where indicator_id = 'pii_share_of_gdp' and time_period = '2023' "
        "and ref_area = 'CN' and value_shown = 13.04 and is_current",
        [(1,)],
    ),
]


@pytest.mark.parametrize(("asked", "expected"), ANSWERS, ids=[a[0].split(" from ")[1].split(" ")[0] for a in ANSWERS])
def test_an_answer_is_what_was_published(asked: str, expected: list[tuple[Any, ...]], mart: duckdb.DuckDBPyConnection) -> None:
    assert mart.execute(asked).fetchall() == expected
