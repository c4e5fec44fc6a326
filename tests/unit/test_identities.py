"""Identities and published twins: agrees, contradicts, cannot tell."""

from decimal import Decimal
from typing import Any

import pytest
from make_figures import between, book, dimensions, figure, key, registry
from pydantic import ValidationError

from ipmon.declared import Text
from ipmon.derive import derive
from ipmon.dimensions import Area
from ipmon.figures import Figure
from ipmon.identities import Identity, Reconciliation, reconcile, twins

OUT = "2024-02-01"


def identity(kind: str, indicators: list[str], **entry: Any) -> Identity:
    return Identity(kind=kind, title=Text(zh="恒等式", en="Identity"), indicators=indicators, source="x", **entry)  # type: ignore[arg-type]


def area(code: str, level: str = "province", is_of_which: bool = False) -> Area:
    words = {"parent": "CN", "name_zh": code, "name_en": code, "aliases": ""}
    return Area(code=code, level=level, is_of_which=is_of_which, **words)  # type: ignore[arg-type]


AREAS = {
    a.code: a for a in (area("CN-BJ"), area("CN-SH"), area("CN-GD"), area("CN-HK", "sar"), area("CN-GD-440300", "of_which", True))
}


def found(rule: Identity, *figures: Figure) -> list[tuple[str, Decimal | None, int, int]]:
    """(verdict, implied value, parts found, parts expected)."""
    made = reconcile({"rule": rule}, book(*figures), AREAS)
    return [(r.verdict, r.implied, r.parts, r.parts_expected) for r in made]


ORIGINS = identity("codes", ["grants"], dimension="counterpart_area", parts=["DOM", "FOR"])


def origins(total: str, domestic: str | None, foreign: str | None, step: str = "1") -> list[Figure]:
    parts = {"_T": total, "DOM": domestic, "FOR": foreign}
    return [figure(v, OUT, key(counterpart_area=c), step=step) for c, v in parts.items() if v is not None]


def test_total_is_the_sum_of_its_codes() -> None:
    assert found(ORIGINS, *origins("100", "90", "10")) == [("agrees", Decimal(100), 2, 2)]


def test_rounded_parts_may_miss_the_total_by_their_precision_but_not_by_more() -> None:
    # each of the three to the nearest 10: the parts may be 190 to 210 together, the total 205 to 215
    assert found(ORIGINS, *origins("210", "90", "110", step="10"))[0][0] == "agrees"
    assert found(ORIGINS, *origins("220", "90", "110", step="10"))[0][0] == "contradicts"


def test_exact_counts_off_by_one_contradict() -> None:
    assert found(ORIGINS, *origins("101", "90", "10", step="0")) == [("contradicts", Decimal(100), 2, 2)]


THREE = identity("series", ["all"], parts=["a", "b", "c"])


def kinds(total: str, **parts: str) -> list[Figure]:
    return [figure(total, OUT, key("all"), step="0"), *(figure(v, OUT, key(i), step="0") for i, v in parts.items())]


def test_with_a_part_missing_a_sum_cannot_tell() -> None:
    assert found(THREE, *kinds("100", a="40", b="50")) == [("cannot tell", Decimal(90), 2, 3)]


def test_with_a_part_missing_a_sum_still_contradicts_a_total_it_exceeds() -> None:
    assert found(THREE, *kinds("100", a="60", b="50")) == [("contradicts", Decimal(110), 2, 3)]


def test_one_part_alone_says_nothing() -> None:
    assert found(THREE, *kinds("100", a="60")) == []
    assert found(THREE, *(f for f in kinds("100", a="60", b="40") if f.key.indicator_id != "all")) == []


def test_a_suppressed_part_counts_as_missing() -> None:
    assert found(THREE, *kinds("100", a="60", b="40"), figure(None, OUT, key("c"))) == [("cannot tell", Decimal(100), 2, 3)]


def test_cities_are_never_added_to_their_provinces() -> None:
    rule = identity("areas", ["grants"], with_sar=True)
    values = {"CN": "100", "CN-BJ": "20", "CN-SH": "30", "CN-GD": "45", "CN-HK": "5", "CN-GD-440300": "40"}
    figures = [figure(v, OUT, key(area=code), step="0") for code, v in values.items()]
    assert found(rule, *figures) == [("agrees", Decimal(100), 4, 4)]
    assert found(identity("areas", ["grants"]), *figures) == [("contradicts", Decimal(95), 3, 3)]


def test_a_national_total_of_a_coverage_is_held_against_provinces_without_it() -> None:
    rule = identity("areas", ["grants"], total={"counterpart_area": "DOM"})
    provinces = [figure(v, OUT, key(area=a), step="0") for a, v in (("CN-BJ", "20"), ("CN-SH", "30"), ("CN-GD", "50"))]
    national = [figure("100", OUT, key(counterpart_area="DOM"), step="0"), figure("120", OUT, key(), step="0")]
    assert found(rule, *national, *provinces) == [("agrees", Decimal(100), 3, 3)]


MONTHS = identity("differences", ["grants"])


def to_date(month: str, value: str) -> Figure:
    return figure(value, OUT, key(period=f"2023-{month}", accumulation="year_to_date"), step="0")


def monthly(month: str, value: str) -> Figure:
    return figure(value, OUT, key(period=f"2023-{month}"), step="0")


def test_a_month_is_the_difference_of_two_running_totals() -> None:
    assert found(MONTHS, to_date("02", "70"), to_date("03", "100"), monthly("03", "30")) == [("agrees", Decimal(30), 2, 2)]
    assert found(MONTHS, to_date("02", "70"), to_date("03", "100"), monthly("03", "31")) == [("contradicts", Decimal(30), 2, 2)]


def test_january_is_its_own_running_total_and_a_gap_is_not_bridged() -> None:
    assert found(MONTHS, to_date("01", "40"), monthly("01", "40")) == [("agrees", Decimal(40), 1, 1)]
    assert found(MONTHS, to_date("01", "40"), to_date("03", "100"), monthly("03", "60")) == []


def test_december_is_the_year() -> None:
    rule = identity("year_end", ["grants"])
    year = figure("365", OUT, key(period="2023"), step="0")
    assert found(rule, year, to_date("12", "365"))[0][0] == "agrees"
    assert found(rule, year, to_date("12", "364"))[0][0] == "contradicts"
    stock = identity("year_end", ["stock"])
    ends = [figure("9", OUT, key("stock", p, accumulation="stock"), step="0") for p in ("2023", "2023-12")]
    assert found(stock, *ends)[0][0] == "agrees"


@pytest.mark.parametrize(
    ("part", "whole", "verdict"),
    [
        (between("40", "50"), between("60", "70"), "agrees"),
        (between("40", "60"), between("60", "70"), "agrees"),
        (between("55", "65"), between("60", "70"), "cannot tell"),
        (between("40", None), between("60", "70"), "cannot tell"),
        (between("40", "50"), between("45", None), "cannot tell"),
        (between("71", "80"), between("60", "70"), "contradicts"),
    ],
)
def test_a_part_is_at_most_its_whole(part: Any, whole: Any, verdict: str) -> None:
    rule = identity("at_most", ["high_value"], parts=["in_force"])
    figures = figure("50", OUT, key("high_value"), interval=part), figure("65", OUT, key("in_force"), interval=whole)
    assert found(rule, *figures) == [(verdict, Decimal(65), 1, 1)]


def test_a_derived_value_beside_its_published_twin() -> None:
    declared = registry(a={}, b={}, all={"sum": {"of": ["a", "b"]}})
    known = book(*(figure(v, OUT, key(i), step="0") for i, v in (("a", "40"), ("b", "50"), ("all", "91"))))
    made: list[Reconciliation] = twins(derive(declared, known, dimensions()), known)
    assert [(r.verdict, r.published.value, r.implied, r.note) for r in made] == [("contradicts", 91, 90, "derived as a + b")]


def test_without_a_twin_there_is_nothing_to_compare() -> None:
    declared = registry(a={}, b={}, all={"sum": {"of": ["a", "b"]}})
    known = book(*(figure(v, OUT, key(i)) for i, v in (("a", "40"), ("b", "50"))))
    assert twins(derive(declared, known, dimensions()), known) == []


@pytest.mark.parametrize(
    ("kind", "entry", "told"),
    [
        ("codes", {"parts": ["DOM", "FOR"]}, "kind 'codes' needs a dimension"),
        ("codes", {"dimension": "ip_type", "parts": ["invention"]}, "kind 'codes' takes 2 or more parts"),
        ("series", {}, "kind 'series' takes 2 or more parts"),
        ("at_most", {"parts": ["a", "b"]}, "kind 'at_most' takes 1 parts"),
        ("areas", {"parts": ["CN-BJ"]}, "kind 'areas' takes 0 parts"),
        ("year_end", {"dimension": "ip_type"}, "no other kind takes one"),
    ],
)
def test_an_identity_that_compares_nothing_is_refused(kind: str, entry: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        identity(kind, ["grants"], **entry)
