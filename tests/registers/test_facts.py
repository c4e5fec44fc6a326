"""Facts by month: what is in them, what makes them anew, and what a kill leaves behind."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import polars as pl
import pytest

from ipmon.deliveries import Delivery, Withdrawal
from ipmon.errors import IpmonError
from ipmon.paths import CHECKOUT, DataRoot
from ipmon.registers import facts
from ipmon.registers.areas import area_codes
from ipmon.registers.arrivals import Arrival, arrivals
from ipmon.registers.contract import SQL_TYPES, Register, load_registers
from ipmon.registers.facts import FactsOutcome, build_facts, fact_schema
from ipmon.registers.intake import receive
from ipmon.registers.ledger import Ledger
from ipmon.registers.origins import facts_from, staged_from
from ipmon.registers.references import references
from ipmon.registers.store import Store

PROBLEMS: list[str] = []
REGISTERS = load_registers(CHECKOUT / "assets" / "registers", PROBLEMS)
PATENTS = REGISTERS["patent_applications"]
POLARS = {
    "VARCHAR": pl.String(),
    "INTEGER": pl.Int32(),
    "DATE": pl.Date(),
    "BIGINT": pl.Int64(),
    "DECIMAL(20,2)": pl.Decimal(20, 2),
    "BOOLEAN": pl.Boolean(),
}
Row = dict[str, Any]


def quiet(_: str) -> None:
    """Says nothing."""


def delivered(register: str, period: str, issued: date | None = None, text: str = "") -> Delivery:
    """A delivery as the manifest has it, received on the 5th of the month after; `text` makes its bytes different."""
    content = hashlib.sha256(f"{register} {period} {text}".encode()).hexdigest()
    year, month = int(period[:4]), int(period[5:] or 12)
    received = datetime(year + month // 12, month % 12 + 1, 5, tzinfo=UTC)
    name = f"{register}_{period}.csv"
    return Delivery(
        delivery_id=f"{register}-{content[:12]}",
        source_id=register,
        period=period,
        name=name,
        path=f"{register}/{period}/{name}",
        sha256=content,
        bytes=1,
        encoding="utf-8",
        container="csv",
        received_at=received,
        issued_on=issued,
        rows=1,
    )


class Office:
    """A data root with staged deliveries, as intake leaves them."""

    def __init__(self, home: Path) -> None:
        self.root = DataRoot(home)
        self.store = Store(self.root)
        self.held: list[Delivery] = []

    def take(self, delivery: Delivery, *rows: Row) -> Delivery:
        self.held.append(delivery)
        self.stage(delivery, REGISTERS[delivery.source_id], *rows)
        return delivery

    def staged(self, delivery: Delivery) -> Path:
        register = REGISTERS[delivery.source_id]
        return self.store.staged(register.id, delivery.period, staged_from(delivery, register))

    def stage(self, delivery: Delivery, register: Register, *rows: Row) -> None:
        fields = register.fields
        whole = [{**dict.fromkeys(fields), "line": n, **row} for n, row in enumerate(rows, 2)]
        schema = {name: POLARS[SQL_TYPES[f.kind]] for name, f in fields.items()} | {"line": pl.Int64()}
        path = self.store.staged(register.id, delivery.period, staged_from(delivery, register))
        path.parent.mkdir(parents=True, exist_ok=True)
        pl.DataFrame(whole, schema).write_parquet(path)

    def build(self, periods: list[str] | None = None, registers: dict[str, Register] = REGISTERS) -> FactsOutcome:
        return build_facts(self.root, registers, self.held, periods, quiet)

    def file(self, period: str, fact: str = "patent_events") -> Path:
        return self.store.fact_file(fact, period)

    def rows(self, columns: str, period: str, fact: str = "patent_events") -> list[tuple[Any, ...]]:
        return duckdb.sql(f"select {columns} from read_parquet('{self.file(period, fact)}')").fetchall()

    def traces(self) -> dict[str, tuple[int, int]]:
        """Each month's inode and time of change: another file, or another content, changes them."""
        files = (self.file(period) for period in self.store.periods("patent_events"))
        return {f.stem: (f.stat().st_ino, f.stat().st_mtime_ns) for f in files}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "data")


@pytest.fixture
def restaged(office: Office, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The periods that were read again from their deliveries; each then holds one application filed on the 1st."""
    seen: list[str] = []

    def restage(delivery: Delivery, register: Register, root: DataRoot) -> None:
        seen.append(delivery.period)
        office.stage(delivery, register, filed(f"again-{delivery.period}", f"{delivery.period}-01"))

    module = ModuleType("ipmon.registers.staging")
    module.restage = restage  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ipmon.registers.staging", module)
    return seen


def filed(number: str, day: str, **more: Any) -> Row:
    return {"application_no": number, "filing_date": date.fromisoformat(day), **more}


def three_months(office: Office) -> None:
    for month in ("2024-07", "2024-08", "2024-09"):
        office.take(delivered("patent_applications", month), filed(f"a{month}", f"{month}-10"))
    office.build()


def test_the_contracts_are_valid() -> None:
    assert PROBLEMS == [] and len(REGISTERS) == 9


# What is in a month


def test_every_event_of_the_month_is_one_row_and_no_other_is(office: Office) -> None:
    a = filed("A", "2024-09-05", exam_request_date=date(2024, 9, 30), grant_date=date(2024, 10, 1))
    b = filed("B", "2021-09-05", disposal_date=date(2024, 9, 1), grant_date=date(2024, 8, 31))
    c = filed("C", "2021-09-06", exam_request_date=date(2024, 9, 2))
    office.take(delivered("patent_applications", "2024-09"), c, b, a)
    office.build()
    assert office.rows("event, application_no, event_date, filing_date, month", "2024-09") == [
        ("disposed", "B", date(2024, 9, 1), date(2021, 9, 5), "2024-09"),
        ("exam_requested", "C", date(2024, 9, 2), date(2021, 9, 6), "2024-09"),
        ("exam_requested", "A", date(2024, 9, 30), date(2024, 9, 5), "2024-09"),
        ("filed", "A", date(2024, 9, 5), date(2024, 9, 5), "2024-09"),
    ]


@pytest.mark.parametrize(
    ("area", "ref_area", "counterpart"),
    [
        ("CN-BJ", "CN-BJ", "DOM-ML"),
        ("CN-LN-210200", "CN-LN", "DOM-ML"),
        ("CN-XJ-XPCC", "CN-XJ", "DOM-ML"),
        ("CN", None, "DOM-ML"),
        ("CN-HK", "CN-HK", None),
        ("CN-MO", "CN-MO", None),
        ("CN-TW", "CN-TW", None),
        ("HK", "CN-HK", None),
        ("TW", "CN-TW", None),
        ("US", None, "FOR"),
        (None, None, None),
    ],
)
def test_areas_of_records(office: Office, area: str | None, ref_area: str | None, counterpart: str | None) -> None:
    office.take(delivered("patent_applications", "2024-09"), filed("A", "2024-09-05", applicant_area=area))
    office.build()
    assert office.rows("applicant_area, ref_area, counterpart_area", "2024-09") == [(area, ref_area, counterpart)]


@pytest.mark.parametrize(("ipc", "technology"), [("H04L 12/28", "ipc_h"), ("A61K", "ipc_a"), (None, None)])
def test_other_dimensions_of_records(office: Office, ipc: str | None, technology: str | None) -> None:
    row = filed("A", "2024-09-05", ipc_main=ipc, ip_type="design", applicant_kind="universities")
    office.take(delivered("patent_applications", "2024-09"), row)
    office.build()
    assert office.rows("technology, ip_type, owner_kind, industry", "2024-09") == [(technology, "design", "universities", None)]


def test_rows_and_accounts_come_whole(office: Office) -> None:
    sale = {
        "record_no": "X1",
        "record_date": date(2024, 9, 3),
        "area": "CN-GD",
        "from_kind": "individuals",
        "amount_cny": Decimal("1.50"),
    }
    office.take(delivered("patent_transactions", "2024-09"), sale, {**sale, "record_no": "X0", "amount_cny": None})
    account = {"industry": "3911", "year": 2024, "vintage": "first", "group": "ict_manufacturing", "employment": 7}
    office.take(delivered("industry_accounts", "2024"), account)
    assert office.build().rebuilt == [("industry_accounts", "2024"), ("patent_transactions", "2024-09")]
    assert office.rows("month, record_no, amount_cny, owner_kind, ref_area", "2024-09", "patent_transactions") == [
        ("2024-09", "X1", Decimal("1.50"), "individuals", "CN-GD"),
        ("2024-09", "X0", None, "individuals", "CN-GD"),
    ]
    assert office.rows('month, year, industry, "group"', "2024", "industry_accounts") == [
        ("2024", 2024, "3911", "ict_manufacturing")
    ]


@pytest.mark.parametrize("id_", ["patent_applications", "industry_accounts", "service_network"])
def test_the_schema_is_what_the_files_have(office: Office, id_: str) -> None:
    register = REGISTERS[id_]
    period = "2024" if register.delivers == "year" else "2024-09"
    office.take(delivered(id_, period))
    office.build()
    described = duckdb.sql(f"describe select * from read_parquet('{office.file(period, register.facts)}')").fetchall()
    assert {name: type_ for name, type_, *_ in described} == fact_schema(register)
    assert [name for name, *_ in described] == list(fact_schema(register))


def test_an_equal_delivery_gives_equal_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On however many threads, and even with a key that stands twice."""
    monkeypatch.setattr(facts, "ROW_GROUP", 2048)
    rows = [filed(f"A{n // 2:05}", "2024-09-05", line=n, exam_request_date=date(2024, 9, 1 + n % 30)) for n in range(9000)]
    hashes = set()
    for threads in (1, 4):
        monkeypatch.setattr(os, "cpu_count", lambda found=threads: found)
        office = Office(tmp_path / str(threads))
        office.take(delivered("patent_applications", "2024-09"), *rows)
        office.build()
        hashes.add(hashlib.sha256(office.file("2024-09").read_bytes()).hexdigest())
        groups = duckdb.sql(f"select count(distinct row_group_id) from parquet_metadata('{office.file('2024-09')}')").fetchall()
        assert groups[0][0] >= 9  # 18,000 rows by 2,048 at most: enough groups for threads to put them in another order
    assert len(hashes) == 1
    assert list(office.store.scratch.glob("*.parquet")) == []


# What makes a month anew


def test_a_new_month_costs_only_itself(office: Office, restaged: list[str]) -> None:
    three_months(office)
    before = office.traces()
    office.take(delivered("patent_applications", "2024-10"), filed("D", "2024-10-10"))
    outcome = office.build()
    assert outcome.rebuilt == [("patent_events", "2024-10")]
    assert outcome.skipped == [("patent_events", f"2024-0{n}") for n in (7, 8, 9)]
    assert {month: trace for month, trace in office.traces().items() if month != "2024-10"} == before
    assert restaged == []


def test_rows_wait_for_facts_and_no_longer(office: Office) -> None:
    for month in ("2024-08", "2024-09"):
        office.take(delivered("patent_applications", month), filed(month, f"{month}-10"))
    office.build(["2024-08"])
    assert [path.parent.name for path in office.store.folder.glob("staged/*/*/*.parquet")] == ["2024-09"]
    office.build()
    assert not [*office.store.folder.glob("staged/*/*/*.parquet")]


def test_a_correction_makes_its_month_anew_and_an_earlier_vintage_nothing(office: Office) -> None:
    three_months(office)
    before = office.traces()
    office.take(delivered("patent_applications", "2024-08", date(2024, 11, 1), "corrected"), filed("B", "2024-08-03"))
    assert office.build().rebuilt == [("patent_events", "2024-08")]
    assert office.rows("application_no", "2024-08") == [("B",)]
    after = office.traces()
    assert {month for month in after if after[month] != before[month]} == {"2024-08"}
    office.take(delivered("patent_applications", "2024-08", date(2024, 10, 1), "between"), filed("C", "2024-08-04"))
    assert office.build().rebuilt == []
    assert office.traces() == after


def test_a_late_month_takes_its_place(office: Office) -> None:
    for month in ("2024-07", "2024-09"):
        office.take(delivered("patent_applications", month), filed(month, f"{month}-10"))
    office.build()
    assert office.store.periods("patent_events") == ["2024-07", "2024-09"]
    office.take(delivered("patent_applications", "2024-08"), filed("late", "2024-08-10"))
    assert office.build().rebuilt == [("patent_events", "2024-08")]
    assert office.store.periods("patent_events") == ["2024-07", "2024-08", "2024-09"]


def test_a_withdrawn_month_has_no_facts(office: Office) -> None:
    three_months(office)
    office.held = [withdrawn(d) if d.period == "2024-08" else d for d in office.held]
    assert office.build().removed == [("patent_events", "2024-08")]
    assert office.store.periods("patent_events") == ["2024-07", "2024-09"]
    assert Ledger(office.store.ledger).content(office.file("2024-08")) is None
    assert office.build().removed == []


def test_a_withdrawn_correction_leaves_what_was_before(office: Office, restaged: list[str]) -> None:
    three_months(office)
    correction = office.take(
        delivered("patent_applications", "2024-08", date(2024, 11, 1), "corrected"), filed("B", "2024-08-03")
    )
    office.build()
    office.held[-1] = withdrawn(correction)
    assert office.build().rebuilt == [("patent_events", "2024-08")]
    assert (office.rows("application_no", "2024-08"), restaged) == ([("again-2024-08",)], ["2024-08"])


def test_only_the_periods_asked_for_are_looked_at(office: Office) -> None:
    three_months(office)
    office.held = [d for d in office.held if d.period != "2024-07"]
    office.take(delivered("patent_applications", "2024-09", date(2024, 11, 1), "corrected"), filed("B", "2024-09-03"))
    outcome = office.build(["2024-08"])
    assert (outcome.rebuilt, outcome.removed, outcome.skipped) == ([], [], [("patent_events", "2024-08")])


def test_missing_staged_rows_are_read_again(office: Office, restaged: list[str]) -> None:
    delivery = office.take(delivered("patent_applications", "2024-09"))
    office.staged(delivery).unlink()
    office.build()
    assert restaged == ["2024-09"]
    assert office.rows("application_no", "2024-09") == [("again-2024-09",)]


def test_rows_that_wait_while_their_contract_changes_are_read_again(office: Office, restaged: list[str]) -> None:
    delivery = office.take(delivered("patent_applications", "2024-09"), filed("old", "2024-09-10"))
    changed = {**REGISTERS, "patent_applications": PATENTS.model_copy(update={"missing": ["", "n/a"]})}
    assert office.build(registers=changed).rebuilt == [("patent_events", "2024-09")]
    assert (office.rows("application_no", "2024-09"), restaged) == ([("again-2024-09",)], ["2024-09"])
    assert not office.staged(delivery).exists()


def test_staged_rows_named_by_earlier_code_are_not_used_and_go(office: Office, restaged: list[str]) -> None:
    delivery = office.take(delivered("patent_applications", "2024-09"), filed("old", "2024-09-10"))
    earlier = office.staged(delivery).rename(office.staged(delivery).with_name(f"{delivery.delivery_id}.parquet"))
    office.build()
    assert (office.rows("application_no", "2024-09"), restaged) == ([("again-2024-09",)], ["2024-09"])
    assert not earlier.exists()


def test_rows_of_a_delivery_that_does_not_come_to_hold_go_too(office: Office) -> None:
    held = office.take(delivered("patent_applications", "2024-09", date(2024, 11, 1), "newer"), filed("new", "2024-09-10"))
    office.build()
    late = office.take(delivered("patent_applications", "2024-09", date(2024, 10, 1), "older"), filed("old", "2024-09-10"))
    assert office.staged(late).exists()
    assert office.build().skipped == [("patent_events", "2024-09")]
    assert not office.staged(late).exists()
    assert (office.rows("application_no", "2024-09"), held.issued_on) == ([("new",)], date(2024, 11, 1))


def test_rows_of_a_delivery_that_is_withdrawn_before_facts_go_too(office: Office) -> None:
    gone = office.take(delivered("patent_applications", "2024-09"), filed("gone", "2024-09-10"))
    office.held = []
    assert office.build(["2024-08"]) == FactsOutcome() and office.staged(gone).exists()
    assert office.build() == FactsOutcome()
    assert not office.staged(gone).parent.exists()


def test_a_restaging_that_is_killed_leaves_no_row_both_good_and_bad(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the two files it leaves the bad rows of the new contract and no good ones, so that both are made again."""
    register = REGISTERS["pledge_registrations"]
    row = {name: f.example for name, f in register.fields.items()}
    rows = [row, {**row, "registration_no": "A1"}, {**row, "registration_no": "A2", "area": "CN-NEW"}]
    file = tmp_path / "pledges.csv"
    file.write_text("\n".join([",".join(row), *(",".join(r.values()) for r in rows), "#END,3"]) + "\n", "utf-8")
    lenient = register.model_copy(update={"bad_share": 0.5})
    delivery = receive(file, lenient, "2024-09", None, office.root, datetime(2024, 10, 8, tzinfo=UTC)).delivery
    quarantined = office.store.quarantine(register.id, "2024-09", delivery.delivery_id)
    assert pl.read_parquet(quarantined).height == 1
    area = register.fields["area"].model_copy(update={"codes": None})
    wider = {register.id: lenient.model_copy(update={"fields": register.fields | {"area": area}})}
    office.held = [delivery]
    moved = iter([shutil.move])
    monkeypatch.setattr("ipmon.registers.staging.shutil.move", lambda *names: next(moved)(*names))
    with pytest.raises(StopIteration):
        office.build(registers=wider)
    monkeypatch.undo()
    office.build(registers=wider)
    assert len(office.rows("1", "2024-09", "pledges")) == 3
    assert pl.read_parquet(quarantined).height == 0


def test_an_area_that_becomes_known_reads_its_deliveries_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    pledges, products = (delivered(id_, "2024-09") for id_ in ("pledge_registrations", "industry_accounts"))
    registers = [REGISTERS[d.source_id] for d in (pledges, products)]
    before = [facts_from(d, r) for d, r in zip((pledges, products), registers, strict=True)]
    monkeypatch.setattr("ipmon.registers.origins.area_codes", lambda: (*area_codes(), "CN-NEW"))
    after = [facts_from(d, r) for d, r in zip((pledges, products), registers, strict=True)]
    assert [one != other for one, other in zip(before, after, strict=True)] == [True, False]


def test_another_contract_reads_its_deliveries_again(office: Office, restaged: list[str]) -> None:
    three_months(office)
    changed = {**REGISTERS, "patent_applications": PATENTS.model_copy(update={"missing": ["", "n/a"]})}
    assert len(office.build(registers=changed).rebuilt) == 3
    assert restaged == ["2024-07", "2024-08", "2024-09"]
    assert office.rows("application_no", "2024-07") == [("again-2024-07",)]
    assert office.build(registers=changed).rebuilt == []


def test_staged_rows_that_cannot_be_read_are_named(office: Office) -> None:
    delivery = office.take(delivered("patent_applications", "2024-09"))
    office.staged(delivery).write_bytes(b"cannot be read")
    with pytest.raises(
        IpmonError, match=r"patent_events 2024-09 cannot be made .* Remove work/registers/staged/patent_applications"
    ):
        office.build()
    assert office.store.periods("patent_events") == []


def test_from_the_door_to_facts_and_again_from_the_raw_file(office: Office, tmp_path: Path) -> None:
    register = REGISTERS["pledge_registrations"]
    row = {name: f.example for name, f in register.fields.items()}
    file = tmp_path / "pledges.csv"
    lines = [",".join(row), ",".join(row.values()), ",".join({**row, "registration_no": "A1"}.values()), "#END,2"]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    receipt = receive(file, register, "2024-09", None, office.root, datetime(2024, 10, 8, tzinfo=UTC))
    office.held = [receipt.delivery]
    assert office.build().rebuilt == [("pledges", "2024-09")]
    assert office.rows("registration_no, amount_cny, ref_area", "2024-09", "pledges") == [
        ("Y2024980012345", Decimal("5000000.00"), "CN-ZJ"),
        ("A1", Decimal("5000000.00"), "CN-ZJ"),
    ]
    before = office.file("2024-09", "pledges").read_bytes()
    assert not office.staged(receipt.delivery).parent.exists()
    assert office.build().rebuilt == []
    office.file("2024-09", "pledges").unlink()
    assert office.build().rebuilt == [("pledges", "2024-09")]
    assert office.file("2024-09", "pledges").read_bytes() == before


# What a kill leaves behind

KILLED = """
import os, signal, sys
from pathlib import Path
from tests_of_facts import Office, date, delivered, filed
from ipmon.registers import ledger
real = os.replace
kill = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "before":
    ledger.os.replace = lambda part, path: kill() if "facts" in str(path) else real(part, path)
else:
    note = ledger.Ledger.note
    ledger.Ledger.note = lambda self, path, inputs: kill() if "facts" in str(path) else note(self, path, inputs)
office = Office(Path(sys.argv[1]))
office.held = [delivered("patent_applications", "2024-09")]
office.take(delivered("patent_applications", "2024-09", date(2024, 11, 1), "corrected"), filed("new", "2024-09-02"))
office.build()
"""


@pytest.mark.parametrize(("moment", "left"), [("before", "old"), ("after", "new")])
def test_killed_beside_the_replacement_the_ledger_is_honest(office: Office, tmp_path: Path, moment: str, left: str) -> None:
    first = office.take(delivered("patent_applications", "2024-09"), filed("old", "2024-09-01"))
    office.build()
    (tmp_path / "tests_of_facts.py").write_text(Path(__file__).read_text("utf-8"), "utf-8")
    program = [sys.executable, "-c", KILLED, str(office.root.root), moment]
    paths = f"{CHECKOUT}:{tmp_path}"
    done = subprocess.run(program, cwd=tmp_path, env={"PYTHONPATH": paths, "PATH": ""}, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert office.rows("application_no", "2024-09") == [(left,)]
    assert office.held == [first]  # the correction was withdrawn meanwhile: only an honest ledger makes the month again
    office.stage(first, PATENTS, filed("old", "2024-09-01"))  # as it is read again
    assert office.build().rebuilt == [("patent_events", "2024-09")]
    assert office.rows("application_no", "2024-09") == [("old",)]


def test_a_failed_writing_leaves_file_and_note(tmp_path: Path) -> None:
    ledger, path = Ledger(tmp_path / "ledger.jsonl"), tmp_path / "made" / "a.parquet"
    with ledger.writing(path, "one") as part:
        part.write_text("first")
    with pytest.raises(ZeroDivisionError), ledger.writing(path, "two") as part:
        part.write_text(str(1 / 0))
    assert path.read_text() == "first" and ledger.is_current(path, "one")
    assert [p.name for p in path.parent.iterdir()] == ["a.parquet"]


def test_the_ledger_is_sorted_text_and_survives_a_torn_line(tmp_path: Path) -> None:
    book, hello = tmp_path / "ledger.jsonl", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"  # sha256 of hello
    ledger = Ledger(book)
    for name in ("b", "a", "c"):
        (tmp_path / name).write_text("hello")
        ledger.note(tmp_path / name, "early")
    ledger.forget(tmp_path / "c")
    ledger.note(tmp_path / "a", "late")
    with book.open("a") as file:
        file.write('{"path": "a", "inp')
    again = Ledger(book)
    assert again.is_current(tmp_path / "a", "late") and not again.is_current(tmp_path / "a", "early")
    assert again.content(tmp_path / "b") == hello and again.content(tmp_path / "c") is None
    assert [json.loads(line) for line in book.read_text().splitlines()] == [
        {"path": "a", "inputs": "late", "content": hello},
        {"path": "b", "inputs": "early", "content": hello},
    ]
    again.note(tmp_path / "c", "once more")
    (tmp_path / "a").unlink()
    assert Ledger(book).content(tmp_path / "c") == hello and not Ledger(book).is_current(tmp_path / "a", "late")


def test_a_damaged_ledger_knows_nothing_and_can_be_used(tmp_path: Path) -> None:
    book = tmp_path / "ledger.jsonl"
    (tmp_path / "a").write_text("x")
    Ledger(book).note(tmp_path / "a", "one")
    book.write_bytes(book.read_bytes() + b"\x00\x00\n")
    ledger = Ledger(book)
    assert not ledger.is_current(tmp_path / "a", "one")
    ledger.note(tmp_path / "a", "two")
    assert Ledger(book).is_current(tmp_path / "a", "two")


def test_a_note_costs_the_same_however_many_there_are(tmp_path: Path) -> None:
    """A line at the end: the file is not written again until it is opened again."""
    book, path = tmp_path / "ledger.jsonl", tmp_path / "a"
    lines = [json.dumps({"path": f"n{n:05}", "inputs": "i", "content": "c"}) + "\n" for n in range(10_000)]
    book.write_text("".join(lines))
    path.write_text("x")
    ledger, before = Ledger(book), book.stat()
    ledger.note(path, "one")
    after = book.stat()
    assert after.st_ino == before.st_ino and 0 < after.st_size - before.st_size < 300
    assert Ledger(book).is_current(path, "one") and book.read_text().startswith('{"path": "a"')


# Records that another register should have


def sold(number: str, patent: str, day: str) -> Row:
    return {"record_no": number, "record_date": date.fromisoformat(day), "patent_no": patent}


def strangers(office: Office) -> list[tuple[str, str, str, int, tuple[str, ...]]]:
    return [(s.register, s.field, s.period, s.strangers, s.examples) for s in references(REGISTERS, office.store)]


def test_strangers_are_counted_for_the_periods_that_changed(office: Office) -> None:
    office.take(delivered("patent_transactions", "2024-08"), sold("X1", "P1", "2024-08-02"), sold("X2", "P9", "2024-08-03"))
    office.build()
    assert strangers(office) == []  # without any application nothing can be told
    office.take(delivered("patent_applications", "2024-07"), filed("P1", "2024-07-02"))
    september = [sold(f"X{n}", patent, "2024-09-02") for n, patent in enumerate(["P1", "P8", "P7", "P8"])]
    office.take(delivered("patent_transactions", "2024-09"), *september)
    office.build()
    august, both = ("patent_transactions", "patent_no", "2024-08", 1, ("P9",)), ("patent_transactions", "patent_no", "2024-09")
    assert strangers(office) == [august, (*both, 2, ("P7", "P8"))]
    office.take(delivered("patent_transactions", "2024-09", date(2024, 11, 1), "corrected"), sold("X1", "P1", "2024-09-02"))
    office.build()
    office.file("2024-08", "patent_transactions").write_bytes(b"cannot be read")
    assert strangers(office) == [august, (*both, 0, ())]
    office.held = [d for d in office.held if d.period != "2024-08"]
    office.build()
    assert strangers(office) == [(*both, 0, ())]
    assert pl.read_parquet(office.store.references).select("period", "strangers").rows() == [("2024-09", 0)]


def test_a_record_is_known_whichever_event_of_it_came(office: Office) -> None:
    """P1 was filed in July; of P5, filed before there were any deliveries, only the grant came."""
    granted = {"disposal": "granted", "grant_date": date(2024, 7, 9)}
    office.take(delivered("patent_applications", "2024-07"), filed("P1", "2024-07-02"), filed("P5", "2015-02-01", **granted))
    sales = [sold(f"X{n}", patent, "2024-08-02") for n, patent in enumerate(["P1", "P5", "P9"])]
    office.take(delivered("patent_transactions", "2024-08"), *sales)
    office.build()
    assert strangers(office) == [("patent_transactions", "patent_no", "2024-08", 1, ("P9",))]


# What has come and what is late


def withdrawn(delivery: Delivery) -> Delivery:
    return replace(delivery, withdrawal=Withdrawal(date(2024, 12, 1), datetime(2024, 12, 1, tzinfo=UTC), "wrong month"))


def grid(today: date, *held: Delivery) -> list[tuple[str, str, int]]:
    return [(a.period, a.status, a.corrections) for a in arrivals(REGISTERS, held, today)]


def test_the_grid_of_arrivals() -> None:
    """Applications are due on the 10th of the month after."""
    june, july, october = (delivered("patent_applications", f"2024-{m}") for m in ("06", "07", "10"))
    late = replace(delivered("patent_applications", "2024-08"), received_at=datetime(2024, 9, 11, tzinfo=UTC))
    corrected = [delivered("patent_applications", "2024-07", date(2024, 9, d), str(d)) for d in (1, 2)]
    held = (withdrawn(june), july, *corrected, late, october)
    assert grid(date(2024, 12, 10), *held) == [
        ("2024-06", "withdrawn", 0),
        ("2024-07", "corrected", 2),
        ("2024-08", "late", 0),
        ("2024-09", "missing", 0),
        ("2024-10", "arrived", 0),
        ("2024-11", "due", 0),
    ]
    assert grid(date(2024, 12, 11), *held)[-1] == ("2024-11", "missing", 0)
    assert grid(date(2024, 12, 31), *held)[-1] == ("2024-11", "missing", 0)  # December has not closed


def test_accounts_are_due_in_december_of_the_year_after() -> None:
    assert grid(date(2025, 6, 30), delivered("industry_accounts", "2023")) == [("2023", "arrived", 0), ("2024", "due", 0)]
    first = delivered("industry_accounts", "2023")
    (row, _) = arrivals(REGISTERS, [first], date(2025, 6, 30))
    assert row == Arrival("industry_accounts", "2023", "arrived", date(2024, 12, 31), 0, (first.delivery_id,))


def test_a_register_that_never_delivered_has_no_row() -> None:
    assert grid(date(2024, 12, 31)) == []
