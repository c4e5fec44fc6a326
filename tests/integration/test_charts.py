"""Charts: what may stand in a declaration, what is written and drawn of a cell, and that the same data give the same bytes."""

import csv
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree

import pytest
from make_charts import (
    ASSESSMENTS,
    CHECKOUT,
    DAY,
    EDITION,
    SERIES,
    TARGETS,
    YEARS,
    chart,
    mart_file,
    observation,
    pictures,
    scenes,
)
from PIL import Image

from ipmon.charts import theme, words
from ipmon.charts.cells import Cell
from ipmon.charts.checks import check
from ipmon.charts.declaration import Charts, load_charts, problems_of
from ipmon.charts.files import ChartFiles, render_all
from ipmon.charts.glyphs import measure
from ipmon.charts.picture import LANGUAGES, ChartError, Kind
from ipmon.charts.render import drawing
from ipmon.charts.scene import Box, Dot, Scene, Stroke, wrap
from ipmon.declared import Text
from ipmon.errors import DeclarationError


@pytest.fixture
def mart(tmp_path: Path) -> Path:
    return mart_file(tmp_path, targets=TARGETS, assessments=ASSESSMENTS)


def numbers(text: str) -> list[str]:
    """Every numeral of a text, with the sign or separators that belong to it."""
    return sorted(re.findall(r"\d[\d,.]*\d|\d", text))


# Declarations


def test_a_typed_digit_is_refused() -> None:
    found = problems_of(chart(title={"zh": "降至15个月", "en": "Fell to {last}"}))
    assert any("'15' are bound to no cell" in p for p in found)


def test_both_languages_must_bind_the_same() -> None:
    assert problems_of(chart(title={"zh": "{last_period}为{last}", "en": "It was {last}"})) == [
        "title: zh and en must bind the same numbers"
    ]


def test_a_placeholder_of_no_series_is_refused() -> None:
    title = {"zh": "{other.last}", "en": "{other.last}"}
    assert problems_of(chart(title=title)) == [f"title.{lang}: '{{other.…}}' names no series of the chart" for lang in LANGUAGES]


def test_five_lines_in_one_plot_are_refused() -> None:
    series = {f"s{letter}": SERIES["pendency"] for letter in "abcde"}
    assert any("small multiples" in p for p in problems_of(chart(series=series)))


def test_all_problems_of_a_folder_come_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("one: {kind: pie, title: {zh: 甲, en: A}}\n", "utf-8")
    (tmp_path / "b.yaml").write_text("two: {kind: bars, title: {zh: 乙, en: B}, colour: red}\n", "utf-8")
    (tmp_path / "sequence.yaml").write_text("- three\n", "utf-8")
    with pytest.raises(DeclarationError) as caught:
        load_charts(tmp_path)
    assert [any(word in p for p in caught.value.problems) for word in ("one: kind", "two: colour", "'three'")] == [True] * 3


def test_the_declared_charts_hold() -> None:
    declared = load_charts(CHECKOUT / "assets" / "charts")
    assert {c.kind for c in declared.charts} == set(get_args(Kind))
    assert len({c.theme for c in declared.charts}) == 8


def test_the_release_holds_thirty_charts_with_every_format_and_alternative_text(release: Path) -> None:
    folder = release / "charts"
    names = {path.stem for path in folder.glob("*.csv")}
    assert len(names) >= 30
    for stem in (f"{name}_{lang}" for name in names for lang in LANGUAGES):
        svg = ElementTree.parse(folder / f"{stem}.svg").getroot()
        title, description = (svg.findtext(f"{{http://www.w3.org/2000/svg}}{tag}") for tag in ("title", "desc"))
        with Image.open(folder / f"{stem}.png") as image:
            assert (image.info["Title"], image.info["Description"]) == (title, description)
        assert title
        assert description
        assert (folder / f"{stem}.pdf").read_bytes().startswith(b"%PDF-")


# Words


def cell(value: str, low: str | None, high: str | None, factor: int = 1, **changes: Any) -> Cell:
    ends = {"value_low": Decimal(low) if low else None, "value_high": Decimal(high) if high else None}
    row = observation("2024", value) | ends | {"factor": factor, "revised": False} | changes
    return Cell(**{name: row[name] for name in Cell.__dataclass_fields__})


@pytest.mark.parametrize(
    ("shown", "wanted"),
    [
        (cell("853990000000", "853985000000", "853995000000", 10**8), "8,539.9"),
        (cell("1619268", "1619268", "1619268", 10**4), "161.93"),
        (cell("7.30", "7.295", "7.305", decimals=2), "7.30"),
        (cell("50", "50", None, decimals=0), "＞50"),
        (cell("90000", None, "90000", 10**4), "＜9"),
        (cell("2.675", "2.6745", "2.6755", decimals=3), "2.68"),
    ],
)
def test_a_value_is_written_to_its_printed_precision(shown: Cell, wanted: str) -> None:
    assert words.numeral(shown) == wanted


def test_marks_stand_in_square_brackets() -> None:
    assert words.marked(cell("12.71", "12.705", "12.715", decimals=2, obs_status="P")) == "12.71 [p]"
    assert words.marked(replace(cell("12.6", "12.595", "12.605", decimals=2), revised=True)) == "12.60 [r]"


@pytest.mark.parametrize(
    ("label", "accumulation", "zh", "en"),
    [
        ("2024", "period", "2024年", "2024"),
        ("2024-09", "year_to_date", "2024年1—9月", "Jan–Sep 2024"),
        ("2024-S1", "period", "2024年上半年", "H1 2024"),
        ("2024-Q3", "period", "2024年第3季度", "Q3 2024"),
    ],
)
def test_periods_in_words(label: str, accumulation: str, zh: str, en: str) -> None:
    assert (words.period(label, accumulation, "zh"), words.period(label, accumulation, "en")) == (zh, en)


def test_runs_of_years_are_joined() -> None:
    assert (words.years([2017, 2018, 2019, 2022], "zh"), words.years([2014], "en")) == ("2017—2019、2022", "2014")


def titled(zh: str, en: str, news: str = "") -> dict[Any, str]:
    return words.titles(Text(zh=zh, en=en), {"zh": {"news": news}, "en": {"news": news}}, "pendency")


@pytest.mark.parametrize("texts", [("长" * 26, "word"), ("长", "word " * 16)])
def test_a_long_title_is_refused(texts: tuple[str, str]) -> None:
    with pytest.raises(ChartError, match="shorten its template"):
        titled(*texts)


def test_a_title_at_the_limit_is_kept() -> None:
    assert titled("长" * 25, "word " * 15) == {"zh": "长" * 25, "en": "W" + ("word " * 15)[1:]}


def test_what_is_new_stays_out_of_both_titles_where_one_would_be_too_long() -> None:
    assert titled("长" * 20 + "{news}", "word{news}", "，新高新高") == {"zh": "长" * 20 + "，新高新高", "en": "Word，新高新高"}
    assert titled("长" * 21 + "{news}", "word{news}", "，新高新高") == {"zh": "长" * 21, "en": "Word"}


def test_where_a_title_is_too_long_without_what_is_new_its_value_is_what_it_is() -> None:
    """The level within precision of the printed form takes eight characters, to be 9,000 takes one."""
    zh, en = {"news": "，新高", "moved": "在精度内持平，为"}, {"news": "", "moved": "was unchanged within precision at"}
    title = Text(zh="2024年质押融资登记{moved}9,000亿元{news}", en="It {moved} 9,000")
    made = words.titles(title, {"zh": zh, "en": en}, "pledges")
    assert made == {"zh": "2024年质押融资登记为9,000亿元", "en": "It was 9,000"}


def test_an_unknown_fact_names_the_known_ones() -> None:
    with pytest.raises(ChartError, match=r"no fact 'best'; known: last"):
        words.fill("{best}", {"last": "16"}, "pendency")


@pytest.mark.parametrize(("last", "word"), [("15.9", "降至"), ("16.1", "升至"), ("16.0", "保持在")])
def test_the_finding_follows_the_numbers(tmp_path: Path, last: str, word: str) -> None:
    rows = [*YEARS, observation("2024", last)]
    shown = pictures(mart_file(tmp_path, observations=rows), chart())
    assert shown["zh"].title == f"2024年审查周期{word}{last}个月"


@pytest.mark.parametrize(("value", "word"), [("75.4", "grew 75.4"), ("-19.5", "shrank 19.5")])
def test_a_growth_is_said_with_its_direction(tmp_path: Path, value: str, word: str) -> None:
    title = {"zh": "{grew}", "en": "{grew}"}
    shown = pictures(mart_file(tmp_path, observations=[observation("2023", value)]), chart(title=title))
    assert shown["en"].title.lower() == f"{word} months"


# Pictures


def test_both_languages_show_the_same_numbers(mart: Path) -> None:
    shown = pictures(mart, chart(targets="pendency"))
    texts = {
        lang: [p.title, p.subtitle, *p.notes, *(point.text for line in p.panels[0].lines for point in line.points)]
        for lang, p in shown.items()
    }
    assert numbers(" ".join(texts["zh"])) == numbers(" ".join(texts["en"]))
    assert [t.text for t in shown["zh"].panels[0].targets] == ["2022年目标 ≤16.5"]
    assert [t.text for t in shown["en"].panels[0].targets] == ["2022 target ≤16.5"]


def test_missing_years_are_left_open_and_said(mart: Path) -> None:
    shown = pictures(mart, chart())["en"]
    assert [(p.tick, p.joined) for p in shown.panels[0].lines[0].points] == [
        ("2016", False),
        ("2020", False),
        ("2021", True),
        ("2022", True),
        ("2023", True),
    ]
    assert "Years without data, left open: 2017–2019." in shown.notes[0]


def test_a_gap_is_not_drawn_over(mart: Path) -> None:
    scene = next(scenes(mart, chart()))
    dots = sorted(mark.x for mark in scene.marks if isinstance(mark, Dot))
    ways = [mark for mark in scene.marks if isinstance(mark, Stroke) and mark.colour == theme.SERIES[0]]
    assert len(dots) == 5
    assert [sorted(x for x, _ in way.points) for way in ways] == [pytest.approx(pair) for pair in list(pairwise(dots))[1:]]


def test_a_break_is_a_gap_with_its_note(tmp_path: Path) -> None:
    note = {"note_zh": "口径变更。", "note_en": "The basis changed."}
    broken = [{"break_id": "b", "series": "pendency", "areas_concerned": "all", "starts_on": date(2022, 1, 1)} | note]
    shown = pictures(mart_file(tmp_path, breaks=broken), chart())["zh"]
    assert [p.joined for p in shown.panels[0].lines[0].points] == [False, False, True, False, True]
    assert shown.notes[0].startswith("口径变更。")


def test_coverage_under_the_whole_is_said(tmp_path: Path) -> None:
    rows = [observation("2023", value, ref_area=area) for area, value in (("CN-BJ", "11.0"), ("CN-GD", "12.0"))]
    ranked = chart(
        kind="ranked_bars",
        title={"zh": "{top}最长，{top_value}", "en": "{top} takes longest: {top_value}"},
        series={"cycle": {"of": [{"indicator": "pendency", "by": "ref_area", "level": "province"}]}},
        coverage="province",
    )
    shown = pictures(mart_file(tmp_path, observations=rows), ranked)
    assert [p.tick for p in shown["en"].panels[0].lines[0].points] == ["Guangdong", "Beijing"]
    assert "3个省份中的2个" in shown["zh"].subtitle
    assert "2 of 3 provinces" in shown["en"].subtitle


def test_two_values_for_one_place_are_refused(tmp_path: Path) -> None:
    rows = [*YEARS, observation("2023", "17.0", accumulation="year_to_date")]
    with pytest.raises(ChartError, match="two values for 2023"):
        pictures(mart_file(tmp_path, observations=rows), chart())


def test_published_goes_before_derived(tmp_path: Path) -> None:
    rows = [*YEARS, observation("2023", "15.9", basis="derived")]
    shown = pictures(mart_file(tmp_path, observations=rows), chart())["en"]
    assert shown.panels[0].lines[0].points[-1].text == "16.0"


def test_the_status_strip_says_what_is_fragile(mart: Path) -> None:
    title = {"zh": "{targets}项中{met}项达到", "en": "{met} of {targets} met"}
    shown = pictures(mart, chart(kind="status_strip", title=title, series={}))
    assert shown["en"].title == "1 of 1 met"
    assert [row.texts for row in shown["zh"].rows] == [("审查周期，个月", "≤16.5", "16.5", "2022年", "已达到（脆弱）")]


# Layout


def test_planted_overlap_is_found() -> None:
    scene = Scene("planted", measure, height=100)
    scene.words(20, 50, "授权 16.5")
    scene.words(40, 52, "16.0")
    with pytest.raises(ChartError, match=r"planted: the texts '授权 16.5' and '16.0' overlap"):
        check(scene)


@pytest.mark.parametrize(("x", "y"), [(650, 50), (-1, 50), (20, 5), (20, 99)])
def test_clipped_text_is_found(x: float, y: float) -> None:
    scene = Scene("planted", measure, height=100)
    scene.words(x, y, "a text of some length")
    with pytest.raises(ChartError, match="clipped"):
        check(scene)


def test_a_label_keeps_off_lines() -> None:
    box = Box(10, 10, 20, 20)
    assert box.crossed_by((0, 0), (30, 30))
    assert not box.crossed_by((0, 25), (30, 25))
    assert not box.crossed_by((0, 0), (9, 9))


def test_wrapped_lines_fit_and_lose_nothing() -> None:
    text = "发明专利平均审查周期，个月，Republic of Korea 2016—2025年。"
    lines = wrap(text, 120, 12, measure)
    assert max(measure(line, 12) for line in lines) <= 120
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert not any(line[0] in "，。" for line in lines)


def test_a_missing_glyph_is_an_error() -> None:
    with pytest.raises(ChartError, match=r"U\+1F600"):
        measure("好😀", 12)


@pytest.mark.parametrize("kind", ["line_with_targets", "bars"])
def test_nothing_overlaps_in_a_drawn_chart(mart: Path, kind: str) -> None:
    for scene in scenes(mart, chart(kind=kind, targets="pendency")):
        texts = scene.texts
        assert len(texts) > 10
        assert not any(a.box.overlaps(b.box) for a, b in combinations(texts, 2))


@pytest.mark.parametrize("kind", ["line_with_targets", "bars"])
def test_a_single_value_is_drawn(tmp_path: Path, kind: str) -> None:
    for scene in scenes(mart_file(tmp_path, observations=[observation("2023", "16.0")]), chart(kind=kind)):
        assert "16.0" in {words.text for words in scene.texts if words.size == theme.LABEL}


def test_bars_start_at_zero(mart: Path) -> None:
    scene = next(scenes(mart, chart(kind="bars")))
    bars = [mark.box for mark in scene.marks if type(mark).__name__ == "Bar"]
    assert len({round(box.bottom, 6) for box in bars}) == 1
    heights = [box.bottom - box.top for box in bars]
    assert [h / heights[0] for h in heights] == pytest.approx([1, 20 / 22, 18.5 / 22, 16.5 / 22, 16 / 22])


# Colours


def test_neighbouring_colours_differ_by_three_to_one() -> None:
    pairs = [*pairwise(theme.SERIES), *((colour, theme.PAPER) for colour in theme.SERIES)]
    assert min(theme.contrast(a, b) for a, b in pairs) >= 3.0


def test_text_is_read_on_paper() -> None:
    assert min(theme.contrast(ink, theme.PAPER) for ink in (theme.INK, theme.MUTED, theme.TARGET)) >= 4.5


def test_lines_are_told_apart_without_colour() -> None:
    assert len(set(theme.MARKERS)) == len(set(theme.DASHES)) == len(theme.SERIES) == 4
    greys = [theme.luminance(colour) for colour in theme.SERIES]
    assert all(abs(a - b) > 0.2 for a, b in pairwise(greys))


def test_contrast_is_that_of_wcag() -> None:
    assert theme.contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert theme.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)  # the best-known example of just failing AA


# Files


def rendered(mart: Path, declared: Charts, out: Path) -> list[ChartFiles]:
    with drawing() as companions:
        return render_all(mart, declared, EDITION.release_id, DAY, out, companions)


def test_the_same_mart_gives_the_same_bytes(mart: Path, tmp_path: Path) -> None:
    declared = Charts((chart(targets="pendency"),), tuple(EDITION.publishers))
    made = [rendered(mart, declared, tmp_path / name) for name in ("one", "two")]
    names = sorted(p.name for p in (tmp_path / "one").iterdir())
    assert names == ["pendency.csv", *(f"pendency_{lang}.{e}" for lang in ("en", "zh") for e in ("pdf", "png", "svg"))]
    assert all((tmp_path / "one" / n).read_bytes() == (tmp_path / "two" / n).read_bytes() for n in names)
    assert made[0][0].titles == {"zh": "2023年审查周期降至16.0个月", "en": "Examination fell to 16.0 months in 2023"}
    with (tmp_path / "one" / "pendency.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["row"], r["time_period"], r["shown"]) for r in rows[-2:]] == [
        ("point", "2023", "16.0"),
        ("target", "2022", "≤16.5"),
    ]
    svg = ElementTree.parse(tmp_path / "one" / "pendency_zh.svg").getroot()
    title, description = (svg.findtext(f"{{http://www.w3.org/2000/svg}}{tag}") for tag in ("title", "desc"))
    assert title == "2023年审查周期降至16.0个月"
    assert description is not None
    assert "2020 20.0、2021 18.5" in description
    png = (tmp_path / "one" / "pendency_en.png").read_bytes()
    assert int.from_bytes(png[16:20]) == 2 * theme.WIDTH


def test_a_broken_rule_comes_back_from_the_drawing_process(mart: Path, tmp_path: Path) -> None:
    odd = Text(zh="好😀", en="good")
    with pytest.raises(ChartError, match=r"no glyph for .* \(U\+1F600\)"):
        rendered(mart, Charts((chart(measure=odd.model_dump()),), ()), tmp_path / "out")


def test_a_chart_without_data_is_left_out(tmp_path: Path) -> None:
    empty = chart(id="pledges", series={"amount": {"of": [{"indicator": "pledges"}]}})
    made = rendered(mart_file(tmp_path), Charts((empty, chart()), ()), tmp_path / "out")
    assert [(files.chart, files.number) for files in made] == [("pendency", 1)]


def test_an_unknown_indicator_is_an_error(mart: Path, tmp_path: Path) -> None:
    typo = chart(series={"amount": {"of": [{"indicator": "pendancy"}]}})
    with pytest.raises(ChartError, match="'pendancy' is not in the mart"):
        rendered(mart, Charts((typo,), ()), tmp_path / "out")
