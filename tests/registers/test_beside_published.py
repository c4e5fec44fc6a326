"""Records beside published figures in one release: the published number stays the one that is quoted, and the two are compared.

A candidate of both that breaks rules is refused.

The pledges are twelve, one a month of 2023, of 1 to 12 million yuan: 78 million in all. Published for 2023 are 8,539.9 hundred
million yuan and growth of 75.4 %.
"""

import csv
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest
from conftest import ipmon_at

from assets import declarations
from ipmon.paths import DataRoot
from ipmon.registers.checked import unchecked
from ipmon.registers.intake import receive
from ipmon.registers.ledger import Ledger
from ipmon.registers.store import Store
from ipmon.verify import verify
from pipelines.run import run

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "raw"
PLEDGES = declarations().registers["pledge_registrations"]
FIGURE = "series_id,name_zh,name_en,ref_area,dimension,period,period_kind,value,unit,publisher,source_title,source_url,"
FIGURE += "published_on,quality,note"
HALF = "invention_grants,发明专利授权量,Invention patents granted,,,1990,annual,100.5,件,CNIPA,a page,,1991-02-01,official,"


def deliver(root: DataRoot, period: str, amount: str) -> None:
    file = root.root.parent / "pledges.csv"
    file.write_text(
        f"{','.join(PLEDGES.fields)}\nP{period[2:4]}{period[5:]},patent,{period}-15,,{amount},ORG1,small,CN-JS\n#END,1\n"
    )
    receive(file, PLEDGES, period, None, root, datetime.now(UTC))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataRoot]:
    """The shipped figures, a year of pledges, and a release of both."""
    folder = tmp_path_factory.mktemp("beside")
    root = DataRoot(folder / "data")
    shutil.copytree(SHIPPED, root.raw)
    for month in range(1, 13):
        deliver(root, f"2023-{month:02d}", f"{month}000000.00")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPMON_HOME", str(root.root))
        run(None)
        yield root


@pytest.fixture
def mart(home: DataRoot) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(home.current / "public.duckdb"), read_only=True) as connection:
        yield connection


def test_both_stand_side_by_side_and_are_compared(mart: duckdb.DuckDBPyConnection) -> None:
    of = "where indicator_id = 'pledge_amount' and time_period = '2023' and ref_area = 'CN' and accumulation = 'period'"
    values = mart.execute(f"select basis, value from observations {of} order by basis").fetchall()
    assert values == [("published", 853_990_000_000), ("records", 78_000_000)]
    compared = mart.execute(f"select implied_value, verdict from reconciliations {of} and identity_id = 'records'").fetchall()
    assert compared == [(78_000_000, "contradicts")]


def test_views_charts_and_targets_quote_what_is_published(home: DataRoot, mart: duckdb.DuckDBPyConnection) -> None:
    view = "select counted_from_records, amount_cny_100m from pledge_financing where time_period = '2023' order by all"
    assert mart.execute(view).fetchall() == [(False, 8539.9), (True, 0.78)]
    with (home.current / "charts" / "pledge_amount.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["row"] == "point"]
    assert {row["basis"] for row in rows} == {"published"}
    judged = mart.execute("select value from assessments where target_id = 'guideline_2023_pledge_amount_growth'").fetchall()
    assert judged == [(Decimal("75.4"),)]


def test_a_candidate_that_breaks_rules_is_refused_in_sentences(home: DataRoot) -> None:
    """A figure of half a patent, and facts that were changed behind the system's back."""
    store, before = Store(home), home.current.readlink()
    path = store.fact_file("pledges", "2023-03")
    broken = pl.read_parquet(path).with_columns(amount_cny=-pl.col("amount_cny"))
    inputs = Ledger(store.ledger)._entries[path.relative_to(store.folder).as_posix()]["inputs"]
    broken.write_parquet(path)
    Ledger(store.ledger).note(path, inputs)
    deliver(home, "2024-01", "1000000.00")
    half = home.root.parent / "half.csv"
    half.write_text(f"{FIGURE}\n{HALF}\n", "utf-8")
    ipmon = ipmon_at(home.root)
    assert ipmon("receive", str(half), "--source", "examination_cycles", "--period", "1990").returncode == 0
    refused = ipmon("run")
    assert (refused.returncode, refused.stdout) == (1, "")
    said = refused.stderr[refused.stderr.index("The release is refused") :].splitlines()
    assert re.fullmatch(r"The release is refused for \d+ reason\(s\); the current release stays as it was\.", said[0])
    for table in ("observations", "pledges"):
        assert any(re.fullmatch(rf"  - {table}: [A-Z].*: 1 exception\.", line) for line in said[1:])
    assert "Traceback" not in refused.stderr
    assert home.current.readlink() == before
    assert verify(home.current) == []
    (page,) = (home.work / "candidates").glob("*/quality.html")
    assert f" It is {page.relative_to(home.root)} in the data root." in refused.stderr
    assert "value=100.5" in page.read_text("utf-8")
    assert "2023-03" in {file.stem for file in unchecked(store, ["pledges"])["pledges"]}  # so that they are refused again
