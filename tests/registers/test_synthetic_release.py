"""A release from simulated registers: the numbers are the truth, everything says that it is simulated, a month costs a month."""

import csv
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from os.path import normpath
from pathlib import Path

import duckdb
import openpyxl
import pytest
from conftest import CHECKOUT, TRIAL, commands, pages_of
from truths import ONLY_LONGER, Cells, codes_of, is_shown, read_truths, slice_of, told

from assets import declarations
from assets.measures import measures
from ipmon.deliveries import load_manifest
from ipmon.dimensions import DIMENSIONS
from ipmon.errors import IpmonError, Rejected
from ipmon.paths import DataRoot
from ipmon.registers.cells import cells, numbers
from ipmon.registers.measure import Measure, Window
from ipmon.registers.store import Store
from ipmon.registers.update import Registers
from ipmon.registry import Measured
from ipmon.simulator.simulate import simulate
from ipmon.synthetic import KEPT
from pipelines.receiving import receive
from pipelines.run import run

SHIPPED = CHECKOUT / "data" / "raw"
LAST, AFTER = "2024-12", "2025-01"
MEASURES = {m.id: m for m in measures()}
TOTALS = dict.fromkeys(DIMENSIONS, "_T")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The trial of docs/operations.md, typed as it says: a simulated root with a release."""
    project = tmp_path_factory.mktemp("simulated") / "project"
    project.mkdir()
    (project / ".venv").symlink_to(CHECKOUT / ".venv")
    for command in (c for c in commands("docs/operations.md") if TRIAL in c):
        done = subprocess.run(["bash", "-c", command], cwd=project, capture_output=True, text=True)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
    assert f"LATE pledge_registrations {AFTER}" in " ".join(done.stdout.split())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPMON_HOME", str((project / TRIAL).resolve()))
        yield (project / TRIAL).resolve()


@pytest.fixture(scope="module")
def mart(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(home / "marts" / "current" / "public.duckdb"), read_only=True) as connection:
        yield connection


def due(rule: Measured, truth: dict[str, Cells], window: Window) -> Cells:
    """The cells of the truth that an indicator must show of one window of its measure."""
    m = MEASURES[rule.measure]
    return {
        key: value
        for key, value in truth[f"{m.id}_to_date" if window == "to_date" else m.id].items()
        if is_shown(key, rule) and slice_of(key) in [set(s) for s in m.slices_of(window)] and is_whole(m, window, key[1])
    }


def is_whole(m: Measure, window: Window, period: str) -> bool:
    """Whether all months of a period were delivered, of which there is no number otherwise."""
    if m.kind == "cohort" or window == "history":
        return True
    if window == "year":
        return period == LAST[:4] or (m.facts == ("industry_accounts",) and len(period) == 4)
    return len(period) == len(LAST) and (window == "month" or period[:4] == LAST[:4])


def test_every_number_from_records_is_the_truth(home: Path, mart: duckdb.DuckDBPyConnection) -> None:
    """Every number told is the truth, and every number of the truth is told; what is not in the truth is 0."""
    truth, held, wrong = read_truths(home / "truth"), set(), []
    for id_, indicator in declarations().registry.indicators.items():
        if rule := indicator.measured:
            windows = MEASURES[rule.measure].windows
            for to_date in {window == "to_date" for window in windows}:
                of = [due(rule, truth, window) for window in windows if (window == "to_date") == to_date]
                want = {key: value for cells in of for key, value in cells.items() if value}
                have = told(mart, id_, rule, to_date)
                wrong += [
                    (id_, key, v, want.get(key)) for key, v in have if v != pytest.approx(want.get(key, 0), rel=1e-9, abs=1e-6)
                ]
                wrong += [(id_, key, None, want[key]) for key in want.keys() - {key for key, _ in have}]
                held |= {id_} if want else set()
    assert wrong == []
    measured = {id_ for id_, indicator in declarations().registry.indicators.items() if indicator.measured}
    assert measured - held == set(ONLY_LONGER)


def test_every_column_of_every_measure_has_a_truth(home: Path) -> None:
    """Also the columns that no indicator shows; the longer world has those that have no number here.

    A measure that only others rest on is held through these.
    """
    truth, store = read_truths(home / "truth"), Store(DataRoot(home))
    without = set()
    only_given = {source.id for m in MEASURES.values() for source in m.given if isinstance(source, Measure)}
    for m in MEASURES.values():
        frame = cells(store, m, m.windows[0])
        if frame is not None and m.id not in only_given:
            without |= {(m.id, column) for column in {*numbers(frame)} - {key[0] for key in truth[m.id]}}
    rules = [declarations().registry.indicators[id_].measured for id_ in ONLY_LONGER]
    assert without <= {(rule.measure, rule.column) for rule in rules if rule}


def test_nothing_that_was_delivered_is_lost(home: Path) -> None:
    with (home / "raw" / "manifest.jsonl").open(encoding="utf-8") as lines:
        deliveries = [json.loads(line) for line in lines]
    bad = sum(line.get("rows_bad", 0) for line in deliveries)
    with (home / "truth" / "dirt.csv").open(encoding="utf-8", newline="") as file:
        assert bad == sum(int(row["rows"]) for row in csv.DictReader(file)) > 0
    assert all(line["synthetic"] for line in deliveries)


def test_everything_a_reader_may_meet_says_that_it_is_simulated(home: Path, mart: duckdb.DuckDBPyConnection) -> None:
    release = home / "marts" / "current"
    assert release.resolve().name.startswith("SYNTHETIC-")
    assert mart.execute("select is_synthetic from release").fetchall() == [(True,)]
    comments = mart.execute("select comment from duckdb_tables() union all select comment from duckdb_views() where not internal")
    assert all(comment.startswith("模拟数据 SYNTHETIC") for (comment,) in comments.fetchall())
    named = [path for path in release.rglob("*") if path.is_file() and path.suffix not in KEPT]
    assert named
    assert [path.name for path in named if not path.name.startswith("SYNTHETIC_")] == []
    for picture in (release / "charts").glob("*.svg"):
        title = re.search("<title>(.*?)</title>", picture.read_text("utf-8"), re.DOTALL)
        assert title is not None
        assert ("模拟数据" if picture.stem.endswith("_zh") else "SYNTHETIC") in title[1]
    for lang, word in (("zh", "模拟数据"), ("en", "SYNTHETIC")):
        for document, longest in (("bulletin", 8), ("annual_report", 30)):
            pages = pages_of(release / f"SYNTHETIC_{document}_{lang}.pdf")
            assert len(pages) <= longest
            assert all(word in page for page in pages)
    pages = [*release.rglob("*.html"), release.parent / "archive.html"]
    assert len(pages) > 500
    for page in pages:
        text = page.read_text("utf-8")
        assert "<title>【模拟数据 SYNTHETIC】" in text and '<p class="mark">' in text, page.name
        links = {link for link in re.findall(r'<a href="([^"#]+)"', text) if not link.startswith("http")}
        assert [link for link in links if not Path(normpath(page.parent / link)).is_file()] == [], page.name
    for name in ("SYNTHETIC_quality.html", "CITATION.cff", "datapackage.json", "sdmx/SYNTHETIC_structure.xml"):
        text = (release / name).read_text("utf-8")
        assert "模拟数据" in text and "SYNTHETIC" in text, name
    tops = [str(sheet["A1"].value) for sheet in openpyxl.load_workbook(release / "SYNTHETIC_workbook.xlsx", read_only=True)]
    assert len(tops) > 10 and all("模拟数据" in top and "SYNTHETIC" in top for top in tops)


def test_nothing_is_said_of_published_figures_that_are_not_in_it(home: Path, mart: duckdb.DuckDBPyConnection) -> None:
    """Definitions, targets and documents are the real ones; what is known of real series and deliveries stays out."""
    release = home / "marts" / "current"
    for table in ("breaks", "series_breaks", "corrections", "excluded", "alerts"):
        assert mart.execute(f"select count(*) from {table}").fetchall() == [(0,)], table
    assert mart.execute("select count(*) from observations where obs_status = 'B'").fetchall() == [(0,)]
    assert mart.execute("select publisher, count(*) from sources group by all").fetchall() == [("模拟数据 SYNTHETIC", 9)]
    assert mart.execute("select distinct publisher from observations where basis = 'records'").fetchall() == [
        ("模拟数据 SYNTHETIC",)
    ]
    reasons = mart.execute("select reason_zh || ' ' || reason_en from assessments").fetchall()
    assert any("没有模拟值。 There is no simulated value" in reason for (reason,) in reasons)
    assert [reason for (reason,) in reasons if "公布" in reason or "published" in reason] == []
    cover = next(iter(openpyxl.load_workbook(release / "SYNTHETIC_workbook.xlsx", read_only=True)))
    said = " ".join(str(cell) for row in cover.iter_rows(values_only=True) for cell in row if cell)
    for text in (said, *((release / name).read_text("utf-8") for name in ("CITATION.cff", "datapackage.json"))):
        flat = re.sub(r"\s+", " ", text)
        assert "由模拟登记记录算出" in flat and "computed from simulated records" in flat.lower()
        assert "各机关已公布的数字" not in flat and "Published figures followed" not in flat
    for lang, of, claims in (
        ("zh", "数值由模拟登记记录算出", "依据已公布数据"),
        ("en", "computed from simulated records", "in published"),
    ):
        for document in ("bulletin", "annual_report"):
            first = "".join(pages_of(release / f"SYNTHETIC_{document}_{lang}.pdf")[0].split())
            assert "".join(of.split()) in first and "".join(claims.split()) not in first
    page = (release / "indicators" / "SYNTHETIC_pii_share_of_gdp.html").read_text("utf-8")
    assert "没有已知的中断。" in page and "第五次全国经济普查" not in page
    assert "counted from records" in page and ">官方<" not in page


def test_counts_of_a_small_trial_are_told_one_by_one(home: Path, mart: duckdb.DuckDBPyConnection) -> None:
    """The same number of items in mart, chart, report and page: 1,173, not 0.12 ten thousand."""
    release, grants = home / "marts" / "current", read_truths(home / "truth")["grants"]
    (granted,) = (v for key, v in grants.items() if key[1] == LAST[:4] and codes_of(key) == TOTALS | {"ip_type": "utility_model"})
    assert 100 < granted < 10_000
    query = "select value_shown, unit_zh from values_with_names where indicator_id = 'utility_model_grants' and ref_area = 'CN'"
    query += f" and time_period = '{LAST[:4]}' and breakdown_zh = ''"
    assert mart.execute(query).fetchall() == [(granted, "件")]
    chart = (release / "charts" / "SYNTHETIC_filings_and_grants_zh.svg").read_text("utf-8")
    assert f"{granted:,.0f}件</title>" in chart
    for lang, said in (("zh", "实用新型授权{:,.0f}件"), ("en", "{:,.0f}utilitymodels")):
        pages = "".join(pages_of(release / f"SYNTHETIC_annual_report_{lang}.pdf"))
        assert said.format(granted) in "".join(pages.split())
    page = (release / "indicators" / "SYNTHETIC_utility_model_grants.html").read_text("utf-8")
    assert f'<span lang="zh">{granted:,.0f}件</span>' in page


def test_facts_were_checked(mart: duckdb.DuckDBPyConnection) -> None:
    tables = {name for (name,) in mart.execute("select distinct table_name from checks").fetchall()}
    assert {register.facts for register in declarations().registers.values()} <= tables


def test_nothing_new_publishes_nothing(home: Path) -> None:
    assert run(None).startswith("Nothing new")


def test_real_deliveries_do_not_enter(home: Path, tmp_path: Path) -> None:
    raw = next(SHIPPED.glob("examination_cycles/*/*.csv"))
    with pytest.raises(Rejected, match="SYNTHETIC_MIX"):
        receive(raw, "examination_cycles", "2024", date(2026, 1, 1), DataRoot(home))
    simulated = next((home / "raw" / "pledge_registrations").glob("*/*.csv"))
    copy = tmp_path / "pledges.csv"
    shutil.copy(simulated, copy)
    with pytest.raises(Rejected, match="SYNTHETIC_MIX"):
        receive(copy, "pledge_registrations", simulated.parent.name, None, DataRoot(tmp_path / "real"))


def test_a_root_of_real_deliveries_is_not_simulated_into(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    shutil.copy(SHIPPED / "manifest.jsonl", tmp_path / "raw")
    with pytest.raises(IpmonError):
        simulate(tmp_path, 10, 1, 0.0, declarations().registers, lambda _: None)


def test_a_month_without_its_file_costs_only_itself(home: Path) -> None:
    """A fact file that is lost is made again from its delivery, with the same bytes; no other month and no cell is touched."""
    store = Store(DataRoot(home))

    def touched() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in store.folder.rglob("*.parquet")}

    before, lost = touched(), store.fact_file("pledges", LAST)
    (apart,) = store.folder.glob(f"quarantine/pledge_registrations/{LAST}/*.parquet")
    contents = lost.read_bytes(), apart.read_bytes()
    lost.unlink()
    Registers(DataRoot(home), declarations().registers, measures()).update(load_manifest(DataRoot(home)), lambda _: None)
    after = touched()
    assert before.keys() == after.keys()
    assert {path for path in before if before[path] != after[path]} == {lost, apart}
    assert (lost.read_bytes(), apart.read_bytes()) == contents
