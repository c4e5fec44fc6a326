"""Real records of other offices, through contracts written as a user would write them (real/*.yaml).

Every row goes through the door of registers: staging, quarantine, facts. What a register's contract cannot say is done before,
here: title lines, notes and years as columns are unfolded (from cells as `ipmon.containers` reads them, GB18030 and .xls too),
headers get the names of fields, and dates such as 22/11/2019 are turned round. No row is dropped or mended on the way.
"""

import csv
import gzip
import re
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import ibis
import polars as pl
import pytest

from assets.measures.durations import averages, durations
from ipmon.containers import open_grid
from ipmon.contracts import Limits
from ipmon.deliveries import Delivery
from ipmon.dimensions import load_dimensions
from ipmon.errors import Rejected
from ipmon.paths import DataRoot
from ipmon.registers.contract import Register, load_registers
from ipmon.registers.facts import build_facts
from ipmon.registers.intake import receive
from ipmon.registers.ipc import Rule, coverage, normal
from ipmon.registers.store import Store

HERE = Path(__file__).resolve().parent
NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
LIMITS = Limits(bytes=20_000_000, rows=10_000)
AREAS = load_dimensions(HERE.parents[1] / "assets" / "dimensions", []).area_aliases
GROUPS = """
    AFE AFW ARB CEB CSS EAP EAR EAS ECA ECS EMU EUU FCS HIC HPC IBD IBT IDA IDB IDX INX LAC LCN LDC LIC LMC LMY LTE MEA MIC
    MNA NAC OED OSS PRE PSS PST SAS SSA SSF SST TEA TEC TLA TMN TSA TSS UMC WLD"""
"""The World Bank's codes of groups of countries."""


@pytest.fixture(scope="module")
def registers() -> dict[str, Register]:
    problems: list[str] = []
    loaded = load_registers(HERE / "real", problems)
    assert problems == []
    return loaded


@pytest.fixture
def root(tmp_path: Path) -> DataRoot:
    return DataRoot(tmp_path / "data")


class Office:
    """One register of one data root, as its keeper uses it."""

    def __init__(self, register: Register, root: DataRoot, folder: Path) -> None:
        self.register, self.root, self.folder = register, root, folder
        self.deliveries: list[Delivery] = []

    def deliver(self, rows: pl.DataFrame, period: str, encoding: str = "utf-8") -> Delivery:
        file = self.folder / f"{self.register.id}_{period}.csv"
        file.write_bytes(rows.write_csv().encode(encoding))
        self.deliveries.append(receive(file, self.register, period, None, self.root, NOW).delivery)
        return self.deliveries[-1]

    def quarantine(self) -> pl.DataFrame:
        store = Store(self.root)
        return pl.concat([pl.read_parquet(store.quarantine(d.source_id, d.period, d.delivery_id)) for d in self.deliveries])

    def codes(self) -> dict[str, int]:
        return dict(self.quarantine()["code"].value_counts().iter_rows())

    def facts(self) -> ibis.Table:
        build_facts(self.root, {self.register.id: self.register}, self.deliveries, None, lambda _: None)
        files = Store(self.root).facts(self.register.facts).glob("*.parquet")
        return ibis.duckdb.connect().read_parquet([str(file) for file in files])


# India: the patent journal of 2019


@pytest.fixture(scope="module")
def journal(shared: Path) -> pl.DataFrame:
    """The file with the names of the fields; `47/2019 Dated 22/11/2019` is an issue and a date, and dates are written as ISO."""
    file = pl.read_csv(shared / "real" / "india_ipo_grants" / "2019_grants.csv", infer_schema=False)
    issued = pl.col("journal")
    return file.select(
        pl.col("Patent Number").alias("patent_no"),
        pl.col("Application Number").alias("application_no"),
        turned(pl.col("Date of Application")).alias("filing_date"),
        turned(pl.col("Date of Priority")).alias("priority_date"),
        pl.col("Patentee Name").alias("patentee"),
        pl.col("Office").alias("office"),
        issued.str.extract(r"^(\d+/\d{4})").alias("issue"),
        turned(issued.str.extract(r"(\d{2}/\d{2}/\d{4})$")).alias("granted_on"),
    )


def turned(day: pl.Expr) -> pl.Expr:
    return day.str.replace(r"^(\d{2})/(\d{2})/(\d{4})$", "$3-$2-$1")


@pytest.fixture
def india(registers: dict[str, Register], root: DataRoot, tmp_path: Path) -> Office:
    return Office(registers["india_patent_grants"], root, tmp_path)


def test_india_s_journal_is_split_into_clean_and_quarantined_rows(india: Office, journal: pl.DataFrame) -> None:
    """993 rows lack the journal and so their date; 18 of the others were filed on 1 January 1900 (SOURCE.md names both traps)."""
    delivery = india.deliver(journal, "2019")
    assert (journal.height, delivery.rows, delivery.rows_bad) == (22_897, 21_886, 1_011)
    assert india.codes() == {"REQUIRED": 993, "FILED_SINCE_THE_LAW": 18}
    bad = india.quarantine()
    assert set(bad.filter(code="REQUIRED")["field"]) == {"granted_on"}
    assert set(bad.filter(code="FILED_SINCE_THE_LAW")["value"]) == {"1900-01-01"}
    lines = (india.folder / "india_patent_grants_2019.csv").read_text("utf-8").splitlines()
    assert all(lines[line - 1] == raw for line, raw in bad.select("line", "raw").iter_rows())


def test_india_s_grants_took_103_61_months_on_average_and_103_79_at_the_median(india: Office, journal: pl.DataFrame) -> None:
    india.deliver(journal, "2019")
    whole = durations(india.facts(), "filing_date", "granted_on", by=("month",))
    ((month, cases, mean, median),) = averages(whole.to_polars()).select("month", "cases", "mean", "median").iter_rows()
    assert (month, cases, round(mean, 2), round(median, 2)) == ("2019", 21_886, 103.61, 103.79)


def test_issue_50_of_2019_has_388_grants_of_which_delhi_has_153(india: Office, journal: pl.DataFrame) -> None:
    """As published; one of the 388, of Mumbai, has a filing date of 1900 and is in quarantine."""
    india.deliver(journal, "2019")
    issue = india.facts().filter(ibis._.issue == "50/2019").to_polars()
    refused = india.quarantine()["raw"].filter(india.quarantine()["raw"].str.contains(",50/2019,", literal=True)).to_list()
    assert (issue.height, len(refused), issue.height + len(refused)) == (387, 1, 388)
    assert issue.filter(office="DELHI").height == 153 and "DELHI" not in refused[0]


def test_a_patent_that_stands_twice_is_quarantined_once(india: Office, journal: pl.DataFrame) -> None:
    again = journal.filter(issue="50/2019").head(7)
    delivery = india.deliver(pl.concat([journal, again]), "2019")
    assert (delivery.rows, india.codes()["DUPLICATE"]) == (21_886, 7)


def test_india_s_file_is_refused_whole_where_a_contract_bears_one_percent(india: Office, journal: pl.DataFrame) -> None:
    india.register = india.register.model_copy(update={"bad_share": 0.01})
    with pytest.raises(Rejected, match=r"TOO_MANY_BAD_ROWS .* 1,011 of 22,897 rows"):
        india.deliver(journal, "2019")


# China's provinces, National Bureau of Statistics


def unfolded(path: Path) -> dict[tuple[str, int], str]:
    """A page of provinces by years as {(province, year): text}: what stands above the header or has no number is no row."""
    cells = open_grid(path.read_bytes(), path.suffix, ["utf-8", "gb18030"], LIMITS).cells
    header = next(n for n, row in enumerate(cells) if row[0].strip() == "地区")
    years = [int(re.sub(r"\D", "", name)) for name in cells[header][1:] if name.strip()]
    rows = {row[0].strip(): [text.strip() for text in row[1:]] for row in cells[header + 1 :]}
    return {(name, year): text for name, texts in rows.items() for year, text in zip(years, texts, strict=False) if text}


@pytest.fixture
def bureau(shared: Path) -> Path:
    return shared / "real" / "nbs_china_provinces"


KINDS = {"invention": "invention", "utility_model": "practical", "design": "design", "all_kinds": "sum"}


def yearly(bureau: Path) -> dict[int, list[dict[str, object]]]:
    """The four pages of grants as rows, by year."""
    pages = {field: unfolded(bureau / f"andrea_patent_{name}.csv") for field, name in KINDS.items()}
    rows: dict[int, list[dict[str, object]]] = defaultdict(list)
    for name, year in pages["all_kinds"]:
        numbers = {field: page[name, year] for field, page in pages.items()}
        rows[year].append({"area": AREAS[name], "region": name, "year": year, **numbers})
    return rows


def test_three_kinds_make_the_total_in_all_310_province_years(
    bureau: Path, registers: dict[str, Register], root: DataRoot, tmp_path: Path
) -> None:
    office = Office(registers["nbs_province_grants"], root, tmp_path)
    for year, rows in yearly(bureau).items():
        office.deliver(pl.DataFrame(rows), str(year), encoding="gb18030")
    assert {(d.encoding, d.rows, d.rows_bad) for d in office.deliveries} == {("gb18030", 31, 0)} and len(office.deliveries) == 10
    facts = office.facts().to_polars()
    assert (
        facts.height,
        facts.filter(pl.sum_horizontal("invention", "utility_model", "design") == pl.col("all_kinds")).height,
    ) == (310, 310)
    beijing = facts.filter(ref_area="CN-BJ", month="2016").select("region", "invention", "all_kinds").row(0)
    assert beijing == ("北京市", 40_602, 100_578)


def test_a_province_whose_kinds_miss_the_total_is_refused(
    bureau: Path, registers: dict[str, Register], root: DataRoot, tmp_path: Path
) -> None:
    rows = yearly(bureau)[2016]
    rows[0]["design"] = str(int(str(rows[0]["design"])) + 1)
    with pytest.raises(Rejected, match=r"KINDS_MAKE_THE_TOTAL 1.*the three kinds make the total"):
        Office(registers["nbs_province_grants"], root, tmp_path).deliver(pl.DataFrame(rows), "2016")


def test_two_vintages_of_provincial_product_stand_side_by_side(
    bureau: Path, registers: dict[str, Register], root: DataRoot, tmp_path: Path
) -> None:
    """GB18030 with title lines before the census of 2018, the .xls after it: 31 provinces in the 13 years that both have."""
    before = unfolded(bureau / "tobby_gdp_1993_2017_gb18030.csv")
    after = unfolded(bureau / "xiaoqi_gdp_2005_2023.xls")
    office = Office(registers["nbs_province_gdp"], root, tmp_path)
    for year in range(2005, 2018):
        both = [("first", before), ("census", after)]
        rows = [(AREAS[n], y, vintage, text) for vintage, page in both for (n, y), text in page.items() if y == year]
        office.deliver(pl.DataFrame(rows, ["area", "year", "vintage", "product"], orient="row"), str(year))
    assert {(d.rows, d.rows_bad) for d in office.deliveries} == {(62, 0)}
    wide = office.facts().to_polars().pivot("vintage", index=["ref_area", "month"], values="product")
    assert (wide.height, wide.filter(pl.col("first") != pl.col("census")).height) == (403, 403)
    tianjin = wide.filter(ref_area="CN-TJ", month="2017").select(pl.col("first", "census").cast(pl.String)).row(0)
    assert tianjin == ("18549.19", "12450.60")


@pytest.mark.parametrize(
    ("one", "other", "cells"),
    [
        ("andrea_GDP.csv", "tobby_gdp_1993_2017_gb18030.csv", 310),
        ("eoocl_gdp_2019_2023_gb18030.csv", "xiaoqi_gdp_2005_2023.xls", 124),
    ],
)
def test_one_vintage_reads_alike_from_two_containers(bureau: Path, one: str, other: str, cells: int) -> None:
    first, second = unfolded(bureau / one), unfolded(bureau / other)
    assert len(first) == cells and {key: float(text) - float(second[key]) for key, text in first.items()} == dict.fromkeys(
        first, 0.0
    )


# World Bank: four title lines, a byte order mark, years as columns


@pytest.fixture(scope="module")
def worldbank(shared: Path) -> dict[tuple[str, str, int], str]:
    """Cells by (country, indicator, year), all that are filled."""
    path = shared / "real" / "worldbank_sci_tech" / "science-and-technology-raw-2021.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if row]
    header = next(n for n, row in enumerate(rows) if row[0] == "Country Name")
    years = rows[header][4:]
    cells = {(r[1], r[3], y): t for r in rows[header + 1 :] for y, t in zip(years, r[4:], strict=True) if t}
    return {(country, indicator, int(year)): text for (country, indicator, year), text in cells.items()}


def test_residents_and_others_make_all_trademark_applications_of_every_country_but_one(
    worldbank: dict[tuple[str, str, int], str], registers: dict[str, Register], root: DataRoot, tmp_path: Path
) -> None:
    """Groups of countries also sum totals whose origin is unknown; of countries only Albania's own figures do not add up.

    684 + 2,814 is not 3,497 (2017), and 917 + 2,802 is not 3,713 (2018).
    """
    names = {"resident": "IP.TMK.RESD", "nonresident": "IP.TMK.NRES", "all_origins": "IP.TMK.TOTL"}
    whole = [(c, y) for c, i, y in worldbank if i == "IP.TMK.TOTL" and all((c, n, y) in worldbank for n in names.values())]
    rows = [
        {"updated_on": "2021-09-15", "country": c, "of_year": y, **{f: worldbank[c, n, y] for f, n in names.items()}}
        for c, y in sorted(whole)
    ]
    office = Office(registers["worldbank_trademarks"], root, tmp_path)
    delivery = office.deliver(pl.DataFrame(rows), "2021")
    assert delivery.rows + delivery.rows_bad == len(rows) and set(office.codes()) == {"ORIGINS_MAKE_THE_TOTAL"}
    refused = {tuple(raw.split(",")[1:3]) for raw in office.quarantine()["raw"]}
    assert {(country, year) for country, year in refused if country not in GROUPS.split()} == {("ALB", "2017"), ("ALB", "2018")}
    china = office.facts().filter(ibis._.country == "CHN", ibis._.of_year == 2010).to_polars()
    assert china.select("resident", "nonresident", "all_origins").row(0) == (973_514, 83_049, 1_056_563)


def test_china_s_patent_applications_of_2019_are_residents_and_others(worldbank: dict[tuple[str, str, int], str]) -> None:
    """1,400,661 applications in 2019, as the office and WIPO publish; the World Bank prints the two parts and no total."""
    assert sum(int(worldbank["CHN", f"IP.PAT.{origin}", 2019]) for origin in ("RESD", "NRES")) == 1_400_661


# IP Australia: a row for every applicant and IPC symbol of an application


@pytest.fixture(scope="module")
def pairs(shared: Path) -> pl.DataFrame:
    raw = gzip.decompress((shared / "real" / "ipgod_au_2016" / "IPGOD_data_all.csv.gz").read_bytes())
    return pl.read_csv(raw, infer_schema=False).select(
        pl.col("australian_appl_no").str.strip_suffix(".0").alias("application_no"),
        pl.col("cleanname").str.to_lowercase().alias("applicant"),  # all are capitals, so nothing becomes alike
        pl.col("application_year").str.strip_suffix(".0").alias("filed_in"),
        pl.col("state"),
        pl.col("ipc_mark_value").map_elements(normal, pl.String).alias("ipc"),
        pl.lit("2016").alias("edition"),
    )


def test_australian_applications_are_counted_once_under_fan_out(
    pairs: pl.DataFrame, registers: dict[str, Register], root: DataRoot, tmp_path: Path
) -> None:
    """161,170 rows of 73,838 applications (SOURCE.md); repeated pairs go to quarantine, no application is lost."""
    office = Office(registers["australia_applicants"], root, tmp_path)
    delivery = office.deliver(pairs, "2016")
    seen = {(row[0], row[1].strip(), row[4]) for row in pairs.iter_rows()}
    assert (delivery.rows + delivery.rows_bad, delivery.rows) == (161_170, len(seen))
    assert office.codes() == {"DUPLICATE": 161_170 - len(seen)}
    facts = office.facts()
    assert facts.application_no.nunique().to_pyarrow().as_py() == 73_838
    by_section = facts.drop_null("technology").group_by("technology").agg(n=ibis._.application_no.nunique()).to_polars()
    naive: dict[str, set[str]] = defaultdict(set)
    for application, *_, ipc, _edition in pairs.iter_rows():
        naive[f"ipc_{ipc[0].lower()}" if ipc else ""].add(application)
    assert dict(by_section.iter_rows()) == {code: len(found) for code, found in naive.items() if code}
    assert by_section["n"].sum() > len(set().union(*(found for code, found in naive.items() if code)))


def test_a_theme_counts_australian_applications_and_not_their_rows(
    pairs: pl.DataFrame, registers: dict[str, Register], root: DataRoot, tmp_path: Path
) -> None:
    office = Office(registers["australia_applicants"], root, tmp_path)
    office.deliver(pairs, "2016")
    theme = coverage([Rule(ipc="A61B"), Rule(ipc="A61M")])
    found = office.facts().filter(theme.found_in(ibis._.ipc))
    naive = {row[0] for row in pairs.iter_rows() if row[4] and row[4].startswith(("A61B", "A61M"))}
    assert found.application_no.nunique().to_pyarrow().as_py() == len(naive) < found.count().to_pyarrow().as_py()
