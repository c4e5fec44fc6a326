"""python-calamine at work: one sheet's cells as text with its merged ranges. Also a program: bytes in, JSON out.

Belongs here: the parser and how a value is shown. Not here: guards, contracts, or any other module of ours, so that a damaged
.xls, over which the parser may abort, takes down only the child process that reads it.
"""

import io
import json
import resource
import sys
from decimal import Decimal
from typing import Any

import python_calamine

MEMORY = 1 << 30  # bytes that the child may use


def parse(raw: bytes, sheet: str | None, most_cells: int) -> dict[str, Any]:
    """`names` of all sheets; `cells` as text and `merged` ranges of one, unless it is absent or spans more than `most_cells`."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
    name = sheet or book.sheet_names[0]
    if name not in book.sheet_names:
        return {"names": book.sheet_names}
    opened = book.get_sheet_by_name(name)
    if opened.total_height * opened.total_width > most_cells:
        return {"names": book.sheet_names, "too_big": True}
    cells = [[text_of(value) for value in row] for row in opened.to_python(skip_empty_area=False)]
    return {"names": book.sheet_names, "cells": cells, "merged": opened.merged_cell_ranges or []}


def text_of(value: Any) -> str:
    """A cell's value as it is shown: numbers to the 15 digits that spreadsheets keep, without exponent; dates as ISO."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        return format(Decimal(format(value, ".15g")), "f")
    return value if isinstance(value, str) else value.isoformat() if hasattr(value, "isoformat") else str(value)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    json.dump(parse(sys.stdin.buffer.read(), sys.argv[2] or None, int(sys.argv[1])), sys.stdout)
