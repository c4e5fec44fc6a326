"""The mart as charts ask it: every query, and the choice of cells.

Belongs here: reading once, selecting by a part of a declaration. Not here: the records (cells.py), how values are written.
"""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any

import duckdb

from ipmon.charts.cells import TOTALS, Assessed, Cell, Indicator, TargetCell
from ipmon.charts.declaration import Part
from ipmon.charts.picture import ChartError, NoData
from ipmon.declared import Text

CELL_COLUMNS = [f.name for f in fields(Cell) if f.name not in ("factor", "revised", "unit")]
REVISED_KEY = ("indicator_id", *TOTALS, "freq", "time_period", "accumulation", "basis")
CELLS = f"""
select {", ".join("o." + c for c in CELL_COLUMNS)}, o.unit, i.display_factor as factor,
  o.stage in ('final', 'census') and exists (
    select 1 from revisions r where r.kind = 'revised' and {" and ".join(f"r.{key} = o.{key}" for key in REVISED_KEY)}) as revised
from observations o join indicators i using (indicator_id)
where list_contains([{{ids}}], o.indicator_id) and o.value is not null
order by o.period_end, {", ".join("o." + d for d in TOTALS)}, o.accumulation
"""
TARGETS = """
select target_id, indicator_id, document_zh, document_en, operator, rule, t.target_value, tolerance, t.unit, year,
  a.status, status_zh, status_en, a.value, value_period, fragile
from targets t left join assessments a using (target_id, indicator_id) order by year, deadline, document, target_id
"""
INDICATORS = "select indicator_id, title_zh, title_en, unit_zh, unit_en, display_factor from indicators order by 1"
BREAKS = "select series, areas_concerned, starts_on, note_zh, note_en from breaks order by starts_on, break_id"


class Mart:
    """What charts ask of one mart, read once."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, indicator_ids: Iterable[str]) -> None:
        def rows(query: str) -> list[tuple[Any, ...]]:
            return connection.execute(query).fetchall()

        self._cells = _cells(connection, sorted(set(indicator_ids)))
        self._areas = rows("select area_code, level from areas where not is_of_which")
        named = [("ref_area", *row) for row in rows("select area_code, name_zh, name_en from areas")]
        named += rows("select dimension, code, name_zh, name_en from codes")
        self._names = {(dimension, code): Text(zh=zh, en=en) for dimension, code, zh, en in named}
        registry = rows(INDICATORS)
        self._indicators = {row[0]: row[1:] for row in registry}
        self._assessed = [_assessed(row) for row in rows(TARGETS)]
        self._breaks = rows(BREAKS)

    def cells(self, part: Part) -> list[Cell]:
        """The cells that a part selects, by time and code. Raises NoData if there are none, ChartError for two in one place."""
        self.indicator(part.indicator)
        found = [c for c in self._cells[part.indicator] if self._fits(part, c)]
        chosen = _at_one_period(part, _preferred(part, found))
        if not chosen:
            asked = part.model_dump(exclude_defaults=True, by_alias=True)
            raise NoData(f"no observation of '{part.indicator}' fits {asked}; see `ipmon show {part.indicator}`.")
        marked = [replace(c, revised=c.revised or part.revises) for c in chosen]
        by = part.by
        return sorted(marked, key=lambda c: part.only.index(getattr(c, by))) if part.only and by else marked

    def _fits(self, part: Part, cell: Cell) -> bool:
        if cell.freq != part.freq or (part.accumulation and cell.accumulation != part.accumulation):
            return False
        if any(getattr(cell, d) != code for d, code in (TOTALS | part.where).items() if d != part.by):
            return False
        if (part.start and cell.time_period < part.start) or (part.end and cell.time_period > part.end):
            return False
        if part.by is None:
            return True
        code = getattr(cell, part.by)
        return code in part.only if part.only else code != "_T" and (part.level is None or code in self.areas(part.level))

    def areas(self, level: str) -> frozenset[str]:
        """Codes of the areas of a level, without those that are inside another (is_of_which)."""
        return frozenset(code for code, found in self._areas if found == level)

    def name(self, dimension: str, code: str) -> Text:
        """The name of a code in both languages."""
        try:
            return self._names[(dimension, code)]
        except KeyError:
            raise ChartError(f"the code '{code}' of {dimension} has no name; add it to assets/dimensions.") from None

    def indicator(self, indicator_id: str) -> Indicator:
        """Title, unit and scale of an indicator."""
        if indicator_id not in self._indicators:
            raise ChartError(
                f"the indicator '{indicator_id}' is not in the mart; add it to assets/indicators or change the chart."
            )
        title_zh, title_en, zh, en, factor = self._indicators[indicator_id]
        return Indicator(Text(zh=title_zh, en=title_en), Text(zh=zh, en=en), factor)

    def wordings(self, indicator_ids: Iterable[str]) -> list[Text]:
        """Titles and units of indicators, which may hold digits of their own in one language."""
        return [text for id_ in indicator_ids for text in (self.indicator(id_).title, self.indicator(id_).unit)]

    def targets(self, indicator_id: str, only: Sequence[str] = ()) -> list[TargetCell]:
        """Numeric targets of an indicator by year."""
        numeric = (a.target for a in self._assessed if a.target and a.indicator_id == indicator_id)
        return [t for t in numeric if not only or t.target_id in only]

    def breaks(self, indicator_id: str, ref_area: str) -> list[tuple[date, Text]]:
        """Days from which a series counts otherwise, with the reason."""
        return [
            (day, Text(zh=zh, en=en)) for ids, areas, day, zh, en in self._breaks if _concerns(ids, areas, indicator_id, ref_area)
        ]

    def assessed(self) -> list[Assessed]:
        """Every target with its assessment, by year and document."""
        return [a for a in self._assessed if a.status]


def _cells(connection: duckdb.DuckDBPyConnection, indicator_ids: list[str]) -> dict[str, list[Cell]]:
    # A bound parameter makes duckdb import pandas, which takes longer than all queries together
    quoted = ", ".join("'" + id_.replace("'", "''") + "'" for id_ in indicator_ids)
    result = connection.execute(CELLS.format(ids=quoted))
    names = [column[0] for column in result.description]
    cells: dict[str, list[Cell]] = {id_: [] for id_ in indicator_ids}
    for row in result.fetchall():
        cell = Cell(**dict(zip(names, row, strict=True)))
        cells[cell.indicator_id].append(cell)
    return cells


def _preferred(part: Part, cells: Iterable[Cell]) -> list[Cell]:
    """One cell a place and period: the first basis in the order of the part; records only where nothing is published at all."""
    best: dict[tuple[str, ...], Cell] = {}
    cells = list(cells)
    published = any(c.basis == "published" for c in cells)
    rank: dict[str, int] = {basis: n for n, basis in enumerate(part.basis) if not (published and basis == "records")}
    for cell in sorted((c for c in cells if c.basis in rank), key=lambda c: rank[c.basis]):
        place = (getattr(cell, part.by) if part.by else "", cell.time_period)
        held = best.setdefault(place, cell)
        if held is not cell and held.basis == cell.basis:
            where = " ".join(filter(None, place))
            raise ChartError(f"'{part.indicator}' has two values for {where}; narrow the chart's `where` or `accumulation`.")
    return sorted(best.values(), key=lambda c: c.period_end)


def _at_one_period(part: Part, cells: list[Cell]) -> list[Cell]:
    if part.by is None or part.start:
        return cells
    period = part.at or max((c.time_period for c in cells), default="")
    return [c for c in cells if c.time_period == period]


def _assessed(row: Sequence[Any]) -> Assessed:
    id_, indicator, document_zh, document_en, operator, rule, value, tolerance, unit, year = row[:10]
    status, zh, en, reached, period, fragile = row[10:]
    document = Text(zh=document_zh, en=document_en)
    target = TargetCell(id_, indicator, document, operator, rule, value, tolerance, unit, year) if value is not None else None
    return Assessed(
        target, indicator, document, year, rule, status or "", Text(zh=zh or "", en=en or ""), reached, period, bool(fragile)
    )


def _concerns(series: str, areas: str, indicator_id: str, ref_area: str) -> bool:
    wide = {"all": True, "national": ref_area == "CN", "provinces": ref_area.startswith("CN-")}[areas]
    ids = [s.strip() for s in series.replace(",", " ").split()]
    return wide and any(indicator_id == i or (i.endswith("*") and indicator_id.startswith(i[:-1])) for i in ids)
