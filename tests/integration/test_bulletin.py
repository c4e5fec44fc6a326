"""The bulletin: bound numbers, the lint, and two PDFs that say the same."""

import re
import shutil
from collections import Counter
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import duckdb
import pypdf
import pytest
import yaml
from conftest import pages_of

from ipmon import marks
from ipmon.binding import Binder, lint
from ipmon.bulletin import build
from ipmon.bulletin_content import Content, load_content
from ipmon.bulletin_issue import Issue
from ipmon.cells import Cells, UnknownCell
from ipmon.declared import Text
from ipmon.errors import DeclarationError, IpmonError
from ipmon.mart_schema import load_schema
from ipmon.phrases import Phrases, day_words, period_words
from ipmon.registry import load_registry

ASSETS = Path(__file__).resolve().parents[2] / "assets"
KNOWN = {"pledge_amount", "pledge_amount_growth", "pii_share_of_gdp", "trademark_registrations"}
TABLES = (
    "observations",
    "vintages",
    "indicators",
    "targets",
    "assessments",
    "revisions",
    "breaks",
    "alerts",
    "areas",
    "deliveries",
    "sources",
)
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 40"><title>T</title><desc>D</desc><rect width="7" height="4"/></svg>'
)

# Pledge financing as announced by CNIPA (2024-01-16): 8539.9 亿元 in 2023, up 75.4 %; 4868.8 亿元 in 2022.
OBSERVED: list[dict[str, Any]] = [
    {"indicator_id": "pledge_amount", "time_period": "2022", "value": 486_880_000_000, "unit": "CNY"},
    {"indicator_id": "pledge_amount", "time_period": "2023", "value": 853_990_000_000, "unit": "CNY"},
    {"indicator_id": "pledge_amount", "time_period": "2023", "value": 14_100_000_000, "unit": "CNY", "ref_area": "CN-BJ"},
    {"indicator_id": "pledge_amount_growth", "time_period": "2023", "value": "75.4", "unit": "percent"},
    {"indicator_id": "pledge_amount_growth", "time_period": "2023", "value": "75.46", "unit": "percent", "basis": "derived"},
    {"indicator_id": "pii_share_of_gdp", "time_period": "2022", "value": "12.60", "unit": "percent"},
    {"indicator_id": "pii_share_of_gdp", "time_period": "2023", "value": "13.04", "unit": "percent"},
    {
        "indicator_id": "trademark_registrations",
        "time_period": "2023-10",
        "value": 3_500_000,
        "unit": "items",
        "accumulation": "year_to_date",
    },
]


def part(chart: str, zh: str, en: str) -> dict[str, Any]:
    return {"chart": chart, "brief": True, "text": {"zh": zh, "en": en}}


SECTION: dict[str, Any] = {
    "id": "pledges",
    "title": {"zh": "质押融资", "en": "Pledge financing"},
    "parts": [
        part(
            "pledges",
            "{pledge_amount@latest.period}登记金额为{pledge_amount@latest}，比上年{pledge_amount_growth@pledge_amount.change}，"
            "北京为{pledge_amount[ref_area=CN-BJ]@latest}。",
            "In {pledge_amount@latest.period} {pledge_amount@latest} were registered, "
            "{pledge_amount_growth@pledge_amount.change}; Beijing {pledge_amount[ref_area=CN-BJ]@latest}.",
        )
    ],
}


def observation(given: dict[str, Any]) -> dict[str, Any]:
    year = int(given["time_period"][:4])
    value = Decimal(given["value"])
    dims = dict.fromkeys(("ip_type", "owner_kind", "industry", "technology", "counterpart_area"), "_T")
    usual = {
        "ref_area": "CN",
        "freq": "M" if "-" in given["time_period"] else "A",
        "accumulation": "period",
        "basis": "published",
    }
    told = {"period_start": date(year, 1, 1), "period_end": date(year, 12, 31), "value_low": value, "value_high": value}
    told["decimals"] = max(0, -int(value.as_tuple().exponent))
    source = {
        "released_on": date(year + 1, 1, 16),
        "released_basis": "printed date",
        "publisher": "CNIPA",
        "source_title": "Statistics",
    }
    return dims | usual | told | source | given | {"value": value}


def indicator(id_: str, title: str, unit: str, factor: int, zh: str, en: str) -> dict[str, Any]:
    words = {"title_zh": f"{title}数", "title_en": title, "definition_zh": "定义。", "definition_en": "Definition."}
    shown = {"unit": unit, "display_factor": factor, "unit_zh": zh, "unit_en": en}
    return {"indicator_id": id_, **words, "formula": "as published", **shown}


INDICATORS = [
    indicator("pledge_amount", "Pledges", "CNY", 10**8, "亿元", "CNY hundred million"),
    indicator("pledge_amount_growth", "Pledge growth", "percent", 1, "%", "%"),
    indicator("pii_share_of_gdp", "Share", "percent", 1, "%", "%"),
    indicator("trademark_registrations", "Trademarks", "items", 10**4, "万件", "ten thousand items"),
]


def target(id_: str, rule: str, wanted: Any, unit: str, **found: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    asked = {"target_id": id_, "indicator_id": id_, "year": 2025, "document_zh": "规划", "document_en": "Plan", "rule": rule}
    asked |= {"target_value": wanted, "unit": unit, "deadline": date(2025, 12, 31), "official_seen": id_ != "pledge_amount"}
    words = {"status_zh": "达到", "status_en": "Met", "reason_zh": "理由。", "reason_en": "Reason.", "fragile": False}
    return asked, {"target_id": id_, "indicator_id": id_, "status": "met", "value_period": "2023"} | words | found


TARGETS = [
    target("pledge_amount", "at_least", 320_000_000_000, "CNY", value=853_990_000_000),
    target("pii_share_of_gdp", "at_least", 13, "percent", value="13.04", fragile=True),
    target("pledge_amount_growth", "growth", 10, "percent", value=None, value_period="", status="not_assessed"),
]


def make_mart(path: Path, observed: list[dict[str, Any]], **more: list[dict[str, Any]]) -> Path:
    """A mart of the contract's tables with these observations, and rows of other tables."""
    values = [observation(o) for o in observed]
    rows: dict[str, list[dict[str, Any]]] = {"observations": values, "vintages": values, "indicators": INDICATORS}
    rows |= {"targets": [t for t, _ in TARGETS], "assessments": [a for _, a in TARGETS]} | more
    schema = load_schema(ASSETS / "marts", [])
    with duckdb.connect(str(path)) as connection:
        for name in TABLES:
            columns = schema.tables[name].columns
            connection.execute(f"create table {name} ({', '.join(f'{c} {schema.fields[c].type}' for c in columns)})")
            for row in rows.get(name, []):
                connection.execute(f"insert into {name} values ({', '.join('?' * len(columns))})", [row.get(c) for c in columns])
    return path


@pytest.fixture
def mart(tmp_path: Path) -> Path:
    return make_mart(tmp_path / "public.duckdb", OBSERVED)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped words and layout with a section of our own."""
    return write_folder(tmp_path / "words", SECTION)


def write_folder(folder: Path, *sections: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    content = yaml.safe_load((ASSETS / "bulletin" / "content.yaml").read_text("utf-8"))
    content |= {"sections": list(sections), "headline_changes": {"pledge_amount_growth": "pledge_amount"}}
    (folder / "content.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    shutil.copy(ASSETS / "bulletin" / "bulletin.typ", folder)
    for lang in ("zh", "en"):
        (folder / f"pledges_{lang}.svg").write_text(SVG, "utf-8")
    return folder


@pytest.fixture
def content(folder: Path) -> Content:
    problems: list[str] = []
    loaded = load_content(folder, KNOWN, problems)
    assert loaded and not problems
    return loaded


def issue(previous: Path | None = None) -> Issue:
    return Issue("2024-06-01-0a1b2c3d", date(2024, 6, 1), date(2024, 7, 20), previous)


def filled(mart: Path, content: Content, template: str, lang: Any = "en") -> str:
    with duckdb.connect(str(mart), read_only=True) as connection:
        cells = Cells(connection)
        binder = Binder(cells, Phrases(content.wording, cells.units(), lang))
        return str(marks.printed(binder.fill(Text(zh=template, en=template))))


# The lint


def problems_of(zh: str, en: str) -> list[str]:
    return lint(Text(zh=zh, en=en), "here", ["〔2024〕7号"], KNOWN)


def test_a_planted_digit_is_found_in_the_language_where_it_stands() -> None:
    (problem,) = problems_of("共{pledge_amount@2023}", "{pledge_amount@2023} of 1,234.5 in all")
    assert problem.startswith("here.en: the number 1,234.5 is bound to no cell")


def test_full_width_digits_are_digits() -> None:
    assert "12" in problems_of("共１２件", "items")[0].translate(str.maketrans("１２", "12"))


def test_a_declared_document_number_may_hold_digits() -> None:
    assert problems_of("国知发运字〔2024〕7号", "notice 国知发运字〔2024〕7号") == []


def test_both_languages_must_bind_the_same_cells() -> None:
    (one, other) = problems_of("{pledge_amount@2023}", "{pledge_amount@2022}")
    assert "{pledge_amount@2023} stands in one language only" in one and "{pledge_amount@2022}" in other


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{pledge_sum@2023}", "no indicator 'pledge_sum'"),
        ("{pledge_amount@pledge_sum}", "no indicator 'pledge_sum'"),
        ("{pledge_amount[province=CN-BJ]@2023}", "'province' is no dimension"),
        ("{pledge_amount@last year}", "is no reference"),
    ],
)
def test_a_reference_that_cannot_hold_is_named(text: str, says: str) -> None:
    assert says in problems_of(text, text)[0]


def test_the_shipped_words_hold() -> None:
    problems: list[str] = []
    registry = load_registry(ASSETS / "indicators", problems)
    assert load_content(ASSETS / "bulletin", registry.indicators, problems)
    assert problems == []


def test_the_shipped_words_name_only_declared_charts() -> None:
    declared = set(yaml.safe_load((ASSETS / "charts" / "sequence.yaml").read_text("utf-8")))
    shipped = yaml.safe_load((ASSETS / "bulletin" / "content.yaml").read_text("utf-8"))
    assert {part["chart"] for section in shipped["sections"] for part in section["parts"]} <= declared


# Binding


@pytest.mark.parametrize(
    ("template", "zh", "en"),
    [
        ("{pledge_amount@2023}", "8,539.9亿元", "CNY 8,539.9 hundred million"),
        ("{pledge_amount@latest-1y}", "4,868.8亿元", "CNY 4,868.8 hundred million"),
        ("{pledge_amount[ref_area=CN-BJ]@latest}", "141亿元", "CNY 141 hundred million"),
        ("{pledge_amount@latest.period}", "2023年", "2023"),
        ("{pledge_amount_growth@pledge_amount}", "75.4%", "75.4%"),  # the published 75.4, not the derived one
        ("{pledge_amount_growth@latest.change}", "增长75.4%", "up 75.4%"),
        ("{trademark_registrations@latest}", "350万件", "350 ten thousand"),
        ("{trademark_registrations@latest.period}", "2023年前10个月", "the first 10 months of 2023"),
        ("{pii_share_of_gdp@2022}", "12.60%", "12.60%"),  # as printed, with the zero
    ],
)
def test_a_reference_becomes_its_cell_in_words(mart: Path, content: Content, template: str, zh: str, en: str) -> None:
    assert (filled(mart, content, template, "zh"), filled(mart, content, template, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("low", "high", "zh", "en"),
    [(9, None, "超过9%", "more than 9%"), (None, 9, "不足9%", "less than 9%"), (None, None, "9%", "9%")],
)
def test_a_bound_that_the_source_leaves_open_is_said(
    tmp_path: Path, content: Content, low: int | None, high: int | None, zh: str, en: str
) -> None:
    given = {
        "indicator_id": "pii_share_of_gdp",
        "time_period": "2023",
        "value": 9,
        "unit": "percent",
        "value_low": low,
        "value_high": high,
    }
    path = make_mart(tmp_path / "open.duckdb", [given])
    assert [filled(path, content, "{pii_share_of_gdp@2023}", lang) for lang in ("zh", "en")] == [zh, en]


def test_a_fall_is_told_by_its_size(tmp_path: Path, content: Content) -> None:
    given = {"indicator_id": "pledge_amount_growth", "time_period": "2023", "value": "-2.5", "unit": "percent"}
    path = make_mart(tmp_path / "fall.duckdb", [given])
    assert [filled(path, content, "{pledge_amount_growth@2023.change}", lang) for lang in ("zh", "en")] == [
        "下降2.5%",
        "down 2.5%",
    ]


def test_a_missing_period_is_an_error_that_names_what_there_is(mart: Path, content: Content) -> None:
    with pytest.raises(
        UnknownCell, match=r"\{pledge_amount@2031\}: the mart has no such period of pledge_amount; it has 2022, 2023\."
    ):
        filled(mart, content, "{pledge_amount@2031}")


def test_an_indicator_without_values_there_is_an_error(mart: Path, content: Content) -> None:
    with pytest.raises(UnknownCell, match="the mart holds no value of 'pledge_amount' at ref_area=CN-SH"):
        filled(mart, content, "{pledge_amount[ref_area=CN-SH]@latest}")


def test_a_level_is_no_change(mart: Path, content: Content) -> None:
    with pytest.raises(IpmonError, match="pledge_amount is no change: its unit is 'CNY'"):
        filled(mart, content, "{pledge_amount@2023.change}")


def test_periods_and_days_show_the_same_numbers_in_both_languages() -> None:
    assert (period_words("2023-S1", "period", "zh"), period_words("2023-S1", "period", "en")) == (
        "2023年上半年",
        "the first half of 2023",
    )
    assert (day_words(date(2024, 12, 31), "zh"), day_words(date(2024, 12, 31), "en")) == ("2024年12月31日", "2024-12-31")


# The PDFs


def text_of(pdf: bytes) -> str:
    return "\n".join(pages_of(pdf))


def numbers(text: str) -> Counter[str]:
    return Counter(re.sub(r"^0+(?=\d)", "", n.replace(",", "")) for n in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", text))


def made(mart: Path, folder: Path, out: Path, previous: Path | None = None) -> tuple[bytes, bytes]:
    out.mkdir(exist_ok=True)
    build(mart, folder, folder, issue(previous), out)
    return (out / "bulletin_zh.pdf").read_bytes(), (out / "bulletin_en.pdf").read_bytes()


def test_both_languages_show_the_same_numbers(mart: Path, folder: Path, tmp_path: Path) -> None:
    zh, en = map(text_of, made(mart, folder, tmp_path / "out"))
    assert {"8539.9", "75.4", "141", "13.04", "3200"} <= set(numbers(zh))
    assert numbers(zh) == numbers(en)


def test_the_same_mart_gives_the_same_bytes(mart: Path, folder: Path, tmp_path: Path) -> None:
    assert made(mart, folder, tmp_path / "one") == made(mart, folder, tmp_path / "two")


def test_the_pdfs_have_language_title_and_bookmarks(mart: Path, folder: Path, tmp_path: Path) -> None:
    readers = [pypdf.PdfReader(BytesIO(pdf)) for pdf in made(mart, folder, tmp_path / "out")]
    assert [str(r.trailer["/Root"]["/Lang"]) for r in readers] == ["zh-CN", "en-GB"]  # type: ignore[index]
    assert [r.metadata and r.metadata.title for r in readers] == [
        "知识产权高质量发展监测简报 · 2024年第6期",
        "Monitoring bulletin on high-quality IP development · Issue 6 of 2024",
    ]
    assert all("Pledge financing" in str(r.outline) or "质押融资" in str(r.outline) for r in readers)


def test_the_main_points_follow_their_rules(mart: Path, folder: Path, tmp_path: Path) -> None:
    text = " ".join(text_of(made(mart, folder, tmp_path / "out")[1]).split())
    assert "Of 3 targets followed, 2 are reached, 0 on track, 0 behind or missed, and 1 not assessed" in text
    assert "Fragile verdicts: 1, for instance “Share”: 13.04% against at least 13%" in text
    assert "The largest change among the headline series: Pledges, up 75.4% in 2023." in text


def test_a_section_whose_figures_are_not_known_yet_is_left_out_and_named(mart: Path, tmp_path: Path) -> None:
    early = SECTION | {
        "id": "early",
        "title": {"zh": "早", "en": "Too early"},
        "parts": [part("pledges", "{pii_share_of_gdp@2031}", "{pii_share_of_gdp@2031}")],
    }
    folder = write_folder(tmp_path / "words", SECTION, early)
    _, en = made(mart, folder, tmp_path / "out")
    assert re.search(r"Not in this issue or only in part.*Too early\.", " ".join(text_of(en).split()))
    assert "Too early" not in str(pypdf.PdfReader(BytesIO(en)).outline)


def test_a_part_without_its_chart_is_left_out_and_its_section_named(mart: Path, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "words", SECTION | {"parts": [*SECTION["parts"], part("nowhere", "无图。", "No chart.")]})
    text = " ".join(text_of(made(mart, folder, tmp_path / "out")[1]).split())
    assert "were registered" in text and "No chart" not in text
    assert re.search(r"Not in this issue or only in part.*Pledge financing\.", text)


def test_a_planted_digit_stops_the_bulletin(mart: Path, tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path / "words", SECTION | {"parts": [part("pledges", "约{pledge_amount@2023}，共31省", "{pledge_amount@2023}")]}
    )
    with pytest.raises(DeclarationError, match=r"sections\.pledges\.pledges\.zh: the number 31 is bound to no cell"):
        made(mart, folder, tmp_path / "out")


def test_the_issue_says_what_changed_since_the_last(folder: Path, tmp_path: Path) -> None:
    before = tmp_path / "2024-05-01-99999999"
    before.mkdir()
    old = [o | {"value": "13.01"} if o["value"] == "13.04" else o for o in OBSERVED[1:]]
    withdrawn = {"indicator_id": "pii_share_of_gdp", "time_period": "2019", "value": "11.6", "unit": "percent"}
    known = {"break_id": "b1", "starts_on": date(2018, 1, 1), "note_zh": "旧口径。", "note_en": "An old basis."}
    make_mart(before / "public.duckdb", [*old, withdrawn], breaks=[known])
    found = {"break_id": "b2", "starts_on": date(2017, 1, 1), "note_zh": "新口径。", "note_en": "A new basis."}
    mart = make_mart(tmp_path / "now.duckdb", OBSERVED, breaks=[known, found], revisions=[revision()])
    zh, en = (" ".join(text_of(pdf).split()) for pdf in made(mart, folder, tmp_path / "out", before))
    assert "Compared with release 2024-05-01-99999999, values new: 1, revised: 1, withdrawn: 1; indicators added: 0" in en
    assert "No definition or formula of an indicator has changed" in en
    assert "Pledges 1 2023 CNY 8,539.9 hundred million" in en  # one value of 2022 is new; the latest is shown
    # 12.60 - 12.71 = -0.11 points, with the zero that was printed and the cause
    assert "Share 2022 12.71% 12.60% −0.11 percentage points a census 2024-06-01 [n]" in en
    assert "2022 年 12.71% 12.60% −0.11 个百分点 普查 2024 年 6 月 1 日 [n]" in zh
    assert "2017-01-01 [n] A new basis. 2018-01-01 An old basis." in en  # new ones first, then the latest


def test_f42_a_withdrawn_delivery_has_a_notice_with_day_and_reason(folder: Path, tmp_path: Path) -> None:
    before = tmp_path / "2024-05-01-99999999"
    before.mkdir()
    named = {"source_id": "pii", "title_zh": "密集型产业", "title_en": "Intensive industries"}
    file = {"delivery_id": "pii-0a1b2c3d4e5f", "source_id": "pii", "period": "2024-03"}
    gone = file | {"withdrawn_on": date(2024, 5, 20), "withdrawal_reason": "两县漏报 Two counties were missing."}
    earlier = file | {"delivery_id": "pii-999999999999", "withdrawn_on": date(2024, 1, 2), "withdrawal_reason": "old"}
    make_mart(before / "public.duckdb", OBSERVED, deliveries=[file, earlier], sources=[named])
    row = revision() | {"new_value": None, "revision": None, "revision_percent": None, "kind": "withdrawn"}
    mart = make_mart(tmp_path / "now.duckdb", OBSERVED, deliveries=[gone, earlier], sources=[named], revisions=[row])
    zh, en = (" ".join(text_of(pdf).split()) for pdf in made(mart, folder, tmp_path / "out", before))
    assert (
        "Correction notice: delivery pii-0a1b2c3d4e5f of Intensive industries (2024-03) was withdrawn by its publisher on "
        "2024-05-20. Reason: 两县漏报 Two counties were missing." in en
    )
    assert "pii-0a1b2c3d4e5f，理由：两县漏报 Two counties were missing." in zh and "2024 年 5 月 20 日" in zh
    assert "pii-999999999999" not in zh + en
    assert "Share 2022 12.71% none delivery withdrawn, see the notice or table revisions 2024-06-01 [n]" in en


def revision() -> dict[str, Any]:
    """The share of 2022 after the economic census (NBS and CNIPA, 2024-12-31), its date moved before that of the issue."""
    row = observation({"indicator_id": "pii_share_of_gdp", "time_period": "2022", "value": "12.60", "unit": "percent"})
    told = {"old_value": "12.71", "new_value": "12.60", "revision": "-0.11", "revision_percent": "-0.87", "kind": "revised"}
    return row | told | {"cause": "a census", "cause_zh": "普查", "released_on": date(2024, 6, 1)}
