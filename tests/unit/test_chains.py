"""Corrected files laid over each other (F38): only what was changed is touched."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from ipmon.chains import lay
from ipmon.deliveries import Delivery, Withdrawal, current_by_period, in_force, received_by
from ipmon.staged import STAGED, STAGED_SCHEMA

ISSUED = {"first": None, "second": date(2024, 3, 1), "third": date(2024, 5, 1)}
Said = tuple[str, str, date | None, date | None]


def delivery(name: str) -> Delivery:
    received = datetime(2024, 1, 1, tzinfo=UTC)
    return Delivery(name, "source", "2023", f"{name}.csv", "", "", 0, "utf-8", "csv", received, ISSUED[name], 0)


def staged(name: str, *rows: dict[str, str]) -> pl.DataFrame:
    filled = [dict.fromkeys(STAGED, "") | {"delivery_id": name, "locator": f"line {n}"} | row for n, row in enumerate(rows, 2)]
    return pl.DataFrame(filled, schema=STAGED_SCHEMA)


def row(period: str, value: str, **cells: str) -> dict[str, str]:
    return {"series_id": "grants", "period": period, "value": value, **cells}


def laid(**files: list[dict[str, str]]) -> list[Said]:
    """(delivery, value, known from, retired on) of every row that came of the files, in their order."""
    frames = {name: staged(name, *rows) for name, rows in files.items()}
    rows: list[dict[str, Any]] = lay([delivery(name) for name in files], frames)
    return [(r["delivery_id"], r["value"], r["known_from"], r["retired_on"]) for r in rows]


SECOND, THIRD = ISSUED["second"], ISSUED["third"]
TWO_YEARS = [row("2022", "10"), row("2023", "20")]


def test_one_file_is_taken_as_it_is() -> None:
    assert laid(first=TWO_YEARS) == [("first", "10", None, None), ("first", "20", None, None)]


def test_a_corrected_file_touches_only_the_changed_cell() -> None:
    assert laid(first=TWO_YEARS, second=[row("2022", "10"), row("2023", "21")]) == [
        ("first", "10", None, None),
        ("first", "20", None, SECOND),
        ("second", "21", SECOND, None),
    ]


def test_a_row_left_out_is_withdrawn_and_a_new_one_is_known_from_the_second_file() -> None:
    assert laid(first=TWO_YEARS, second=[row("2022", "10"), row("2024", "30")]) == [
        ("first", "10", None, None),
        ("first", "20", None, SECOND),
        ("second", "30", SECOND, None),
    ]


def test_an_identical_second_file_changes_nothing() -> None:
    assert laid(first=TWO_YEARS, second=TWO_YEARS[::-1]) == laid(first=TWO_YEARS)


def test_another_page_or_name_of_the_same_statement_is_no_change() -> None:
    other = [row("2022", "10", source_url="https://example.org/b", name_zh="授权"), row("2023", "20")]
    assert laid(first=TWO_YEARS, second=other) == laid(first=TWO_YEARS)


def test_a_change_of_note_quality_or_date_is_a_change() -> None:
    for cells in ({"note": "预计"}, {"quality": "secondary"}, {"published_on": "2024-02-02"}, {"unit": "万件"}):
        assert laid(first=[row("2023", "20")], second=[row("2023", "20", **cells)]) == [
            ("first", "20", None, SECOND),
            ("second", "20", SECOND, None),
        ]


def test_two_like_rows_of_a_file_stay_two() -> None:
    twice = [row("2023", "20"), row("2023", "20")]
    assert laid(first=twice) == [("first", "20", None, None)] * 2
    assert laid(first=twice, second=twice) == [("first", "20", None, None)] * 2
    assert laid(first=twice, second=twice[:1]) == [("first", "20", None, None), ("first", "20", None, SECOND)]


def test_of_two_values_under_one_heading_only_the_one_that_went_is_retired() -> None:
    both = [row("2023", "20"), row("2023", "25")]
    assert laid(first=both, second=both[1:]) == [("first", "20", None, SECOND), ("first", "25", None, None)]


def test_a_row_that_comes_back_is_known_again_from_the_third_file() -> None:
    assert laid(first=TWO_YEARS, second=TWO_YEARS[:1], third=TWO_YEARS) == [
        ("first", "10", None, None),
        ("first", "20", None, SECOND),
        ("third", "20", THIRD, None),
    ]


def test_a_correction_taken_back_by_the_third_file() -> None:
    assert laid(first=[row("2023", "20")], second=[row("2023", "21")], third=[row("2023", "20")]) == [
        ("first", "20", None, SECOND),
        ("second", "21", SECOND, THIRD),
        ("third", "20", THIRD, None),
    ]


def withdrawn(name: str, on: date, noted: date) -> Delivery:
    return replace(
        delivery(name), withdrawal=Withdrawal(on, datetime(noted.year, noted.month, noted.day, 4, tzinfo=UTC), "wrong")
    )


def held(chain: list[Delivery], **files: list[dict[str, str]]) -> list[Said]:
    rows: list[dict[str, Any]] = lay(chain, {name: staged(name, *rows) for name, rows in files.items()})
    return [(r["delivery_id"], r["value"], r["known_from"], r["retired_on"]) for r in rows]


FOURTH = date(2024, 4, 2)


def test_f42_what_was_withdrawn_is_retired_on_its_day() -> None:
    alone = [withdrawn("first", FOURTH, FOURTH)]
    assert held(alone, first=TWO_YEARS) == [("first", "10", None, FOURTH), ("first", "20", None, FOURTH)]


def test_f42_the_file_before_a_withdrawn_one_holds_again() -> None:
    chain = [delivery("first"), withdrawn("second", FOURTH, FOURTH)]
    assert held(chain, first=TWO_YEARS, second=[row("2022", "10"), row("2023", "21")]) == [
        ("first", "10", None, None),  # said by both, so never in doubt
        ("first", "20", None, SECOND),
        ("second", "21", SECOND, FOURTH),
        ("first", "20", FOURTH, None),
    ]


def test_f42_a_row_names_the_withdrawal_that_ended_it() -> None:
    chain = [delivery("first"), withdrawn("second", FOURTH, FOURTH)]
    files = {"first": [row("2023", "20")], "second": [row("2023", "21")]}
    rows = lay(chain, {name: staged(name, *rows) for name, rows in files.items()})
    assert [(r["value"], r["retired_by"]) for r in rows] == [("20", ()), ("21", ("second",)), ("20", ())]


def test_f42_what_goes_and_comes_back_on_one_day_has_not_gone() -> None:
    """Both corrections were withdrawn on the day on which they came."""
    third = replace(withdrawn("third", SECOND, SECOND), issued_on=SECOND)
    chain = [delivery("first"), withdrawn("second", SECOND, SECOND), third]
    assert held(chain, first=TWO_YEARS, second=[row("2023", "21")], third=[row("2023", "22")]) == [
        ("first", "10", None, None),
        ("first", "20", None, None),
        ("second", "21", SECOND, SECOND),
        ("third", "22", SECOND, SECOND),
    ]


def test_f42_the_withdrawal_of_an_earlier_vintage_changes_nothing_of_today() -> None:
    chain = [withdrawn("first", FOURTH, FOURTH), delivery("second")]
    assert held(chain, first=[row("2023", "20")], second=[row("2023", "21")]) == [
        ("first", "20", None, SECOND),
        ("second", "21", SECOND, None),
    ]


def test_f42_a_withdrawal_counts_from_the_day_on_which_it_was_known_and_in_effect() -> None:
    noted = date(2024, 4, 9)
    chain = [delivery("first"), withdrawn("second", FOURTH, noted)]
    before, after = received_by(chain, date(2024, 4, 8)), received_by(chain, noted)
    assert [d.delivery_id for d in in_force(before, "source", "2023")] == ["first", "second"]
    assert [d.delivery_id for d in in_force(after, "source", "2023")] == ["first"]
    assert current_by_period(after, "source") == {"2023": chain[0]}
