"""The declared guideline and targets against the notice and the list of targets that they were made from.

Belongs here: assets/guideline and ipmon.guideline. Not here: the rules of the targets (see test_targets.py).
"""

import csv
import re
from decimal import Decimal
from pathlib import Path

import pytest

from ipmon.guideline import GuidelineItem, check_items, load_items
from ipmon.paths import CHECKOUT
from ipmon.registry import load_registry
from ipmon.targets import Target, check_targets, load_targets

ASSETS = CHECKOUT / "assets"
GIVEN = CHECKOUT.parent / "shared" / "guideline"
PROBLEMS: list[str] = []
ITEMS = load_items(ASSETS / "guideline" / "items.csv", PROBLEMS)
TARGETS = load_targets(ASSETS / "guideline" / "targets.csv", PROBLEMS)
NOTICE = "国知发运字〔2024〕7号"

NOT_TARGETS = {("2023", "TM_PENDENCY"), ("2025", "*")}
"""Rows of the given list that are no targets: a goal that the excerpt does not contain, an edition that was not found."""

NO_NUMBER = {("2022", "PLEDGE_AMT"), ("2024", "SATISFACTION")}
"""Rows whose document gives no number; the second one's 80 is a reading of the list's author."""

FACTORS = {"亿元": 10**8, "万件": 10**4}

with_given = pytest.mark.skipif(not GIVEN.is_dir(), reason="the notice and the list of targets are not beside this checkout")


def given_rows(name: str) -> list[dict[str, str]]:
    with (GIVEN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def notice() -> str:
    return re.sub(r"\s", "", (GIVEN / "notice.txt").read_text("utf-8"))


def test_the_declarations_hold_and_fit_the_registry() -> None:
    problems = list(PROBLEMS)
    registry = load_registry(ASSETS / "indicators", [])
    check_items(ITEMS, set(registry.indicators), problems)
    check_targets(TARGETS, {id_: i.unit for id_, i in registry.indicators.items()}, problems)
    assert problems == []


def test_what_covers_a_row_says_so_in_the_registry() -> None:
    indicators = load_registry(ASSETS / "indicators", []).indicators
    known = [(item.row_id, i) for item in ITEMS for i in item.covered_by if i in indicators]
    assert known
    assert [(row, i) for row, i in known if row not in indicators[i].guideline] == []


# Items


def test_all_104_rows_are_accounted_for() -> None:
    assert [item.row_id for item in ITEMS] == [f"N{n:03d}" for n in range(1, 105)]
    assert sum(item.pipeline_scope == "core" for item in ITEMS) == 53


def test_every_row_is_covered_or_explained_in_full_sentences() -> None:
    for item in ITEMS:
        assert bool(item.covered_by) != bool(item.not_measured_zh), item.row_id
        if item.not_measured_zh:
            assert len(item.not_measured_zh) > 10 and item.not_measured_zh.endswith("。"), item.row_id
            assert len(item.not_measured_en) > 40 and item.not_measured_en.endswith("."), item.row_id
            assert "。" not in item.not_measured_en, item.row_id


def test_no_two_rows_are_excused_with_the_same_words() -> None:
    policy = "没有找到该"
    reasons = [item.not_measured_zh for item in ITEMS if item.not_measured_zh and policy not in item.not_measured_zh]
    assert len(reasons) == len(set(reasons))


@pytest.mark.parametrize(
    ("row", "indicator"),
    [
        ("N008", "invention_exam_pendency"),
        ("N009", "trademark_exam_pendency"),
        ("N011", "inventory_coverage_patents"),
        ("N013", "pledge_amount_growth"),
        ("N014", "pledge_smes_growth"),
        ("N015", "pii_share_of_gdp"),
        ("N019", "ip_protection_satisfaction"),
        ("N022", "prefecture_service_institutions"),
        ("N023", "national_service_outlets"),
        ("N025", "service_clusters_new"),
        ("N066", "thematic_databases_new"),
        ("N084", "ip_royalty_trade_total"),
        ("N085", "overseas_invention_grants"),
    ],
)
def test_the_indicators_of_the_numeric_rows(row: str, indicator: str) -> None:
    assert indicator in next(item for item in ITEMS if item.row_id == row).covered_by


@with_given
def test_the_rows_are_those_of_the_given_list() -> None:
    same = ["row_id", "paragraph", "measure", "target_operator", "responsible_zh", "row_type", "pipeline_scope", "caveat"]
    assert [[getattr(i, c) for c in same] for i in ITEMS] == [[row[c] for c in same] for row in given_rows("items.csv")]
    assert [i.title_en for i in ITEMS] == [row["english"] for row in given_rows("items.csv")]
    changed = {i.row_id for i, row in zip(ITEMS, given_rows("items.csv"), strict=True) if i.quote_zh != row["quote_zh"]}
    assert changed == RESTORED


RESTORED = {"N001", "N003", "N036"}
"""Rows whose quote the given list abbreviates; here it has the notice's own words."""


@with_given
def test_the_quotes_are_the_notice_s_words() -> None:
    text = notice()
    for item in ITEMS:
        for fragment in re.sub(r"\s", "", item.quote_zh).split("…"):
            assert fragment in text, (item.row_id, fragment)


def test_problems_of_a_row_are_named(tmp_path: Path) -> None:
    columns = list(GuidelineItem.model_fields)
    row = dict.fromkeys(columns, "x") | {"row_id": "N001", "pipeline_scope": "core", "machine_checkable": "yes"}
    with (tmp_path / "items.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows([row, row | {"covered_by": ""}, row | {"not_measured_zh": "", "not_measured_en": ""}])
    problems: list[str] = []
    items = load_items(tmp_path / "items.csv", problems)
    assert len(problems) == 1 and "line 2" in problems[0]
    check_items(items, set(), problems)
    assert any("stands twice" in p for p in problems) and any("no indicator 'x'" in p for p in problems)


# Targets


@with_given
def test_every_given_row_is_a_target_or_is_none() -> None:
    rows = {(row["year"], row["indicator_id"], row["doc"]) for row in given_rows("targets.csv")}
    wanted = sorted((year, code) for year, code, _ in rows if (year, code) not in NOT_TARGETS)
    declared = sorted((str(t.year), t.given_code) for t in TARGETS if t.indicator_id != "inventory_coverage_institutions")
    assert declared == wanted


def _given_for(target: Target) -> dict[str, str]:
    rows = [r for r in given_rows("targets.csv") if (r["year"], r["indicator_id"]) == (str(target.year), target.given_code)]
    return next(r for r in rows if target.document in r["doc"] or r["doc"].startswith(target.document_zh[:6]) or len(rows) == 1)


@with_given
def test_numbers_and_deadlines_are_those_of_the_given_list() -> None:
    for target in TARGETS:
        row = _given_for(target)
        given = row["target_value"].split(" ")[0]
        number = None if given in ("", "prev") or (row["year"], row["indicator_id"]) in NO_NUMBER else Decimal(given)
        assert target.value == (None if number is None else number * FACTORS.get(row["unit"], 1)), target.target_id
        assert row["deadline"] in (str(target.deadline), str(target.year)), target.target_id
        ours = row["tolerance_default"].endswith("(project default)") or row["operator"] == "=~"
        assert (target.tolerance_basis == "project_default") == ours, target.target_id
        if target.rule not in ("none", "rising"):
            assert target.tolerance == Decimal(row["tolerance_default"].split(" ")[0]), target.target_id


@with_given
def test_quotes_are_verbatim() -> None:
    text = notice()
    for target in TARGETS:
        if target.document == NOTICE:
            assert target.quote in text, target.target_id
        else:
            printed = _given_for(target)["target_text"].replace("（无数值）", "")
            assert target.quote == printed, target.target_id


@with_given
def test_what_was_not_seen_in_the_official_table_is_marked() -> None:
    for target in TARGETS:
        assert target.official_seen == ("not seen" not in _given_for(target)["confidence"]), target.target_id
        assert target.official_seen != ("was not seen" in target.confidence), target.target_id


def test_six_targets_of_the_five_year_plan_were_not_seen() -> None:
    unseen = {t.given_code for t in TARGETS if not t.official_seen}
    assert unseen == {"OVERSEAS_GRANTS", "PLEDGE_AMT", "IP_CHARGES", "COPYRIGHT_GDP_SHARE", "SATISFACTION", "APPEAL_RATE"}


@pytest.mark.parametrize(
    ("target_id", "rule", "value", "unit"),
    [
        ("guideline_2024_invention_exam_pendency", "about_at_most", "15.5", "months"),
        ("guideline_2024_trademark_exam_pendency", "band", "4", "months"),
        ("guideline_2024_pledge_amount_growth", "growth", "10", "percent"),
        ("guideline_2024_pii_share_of_gdp", "rising", None, "percent"),
        ("guideline_2024_service_clusters_new", "about_at_least", "10", "institutions"),
        ("plan_2025_pledge_amount", "at_least", "320000000000", "CNY"),
        ("plan_2025_overseas_invention_grants", "at_least", "90000", "items"),
        ("action_plan_2025_patent_intensive_products_output", "at_least", "1000000000000", "CNY"),
    ],
)
def test_targets_in_base_units(target_id: str, rule: str, value: str | None, unit: str) -> None:
    target = next(t for t in TARGETS if t.target_id == target_id)
    assert (target.rule, target.value, target.unit) == (rule, None if value is None else Decimal(value), unit)
