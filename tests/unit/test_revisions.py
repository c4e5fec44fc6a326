"""Revisions: what changed, by how much, and why."""

from decimal import Decimal

import pytest
from make_figures import book, day, dimensions, figure, key, registry

from ipmon.derive import derive
from ipmon.figures import Figure
from ipmon.revisions import Revision, mean_absolute_revision, revisions

PLAIN = registry(grants={})


def changes(*figures: Figure) -> list[tuple[str, Decimal, str]]:
    """(kind, size, cause)."""
    return [(r.kind, r.size, r.cause.en) for r in revisions(book(*figures), PLAIN)]


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
    causes = {r.key.indicator_id: (r.kind, r.size, r.cause.en) for r in revisions(known, declared)}
    assert causes["all"] == ("revised", Decimal(4), "an input was revised")
    assert causes["a"] == ("revised", Decimal(4), "corrected delivery")


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
    found = [r for r in revisions(known, IMPLIED) if r.kind == "implied"]
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
