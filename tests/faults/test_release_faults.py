"""Harm done for real to publishing: kills, stale logs, open readers, full disks, changed bytes. Named by fault case."""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest
from make_release import AS_OF, PASSED, build, release, told

import ipmon.release
from ipmon.content import content_of
from ipmon.errors import IpmonError
from ipmon.exports import export
from ipmon.gate import decide, write_verdict
from ipmon.paths import CHECKOUT, DataRoot
from ipmon.release import DiskFull, current_id, is_disk_full, open_candidate, publish, seal, sweep
from ipmon.verify import canonical, fingerprint, verify

MAKER = [sys.executable, str(Path(__file__).with_name("make_release.py"))]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
KILLS = 30


@pytest.fixture
def root(tmp_path: Path) -> DataRoot:
    return DataRoot(tmp_path / "data")


def start(root: DataRoot, first: int) -> "subprocess.Popen[str]":
    command = [*MAKER, str(root.root), str(first), str(first + 1000)]
    process = subprocess.Popen(command, env=ENVIRONMENT, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


def test_f44_thirty_kills_at_random_moments_leave_a_whole_current_release(root: DataRoot) -> None:
    began = time.monotonic()
    release(root, 0)
    takes = time.monotonic() - began
    dice = random.Random(44)
    seen, before = set(), 0
    for _ in range(KILLS):
        process = start(root, before + 1)
        time.sleep(dice.uniform(0, 2.5) * takes)
        process.kill()
        assert process.wait() == -signal.SIGKILL
        assert verify(root.current) == []
        now = told(root.current)
        assert now >= before
        seen.add(now)
        before = now
    assert len(seen) > 3, "nearly all kills came before anything was published; wait longer"
    release(root, before + 1)
    assert told(root.current) == before + 1
    assert [p.name for p in root.current.parent.iterdir() if p.name not in ("current", "releases")] == []
    assert {p.name for p in root.releases.iterdir()} == chain(root)
    assert not list((root.work / "candidates").iterdir())


def chain(root: DataRoot) -> set[str]:
    """The current release and its predecessors."""
    name, found = current_id(root), set()
    while name is not None:
        found.add(name)
        previous = json.loads((root.releases / name / "manifest.json").read_bytes())["previous"]
        name = previous and previous["release_id"]
    return found


@pytest.mark.parametrize("step", ["_move_in", "_switch"])
def test_f47_a_kill_between_the_move_and_the_switch_leaves_the_old_release_and_no_orphan(root: DataRoot, step: str) -> None:
    old = release(root, 1)
    dying = f"import os, ipmon.release as r; r.{step} = lambda *_: os.kill(os.getpid(), 9)"
    code = f"{dying}; import sys; sys.argv = ['', {str(root.root)!r}, '2', '3']; import make_release; make_release.main()"
    there = {**ENVIRONMENT, "PYTHONPATH": f"{CHECKOUT}:{Path(__file__).parent}"}
    died = subprocess.run([sys.executable, "-c", code], env=there, cwd=CHECKOUT, capture_output=True)
    assert died.returncode == -signal.SIGKILL
    assert root.current.resolve() == old.resolve() and told(root.current) == 1
    assert len(list(root.releases.iterdir())) == (2 if step == "_switch" else 1)
    sweep(root)
    assert list(root.releases.iterdir()) == [old]
    assert told(release(root, 2)) == 2


def test_f45_a_mart_with_a_stale_log_is_not_published(root: DataRoot) -> None:
    old = release(root, 1)
    folder = build(root, 2)
    (folder / "public.duckdb.wal").write_bytes(b"stale")
    with pytest.raises(IpmonError, match=r"public\.duckdb\.wal: a mart was not closed"):
        publish(root, folder)
    assert root.current.resolve() == old.resolve()


def test_f46_rows_lost_after_the_manifest_was_written_are_noticed(root: DataRoot) -> None:
    folder = build(root, 1)
    with duckdb.connect(str(folder / "public.duckdb")) as connection:
        connection.execute("delete from observations where line = 999")
    with pytest.raises(IpmonError, match="observations has 999 rows, 1000 were published"):
        publish(root, folder)
    assert not root.current.exists()


def test_f48_an_analyst_keeps_the_old_release_open_while_the_new_one_is_published(root: DataRoot) -> None:
    release(root, 1)
    reader = f"""
import duckdb
held = duckdb.connect({str(root.current / "public.duckdb")!r}, read_only=True)
while True:
    print(held.execute("select number from numbers").fetchall()[0][0], flush=True)
    input()
"""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", reader], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
    ) as analyst:
        assert analyst.stdin is not None and analyst.stdout is not None
        assert analyst.stdout.readline() == "1\n"
        release(root, 2)
        analyst.stdin.write("\n")
        analyst.stdin.flush()
        assert analyst.stdout.readline() == "1\n"
        analyst.kill()
    with duckdb.connect(str(root.current / "public.duckdb"), read_only=True) as newcomer:
        assert newcomer.execute("select number from numbers").fetchall() == [(2,)]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[DataRoot]:
    """A data root on a disk of 12 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(disk)], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here ({mounted.stderr.strip()})")
    yield DataRoot(disk)
    subprocess.run(["umount", str(disk)], check=True)


def test_f53_a_full_disk_is_known_as_such_and_the_current_release_stays(
    small_disk: DataRoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ipmon.release, "LEAST_FREE_BYTES", 1)
    monkeypatch.setattr(ipmon.release, "ROOM", 1)
    release(small_disk, 1)
    folder = open_candidate(small_disk, "run")
    with pytest.raises(duckdb.Error) as told_by_duckdb, duckdb.connect(str(folder / "public.duckdb")) as connection:
        connection.execute(
            "create table big as select hash(i) as a, hash(i + 1) as b, hash(i + 2) as c from range(5_000_000) t(i)"
        )
        connection.execute("checkpoint")
    with pytest.raises(OSError, match="No space left") as told_by_python:
        (folder / "chart.png").write_bytes(bytes(20 * 2**20))
    assert is_disk_full(told_by_duckdb.value) and is_disk_full(told_by_python.value)
    assert not is_disk_full(FileNotFoundError("chart.png"))
    sweep(small_disk)
    assert not (small_disk.work / "candidates").exists()
    assert verify(small_disk.current) == [] and told(small_disk.current) == 1


def test_f53_a_run_does_not_start_on_a_disk_without_room(small_disk: DataRoot) -> None:
    with pytest.raises(DiskFull, match=r"^DISK_FULL: a run needs 64 MB free, and 12 MB are left"):
        open_candidate(small_disk, "run")


def test_f57_a_spreadsheet_runs_no_formula_from_the_csv_and_numbers_stay_numbers(tmp_path: Path) -> None:
    formulas = ['=HYPERLINK("x")', "+1", "-1+2", "@SUM(A1)", "\tx", "\rx", "＝1", "＋1", "－1", "＠x"]
    harmless = ["张三", "a=b", "", " =1"]
    texts = formulas + harmless
    with duckdb.connect() as connection:
        connection.execute("create table names (place integer, name varchar, change decimal(28,6))")
        connection.executemany("insert into names values (?, ?, ?)", [(n, text, "-5.2") for n, text in enumerate(texts)])
        export(connection, tmp_path)
    with (tmp_path / "csv" / "names.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == [f"'{text}" for text in formulas] + harmless
    assert {float(row["change"]) for row in rows} == {-5.2}
    assert pl.read_parquet(tmp_path / "parquet" / "names.parquet")["name"].to_list() == texts


CANARY = "canary-7f3a91"


def holds(folder: Path, text: str) -> list[str]:
    """The files below a folder that hold a text: in their bytes, their tables or their comments."""
    found = {p.name for p in folder.rglob("*") if p.is_file() and text.encode() in p.read_bytes()}
    for path in folder.rglob("*.parquet"):
        if text in str(pl.read_parquet(path).to_dicts()):
            found.add(path.name)
    for path in folder.glob("*.duckdb"):
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = [t for (t,) in connection.execute("select table_name from information_schema.tables").fetchall()]
            content = [connection.execute(f'from "{t}"').fetchall() for t in tables]
            comments = connection.execute(
                "select comment from duckdb_tables() union all select comment from duckdb_columns()"
            ).fetchall()
            if text in str((tables, content, comments)):
                found.add(path.name)
    return sorted(found)


def test_f69_f70_an_internal_value_is_nowhere_in_the_public_tree(root: DataRoot) -> None:
    folder = build(root, 1)
    with duckdb.connect(str(folder / "internal.duckdb")) as connection:
        connection.execute(f"create table {CANARY.replace('-', '_')} as select '{CANARY}' as value from range(3000)")
        connection.execute(f"comment on table {CANARY.replace('-', '_')} is '{CANARY}'")
    write_verdict(folder, decide([PASSED]))
    seal(root, folder, content_of(folder, []), AS_OF)
    published = publish(root, folder)
    assert holds(published, CANARY) == ["internal.duckdb"]
    assert holds(published, CANARY.replace("-", "_")) == ["internal.duckdb"]


def test_f75_two_builds_on_different_days_give_the_same_bytes(tmp_path: Path) -> None:
    one, two = (build(DataRoot(tmp_path / day), 7, date.fromisoformat(day)) for day in ("2026-01-02", "2026-03-04"))
    files = [p.relative_to(one) for p in sorted(one.rglob("*")) if p.suffix in (".csv", ".parquet") and p.stem != "release"]
    assert len(files) == 6
    assert [f for f in files if (one / f).read_bytes() != (two / f).read_bytes()] == []
    assert (
        json.loads((one / "manifest.json").read_bytes())["content_hash"]
        == json.loads((two / "manifest.json").read_bytes())["content_hash"]
    )


def test_f85_one_changed_byte_in_any_file_is_found(root: DataRoot) -> None:
    release(root, 1)
    published = release(root, 2)
    files = [p for p in published.rglob("*") if p.is_file()]
    assert len(files) == 12
    for path in files:
        original = path.read_bytes()
        for place in (0, len(original) // 2, len(original) - 1):
            path.chmod(0o644)
            path.write_bytes(original[:place] + bytes([original[place] ^ 1]) + original[place + 1 :])
            assert verify(root.current) != [], f"byte {place} of {path.name}"
        path.write_bytes(original)
    assert verify(root.current) == []


def test_f85_a_changed_predecessor_is_found(root: DataRoot) -> None:
    old, new = release(root, 1), release(root, 2)
    manifest = json.loads((old / "manifest.json").read_bytes()) | {"code_version": "forged"}
    manifest["self_sha256"] = fingerprint({k: v for k, v in manifest.items() if k != "self_sha256"})
    (old / "manifest.json").chmod(0o644)
    (old / "manifest.json").write_bytes(canonical(manifest))
    assert verify(old) == []
    assert verify(new) == [f"{old.name}/manifest.json is not the one that {new.name} was published after"]
