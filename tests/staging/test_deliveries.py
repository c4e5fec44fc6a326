"""The store of deliveries and its door: immutable, identified by content, in an order that is declared, safe under a crash."""

import json
import multiprocessing
import os
import signal
import stat
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from conftest import ROW, Door

from ipmon.deliveries import Delivery, chain, current_by_period, load_manifest, read_staged, received_by
from ipmon.durable import append_line, read_lines
from ipmon.errors import IpmonError, Rejected
from ipmon.locks import AlreadyRunning, single_writer
from ipmon.paths import CHECKOUT, DataRoot

Write = Callable[..., Path]
PLEDGE = "pledge_financing"


def test_an_accepted_file_is_kept_read_only_and_listed(door: Door, figures: Write) -> None:
    file = figures(ROW)
    delivery = door.take(file, PLEDGE, "2026-11", issued=date(2026, 11, 20)).delivery
    kept = door.root.raw / "pledge_financing" / "2026-11" / "20261122_figures.csv"
    assert kept.read_bytes() == file.read_bytes()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o444
    digest = sha256(file.read_bytes()).hexdigest()
    assert json.loads((door.root.raw / "manifest.jsonl").read_text("utf-8")) == {
        "delivery_id": f"pledge_financing-{digest[:12]}",
        "source_id": "pledge_financing",
        "period": "2026-11",
        "name": "figures.csv",
        "path": "pledge_financing/2026-11/20261122_figures.csv",
        "sha256": digest,
        "bytes": file.stat().st_size,
        "encoding": "utf-8",
        "container": "csv",
        "received_at": "2026-11-22T04:00:00Z",
        "issued_on": "2026-11-20",
        "rows": 1,
        "findings": [],
        "extra_columns": [],
        "control_characters": 0,
    }
    assert load_manifest(door.root) == [delivery]
    assert file.exists()


def test_what_was_received_by_a_day_goes_by_the_offices_clock(door: Door, figures: Write) -> None:
    late_evening = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)  # half past midnight on the 23rd in Beijing
    door.take(figures(ROW), PLEDGE, "2026-11", now=late_evening)
    deliveries = load_manifest(door.root)
    assert received_by(deliveries, date(2026, 11, 22)) == []
    assert received_by(deliveries, date(2026, 11, 23)) == deliveries
    assert deliveries[0].path.endswith("/20261123_figures.csv")


def test_the_order_of_vintages_is_the_declared_date_and_then_the_receipt(door: Door, figures: Write) -> None:
    def take(value: str, issued: date | None, hour: int) -> Delivery:
        file, now = figures(ROW.replace("8539.9", value)), datetime(2026, 11, 22, hour, tzinfo=UTC)
        return door.take(file, PLEDGE, "2026-11", issued, now).delivery

    first = take("1", None, 1)  # counts from its receipt, 2026-11-22
    older = take("2", date(2026, 1, 5), 2)
    same_day = take("3", date(2026, 11, 22), 3)
    ordered = chain(load_manifest(door.root), PLEDGE, "2026-11")
    assert [d.delivery_id for d in ordered] == [older.delivery_id, first.delivery_id, same_day.delivery_id]
    assert current_by_period(load_manifest(door.root), PLEDGE) == {"2026-11": same_day}
    assert len({d.path for d in ordered}) == 3  # one day, one name, three files


def test_a_source_may_declare_that_a_second_file_replaces_the_first(door: Door, figures: Write) -> None:
    contract = door.contracts[PLEDGE].model_copy(update={"corrections": "replace"})
    free = Door(door.root, {PLEDGE: contract}, door.dimensions)
    free.take(figures(ROW), PLEDGE, "2026-11")
    free.take(figures(ROW.replace("8539.9", "8540")), PLEDGE, "2026-11", now=datetime(2026, 11, 23, tzinfo=UTC))
    latest = current_by_period(load_manifest(door.root), PLEDGE)["2026-11"]
    assert read_staged(latest, contract, door.dimensions, door.root)["value"].to_list() == ["8540"]


def test_a_changed_raw_file_is_noticed_before_it_is_read(door: Door, figures: Write) -> None:
    delivery = door.take(figures(ROW), PLEDGE, "2026-11").delivery
    kept = door.root.raw / delivery.path
    kept.chmod(0o644)
    kept.write_text(kept.read_text("utf-8").replace("8539.9", "8539.8"), "utf-8")
    with pytest.raises(IpmonError, match="is not what was received \\(its sha256 differs\\)"):
        door.rows()
    kept.unlink()
    with pytest.raises(IpmonError, match="is missing although the manifest lists it"):
        door.rows()


def test_a_contract_that_changed_after_the_receipt_is_named(door: Door, figures: Write) -> None:
    delivery = door.take(figures(ROW), PLEDGE, "2026-11").delivery
    layout = door.contracts[PLEDGE].format
    stricter = layout.model_copy(update={"columns": {**layout.columns, "region": layout.columns["note"]}})
    contract = door.contracts[PLEDGE].model_copy(update={"format": stricter})
    with pytest.raises(IpmonError, match=r"no longer fits its contract \(SCHEMA: .*region missing"):
        read_staged(delivery, contract, door.dimensions, door.root)


@pytest.mark.parametrize(
    ("period", "issued", "told"),
    [
        ("November 2026", None, "'November 2026' is no period; write 2024, 2024-S1, 2024-Q1 or 2024-01."),
        ("../../etc", None, "is no period"),
        ("2026-11", date(2026, 11, 23), "--issued 2026-11-23 lies in the future"),
    ],
)
def test_a_wrong_call_is_a_sentence_and_touches_nothing(
    door: Door, figures: Write, period: str, issued: date | None, told: str
) -> None:
    with pytest.raises(IpmonError) as caught:
        door.take(figures(ROW), PLEDGE, period, issued)
    assert not isinstance(caught.value, Rejected)
    assert told in str(caught.value)
    assert not door.root.root.exists()


def test_a_file_that_is_not_there_is_no_delivery(door: Door, tmp_path: Path) -> None:
    with pytest.raises(IpmonError, match="does not exist"):
        door.take(tmp_path / "nothing.csv", PLEDGE, "2026-11")


def test_a_rejected_file_is_kept_whole_with_its_reason(door: Door, figures: Write) -> None:
    file = figures(ROW, ROW.replace(",annual,", ",yearly,"), name="bad figures.csv")
    with pytest.raises(Rejected) as caught:
        door.take(file, PLEDGE, "2026-11")
    assert caught.value.exit_code == 3
    assert str(caught.value).startswith("REJECTED UNKNOWN_CODE bad figures.csv: column period_kind must be one of")
    digest = sha256(file.read_bytes()).hexdigest()
    assert (door.root.quarantine / PLEDGE / f"{digest[:12]}_bad figures.csv").read_bytes() == file.read_bytes()
    (line,) = read_lines(door.root.quarantine / "rejections.jsonl")
    assert {key: line[key] for key in ("received_at", "code", "source", "period", "file", "sha256", "where", "value")} == {
        "received_at": "2026-11-22T04:00:00Z",
        "code": "UNKNOWN_CODE",
        "source": PLEDGE,
        "period": "2026-11",
        "file": "bad figures.csv",
        "sha256": digest,
        "where": "line 3",
        "value": "yearly",
    }
    assert load_manifest(door.root) == []


def test_every_file_that_was_handed_in_leaves_a_receipt(door: Door, figures: Write) -> None:
    door.take(figures(ROW), PLEDGE, "2026-11")
    door.take(figures(ROW, name="again.csv"), PLEDGE, "2026-11")
    with pytest.raises(Rejected):
        door.take(figures(name="empty.csv"), PLEDGE, "2026-11")
    receipts = read_lines(door.root.work / "receipts.jsonl")
    assert [(r["file"], r["outcome"]) for r in receipts] == [
        ("figures.csv", "accepted"),
        ("again.csv", "known"),
        ("empty.csv", "rejected"),
    ]


def test_a_line_that_a_crash_left_unfinished_does_not_count_and_is_cut_off(tmp_path: Path) -> None:
    log = tmp_path / "manifest.jsonl"
    append_line(log, {"n": 1})
    log.write_bytes(log.read_bytes() + b'{"n": 2, "na')
    assert read_lines(log) == [{"n": 1}]
    append_line(log, {"n": 3})
    assert log.read_text("utf-8") == '{"n": 1}\n{"n": 3}\n'


def test_only_one_process_writes_at_a_time(tmp_path: Path) -> None:
    root = DataRoot(tmp_path / "data")
    with (
        single_writer(root),
        pytest.raises(AlreadyRunning, match=f"process {os.getpid()} is writing to data/"),
        single_writer(root),
    ):
        pass
    with single_writer(root):  # free again
        pass


def _hold(root: DataRoot, ready: "multiprocessing.synchronize.Event") -> None:
    with single_writer(root):
        ready.set()
        time.sleep(60)


def test_the_lock_of_a_killed_process_locks_nothing(tmp_path: Path) -> None:
    root, context = DataRoot(tmp_path / "data"), multiprocessing.get_context("fork")
    ready = context.Event()
    holder = context.Process(target=_hold, args=(root, ready))
    holder.start()
    assert ready.wait(20)
    with pytest.raises(AlreadyRunning), single_writer(root):
        pass
    assert holder.pid
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()
    with single_writer(root):
        pass


def test_kill_9_while_receiving_leaves_whole_files_or_none(door: Door, figures: Write) -> None:
    """Twelve children receive a file each and are killed; afterwards all can be received as if nothing had been."""
    files = [figures(ROW.replace("2023,", f"{2000 + n},"), name=f"f{n}.csv") for n in range(12)]
    context = multiprocessing.get_context("fork")
    for n, file in enumerate(files):
        child = context.Process(target=door.take, args=(file, PLEDGE, f"{2000 + n}"))
        child.start()
        time.sleep(0.002 * n)
        child.kill()
        child.join()
        for delivery in load_manifest(door.root):
            assert sha256((door.root.raw / delivery.path).read_bytes()).hexdigest() == delivery.sha256
    outcomes = {door.take(file, PLEDGE, f"{2000 + n}").outcome for n, file in enumerate(files)}
    assert outcomes <= {"accepted", "known"}
    assert len(load_manifest(door.root)) == 12
    assert sum(door.rows(n).height for n in range(12)) == 12
    listed = {delivery.path for delivery in load_manifest(door.root)}
    assert {p.relative_to(door.root.raw).as_posix() for p in door.root.raw.rglob("*") if p.is_file()} == {
        *listed,
        "manifest.jsonl",
    }


def test_the_shipped_deliveries_are_whole_and_hold_every_published_figure(door: Door) -> None:
    root = DataRoot(CHECKOUT / "data")
    shipped = [d for d in load_manifest(root) if d.received_on == date(2026, 11, 22) and d.period == "2026-11"]
    rows = {d.source_id: read_staged(d, door.contracts[d.source_id], door.dimensions, root).height for d in shipped}
    assert len(rows) == 23
    assert sum(rows.values()) == 7141  # the count that the figures' own README states
    assert rows == {d.source_id: d.rows for d in shipped}
    assert (rows["province_monthly_more"], rows["denominators_gdp_population"]) == (1967, 17)
