"""Interval arithmetic: whatever the true numbers are, the result holds theirs."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_figures import between

from ipmon.intervals import Interval, printed, round_half_up

PLACES = st.decimals(min_value=-(10**9), max_value=10**9, places=4)
POSITIVE = st.decimals(min_value=Decimal("0.001"), max_value=10**9, places=4)


@st.composite
def known(draw: st.DrawFn, numbers: st.SearchStrategy[Decimal] = PLACES) -> tuple[Interval, Fraction]:
    """An interval, open on some sides, and a true number in it."""
    low, true, high = sorted(draw(numbers) for _ in range(3))
    ends = Interval(None if draw(st.booleans()) else low, None if draw(st.booleans()) else high)
    return ends, Fraction(true)


def holds(interval: Interval, true: Fraction) -> bool:
    above = interval.low is None or Fraction(interval.low) <= true
    return above and (interval.high is None or true <= Fraction(interval.high))


@given(known(), known())
def test_sums_and_differences_hold_the_true_result(a: tuple[Interval, Fraction], b: tuple[Interval, Fraction]) -> None:
    assert holds(a[0] + b[0], a[1] + b[1])
    assert holds(a[0] - b[0], a[1] - b[1])
    assert holds(-a[0], -a[1])


@given(known(), st.decimals(min_value=0, max_value=10**8, places=2))
def test_a_scaled_interval_holds_the_scaled_number(a: tuple[Interval, Fraction], factor: Decimal) -> None:
    assert holds(a[0].scaled(factor), a[1] * Fraction(factor))


@given(known(), known(POSITIVE))
def test_quotients_hold_the_true_result(a: tuple[Interval, Fraction], b: tuple[Interval, Fraction]) -> None:
    quotient = a[0].divided_by(b[0])
    if b[0].low is None:
        assert quotient is None
    else:
        assert quotient is not None
        assert holds(quotient.outward(6), a[1] / b[1])


@given(known(), known())
def test_two_statements_with_a_true_number_in_both_never_contradict(
    a: tuple[Interval, Fraction], b: tuple[Interval, Fraction]
) -> None:
    both = holds(a[0], b[1]) or holds(b[0], a[1])
    verdict = a[0].compare(b[0])
    assert verdict == b[0].compare(a[0])
    assert not (both and verdict == "contradicts")


@given(known(), st.integers(min_value=0, max_value=6))
def test_rounding_outward_holds_what_was_held(a: tuple[Interval, Fraction], decimals: int) -> None:
    wider = a[0].outward(decimals)
    assert holds(wider, a[1])
    ends = [end for end in (wider.low, wider.high) if end is not None]
    assert all(end == round_half_up(end, decimals) for end in ends)


@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        (("9", "11"), ("11", "13"), "agrees"),
        (("9", "11"), ("11.1", "13"), "contradicts"),
        (("9", "11"), ("10", None), "cannot tell"),
        (("9", "11"), (None, "8"), "contradicts"),
        ((None, None), ("1", "2"), "cannot tell"),
    ],
)
def test_verdicts(a: tuple[str | None, str | None], b: tuple[str | None, str | None], verdict: str) -> None:
    assert between(*a).compare(between(*b)) == verdict


def test_the_width_of_an_open_interval_is_infinite() -> None:
    assert between("1", "3.5").width() == Decimal("2.5")
    assert between("1", None).width() == Decimal("Infinity")
    assert between("1", "3").is_bounded
    assert not between(None, "3").is_bounded


@pytest.mark.parametrize(
    ("dividend", "divisor", "quotient"),
    [
        (("10", "20"), ("2", "4"), ("2.5", "10")),
        (("-10", "20"), ("2", "4"), ("-5", "10")),
        (("-10", "-4"), ("2", "4"), ("-5", "-1")),
        (("10", "20"), ("2", None), ("0", "10")),
        (("-10", "20"), ("2", None), ("-5", "10")),
        (("10", None), ("2", "4"), ("2.5", None)),
        ((None, "10"), ("2", "4"), (None, "5")),
    ],
)
def test_quotients_worked_by_hand(
    dividend: tuple[str | None, str | None], divisor: tuple[str | None, str | None], quotient: tuple[str | None, str | None]
) -> None:
    assert between(*dividend).divided_by(between(*divisor)) == between(*quotient)


@pytest.mark.parametrize("divisor", [("0", "4"), ("-1", "4"), (None, "4")])
def test_nothing_is_divided_by_what_may_be_zero(divisor: tuple[str | None, str | None]) -> None:
    assert between("1", "2").divided_by(between(*divisor)) is None


def test_a_printed_number_is_known_to_half_its_last_step() -> None:
    assert printed(Decimal(798000), Decimal(1000)) == between("797500", "798500")
    assert printed(Decimal("12.71"), Decimal("0.01")) == between("12.705", "12.715")


def test_an_empty_interval_is_refused() -> None:
    with pytest.raises(ValueError, match=r"interval \[2, 1\] is empty"):
        between("2", "1")


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [("2.5", 0, "3"), ("2.675", 2, "2.68"), ("-2.5", 0, "-3"), ("0.125", 2, "0.13"), ("13.044", 2, "13.04"), ("7", 2, "7.00")],
)
def test_halves_are_rounded_away_from_zero(value: str, decimals: int, rounded: str) -> None:
    assert str(round_half_up(Decimal(value), decimals)) == rounded
