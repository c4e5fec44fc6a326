"""Bytes to a grid of text cells, whatever the container and the encoding.

Belongs here: telling containers apart by content, strict decoding, splitting CSV. Not here: the inside of workbooks (see
workbooks.py), nor what any cell means.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ipmon.breaches import Breach
from ipmon.contracts import Limits
from ipmon.workbooks import read_xls, read_xlsx

# Everything of C0, C1 and the invisible format characters but tab, line feed and carriage return, which CSV itself uses.
CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
FOREIGN = {
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF file",
    b"\x1f\x8b": "a gzip archive",
    b"SQLite format 3": "an SQLite database",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
}


@dataclass(frozen=True)
class Grid:
    """Rows of text cells with the place of each: `lines` are the physical lines of a CSV, `sheet` the worksheet of a workbook."""

    cells: list[list[str]]
    container: Literal["csv", "xlsx", "xls"]
    encoding: str
    lines: list[int]
    sheet: str = ""
    control_characters: int = 0
    final_newline: bool = True

    def place(self, row: int, column: int | None = None) -> str:
        """Where a cell (or, without a column, a row) stands: `line 12` or `Sheet1!C7`. Both count from 0."""
        if self.container == "csv":
            return f"line {self.lines[row]}"
        return f"{self.sheet}!{'' if column is None else column_letters(column)}{self.lines[row]}"


def column_letters(column: int) -> str:
    """A column counted from 0 as spreadsheets name it: 0 is A, 26 is AA."""
    letters = ""
    while column >= 0:
        column, digit = divmod(column, 26)
        letters, column = chr(65 + digit) + letters, column - 1
    return letters


def open_grid(raw: bytes, suffix: str, encodings: Sequence[str], limits: Limits, sheet: str | None = None) -> Grid:
    """The cells of a delivery as text. Raises Breach for anything that is no intact CSV, XLSX or XLS within the limits."""
    kind = container_of(raw, suffix)
    if kind == "csv":
        grid = _split(*decode(raw, encodings))
    else:
        name, cells = (read_xlsx if kind == "xlsx" else read_xls)(raw, sheet, limits)
        cleaned, stripped = _clean_cells(cells)
        grid = Grid(cleaned, kind, "", list(range(1, len(cells) + 1)), name, stripped)
    if len(grid.cells) > limits.rows:
        raise Breach("TOO_BIG", f"it has {len(grid.cells)} rows, the contract allows {limits.rows}. Deliver it in parts.")
    return grid


def container_of(raw: bytes, suffix: str) -> Literal["csv", "xlsx", "xls"]:
    """What the bytes are, by their first bytes; the suffix only tells an empty workbook from an empty text."""
    if not raw and suffix.lower() in {".xlsx", ".xls", ".xlsm"}:
        raise Breach("BAD_CONTAINER", "the workbook has no bytes. Ask the publisher for the file again.")
    if not raw.strip():
        raise Breach("EMPTY", "the file holds nothing; no data is not zero. Ask the publisher for the file again.")
    if raw.startswith(b"PK"):
        return "xlsx"
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    foreign = next((what for magic, what in FOREIGN.items() if raw.startswith(magic)), None)
    foreign = "a DuckDB database" if raw[8:12] == b"DUCK" else foreign
    foreign = "a web page" if raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else foreign
    if foreign:
        raise Breach("BAD_CONTAINER", f"the content is {foreign}; deliver CSV, XLSX or XLS, whatever the suffix says.")
    return "csv"


def decode(raw: bytes, encodings: Sequence[str]) -> tuple[str, str]:
    """Text and encoding name: UTF-8 strict, then GB18030 strict where declared, never lossy. Raises Breach with the offset."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _utf16(raw, encodings), "utf-16"
    if (offset := raw.find(b"\0")) >= 0:
        raise _undecodable(offset, "a NUL byte")
    text, encoding = _utf8_or_gb18030(raw.removeprefix(b"\xef\xbb\xbf"), encodings, len(raw))
    if (at := text.find("\ufffd")) >= 0:
        offset = len(raw) - len(text[at:].encode(encoding))
        raise _undecodable(offset, "the replacement character U+FFFD, so an earlier program has already lost text")
    return text, encoding


def _utf16(raw: bytes, encodings: Sequence[str]) -> str:
    if "utf-16" not in encodings:
        raise _undecodable(0, "UTF-16, which the contract does not allow")
    try:
        return raw.decode("utf-16")
    except UnicodeDecodeError as error:
        raise _undecodable(error.start, "bytes that are no UTF-16") from None


def _utf8_or_gb18030(body: bytes, encodings: Sequence[str], total: int) -> tuple[str, str]:
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        offset = total - len(body) + error.start
    if "gb18030" not in encodings or _is_damaged_utf8(body):
        raise _undecodable(offset, "bytes that are no UTF-8")
    try:
        return body.decode("gb18030"), "gb18030"
    except UnicodeDecodeError as error:
        raise _undecodable(error.start, f"bytes that are no GB18030 (nor UTF-8, from byte {offset})") from None


def _is_damaged_utf8(body: bytes) -> bool:
    """Whether most non-ASCII text is UTF-8: then GB18030, which accepts nearly any bytes, would only hide the damage."""
    text = body.decode("utf-8", errors="replace")
    lost = text.count("\ufffd")
    return sum(c > "\x7f" for c in text) - lost > lost


def _undecodable(offset: int, what: str) -> Breach:
    reason = f"at byte {offset} stands {what}. Save the file as UTF-8 from its source and deliver it again."
    return Breach("ENCODING_INVALID", reason, f"byte {offset}")


def _split(text: str, encoding: str) -> Grid:
    cleaned, stripped = CONTROL.subn("", text)
    reader = csv.reader(io.StringIO(cleaned, newline=""), strict=True)
    cells: list[list[str]] = []
    lines: list[int] = []
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            raise _unsplittable(error, line) from None
        if reader.line_num > line:  # a quoted cell runs over several lines
            row = [" ".join(cell.split()) for cell in row]
        if row:
            cells.append([cell.strip() for cell in row])
            lines.append(line)
    return Grid(cells, "csv", encoding, lines, control_characters=stripped, final_newline=cleaned.endswith(("\n", "\r")))


def _unsplittable(error: csv.Error, line: int) -> Breach:
    if "unexpected end" in str(error):
        reason = f"the quotation mark opened in line {line} never closes. Deliver the whole file."
        return Breach("TRUNCATED", reason, f"line {line}")
    return Breach("BAD_CONTAINER", f"line {line} is no CSV ({error}). Save the file as CSV again.", f"line {line}")


def _clean_cells(cells: list[list[str]]) -> tuple[list[list[str]], int]:
    """Workbook cells without control characters and outer blanks, line breaks as one blank; and how many were taken out."""
    stripped = 0
    for row in cells:
        for column, cell in enumerate(row):
            text, found = CONTROL.subn("", cell)
            stripped += found
            row[column] = " ".join(text.split()) if "\n" in text or "\r" in text else text.strip()
    return cells, stripped
