"""The rules of the targets, every case worked by hand.

Belongs here: ipmon.targets, target_rules, target_doubts, assessment and reasons on made-up series. Not here: the declared targets
themselves (see test_guideline.py).
"""

import re
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipmon.assessment import STATUS_WORDS, Assessment, assess
from ipmon.declared import Text
from ipmon.dimensions import Scale, Unit
from ipmon.reason_clauses import SIMULATED
from ipmon.shown import Shown, numeral, said
from ipmon.target_rules import Point
from ipmon.targets import Target, check_targets, load_targets

UNITS = {
    "months": Unit(zh="个月", en="months"),
    "percent": Unit(zh="%", en="%"),
    "percentage_points": Unit(zh="个百分点", en="percentage points"),
    "CNY": Unit(zh="元", en="CNY", scales={"e8": Scale(zh="亿元", en="CNY hundred million")}),
}
MONTHS, PERCENT, CNY = Shown.of("months", UNITS), Shown.of("percent", UNITS), Shown.of("CNY", UNITS, "e8")
DURING, DEADLINE, AFTER = date(2024, 11, 30), date(2024, 12, 31), date(2025, 6, 30)
HALFWAY = date(2024, 7, 1)
"""183 of the 366 days from the end of 2023 to the end of 2024: q is exactly one half."""


def target(rule: str = "at_least", value: str | Decimal | None = "100", **changes: object) -> Target:
    operators = {"at_most": "<=", "about_at_most": "<=", "band": "=", "rising": ">", "milestone": None, "none": None}
    given = {
        "target_id": "a_target",
        "given_code": "T",
        "year": 2024,
        "document": "d",
        "document_zh": "文件",
        "document_en": "document",
        "quote": "q",
        "indicator_id": "an_indicator",
        "rule": rule,
        "operator": operators.get(rule, ">="),
        "value": value,
        "unit": "months",
        "base_period": "2023",
        "reference_period": "2024",
        "deadline": DEADLINE,
        "official_seen": True,
        "confidence": "high",
        "sources": "s",
    }
    return Target.model_validate(given | changes)


def point(
    period: str, value: str, end: date | None = None, low: str | None = "", high: str | None = "", obs_status: str = "A",
    to_date: bool = False,
) -> Point:  # fmt: skip
    """A value known exactly unless ends are given; None is open. It is released on the day its period ends."""
    year, month = int(period[:4]), int(period[5:]) if period[5:].isdigit() else 12
    end = end or date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    at, above = (Decimal(value) if text == "" else None if text is None else Decimal(text) for text in (low, high))
    return Point(period, end, Decimal(value), at, above, end, obs_status, to_date)


def halfway(value: str) -> Point:
    return point("2024-06", value, HALFWAY)


def status(t: Target, *points: Point, as_of: date = DURING, shown: Shown = MONTHS) -> str:
    return assess(t, points, as_of, shown).status


# Levels: p, q and R


@pytest.mark.parametrize(
    ("value", "ratio", "expected"),
    [
        ("100", None, "met_so_far"),
        ("47.5", "0.95", "on_track"),
        ("47.4", "0.948", "needs_acceleration"),
        ("30", "0.6", "needs_acceleration"),
        ("29.9", "0.598", "off_track"),
        ("0", "0", "off_track"),
        ("-1", "-0.02", "moving_away"),
    ],
)
def test_half_of_the_time_gone_from_a_zero_base(value: str, ratio: str | None, expected: str) -> None:
    made = assess(target(), [point("2023", "0"), halfway(value)], DURING, MONTHS)
    assert (made.status, made.ratio) == (expected, None if ratio is None else Decimal(ratio))
    assert made.elapsed == Decimal("0.5")


def test_progress_gap_and_need_of_a_falling_target() -> None:
    # b = 16, T = 15.5, y = 15.8 after 182 of 366 days: p = 0.2 / 0.5, R = 0.4 * 366 / 182, need = -0.3 / 184 * 365.25
    made = assess(target("at_most", "15.5"), [point("2023", "16"), point("2024-06", "15.8")], DURING, MONTHS)
    assert made.status == "needs_acceleration"
    assert (made.progress, made.elapsed, made.ratio) == (Decimal("0.4"), Decimal("0.497268"), Decimal("0.804396"))
    assert (made.gap, made.needed_rate) == (Decimal("0.3"), Decimal("-0.595516"))
    assert made.reason_zh == (
        "2024年6月值15.8个月，比目标15.5个月高0.3个月；已完成所需变化的40%，时间已过49.73%，两者之比为0.8，此后每年还需下降0.6个月。"
    )
    assert made.reason_en == (
        "The value for 2024-06, 15.8 months, is above the target of 15.5 months by 0.3 months; 40% of the needed change is done "
        "with 49.73% of the time gone, a ratio of 0.8; from there it has to fall by 0.6 months a year."
    )


def test_negative_base() -> None:
    # from -10 to 10, at 0 halfway: p = 10 / 20, R = 1
    assert status(target(value="10"), point("2023", "-10"), halfway("0")) == "on_track"


def test_base_equal_to_target_has_no_path() -> None:
    made = assess(target(), [point("2023", "100"), halfway("99")], DURING, MONTHS)
    assert (made.status, made.progress, made.ratio) == ("not_assessed", None, None)
    assert "基期值就等于目标" in made.reason_zh


def test_base_equal_to_target_and_kept_is_met() -> None:
    assert status(target(), point("2023", "100"), halfway("100")) == "met_so_far"


def test_base_beyond_the_target_and_fallen_back_moves_away() -> None:
    # (99 - 110) / (100 - 110) = 1.1 would read as more than done
    assert status(target(), point("2023", "110"), halfway("99")) == "moving_away"


def test_without_a_base_value_progress_is_not_guessed() -> None:
    assert status(target(), halfway("99")) == "not_assessed"
    assert status(target(), halfway("101")) == "met_so_far"


def test_more_than_is_not_met_by_the_number_itself() -> None:
    t = target(operator=">")
    assert status(t, point("2024", "100"), as_of=AFTER) == "missed"
    assert "等于目标100个月" in assess(t, [point("2024", "100")], AFTER, MONTHS).reason_zh
    assert status(t, point("2024", "100.1"), as_of=AFTER) == "met"


# Around the deadline


def test_the_reference_period_decides_from_the_deadline_on() -> None:
    early, late = replace(point("2024", "100"), released_on=date(2024, 12, 23)), point("2025", "90")
    assert status(target(), early, as_of=date(2024, 12, 30)) == "met_so_far"
    assert status(target(), early, as_of=DEADLINE) == "met"
    assert status(target(), early, late, as_of=date(2026, 6, 30)) == "met"
    assert status(target(), point("2024", "99"), late, as_of=date(2026, 6, 30)) == "missed"


def test_final_once_the_deadline_has_passed_and_the_value_is_not_provisional() -> None:
    assert assess(target(), [point("2024", "100")], AFTER, MONTHS).final
    assert not assess(target(), [point("2024-06", "100")], DURING, MONTHS).final
    provisional = assess(target(), [point("2024", "100", obs_status="P")], AFTER, MONTHS)
    assert (provisional.status, provisional.final) == ("met", False)
    assert "该值为初步数。" in provisional.reason_zh


def test_after_the_deadline_without_the_value() -> None:
    made = assess(target(), [point("2023", "0"), point("2024-10", "100")], AFTER, MONTHS)
    assert made.status == "not_assessed"
    assert made.reason_zh == "2024年的值尚未公布，不作评估；已知最近的是2024年10月的100个月。"
    assert made.reason_en.startswith(
        "The value for 2024 has not been published, so there is no assessment; the latest one known is 100"
    )


def test_no_data_and_only_the_base() -> None:
    assert status(target()) == "not_assessed"
    made = assess(target(), [point("2023", "120")], DURING, MONTHS)
    assert (made.status, made.value, made.value_period) == ("not_assessed", Decimal(120), "2023")
    assert made.reason_zh == "目标期（至2024年）内尚无公布的值；已知最近的是2023年的120个月。"


def test_of_simulated_values_nothing_is_said_of_what_was_published() -> None:
    late = assess(target(), [point("2023", "0"), point("2024-10", "100")], AFTER, MONTHS, clauses=SIMULATED)
    assert late.reason_zh == "没有2024年的模拟值，不作评估；已知最近的是2024年10月的100个月。"
    assert late.reason_en == (
        "There is no simulated value for 2024, so there is no assessment; the latest one known is 100 months for 2024-10."
    )
    none = assess(target(), [point("2023", "120")], DURING, MONTHS, clauses=SIMULATED)
    assert none.reason_zh == "目标期（至2024年）内没有模拟值；已知最近的是2023年的120个月。"
    assert (
        none.reason_en
        == "There is no simulated value for the time of the target, up to 2024; the latest one known is 120 months for 2023."
    )


def test_what_was_not_released_yet_is_not_seen() -> None:
    points = [point("2023", "0"), point("2024-06", "30"), point("2024-09", "100")]
    assert assess(target(), points, date(2024, 9, 29), MONTHS).value == Decimal(30)
    assert assess(target(), points, date(2024, 9, 30), MONTHS).value == Decimal(100)


def test_the_year_goes_before_a_month_that_ends_on_the_same_day() -> None:
    assert assess(target(), [point("2024", "100"), point("2024-12", "9")], AFTER, MONTHS).value == Decimal(100)


def test_a_target_revised_in_mid_year_keeps_its_history() -> None:
    first = target(value="50", valid_from=date(2024, 1, 1), valid_to=date(2024, 8, 31))
    second = target(value="80", valid_from=date(2024, 9, 1))
    points = [point("2023", "0"), point("2024-06", "60")]
    days = [date(2024, 7, 15), date(2024, 8, 31), date(2024, 9, 1)]
    assert [status(first, *points, as_of=d) for d in days] == ["met_so_far", "met_so_far", "not_assessed"]
    assert [status(second, *points, as_of=d) for d in days] == ["not_assessed", "not_assessed", "on_track"]


def test_a_part_of_a_year_says_nothing_of_a_yearly_sum_unless_it_reaches_it() -> None:
    t = target(base_period="2022", yearly_sum=True)
    whole = [point("2022", "50"), point("2023", "90")]
    short = assess(t, [*whole, point("2024-06", "60")], DURING, MONTHS)
    assert (short.value_period, short.status) == ("2023", "on_track")  # p = 40 / 50, q = 365 / 731
    enough = assess(t, [*whole, point("2024-09", "101", to_date=True)], DURING, MONTHS)
    assert (enough.value_period, enough.status) == ("2024-09", "met_so_far")
    assert enough.reason_zh == "截至2024年9月值101个月，不低于目标100个月。"


# 左右: tolerance, and whose it is


def about() -> Target:
    return target("about_at_most", "15.5", tolerance="0.5", tolerance_basis="project_default")


def test_fifteen_and_a_half_is_met() -> None:
    made = assess(about(), [point("2023", "16"), point("2024", "15.5", low="15.45", high="15.55")], AFTER, MONTHS)
    assert (made.status, made.fragile, made.final) == ("met", False, True)
    assert made.reason_zh == "2024年值15.5个月，不高于目标15.5个月左右（容差0.5个月为项目默认）。"
    assert made.reason_en == (
        "The value for 2024, 15.5 months, is not above the target of about 15.5 months "
        "(the tolerance of 0.5 months is the project's default)."
    )


def test_fifteen_point_six_is_met_so_far_but_only_by_our_tolerance() -> None:
    made = assess(about(), [point("2023", "16"), point("2024-10", "15.6", low="15.55", high="15.65")], DURING, MONTHS)
    assert (made.status, made.fragile, made.fragile_reason) == ("met_so_far", True, "project_tolerance")
    assert made.reason_zh == (
        "2024年10月值15.6个月，高于目标15.5个月左右，但在容差之内（容差0.5个月为项目默认）。不计项目默认的容差，结论会改变。"
    )


def test_a_tolerance_of_the_document_makes_nothing_fragile() -> None:
    t = about().model_copy(update={"tolerance_basis": "document"})
    made = assess(t, [point("2024", "15.9")], AFTER, MONTHS)
    assert (made.status, made.fragile) == ("met", False)
    assert "容差0.5个月由文件给出" in made.reason_zh


def test_missed_beyond_the_tolerance() -> None:
    made = assess(about(), [point("2024", "16.1")], AFTER, MONTHS)
    assert (made.status, made.gap) == ("missed", Decimal("0.6"))


def test_about_ten_is_reached_by_nine_and_by_twelve() -> None:
    t = target("about_at_least", "10", tolerance="1", tolerance_basis="project_default")
    assert [status(t, point("2024", n), as_of=AFTER) for n in ("8", "9", "10", "12")] == ["missed", "met", "met", "met"]


# Fragile


def test_printed_precision_turns_the_status() -> None:
    made = assess(target("at_most", "16.5"), [point("2024", "16.5", low="16.45", high="16.55")], AFTER, MONTHS)
    assert (made.status, made.fragile_reason) == ("met", "printed_precision")


def test_over_2700_against_targets_below_and_above() -> None:
    over = point("2024", "2700", low="2700", high=None)
    assert assess(target(value="2700"), [over], AFTER, MONTHS).fragile is False
    above = assess(target(value="2750"), [over], AFTER, MONTHS)
    assert (above.status, above.fragile_reason) == ("missed", "printed_precision")


def test_nearly_seven_and_a_half_may_be_less() -> None:
    made = assess(target(value="7.5"), [point("2024", "7.5", low=None, high="7.5")], AFTER, MONTHS)
    assert (made.status, made.fragile_reason) == ("met", "printed_precision")


def test_usual_revision_turns_the_status() -> None:
    made = assess(target(), [point("2024", "100.5")], AFTER, MONTHS, mean_abs_revision=Decimal("0.6"))
    assert (made.status, made.fragile_reason) == ("met", "usual_revision")
    assert not assess(target(), [point("2024", "100.5")], AFTER, MONTHS, mean_abs_revision=Decimal("0.5")).fragile


# Stable at four months


def band() -> Target:
    return target("band", "4", tolerance="0.5", tolerance_basis="project_default")


def test_inside_and_outside_the_band() -> None:
    values = ("3.4", "3.5", "4", "4.5", "4.6")
    assert [status(band(), point("2024", v), as_of=AFTER) for v in values] == ["missed", "met", "met", "met", "missed"]


def test_leaving_the_band_before_the_deadline() -> None:
    inside, out, further, back = point("2024-03", "4.2"), point("2024-06", "4.7"), point("2024-09", "5"), point("2024-09", "4.6")
    assert status(band(), inside, out) == "needs_acceleration"
    assert status(band(), inside, out, further) == "moving_away"
    assert status(band(), inside, out, back) == "off_track"
    assert status(band(), inside, out, point("2024-09", "4.7")) == "off_track"


def test_three_values_on_one_side_put_the_band_in_doubt() -> None:
    points = [point(f"2024-0{month}", value) for month, value in ((3, "4.1"), (6, "4.2"), (9, "4.1"))]
    doc = band().model_copy(update={"tolerance_basis": "document"})
    made = assess(doc, points, DURING, MONTHS)
    assert (made.status, made.fragile_reason) == ("met_so_far", "run")
    assert not assess(doc, points[:2], DURING, MONTHS).fragile
    assert not assess(doc, [point("2024-03", "4"), *points[1:]], DURING, MONTHS).fragile


def test_years_to_date_of_one_year_are_no_values_in_a_row() -> None:
    """They have most of their cases in common: with two years before it, the third value is that to September."""
    doc = band().model_copy(update={"tolerance_basis": "document"})
    to_date = [point(f"2024-0{month}", "4.1", to_date=True) for month in (3, 6, 9)]
    assert not assess(doc, to_date, DURING, MONTHS).fragile
    assert assess(doc, [point("2022", "4.1"), point("2023", "4.2"), *to_date], DURING, MONTHS).fragile_reason == "run"
    out = [point(f"2024-0{month}", "4.7", to_date=True) for month in (3, 6)]
    assert status(band(), point("2023", "4.2"), *out) == "needs_acceleration"


# Growth


def growth(**changes: object) -> Target:
    return target("growth", "10", unit="percent", **changes)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("60", "met_so_far"),
        ("10", "met_so_far"),
        ("9.5", "on_track"),
        ("9.4", "needs_acceleration"),
        ("6", "needs_acceleration"),
        ("5.9", "off_track"),
        ("-1", "moving_away"),
    ],
)
def test_growth_to_date(value: str, expected: str) -> None:
    assert status(growth(), point("2024-09", value), shown=PERCENT) == expected


def test_growth_after_the_deadline() -> None:
    assert [status(growth(), point("2024", v), as_of=AFTER, shown=PERCENT) for v in ("75.4", "9.9")] == ["met", "missed"]


def test_growth_needed_in_the_rest_of_the_year_taking_last_year_as_even() -> None:
    # 274 of 366 days gone at 6%: (10 * 366 - 274 * 6) / 92 = 2016 / 92
    made = assess(growth(), [point("2024-09", "6", to_date=True)], DURING, PERCENT)
    assert made.needed_rate == Decimal("21.913043")
    assert made.reason_zh == (
        "截至2024年9月同比增长6%，比目标10%低4个百分点，为所要求增速的60%；年内余下时间需同比增长21.91%（按上年各月均匀估算）。"
    )


def test_of_those_counted_once_a_year_the_new_ones_have_to_grow() -> None:
    """100 last year, of which 60 by September; 63 this September: 110 - 63 = 47 new ones for 40. No even share is told."""
    levels = [point("2023", "100"), point("2023-09", "60"), point("2024-09", "63")]
    made = assess(growth(), [point("2024-09", "5", to_date=True)], DURING, PERCENT, levels=levels, distinct=True)
    assert made.needed_rate == Decimal("17.5")
    assert made.reason_zh.endswith("；年内余下时间，此前年内未计入者需同比增长17.5%。")
    assert made.reason_en.endswith("; in the rest of the year, those not counted earlier in it have to grow by 17.5%.")
    alone = assess(growth(), [point("2024-09", "5", to_date=True)], DURING, PERCENT, distinct=True)
    assert (alone.status, alone.needed_rate) == ("off_track", None)


def test_growth_needed_from_the_levels() -> None:
    # pledges: 8539.9 in 2023, 7922.3 to September 2024, up 60%: (8539.9 * 1.1 - 7922.3) / (8539.9 - 7922.3 / 1.6) - 1
    levels = [point("2023", "853990000000"), point("2024-09", "792230000000")]
    made = assess(growth(), [point("2024-09", "60")], DURING, PERCENT, levels=levels)
    assert (made.status, made.needed_rate) == ("met_so_far", Decimal("-58.991072"))


def test_no_growth_is_needed_of_a_rest_that_was_nothing() -> None:
    # 150 to date is 50% above 100, which was the whole of last year
    levels = [point("2023", "100"), point("2024-09", "150")]
    assert assess(growth(), [point("2024-09", "50")], DURING, PERCENT, levels=levels).needed_rate is None


@pytest.mark.parametrize("base", ["0", "-5"])
def test_growth_on_nothing_has_no_meaning(base: str) -> None:
    made = assess(growth(), [point("2024-09", "60")], DURING, PERCENT, levels=[point("2023", base)])
    assert made.status == "not_assessed"
    assert "增长率没有意义" in made.reason_zh


# Rising


def rising(usual: str | None, *points: Point) -> Assessment:
    t = target("rising", None, unit="percent")
    return assess(t, points, AFTER, PERCENT, None if usual is None else Decimal(usual))


def test_the_patent_intensive_share_of_2024_rose() -> None:
    made = rising("0.11", point("2023", "13.04"), point("2024", "13.38"))
    assert made.status == "met"
    assert made.reason_zh == "2024年值13.38%，比2023年的13.04%上升0.34个百分点，超过通常的修订幅度0.11个百分点。"


def test_a_rise_within_the_usual_revision_cannot_be_told() -> None:
    made = rising("0.11", point("2023", "13.04"), point("2024", "13.15"))
    assert made.status == "not_assessed"
    assert "无法判断是否上升" in made.reason_zh
    assert rising(None, point("2023", "13.04"), point("2024", "13.04")).status == "not_assessed"


def test_a_fall_and_a_missing_base() -> None:
    assert rising("0.11", point("2023", "13.04"), point("2024", "12.92")).status == "missed"
    alone = rising("0.11", point("2024", "13.38"))
    assert alone.status == "not_assessed"
    assert alone.reason_zh.startswith("2024年值13.38%，尚无2023年的可比数值，无法判断是否上升。")
    assert "stands without a comparable value of 2023, so whether it rose cannot be told." in alone.reason_en
    assert ",;" not in alone.reason_en
    during = assess(target("rising", None), [point("2023", "5"), point("2024-06", "4")], DURING, MONTHS)
    assert during.status == "moving_away"


def test_a_rise_that_the_print_of_both_years_could_undo() -> None:
    # at worst 13.035 - 12.95 = 0.085, not beyond 0.11
    points = [point("2023", "12.9", low="12.85", high="12.95"), point("2024", "13.04", low="13.035", high="13.045")]
    assert rising("0.11", *points).fragile_reason == "printed_precision"
    assert not rising("0.08", *points).fragile


# Coverage, milestones, no number


def coverage() -> Target:
    return target("coverage", "100", unit="percent")


def test_coverage_starts_from_nothing() -> None:
    made = assess(coverage(), [halfway("45")], DURING, PERCENT)
    assert (made.status, made.progress, made.ratio) == ("needs_acceleration", Decimal("0.45"), Decimal("0.9"))
    assert status(coverage(), point("2024", "99.9"), as_of=AFTER, shown=PERCENT) == "missed"
    assert status(coverage(), point("2024", "100"), as_of=AFTER, shown=PERCENT) == "met"


def test_coverage_cannot_exceed_the_whole() -> None:
    assert status(coverage(), point("2024", "100.2"), as_of=AFTER, shown=PERCENT) == "not_assessed"
    over_99 = assess(coverage(), [point("2024", "99", low="99", high=None)], AFTER, PERCENT)
    assert (over_99.status, over_99.fragile_reason) == ("missed", "printed_precision")


def test_milestones_go_by_dated_evidence() -> None:
    t, done, late = target("milestone", None), point("2024-05", "1"), point("2025-02", "1")
    assert status(t, done, as_of=DURING) == "met_so_far"
    assert status(t, done, late, as_of=AFTER) == "met"
    assert status(t, late, as_of=AFTER) == "missed"
    assert status(t, point("2025-01", "0"), as_of=AFTER) == "missed"
    assert status(t, as_of=AFTER) == "not_assessed"
    assert assess(t, [done], DURING, MONTHS).reason_zh == "有2024-05-31的证据表明已完成。"


def test_without_a_number_nothing_is_invented() -> None:
    t = target("none", None, reason_zh="没有数值。", reason_en="There is no number.")
    made = assess(t, [point("2024", "82.36")], AFTER, MONTHS)
    assert (made.status, made.reason_zh, made.reason_en) == ("not_assessed", "没有数值。", "There is no number.")


def test_a_target_whose_table_was_not_seen_says_so() -> None:
    made = assess(target(official_seen=False), [point("2024", "100")], AFTER, MONTHS)
    assert made.reason_zh.endswith("目标数值尚未在官方文件的原表中见到。")
    assert made.reason_en.endswith("The target's number has not been seen in the official table.")


# How numbers and periods are written


def test_numbers_are_rounded_half_up_and_scaled_alike() -> None:
    assert [numeral(Decimal(n)) for n in ("15.50", "2.675", "-0.001", "0", "90000")] == ["15.5", "2.68", "-0.001", "0", "90,000"]
    assert CNY.value(Decimal("853990000000")) == Text(zh="8,539.9亿元", en="CNY 8,539.9 hundred million")
    assert PERCENT.value(Decimal("12.6"), Decimal("0.01")) == Text(zh="12.60%", en="12.60%")
    assert PERCENT.change(Decimal("0.44")) == Text(zh="0.44个百分点", en="0.44 percentage points")
    assert [said(p).zh for p in ("2024", "2024-S2", "2024-Q3", "2024-09")] == [
        "2024年",
        "2024年下半年",
        "2024年第3季度",
        "2024年9月",
    ]


# Reading the declarations


def test_problems_are_all_named_by_line(tmp_path: Path) -> None:
    columns = (
        "target_id,given_code,year,document,document_zh,document_en,indicator_id,rule,operator,value,unit,reference_period,deadline,"
        "official_seen,confidence,sources"
    )
    rows = [
        "Bad,T,2024,d,d,d,ii,at_least,>=,1,months,2024,2024-12-31,true,high,s",
        "aa,T,2024,d,d,d,ii,at_least,>=,,months,2024,2024-12-31,true,high,s",
        "bb,T,2024,d,d,d,ii,band,=,4,months,2024,2024-12-31,true,high,s",
        "cc,T,2024,d,d,d,ii,at_most,>=,NaN,months,2024,2024-12-31,true,high,s",
        "dd,T,2024,d,d,d,ii,at_least,>=,1,months,2024,2024-12-31,true,high,s",
        "dd,T,2024,d,d,d,ii,at_least,>=,1,months,2024,2024-12-31,true,high,s",
    ]
    (tmp_path / "targets.csv").write_text("\n".join([columns, *rows]) + "\n", "utf-8")
    problems: list[str] = []
    loaded = load_targets(tmp_path / "targets.csv", problems)
    assert [t.target_id for t in loaded] == ["dd", "dd"]
    for line, words in ((2, "target_id"), (3, "needs a value"), (4, "needs a tolerance"), (5, "value"), (7, "stands twice")):
        assert any(f"line {line}:" in problem and words in problem for problem in problems), (line, problems)
    assert not any("line 6:" in problem for problem in problems)


def test_targets_must_fit_the_registry() -> None:
    problems: list[str] = []
    check_targets([target(), target(indicator_id="known")], {"known": "percent"}, problems)
    assert len(problems) == 2
    assert "no indicator 'an_indicator'" in problems[0]
    assert "'months'" in problems[1] and "'percent'" in problems[1]


# What holds for every series

NUMBERS = st.decimals(min_value=-(10**21), max_value=10**21, places=6)
ENDS = st.one_of(st.none(), st.sampled_from([Decimal("NaN"), Decimal("-Infinity")]), NUMBERS)
PERIODS = st.sampled_from(["2023", "2024-03", "2024-06", "2024-09", "2024-12", "2024", "2025"])
RULES = st.sampled_from(
    ["at_most", "at_least", "about_at_most", "about_at_least", "band", "growth", "coverage", "rising", "milestone"]
)


@st.composite
def points(draw: st.DrawFn) -> Point:
    value = draw(st.one_of(NUMBERS, st.sampled_from([Decimal("NaN"), Decimal("Infinity"), Decimal(0), Decimal(100)])))
    made = point(draw(PERIODS), "0")
    return replace(made, value=value, low=draw(ENDS), high=draw(ENDS), obs_status=draw(st.sampled_from("APE")))


@st.composite
def targets(draw: st.DrawFn) -> Target:
    rule = draw(RULES)
    value = None if rule in ("rising", "milestone") else draw(st.one_of(NUMBERS, st.sampled_from([Decimal(0), Decimal(100)])))
    basis = draw(st.sampled_from(["document", "project_default"]))
    return target(rule, value, tolerance=draw(st.sampled_from(["0.5", "1000"])), tolerance_basis=basis)


@given(
    targets(), st.lists(points(), max_size=8), st.lists(points(), max_size=4), st.sampled_from([DURING, DEADLINE, AFTER]), ENDS
)
def test_never_raises_and_never_holds_what_is_no_number(
    t: Target, series: list[Point], levels: list[Point], as_of: date, usual: Decimal | None
) -> None:
    made = assess(t, series, as_of, MONTHS, usual, levels)
    assert made.status in STATUS_WORDS
    assert made.fragile == bool(made.fragile_reason) and not (made.fragile and made.status == "not_assessed")
    for field in fields(made):
        number = getattr(made, field.name)
        if isinstance(number, Decimal):
            assert number.is_finite() and abs(number) < 10**22 and number.as_tuple().exponent == -6
    assert _numbers(made.reason_zh) == _numbers(made.reason_en)


def _numbers(text: str) -> list[Decimal]:
    """Every numeral of a sentence: 2024年9月 and 2024-09 hold the same two."""
    return sorted(Decimal(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?:\.\d+)?", text))


ORDER = ["missed", "moving_away", "off_track", "needs_acceleration", "on_track", "met_so_far", "met"]


SMALL = st.decimals(min_value=-500, max_value=500, places=1)


@given(SMALL.filter(lambda base: base < 100), SMALL, SMALL, st.booleans())
def test_a_better_value_never_gets_a_worse_status(base: Decimal, one: Decimal, other: Decimal, closed: bool) -> None:
    def judged(value: Decimal) -> int:
        now = point("2024", str(value)) if closed else halfway(str(value))
        return ORDER.index(status(target(), point("2023", str(base)), now, as_of=AFTER if closed else DURING))

    assert judged(min(one, other)) <= judged(max(one, other))


@given(st.lists(points(), max_size=8), points())
def test_what_comes_later_changes_nothing_before(series: list[Point], later: Point) -> None:
    later = replace(later, released_on=DURING + timedelta(days=1))
    assert assess(target(), series, DURING, MONTHS) == assess(target(), [*series, later], DURING, MONTHS)
