"""Releases from end to end: the contract, corrections, kills, readers, a second writer, grades."""

import csv
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest
from conftest import CHECKOUT, ipmon_at, pages_of

from ipmon.deliveries import CHINA
from ipmon.paths import DataRoot
from ipmon.release import current_id
from ipmon.verify import verify

HEADER = "series_id,name_zh,name_en,ref_area,dimension,period,period_kind,value,unit,publisher,source_title,source_url,"
HEADER += "published_on,quality,note\n"
SOURCE = "examination_cycles"
KILLS = 5


def read(release: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(release / "public.duckdb"), read_only=True) as mart:
        return mart.execute(query).fetchall()


def delivery(path: Path, *rows: str) -> str:
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), "utf-8")
    return str(path)


def copied(release_home: Path, home: Path) -> Path:
    """A data root of its own with the deliveries and the release of `release_home`."""
    return Path(shutil.copytree(release_home, home, symlinks=True, ignore=shutil.ignore_patterns("work")))


def test_the_release_keeps_the_public_contract(shared: Path, release: Path) -> None:
    checker = [sys.executable, str(shared / "tools" / "check_contract.py"), str(release)]
    done = subprocess.run(checker, capture_output=True, text=True)
    assert done.stdout == "the release keeps the contract\n0 violations\n"
    assert done.returncode == 0


CANARY, WORDS = "7919733", "机密金丝雀"
CLOSED = f"""
canary_count:
  title: {{zh: {WORDS}, en: Canary count}}
  definition: {{zh: {WORDS}的数量。, en: Number of canaries.}}
  unit: items
  nature: flow
  freq: A
  direction: higher
  grade: internal
canary_growth:
  title: {{zh: {WORDS}增长率, en: Growth of the canary}}
  definition: {{zh: {WORDS}的增长率。, en: Growth of the number of canaries.}}
  unit: percent
  nature: rate
  freq: A
  direction: higher
  growth: {{of: canary_count}}
"""
CANARIES = [
    f"canary_count,{WORDS},Canary count,,,2023,annual,{CANARY},件,CNIPA,a page,,2024-02-01,official,",
    f"canary_count,{WORDS},Canary count,,,2022,annual,{CANARY[:-1]}0,件,CNIPA,a page,,2023-02-01,official,",
    # excluded: a dimension without meaning
    f"canary_count,{WORDS},Canary count,,{WORDS},2021,annual,{CANARY},件,CNIPA,a page,,2022-02-01,official,",
    # two sources that contradict each other
    f"canary_count,{WORDS},Canary count,,,2020,annual,{CANARY},件,CNIPA,a page,,2021-02-01,secondary,",
    f"canary_count,{WORDS},Canary count,,,2020,annual,{CANARY[::-1]},件,CNIPA,another page,,2021-02-01,official,",
]
REVISED = "hv_invention_exam_pendency,高价值发明专利审查周期,Pendency of high-value invention patents,,,2019,end-of-period,"


@pytest.fixture(scope="module")
def workshop(release_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copied checkout that declares an internal indicator, with the published release and two more deliveries.

    One has figures of the internal indicator; the other corrects the examination cycles: 17.3 months for 2019 should read 17.9.
    """
    folder = tmp_path_factory.mktemp("workshop")
    for name in ("assets", "ipmon", "pipelines", "expectations"):
        shutil.copytree(CHECKOUT / name, folder / name, ignore=shutil.ignore_patterns("*.pyc.*"))  # half written
    shutil.copy(CHECKOUT / "requirements.lock", folder)
    (folder / "assets" / "indicators" / "canaries.yaml").write_text(CLOSED, "utf-8")
    home = copied(release_home, folder / "data")
    shipped = next((home / "raw" / SOURCE).rglob("*.csv")).read_text("utf-8")
    assert shipped.count(f"{REVISED}17.3,") == 1
    (folder / "corrected.csv").write_text(shipped.replace(f"{REVISED}17.3,", f"{REVISED}17.9,"), "utf-8")
    canaries = delivery(folder / "more.csv", *CANARIES)
    for file, period, *issued in ((canaries, "2025"), ("corrected.csv", "2026-11", "--issued", str(today()))):
        with start(folder, "receive", file, "--source", SOURCE, "--period", period, *issued) as receiving:
            said, wrong = receiving.communicate()
        assert receiving.returncode == 0, wrong
        assert "earlier vintage" not in said
    return folder


def today() -> date:
    return datetime.now(CHINA).date()


def start(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    """A command of the copied checkout on its own data root."""
    environment = os.environ | {"IPMON_HOME": str(folder / "data"), "PYTHONPATH": str(folder)}
    program = [sys.executable, "-m", "pipelines.cli", *arguments]
    return subprocess.Popen(program, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_f50_a_second_run_is_told_that_one_is_running(workshop: Path) -> None:
    with start(workshop, "run") as first:
        assert first.stderr is not None
        first.stderr.read(len("  reading"))  # it holds the lock from here
        second = ipmon_at(workshop / "data")("run")
        still_running = first.poll() is None
        first.kill()
    assert still_running
    assert (second.returncode, second.stdout) == (2, "")
    assert f"ALREADY_RUNNING: process {first.pid} is writing to data/. Wait until it has ended" in second.stderr
    assert "Traceback" not in second.stderr


def test_f44_kills_at_random_moments_leave_the_current_release_whole(workshop: Path, release: Path) -> None:
    dice, root = random.Random(44), DataRoot(workshop / "data")
    for _ in range(KILLS):
        with start(workshop, "run") as process:
            time.sleep(dice.uniform(0.5, 5))
            process.kill()
        assert process.returncode == -signal.SIGKILL, "it had ended before it was killed; shorten the wait"
        assert current_id(root) == release.resolve().name
        assert verify(root.current) == []


READER = """
import sys, duckdb
with duckdb.connect(sys.argv[1], read_only=True) as held:
    for line in sys.stdin:
        print(held.execute(line).fetchall()[0][0], flush=True)
"""


@pytest.fixture(scope="module")
def successor(workshop: Path) -> tuple[Path, list[str]]:
    """The release after the kills, published while an analyst kept the old one open, and what the analyst saw then."""
    current = workshop / "data" / "marts" / "current"
    pipe, question = subprocess.PIPE, "select count(*) from deliveries\n"
    command = [sys.executable, "-c", READER, str(current / "public.duckdb")]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as analyst:
        assert analyst.stdin is not None and analyst.stdout is not None
        seen = []
        for publishes in (True, False):
            analyst.stdin.write(question)
            analyst.stdin.flush()
            seen.append(analyst.stdout.readline().strip())
            if publishes:
                with start(workshop, "run") as run:
                    said, wrong = run.communicate()
                assert run.returncode == 0, wrong
                assert said.startswith("Published release ")
        analyst.stdin.close()
    return current, seen


def test_f44_the_next_run_completes_and_leaves_no_orphans(successor: tuple[Path, list[str]], release: Path) -> None:
    new, _ = successor
    assert verify(new) == []
    assert {p.name for p in (new / "..").resolve().iterdir()} == {release.resolve().name, new.resolve().name, "archive.html"}
    assert not list((new.parent.parent / "work" / "candidates").iterdir())


def test_f48_an_open_reader_keeps_the_old_release_and_new_readers_see_the_new(
    successor: tuple[Path, list[str]], release: Path
) -> None:
    new, seen = successor
    ((before,),), ((after,),) = (read(path, "select count(*) from deliveries") for path in (release, new))
    assert seen == [str(before), str(before)]
    assert after == int(str(before)) + 2


def test_f38_a_corrected_file_makes_a_new_vintage_of_the_changed_cell_only(
    successor: tuple[Path, list[str]], release: Path
) -> None:
    new, _ = successor
    cell = "indicator_id = 'hv_invention_exam_pendency' and time_period = '2019'"
    for day, months in ((today() - timedelta(days=1), "17.300000"), (today(), "17.900000")):
        assert [str(v) for (v,) in read(new, f"select value from as_of(date '{day}') where {cell}")] == [months]
    told = read(new, f"select old_value, new_value, revision, kind, cause from revisions where released_on = '{today()}'")
    assert [tuple(str(v) for v in row) for row in told] == [
        ("17.300000", "17.900000", "0.600000", "revised", "corrected delivery"),
    ]
    changed = f"basis = 'published' and (released_on = '{today()}' or superseded_on = '{today()}')"
    assert read(new, f"select distinct indicator_id from vintages where {changed}") == [("hv_invention_exam_pendency",)]
    counts = [read(path, "select count(*) from vintages where basis = 'published'")[0][0] for path in (release, new)]
    assert counts[1] == int(str(counts[0])) + 1
    diff = ipmon_at(new.parent.parent)("diff")
    assert diff.returncode == 0
    cells = [" ".join(line.split()[:6]) for line in diff.stdout.splitlines() if "(published)" in line]
    assert cells == ["revised hv_invention_exam_pendency CN 2019 (published): 17.3"]


def texts(mart: Path) -> str:
    """Everything that a mart says: rows, names, comments, definitions."""
    with duckdb.connect(str(mart), read_only=True) as connection:
        tables = [name for (name,) in connection.execute("select table_name from information_schema.tables").fetchall()]
        said = [connection.execute(f'from "{name}"').fetchall() for name in tables]
        said += [connection.execute(f"from {kind}()").fetchall() for kind in ("duckdb_columns", "duckdb_tables", "duckdb_views")]
    return str(said)


def test_f69_the_internal_figures_are_in_the_internal_file(successor: tuple[Path, list[str]]) -> None:
    with duckdb.connect(str(successor[0] / "internal.duckdb"), read_only=True) as mart:
        known = mart.execute(
            "select time_period, value from observations where indicator_id = 'canary_count' order by all"
        ).fetchall()
        assert [(period, int(value)) for period, value in known] == [
            ("2020", int(CANARY[::-1])),
            ("2022", int(f"{CANARY[:-1]}0")),
            ("2023", int(CANARY)),
        ]
        grown = mart.execute("select time_period from observations where indicator_id = 'canary_growth'").fetchall()
        assert grown == [("2023",)]
        assert mart.execute("select printed_value from excluded").fetchall() == [(CANARY,)]
        assert mart.execute("select rule from alerts").fetchall() == [("sources_contradict",)]
        held = mart.execute("select indicator_id, grade from indicators order by all").fetchall()
        assert held == [("canary_count", "internal"), ("canary_growth", "internal")]


def test_f69_checks_quote_no_internal_row(successor: tuple[Path, list[str]], workshop: Path) -> None:
    staged, public = (pl.read_parquet(workshop / "data" / "work" / f"{name}.parquet") for name in ("staged", "staged_public"))
    assert staged.height - public.height == len(CANARIES)
    assert public.filter(pl.col("series_id") == "canary_count").is_empty()


def test_f69_f70_nothing_public_holds_an_internal_value_name_or_word(successor: tuple[Path, list[str]]) -> None:
    secret = [CANARY, CANARY[::-1], WORDS, "canary", f"{CANARY[:-1]}0"]
    public = [p for p in successor[0].resolve().rglob("*") if p.is_file() and p.name != "internal.duckdb"]
    assert len(public) > 100
    told: dict[str, str] = {}
    for path in public:
        match path.suffix:
            case ".parquet":
                told[path.name] = str(pl.read_parquet(path).to_dicts())
            case ".pdf":
                told[path.name] = "".join(pages_of(path))
            case ".duckdb":
                told[path.name] = texts(path)
            case ".csv" | ".html" | ".json" | ".svg":
                told[path.name] = path.read_text("utf-8")
    assert {"public.duckdb", "quality.html", "bulletin_zh.pdf", "observations.csv", "manifest.json"} <= told.keys()
    assert len(told["bulletin_zh.pdf"]) > 1000
    leaks = [(name, word) for name, text in told.items() for word in secret if word.lower() in text.replace(",", "").lower()]
    raw = [(p.name, word) for p in public for word in secret if word.encode() in p.read_bytes()]
    assert (leaks, raw) == ([], [])


def test_every_table_is_given_as_csv_too(release: Path) -> None:
    for table in ("observations", "targets_at_a_glance"):
        ((count,),) = read(release, f"select count(*) from {table}")
        with (release / "csv" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            assert len(list(csv.DictReader(file))) == count
