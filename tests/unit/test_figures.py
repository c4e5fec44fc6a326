"""Printed rows conformed: units, wordings, areas, dates, routing, and a reason for every row that is not taken."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from make_figures import UNITS, between, day, indicator

from ipmon.corrections import Correction, Corrector
from ipmon.declared import Text
from ipmon.dimensions import Area, Dimensions, Labels, Meant, Reading
from ipmon.exclusions import Excluded
from ipmon.figures import Conformer, Figure
from ipmon.grades import Grades
from ipmon.registry import Registry
from ipmon.wordings import Rule

RECEIVED = date(2024, 6, 1)
REGISTRY = Registry(
    {
        "grants": indicator(),
        "grants_from_request": indicator(series=["grants"], variant="from_request"),
        "loans": indicator(unit="CNY", series=["loans", "lending"]),
        "loans_usd": indicator(unit="USD", series=["loans"]),
        "satisfaction": indicator(unit="percent", nature="rate", estimate=True),
    }
)
LABELS = Labels(
    {
        ("", "国内"): {"counterpart_area": "DOM"},
        ("", "北京"): {"ref_area": "CN-BJ"},
        ("", "初步"): {"stage": "preliminary"},
        ("", "实审起"): {"variant": "from_request"},
        ("", "北京; 国内"): {"ref_area": "CN-SH"},
        ("loans", "国内"): {"ref_area": "CN"},
        ("", "样本"): {"exclude": "a sample, not the whole"},
        ("world", ""): {"ref_area": "W0"},
    }
)
BEIJING = Area(
    code="CN-BJ", level="province", parent="CN", is_of_which=False, name_zh="北京", name_en="Beijing", aliases="北京市"
)
READINGS = [
    Reading(series="grants", value="7", note_contains="终值", set=Meant(stage="final"), reason="说明"),
    Reading(series="grants", value="120", set=Meant(round_to=Decimal(20), counterpart_area="FOR"), reason="说明"),
]
CORRECTIONS = [
    Correction(
        id="typo", match={"series": "grants", "value": "666"}, action="exclude", reason=Text(zh="误", en="typo"), provider="x"
    ),
    Correction(id="odd", match={"series": "grants", "value": "555"}, action="note", reason=Text(zh="疑", en="odd"), provider="x"),
    Correction(id="idle", match={"series": "loans", "value": "1"}, action="note", reason=Text(zh="无", en="none"), provider="x"),
]
WORDINGS = [
    Rule(pattern="^超过(?P<number>.+)$", kind="more_than", where="value"),
    Rule(pattern="^—$", kind="missing", where="value"),
]
PRINTED = {
    "delivery_id": "source-000000000001",
    "source_id": "source",
    "locator": "line 2",
    "series_id": "grants",
    "ref_area": "CN",
    "dimension": "",
    "period": "2023",
    "period_kind": "annual",
    "value": "100",
    "unit": "件",
    "publisher": "CNIPA",
    "source_title": "a page",
    "source_url": "",
    "published_on": "2024-01-16",
    "quality": "official",
    "note": "",
}


def conformer(grades: Grades | None = None) -> Conformer:
    lists = Dimensions({"CN-BJ": BEIJING}, UNITS, LABELS, READINGS, [], {})
    return Conformer(REGISTRY, lists, WORDINGS, Corrector(CORRECTIONS), grades or Grades())


def conformed(**cells: Any) -> Figure:
    figures, excluded = conformer().conform([PRINTED | cells], {PRINTED["delivery_id"]: RECEIVED})
    assert excluded == []
    return figures[0]


def reason(**cells: Any) -> str:
    figures, excluded = conformer().conform([PRINTED | cells], {PRINTED["delivery_id"]: RECEIVED})
    assert figures == []
    assert excluded[0].reason.zh != excluded[0].reason.en
    return excluded[0].reason.en


@pytest.mark.parametrize(
    ("cells", "value", "low", "high", "decimals"),
    [
        ({}, "100", "99.5", "100.5", 0),
        ({"value": "79.8", "unit": "万件"}, "798000", "797500", "798500", 0),
        ({"value": "超过8000"}, "8000", "8000", None, 0),
        ({"value": "120"}, "120", "110", "130", 0),
        ({"series_id": "satisfaction", "value": "82.36", "unit": "%"}, "82.36", "82.355", "82.365", 2),
        ({"series_id": "lending", "value": "8539.9", "unit": "亿元"}, "853990000000", "853985000000", "853995000000", 0),
    ],
)
def test_a_printed_value_in_base_units(cells: dict[str, str], value: str, low: str, high: str | None, decimals: int) -> None:
    figure = conformed(**cells)
    assert figure.value == Decimal(value)
    assert figure.interval == between(low, high)
    assert figure.decimals == decimals


def test_the_printed_unit_tells_two_claimants_of_a_series_apart() -> None:
    assert conformed(series_id="loans", unit="亿元").key.indicator_id == "loans"
    assert conformed(series_id="loans", unit="亿美元").key.indicator_id == "loans_usd"


def test_a_variant_goes_to_the_indicator_that_claims_it() -> None:
    assert conformed(dimension="实审起").key.indicator_id == "grants_from_request"


@pytest.mark.parametrize(
    ("cells", "area", "counterpart"),
    [
        ({}, "CN", "_T"),
        ({"ref_area": "CN-GD"}, "CN-GD", "_T"),
        ({"dimension": "国内"}, "CN", "DOM"),
        ({"dimension": "国内; 北京"}, "CN-BJ", "DOM"),
        ({"dimension": "北京; 国内"}, "CN-SH", "_T"),  # the whole text has a label of its own
        ({"dimension": "国内", "series_id": "loans", "unit": "亿元"}, "CN", "_T"),  # the series' own label wins
        ({"dimension": "city:北京市 (直辖市)"}, "CN-BJ", "_T"),
        ({"value": "120"}, "CN", "FOR"),
    ],
)
def test_areas_and_counterparts(cells: dict[str, str], area: str, counterpart: str) -> None:
    key = conformed(**cells).key
    assert (key.ref_area, key.counterpart_area) == (area, counterpart)


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"series_id": "unknown"}, "no indicator takes series 'unknown'; declare one."),
        ({"series_id": "satisfaction", "dimension": "实审起"}, "no indicator takes series 'satisfaction' (from_request)"),
        ({"unit": "家"}, "the unit '家' fits 0 of grants"),
        ({"dimension": "国内; 谜"}, "the dimension '谜' of series 'grants' has no meaning yet"),
        ({"dimension": "city:无名"}, "the dimension '无名' of series 'grants' has no meaning yet"),
        ({"dimension": "样本"}, "a sample, not the whole"),
        ({"period": "2023-13"}, "'2023-13' is no period"),
        ({"value": "很多"}, "neither a number nor a known wording"),
        ({"value": "9" * 22}, "has more digits than a mart can hold"),
        ({"value": "666"}, "known error of the source (typo): typo"),
        ({"published_on": "2024-02-30"}, "'2024-02-30' holds no day of the calendar."),
        ({"published_on": "", "source_url": "https://x.cn/art/t20241399_1.html"}, "holds no day of the calendar"),
    ],
)
def test_a_row_that_is_not_taken_has_a_reason(cells: dict[str, str], told: str) -> None:
    assert told in reason(**cells)


def test_every_row_is_a_figure_or_an_exclusion_with_its_place() -> None:
    rows = [PRINTED | {"locator": f"line {n}", "value": v} for n, v in enumerate(["1", "?", "666", "555", "—"], 2)]
    made = conformer()
    figures, excluded = made.conform(rows, {PRINTED["delivery_id"]: RECEIVED})
    assert [f.locator for f in figures] == ["line 2", "line 5", "line 6"]
    assert [(e.locator, e.value) for e in excluded] == [("line 3", "?"), ("line 4", "666")]
    assert isinstance(excluded[0], Excluded)
    assert made.corrector.met == {"typo": 1, "odd": 1}


@pytest.mark.parametrize(
    ("cells", "released", "basis"),
    [
        ({}, "2024-01-16", "printed date"),
        ({"published_on": "2024-02"}, "2024-02-29", "end of the printed month"),
        ({"published_on": "2024-06"}, "2024-06-01", "end of the printed month"),  # received before the month ended
        ({"published_on": "2023"}, "2023-12-31", "end of the printed year"),
        ({"published_on": "2024"}, "2024-06-01", "end of the printed year"),
        ({"published_on": "", "source_url": "https://x.cn/art/t20240117_1945.html"}, "2024-01-17", "date in the page's address"),
        ({"published_on": ""}, "2024-06-01", "day of receipt (no date printed)"),
        ({"known_from": day("2024-03-01")}, "2024-03-01", "printed date"),
        ({"known_from": day("2024-01-01")}, "2024-01-16", "printed date"),
    ],
)
def test_the_day_on_which_a_value_became_known(cells: dict[str, Any], released: str, basis: str) -> None:
    figure = conformed(**cells)
    assert (figure.released_on.isoformat(), figure.released_basis) == (released, basis)


def test_the_day_of_a_correction_is_carried() -> None:
    assert conformed(retired_on=day("2024-03-01")).retired_on == day("2024-03-01")
    assert conformed().retired_on is None


@pytest.mark.parametrize(
    ("cells", "status", "stage"),
    [
        ({}, "A", ""),
        ({"dimension": "初步"}, "P", "preliminary"),
        ({"value": "7", "note": "终值"}, "A", "final"),
        ({"value": "7"}, "A", ""),
        ({"value": "—"}, "M", ""),
        ({"quality": "derived"}, "E", ""),
        ({"series_id": "satisfaction", "unit": "%"}, "E", ""),
    ],
)
def test_status_and_stage(cells: dict[str, str], status: str, stage: str) -> None:
    figure = conformed(**cells)
    assert (figure.obs_status, figure.stage) == (status, stage)


def test_a_missing_value_is_not_zero() -> None:
    figure = conformed(value="—")
    assert figure.value is None
    assert figure.interval == between(None, None)


def test_the_note_keeps_what_was_printed_beside_the_value() -> None:
    assert conformed(dimension="国内", note="预计").note == "printed under: 国内; 预计"


def test_a_closely_held_source_cannot_feed_a_public_indicator() -> None:
    rows, received = [PRINTED], {PRINTED["delivery_id"]: RECEIVED}
    figures, excluded = conformer(Grades(sources={"source": "internal"})).conform(rows, received)
    assert figures == []
    assert excluded[0].reason.en.startswith("source 'source' is held more closely than 'grants'")
    both = Grades(sources={"source": "internal"}, indicators={"grants": "restricted"})
    assert len(conformer(both).conform(rows, received)[0]) == 1
