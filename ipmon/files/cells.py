"""The cells of a workbook: every value as what it is, text never as a formula, within what Excel can hold.

Belongs here: styles, number formats, one writer a type. Not here: which cells stand where (see workbook.py).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from math import ceil
from typing import Any
from unicodedata import east_asian_width

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ipmon.exports import FORMULA_START

LONGEST_TEXT = 32_767
CUT = " […]"
FIRST_DAY = date(1900, 3, 1)
"""A spreadsheet counts a day before this one wrongly or not at all; such a day is written as text."""

WIDTHS, LINE, LINES = (13, 46), 14, 7
"""How wide columns are at least and at most, in characters; how high a line is, in points; how many lines a heading may take."""

WHOLE = {"INTEGER", "BIGINT", "HUGEINT"}
STYLES: dict[str, dict[str, Any]] = {
    "literal": {"quote_prefix": True},
    "title": {"bold": True, "font_size": 14},
    "header": {"bold": True, "bottom": 1, "bg_color": "#E8EEF4"},
    "above": {"text_wrap": True, "valign": "top", "font_color": "#444444", "font_size": 9},
    "wrapped": {"text_wrap": True, "valign": "top"},
    "link": {"font_color": "#0B4F9E", "underline": 1, "valign": "top"},
    "size": {"num_format": "#,##0", "valign": "top"},
    "whole": {"num_format": "0"},
    "count": {"num_format": "#,##0"},
    "number": {"num_format": "#,##0.0#####"},
    "date": {"num_format": "yyyy-mm-dd"},
}
Put = Callable[[int, int, Any], object]


class Pen:
    """Writes cells of one workbook, each kind in its style."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.styles: dict[str, Format] = {name: book.add_format(style) for name, style in STYLES.items()}

    def writer(self, page: Worksheet, type_: str) -> Put:
        """How the cells of a column of this DuckDB type are written; decimals are given as floats."""
        if type_ == "BOOLEAN":
            return lambda row, column, cell: page.write_boolean(row, column, cell)
        if type_ in WHOLE:
            return lambda row, column, cell: page.write_number(row, column, cell, self.styles["whole"])
        if type_ == "DOUBLE" or type_.startswith("DECIMAL"):
            return lambda row, column, cell: page.write_number(row, column, cell, self._format(cell))
        if type_ == "DATE":
            return lambda row, column, cell: self._day(page, row, column, cell)
        return lambda row, column, cell: self.text(page, row, column, cell)

    def text(self, page: Worksheet, row: int, column: int, text: str) -> None:
        """Always text, and still so when somebody edits the cell: the quotation prefix says it to the spreadsheet."""
        if len(text) > LONGEST_TEXT:
            text = text[: LONGEST_TEXT - len(CUT)] + CUT
        if text:
            page.write_string(row, column, text, self.styles["literal"] if FORMULA_START.match(text) else None)

    def lines(self, page: Worksheet, row: int, texts: Sequence[str], widths: Sequence[int], style: str) -> None:
        """A row of running text, as high as its longest cell needs within the widths of the columns."""
        page.set_row(row, LINE * max(ceil(length(text) / wide) for text, wide in zip(texts, widths, strict=True)) + 3)
        for column, text in enumerate(texts):
            if text:
                page.write_string(row, column, text, self.styles[style])

    def _format(self, number: float) -> Format:
        return self.styles["count" if number.is_integer() else "number"]

    def _day(self, page: Worksheet, row: int, column: int, day: date) -> None:
        if day < FIRST_DAY:
            page.write_string(row, column, day.isoformat())
        else:
            page.write_datetime(row, column, day, self.styles["date"])


def width(heading: str, values: Iterable[Any]) -> int:
    """The width of a column that shows these values under a heading, in characters."""
    shown = (2 + length(str(value)) for value in values if value is not None)
    return min(max(WIDTHS[0], ceil(length(heading) / LINES), *shown, 0), WIDTHS[1])


def length(text: str) -> int:
    """How many characters wide a text is; a Chinese one is two."""
    return len(text) + sum(east_asian_width(c) in "WF" for c in text)
