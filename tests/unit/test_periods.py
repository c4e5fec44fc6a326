"""Printed periods: where they are filed, how they accumulate, which days they cover."""

from datetime import date

import pytest

from ipmon.periods import Kind, Nature, Period, parse, period, read

CASES: list[tuple[str, Kind, Nature, str, str, str, str]] = [
    # printed, kind, nature -> filed under, accumulation, first day, last day
    ("2024", "annual", "flow", "2024", "period", "2024-01-01", "2024-12-31"),
    ("2024-09", "monthly", "flow", "2024-09", "period", "2024-09-01", "2024-09-30"),
    ("2024-09", "cumulative-to-date", "flow", "2024-09", "year_to_date", "2024-01-01", "2024-09-30"),
    ("2024-09-15", "cumulative-to-date", "flow", "2024-09", "year_to_date", "2024-01-01", "2024-09-30"),
    ("2024-12", "cumulative-to-date", "flow", "2024-12", "year_to_date", "2024-01-01", "2024-12-31"),
    ("2024-H1", "cumulative-to-date", "flow", "2024-S1", "period", "2024-01-01", "2024-06-30"),
    ("2024-Q1", "cumulative-to-date", "flow", "2024-Q1", "period", "2024-01-01", "2024-03-31"),
    ("2024-Q3", "cumulative-to-date", "flow", "2024-09", "year_to_date", "2024-01-01", "2024-09-30"),
    ("2024-Q3", "quarterly", "flow", "2024-Q3", "period", "2024-07-01", "2024-09-30"),
    ("2024-06", "cumulative-to-date", "rate", "2024-06", "year_to_date", "2024-01-01", "2024-06-30"),
    ("2024", "annual", "rate", "2024", "period", "2024-01-01", "2024-12-31"),
    ("2024-12-31", "end-of-period", "stock", "2024", "stock", "2024-01-01", "2024-12-31"),
    ("2024", "end-of-period", "stock", "2024", "stock", "2024-01-01", "2024-12-31"),
    ("2024-06-30", "end-of-period", "stock", "2024-06", "stock", "2024-06-01", "2024-06-30"),
    ("2024-02", "monthly", "stock", "2024-02", "stock", "2024-02-01", "2024-02-29"),
    ("2023-H1", "end-of-period", "stock", "2023-06", "stock", "2023-06-01", "2023-06-30"),
    ("2024-10", "end-of-period", "flow", "2024-10", "stock", "2024-10-01", "2024-10-31"),
    ("2020/2024", "cumulative-to-date", "flow", "2024", "stock", "2020-01-01", "2024-12-31"),
    ("2020/2024-H1", "cumulative-to-date", "flow", "2024-06", "stock", "2020-01-01", "2024-06-30"),
    ("2014-05", "cumulative-since-1985", "stock", "2014-05", "stock", "1985-01-01", "2014-05-31"),
    ("2020/2024", "annual", "rate", "2024", "period", "2020-01-01", "2024-12-31"),
]


@pytest.mark.parametrize(("printed", "kind", "nature", "filed", "accumulation", "start", "end"), CASES)
def test_a_printed_period(printed: str, kind: Kind, nature: Nature, filed: str, accumulation: str, start: str, end: str) -> None:
    span = read(printed, kind, nature)
    assert (span.period.label, span.accumulation) == (filed, accumulation)
    assert (span.start.isoformat(), span.end.isoformat()) == (start, end)


@pytest.mark.parametrize("text", ["2024-13", "2024-00", "2024-Q5", "2024-H3", "2024-02-32", "24-01", "2024-1", "", "2025/2024"])
def test_what_is_no_period_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=f"'{text}' is no period; write 2024"):
        read(text, "annual", "flow")


@pytest.mark.parametrize(
    ("label", "freq", "start", "end"),
    [
        ("2024", "A", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-S2", "S", date(2024, 7, 1), date(2024, 12, 31)),
        ("2023-Q4", "Q", date(2023, 10, 1), date(2023, 12, 31)),
        ("2023-02", "M", date(2023, 2, 1), date(2023, 2, 28)),
    ],
)
def test_an_sdmx_label(label: str, freq: str, start: date, end: date) -> None:
    parsed = parse(label)
    assert (parsed.freq, parsed.start, parsed.end) == (freq, start, end)
    assert period(parsed.freq, parsed.year, parsed.index) == parsed


@pytest.mark.parametrize("text", ["2024-S3", "2024-Q0", "2024-13", "2024-1", "202", "2024-H1"])
def test_another_label_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no period"):
        parse(text)


def test_the_like_period_of_another_year_keeps_its_place() -> None:
    assert parse("2024-Q3").shift_years(-1) == Period("Q", "2023-Q3")
    assert parse("2024-02").shift_years(1) == Period("M", "2025-02")
    assert parse("2024").shift_years(-4) == Period("A", "2020")


def test_periods_of_one_frequency_sort_by_time() -> None:
    labels = ["2023-12", "2024-01", "2024-02", "2024-10", "2024-11"]
    assert sorted(map(parse, reversed(labels))) == list(map(parse, labels))
