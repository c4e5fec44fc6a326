"""The office's monthly table: titles, unit, header rows, panels side by side, totals among the regions, notes below.

Belongs here: finding the table in its sheet and unfolding it to cells. Not here: whether its numbers agree (office_checks.py).
"""

import calendar
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ipmon.breaches import Breach
from ipmon.containers import Grid
from ipmon.contracts import Series, SourceContract, TableFormat, Total
from ipmon.dimensions import Area, Dimensions
from ipmon.row_tables import check_final_newline

REGIONS = {"province", "sar", "of_which"}
MONTHS = "|".join(calendar.month_name[1:])
NAMED_MONTH = re.compile(rf"(\d{{4}})年(?:\d+月?[-—–~至])?(\d{{1,2}})月|\b({MONTHS}),? (\d{{4}})")
NUMBER = {
    "count": re.compile(r"\d{1,3}(,\d{3})+|\d+"),
    "measure": re.compile(r"(\d{1,3}(,\d{3})+|\d+)(\.\d+)?"),
    "rate": re.compile(r"[+-]?\d+(\.\d+)?%?"),
}


@dataclass(frozen=True)
class Cell:
    """One printed number: its row's area or total, its column's series, its text and value (None = missing)."""

    label: str
    area: Area | None
    total: Total | None
    series: Series
    text: str
    value: Decimal | None
    place: str

    @property
    def ref_area(self) -> str:
        """The area's code; China for total rows."""
        return self.area.code if self.area else "CN"

    @property
    def dimension(self) -> str:
        """As the published figures write it."""
        if self.total:
            return self.total.dimension
        if self.area is None or not self.area.is_of_which:
            return ""
        return "XPCC" if self.area.code.endswith("-XPCC") else f"city:{self.area.name_en}"


@dataclass(frozen=True)
class Table:
    """Where the parts of the table stand in its grid. `columns`: for each panel its label column and the series beside it."""

    grid: Grid
    title: str
    columns: list[tuple[int, dict[int, Series]]]
    body: range
    width: int
    extra_columns: list[str]


def locate(grid: Grid, contract: SourceContract, layout: TableFormat, period: str) -> Table:
    """Finds titles, header and notes wherever they stand. Raises Breach: TRUNCATED, SCHEMA, PERIOD_MISMATCH, UNKNOWN_CODE."""
    check_final_newline(grid, layout.final_newline and grid.container == "csv")
    top = next((r for r, row in enumerate(grid.cells) if any(tidy(cell) in layout.label_headers for cell in row)), None)
    if top is None:
        raise _schema(f"no header row: no cell is {' or '.join(layout.label_headers)}", contract)
    title = _title(grid, top, contract, layout, period)
    labels = [c for c, cell in enumerate(grid.cells[top]) if tidy(cell) in layout.label_headers]
    first = next((r for r in range(top + 1, len(grid.cells)) if _is_body(grid.cells[r], labels[0], layout)), len(grid.cells))
    last = next((r for r in range(first, len(grid.cells)) if _is_note(grid.cells[r], layout)), None)
    if last is None:
        place = grid.place(len(grid.cells) - 1)
        raise Breach("TRUNCATED", f"the notes below the table are missing after {place}. Deliver the whole file.", place)
    if first == last:
        raise Breach("EMPTY", "the table has no rows; no data is not zero. Ask the publisher for the file again.")
    headers = _headers(grid, range(top, first))
    extra = sorted({h[-1] for c, h in enumerate(headers) if c not in labels and h and _series(h, contract) is None})
    return Table(grid, title, _panels(headers, labels, contract), range(first, last), len(headers), extra)


def tidy(text: str) -> str:
    """A label or header as it is compared: full-width forms folded, no blanks between Chinese characters or at the ends."""
    folded = unicodedata.normalize("NFKC", text).strip()
    return re.sub(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])", "", folded)


def _title(grid: Grid, top: int, contract: SourceContract, layout: TableFormat, period: str) -> str:
    if not re.fullmatch(r"\d{4}-\d\d", period):
        raise Breach(
            "PERIOD_MISMATCH", f"the table is of one month, not of {period}. Receive it with --period YEAR-MONTH.", "", period
        )
    texts = list(dict.fromkeys(cell for row in grid.cells[:top] for cell in row if cell))
    units = [match for text in texts if (match := re.fullmatch(layout.unit_row, tidy(text)))]
    printed = {match["unit"] for match in units}
    declared = {series.unit for series in contract.columns if series.kind == "count"}
    if printed and printed != declared:
        found = ", ".join(sorted(printed))
        reason = f"the table counts in {found}, the contract in {', '.join(declared)}. Correct the one that is wrong."
        raise Breach("UNKNOWN_CODE", reason, "", found)
    title = "; ".join(text for text in texts if not re.fullmatch(layout.unit_row, tidy(text)))
    months = {_month(match) for match in NAMED_MONTH.finditer(title)}
    if months and period not in months:
        named = ", ".join(sorted(months))
        raise Breach("PERIOD_MISMATCH", f"the title names {named}, not {period}. Receive it with --period {named}.", "", named)
    if contract.title_excludes and re.search(contract.title_excludes, title):
        raise Breach("SCHEMA", f"the title '{title[:120]}' is another table's. Receive it under the source that it belongs to.")
    return title


def _month(match: re.Match[str]) -> str:
    year, month, name, english_year = match.groups()
    number = int(month) if month else list(calendar.month_name).index(name)
    return f"{year or english_year}-{number:02d}"


def _is_body(row: list[str], label: int, layout: TableFormat) -> bool:
    text = tidy(row[label]) if label < len(row) else ""
    return bool(text) and text not in layout.label_headers


def _is_note(row: list[str], layout: TableFormat) -> bool:
    return re.match(layout.notes, next((cell for cell in row if cell), "")) is not None


def _headers(grid: Grid, rows: range) -> list[list[str]]:
    """The distinct texts above each column, from top to bottom."""
    width = max(len(grid.cells[row]) for row in rows)
    cells = [grid.cells[row] + [""] * (width - len(grid.cells[row])) for row in rows]
    return [list(dict.fromkeys(tidy(row[c]) for row in cells if row[c])) for c in range(width)]


def _series(header: list[str], contract: SourceContract) -> Series | None:
    """The series of a column: by all of its header joined, else by its lowest line."""
    for name in ("_".join(header), header[-1] if header else ""):
        for series in contract.columns:
            if contract.aliases.get(name, name) in map(tidy, series.headers):
                return series
    return None


def _panels(headers: list[list[str]], labels: list[int], contract: SourceContract) -> list[tuple[int, dict[int, Series]]]:
    panels = []
    for start, end in zip(labels, [*labels[1:], len(headers)], strict=True):
        found = {c: series for c in range(start + 1, end) if (series := _series(headers[c], contract))}
        missing = [s.headers[0] for s in contract.columns if list(found.values()).count(s) != 1]
        if missing:
            seen = ", ".join("_".join(headers[c]) for c in range(start, end))
            raise _schema(f"column(s) {', '.join(missing)} missing or twice (found: {seen})", contract)
        panels.append((start, found))
    return panels


def _schema(what: str, contract: SourceContract) -> Breach:
    return Breach("SCHEMA", f"{what}. Rename in the file, or declare it in assets/sources/{contract.id}.yaml.")


def cells(table: Table, contract: SourceContract, layout: TableFormat, dimensions: Dimensions) -> Iterator[Cell]:
    """Every printed number of the body. Raises Breach: RAGGED, UNKNOWN_REGION, DUPLICATE, BAD_VALUE."""
    regions = {tidy(n): dimensions.areas[c] for n, c in dimensions.area_aliases.items() if dimensions.areas[c].level in REGIONS}
    totals = {tidy(name): total for name, total in contract.totals.items()}
    seen: dict[str, str] = {}
    for row in table.body:
        _check_width(table, row)
        for label_column, columns in table.columns:
            label = tidy(table.grid.cells[row][label_column])
            texts = {c: table.grid.cells[row][c] for c in columns}
            if not label and not any(texts.values()):
                continue
            place = table.grid.place(row, label_column)
            if label not in regions and label not in totals:
                reason = f"{place} names '{label}', which is no region. Correct it, or add it to assets/dimensions/areas.csv."
                raise Breach("UNKNOWN_REGION", reason, place, label)
            area, total = regions.get(label) if label not in totals else None, totals.get(label)
            _check_once(area.code if area else label, label, place, seen)
            for c, series in columns.items():
                here = table.grid.place(row, c)
                yield Cell(label, area, total, series, texts[c], _value(tidy(texts[c]), series, layout, table.grid, here), here)


def _check_width(table: Table, row: int) -> None:
    found = len(table.grid.cells[row])
    if found != table.width:
        place = table.grid.place(row)
        raise Breach("RAGGED", f"{place} has {found} fields, the header has {table.width}. Restore the line.", place)


def _check_once(key: str, label: str, place: str, seen: dict[str, str]) -> None:
    if key in seen:
        raise Breach("DUPLICATE", f"{place} and {seen[key]} are both {label}. Correct the label or delete one.", place, label)
    seen[key] = place


def _value(text: str, series: Series, layout: TableFormat, grid: Grid, place: str) -> Decimal | None:
    """The number of a cell; None for a missing sign, and for a blank where a blank cannot be a lost error."""
    if text in map(tidy, layout.missing) or (not text and grid.container != "xls"):
        return None
    if not NUMBER[series.kind].fullmatch(text):
        signs = " ".join(layout.missing)
        reason = f"{place} is '{text[:40]}', where a {series.kind} or one of {signs} must stand. Correct the cell."
        raise Breach("BAD_VALUE", reason, place, text)
    return Decimal(text.replace(",", "").rstrip("%"))
