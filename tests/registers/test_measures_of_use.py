"""Measures of the use of patents on facts whose numbers were worked by hand (cases_use.yaml).

Belongs here: assets/measures on pledges, transactions, inventory, industries, products, high value. Not here: running them.
"""

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import ibis
import polars as pl
import pytest
import yaml

from assets.measures import high_value, industries, inventory, pledges, products, transactions
from ipmon.dimensions import DIMENSIONS
from ipmon.paths import CHECKOUT
from ipmon.registers.cells import rolled, through, totalled
from ipmon.registers.contract import SQL_TYPES, load_registers
from ipmon.registers.measure import Basis, Measure

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "cases_use.yaml").read_text("utf-8"))
MODULES = (high_value, industries, inventory, pledges, products, transactions)
MEASURES = {m.id: m for module in MODULES for m in vars(module).values() if isinstance(m, Measure)}
FACTS = {register.facts: register for register in load_registers(CHECKOUT / "assets" / "registers", []).values()}
TYPES = {
    "VARCHAR": pl.String,
    "INTEGER": pl.Int32,
    "DATE": pl.Date,
    "BIGINT": pl.Int64,
    "DECIMAL(20,2)": pl.Decimal(20, 2),
    "BOOLEAN": pl.Boolean,
}
THEMES = ("records_pledges", "records_conversion", "records_industries", "records_services")
CLOSE = 1e-9


@pytest.fixture(scope="module")
def duck() -> Iterator[Any]:
    connection = ibis.duckdb.connect()
    yield connection
    connection.disconnect()


def facts(fact: str, given: str) -> ibis.Table:
    """The given rows with all columns of the fact, typed as the register's contract says."""
    fields = FACTS[fact].fields.items()
    columns = {**dict.fromkeys(("period", "month", "event", *DIMENSIONS), pl.String)}
    columns |= {name: TYPES[SQL_TYPES[field.kind]] for name, field in fields}
    rows = pl.read_csv(io.StringIO(given), schema_overrides=columns)
    if "month" in rows.columns and "period" not in rows.columns:
        rows = rows.with_columns(period="month")
    missing = [pl.lit(None, type_).alias(name) for name, type_ in columns.items() if name not in rows.columns]
    return ibis.memtable(rows.with_columns(missing).select(*columns).to_arrow())


def of(m: Measure, given: Mapping[str, str], by: tuple[str, ...]) -> ibis.Table:
    """The measure of the given facts and cells; in the window `history` facts have no period, as when it is run."""
    return m(*(given_to_measure(m, source, given) for source in m.given), by=by)


def given_to_measure(m: Measure, source: str | Measure | Basis, given: Mapping[str, str]) -> ibis.Table:
    if isinstance(source, Measure):
        return cells(source, given)
    if isinstance(source, Basis):
        return rows(source, given)
    table = facts(source, given[source])
    return table.drop("period") if m.windows == ("history",) else table


def rows(basis: Basis, given: Mapping[str, str], start: str = "") -> ibis.Table:
    """A basis frozen at the start of a month, or else of the table that it names, kept as it is when measures are run.

    One that grows has it all at once.
    """
    tables = {fact: facts(fact, given[fact]).drop("period") for fact in basis.given}
    if not basis.frozen:
        (table,) = tables.values()
        return ibis.memtable(ibis.duckdb.connect().to_polars(basis(table, table.select(*basis.columns).limit(0))))
    start = start or first_month(given[basis.frozen])
    limited = [t.filter(t.month == start if fact == basis.frozen else t.month < start) for fact, t in tables.items()]
    return ibis.memtable(ibis.duckdb.connect().to_polars(basis(*limited)))


def first_month(given: str) -> str:
    return min(row.split(",")[0] for row in given.splitlines()[1:] if row)


def cells(m: Measure, given: Mapping[str, str]) -> ibis.Table:
    """The cells of months of a measure of industries, whose facts are given by month."""
    months = facts(m.facts[0], given[m.facts[0]]).mutate(period=ibis._.month)
    return ibis.memtable(rolled(ibis.duckdb.connect().to_polars(m(months, by=("period", "industry"))), m.slices))


def given_to(id_: str) -> Mapping[str, str]:
    found: Mapping[str, str] = next(case["given"] for case in CASES if case["measure"] == id_)
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['measure']} by {' '.join(c['by'])}")
def test_a_measure_gives_what_was_worked_by_hand(duck: Any, case: dict[str, Any]) -> None:
    by = case["by"]
    wanted = pl.read_csv(io.StringIO(case["expect"]), schema_overrides=dict.fromkeys(by, pl.String)).sort(by)
    m = MEASURES[case["measure"]]
    found = duck.to_polars(of(m, case["given"], tuple(by))).sort(by)
    found = m.finish(found) if m.finish else found
    assert found.select(by).rows() == wanted.select(by).rows()
    for column in set(wanted.columns) - set(by):
        numbers = found[column].cast(pl.Float64).to_list()
        assert numbers == pytest.approx(wanted[column].to_list(), abs=CLOSE), column


def test_every_measure_has_a_case() -> None:
    worked_below = {"pii_density", "pii_list"}
    assert {case["measure"] for case in CASES} | worked_below == MEASURES.keys()


@pytest.mark.parametrize("id_", sorted(MEASURES.keys() - {"pii_density", "pii_list"}))
def test_every_slice_gives_the_same_columns(duck: Any, id_: str) -> None:
    m = MEASURES[id_]
    found = {tuple(duck.to_polars(of(m, given_to(id_), (*m.keys, *s))).drop(*m.keys, *s).columns) for s in m.kept_slices}
    assert len(found) == 1


def test_the_network_stands_at_the_end_of_every_month_delivered(duck: Any) -> None:
    """April came without events and ends as March did; without February nothing is told of March."""
    m = MEASURES["service_network"]
    ends = totalled(duck.to_polars(of(m, given_to(m.id), ("period",))), ())
    told = through(ends, m, ["2024-01", "2024-02", "2024-03", "2024-04"])
    assert told["prefecture_institutions"].to_list() == [1, 1, 2, 2]
    assert through(ends, m, ["2024-01"])["prefecture_institutions"].to_list() == [1]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2023-02", {"P4", "P7", "P8"}),  # granted by January; nothing had ended yet
        # P4 ended in January; P7 and P8 are converted a month later
        ("2024-02", {"P1", "P2", "P3", "P7", "P8", "P9", "P10", "P14", "P15"}),
        ("2024-03", {"P1", "P2", "P3", "P9", "P10", "P14", "P15"}),
    ],
)
def test_the_universe_is_that_of_the_start_of_a_month(start: str, expected: set[str]) -> None:
    given = given_to("inventory_coverage")
    first = given | {"inventory": given["inventory"].replace("2024-03,", f"{start},")}
    universe = rows(inventory.universe, first, start)
    assert set(universe.to_polars()["application_no"]) == expected


# Five classes, the same every year from 2019 to 2024. Inventions of 2019 to 2023: A1, A8 whole; A2 half and half; A3 one
# class named twice; A4 in three parts; A5 in no class. Outside: A0 of 2018, A6 no invention, A7 no grant. So 3911: 1 + 1/2 +
# 1/3 = 11/6, 2710: 1/2 + 1 + 1/3 = 11/6, 4710: 1/3, 3240: 1, 7320: 0; five in all. Every month has one of no class too. 2022 has
# four years of accounts and 2024 no patents of its own, so neither has a number.
CLASSES = """3911,ict_manufacturing,100,10000
2710,pharma_medical,10,20000
4710,,50,70000
7320,rd_design_services,40,100000
3240,,60,10000"""
ACCOUNTS = "year,vintage,gdp,industry,group,value_added,employment\n" + "\n".join(
    f"{year},final,1000,{row}" for year in range(2019, 2025) for row in CLASSES.splitlines()
)
GRANTS = """month,event,application_no,ip_type,ipc_all
2018-12,granted,A0,invention,G06F3/00
2019-01,granted,A1,invention,G06F3/00
2020-05,granted,A2,invention,G06F3/01;C07D1/00
2021-05,granted,A3,invention,C07D1/00; C07D 3/00
2021-06,granted,A6,utility_model,G06F3/00
2021-07,filed,A7,invention,G06F3/00
2022-05,granted,A4,invention,G06F1/00;C07D1/00;E04B1/00
2022-06,granted,A8,invention,C22C1/00
2023-12,granted,A5,invention,A01B1/00
""" + "".join(f"{year}-{n:02d},granted,N{year}{n},invention,A01B1/00\n" for year in range(2019, 2024) for n in range(1, 13))
DENSITIES = {"industry_accounts": ACCOUNTS, "patent_events": GRANTS}


def test_density_counts_a_patent_of_several_classes_in_parts(duck: Any) -> None:
    # 11/6 over 1 ten thousand, 11/6 over 2, 0 over 10; together 11/3 over 13.
    groups = duck.to_polars(of(MEASURES["pii_density"], DENSITIES, ("period", "industry"))).sort("industry")
    assert groups["period"].unique().to_list() == ["2023"]
    assert groups["industry"].to_list() == ["ict_manufacturing", "pharma_medical", "rd_design_services"]
    assert groups["inventions"].to_list() == pytest.approx([11 / 6, 11 / 6, 0], abs=CLOSE)
    assert groups["density"].to_list() == pytest.approx([11 / 6, 11 / 12, 0], abs=CLOSE)
    whole = duck.to_polars(of(MEASURES["pii_density"], DENSITIES, ("period",)))
    assert whole.rows() == [("2023", pytest.approx(11 / 3, abs=CLOSE), pytest.approx(11 / 39, abs=CLOSE))]


@pytest.mark.parametrize("missing", ["2019-01", "2021-03", "2023-12"])
@pytest.mark.parametrize("id_", ["pii_density", "pii_list"])
def test_without_one_of_sixty_months_there_is_no_number(duck: Any, id_: str, missing: str) -> None:
    months = "\n".join(row for row in GRANTS.splitlines() if not row.startswith(missing))
    assert duck.to_polars(of(MEASURES[id_], DENSITIES | {"patent_events": months}, ("period",))).rows() == []


def test_the_list_is_found_again_from_density_and_size(duck: Any) -> None:
    # All: 5 over 21 ten thousand. Denser: 3911, 2710 and 3240 (1 over 1). Average value added 260 / 5 = 52, employment 42,000:
    # 3911 and 3240 are large, 2710 is not; 4710 and 7320 are large and not dense. Official: 3911 agreed, 2710 theirs only,
    # 7320 has no rule. Ours only: 3240.
    found = duck.to_polars(of(MEASURES["pii_list"], DENSITIES, ("period",))).row(0, named=True)
    assert found.pop("threshold") == pytest.approx(5 / 21, abs=CLOSE)
    assert found == {"period": "2023", "agreed": 1, "only_ours": 1, "only_official": 1, "without_rule": 1}


def test_the_concordance_is_clear_and_says_whose_it_is() -> None:
    rules = industries.rules()
    assert rules["ipc"].is_unique().all() and rules["ipc"].str.contains(r"^[A-H]\d\d[A-Z]$").all()
    assert set(rules["basis"]) == {"project_default"}
    assert rules.select("industry", "zh", "en").unique().height == rules["industry"].n_unique()
    assert rules["industry"].n_unique() >= 20
    assert all(industries.WHOLE % parts == 0 for parts in range(1, 17))
