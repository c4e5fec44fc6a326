"""Every kind of chart on one small mart: where its marks stand, and that its picture is the one that was looked at."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from make_charts import ASSESSMENTS, EDITION, PLACES, TARGETS, YEARS, asked, chart, mart_file, observation
from numpy.typing import NDArray
from PIL import Image

from ipmon.charts import canvas, theme
from ipmon.charts.bound import Bound, bind
from ipmon.charts.compose import pictures
from ipmon.charts.declaration import Chart, problems_of
from ipmon.charts.draw import draw
from ipmon.charts.glyphs import measure
from ipmon.charts.picture import ChartError, Kind, Lang, NoData, Picture
from ipmon.charts.scene import Area, Bar, Dot, Scene, Stroke, Words

REVIEWED = Path(__file__).parent / "reviewed_charts"
BLOCK, TOLERANCE, COLOURS = 2, 48, 64
"""Pixels of a square whose colours are averaged, by how much of 255 an average may differ, and the colours of the kept images.
Edges smoothed otherwise and few colours make about half of that, another digit or a mark two pixels away makes more."""
GRID = {"CN-BJ": (1, 0), "CN-XZ": (0, 1), "CN-GD": (1, 1)}
WIDE = replace(EDITION, grid=GRID)
NAMED = [
    {"dimension": "industry", "code": code, "name_zh": zh, "name_en": en}
    for code, zh, en in (("a", "装备制造", "Equipment"), ("b", "信息服务", "Information services"), ("c", "环保", "Environment"))
]
PERCENT = {"unit": "percent", "display_factor": 1, "unit_zh": "%", "unit_en": "%"}
MONTHS = {"unit": "months", "display_factor": 1, "unit_zh": "个月", "unit_en": "months"}
INDICATORS = [
    {"indicator_id": "pendency", "title_zh": "审查周期", "title_en": "Pendency"} | MONTHS,
    {"indicator_id": "amount", "title_zh": "占比", "title_en": "Share"} | PERCENT,
    *({"indicator_id": f"within_{n}", "title_zh": "已转化", "title_en": "Converted"} | PERCENT for n in (6, 12, 24, 48)),
]


def amount(period: str, value: str, **changes: Any) -> dict[str, Any]:
    return observation(period, value, indicator_id="amount", unit="percent", **changes)


def monthly(indicator: str, period: str, value: str) -> dict[str, Any]:
    end = date(int(period[:4]), int(period[5:]), 28)
    return observation(period, value, indicator_id=indicator, freq="M", period_end=end)


OBSERVATIONS = [
    *YEARS,
    observation("2024", "15.5", obs_status="P"),
    observation("2022", "16.4", basis="derived", decimals=2),
    observation("2023", "17.0", basis="derived", value_high=None),
    *(amount(year, value, industry=code) for code, values in {
        "a": ("30.0", "31.0", "28.0"), "b": ("20.0", "24.5", "29.5"), "c": ("5.0", "5.0", "5.1")
    }.items() for year, value in zip(("2021", "2022", "2023"), values, strict=True)),
    *(amount(year, value) for year, value in (("2021", "60.0"), ("2022", "66.0"), ("2023", "68.0"))),
    *(amount(year, value, ref_area=area) for area, values in {
        "CN-BJ": ("12.0", "9.0"), "CN-GD": ("7.0", "11.5")
    }.items() for year, value in zip(("2022", "2023"), values, strict=True)),
    *(monthly("pendency", period, value) for period, value in (("2022-06", "18.0"), ("2022-11", "17.0"), ("2024-01", "15.9"))),
    *(monthly(f"within_{age}", period, value) for period, values in {
        "2021-03": ("3.0", "7.0", "12.0"), "2021-09": ("4.0", "9.0", "14.0"),
        "2022-03": ("2.5", "6.0", "10.5"), "2022-09": ("5.0",),
    }.items() for age, value in zip((6, 12, 24), values, strict=False)),
]  # fmt: skip
LAST = {"zh": "{last_period}为{last}{news}", "en": "{last} in {last_period}{news}"}
TOP = {"zh": "{top}居首，{top_value}", "en": "{top} leads: {top_value}"}
MADE: dict[Kind, dict[str, Any]] = {
    "line_with_targets": {"targets": "pendency"},
    "bars": {"targets": "pendency"},
    "stacked_bars": {"series": {code: {"name": {"zh": zh, "en": en}, "of": [{"indicator": "amount", "where": {"industry": code}}]}
                                for code, zh, en in (("a", "甲", "One"), ("b", "乙", "Two"))}},
    "small_multiples": {"series": {"s": {"of": [{"indicator": "amount", "by": "industry", "from": "2021"}]}}},
    "ranked_bars": {"title": TOP, "series": {"s": {"of": [{"indicator": "amount", "by": "ref_area", "level": "province"}]}}},
    "dumbbell": {"title": TOP, "series": {
        f"in_{year}": {"of": [{"indicator": "amount", "by": "ref_area", "level": "province", "at": year}]}
        for year in ("2022", "2023")
    }},
    "slope": {"title": {"zh": "{rises}升{falls}降", "en": "{rises} rose, {falls} fell"}, "series": {
        f"in_{year}": {"of": [{"indicator": "amount", "by": "industry", "at": year}]} for year in ("2021", "2023")
    }},
    "waterfall": {"series": {
        "whole": {"of": [{"indicator": "amount", "from": "2021"}]},
        "parts": {"of": [{"indicator": "amount", "by": "industry", "from": "2021"}]},
    }},
    "tile_map": {"title": TOP, "series": {"s": {"of": [{"indicator": "amount", "by": "ref_area", "level": "province"}]}}},
    "heat_table": {"series": {"s": {"of": [{"indicator": "pendency", "freq": "M"}, {"indicator": "pendency", "from": "2022"}]}}},
    "interval": {"title": {"zh": "{compared}中{agreed}相符", "en": "{agreed} of {compared} agree"}, "series": {
        basis: {"name": {"zh": zh, "en": en}, "of": [{"indicator": "pendency", "from": "2021", "basis": [basis]}]}
        for basis, zh, en in (("published", "公布", "Printed"), ("derived", "复算", "Recomputed"))
    }},
    "cohort_curves": {"series": {f"age_{n}": {"age": age, "of": [{"indicator": f"within_{age}", "freq": "M"}]}
                                 for n, age in zip("abc", (6, 12, 24), strict=True)}},
    "progress": {"target_ids": ["t2022"]},
    "status_strip": {"title": {"zh": "{targets}项中{met}项达到", "en": "{met} of {targets} met"}, "series": {}},
}  # fmt: skip
MADE["share_over_time"] = MADE["stacked_bars"]


def made(kind: Kind) -> Chart:
    series = {"pendency": {"of": [{"indicator": "pendency"}]}}
    return chart(**{"id": kind, "kind": kind, "title": LAST, "series": series} | MADE[kind])


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tables = {"indicators": INDICATORS, "areas": PLACES, "codes": NAMED, "targets": TARGETS, "assessments": ASSESSMENTS}
    return mart_file(tmp_path_factory.mktemp("mart"), observations=OBSERVATIONS, **tables)


def shown(file: Path, kind: Kind) -> dict[Lang, Picture]:
    of = made(kind)
    mart = asked(file, of)
    return {p.lang: p for p in pictures(bind(of, 1, mart), mart, WIDE)}


def scene(file: Path, kind: Kind) -> Scene:
    return draw(shown(file, kind)["en"], measure)


def bars(scene: Scene) -> list[Bar]:
    return [mark for mark, _ in scene.ink if isinstance(mark, Bar)]


# Where marks stand


def test_a_waterfall_leads_from_total_to_total(file: Path) -> None:
    picture = shown(file, "waterfall")["en"]
    points = picture.panels[0].lines[0].points
    # 60 + 9.5 − 2 + 0.1 is 67.6; the total says 68.0, so that 0.4 is left
    assert [(p.tick, p.text) for p in points] == [
        ("2021", "60.0"),
        ("Information services", "+9.5"),
        ("Environment", "+0.1"),
        ("Equipment", "−2.0"),
        ("Rounding and other", "+0.4"),
        ("2023", "68.0"),
    ]
    assert [(p.low, p.high) for p in points] == [(0, 60), (60, 69.5), (69.5, 69.6), (69.6, 67.6), (67.6, 68), (0, 68)]
    fall = bars(draw(picture, measure))[3]
    assert fall.colour == theme.SERIES[2]


@pytest.mark.parametrize("kind", ["slope", "waterfall", "dumbbell"])
def test_a_change_across_a_break_is_refused(tmp_path: Path, kind: Kind) -> None:
    broken = {"break_id": "b", "series": "amount", "areas_concerned": "all", "starts_on": date(2023, 1, 1)}
    notes = {"note_zh": "口径变更。", "note_en": "The basis changed."}
    tables = {"indicators": INDICATORS, "areas": PLACES, "codes": NAMED, "observations": OBSERVATIONS}
    with pytest.raises(ChartError, match="across a break"):
        shown(mart_file(tmp_path, breaks=[broken | notes], **tables), kind)


def test_slopes_say_only_the_way_that_the_precision_makes_certain(file: Path) -> None:
    ways = [m for m, _ in scene(file, "slope").ink if isinstance(m, Stroke)]
    # ranked by the later value: b 20.0 to 29.5, a 30.0 to 28.0, c 5.0 to 5.1 where 5.05 is in both intervals
    assert [way.dash for way in ways] == ["solid", "dashed", "solid"]
    assert shown(file, "slope")["en"].title == "2 rose, 1 fell"


def test_a_share_leaves_the_others_light_up_to_the_whole(file: Path) -> None:
    drawn = scene(file, "share_over_time")
    light = [m.box for m in drawn.marks if isinstance(m, Bar) and m.colour == theme.BAND]
    parts = bars(drawn)
    height = parts[0].box.bottom - light[0].top
    assert [(p.box.bottom - p.box.top) / height for p in parts[:3]] == pytest.approx([0.30, 0.31, 0.28])
    assert any(words.text == "Others" for words in drawn.texts)


def test_a_heat_table_leaves_months_and_years_without_a_value_blank(file: Path) -> None:
    lines = shown(file, "heat_table")["en"].panels[0].lines
    assert [(line.name, [(p.at, p.text) for p in line.points]) for line in lines] == [
        ("2022", [(6, "18.0"), (11, "17.0"), (12, "16.5")]),
        ("2023", [(12, "16.0")]),
        ("2024", [(1, "15.9"), (12, "15.5 [p]")]),
    ]
    boxes = [bar.box for bar in bars(scene(file, "heat_table"))]
    assert boxes[2].left - boxes[1].left == pytest.approx((boxes[1].left - boxes[0].left) / 5)


def test_a_tile_without_a_value_is_open(file: Path) -> None:
    tiles = {t.name: (t.column, t.row, t.text) for t in shown(file, "tile_map")["en"].tiles}
    assert tiles == {"Beijing": (1, 0, "9.0"), "Tibet": (0, 1, "–"), "Guangdong": (1, 1, "11.5")}
    filled = bars(scene(file, "tile_map"))
    assert len(filled) == 2
    assert theme.luminance(filled[1].colour) < theme.luminance(filled[0].colour)  # 11.5 is darker than 9.0


def test_an_area_without_a_place_is_an_error(file: Path) -> None:
    of = made("tile_map")
    mart = asked(file, of)
    with pytest.raises(ChartError, match="'CN-GD' has no place on the grid"):
        pictures(bind(of, 1, mart), mart, replace(WIDE, grid={"CN-BJ": (0, 0)}))


def test_an_interval_spans_what_is_printed_and_an_open_side_is_an_arrow(file: Path) -> None:
    drawn = scene(file, "interval")
    # 16.5 and 16.4 are 0.1 apart with 0.05 on both sides, so that they touch; 17.0 or more does not reach 16.0
    assert shown(file, "interval")["en"].title == "1 of 2 agree"
    arrows = [m for m, _ in drawn.ink if isinstance(m, Dot) and m.shape == "^"]
    assert len(arrows) == 1
    spans = [m.points for m, _ in drawn.ink if isinstance(m, Stroke) and m.points[0][0] == m.points[1][0]]
    assert arrows[0].y == min(y for span in spans for _, y in span)


def test_the_first_and_last_whole_cohorts_stand_out(file: Path) -> None:
    lines = shown(file, "cohort_curves")["en"].panels[0].lines
    assert [(line.name, line.main) for line in lines] == [
        ("Sep 2021", False),
        ("Sep 2022", False),
        ("Mar 2021", True),
        ("Mar 2022", True),
    ]
    assert [p.at for p in lines[2].points] == [6, 12, 24]


def test_curves_of_cohorts_need_two_ages(file: Path) -> None:
    ages = MADE["cohort_curves"]["series"]
    of = [{"indicator": "within_48", "freq": "M"}]
    without = {"age_d": {"age": 48, "of": of}}  # no cohort is as old
    assert set(bind_of(file, {"series": ages | without}).cells) == set(ages)
    with pytest.raises(NoData, match="too few ages"):
        bind_of(file, {"series": {"age_a": ages["age_a"]} | without})


def bind_of(file: Path, changes: dict[str, Any]) -> Bound:
    of = chart(kind="cohort_curves", title=LAST, **changes)
    return bind(of, 1, asked(file, of))


def test_a_band_fills_between_two_series(file: Path) -> None:
    series = {
        name: {"of": [{"indicator": "amount", "where": {"industry": code}}]} for name, code in zip("xyz", "abc", strict=True)
    }
    of = chart(title=LAST, series=series, band=["z", "y"])
    mart = asked(file, of)
    made = pictures(bind(of, 1, mart), mart, WIDE)[0]
    assert [len(made.panels[0].lines), len(made.panels[0].band)] == [1, 2]
    areas = [m for m, _ in draw(made, measure).ink if isinstance(m, Area)]
    assert len(areas) == 2  # from 2021 to 2022 and on to 2023
    assert [areas[0].points[1], areas[0].points[2]] == [areas[1].points[0], areas[1].points[3]]
    lows, highs = (round(y, 6) for _, y in areas[0].points[::3])
    assert lows > highs


@pytest.mark.parametrize(
    "changes", [{"band": ["pendency"]}, {"band": ["pendency", "other"]}, {"kind": "bars", "band": ["a", "b"]}]
)
def test_a_band_names_two_of_three_lines(changes: dict[str, Any]) -> None:
    assert any("band: names" in p for p in problems_of(chart(**changes)))


@pytest.mark.parametrize("kind", ["slope", "interval"])
def test_a_kind_of_two_takes_two_series(kind: Kind) -> None:
    assert any("shows 1 series" in p for p in problems_of(chart(kind=kind)))


# Pictures that were looked at


def rendered(scene: Scene, folder: Path) -> Image.Image:
    """The PNG of a scene at half its size, as the kept images are."""
    canvas.png(scene, folder / "now.png")
    with Image.open(folder / "now.png") as image:
        return image.convert("RGB").reduce(canvas.PNG_SCALE)


def apart(one: Image.Image, other: Image.Image) -> float:
    """The largest difference between the average colours of the same square of both, 255 where their sizes differ."""
    if one.size != other.size:
        return 255.0
    means = [_squares(np.asarray(image, dtype=np.float64)) for image in (one, other)]
    return float(np.abs(means[0] - means[1]).max())


def _squares(pixels: NDArray[np.float64]) -> NDArray[np.float64]:
    height, width = (n // BLOCK * BLOCK for n in pixels.shape[:2])
    return pixels[:height, :width].reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK, 3).mean(axis=(1, 3))


def kinds() -> Iterator[tuple[Kind, Lang]]:
    """Every kind, in Chinese and English by turns."""
    for n, kind in enumerate(get_args(Kind)):
        yield kind, ("zh", "en")[n % 2]


@pytest.mark.parametrize(("kind", "lang"), list(kinds()))
def test_a_kind_looks_as_reviewed(file: Path, tmp_path: Path, kind: Kind, lang: Lang) -> None:
    now = rendered(draw(shown(file, kind)[lang], measure), tmp_path)
    now.quantize(COLOURS).save(tmp_path / f"{kind}_{lang}.png", optimize=True)
    with Image.open(REVIEWED / f"{kind}_{lang}.png") as kept:
        difference = apart(now, kept.convert("RGB"))
    assert difference <= TOLERANCE, (
        f"{kind} ({lang}) differs by {difference:.0f} of 255. Look at {tmp_path}/{kind}_{lang}.png; if it is right, it replaces "
        f"tests/integration/reviewed_charts/{kind}_{lang}.png."
    )


def test_every_kind_has_one_reviewed_image() -> None:
    assert {path.stem for path in REVIEWED.iterdir()} == {f"{kind}_{lang}" for kind, lang in kinds()}


def changed(scene: Scene, change: Callable[[Any], Any]) -> Scene:
    return replace(scene, marks=[change(mark) for mark in scene.marks])


def shift(mark: Any) -> Any:
    """Text a fifth of a pixel to the right, as another smoothing of its edges would show it."""
    return replace(mark, x=mark.x + 0.2) if isinstance(mark, Words) else mark


def other_digit(mark: Any) -> Any:
    return replace(mark, text="16.6") if isinstance(mark, Words) and mark.text == "16.5" else mark


def higher(mark: Any) -> Any:
    return replace(mark, y=mark.y - 2) if isinstance(mark, Dot) else mark


@pytest.mark.parametrize(("change", "told"), [(shift, False), (other_digit, True), (higher, True)])
def test_a_change_is_told_from_other_smoothing(file: Path, tmp_path: Path, change: Callable[[Any], Any], told: bool) -> None:
    kept = draw(shown(file, "line_with_targets")["zh"], measure)
    assert (apart(rendered(kept, tmp_path), rendered(changed(kept, change), tmp_path)) > TOLERANCE) is told
