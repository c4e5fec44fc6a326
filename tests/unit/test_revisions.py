"""Revisions: what changed, by how much, and why."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from make_figures import book, day, dimensions, figure, key, registry

from ipmon.deliveries import Withdrawal
from ipmon.derive import derive
from ipmon.figures import Figure
from ipmon.revisions import Revision, mean_absolute_revision, revisions

PLAIN = registry(grants={})


def changes(*figures: Figure) -> list[tuple[str, Decimal, str]]:
    """(kind, size, cause)."""
    return [(r.kind, r.size, r.cause.en) for r in revisions(book(*figures), PLAIN, {})]


def test_a_value_that_never_changed_has_no_revision() -> None:
    assert changes(figure("10", "2024-01-01"), figure("10", "2024-02-01", locator="line 9")) == []


def test_a_final_figure_revises_the_preliminary_one() -> None:
    first, final = figure("1210207", "2023-01-17", stage="preliminary"), figure("1204724", "2023-12-29", stage="final")
    assert changes(first, final) == [("revised", Decimal(-5483), "final verification by the publisher")]


def test_a_more_precise_figure_of_the_same_thing_only_refines() -> None:
    rough, exact = figure("798000", "2024-01-16", step="1000"), figure("797563", "2024-04-26")
    assert changes(rough, exact) == [("refined", Decimal(-437), "more precise or later statement")]


def test_a_corrected_delivery_is_named_as_the_cause() -> None:
    old = figure("18", "2024-01-01", retired_on=day("2024-03-01"))
    assert changes(old, figure("16", "2024-03-01")) == [("revised", Decimal(-2), "corrected delivery")]


def test_a_better_source_is_named_as_the_cause() -> None:
    assert changes(figure("10", "2024-01-01", quality="secondary"), figure("20", "2024-02-01")) == [
        ("revised", Decimal(10), "official source instead of secondary")
    ]


def test_a_revised_input_is_the_cause_of_a_revised_result() -> None:
    declared = registry(a={}, b={}, all={"sum": {"of": ["a", "b"]}})
    known = book(
        figure("1", "2024-01-01", key("a"), retired_on=day("2024-03-01")),
        figure("5", "2024-03-01", key("a")),
        figure("2", "2024-01-01", key("b")),
    )
    derive(declared, known, dimensions())
    causes = {r.key.indicator_id: (r.kind, r.size, r.cause.en) for r in revisions(known, declared, {})}
    assert causes["all"] == ("revised", Decimal(4), "an input was revised")
    assert causes["a"] == ("revised", Decimal(4), "corrected delivery")


APRIL = date(2024, 4, 1)
GONE = {"file-b": Withdrawal(APRIL, datetime(2024, 4, 1, 4, tzinfo=UTC), "两县漏报 Two counties were missing.")}
TAKEN_BACK = "delivery file-b withdrawn by its publisher on 2024-04-01: 两县漏报 Two counties were missing."
OF_B = {"delivery_id": "file-b", "retired_on": APRIL, "retired_by": ("file-b",)}
Told = tuple[str, str, date, str, str | None]


def withdrawn(*figures: Figure) -> list[Told]:
    """(indicator, kind, day, old value, new value) of what was withdrawn or revised, with what is derived."""
    declared = registry(grants={}, grants_growth={"unit": "percent", "nature": "rate", "growth": {"of": "grants"}})
    known = book(*figures)
    derive(declared, known, dimensions())
    found = revisions(known, declared, GONE)
    assert {r.cause.en for r in found if r.kind == "withdrawn"} <= {TAKEN_BACK}
    return [
        (r.key.indicator_id, r.kind, r.released_on, str(r.old.value), str(r.new.value) if r.new else None)
        for r in sorted(found, key=lambda r: (r.released_on, r.key.indicator_id, r.kind))
    ]


def test_f42_a_withdrawn_value_has_a_row_without_a_new_one_and_so_has_what_was_derived_from_it() -> None:
    """150 of 2024 against 120 of 2023 is 25 %, until the file with the 150 was taken back."""
    found = withdrawn(figure("120", "2023-01-16", key(period="2023")), figure("150", "2024-01-16", **OF_B))
    assert found == [
        ("grants", "withdrawn", APRIL, "150", None),
        ("grants_growth", "withdrawn", APRIL, "25.000000", None),
    ]
    (only,) = revisions(book(figure("150", "2024-01-16", **OF_B)), PLAIN, GONE)
    assert (only.size, only.cause.zh) == (None, "发布者于2024-04-01撤回交付 file-b：两县漏报 Two counties were missing.")


def test_f42_the_value_that_holds_in_place_of_a_withdrawn_one_is_named() -> None:
    """The file before it says 12 again from April on, after the 15 of March."""
    before = figure("12", "2024-01-01", retired_on=day("2024-03-01"))
    again = figure("12", "2024-04-01", locator="line 3")
    assert withdrawn(before, figure("15", "2024-03-01", **OF_B), again) == [
        ("grants", "revised", date(2024, 3, 1), "12", "15"),
        ("grants", "withdrawn", APRIL, "15", "12"),
    ]


def test_f42_what_came_and_was_withdrawn_on_one_day_is_told() -> None:
    assert withdrawn(figure("15", "2024-04-01", **OF_B)) == [("grants", "withdrawn", APRIL, "15", None)]
    assert withdrawn(figure("12", "2024-01-01"), figure("15", "2024-04-01", **OF_B)) == [
        ("grants", "revised", APRIL, "12", "15"),
        ("grants", "withdrawn", APRIL, "15", "12"),
    ]


def test_f42_each_end_of_a_value_is_told_once_where_two_are_withdrawn_on_one_day() -> None:
    """15 corrected 12 in March; both are withdrawn on 1 April, 15 first, so that 12 held once more for less than that day."""
    first, again = (figure("12", at, **(OF_B | more)) for at, more in (("2024-01-01", {}), ("2024-04-01", {"locator": "again"})))
    first = replace(first, retired_on=day("2024-03-01"), retired_by=())
    assert withdrawn(first, figure("15", "2024-03-01", **OF_B), again) == [
        ("grants", "revised", day("2024-03-01"), "12", "15"),
        ("grants", "withdrawn", APRIL, "15", "12"),
        ("grants", "withdrawn", APRIL, "12", None),
    ]


def test_f42_a_withdrawn_value_that_nobody_was_told_is_not() -> None:
    """A better source held throughout; or another file says the same number."""
    worse = {"quality": "secondary", **OF_B}
    assert withdrawn(figure("12", "2024-01-01"), figure("15", "2024-04-01", **worse)) == []
    assert withdrawn(figure("12", "2024-01-01"), figure("15", "2024-02-01", **worse)) == []
    assert withdrawn(figure("12", "2024-01-01"), figure("12", "2024-04-01", **OF_B)) == []


def test_f42_what_is_said_after_a_gap_revises_nothing() -> None:
    found = withdrawn(figure("15", "2024-03-01", **OF_B), figure("16", "2024-05-01", locator="line 3"))
    assert found == [("grants", "withdrawn", APRIL, "15", None)]


def test_f42_a_withdrawal_is_no_usual_revision() -> None:
    found = revisions(book(figure("15", "2024-03-01", **OF_B), figure("12", "2024-04-01", locator="line 3")), PLAIN, GONE)
    assert [r.kind for r in found] == ["withdrawn"]
    assert mean_absolute_revision(found, "grants") is None


IMPLIED = registry(
    level={"unit": "percent", "nature": "rate"},
    change={"unit": "percent", "nature": "rate"},
    implied={"unit": "percent", "nature": "rate", "implied_previous": {"level": "level", "change": "change"}},
)


@pytest.mark.parametrize(("printed_before", "count"), [("12.71", 1), ("12.60", 0)])
def test_a_later_printed_change_implies_a_revision_that_nobody_printed(printed_before: str, count: int) -> None:
    known = book(
        figure(printed_before, "2023-12-30", key("level", "2022"), step="0.01"),
        figure("13.04", "2024-12-31", key("level", "2023"), step="0.01"),
        figure("0.44", "2024-12-31", key("change", "2023"), step="0.01"),
    )
    derive(IMPLIED, known, dimensions())
    found = [r for r in revisions(known, IMPLIED, {}) if r.kind == "implied"]
    assert len(found) == count
    for r in found:
        assert (r.key, r.size, r.released_on) == (key("level", "2022"), Decimal("-0.11"), day("2024-12-31"))
        assert r.cause.en == "implied by the level and change printed for 2023"


def revision(size: str, kind: str = "revised", area: str = "CN") -> Revision:
    about = key(area=area)
    old, new = figure("100", "2024-01-01", about), figure(str(100 + Decimal(size)), "2024-02-01", about)
    return Revision(about, "published", day("2024-02-01"), old, new, kind, "x")  # type: ignore[arg-type]


def test_the_usual_revision_is_the_mean_size_of_those_of_the_national_total() -> None:
    found = [revision("3"), revision("-5"), revision("90", "refined"), revision("70", area="CN-BJ")]
    assert mean_absolute_revision(found, "grants") == Decimal(4)
    assert mean_absolute_revision(found, "other") is None
