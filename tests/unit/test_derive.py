"""Derived indicators: worked by hand, from like vintages, and only for as long as what they are derived from holds."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from make_figures import between, book, day, dimensions, figure, key, registry

from ipmon.declared import Text
from ipmon.derive import Derivation, derive
from ipmon.dimensions import Break
from ipmon.figures import Figure, Key
from ipmon.vintages import Book

SHARE = registry(
    part={}, whole={}, share={"unit": "percent", "nature": "rate", "ratio": {"of": "part", "to": "whole", "scale": 100}}
)
GROWTH = registry(grants={}, growth={"unit": "percent", "nature": "rate", "growth": {"of": "grants"}})


def derived(known: Book, declared: Any, *breaks: Break) -> list[Derivation]:
    return derive(declared, known, dimensions(breaks))


def only(made: list[Derivation]) -> Figure:
    assert len(made) == 1
    return made[0].figure


def growth_of(now: Figure, before: Figure, *breaks: Break) -> list[Derivation]:
    return derived(book(now, before), GROWTH, *breaks)


def test_a_ratio_with_what_the_printed_precision_allows() -> None:
    # 30 of 200, each to the nearest 1: at least 29.5 / 200.5 = 14.7132 %, at most 30.5 / 199.5 = 15.2882 %
    made = derived(book(figure("30", "2024-01-05", key("part")), figure("200", "2024-01-16", key("whole"))), SHARE)
    share = only(made)
    assert share.value == Decimal(15)
    assert share.interval == between("14.713216", "15.288221")
    assert (share.unit, share.decimals, share.basis) == ("percent", 1, "derived")
    assert share.released_on == day("2024-01-16")
    assert made[0].formula == share.locator == "part / whole * 100"
    assert [i.key.indicator_id for i in made[0].inputs] == ["part", "whole"]


def test_a_ratio_takes_the_denominator_of_the_total_where_the_part_has_none() -> None:
    by_industry = key("part", industry="pharma")
    share = only(derived(book(figure("30", "2024-01-05", by_industry), figure("200", "2024-01-05", key("whole"))), SHARE))
    assert share.key == key("share", industry="pharma")


def test_a_flow_is_divided_by_a_stock() -> None:
    stock = key("whole", accumulation="stock")
    share = only(derived(book(figure("30", "2024-01-05", key("part")), figure("200", "2024-01-05", stock)), SHARE))
    assert (share.value, share.key.accumulation) == (Decimal(15), "period")


@pytest.mark.parametrize("whole", ["0", "0.3"])
def test_nothing_is_divided_by_what_is_or_may_be_zero(whole: str) -> None:
    assert derived(book(figure("30", "2024-01-05", key("part")), figure(whole, "2024-01-05", key("whole"))), SHARE) == []


def test_no_value_gives_no_ratio() -> None:
    assert derived(book(figure(None, "2024-01-05", key("part")), figure("200", "2024-01-05", key("whole"))), SHARE) == []
    assert derived(book(figure("30", "2024-01-05", key("part"))), SHARE) == []


def test_growth_over_the_like_period_a_year_before() -> None:
    # 150 over 120: between 149.5 / 120.5 - 1 = 24.0664 % and 150.5 / 119.5 - 1 = 25.9414 %
    made = growth_of(figure("150", "2025-01-16"), figure("120", "2024-01-16", key(period="2023")))
    growth = only(made)
    assert growth.value == Decimal(25)
    assert growth.interval == between("24.066390", "25.941423")
    assert growth.key == key("growth")


def test_growth_of_a_month_looks_at_that_month_a_year_before() -> None:
    values = {"2023-02": "100", "2024-01": "300", "2024-02": "110"}
    known = book(*(figure(v, "2024-04-01", key(period=p, accumulation="year_to_date")) for p, v in values.items()))
    growth = only(derived(known, GROWTH))
    assert (growth.value, growth.key.time_period, growth.key.accumulation) == (Decimal(10), "2024-02", "year_to_date")


def test_a_fall_to_zero_is_a_fall_of_all() -> None:
    growth = only(growth_of(figure("0", "2025-01-16"), figure("120", "2024-01-16", key(period="2023"))))
    assert growth.value == Decimal(-100)
    assert growth.interval == between("-100.418411", "-99.581589")


@pytest.mark.parametrize(("parts", "share", "decimals"), [("97 100", "97", 0), ("11 32", "34.375", 3), ("0 7", "0", 0)])
def test_what_follows_from_exact_values_has_the_decimals_that_it_has(parts: str, share: str, decimals: int) -> None:
    part, whole = (
        figure(number, "2024-01-05", key(id_), interval=between(number, number))
        for number, id_ in zip(parts.split(), ("part", "whole"), strict=True)
    )
    made = only(derived(book(part, whole), SHARE))
    assert (made.value, made.decimals) == (Decimal(share), decimals)


def test_growth_from_a_lower_bound_is_a_lower_bound() -> None:
    more = figure("150", "2025-01-16", interval=between("150", None))
    growth = only(growth_of(more, figure("120", "2024-01-16", key(period="2023"))))
    assert growth.interval == between("24.481327", None)  # 150 / 120.5 - 1
    assert growth.decimals == 1  # the unit's own, where the precision is open


@pytest.mark.parametrize(("start", "count"), [(date(2024, 1, 1), 0), (date(2023, 12, 31), 1), (date(2024, 12, 31), 0)])
def test_no_growth_across_a_break(start: date, count: int) -> None:
    broken = Break(id="rule", indicators=["grants"], note=Text(zh="断", en="break"), source="x", **{"from": start})
    now, before = figure("150", "2025-01-16"), figure("120", "2024-01-16", key(period="2023"))
    assert len(growth_of(now, before, broken)) == count


def test_a_break_of_the_provinces_leaves_the_nation_alone() -> None:
    start = {"from": date(2024, 1, 1)}
    broken = Break(id="rule", indicators=["gr*"], ref_areas="provinces", note=Text(zh="断", en="break"), source="x", **start)
    now, before = figure("150", "2025-01-16"), figure("120", "2024-01-16", key(period="2023"))
    assert len(growth_of(now, before, broken)) == 1
    at_home = [figure(v, "2025-01-16", key(period=p, area="CN-BJ")) for v, p in (("150", "2024"), ("120", "2023"))]
    assert growth_of(at_home[0], at_home[1], broken) == []


def test_each_vintage_grows_from_the_year_before_as_it_stood_that_day() -> None:
    before = key(period="2023")
    known = book(
        figure("120", "2024-01-16", before, stage="preliminary"),
        figure("125", "2024-12-30", before, stage="final"),
        figure("150", "2024-06-01", stage="preliminary"),
        figure("151", "2025-06-01", stage="final"),
    )
    first, second = (d.figure for d in derived(known, GROWTH))
    assert (first.value, first.obs_status) == (Decimal(25), "A")
    assert (first.released_on, first.retired_on) == (day("2024-06-01"), day("2025-06-01"))
    assert second.value == Decimal("20.8")  # 151 / 125; never 151 / 120
    assert (second.released_on, second.retired_on) == (day("2025-06-01"), None)


def test_where_the_year_before_came_out_later_the_growth_is_known_from_then() -> None:
    growth = only(growth_of(figure("150", "2025-01-16"), figure("120", "2025-03-01", key(period="2023"))))
    assert growth.released_on == day("2025-03-01")


def test_a_later_but_less_precise_value_still_replaces_the_derived_one() -> None:
    known = book(
        figure("150", "2025-01-16", quality="secondary", step="0.1"),
        figure("160", "2025-02-16", step="10"),
        figure("120", "2024-01-16", key(period="2023")),
    )
    derived(known, GROWTH)
    current = known.current(key("growth"))
    assert current is not None
    assert round(float(current.value or 0), 4) == 33.3333


@pytest.mark.parametrize("withdrawn", ["part", "whole"])
def test_what_derives_from_a_withdrawn_value_is_withdrawn(withdrawn: str) -> None:
    gone = {"retired_on": day("2024-05-01")}
    part = figure("30", "2024-01-05", key("part"), **(gone if withdrawn == "part" else {}))
    whole = figure("200", "2024-01-05", key("whole"), **(gone if withdrawn == "whole" else {}))
    known = book(part, whole)
    derived(known, SHARE)
    assert known.current(key("share")) is None
    assert known.known(key("share"), day("2024-04-30")) is not None


def test_each_part_as_a_share_of_the_total() -> None:
    declared = registry(va={}, va_share={"unit": "percent", "nature": "rate", "share": {"of": "va", "over": "industry"}})
    values = {"_T": "200", "pharma": "50", "services": "150"}
    known = book(*(figure(v, "2024-01-05", key("va", industry=code)) for code, v in values.items()))
    shares = {d.figure.key.industry: d.figure.value for d in derived(known, declared)}
    assert shares == {"pharma": Decimal(25), "services": Decimal(75)}


SUM = registry(a={}, b={}, c={}, total={"sum": {"of": ["a", "b", "c"]}})


def test_a_sum_of_all_its_parts() -> None:
    known = book(
        *(figure(v, d, key(i)) for i, v, d in (("a", "1", "2024-01-01"), ("b", "2", "2024-02-01"), ("c", "3", "2024-01-15")))
    )
    total = only(derived(known, SUM))
    assert (total.value, total.interval, total.released_on) == (Decimal(6), between("4.5", "7.5"), day("2024-02-01"))


def test_no_sum_with_a_part_missing() -> None:
    assert derived(book(figure("1", "2024-01-01", key("a")), figure("2", "2024-01-01", key("b"))), SUM) == []


def test_a_sum_is_known_anew_when_a_part_is_revised() -> None:
    known = book(
        figure("1", "2024-01-01", key("a")),
        figure("2", "2024-01-01", key("b")),
        figure("3", "2024-01-01", key("c"), retired_on=day("2024-03-01")),
        figure("4", "2024-03-01", key("c")),
    )
    stints = [(d.figure.value, d.figure.released_on, d.figure.retired_on) for d in derived(known, SUM)]
    assert stints == [(6, day("2024-01-01"), day("2024-03-01")), (7, day("2024-03-01"), None)]


def test_a_printed_level_and_its_change_imply_the_year_before() -> None:
    # Announcement 562: 13.04 % for 2023, up 0.44 points, hence 12.60 % for 2022 and not the 12.71 % printed first
    declared = registry(
        level={"unit": "percent", "nature": "rate"},
        change={"unit": "percent", "nature": "rate"},
        implied={"unit": "percent", "nature": "rate", "implied_previous": {"level": "level", "change": "change"}},
    )
    known = book(
        figure("13.04", "2024-12-31", key("level", "2023"), step="0.01"),
        figure("0.44", "2024-12-31", key("change", "2023"), step="0.01"),
    )
    implied = only(derived(known, declared))
    assert (implied.value, implied.interval) == (Decimal("12.60"), between("12.59", "12.61"))
    assert implied.key == key("implied", "2022")
    assert (implied.period_start, implied.period_end) == (date(2022, 1, 1), date(2022, 12, 31))


def test_a_change_in_points() -> None:
    declared = registry(
        rate={"unit": "percent", "nature": "rate"}, change={"nature": "rate", "unit": "percent", "change": {"of": "rate"}}
    )
    known = book(*(figure(v, "2024-12-31", key("rate", p), step="0.01") for p, v in (("2023", "13.04"), ("2022", "12.60"))))
    change = only(derived(known, declared))
    assert (change.value, change.interval, change.decimals) == (Decimal("0.44"), between("0.43", "0.45"), 2)


def test_inputs_are_derived_before_what_needs_them() -> None:
    declared = registry(
        growth={"unit": "percent", "nature": "rate", "growth": {"of": "total"}},
        total={"sum": {"of": ["a", "b"]}},
        a={},
        b={},
    )
    values = {("a", "2023"): "40", ("b", "2023"): "60", ("a", "2024"): "50", ("b", "2024"): "75"}
    known = book(*(figure(v, "2025-01-01", key(*about)) for about, v in values.items()))
    growth = [d.figure for d in derived(known, declared) if d.figure.key.indicator_id == "growth"]
    assert [(f.key.time_period, f.value) for f in growth] == [("2024", Decimal(25))]


@pytest.mark.parametrize(("statuses", "expected"), [("AA", "A"), ("PA", "P"), ("AP", "P"), ("EA", "E"), ("EP", "P")])
def test_the_status_says_what_the_inputs_said(statuses: str, expected: str) -> None:
    part = figure("30", "2024-01-05", key("part"), obs_status=statuses[0])
    whole = figure("200", "2024-01-05", key("whole"), obs_status=statuses[1])
    assert only(derived(book(part, whole), SHARE)).obs_status == expected


def test_a_derived_value_is_of_its_own_key() -> None:
    rate: Key = only(derived(book(figure("30", "2024-01-05", key("part")), figure("200", "2024-01-05", key("whole"))), SHARE)).key
    assert rate == key("share")
