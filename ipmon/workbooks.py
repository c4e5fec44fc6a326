"""Workbooks to text cells: guarded before they are parsed, merged ranges filled, nothing silently null.

Belongs here: all that knows the inside of .xlsx and .xls, and python-calamine. Not here: what any cell means.
"""

import json
import subprocess
import sys
import zipfile
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

import python_calamine

from ipmon import sheets
from ipmon.archives import bad_workbook, guarded, read_entry
from ipmon.breaches import Breach
from ipmon.contracts import Limits
from ipmon.sheets import parse

PERCENT_FORMATS = {9, 10}  # built-in number formats 0% and 0.00%
CHILD_SECONDS = 60


def read_xlsx(raw: bytes, sheet: str | None, limits: Limits) -> tuple[str, list[list[str]]]:
    """The sheet's name and its cells as text. Raises Breach: ZIP_BOMB, BAD_CONTAINER, FORMULA_NO_VALUE, EXCEL_ERROR, SCHEMA."""
    archive = guarded(raw, limits)
    name, part = _sheet_part(archive, sheet)
    scan = _Scan(name, _percent_styles(archive), limits.cells)
    scan.run(read_entry(archive, part))
    parsed = _parsed(raw, name)
    for column, row in scan.percent:
        parsed["cells"][row][column] = _as_percentage(parsed["cells"][row][column])
    return name, _filled(parsed)


def read_xls(raw: bytes, sheet: str | None, limits: Limits) -> tuple[str, list[list[str]]]:
    """The sheet's name and its cells as text; errors and lost formulas arrive as blanks, which layouts must refuse."""
    parsed = _parsed_apart(raw, sheet, limits)
    name = _chosen(parsed["names"], sheet)
    if "too_big" in parsed:
        raise _too_big(limits.cells)
    return name, _filled(parsed)


def _as_percentage(text: str) -> str:
    try:
        return f"{(Decimal(text) * 100).normalize():f}%"
    except InvalidOperation:
        return text


def _xml(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    if part not in archive.namelist():
        raise bad_workbook(f"is a zip archive without {part}, so no workbook")
    try:
        return ElementTree.fromstring(read_entry(archive, part))
    except ElementTree.ParseError:
        raise bad_workbook(f"has a damaged entry {part}") from None


def _sheet_part(archive: zipfile.ZipFile, wanted: str | None) -> tuple[str, str]:
    """A sheet's name and the entry that holds it."""
    book = _xml(archive, "xl/workbook.xml")
    targets = {link.get("Id", ""): link.get("Target", "") for link in _xml(archive, "xl/_rels/workbook.xml.rels")}
    ids = {
        s.get("name", ""): next((v for k, v in s.attrib.items() if k.endswith("}id")), "")
        for s in book.iter()
        if s.tag.endswith("}sheet")
    }
    name = _chosen(list(ids), wanted)
    target = targets.get(ids[name], "")
    part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    if part not in archive.namelist():
        raise bad_workbook(f"names a sheet '{name}' that it does not hold")
    return name, part


def _chosen(names: list[str], wanted: str | None) -> str:
    if not names or (wanted is not None and wanted not in names):
        found = ", ".join(names)
        raise Breach("SCHEMA", f"sheet '{wanted}' is missing (found: {found}). Rename it, or change `sheet` in the contract.")
    return wanted or names[0]


def _percent_styles(archive: zipfile.ZipFile) -> set[str]:
    """Indices of the cell styles that show 0.144 as 14.4%."""
    if "xl/styles.xml" not in archive.namelist():
        return set()
    root = _xml(archive, "xl/styles.xml")
    custom = {f.get("numFmtId") for f in root.iter() if f.tag.endswith("}numFmt") and "%" in f.get("formatCode", "")}
    formats = custom | {str(n) for n in PERCENT_FORMATS}
    styles = [style for block in root.iter() if block.tag.endswith("}cellXfs") for style in block]
    return {str(n) for n, style in enumerate(styles) if style.get("numFmtId") in formats}


class _Scan:
    """One pass over a worksheet's XML for what a parser turns into nothing (lost formulas, error cells) or into too much."""

    def __init__(self, sheet: str, percent_styles: set[str], cells: int) -> None:
        self.sheet, self.percent_styles, self.cells = sheet, percent_styles, cells
        self.percent: set[tuple[int, int]] = set()  # (column, row) of cells that are shown as percentages
        self.right = self.bottom = 0
        self.cell: dict[str, str] = {}
        self.formula = self.in_value = False
        self.value: str | None = None

    def run(self, xml: bytes) -> None:
        """Reads the whole sheet. Raises Breach at the first lost cell, or where cells span more than may be laid out."""
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = self._text, self._doctype
        try:
            parser.Parse(xml, True)
        except expat.ExpatError:
            raise bad_workbook("has a damaged worksheet") from None

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            self.cell, self.formula, self.value = attributes, False, None
        elif name == "f":
            self.formula = True
        elif name == "v":
            self.in_value, self.value = True, ""

    def _text(self, text: str) -> None:
        if self.in_value and self.value is not None:
            self.value += text

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "v":
            self.in_value = False
        elif name == "c":
            address = self.cell.get("r", "")
            self._judge(f"{self.sheet}!{address or '?'}", self.cell.get("t", "n"))
            if address:
                self._locate(*_position(address))

    def _locate(self, column: int, row: int) -> None:
        self.right, self.bottom = max(self.right, column), max(self.bottom, row)
        if (self.right + 1) * (self.bottom + 1) > self.cells:
            raise _too_big(self.cells)
        if self.cell.get("s") in self.percent_styles and self.cell.get("t", "n") == "n" and self.value:
            self.percent.add((column, row))

    def _judge(self, place: str, kind: str) -> None:
        if kind == "e":
            reason = f"cell {place} holds the error {self.value}. Mend the formula in the source file and deliver it again."
            raise Breach("EXCEL_ERROR", reason, place, self.value or "")
        if self.formula and not self.value and kind != "str":
            remedy = "Open the file in a spreadsheet program, save it and deliver it again."
            reason = f"cell {place} holds a formula without a value. {remedy}"
            raise Breach("FORMULA_NO_VALUE", reason, place)

    def _doctype(self, *_: Any) -> None:
        raise bad_workbook("has a worksheet with a document type, which no spreadsheet program writes")


def _too_big(allowed: int) -> Breach:
    remedy = "Delete what stands far from the table, or deliver it as CSV."
    return Breach("TOO_BIG", f"the sheet spans more than {allowed:,} cells. {remedy}")


def _parsed(raw: bytes, sheet: str) -> dict[str, Any]:
    """An .xlsx that passed the guards, parsed in this process. The parser's panics are no Exceptions, but mean damage as well."""
    try:
        return parse(raw, sheet, sys.maxsize)
    except python_calamine.CalamineError:
        raise bad_workbook("is damaged and cannot be read") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise bad_workbook("is damaged and cannot be read") from None


def _parsed_apart(raw: bytes, sheet: str | None, limits: Limits) -> dict[str, Any]:
    """An .xls parsed in a child process with little memory and time: it has no directory that could be weighed first."""
    command = [sys.executable, "-I", sheets.__file__, str(limits.cells), sheet or ""]
    try:
        child = subprocess.run(command, input=raw, capture_output=True, timeout=CHILD_SECONDS, check=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        locked = "EncryptedPackage".encode("utf-16-le") in raw
        raise bad_workbook("is protected by a password" if locked else "is damaged and cannot be read") from None
    found: dict[str, Any] = json.loads(child.stdout)
    return found


def _filled(parsed: dict[str, Any]) -> list[list[str]]:
    """Every cell of a merged range with the range's text."""
    cells: list[list[str]] = parsed["cells"]
    for (top, left), (bottom, right) in parsed["merged"]:
        for row in range(top, min(bottom + 1, len(cells))):
            for column in range(left, min(right + 1, len(cells[row]))):
                cells[row][column] = cells[top][left]
    return cells


def _position(address: str) -> tuple[int, int]:
    """C7 as (2, 6): column and row from 0."""
    letters = address.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1, int(address[len(letters) :] or 1) - 1
