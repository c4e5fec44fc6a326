"""Registers at the door: every planted fault is found with its line, field, value and reason, and no row is lost."""

import csv
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from ipmon.declared import Text
from ipmon.deliveries import current_by_period, load_manifest
from ipmon.durable import read_lines
from ipmon.errors import IpmonError, Rejected
from ipmon.intake import receive as receive_table
from ipmon.paths import CHECKOUT, DataRoot
from ipmon.registers.contract import Register, load_registers
from ipmon.registers.intake import receive
from ipmon.registers.lines import lines_at
from ipmon.registers.reading import plain
from ipmon.registers.staging import restage
from ipmon.registers.store import Store
from ipmon.registers.survey import CHUNK
from ipmon.withdrawals import withdraw

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)  # noon in Beijing
PERIOD = "2024-09"
HEADER = "record_no,kind,recorded_on,released_on,month,year,shares,amount,open,classes,area,remark"
GOOD = "A1,sale,2024-09-05,,2024-08,2023,3,12.50,1,a;b,CN-BJ,转让"


def title(name: str) -> Text:
    return Text(zh=name, en=name)


def field(kind: str, **more: Any) -> dict[str, Any]:
    return {"title": title(kind), "kind": kind, **more}


CODES = {code: title(code) for code in ("sale", "licence")}
DEALINGS = Register.model_validate(
    {
        "id": "dealings",
        "title": title("dealings"),
        "publisher": title("office"),
        "about": title("about"),
        "delivers": "rows",
        "dated_by": "recorded_on",
        "due_day": 10,
        "key": ["record_no"],
        "missing": ["", "-"],
        "end_marker": "#END",
        "bad_share": 0.5,
        "facts": "dealings",
        "fields": {
            "record_no": field("id", required=True, pattern="[A-Z]+[0-9]+"),
            "kind": field("code", required=True, codes=CODES),
            "recorded_on": field("date", required=True),
            "released_on": field("date"),
            "month": field("month"),
            "year": field("year"),
            "shares": field("integer", minimum=1),
            "amount": field("amount", minimum=0),
            "open": field("flag", required=True),
            "classes": field("list", codes={code: title(code) for code in "abc"}),
            "area": field("code", codes="areas"),
            "remark": field("text"),
        },
        "rules": {"released_later": {"title": title("later"), "field": "released_on", "holds": "released_on >= recorded_on"}},
    }
)


def changed(**register: Any) -> Register:
    return DEALINGS.model_copy(update=register)


def row(number: int, **cells: str) -> str:
    plain = dict(zip(HEADER.split(","), GOOD.split(","), strict=True)) | {"record_no": f"A{number}"}
    return ",".join((plain | cells).values())


@dataclass(frozen=True)
class Door:
    """An empty data root and a folder of files."""

    root: DataRoot
    folder: Path

    def file(self, *rows: str, header: str = HEADER, name: str = "d.csv", end: str = "", counted: int | None = None) -> Path:
        count = len(rows) if counted is None else counted
        text = "\n".join([header, *rows, f"#END,{count}"]) + end
        return self.raw(text.encode(), name)

    def raw(self, content: bytes, name: str = "d.csv") -> Path:
        (self.folder / name).write_bytes(content)
        return self.folder / name

    def take(self, file: Path, what: Register = DEALINGS, period: str = PERIOD, issued: date | None = None, **more: Any) -> Any:
        return receive(file, what, period, issued, self.root, NOON, **more)

    def refuse(self, file: Path, code: str, register: Register = DEALINGS, **more: Any) -> str:
        before = load_manifest(self.root)
        with pytest.raises(Rejected) as caught:
            self.take(file, register, **more)
        assert (caught.value.code, caught.value.exit_code) == (code, 3)
        assert read_lines(self.root.quarantine / "rejections.jsonl")[-1]["code"] == code
        assert load_manifest(self.root) == before
        assert not list(self.root.raw.glob(".*"))
        return caught.value.reason

    def good(self) -> pl.DataFrame:
        d = load_manifest(self.root)[-1]
        waiting = Store(self.root).staged(d.source_id, d.period, "").parent.iterdir()
        return pl.read_parquet(max(waiting, key=lambda file: file.stat().st_mtime_ns))

    def bad(self) -> list[tuple[int, str, str, str]]:
        d = load_manifest(self.root)[-1]
        rows = pl.read_parquet(Store(self.root).quarantine(d.source_id, d.period, d.delivery_id))
        assert (self.good().height, rows.height) == (d.rows, d.rows_bad)
        return rows.select("line", "field", "value", "code").rows()


@pytest.fixture
def door(tmp_path: Path) -> Door:
    (tmp_path / "files").mkdir()
    return Door(DataRoot(tmp_path / "data"), tmp_path / "files")


def test_a_good_row_has_its_types_and_its_line(door: Door) -> None:
    delivery = door.take(door.file(row(1), row(2, open="否", shares="-", amount="7", kind="licence"))).delivery
    assert (delivery.rows, delivery.rows_bad, delivery.encoding, delivery.container) == (2, 0, "utf-8", "csv")
    day = date(2024, 9, 5)
    assert door.good().rows() == [
        ("A1", "sale", day, None, "2024-08", 2023, 3, Decimal("12.50"), True, "a;b", "CN-BJ", "转让", 2),
        ("A2", "licence", day, None, "2024-08", 2023, None, Decimal("7.00"), False, "a;b", "CN-BJ", "转让", 3),
    ]
    assert door.good().schema["line"] == pl.UInt32()
    assert (door.root.raw / delivery.path).read_bytes() == (door.folder / "d.csv").read_bytes()


@pytest.mark.parametrize(
    ("cells", "blamed", "code"),
    [
        ({"record_no": ""}, "record_no", "REQUIRED"),
        ({"recorded_on": "-"}, "recorded_on", "REQUIRED"),
        ({"record_no": "a9"}, "record_no", "BAD_VALUE"),
        ({"record_no": "A9 "}, "record_no", "BAD_VALUE"),
        ({"kind": "Sale"}, "kind", "UNKNOWN_CODE"),
        ({"recorded_on": "2024-09-31"}, "recorded_on", "BAD_VALUE"),
        ({"recorded_on": "2024-9-5"}, "recorded_on", "BAD_VALUE"),
        ({"recorded_on": "2024-10-01"}, "recorded_on", "WRONG_PERIOD"),
        ({"month": "2024-13"}, "month", "BAD_VALUE"),
        ({"year": "24"}, "year", "BAD_VALUE"),
        ({"shares": "1.5"}, "shares", "BAD_VALUE"),
        ({"shares": "0"}, "shares", "TOO_SMALL"),
        ({"amount": "1.005"}, "amount", "BAD_VALUE"),
        ({"amount": "1e3"}, "amount", "BAD_VALUE"),
        ({"amount": "-0.01"}, "amount", "TOO_SMALL"),
        ({"open": "yes"}, "open", "BAD_VALUE"),
        ({"classes": "a;d"}, "classes", "UNKNOWN_CODE"),
        ({"area": "XX"}, "area", "UNKNOWN_CODE"),
        ({"released_on": "2024-09-04"}, "released_on", "RELEASED_LATER"),
    ],
)
def test_each_planted_fault_is_found_where_it_stands(door: Door, cells: dict[str, str], blamed: str, code: str) -> None:
    file = door.file(row(1), row(2), row(3, **cells), row(4))
    door.take(file)
    value = "" if cells[blamed] == "-" else cells[blamed]
    assert door.bad() == [(4, blamed, value, code)]
    assert door.good()["line"].to_list() == [2, 3, 5]
    delivery = load_manifest(door.root)[-1]
    kept = pl.read_parquet(Store(door.root).quarantine("dealings", PERIOD, delivery.delivery_id))
    assert kept["raw"].to_list() == [file.read_text("utf-8").splitlines()[3]]
    assert all(kept["reason_zh"].to_list() + kept["reason_en"].to_list())


@pytest.mark.parametrize("size", [0, 1 << 29])
@pytest.mark.parametrize("remark", ["B02", "B02 x"])
def test_a_value_that_rows_share_is_refused_in_each_of_them(
    door: Door, monkeypatch: pytest.MonkeyPatch, remark: str, size: int
) -> None:
    """Texts of a pattern and lists; a blank anywhere changes how lists are read; a text may be missing. Small files and large."""
    monkeypatch.setattr("ipmon.registers.staging.SMALL", size)
    fields = DEALINGS.fields | {"remark": DEALINGS.fields["remark"].model_copy(update={"pattern": "[A-H][0-9]{2}(?: x)?"})}
    cells = [{"classes": "a;d"}, {"remark": "I02"}, {"classes": "", "remark": ""}, {"classes": "a;d"}, {"remark": "I02"}, {}]
    rows = [row(n, **{"classes": "a;b", "remark": remark} | own) for n, own in enumerate(cells)]
    door.take(door.file(*rows), changed(fields=fields, bad_share=0.7))
    codes, marks = ("classes", "a;d", "UNKNOWN_CODE"), ("remark", "I02", "BAD_VALUE")
    assert door.bad() == [(2, *codes), (3, *marks), (5, *codes), (6, *marks)]
    good = door.good().select(pl.col("classes", "remark").cast(pl.String)).rows()
    assert good == [(None, None), ("a;b", remark)]


@pytest.mark.parametrize("area", ["CN-BJ", "CN-XJ", "HK", "US", "ZW"])
def test_areas_are_provinces_and_all_countries(door: Door, area: str) -> None:
    door.take(door.file(row(1, area=area)))
    assert door.good()["area"].to_list() == [area]


def test_a_key_may_stand_once(door: Door) -> None:
    door.take(door.file(row(1), row(2), row(1, remark="again"), row(3), row(2), row(1)))
    assert door.bad() == [(n, "record_no", key, "DUPLICATE") for n, key in ((4, "A1"), (6, "A2"), (7, "A1"))]
    assert door.good()["remark"].to_list() == ["转让"] * 3


def test_a_bad_row_does_not_take_the_key_of_a_good_one(door: Door) -> None:
    door.take(door.file(row(1, shares="0"), row(1), row(2)))
    assert [found[0] for found in door.bad()] == [2]


def test_ragged_rows_long_and_short_wherever_their_last_fields_are_optional(door: Door) -> None:
    short, long = row(2).rpartition(",")[0], row(3) + ",more"
    door.take(door.file(row(1), short, long, row(4, remark=""), row(5) + ",,", row(6)))
    assert [(line, code) for line, _, _, code in door.bad()] == [(3, "RAGGED"), (4, "RAGGED"), (6, "RAGGED")]
    assert door.good()["record_no"].to_list() == ["A1", "A4", "A6"]  # an empty last field is no missing one
    reasons = pl.read_parquet(next(Store(door.root).folder.glob("quarantine/*/*/*.parquet")))["reason_en"].to_list()
    assert [r.split(",")[0] for r in reasons] == ["the row has 11 fields", "the row has 13 fields", "the row has 14 fields"]


def test_a_longer_row_does_not_hide_behind_a_shorter_one(door: Door) -> None:
    door.take(door.file(row(1), row(2).rpartition(",")[0], row(3), row(4) + ",", row(5)))  # as many commas as five good rows
    assert [(line, code) for line, _, _, code in door.bad()] == [(3, "RAGGED"), (5, "RAGGED")]


def test_a_shorter_row_alone_is_found_and_takes_no_key(door: Door) -> None:
    door.take(door.file(row(1).rpartition(",")[0], row(1), row(2)))
    assert [(line, code) for line, _, _, code in door.bad()] == [(2, "RAGGED")]


@pytest.mark.parametrize("bound", [0, 1 << 26])
def test_rows_on_disk_and_in_memory_are_judged_alike(door: Door, monkeypatch: pytest.MonkeyPatch, bound: int) -> None:
    monkeypatch.setattr("ipmon.registers.staging.SMALL", bound)
    monkeypatch.setattr("ipmon.registers.staging.FEW", bound)
    rows = [row(1), row(2, shares="0"), row(1), row(3) + ",", row(4).rpartition(",")[0], row(2), row(2), row(5), row(6), row(7)]
    door.take(door.file(*rows))
    told = [(3, "TOO_SMALL"), (4, "DUPLICATE"), (5, "RAGGED"), (6, "RAGGED"), (8, "DUPLICATE")]
    assert [(line, code) for line, _, _, code in door.bad()] == told
    assert door.good()["line"].to_list() == [2, 7, 9, 10, 11]


@pytest.mark.parametrize("block", [8, 1 << 15])
def test_a_sign_for_what_is_missing_counts_wherever_it_stands(door: Door, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr("ipmon.registers.survey.BLOCK", block)  # the beginning, where signs are looked for at once, ends there
    monkeypatch.setattr("ipmon.registers.lines.BLOCK", block)
    rows = [row(1), row(2, shares="-"), row(3, remark="-"), row(4, released_on="-"), row(5, open="-"), row(6, kind="-x"), row(2)]
    door.take(door.file(*rows))
    assert door.good().select("line", "shares").rows() == [(2, 3), (3, None), (4, 3), (5, 3)]
    assert door.good()["remark"].to_list() == ["转让", "转让", None, "转让"]
    assert door.bad() == [(6, "open", "", "REQUIRED"), (7, "kind", "-x", "UNKNOWN_CODE"), (8, "record_no", "A2", "DUPLICATE")]


def test_a_text_that_is_only_a_sign_is_missing_though_nothing_forbids_it(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ipmon.registers.survey.BLOCK", 8)
    monkeypatch.setattr("ipmon.registers.lines.BLOCK", 8)
    door.take(door.file(row(1), row(2, remark="-"), row(3, remark="- -")))
    assert (door.good()["remark"].to_list(), door.bad()) == (["转让", None, "- -"], [])


@pytest.mark.parametrize("block", [1, 2, 8, 64])
@pytest.mark.parametrize("end", ["", "\n", "\r\n\n"])
def test_any_line_is_found_by_its_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int, end: str) -> None:
    monkeypatch.setattr("ipmon.registers.survey.BLOCK", block)
    monkeypatch.setattr("ipmon.registers.lines.BLOCK", block)
    written = ["record_no", "", "A1,转让", "x" * 20, "", "", "last"]
    (tmp_path / "d.csv").write_bytes(("\n".join(written) + end).encode())
    made = plain(tmp_path / "d.csv", ".csv", DEALINGS, tmp_path, lambda _: None)
    wanted = range(1, len(written) + 1)
    for some in chain.from_iterable(combinations(wanted, n) for n in range(len(written) + 1)):
        assert lines_at(made, some) == {n: written[n - 1] for n in some}


def test_quoted_cells(door: Door) -> None:
    door.take(door.file(row(1, remark='"a, ""b"""'), row(2, remark='""'), row(3, record_no='"A3"', released_on='"-"')))
    assert door.good()["remark"].to_list() == ['a, "b"', None, "转让"]
    assert door.good()["record_no"].to_list() == ["A1", "A2", "A3"]


def test_a_line_break_in_a_cell_makes_one_bad_row_and_moves_no_line(door: Door) -> None:
    door.take(door.file(row(1), row(2, remark='"two\nlines"'), row(3), row(4, shares="x"), counted=4))
    assert [(line, code) for line, _, _, code in door.bad()] == [(3, "LINE_BREAK"), (6, "BAD_VALUE")]
    assert door.good()["line"].to_list() == [2, 5]


def test_a_line_break_and_an_empty_line_in_a_cell_make_one_bad_row(door: Door) -> None:
    door.take(door.file(row(1), row(2, remark='"three\n\nlines"'), row(3), counted=3))
    assert [(line, code) for line, _, _, code in door.bad()] == [(3, "LINE_BREAK")]
    assert door.good()["line"].to_list() == [2, 6]


def test_quotation_marks_that_never_close_spoil_their_own_lines_only(door: Door) -> None:
    """Lines after each other are each a row, unless they are a record when put together."""
    odd = [row(2, remark='"open'), row(3, remark='mid"dle"x'), row(4, remark='5" disk'), row(5, remark='"x'), f"{row(6)},more"]
    door.take(door.file(row(1), *odd, row(7), row(8), row(9), row(10), row(11)))
    codes = ["BAD_QUOTES"] * 4 + ["RAGGED"]
    assert [(line, code) for line, _, _, code in door.bad()] == [*zip(range(3, 8), codes, strict=True)]
    assert door.good()["line"].to_list() == [2, 8, 9, 10, 11, 12]


def test_a_quotation_mark_inside_a_cell(door: Door) -> None:
    door.take(door.file(row(1), row(2, remark='5" disk'), row(3), row(4, remark='a"b"c')))
    assert [(line, code) for line, _, _, code in door.bad()] == [(3, "BAD_QUOTES"), (5, "BAD_QUOTES")]


ODD_DATES = ["0000-01-01", "-024-09-03", "+2024-9-03", " 2024-9-3", "2024-09- 3", "2024-9-03", "0999-12-31"]


@pytest.mark.parametrize("beside", ["", " +"])
@pytest.mark.parametrize("written", ODD_DATES)
def test_a_date_is_written_with_four_two_and_two_digits(door: Door, written: str, beside: str) -> None:
    """Whether blanks and plus signs stand elsewhere in the file or not."""
    door.take(door.file(row(1, remark=f"x{beside}"), row(2, released_on=written), row(3)))
    assert door.bad() == [(3, "released_on", written, "BAD_VALUE")]


@pytest.mark.parametrize(("field", "written"), [("year", "+024"), ("year", "-202"), ("year", "0999"), ("shares", "+5")])
def test_a_number_is_written_with_its_digits_alone(door: Door, field: str, written: str) -> None:
    door.take(door.file(row(1), row(2, **{field: written}), row(3)))
    assert door.bad() == [(3, field, written, "BAD_VALUE")]


def test_day_zero_in_a_key_is_told_and_fails_nothing(door: Door) -> None:
    """A date that Python has no word for, in a row and in the key of a repeated one."""
    register = changed(key=["record_no", "recorded_on"])
    door.take(door.file(row(1), row(1), row(3, recorded_on="0000-01-01"), row(4)), register)
    assert door.bad() == [(3, "record_no", "A1, 2024-09-05", "DUPLICATE"), (4, "recorded_on", "0000-01-01", "BAD_VALUE")]


@pytest.mark.parametrize("many", [1, 3, 100])
@pytest.mark.parametrize("few", [0, 2, 100])
def test_however_many_lines_are_looked_at_at_once(door: Door, monkeypatch: pytest.MonkeyPatch, many: int, few: int) -> None:
    """Bad, short, long and repeated rows, blank lines and a sign for what is missing: each is told, and nothing else counted."""
    monkeypatch.setattr("ipmon.registers.staging.MANY", many)
    monkeypatch.setattr("ipmon.registers.staging.FEW", few)
    rows = [row(n, remark="" if n % 2 else "x") for n in range(1, 31)]
    odd = [row(40, shares="x"), "", row(41).removesuffix(",转让"), f"{row(42)},", row(1), row(43, released_on="-", remark="")]
    door.take(door.file(*rows, *odd, counted=35))
    told = [(32, "BAD_VALUE"), (34, "RAGGED"), (35, "RAGGED"), (36, "DUPLICATE")]
    assert [(line, code) for line, _, _, code in door.bad()] == told
    assert (door.good().height, door.good()["released_on"].null_count()) == (31, 31)


@pytest.mark.parametrize("share", [0.1, 0.5])
@pytest.mark.parametrize("spoilt", [{"shares": "x"}, {"recorded_on": "2024-08-05"}])
def test_very_many_bad_rows_are_told_as_such(
    door: Door, monkeypatch: pytest.MonkeyPatch, spoilt: dict[str, str], share: float
) -> None:
    """Where the first three are too many already (more than 1.1), and where all are looked at (more than 5.5)."""
    monkeypatch.setattr("ipmon.registers.staging.MANY", 3)
    file = door.file(*(row(n, **spoilt) for n in range(1, 11)), row(11))
    reason = door.refuse(file, "TOO_MANY_BAD_ROWS", changed(bad_share=share))
    assert reason.startswith("10 of 11 rows break the contract")
    assert ("--period" in reason) == ("recorded_on" in spoilt)


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_very_many_ragged_rows_are_told_as_such(door: Door, monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    monkeypatch.setattr("ipmon.registers.staging.MANY", 3)
    rows = [*(f"{row(n)}," for n in range(1, 11)), row(11)]
    reason = door.refuse(door.file(*rows[::-1]), "TOO_MANY_BAD_ROWS", changed(bad_share=share))
    assert reason.startswith("10 of 11 rows break the contract")


@pytest.mark.parametrize("limit", [1 << 17, 1 << 20])
@pytest.mark.parametrize("content", [b"\r".join([HEADER.encode(), row(1).encode(), b"#END,1"]), b"x" * 200_000])
def test_text_that_no_parser_splits_is_refused_in_words(door: Door, content: bytes, limit: int) -> None:
    before = csv.field_size_limit(limit)  # which other libraries move
    try:
        door.refuse(door.raw(content), "BAD_CONTAINER")
    finally:
        csv.field_size_limit(before)


@pytest.mark.parametrize("odd", ["a\rb,x", f"{'y' * 140_000},x"])
def test_a_line_that_no_parser_splits_spoils_itself_only(door: Door, odd: str) -> None:
    door.take(door.file(row(1), f"{row(2)}{odd}", row(3)))
    assert [(line, code) for line, _, _, code in door.bad()] == [(3, "RAGGED")]


def test_a_column_without_a_name_is_one_where_rows_have_it(door: Door) -> None:
    taken = door.take(door.file(f"{row(1)},", f"{row(2)},", header=f"{HEADER},"))
    assert (taken.delivery.rows, taken.delivery.extra_columns) == (2, ("column 13",))
    other = door.take(door.file(row(1), row(2, remark='"a,b"'), header=f"{HEADER},"), issued=date(2026, 1, 1))
    assert (other.delivery.rows, other.delivery.extra_columns) == (2, ())


def test_an_end_marker_in_quotation_marks(door: Door) -> None:
    door.take(door.raw("\n".join([HEADER, row(1), row(2), '"#END","2"']).encode()))
    assert (door.good().height, door.bad()) == (2, [])


def test_a_row_that_begins_with_the_end_marker_is_told(door: Door) -> None:
    register = changed(fields=DEALINGS.fields | {"record_no": DEALINGS.fields["record_no"].model_copy(update={"pattern": None})})
    door.take(door.file(row(1), row(2, record_no="#END2"), row(3)), register)
    assert [(line, code) for line, _, _, code in door.bad()] == [(3, "END_MARKER")]


@pytest.mark.parametrize("remark", ["外语拷贝", "李锟将专利转让"])
def test_gb18030_that_has_bytes_of_a_lost_character_is_intact(door: Door, remark: str) -> None:
    content = door.file(row(1, remark=remark)).read_text("utf-8").encode("gb18030")
    assert "\ufffd".encode() in content
    door.take(door.raw(content, "gb.csv"))
    assert door.good()["remark"].to_list() == [remark]


@pytest.mark.parametrize("before", range(4))
def test_a_lost_character_is_found_across_chunks(door: Door, before: int) -> None:
    head = f"{HEADER}\n".encode()
    start = row(1, remark="").encode()
    filler = b"x" * (CHUNK - len(head) - len(start) - before)
    lost = head + start + filler + "\ufffd".encode() + f"\n{row(2)}\n#END,2".encode()
    assert f"at byte {CHUNK - before}" in door.refuse(door.raw(lost), "ENCODING_INVALID")


def test_signs_that_unicode_takes_for_ends_of_lines_stay_in_the_log(door: Door) -> None:
    for number, sign in enumerate("\u2028\u2029\x85", 1):
        door.take(door.file(f"{row(number)},x", header=f"{HEADER},备{sign}注"), issued=date(2026, 1, number))
    assert [d.extra_columns for d in load_manifest(door.root)] == [(f"备{sign}注",) for sign in "\u2028\u2029\x85"]


def test_an_enormous_workbook_is_not_read(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    book = _workbook(door, [row(1)])
    monkeypatch.setattr("ipmon.registers.reading.WORKBOOK_BYTES", book.stat().st_size - 1)
    door.refuse(book, "TOO_BIG")


def test_blank_lines_are_no_rows(door: Door) -> None:
    door.take(door.file(row(1), "", row(2, shares="x"), "  ", row(3), counted=3))
    assert [found[0] for found in door.bad()] == [4]
    assert door.good()["line"].to_list() == [2, 6]


def test_a_byte_order_mark_and_windows_line_ends(door: Door) -> None:
    text = "\r\n".join([HEADER, row(1), row(2, remark=""), row(3, remark='"q"'), "#END,3", ""])
    door.take(door.raw(b"\xef\xbb\xbf" + text.encode()))
    assert door.bad() == []
    assert door.good()["remark"].to_list() == ["转让", None, "q"]


def test_gb18030_and_a_workbook_give_the_same_rows(door: Door) -> None:
    rows = [row(1), row(2, shares="x"), row(3, recorded_on="2024-09-30")]
    door.take(door.file(*rows))
    good, bad = door.good(), door.bad()
    gb = door.raw(door.file(*rows).read_text("utf-8").encode("gb18030"), "gb.csv")
    assert door.take(gb, issued=date(2026, 1, 1)).delivery.encoding == "gb18030"
    assert (door.good().rows(), door.bad()) == (good.rows(), bad)
    assert door.take(_workbook(door, rows), issued=date(2026, 1, 2)).delivery.container == "xlsx"
    assert (door.good().rows(), door.bad()) == (good.rows(), bad)


def _workbook(door: Door, rows: list[str]) -> Path:
    book = openpyxl.Workbook()
    book.active.append(HEADER.split(","))
    for text in rows:
        cells: list[Any] = text.split(",")
        cells[2] = datetime.fromisoformat(cells[2])  # a real date
        cells[5] = int(cells[5])
        cells[7] = float(cells[7])
        book.active.append(cells)
    book.active.append(["#END", len(rows)])
    book.save(door.folder / "d.xlsx")
    return door.folder / "d.xlsx"


def test_a_workbook_with_more_rows_than_its_limit_is_refused(door: Door) -> None:
    assert "CSV" in door.refuse(_workbook(door, [row(n) for n in range(1, 6)]), "TOO_BIG", changed(xlsx_rows_limit=3))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xff", "neither UTF-8 nor GB18030"),
        (b"\0", "NUL"),
        ("\ufffd".encode(), "U+FFFD"),
        ("转让".encode() + b"\xe8\xbd", "no UTF-8"),
    ],
)
def test_lost_bytes_are_refused_with_their_offset(door: Door, content: bytes, told: str) -> None:
    whole = door.file(row(1, remark="LOST")).read_bytes()
    reason = door.refuse(door.raw(whole.replace(b"LOST", content)), "ENCODING_INVALID")
    intact = len("转让".encode()) if told == "no UTF-8" else 0
    assert reason.startswith(f"at byte {whole.index(b'LOST') + intact} it has")
    assert told in reason


def test_too_many_bad_rows_are_refused_whole(door: Door) -> None:
    rows = [row(1), row(2, shares="x"), row(3, kind="gift"), row(4, kind="loan")]
    file = door.file(*rows)
    reason = door.refuse(file, "TOO_MANY_BAD_ROWS")
    assert reason.startswith("3 of 4 rows break the contract, which allows 50.00% (UNKNOWN_CODE 2, BAD_VALUE 1). line 3: ")
    digest = sha256(file.read_bytes()).hexdigest()
    assert (door.root.quarantine / "dealings" / f"{digest[:12]}_d.csv").read_bytes() == file.read_bytes()
    assert list(Store(door.root).folder.rglob("*.parquet")) == []
    assert door.take(door.file(*rows, row(5), row(6), counted=6)).delivery.rows_bad == 3  # half is allowed


@pytest.mark.parametrize(("counted", "kept"), [(3, 3), (4, 4)])
def test_the_end_marker_counts_the_rows(door: Door, counted: int, kept: int) -> None:
    file = door.file(*[row(n) for n in range(1, kept + 1)], counted=counted)
    assert door.take(file).delivery.rows == kept
    wrong = door.file(*[row(n) for n in range(1, kept + 1)], counted=counted + 1, name="wrong.csv")
    assert f"counts {counted + 1} rows, and it has {kept}" in door.refuse(wrong, "TRUNCATED", issued=date(2026, 1, 1))


def test_a_file_cut_anywhere_in_its_end_is_refused(door: Door) -> None:
    whole = door.file(*[row(n) for n in range(1, 13)]).read_bytes()
    for cut in range(1, 60):
        half_a_character = whole[-cut] & 0xC0 == 0x80  # what is cut off starts inside one
        door.refuse(door.raw(whole[:-cut]), "ENCODING_INVALID" if half_a_character else "TRUNCATED")


def test_a_register_without_an_end_marker_needs_none(door: Door) -> None:
    door.take(door.raw(f"{HEADER}\n{row(1)}\n{row(2)}".encode()), changed(end_marker=None))
    assert door.good().height == 2


def test_the_header_is_held_against_the_contract(door: Door) -> None:
    names, cells = HEADER.split(","), row(1).split(",")
    turned = door.file(",".join([*cells[::-1], "x"]), header=",".join([*names[::-1], "colour"]))
    delivery = door.take(turned).delivery
    assert delivery.extra_columns == ("colour",)
    assert door.good().drop("line").rows()[0][:2] == ("A1", "sale")
    later = date(2026, 1, 1)
    renamed = door.file(row(1), header=HEADER.replace("kind", "type"), name="b.csv")
    assert "kind missing (found: record_no, type" in door.refuse(renamed, "SCHEMA", issued=later)
    doubled = door.file(row(1), header=HEADER.replace("remark", "kind"), name="c.csv")
    assert "kind stand twice" in door.refuse(doubled, "SCHEMA", issued=later)


def test_an_optional_column_that_is_absent_is_remarked(door: Door) -> None:
    file = door.file(row(1).rpartition(",")[0], header=HEADER.rpartition(",")[0])
    assert [f.code for f in door.take(file).delivery.findings] == ["ABSENT_COLUMN"]
    assert door.good()["remark"].to_list() == [None]


def test_nothing_is_not_zero(door: Door) -> None:
    door.refuse(door.raw(b""), "EMPTY")
    door.refuse(door.raw(HEADER.encode()), "EMPTY", changed(end_marker=None))


def test_an_end_marker_that_counts_none_is_zero(door: Door) -> None:
    assert door.take(door.file()).delivery.rows == 0


@pytest.mark.parametrize("dated_by", ["month", "year"])
def test_a_list_of_all_that_stands_is_never_empty(door: Door, dated_by: str) -> None:
    register = changed(dated_by=dated_by, delivers="year" if dated_by == "year" else "snapshot")
    reason = door.refuse(door.file(), "EMPTY", register, period="2024-08" if dated_by == "month" else "2023")
    assert reason == "the file lists nothing, though it is to list all that stands. Export the whole list and deliver it again."


def test_a_file_above_the_limit_is_refused(door: Door) -> None:
    assert "more than 100 bytes" in door.refuse(door.file(row(1)), "TOO_BIG", changed(bytes_limit=100))


def test_an_event_must_lie_in_the_month(door: Door) -> None:
    events = {"recorded": {"date": "recorded_on", "title": title("r")}, "released": {"date": "released_on", "title": title("l")}}
    data = {**DEALINGS.model_dump(by_alias=True), "delivers": "events", "dated_by": None, "events": events}
    register = Register.model_validate(data)
    inside, earlier = row(1), row(2, recorded_on="2023-01-01", released_on="2024-09-30")
    outside = row(3, recorded_on="2024-08-31", released_on="2024-10-01")
    door.take(door.file(inside, earlier, outside), register)
    assert [(line, code) for line, _, _, code in door.bad()] == [(4, "NO_EVENT")]


@pytest.mark.parametrize(("dated_by", "period"), [("month", "2024-08"), ("year", "2023")])
def test_snapshots_and_years_belong_to_their_period(door: Door, dated_by: str, period: str) -> None:
    register = changed(dated_by=dated_by, delivers="year" if dated_by == "year" else "snapshot")
    door.take(door.file(row(1), row(2), row(3, month="2024-07", year="2022")), register, period)
    assert [(line, field, code) for line, field, _, code in door.bad()] == [(4, dated_by, "WRONG_PERIOD")]


def test_a_period_of_the_wrong_kind_is_a_wrong_call(door: Door) -> None:
    with pytest.raises(IpmonError, match="dealings is delivered for a month"):
        door.take(door.file(row(1)), period="2024")


def test_a_period_that_is_not_over_is_a_wrong_call(door: Door) -> None:
    """September 2024 ends on the 30th: a file issued on that day may hold it, one of the day before cannot."""
    with pytest.raises(IpmonError, match="--period 2024-09 is not over on 2024-09-29"):
        door.take(door.file(row(1)), issued=date(2024, 9, 29))
    with pytest.raises(IpmonError, match="--period 2199-01 is not over on"):
        door.take(door.raw(f"{HEADER}\n#END,0\n".encode()), period="2199-01")
    assert door.take(door.file(row(1)), issued=date(2024, 9, 30)).outcome == "accepted"


@pytest.mark.parametrize(("period", "codes"), [("1924-09", ["FAR_PERIOD"]), ("2023-08", ["FAR_PERIOD"]), ("2023-09", [])])
def test_a_period_far_from_all_others_is_remarked(door: Door, period: str, codes: list[str]) -> None:
    """2024-09 is there; a year before it is near."""
    empty = f"{HEADER}\n#END,0\n".encode()
    assert door.take(door.file(row(1))).delivery.findings == ()
    delivery = door.take(door.raw(empty), period=period).delivery
    assert [f.code for f in delivery.findings] == codes
    assert all("2024-09" in f.en and "2024-09" in f.zh for f in delivery.findings)


def test_f37_f38_f39_same_bytes_corrections_and_conflicts(door: Door) -> None:
    first = door.take(door.file(row(1))).delivery
    again = door.take(door.file(row(1), name="other.csv"))
    assert (again.outcome, again.delivery, len(load_manifest(door.root))) == ("known", first, 1)
    second = door.file(row(1, amount="9"))
    assert "receive it with --issued DATE" in door.refuse(second, "CONFLICT")
    newer = door.take(second, issued=date(2026, 11, 22)).delivery
    assert current_by_period(load_manifest(door.root), "dealings") == {PERIOD: newer}
    older = door.take(door.file(row(1, amount="8")), issued=date(2026, 1, 1)).delivery
    assert [f.code for f in older.findings] == ["EARLIER_VINTAGE"]
    third = door.file(row(1, amount="7"))
    assert f"ipmon withdraw {newer.delivery_id}" in door.refuse(third, "CONFLICT", issued=date(2026, 11, 22))
    assert current_by_period(load_manifest(door.root), "dealings") == {PERIOD: newer}


def test_f42_a_withdrawn_month_has_the_earlier_file_or_none_and_may_come_again(door: Door) -> None:
    first = door.take(door.file(row(1))).delivery
    second = door.take(door.file(row(2)), issued=date(2026, 11, 22)).delivery
    later = datetime(2026, 11, 25, 4, tzinfo=UTC)
    assert withdraw(second.delivery_id, date(2026, 11, 24), "wrong table", door.root, later)
    assert current_by_period(load_manifest(door.root), "dealings") == {PERIOD: first}
    assert not withdraw(second.delivery_id, date(2026, 11, 25), "again", door.root, later)
    assert withdraw(first.delivery_id, date(2026, 11, 25), "wrong too", door.root, later)
    assert current_by_period(load_manifest(door.root), "dealings") == {}
    back = door.take(door.file(row(2)), issued=date(2026, 11, 22))
    assert (back.outcome, back.delivery.delivery_id) == ("accepted", f"{second.delivery_id}-2")
    assert current_by_period(load_manifest(door.root), "dealings") == {PERIOD: back.delivery}
    assert door.take(door.file(row(2))).outcome == "known"


def test_what_cannot_be_withdrawn_is_said(door: Door) -> None:
    id_ = door.take(door.file(row(1))).delivery.delivery_id
    with pytest.raises(IpmonError, match=f"There is no delivery '{id_[:-1]}'. Did you mean {id_}"):
        withdraw(id_[:-1], date(2026, 11, 22), "x", door.root, NOON)
    with pytest.raises(IpmonError, match="lies in the future"):
        withdraw(id_, date(2026, 11, 23), "x", door.root, NOON)
    with pytest.raises(IpmonError, match="lies before"):
        withdraw(id_, date(2026, 11, 21), "x", door.root, NOON)
    with pytest.raises(IpmonError, match="--reason is empty"):
        withdraw(id_, date(2026, 11, 22), " ", door.root, NOON)


def test_simulated_and_real_data_never_mix(door: Door, tmp_path: Path) -> None:
    real, simulated = door.file(row(1)), door.file(row(2, record_no="SIM2"), name="SYNTHETIC_d.csv")
    door.refuse(simulated, "SYNTHETIC_MIX")
    door.refuse(door.raw(simulated.read_bytes(), "renamed.csv"), "SYNTHETIC_MIX")
    door.take(real)
    door.refuse(simulated, "SYNTHETIC_MIX", synthetic=True)
    other = Door(DataRoot(tmp_path / "synthetic"), door.folder)
    assert other.take(simulated, synthetic=True).delivery.synthetic
    assert load_manifest(other.root)[0].synthetic
    other.refuse(real, "SYNTHETIC_MIX")


def test_a_table_is_no_guest_of_a_synthetic_root(door: Door) -> None:
    from ipmon.contracts import load_contracts
    from ipmon.dimensions import load_dimensions

    door.take(door.file(row(1, record_no="SIM1"), name="SYNTHETIC_d.csv"), synthetic=True)
    contract = load_contracts(CHECKOUT / "assets" / "sources", [])["pledge_financing"]
    dimensions = load_dimensions(CHECKOUT / "assets" / "dimensions", [])
    with pytest.raises(Rejected, match="SYNTHETIC_MIX"):
        receive_table(door.file(row(1)), contract, PERIOD, None, door.root, NOON, dimensions)


def test_brackets_in_a_name_are_no_pattern(door: Door) -> None:
    door.file(row(1), name="data1.csv")
    delivery = door.take(door.file(row(7), name="data[1].csv")).delivery
    assert (delivery.name, door.good()["record_no"].to_list()) == ("data[1].csv", ["A7"])


def test_staged_rows_can_be_made_again_from_raw(door: Door) -> None:
    delivery = door.take(door.file(row(1), row(2, shares="x"))).delivery
    good, bad = door.good(), door.bad()
    for path in Store(door.root).folder.rglob("*.parquet"):
        path.unlink()
    restage(delivery, DEALINGS, door.root)
    assert (door.good().rows(), door.bad()) == (good.rows(), bad)
    raw = door.root.raw / delivery.path
    raw.chmod(0o644)
    raw.write_bytes(raw.read_bytes().replace(b"A1", b"A3"))
    with pytest.raises(IpmonError, match="sha256 differs"):
        restage(delivery, DEALINGS, door.root)


def _shipped_row() -> tuple[Register, str, str]:
    register = load_registers(CHECKOUT / "assets" / "registers", [])["patent_transactions"]
    cells = {name: f.example for name, f in register.fields.items()} | {"record_date": "2024-09-12"}
    return register, ",".join(cells), ",".join(cells.values())


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-m", "pipelines.cli", *arguments]
        environment = os.environ | {"IPMON_HOME": str(tmp_path / "data")}
        return subprocess.run(program, cwd=CHECKOUT, env=environment, capture_output=True, text=True)

    return run


def test_the_command_line_takes_refuses_and_withdraws(door: Door, command: Callable[..., Any]) -> None:
    _, header, line = _shipped_row()
    rows = [line.replace("X2024110012345", f"X{n}") for n in range(200)]
    bad = line.replace("assignment", "gift")
    args = ("--source", "patent_transactions", "--period", PERIOD)
    refused = command("receive", str(door.file(*rows[:9], bad, header=header)), *args)
    assert (refused.returncode, refused.stdout) == (3, "")
    assert refused.stderr.startswith("REJECTED TOO_MANY_BAD_ROWS d.csv: 1 of 10 rows break the contract, which allows 1.00%")
    taken = command("receive", str(door.file(*rows, bad, header=header)), *args)
    assert taken.returncode == 0, taken.stderr
    first, note = taken.stdout.splitlines()
    assert first.startswith("accepted: patent_transactions-")
    assert ", 200 rows, csv utf-8, raw/patent_transactions/2024-09/" in first
    id_ = load_manifest(door.root)[0].delivery_id
    place = f"work/registers/quarantine/patent_transactions/2024-09/{id_}.parquet"
    assert note == f"note: 1 of 201 rows break the contract and lie in {place}"
    today = load_manifest(door.root)[0].received_on.isoformat()
    gone = command("withdraw", id_, "--issued", today, "--reason", "sent by mistake")
    assert (gone.returncode, gone.stdout) == (0, f"withdrawn: {id_}\n")
    assert command("withdraw", id_, "--issued", today, "--reason", "sent by mistake").stdout == f"known: {id_}\n"
    unknown = command("withdraw", "patent", "--issued", today, "--reason", "x")
    assert (unknown.returncode, unknown.stderr.startswith("There is no delivery 'patent'.")) == (2, True)


def test_the_inbox_takes_registers(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    import dagster as dg

    from pipelines.sensors import inbox

    monkeypatch.setenv("IPMON_HOME", str(door.root.root))
    door.root.inbox.mkdir(parents=True)
    _, header, line = _shipped_row()
    door.file(line, header=header).rename(door.root.inbox / "patent_transactions@2024-09.csv")
    assert isinstance(inbox(dg.build_sensor_context()), dg.SensorResult)
    assert [(d.source_id, d.period, d.rows) for d in load_manifest(door.root)] == [("patent_transactions", PERIOD, 1)]
    assert list(door.root.inbox.iterdir()) == []


MEMORY = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from ipmon.paths import CHECKOUT, DataRoot
from ipmon.registers.contract import load_registers
from ipmon.registers.intake import receive
from ipmon.registers.lines import lines_at
from ipmon.registers.reading import plain
register = load_registers(CHECKOUT / "assets/registers", [])["patent_transactions"]
taken = receive(Path(sys.argv[1]), register, "2024-09", None, DataRoot(Path(sys.argv[2])), datetime(2026, 11, 22, tzinfo=UTC))
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(taken.delivery.rows, taken.delivery.rows_bad, peak)
"""


def test_memory_stays_bounded(door: Door) -> None:
    """300,000 rows, then four times as many: the peak of a process of its own stays below one bound."""
    _, header, line = _shipped_row()
    for rows in (300_000, 1_200_000):
        file = door.file(*(line.replace("X2024110012345", f"X{k}") for k in range(rows)), header=header)
        command = [sys.executable, "-c", MEMORY, str(file), str(door.root.root / str(rows))]
        done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=120, check=True)
        good, bad, peak_kilobytes = map(int, done.stdout.split())
        assert (good, bad) == (rows, 0)
        assert peak_kilobytes < 700 * 1024


JUNK = ("2024/09", "2024年9月", "x y", "-1.5e99", "9" * 30)
STRICT = ("date", "month", "year", "integer", "amount", "flag", "code")
"""Kinds of fields in which all of that is wrong; a name or a number of a record may look like much of it."""


@pytest.mark.parametrize("register", load_registers(CHECKOUT / "assets" / "registers", []).values(), ids=lambda r: r.id)
def test_whatever_a_field_holds_its_row_is_bad_for_that_field(door: Door, register: Register) -> None:
    """The example row, and it again with each field spoilt: nothing fails on it, and each spoilt field is named on its line."""
    example = {name: field.example for name, field in register.fields.items()}
    spoilt = [(name, example | {name: junk}) for name in example for junk in JUNK]
    lines = [",".join(row.values()) for row in (example, *(row for _, row in spoilt))]
    end = f"{register.end_marker},{len(lines)}" if register.end_marker else ""
    period = "2024" if register.cadence == "annual" else "2024-09"
    file = door.raw("\n".join([",".join(example), *lines, end]).encode())
    delivery = door.take(file, register.model_copy(update={"bad_share": 1.0}), period).delivery
    assert delivery.rows + delivery.rows_bad == len(lines)
    named = {(line, field) for line, field, _, _ in door.bad()}
    wanted = {(line, name) for line, (name, _) in enumerate(spoilt, 3) if register.fields[name].kind in STRICT}
    assert wanted - named == set()
