"""The office's monthly table is taken in by a contract alone; what it contradicts is reported, what is shuffled is refused."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from conftest import Door

from ipmon.errors import Rejected
from ipmon.paths import CHECKOUT, DataRoot

REAL = CHECKOUT.parent / "shared" / "real" / "cnipa_tables"
FILES = Path(__file__).parent / "files"
needs_real_tables = pytest.mark.skipif(not REAL.is_dir(), reason="the office's own tables lie in ../shared, which is not here")
APPLICATIONS, GRANTS = "cnipa_invention_applications_monthly", "cnipa_invention_grants_monthly"
PCT, IN_FORCE = "cnipa_pct_received_monthly", "cnipa_inventions_in_force_monthly"
Write = Callable[..., Path]
MAINLAND = [
    *(
        "北京",
        "天津",
        "河北",
        "山西",
        "内蒙古",
        "辽宁",
        "吉林",
        "黑龙江",
        "上海",
        "江苏",
        "浙江",
        "安徽",
        "福建",
        "江西",
        "山东",
        "河南",
    ),
    *("湖北", "湖南", "广东", "广西", "海南", "重庆", "四川", "贵州", "云南", "西藏", "陕西", "甘肃", "青海", "宁夏", "新疆"),
]


def december(**changed: list[Any]) -> dict[str, list[Any]]:
    """A whole table of invented numbers: 31 x 10 + 1 + 0 + 2 = 313 in the month, 3130 to date, 31305 since 1985."""
    table: dict[str, list[Any]] = {"合计": [313, 3130, 5.5, 31305], "深圳": [4, 40, 1.0, 400]}
    table |= {name: [10, 100, -0.5, 1000] for name in reversed(MAINLAND)}
    table |= {"香港": [1, 10, 2.0, 100], "澳门": [0, 0, "—", 5], "台湾": [2, 20, 3.0, 200], "新疆兵团": [1, 2, 0.0, 30]}
    return table | changed


def value(rows: pl.DataFrame, series: str, kind: str, area: str, dimension: str = "") -> str:
    found = rows.filter(series_id=series, period_kind=kind, ref_area=area, dimension=dimension)["value"].to_list()
    assert len(found) == 1
    return str(found[0])


def rejected(door: Door, file: Path, source: str, period: str) -> Rejected:
    with pytest.raises(Rejected) as caught:
        door.take(file, source, period)
    return caught.value


@needs_real_tables
@pytest.mark.parametrize(
    ("file", "source", "period", "text", "columns"),
    [
        ("2014-09_invention_grants.xlsx", GRANTS, "2014-09", "2014-09_t5_inv_grants.txt", 4),
        ("2014-11_invention_applications.xlsx", APPLICATIONS, "2014-11", "2014-11_t2_inv_apps.txt", 4),
        ("2014-11_pct_received.xlsx", PCT, "2014-11", "2014-11_t14_pct.txt", 2),
        ("2013-04_valid_inventions_gb18030.csv", IN_FORCE, "2013-04", "2013-04_t8_valid_inv.txt", 4),
    ],
)
def test_the_offices_tables_equal_their_tidy_twins(
    door: Door, file: str, source: str, period: str, text: str, columns: int
) -> None:
    """Cell by cell against the figures as printed on the page, read here by an independent few lines."""
    door.take(REAL / file, source, period)
    names = door.dimensions.area_aliases | {"Macau": "CN-MO", "Xi’an": "CN-SN-610100"}
    printed = {}
    for line in (REAL / text).read_text("utf-8").splitlines():
        if not line.startswith("#"):
            parts = line.replace("\t", "|").split("|") if "|" in line or "\t" in line else line.rsplit(" ", columns)
            printed[
                {"Total": "CN", "Domestic": "CN", "Foreign": "CN"}.get(parts[0]) or names[parts[0]], parts[0] == "Foreign"
            ] = parts[1:]
    staged: dict[tuple[str, bool], list[str]] = {}
    for row in door.rows().to_dicts():
        staged.setdefault((row["ref_area"], row["dimension"] == "foreign"), []).append(row["value"])
    plain = {k: [None if v == "—" else float(v) for v in values] for k, values in staged.items()}
    expected = {
        k: [float(v.rstrip("%")) if v else None for v in [*values, "", "", ""][:columns]] for k, values in printed.items()
    }
    assert plain == expected


@needs_real_tables
def test_pct_of_november_2014_adds_up_to_its_domestic_total_without_the_cities(door: Door) -> None:
    receipt = door.take(REAL / "2014-11_pct_received.xlsx", PCT, "2014-11")
    rows, series, kind = door.rows(), "pct_applications_received", "cumulative-to-date"
    assert value(rows, series, kind, "CN", "domestic") == "20779"
    assert value(rows, series, kind, "CN", "foreign") == "1862"
    assert value(rows, series, kind, "CN-GD-440300", "city:Shenzhen") == "10247"
    assert value(rows, series, kind, "CN-XJ-XPCC", "XPCC") == "0"
    plain = rows.filter(pl.col("period_kind") == kind, pl.col("dimension") == "")["value"].cast(pl.Int64)
    assert (len(plain), plain.sum()) == (34, 20779)
    assert receipt.delivery.findings == ()


@needs_real_tables
def test_grants_of_september_2014(door: Door) -> None:
    receipt = door.take(REAL / "2014-09_invention_grants.xlsx", GRANTS, "2014-09")
    rows, series = door.rows(), "domestic_invention_patents_granted"
    assert value(rows, series, "monthly", "CN") == "14723"
    assert value(rows, series, "cumulative-to-date", "CN") == "118530"
    assert value(rows, f"{series}_ytd_yoy", "cumulative-to-date", "CN-GS") == "-2.7"
    assert value(rows, f"{series}_since_1985", "end-of-period", "CN-BJ") == "125005"
    assert rows.filter(ref_area="CN-GS", period_kind="monthly")["locator"].to_list() == ["表!B6"]
    assert set(rows["source_title"]) == {
        "CNIPA > Statistics > 2014 > 9 Table 5 Distribution of Grants for Inventions Received from Home 2014, September 2014"
    }
    assert receipt.delivery.findings == ()


@needs_real_tables
def test_a_table_without_one_province_is_reported_not_repaired(door: Door) -> None:
    receipt = door.take(REAL / "2013-04_valid_inventions_gb18030.csv", IN_FORCE, "2013-04")
    assert (receipt.delivery.encoding, receipt.delivery.container) == ("gb18030", "csv")
    (finding,) = receipt.delivery.findings
    assert finding.code == "INCOMPLETE"
    # the printed total of the mainland is 473,609; the page's 30 mainland rows add up to 471,270 and Gansu's row is cut off
    assert "473,609" in finding.en and "471,270" in finding.en and "2,339" in finding.en and "Gansu" in finding.en
    assert "473,609" in finding.zh and "471,270" in finding.zh and "2,339" in finding.zh and "甘肃" in finding.zh
    assert value(door.rows(), "invention_patents_in_force_domestic", "end-of-period", "CN", "mainland-31") == "473609"
    assert value(door.rows(), "population_used", "end-of-period", "CN-TW") == "—"


@needs_real_tables
def test_the_shuffled_page_is_refused_because_totals_since_1985_fall(door: Door) -> None:
    door.take(REAL / "2014-11_invention_applications.xlsx", APPLICATIONS, "2014-11")
    found = rejected(door, REAL / "2015-01_invention_applications_SHUFFLED.xlsx", APPLICATIONS, "2015-01")
    assert found.code == "SINCE_1985_FELL"
    for both in (
        "CN-JX 25,463 -> 22,786",
        "CN-GD 434,102 -> 299,572",
        "city:Shenzhen 236,519 -> 88,730",
        "CN-SH 276,920 -> 141,017",
    ):
        assert both in found.reason
    assert "CN-BJ" not in found.reason  # 415,839 -> 454,825 rises
    assert len(list((door.root.raw / APPLICATIONS).rglob("*.xlsx"))) == 1


@needs_real_tables
def test_the_shuffled_page_is_refused_by_its_growth_where_january_2014_is_published(door: Door) -> None:
    """No table of the source came before: the growth rates contradict the published figures of the year before."""
    shipped = CHECKOUT / "data" / "raw" / "province_monthly_more" / "2026-11" / "20261122_province_monthly_more.csv"
    door.take(shipped, "province_monthly_more", "2026-11")
    door.take(
        CHECKOUT / "data/raw/province_monthly_2012_2019/2026-11/20261122_province_monthly_2012_2019.csv",
        "province_monthly_2012_2019",
        "2026-11",
    )
    found = rejected(door, REAL / "2015-01_invention_applications_SHUFFLED.xlsx", APPLICATIONS, "2015-01")
    assert found.code == "GROWTH_CONTRADICTS"
    assert "CN-BJ 16.3% (21.1%)" in found.reason  # 8046 against 6643 of January 2014
    assert "CN-JS" not in found.reason  # 8905 against 8740 is the printed 1.9 %
    door.take(REAL / "2014-11_invention_applications.xlsx", APPLICATIONS, "2014-11")


def test_another_month_works_at_first_try(door: Door, office: Write) -> None:
    receipt = door.take(office(december()), APPLICATIONS, "2015-12")
    rows, series = door.rows(), "domestic_invention_applications"
    assert receipt.delivery.rows == 37 * 4
    assert receipt.delivery.findings == ()
    assert value(rows, series, "monthly", "CN") == "313"
    assert value(rows, series, "cumulative-to-date", "CN-XZ") == "100"
    assert value(rows, f"{series}_ytd_yoy", "cumulative-to-date", "CN-MO") == "—"
    assert value(rows, f"{series}_since_1985", "end-of-period", "CN-XJ-XPCC", "XPCC") == "30"
    assert set(rows["period"]) == {"2015-12"}
    assert set(rows.filter(series_id=series)["unit"]) == {"件"}


@pytest.mark.parametrize(
    "layout",
    [
        {"extra_titles": ("国家知识产权局规划发展司",)},
        {"extra_titles": ("数据截至2015年12月31日", "制表日期：2016年1月15日")},
        {"columns": ["1985年以来累计", "本月", "同比增长（%）", "本年累计"]},
        {"columns": ["当月", " 本年 累计 ", "同比增长(%)", "1985年以来累计"]},
        {"unit": "单位: 件"},
        {"notes": ("注1：城市已包含在所在省内。", "注2：略。")},
        {"title": "Distribution of Applications for Inventions Received from Home 2015, December 2015"},
    ],
)
def test_titles_columns_units_and_notes_may_stand_otherwise(door: Door, office: Write, layout: dict[str, Any]) -> None:
    table = december()
    if "columns" in layout and layout["columns"][0].startswith("1985"):
        table = {name: [v[3], v[0], v[2], v[1]] for name, v in table.items()}
    door.take(office(table, **layout), APPLICATIONS, "2015-12")
    rows, series = door.rows(), "domestic_invention_applications"
    assert value(rows, series, "monthly", "CN-TW") == "2"
    assert value(rows, series, "cumulative-to-date", "CN-TW") == "20"
    assert value(rows, f"{series}_since_1985", "end-of-period", "CN-TW") == "200"


def test_every_written_form_of_a_region_is_the_same_region(door: Door, office: Write) -> None:
    forms = {
        "Beijing": "CN-BJ",
        " 上海　": "CN-SH",
        "天 津": "CN-TJ",
        "新疆生产建设兵团": "CN-XJ-XPCC",
        "广东省": "CN-GD",
        "深圳市": "CN-GD-440300",
    }
    door.take(office({name: [1, 2, 3.0, 4] for name in forms}), APPLICATIONS, "2015-12")
    assert sorted(set(door.rows()["ref_area"])) == sorted(forms.values())


def test_a_contradiction_in_the_offices_own_table_is_reported_and_nothing_is_repaired(door: Door, office: Write) -> None:
    receipt = door.take(office(december(合计=[314, 3130, 5.5, 31305])), APPLICATIONS, "2015-12")
    (finding,) = receipt.delivery.findings
    assert finding.code == "CONTRADICTION"
    assert "314" in finding.en and "313" in finding.en and "a gap of 1" in finding.en
    assert "314" in finding.zh and "313" in finding.zh and "相差 1" in finding.zh
    assert value(door.rows(), "domestic_invention_applications", "monthly", "CN") == "314"


def test_domestic_and_foreign_must_make_the_grand_total(door: Door, office: Write) -> None:
    table = {name: [1, 10] for name in MAINLAND} | {"香港": [0, 3], "澳门": [0, 0], "台湾": [2, 4]}
    table |= {"国内小计": [33, 317], "国外小计": [5, 50], "合计": [38, 368]}  # 317 + 50 = 367
    receipt = door.take(office(table, title="2015年12月PCT申请", columns=["本月", "本年累计"]), PCT, "2015-12")
    (finding,) = receipt.delivery.findings
    assert finding.code == "CONTRADICTION"
    assert "368" in finding.en and "367" in finding.en


def test_a_blank_is_missing_and_said_so(door: Door, office: Write) -> None:
    receipt = door.take(office(december(香港=[1, 10, None, 100])), APPLICATIONS, "2015-12")
    assert [finding.code for finding in receipt.delivery.findings] == ["BLANK"]
    assert value(door.rows(), "domestic_invention_applications_ytd_yoy", "cumulative-to-date", "CN-HK") == "—"


@pytest.mark.parametrize(
    ("changes", "layout", "code", "told"),
    [
        ({"大唐": [1, 2, 3.0, 4]}, {}, "UNKNOWN_REGION", "'大唐', which is no region"),
        ({"日本": [1, 2, 3.0, 4]}, {}, "UNKNOWN_REGION", "'日本'"),
        ({"北京市": [1, 2, 3.0, 4]}, {}, "DUPLICATE", "北京"),
        ({"北京": ["多", 2, 3.0, 4]}, {}, "BAD_VALUE", "'多'"),
        ({"北京": [1.5, 2, 3.0, 4]}, {}, "BAD_VALUE", "'1.5', where a count"),
        ({"北京": [-1, 2, 3.0, 4]}, {}, "BAD_VALUE", "'-1', where a count"),
        ({}, {"columns": ["本月", "本年合计", "同比增长(%)", "1985年以来累计"]}, "SCHEMA", "本年累计 missing"),
        ({}, {"columns": ["本月", "本月", "同比增长(%)", "1985年以来累计"]}, "SCHEMA", "本月, 本年累计 missing or twice"),
        ({}, {"unit": "单位：万件"}, "UNKNOWN_CODE", "counts in 万件, the contract in 件"),
        ({}, {"title": "2015年11月国内发明专利申请受理状况"}, "PERIOD_MISMATCH", "--period 2015-11"),
        ({}, {"title": "2015年12月国内发明专利授权状况"}, "SCHEMA", "another table's"),
        ({}, {"notes": ()}, "TRUNCATED", "notes below the table are missing"),
    ],
)
def test_what_the_contract_does_not_allow_is_refused(
    door: Door, office: Write, changes: dict[str, list[Any]], layout: dict[str, Any], code: str, told: str
) -> None:
    found = rejected(door, office(december() | changes, **layout), APPLICATIONS, "2015-12")
    assert found.code == code
    assert told in found.reason


def test_a_column_that_the_contract_does_not_know_is_taken_note_of(door: Door, office: Write) -> None:
    table = {name: [*values, 3.2] for name, values in december().items()}
    receipt = door.take(
        office(table, columns=["本月", "本年累计", "同比增长(%)", "1985年以来累计", "占比(%)"]), APPLICATIONS, "2015-12"
    )
    assert (receipt.delivery.extra_columns, receipt.delivery.rows) == (("占比(%)",), 37 * 4)


@pytest.mark.parametrize("period", ["2015", "2015-Q4", "2015-11"])
def test_a_monthly_table_is_received_for_its_month(door: Door, office: Write, period: str) -> None:
    assert rejected(door, office(december()), APPLICATIONS, period).code == "PERIOD_MISMATCH"


def test_a_table_without_a_header_is_refused(door: Door, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text("2015年12月\n单位：件\n北京,1,2\n注：略\n", "utf-8")
    assert "no header row" in rejected(door, file, APPLICATIONS, "2015-12").reason


def test_a_falling_total_is_found_from_both_sides(door: Door, office: Write) -> None:
    door.take(office(december()), APPLICATIONS, "2015-12")
    earlier = office(december(北京=[10, 90, 0.5, 1001]), title="2015年11月申请", name="november.xlsx")
    found = rejected(door, earlier, APPLICATIONS, "2015-11")
    assert (found.code, "CN-BJ 1,001 -> 1,000" in found.reason) == ("SINCE_1985_FELL", True)
    door.take(office(december(北京=[10, 90, 0.5, 1000]), title="2015年11月申请", name="right.xlsx"), APPLICATIONS, "2015-11")


def test_growth_that_does_not_follow_from_last_year_is_reported_or_refused(door: Door, office: Write) -> None:
    flat = {name: [v[0], v[1], 0.0, v[3]] for name, v in december().items()}
    door.take(office(flat), APPLICATIONS, "2015-12")
    next_year = flat | {"北京": [10, 110, 10.1, 1200], "上海": [10, 110, 10.0, 1200]}  # 110 against 100 is 10.0 %
    receipt = door.take(office(next_year, title="2016年12月申请", name="b.xlsx"), APPLICATIONS, "2016-12")
    growth = [finding for finding in receipt.delivery.findings if finding.code == "GROWTH_DIFFERS"]
    assert len(growth) == 1
    assert "CN-BJ 10.1% (10.0%)" in growth[0].en and "CN-SH" not in growth[0].en
    # 37 rows, of which Macao had none a year before
    shuffled = flat | {name: [10, 110, -3.0, 1300] for name in MAINLAND[:20]}
    with pytest.raises(Rejected, match="the printed growth of 20 of 36 areas does not follow from 2015-12"):
        door.take(office(shuffled, title="2016年12月申请", name="c.xlsx"), APPLICATIONS, "2016-12", issued=date(2017, 1, 20))


def test_the_old_xls_gives_the_same_as_the_new_xlsx(door: Door, office: Write, tmp_path: Path) -> None:
    door.take(FILES / "2016-04_invention_applications.xls", APPLICATIONS, "2016-04")
    table = {"北京": [7, 30, 1.5, 900], "上海": [3, 11, -2.0, 400], "深圳": [2, 9, 0.0, 100], "广东": [4, 20, 8.25, 700]}
    twin = Door(DataRoot(tmp_path / "twin"), door.contracts, door.dimensions)
    twin.take(office(table, title="2016年4月国内发明专利申请受理状况"), APPLICATIONS, "2016-04")
    columns = ["series_id", "ref_area", "period_kind", "value"]
    assert door.rows().select(columns).rows() == twin.rows().select(columns).rows()
    assert value(door.rows(), "domestic_invention_applications_ytd_yoy", "cumulative-to-date", "CN-GD") == "8.25"


def test_an_error_cell_of_an_old_xls_is_not_taken_for_a_blank(door: Door) -> None:
    found = rejected(door, FILES / "2016-04_error_cell.xls", APPLICATIONS, "2016-04")
    assert (found.code, "表!B6" in found.reason) == ("BAD_VALUE", True)
