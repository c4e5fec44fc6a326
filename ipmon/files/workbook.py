"""workbook.xlsx: cover, contents, notes and one table a sheet, for readers who work in a spreadsheet.

Belongs here: the sheets and their layout. Not here: which tables go in and in what words (assets/release/workbook.yaml), one cell
(see cells.py), workbooks that are delivered (see ipmon/workbooks.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.worksheet import Worksheet

from ipmon import sql
from ipmon.declared import Text
from ipmon.errors import DeclarationError
from ipmon.files.cells import Pen, width
from ipmon.files.declared import Files
from ipmon.files.edition import Edition

EXCEL_ROWS = 1_048_576
TITLE, BACK, ABOVE, HEADER, BODY = range(5)
"""The rows of a sheet: title, the way back, what each column holds, its name, and the first row of data."""

COVER, CONTENTS, NOTES = [110], [32, 44, 64, 12, 44, 60], [22, 76, 90]
"""The columns of the front sheets, as wide as so many characters."""

PIECE, SAMPLE = 5_000, 50
"""So many rows are held at a time; so many of them say how wide a column is."""

Cells = tuple[Any, ...]


@dataclass(frozen=True)
class Sheet:
    """A table as a sheet: its title, its columns (name and type), how many rows it has, and whether Excel can hold them."""

    name: str
    title: Text
    columns: list[tuple[str, str]]
    rows: int
    fits: bool


def write_workbook(
    connection: duckdb.DuckDBPyConnection, declared: Files, edition: Edition, path: Path, most_rows: int = EXCEL_ROWS
) -> None:
    """The workbook of the mart behind `connection`: the same bytes for the same rows and edition.

    A table that has more rows than a sheet can hold is left out, and the contents say so. Raises DeclarationError for a declared
    column that the mart does not have, OSError where the file cannot be written.
    """
    sheets = [_sheet(connection, declared, name, columns, most_rows) for name, columns in declared.workbook.sheets.items()]
    try:
        _write(connection, declared, edition, path, sheets)
    except FileCreateError as error:
        raise error.args[0] from None  # the OSError in it: whoever runs out of disk is told so


def _write(connection: duckdb.DuckDBPyConnection, declared: Files, edition: Edition, path: Path, sheets: Sequence[Sheet]) -> None:
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_urls": False}) as book:
        book.set_properties(_properties(declared, edition))
        pages = _Pages(book, declared, edition)
        pages.cover()
        pages.contents(sheets)
        pages.notes()
        for sheet in sheets:
            if sheet.fits:
                pages.table(sheet, _rows(connection, sheet))


def _sheet(connection: duckdb.DuckDBPyConnection, declared: Files, name: str, columns: list[str], most_rows: int) -> Sheet:
    types = {row[0]: row[1] for row in connection.execute(f"describe {sql.name(name)}").fetchall()}
    unknown = [f"release/workbook.yaml: {name} has no column '{column}'" for column in columns if column not in types]
    if unknown:
        raise DeclarationError(unknown)
    ((rows,),) = connection.execute(f"select count(*) from {sql.name(name)}").fetchall()
    chosen = [(column, types[column]) for column in columns or types]
    return Sheet(name, declared.schema.title(name), chosen, rows, BODY + rows <= most_rows)


def _rows(connection: duckdb.DuckDBPyConnection, sheet: Sheet) -> Iterator[list[Cells]]:
    """The rows of a sheet in pieces; decimals as the numbers that a spreadsheet knows."""
    cast = {c: "::double" if type_.startswith("DECIMAL") else "" for c, type_ in sheet.columns}
    cursor = connection.execute(f"select {', '.join(sql.name(c) + to for c, to in cast.items())} from {sql.name(sheet.name)}")
    while rows := cursor.fetchmany(PIECE):
        yield rows


def _properties(declared: Files, edition: Edition) -> dict[str, Any]:
    """The same whenever the workbook of one release is written: its day is the release's."""
    return {
        "title": _both(edition.titled(declared.about.title)),
        "author": declared.about.author,
        "comments": edition.release_id,
        "created": datetime.combine(edition.as_of, time()),
    }


class _Pages:
    """The sheets of one workbook, in one style."""

    def __init__(self, book: xlsxwriter.Workbook, declared: Files, edition: Edition) -> None:
        self._book, self._declared, self._edition = book, declared, edition
        self._words, self._pen = declared.workbook.words, Pen(book)

    def cover(self) -> None:
        """What this is, of which day, and how to cite it; everything in both languages."""
        about, words = self._declared.about, self._words
        page = self._page(self._declared.workbook.cover, about.title, COVER)
        said = (about.description, words["release"], words["as_of"], words["how"], about.cite)
        for row, line in enumerate((line for text in said for line in (text.zh, text.en)), BACK + 1):
            filled = line.format(release=self._edition.release_id, as_of=self._edition.as_of)
            self._pen.lines(page, row, [filled], COVER, "wrapped")

    def contents(self, sheets: Sequence[Sheet]) -> None:
        """Every sheet with a link and its rows; then every table that is not here, with where it is."""
        schema, words, here = self._declared.schema, self._words, {sheet.name: sheet for sheet in sheets}
        page = self._page(self._declared.workbook.contents, words["contents"], CONTENTS)
        self._header(page, [_both(words[name]) for name in ("table", "zh", "en", "rows", "note_zh", "note_en")])
        elsewhere = [name for name in (*schema.views, *schema.tables) if name not in here]
        for row, name in enumerate((*here, *elsewhere), BODY):
            title, sheet = schema.title(name), here.get(name)
            why = words["elsewhere"] if sheet is None else None if sheet.fits else words["too_long"]
            notes = [why.zh.format(table=name), why.en.format(table=name)] if why else ["", ""]
            self._pen.lines(page, row, [name, title.zh, title.en, "", *notes], CONTENTS, "wrapped")
            if sheet:
                page.write_number(row, 3, sheet.rows, self._pen.styles["size"])
            if sheet and sheet.fits:
                self._link(page, row, name, name)

    def notes(self) -> None:
        """Marks and conventions."""
        page = self._page(self._declared.workbook.notes, self._words["notes"], NOTES)
        self._header(page, [_both(self._words[name]) for name in ("about", "zh", "en")])
        for row, note in enumerate(self._declared.workbook.note_lines, BODY):
            self._pen.lines(page, row, [note.about, note.zh, note.en], NOTES, "wrapped")

    def table(self, sheet: Sheet, pieces: Iterator[list[Cells]]) -> None:
        """One table: its title, what each column holds, the columns' names with a filter, and the rows."""
        first, names = next(pieces, []), [name for name, _ in sheet.columns]
        above = [_both(self._declared.schema.described(sheet.name, name)) for name in names]
        widths = [width(above[n], [name, *(cells[n] for cells in first[:SAMPLE])]) for n, name in enumerate(names)]
        page = self._page(sheet.name, sheet.title, widths)
        self._link(page, BACK, self._declared.workbook.contents, _both(self._words["back"]))
        self._pen.lines(page, ABOVE, above, widths, "above")
        self._header(page, names)
        put = [self._pen.writer(page, type_) for _, type_ in sheet.columns]
        for row, cells in enumerate(chain(first, chain.from_iterable(pieces)), BODY):
            for column, cell in enumerate(cells):
                if cell is not None:
                    put[column](row, column, cell)
        page.autofilter(HEADER, 0, HEADER + max(1, sheet.rows), len(names) - 1)
        page.freeze_panes(BODY, 1)
        page.repeat_rows(HEADER)
        page.ignore_errors({"number_stored_as_text": f"A1:XFD{EXCEL_ROWS}"})

    def _page(self, name: str, title: Text, widths: Sequence[int]) -> Worksheet:
        """A sheet with its title, printed as wide as A4 across."""
        page = self._book.add_worksheet(name)
        for column, wide in enumerate(widths):
            page.set_column(column, column, wide)
        page.write_string(TITLE, 0, _both(self._edition.titled(title)), self._pen.styles["title"])
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        return page

    def _header(self, page: Worksheet, names: Sequence[str]) -> None:
        for column, name in enumerate(names):
            page.write_string(HEADER, column, name, self._pen.styles["header"])

    def _link(self, page: Worksheet, row: int, sheet: str, shown: str) -> None:
        page.write_url(row, 0, f"internal:'{sheet}'!A1", self._pen.styles["link"], shown)


def _both(text: Text) -> str:
    return f"{text.zh} {text.en}"
