"""A release from simulated registers: the numbers are the truth, everything says that it is simulated, a month costs a month."""

import csv
import json
import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import openpyxl
import pypdf
import pytest

from assets import declarations
from ipmon.dimensions import DIMENSIONS
from ipmon.errors import IpmonError, Rejected
from ipmon.paths import DataRoot
from ipmon.registers.store import Store
from ipmon.simulator.levels import load_levels
from ipmon.simulator.simulate import simulate
from ipmon.synthetic import KEPT
from pipelines.receiving import receive
from pipelines.run import run

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "raw"
FIRST, LAST = "2023-07", "2024-12"
Truth = dict[tuple[str, ...], float]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A simulated root with a release."""
    folder = tmp_path_factory.mktemp("simulated") / "data"
    months = load_levels().model_copy(update={"first_month": FIRST, "last_month": LAST})
    simulate(folder, 4_000, 7, 0.002, declarations().registers, lambda _: None, levels=months)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPMON_HOME", str(folder))
        run(None)
        yield folder


@pytest.fixture(scope="module")
def mart(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(home / "marts" / "current" / "public.duckdb"), read_only=True) as connection:
        yield connection


def truths(home: Path) -> dict[str, Truth]:
    """By measure, what each cell must be: keyed by column, period and all dimensions."""
    found: dict[str, Truth] = defaultdict(dict)
    for path in sorted((home / "truth").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if path.stem != "dirt" and row["value"] != "":
                    codes = (row.get(d, "_T") for d in DIMENSIONS)
                    found[path.stem][row["column"], row["period"], *codes] = float(row["value"])
    return found


def test_every_number_of_the_release_that_has_a_truth_is_the_truth(home: Path, mart: duckdb.DuckDBPyConnection) -> None:
    truth, compared, wrong = truths(home), set(), []
    dimensions = ", ".join(DIMENSIONS)
    for id_, indicator in declarations().registry.indicators.items():
        rule = indicator.measured
        if rule is None or rule.measure not in truth:
            continue
        rows = mart.execute(
            f"select time_period, accumulation, value, {dimensions} from observations "
            "where indicator_id = ? and basis = 'records'",
            [id_],
        ).fetchall()
        for period, accumulation, value, *codes in rows:
            if accumulation == "year_to_date" or (accumulation == "stock" and len(period) == 4):
                continue  # sums of what is compared, and Decembers once more
            places = dict(zip(DIMENSIONS, codes, strict=True)) | rule.where
            key = (rule.column, period, *("_T" if c == "CN" else c for c in places.values()))
            expected = truth[rule.measure].get(key)
            if expected is not None:
                compared.add(rule.measure)
                if float(value) != pytest.approx(expected, rel=1e-9, abs=1e-6):
                    wrong.append((id_, *key, value, expected))
    assert wrong == []
    assert len(compared) >= 30


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
        pages = pypdf.PdfReader(release / f"SYNTHETIC_bulletin_{lang}.pdf").pages
        assert all(word in page.extract_text() for page in pages)
    for name in ("SYNTHETIC_quality.html", "CITATION.cff", "datapackage.json", "sdmx/SYNTHETIC_structure.xml"):
        text = (release / name).read_text("utf-8")
        assert "模拟数据" in text and "SYNTHETIC" in text, name
    tops = [str(sheet["A1"].value) for sheet in openpyxl.load_workbook(release / "SYNTHETIC_workbook.xlsx", read_only=True)]
    assert len(tops) > 10 and all("模拟数据" in top and "SYNTHETIC" in top for top in tops)


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


def test_a_month_without_its_file_costs_only_what_counts_it(home: Path) -> None:
    """A fact file that is lost is made again, and no other; cells that it does not change are left alone."""
    store = Store(DataRoot(home))
    before = {path: path.stat().st_mtime_ns for path in store.folder.glob("facts/*/*.parquet")}
    lost = store.fact_file("pledges", LAST)
    content = lost.read_bytes()
    lost.unlink()
    shutil.rmtree(home / "marts")
    run(None)
    after = {path: path.stat().st_mtime_ns for path in store.folder.glob("facts/*/*.parquet")}
    assert [path for path in before if before[path] != after[path]] == [lost]
    assert lost.read_bytes() == content
