"""Precedence among sources, and what was known on a day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_figures import between, book, day, figure, key

from ipmon.figures import Figure
from ipmon.vintages import Vintage, ranked, vintages_of

START = date(2024, 1, 1)


def held(figures: list[Figure]) -> list[tuple[str, str, str | None]]:
    """The stints that are not empty: value, since, until."""
    return [
        (str(v.figure.value), v.since.isoformat(), v.until.isoformat() if v.until else None)
        for v in sorted(vintages_of(figures), key=lambda v: v.since)
        if v.since != v.until
    ]


def test_a_revised_value_supersedes_on_its_day() -> None:
    first, final = figure("1210207", "2023-01-17", stage="preliminary"), figure("1204724", "2023-12-29", stage="final")
    assert held([final, first]) == [("1210207", "2023-01-17", "2023-12-29"), ("1204724", "2023-12-29", None)]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (figure("1", "2024-01-01", quality="official"), figure("2", "2024-02-01", quality="official-reprint")),
        (figure("1", "2024-01-01", quality="official-reprint"), figure("2", "2024-02-01", quality="secondary")),
        (figure("1", "2024-01-01", quality="secondary", stage="final"), figure("2", "2024-02-01", quality="official")),
        (figure("1", "2024-01-01", stage="census"), figure("2", "2024-02-01", stage="final")),
        (figure("1", "2024-01-01"), figure("2", "2024-02-01", stage="preliminary")),
        (figure("100", "2024-01-01", step="1"), figure("100", "2024-02-01", step="100")),
        (figure("1", "2024-01-01", quality="secondary"), figure("2", "2024-02-01", interval=between("2", None))),
        (figure("1", "2024-01-01", quality="secondary"), figure(None, "2024-02-01")),
        (figure("2", "2024-02-01"), figure("1", "2024-01-01")),
    ],
    ids=["reprint", "secondary", "stage", "census", "preliminary", "width", "bound", "missing", "later"],
)
def test_precedence(better: Figure, worse: Figure) -> None:
    assert ranked([worse, better]) == [better, worse]
    assert ranked([better, worse]) == [better, worse]


def test_who_repeats_a_value_does_not_replace_who_said_it_first() -> None:
    first = figure("5", "2024-01-01", locator="line 2")
    again = figure("5", "2024-03-01", locator="line 9")
    assert held([again, first]) == [("5", "2024-01-01", None)]
    assert [v.figure for v in vintages_of([again, first]) if v.until is None] == [first]


def test_a_retired_better_source_lets_the_other_come_back() -> None:
    reprint = figure("10", "2024-01-01", quality="official-reprint")
    official = figure("12", "2024-02-01", retired_on=day("2024-04-01"))
    expected = [("10", "2024-01-01", "2024-02-01"), ("12", "2024-02-01", "2024-04-01"), ("10", "2024-04-01", None)]
    assert held([reprint, official]) == expected


def test_a_withdrawn_value_leaves_nothing_behind() -> None:
    only = figure("10", "2024-01-01", retired_on=day("2024-04-01"))
    known = book(only)
    assert held([only]) == [("10", "2024-01-01", "2024-04-01")]
    assert known.known(key(), day("2024-03-31")) == only
    assert known.known(key(), day("2024-04-01")) is None
    assert known.current(key()) is None


def test_a_value_that_never_was_the_best_is_kept_with_no_days() -> None:
    best, other = figure("1", "2024-01-01"), figure("2", "2024-02-01", quality="secondary")
    assert Vintage(other, day("2024-02-01"), day("2024-02-01")) in vintages_of([best, other])


def test_what_comes_out_and_is_replaced_on_one_day_held_on_none() -> None:
    gone = figure("1", "2024-01-01", retired_on=day("2024-01-01"))
    assert held([gone, figure("2", "2024-01-01")]) == [("2", "2024-01-01", None)]


@st.composite
def of_one_key(draw: st.DrawFn) -> list[Figure]:
    figures = []
    for number in range(draw(st.integers(min_value=1, max_value=6))):
        out = START + timedelta(days=draw(st.integers(min_value=0, max_value=12)))
        lasts = draw(st.none() | st.integers(min_value=0, max_value=8))
        figures.append(
            figure(
                str(draw(st.integers(min_value=1, max_value=3))),
                out.isoformat(),
                step=draw(st.sampled_from(["1", "10"])),
                stage=draw(st.sampled_from(["preliminary", "", "final", "census"])),
                quality=draw(st.sampled_from(["official", "official-reprint", "secondary"])),
                retired_on=None if lasts is None else out + timedelta(days=lasts),
                locator=f"line {number}",
            )
        )
    return figures


@given(of_one_key())
def test_on_every_day_one_value_is_known_and_it_is_the_best_of_those_out(figures: list[Figure]) -> None:
    vintages = vintages_of(figures)
    order = ranked(figures)
    assert {id(v.figure) for v in vintages} == {id(f) for f in figures}
    for offset in range(-1, 24):
        today = START + timedelta(days=offset)
        out = [f for f in order if f.released_on <= today and not (f.retired_on and f.retired_on <= today)]
        assert [v.figure for v in vintages if v.holds_on(today)] == out[:1]


@given(of_one_key())
def test_the_order_of_arrival_does_not_matter(figures: list[Figure]) -> None:
    assert ranked(figures) == ranked(figures[::-1])
    assert sorted(map(repr, vintages_of(figures))) == sorted(map(repr, vintages_of(figures[::-1])))


def test_the_book_prefers_what_was_published_and_falls_back_on_what_was_derived() -> None:
    published = figure("12", "2024-05-01", key("growth"))
    derived = figure("12.3", "2024-03-01", key("growth"), basis="derived")
    other = figure("9", "2024-03-01", key("growth", "2023"), basis="derived")
    known = book(published, derived, other)
    assert known.current(key("growth")) == published
    assert known.current(key("growth"), "derived") == derived
    assert known.current(key("growth", "2023")) == other
    assert known.known(key("growth"), day("2024-04-01"), "derived") == derived
    assert known.keys("growth") == [key("growth"), key("growth", "2023")]
    assert known.keys("unknown") == []
    assert known.current(key("unknown")) is None
    assert len(known.all()) == 3


def test_a_key_is_entered_once_per_basis() -> None:
    known = book(figure("1", "2024-01-01"))
    with pytest.raises(ValueError, match="is in the book already"):
        known.enter([figure("2", "2024-02-01")])


def test_the_width_decides_only_between_equals() -> None:
    rough, exact = figure("80", "2024-01-01", step="10"), figure("79.8", "2024-01-01", step="0.1", quality="secondary")
    assert ranked([exact, rough])[0].value == Decimal(80)
