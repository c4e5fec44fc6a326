"""Bytes to cells: content decides, decoding is strict, workbooks lose nothing in silence."""

import datetime
import io
import random
import zipfile
from pathlib import Path

import openpyxl
import pytest

from ipmon.breaches import Breach
from ipmon.containers import column_letters, container_of, decode, open_grid
from ipmon.contracts import Limits
from ipmon.dimensions import Dimensions
from ipmon.sheets import text_of

LIMITS = Limits(bytes=10_000_000, rows=1000)
BOTH = ["utf-8", "gb18030"]
FILES = Path(__file__).parent / "files"


def workbook(*rows: list[object], merged: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    book.save(buffer := io.BytesIO())
    return buffer.getvalue()


def with_entry(raw: bytes, name: str, content: bytes) -> bytes:
    """The archive with one entry replaced or added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return buffer.getvalue()


def breach(raw: bytes, encodings: list[str] = BOTH, suffix: str = ".csv") -> Breach:
    with pytest.raises(Breach) as caught:
        open_grid(raw, suffix, encodings, LIMITS)
    return caught.value


def test_byte_order_mark_is_no_part_of_the_header() -> None:
    grid = open_grid("\ufeff地区,值\n北京,1\n".encode(), ".csv", BOTH, LIMITS)
    assert grid.cells == [["地区", "值"], ["北京", "1"]]
    assert (grid.encoding, grid.final_newline, grid.place(1), grid.place(1, 1)) == ("utf-8", True, "line 2", "line 2")


def test_gb18030_is_decoded_before_anything_is_split() -> None:
    # 0x5C and 0x7C, backslash and bar, are second bytes of Chinese characters in GB18030: 誠 is D55C, 輡 is DD7C
    grid = open_grid("誠,輡\n".encode("gb18030"), ".csv", BOTH, LIMITS)
    assert (grid.cells, grid.encoding) == ([["誠", "輡"]], "gb18030")


def test_no_region_name_in_utf8_is_taken_for_gb18030(dimensions: Dimensions) -> None:
    names = [area.name_zh for area in dimensions.areas.values() if area.level in ("province", "sar")]
    assert len(names) == 34
    assert [decode(name.encode(), BOTH) for name in names] == [(name, "utf-8") for name in names]


def test_damaged_utf8_is_not_passed_off_as_gb18030() -> None:
    raw = "地区\n".encode() + "上海市".encode()[:-1] + b",1\n"
    assert raw.decode("gb18030") == "鍦板尯\n涓婃捣甯,1\n"  # what a careless reader would take in without an error
    found = breach(raw)
    # 地区 are 6 bytes, the line's end 1, 上海 6: the cut character starts at byte 13
    assert (found.code, found.where) == ("ENCODING_INVALID", "byte 13")


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        ("ab\n值\ufffd\n".encode(), "byte 6"),  # a b newline, then three bytes of 值
        ("值\ufffd\n".encode("gb18030"), "byte 2"),
        (b"\xef\xbb\xbfab\xef\xbf\xbd", "byte 5"),
        (b"a,b\n1,\x002\n", "byte 6"),
        (b"a,b\n\xb1\xb1\xff\xff\n", "byte 6"),
        ("a,b\n".encode("utf-16"), "byte 0"),
        ("a,b\n".encode("utf-16-le"), "byte 1"),
    ],
)
def test_what_cannot_be_decoded_is_refused_with_its_byte(raw: bytes, where: str) -> None:
    found = breach(raw)
    assert (found.code, found.where) == ("ENCODING_INVALID", where)


def test_utf16_is_read_where_the_contract_declares_it() -> None:
    grid = open_grid("地区,值\n北京,1\n".encode("utf-16"), ".csv", ["utf-16"], LIMITS)
    assert (grid.cells, grid.encoding) == ([["地区", "值"], ["北京", "1"]], "utf-16")


def test_control_characters_are_taken_out_and_counted() -> None:
    grid = open_grid('a\x07,"b\u200b\r\nc"\n d\t,e\n'.encode(), ".csv", BOTH, LIMITS)
    assert grid.cells == [["a", "b c"], ["d", "e"]]
    assert grid.control_characters == 2
    assert grid.lines == [1, 3]  # the quoted cell runs over lines 1 and 2


def test_blank_lines_are_skipped_without_shifting_places() -> None:
    grid = open_grid(b"a\n\nb\n", ".csv", BOTH, LIMITS)
    assert (grid.cells, grid.place(1)) == ([["a"], ["b"]], "line 3")


def test_an_open_quotation_mark_is_a_truncated_file() -> None:
    found = breach(b'a,b\n1,2\n3,"4\n5,6\n')
    assert (found.code, found.where) == ("TRUNCATED", "line 3")


@pytest.mark.parametrize(
    ("raw", "suffix", "code"),
    [
        (b"", ".csv", "EMPTY"),
        (b" \r\n", ".csv", "EMPTY"),
        (b"", ".xlsx", "BAD_CONTAINER"),
        (b"<!DOCTYPE html><table>", ".xlsx", "BAD_CONTAINER"),
        (b"\xef\xbb\xbf\n<html>", ".csv", "BAD_CONTAINER"),
        (b"PAR1....PAR1", ".csv", "BAD_CONTAINER"),
        (b"12345678DUCK", ".csv", "BAD_CONTAINER"),
        (b"SQLite format 3\x00", ".xlsx", "BAD_CONTAINER"),
        (b"%PDF-1.7", ".xls", "BAD_CONTAINER"),
        (b"PK\x03\x04 and nothing more", ".xlsx", "BAD_CONTAINER"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and nothing more", ".xls", "BAD_CONTAINER"),
    ],
)
def test_content_decides_what_a_file_is(raw: bytes, suffix: str, code: str) -> None:
    assert breach(raw, suffix=suffix).code == code


def test_suffix_does_not_matter() -> None:
    raw = workbook(["地区", "值"], ["北京", 1])
    assert open_grid(raw, ".csv", BOTH, LIMITS).cells == [["地区", "值"], ["北京", "1"]]
    assert container_of((FILES / "2016-04_invention_applications.xls").read_bytes(), ".xlsx") == "xls"


def test_merged_ranges_are_filled() -> None:
    raw = workbook(["地区", "件数", None], [None, "本月", "累计"], merged=("A1:A2", "B1:C1"))
    grid = open_grid(raw, ".xlsx", BOTH, LIMITS)
    assert grid.cells == [["地区", "件数", "件数"], ["地区", "本月", "累计"]]
    assert grid.place(1, 2) == "Sheet!C2"


def test_a_cell_shown_as_percentage_is_read_as_shown() -> None:
    book = openpyxl.Workbook()
    book.active.append([0.144, 0.144, -0.03])
    book.active["A1"].number_format, book.active["C1"].number_format = "0.0%", "0%"
    book.save(buffer := io.BytesIO())
    assert open_grid(buffer.getvalue(), ".xlsx", BOTH, LIMITS).cells == [["14.4%", "0.144", "-3%"]]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (14723.0, "14723"),
        (14.399999999999999, "14.4"),  # what spreadsheets store for 14.4
        (-0.5, "-0.5"),
        (1e15, "1000000000000000"),
        (1e-7, "0.0000001"),
        (True, "TRUE"),
        (datetime.date(2024, 3, 1), "2024-03-01"),
        ("—", "—"),
    ],
)
def test_cells_become_text_as_shown(value: object, text: str) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("column", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_are_named_as_spreadsheets_do(column: int, letters: str) -> None:
    assert column_letters(column) == letters


def test_a_sheet_that_is_missing_is_named() -> None:
    with pytest.raises(Breach, match="sheet '统计表' is missing \\(found: Sheet\\)"):
        open_grid(workbook(["a"]), ".xlsx", BOTH, LIMITS, "统计表")


def test_two_cells_far_apart_are_not_laid_out() -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = 1, 2
    book.save(buffer := io.BytesIO())
    assert breach(buffer.getvalue()).code == "TOO_BIG"


def test_an_entry_that_points_outside_the_archive_is_refused() -> None:
    found = breach(with_entry(workbook(["a"]), "../../evil.xml", b"x"))
    assert (found.code, "points outside" in found.reason) == ("BAD_CONTAINER", True)


def test_a_directory_that_lies_about_sizes_is_found_out() -> None:
    raw = with_entry(workbook(["a"]), "xl/media/padding.bin", b"\0" * 60_000_000)
    size = (60_000_000).to_bytes(4, "little")
    assert raw.count(size) == 2  # local header and directory
    found = breach(raw.replace(size, (10).to_bytes(4, "little")))
    assert (found.code, "inflates to" in found.reason) == ("ZIP_BOMB", True)


def test_an_archive_above_the_size_limit_is_refused_however_little_it_is_packed() -> None:
    with pytest.raises(Breach, match=r"declares more than 2,000 bytes"):
        open_grid(workbook(["a"]), ".xlsx", BOTH, Limits(bytes=10_000_000, rows=1000, zip_inflated_bytes=2000))


def test_too_many_entries_are_counted_before_the_directory_is_read() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for n in range(501):
            archive.writestr(f"xl/{n}.xml", b"")
    assert breach(buffer.getvalue()).code == "ZIP_BOMB"


def test_entities_of_a_worksheet_are_never_expanded() -> None:
    raw = workbook(["a"])
    bomb = b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet><c r="A1"><v>&b;</v></c></worksheet>'
    found = breach(with_entry(raw, "xl/worksheets/sheet1.xml", bomb))
    assert (found.code, "document type" in found.reason) == ("BAD_CONTAINER", True)


@pytest.mark.parametrize("name", ["xlsx", "xls"])
def test_no_damage_ends_in_anything_but_a_breach(name: str) -> None:
    whole = (
        workbook(["地区", "值"], ["北京", 1]) if name == "xlsx" else (FILES / "2016-04_invention_applications.xls").read_bytes()
    )
    dice = random.Random(7)
    for _ in range(150 if name == "xlsx" else 25):  # each .xls costs a child process
        raw = bytearray(whole[: dice.randrange(1, len(whole))] if dice.random() < 0.3 else whole)
        for _ in range(dice.randrange(1, 6)):
            raw[dice.randrange(len(raw))] = dice.randrange(256)
        try:
            open_grid(bytes(raw), f".{name}", BOTH, LIMITS)
        except Breach as found:
            assert found.reason.endswith(".")
