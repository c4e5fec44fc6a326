"""The workbook: text stays text, what Excel cannot hold is said, and the same rows give the same bytes."""

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from ipmon.declared import Text
from ipmon.errors import DeclarationError
from ipmon.files.declared import About, Files, Note, Sdmx, Workbook
from ipmon.files.edition import Edition
from ipmon.files.workbook import write_workbook
from ipmon.mart_schema import Field, MartSchema, Table

WORDS = ("release", "as_of", "how", "contents", "notes", "back", "table", "zh", "en", "rows", "note_zh", "note_en", "about")
DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1+1", "＋1", "－1", "＠x", '=HYPERLINK("http://a","b")']
ABOUT = About(
    title=Text(zh="数据", en="Data"),
    description=Text(zh="描述", en="About"),
    author="a",
    cite=Text(zh="引", en="Cite"),
    keywords=[],
)
SDMX = Sdmx(agency="A", version="1.0.0", dimensions={}, attributes={}, measure="value", total=Text(zh="合", en="T"), codes={})
FIELDS = {
    name: Field(type_, f"{name}说明", f"What {name} is.")
    for name, type_ in {"name": "VARCHAR", "value": "DECIMAL(28,6)", "n": "BIGINT", "day": "DATE", "sure": "BOOLEAN"}.items()
}
TABLES = {name: Table(zh=f"{name}表", en=f"Table {name}", columns=list(FIELDS)) for name in ("things", "machines")}


def declared(sheets: dict[str, list[str]]) -> Files:
    words = {word: Text(zh=f"{word}字", en=f"{word} word") for word in WORDS}
    words |= {"elsewhere": Text(zh="另见{table}", en="see {table}"), "too_long": Text(zh="{table}太长", en="{table} is too long")}
    notes = [Note(about="[p]", zh="初步", en="Provisional")]
    workbook = Workbook(
        cover="封面 Cover", contents="目录 Contents", notes="说明 Notes", words=words, note_lines=notes, sheets=sheets
    )
    return Files(ABOUT, workbook, SDMX, MartSchema(FIELDS, TABLES, {}), {})


def written(
    path: Path, rows: list[tuple[Any, ...]], sheets: dict[str, list[str]] | None = None, **options: int
) -> openpyxl.Workbook:
    with duckdb.connect() as mart:
        for table in TABLES:
            mart.execute(f"create table {table} (name varchar, value decimal(28,6), n bigint, day date, sure boolean)")
        for row in rows:
            mart.execute("insert into things values (?, ?, ?, ?, ?)", row)
        write_workbook(
            mart, declared({"things": []} if sheets is None else sheets), Edition("r1", date(2026, 1, 2)), path, **options
        )
    return openpyxl.load_workbook(path)


def test_a_table_is_a_sheet_with_title_descriptions_names_and_rows_of_their_types(tmp_path: Path) -> None:
    book = written(tmp_path / "w.xlsx", [("a", "12.5", 7, date(2024, 2, 29), True), (None, "1234", None, None, False)])
    assert book.sheetnames == ["封面 Cover", "目录 Contents", "说明 Notes", "things"]
    things = list(book["things"].values)
    assert things[0][0] == "things表 Table things"
    assert things[2][:2] == ("name说明 What name is.", "value说明 What value is.")
    assert things[3] == ("name", "value", "n", "day", "sure")
    assert things[4:] == [("a", 12.5, 7, datetime(2024, 2, 29), True), (None, 1234, None, None, False)]
    assert [book["things"]["B5"].number_format, book["things"]["B6"].number_format] == ["#,##0.0#####", "#,##0"]
    assert (book["things"].freeze_panes, book["things"].auto_filter.ref) == ("B5", "A4:E6")
    assert all(sheet.merged_cells.ranges == set() for sheet in book)


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_looks_like_a_formula_is_text_and_stays_text_when_edited(tmp_path: Path, text: str) -> None:
    cell = written(tmp_path / "w.xlsx", [(text, None, None, None, None), ("plain", None, None, None, None)])["things"]["A5"]
    assert (cell.value, cell.data_type) == (text, "s")
    assert cell.quotePrefix
    with zipfile.ZipFile(tmp_path / "w.xlsx") as parts:
        assert not any(b"<f>" in parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/"))


def test_a_table_beyond_the_rows_of_a_sheet_is_left_out_and_the_contents_say_so(tmp_path: Path) -> None:
    rows = [(str(n), None, None, None, None) for n in range(3)]
    assert written(tmp_path / "w.xlsx", rows, most_rows=7)["things"].max_row == 7  # four above the rows
    book = written(tmp_path / "w.xlsx", rows, most_rows=6)
    assert "things" not in book.sheetnames
    contents = [row for row in book["目录 Contents"].values if row[0] in TABLES]
    assert contents == [
        ("things", "things表", "Table things", 3, "things太长", "things is too long"),
        ("machines", "machines表", "Table machines", None, "另见machines", "see machines"),
    ]


def test_text_longer_than_a_cell_ends_with_a_sign_of_it(tmp_path: Path) -> None:
    cells = [
        written(tmp_path / "w.xlsx", [("长" * size, None, None, None, None)])["things"]["A5"].value for size in (32_767, 32_768)
    ]
    assert cells[0] == "长" * 32_767
    assert cells[1] == "长" * 32_763 + " […]"


def test_a_day_that_a_spreadsheet_counts_wrongly_is_text(tmp_path: Path) -> None:
    rows = [("a", None, None, date(1900, 2, 28), None), ("b", None, None, date(1900, 3, 1), None)]
    sheet = written(tmp_path / "w.xlsx", rows)["things"]
    assert [sheet["D5"].value, sheet["D6"].value] == ["1900-02-28", datetime(1900, 3, 1)]


def test_an_empty_table_is_a_sheet_with_its_names(tmp_path: Path) -> None:
    assert list(written(tmp_path / "w.xlsx", [], {"things": ["value", "name"]})["things"].values)[3] == ("value", "name")


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        written(tmp_path / name, [("a", "12.5", 7, date(2024, 2, 29), True)])
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_a_declared_column_that_no_table_has_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"workbook\.yaml: things has no column 'colour'"):
        written(tmp_path / "w.xlsx", [], {"things": ["name", "colour"]})


def test_a_file_that_cannot_be_written_is_the_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        written(tmp_path / "gone" / "w.xlsx", [])
