"""The row layout: a header, then one row an observation.

Belongs here: holding such a grid against its format, column by column. Not here: what the values mean (see wordings.py).
"""

import re
from collections.abc import Collection, Mapping

from ipmon.breaches import Breach
from ipmon.containers import Grid
from ipmon.contracts import Column, RowFormat, SourceContract
from ipmon.dimensions import Dimensions
from ipmon.staged import Staged, staged_frame

SHOWN = 3  # how many offending rows a sentence names


def unfold_rows(grid: Grid, contract: SourceContract, layout: RowFormat, dimensions: Dimensions) -> Staged:
    """The grid's rows as staged rows without delivery_id. Raises Breach at the first thing that the contract does not allow."""
    _end(grid, layout)
    header = [contract.aliases.get(name, name) for name in grid.cells[0]]
    _check_header(header, contract, layout)
    first, last = 1, len(grid.cells) - (1 if layout.control.end_marker else 0)
    if first >= last:
        raise Breach("EMPTY", "it has a header and no rows; no data is not zero. Ask the publisher for the file again.")
    _check_widths(grid, len(header), first, last)
    columns = dict(zip(header, zip(*grid.cells[first:last], strict=True), strict=True))
    known = {name: columns.get(name, ("",) * (last - first)) for name in layout.columns}
    for name, column in layout.columns.items():
        _check_column(grid, name, column, known[name], dimensions)
    _check_key(grid, layout.key, known)
    locators = [grid.place(row) for row in range(first, last)]
    return Staged(staged_frame({**known, "locator": locators}), extra_columns=[n for n in header if n not in layout.columns])


def _end(grid: Grid, layout: RowFormat) -> None:
    """The file is whole: its last byte is a line's end, and the end marker with its row count is there, where declared."""
    if not grid.cells:
        raise Breach("EMPTY", "the sheet holds nothing; no data is not zero. Ask the publisher for the file again.")
    check_final_newline(grid, layout.control.final_newline)
    marker = layout.control.end_marker
    if marker is None:
        return
    last, rows = grid.cells[-1], len(grid.cells) - 2
    if last[0] != marker or (len(last) > 1 and last[1] and last[1] != str(rows)):
        reason = f"the last row must be '{marker}' with the number of rows above it ({rows}), but is '{','.join(last)[:60]}'. "
        raise Breach("TRUNCATED", reason + "Deliver the whole file.", grid.place(len(grid.cells) - 1))


def check_final_newline(grid: Grid, declared: bool) -> None:
    """Raises Breach where a text that must end with a line's end does not."""
    if declared and not grid.final_newline:
        place = grid.place(len(grid.cells) - 1)
        reason = f"{place} may be cut off: the file does not end with a line's end. Deliver the whole file, or end its last line."
        raise Breach("TRUNCATED", reason, place, ",".join(grid.cells[-1])[:60])


def _check_header(header: list[str], contract: SourceContract, layout: RowFormat) -> None:
    twice = sorted({name for name in header if header.count(name) > 1})
    missing = [name for name, column in layout.columns.items() if column.required and name not in header]
    if not twice and not missing:
        return
    what = f"column(s) {', '.join(missing)} missing" if missing else f"column(s) {', '.join(map(repr, twice))} twice"
    remedy = f"Rename in the file, or add an alias in assets/sources/{contract.id}.yaml."
    raise Breach("SCHEMA", f"{what} (found: {', '.join(header)[:300]}). {remedy}", "line 1", ", ".join(missing or twice))


def _check_widths(grid: Grid, width: int, first: int, last: int) -> None:
    for row in range(first, last):
        if len(grid.cells[row]) != width:
            found, place = len(grid.cells[row]), grid.place(row)
            remedy = "Put quotation marks round text with commas, or restore the line."
            reason = f"{place} has {found} fields, the header has {width}. {remedy}"
            raise Breach("RAGGED", reason, place, ",".join(grid.cells[row])[:60])


def _check_column(grid: Grid, name: str, column: Column, values: tuple[str, ...], dimensions: Dimensions) -> None:
    """Every distinct value is listed or matches. A listed column's stranger is an unknown code, any other a bad value."""
    codes, pattern = _codes(column, dimensions), re.compile(column.pattern or "(?s:.*)")
    wrong = {v for v in set(values) if (codes is not None and v not in codes) or not pattern.fullmatch(v)}
    if not wrong:
        return
    rows = [row for row, value in enumerate(values, 1) if value in wrong]
    places = ", ".join(f"{grid.place(row)} '{values[row - 1][:40]}'" for row in rows[:SHOWN])
    more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
    allowed = f"must be one of the contract's {len(codes)} codes" if codes is not None else f"must look like {column.pattern}"
    code = "UNKNOWN_CODE" if column.kind == "code" else "BAD_VALUE"
    reason = f"column {name} {allowed}: {places}{more}. Correct the file, or declare the value."
    raise Breach(code, reason, grid.place(rows[0]), values[rows[0] - 1])


def _codes(column: Column, dimensions: Dimensions) -> Collection[str] | None:
    if column.codes == "areas":
        return {"", *dimensions.areas}
    if column.codes == "printed_units":
        return {"", *(printed for unit in dimensions.units.values() for printed in unit.printed)}
    return column.codes


def _check_key(grid: Grid, key: list[str], columns: Mapping[str, tuple[str, ...]]) -> None:
    seen: dict[tuple[str, ...], int] = {}
    for row, values in enumerate(zip(*(columns[name] for name in key), strict=True), 1):
        if values in seen:
            here, there = grid.place(row), grid.place(seen[values])
            reason = f"{here} repeats the key of {there} ({'; '.join(v for v in values[:5] if v)}). Delete one of the two."
            raise Breach("DUPLICATE", reason, here)
        seen[values] = row
