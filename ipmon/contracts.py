"""Source contracts: what a delivery of a source must look like.

Belongs here: the models of assets/sources/*.yaml and assets/sources/formats/*.yaml, and loading them. Not here: holding a
file against them (see row_tables.py, office_tables.py).
"""

import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from ipmon.declared import Declared, Text, read_yaml, validated


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"is not a regular expression: {error}") from error
    return pattern


Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,62}$")]
Pattern = Annotated[str, AfterValidator(_compiles)]
PeriodKind = Literal["annual", "quarterly", "monthly", "cumulative-to-date", "end-of-period", "cumulative-since-1985"]


class Limits(Declared):
    """The most that a delivery may hold, before it is opened and while it is."""

    bytes: int
    rows: int
    cells: int = 5_000_000
    zip_entries: int = 500
    zip_inflated_bytes: int = 50_000_000
    zip_ratio: int = 100


class Control(Declared):
    """How a whole file is told from a cut one: its last byte, or a last row that opens with a marker and may count the rows."""

    final_newline: bool = False
    end_marker: str | None = None


class Column(Declared):
    """One column of a row layout. A code must be listed or match, a number must match; text is kept as it is."""

    kind: Literal["text", "code", "number", "date"] = "text"
    required: bool = True
    pattern: Pattern | None = None
    codes: list[str] | Literal["areas", "printed_units"] | None = None


class RowFormat(Declared):
    """A header row, then one row an observation."""

    layout: Literal["rows"]
    encodings: list[Literal["utf-8", "gb18030", "utf-16"]]
    limits: Limits
    control: Control = Control()
    columns: dict[str, Column]
    key: list[str]


class TableFormat(Declared):
    """The office's monthly table: title, unit, header rows, panels side by side, totals among the regions, notes below.

    `growth_off_points`, `growth_off_share`: a page is refused when the printed growth of more than this share of its areas misses
    what the year before gives by more than so many points.
    """

    layout: Literal["office_table"]
    encodings: list[Literal["utf-8", "gb18030", "utf-16"]]
    limits: Limits
    final_newline: bool = False
    label_headers: list[str]
    unit_row: Pattern
    notes: Pattern
    missing: list[str]
    growth_off_points: Decimal
    growth_off_share: Decimal


class Series(Declared):
    """What one column of an office table holds. Counts are whole, not negative, and add up; rates are neither.

    `never_falls`: a running total, which may not be smaller than in an earlier delivery. `growth_of`: the header of the column
    whose growth on the same month a year before this one is.
    """

    headers: tuple[str, ...]
    series_id: Id
    name: Text
    period_kind: PeriodKind
    kind: Literal["count", "measure", "rate"]
    unit: str
    never_falls: bool = False
    growth_of: str | None = None


class Total(Declared):
    """A total row: how the published figures write it, and what it sums: all areas of some levels, or other totals."""

    dimension: str = ""
    of_levels: list[Literal["province", "sar"]] = []
    of_rows: list[str] = []


class SourceContract(Declared):
    """One source: who publishes it, when it is due, who may see it, and the shape of its deliveries.

    `url`: the page of a source whose rows do not name theirs. `aliases`: other names of columns. `corrections`: whether a second
    file for one period needs its date of issue (declared), or simply replaces the first (replace). `compared_with`: sources
    that print other months of the same series.
    """

    id: Id
    title: Text
    publisher: Text
    cadence: Literal["monthly", "annual", "irregular"]
    due_day: Annotated[int, Field(ge=1, le=31)] | None = None
    grade: Literal["public", "internal", "restricted"]
    url: str = ""
    format: Annotated[RowFormat | TableFormat, Field(discriminator="layout")]
    sheet: str | None = None
    corrections: Literal["declared", "replace"] = "declared"
    aliases: dict[str, str] = {}
    title_excludes: Pattern | None = None
    columns: list[Series] = []
    totals: dict[str, Total] = {}
    compared_with: list["SourceContract"] = []


def load_contracts(folder: Path, problems: list[str]) -> dict[str, SourceContract]:
    """Every contract of assets/sources by id (its file's stem), with its format read in; problems are noted by file."""
    formats = {path.stem: read_yaml(path, problems) for path in sorted((folder / "formats").glob("*.yaml"))}
    contracts: dict[str, SourceContract] = {}
    entries: dict[Path, Any] = {path: read_yaml(path, problems) for path in sorted(folder.glob("*.yaml"))}
    for path, entry in sorted(entries.items(), key=lambda item: "compared_with" in (item[1] or {})):
        if not isinstance(entry, dict) or entry.get("format") not in formats:
            problems.append(f"sources/{path.name}: format: must name one of formats/: {', '.join(formats)}")
            continue
        compared = [contracts.get(id_, id_) for id_ in entry.get("compared_with", [])]
        data = {**entry, "id": path.stem, "format": formats[entry["format"]], "compared_with": compared}
        contract = validated(SourceContract, data, f"sources/{path.name}", problems)
        if contract:
            contracts[path.stem] = contract
            problems += [f"sources/{path.name}: {p}" for p in _inconsistencies(contract)]
    return dict(sorted(contracts.items()))


def _inconsistencies(contract: SourceContract) -> list[str]:
    headers = {header for column in contract.columns for header in column.headers}
    loose = [c.growth_of for c in contract.columns if c.growth_of and c.growth_of not in headers]
    unknown = [row for total in contract.totals.values() for row in total.of_rows if row not in contract.totals]
    rows = contract.format if isinstance(contract.format, RowFormat) else None
    missing = [key for key in rows.key if key not in rows.columns] if rows else []
    empty = [] if rows or contract.columns else ["columns: an office table needs at least one"]
    return [
        *empty,
        *(f"growth_of: no column has the header '{header}'" for header in loose),
        *(f"totals: of_rows: '{row}' is no total row" for row in unknown),
        *(f"key: '{key}' is no column of the format" for key in missing),
    ]
