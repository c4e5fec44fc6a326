"""Officially published figures and the relations between them, held against the mart; published.yaml cites them."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

Mart = duckdb.DuckDBPyConnection
Cell = Mapping[str, Any]

PUBLISHED = yaml.load(Path(__file__).with_name("published.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)
KINDS = ("facts", "derived", "never_derived", "sums", "differences", "reconciled")
DIMENSIONS = {"ref_area": "CN"} | dict.fromkeys(("ip_type", "owner_kind", "industry", "technology", "counterpart_area"), "_T")
PROVINCES = PUBLISHED["provinces"]
SAR = ["CN-HK", "CN-MO", "CN-TW"]
OTHERS = ["CN-ZZ"]


def cases(kind: str) -> Any:
    return pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in PUBLISHED[kind]])


def rows(mart: Mart, cell: Cell, columns: str, **where: object) -> list[tuple[Any, ...]]:
    """The rows of a cell, on the day that it names or today; `where` replaces its dimensions, None lifts one."""
    wanted = DIMENSIONS | {"accumulation": cell.get("acc", "period"), "basis": cell.get("basis", "published")}
    wanted |= {name: cell[name] for name in DIMENSIONS if name in cell} | where  # type: ignore[operator]
    wanted |= {"indicator_id": cell["indicator"], "time_period": cell["period"]}
    table = f"as_of(date '{cell['as_of']}')" if "as_of" in cell else "observations"
    given = {name: value for name, value in wanted.items() if value is not None}
    conditions = " and ".join(f"{name} = ?" for name in given)
    return mart.execute(f"select {columns} from {table} where {conditions}", list(given.values())).fetchall()


def value_of(mart: Mart, cell: Cell, **where: object) -> Decimal:
    ((value,),) = rows(mart, cell, "value", **where)
    return Decimal(value)


def end(text: str) -> Decimal | None:
    return None if text == "~" else Decimal(text)


@cases("facts")
def test_a_published_figure_stands_as_printed(mart: Mart, case: Cell) -> None:
    ((value, low, high, unit, status),) = rows(mart, case, "value, value_low, value_high, unit, obs_status")
    assert (value, unit, status) == (Decimal(case["value"]), case["unit"], case.get("status", status))
    if "interval" in case:
        assert [low, high] == [end(text) for text in case["interval"]]


@pytest.mark.parametrize("case", [pytest.param(c, id=c["id"]) for c in PUBLISHED["facts"] if "from" in c])
def test_a_figure_is_known_from_its_announcement_and_not_before(mart: Mart, case: Cell) -> None:
    announced = date.fromisoformat(case["from"])
    before = rows(mart, {**case, "as_of": announced - timedelta(days=1)}, "value")
    assert (Decimal(case["value"]),) in rows(mart, {**case, "as_of": announced}, "value")
    assert (Decimal(case["value"]),) not in before


@cases("derived")
def test_a_relation_of_published_figures_holds(mart: Mart, case: Cell) -> None:
    value = value_of(mart, case, basis="derived")
    rounded = value.quantize(Decimal(1).scaleb(-int(case["decimals"])), ROUND_HALF_UP)
    assert rounded == Decimal(case["value"])
    assert rounded != Decimal(case.get("not", "NaN"))


@cases("never_derived")
def test_what_cannot_be_compared_is_not_derived(mart: Mart, case: Cell) -> None:
    assert rows(mart, case, "value", basis="derived") == []


@cases("sums")
def test_parts_add_up_to_the_printed_total(mart: Mart, case: Cell) -> None:
    printed, total = Decimal(case["printed"]), case["total"]
    parts = parts_of(mart, case)
    assert len(parts) == int(case.get("parts", len(case.get("codes", []))))
    assert sum(parts) - printed == Decimal(case.get("gap", 0))
    ((value, low, high),) = rows(mart, total, "value, value_low, value_high")
    assert low <= printed <= high if "total_rounded" in case else value == printed


def parts_of(mart: Mart, case: Cell) -> list[Decimal]:
    """The values of the parts that are there, looked up one code after another."""
    total, over = case["total"], case["over"]
    if over == "offices":
        offices = rows(mart, total, "ref_area, value", ref_area=None)
        return [value for office, value in offices if office != total["ref_area"]]
    codes = {"provinces": PROVINCES, "provinces_sar": [*PROVINCES, *SAR, *OTHERS]}.get(over, case.get("codes"))
    dimension = "ref_area" if over.startswith("provinces") else over
    usual = {"counterpart_area": "_T"} if dimension == "ref_area" else {}
    return [value for code in codes for (value,) in rows(mart, total, "value", **usual | {dimension: code})]


@cases("differences")
def test_differences_are_as_published(mart: Mart, case: Cell) -> None:
    assert value_of(mart, case["of"]) - value_of(mart, case["less"]) == Decimal(case["value"])
    if "twin" in case:
        assert value_of(mart, case["twin"]) == Decimal(case["value"])


@cases("reconciled")
def test_reconciliations_say_what_the_publications_show(mart: Mart, case: Cell) -> None:
    found = mart.execute(
        """select verdict, published_value - implied_value from reconciliations
        where identity_id = ? and indicator_id = ? and time_period = ? and ref_area = 'CN'
        and industry = '_T' and owner_kind = '_T'""",
        [case["identity"], case["indicator"], case["period"]],
    ).fetchall()
    ((verdict, gap),) = found
    assert verdict == case["verdict"]
    assert gap == Decimal(case.get("gap", gap))


def test_cities_and_the_corps_are_never_added_to_the_provinces_that_hold_them(mart: Mart) -> None:
    """Applications of January 2014: 56,052 of 31 provinces and 1,199 of Hong Kong, Macao and Taiwan make 57,251."""
    january = {"indicator": "domestic_invention_applications", "period": "2014-01"}
    provinces = sum(value_of(mart, january, ref_area=code) for code in PROVINCES)
    sar = sum(value_of(mart, january, ref_area=code) for code in SAR)
    assert (provinces, sar, provinces + sar) == (56052, 1199, 57251)
    naive = sum(value for area, value in rows(mart, january, "ref_area, value", ref_area=None) if area != "CN")
    assert naive > 74000, "the cities and the Corps are in the mart"
    for wrong in (naive, Decimal(74170)):
        assert mart.execute("select count(*) from observations where value = ?", [wrong]).fetchone() == (0,)
        assert mart.execute("select count(*) from reconciliations where implied_value = ?", [wrong]).fetchone() == (0,)


def test_there_are_enough_golden_figures_and_each_is_cited() -> None:
    everything = [case for kind in KINDS for case in PUBLISHED[kind]]
    assert len(everything) >= 75
    assert len({(kind, case["id"]) for kind in KINDS for case in PUBLISHED[kind]}) == len(everything)
    citations = PUBLISHED["citations"]
    assert {case["cite"] for case in everything} <= citations.keys()
    assert all(citation.keys() == {"publisher", "title", "date"} and all(citation.values()) for citation in citations.values())
