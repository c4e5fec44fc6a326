"""The cells of a mart that a text may name, found by what a reference says of them.

Belongs here: queries for single current observations, and the order in which one is preferred. Not here: the syntax of a
reference (see binding.py), how a cell is written (see phrases.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import groupby

import duckdb

from ipmon import sql
from ipmon.declared import Text
from ipmon.errors import IpmonError
from ipmon.periods import parse
from ipmon.shown import decimals_known

TOTALS = {
    "ref_area": "CN",
    "ip_type": "_T",
    "owner_kind": "_T",
    "industry": "_T",
    "technology": "_T",
    "counterpart_area": "_T",
}
RANK = "rank"
NATIONAL = " and ".join(f"{column} = '{code}'" for column, code in TOTALS.items())
FILTERS = (*TOTALS, "freq", "accumulation", RANK)
# The day of publication as printed; null where only the day of receipt is known.
PRINTED_DAY = "case when released_basis not like 'day of receipt%' then o.released_on end"
COLUMNS = f"""indicator_id, o.freq, time_period, accumulation, value, value_low, value_high, o.unit, i.display_factor, decimals,
    publisher, source_title, {PRINTED_DAY}, o.ref_area"""
PREFERRED = "period_end desc, o.freq, accumulation, basis = 'derived'"


class UnknownCell(IpmonError):
    """A text names a cell that the mart does not hold."""


@dataclass(frozen=True)
class Cell:
    """One current observation, with what is needed to write and to cite it."""

    indicator_id: str
    freq: str
    time_period: str
    accumulation: str
    value: Decimal
    value_low: Decimal | None
    value_high: Decimal | None
    unit: str
    factor: int
    decimals: int
    publisher: str
    source_title: str
    released_on: date | None
    ref_area: str = "CN"

    @property
    def decimals_shown(self) -> int:
        """The decimals that the printed precision supports in the unit shown."""
        width = self.value_high - self.value_low if self.value_low is not None and self.value_high is not None else None
        return decimals_known(self.value, width, self.factor, self.decimals)


@dataclass
class Cells:
    """The current observations of one mart; what was read once is kept."""

    mart: duckdb.DuckDBPyConnection
    _read: dict[tuple[object, ...], list[Cell]] = field(default_factory=dict)

    def units(self) -> dict[tuple[str, int], Text]:
        """The names of the units in which the indicators are shown."""
        rows = self.mart.execute("select distinct unit, display_factor, unit_zh, unit_en from indicators").fetchall()
        return {(unit, factor): Text(zh=zh, en=en) for unit, factor, zh, en in rows}

    @cached_property
    def _areas(self) -> dict[str, Text]:
        rows = self.mart.execute("select area_code, name_zh, name_en from areas").fetchall()
        return {code: Text(zh=zh, en=en) for code, zh, en in rows}

    def area(self, code: str) -> Text:
        """The name of an area."""
        return self._areas[code]

    @cached_property
    def national(self) -> dict[str, list[Cell]]:
        """The national totals of every indicator that has one, in the order of `series`."""
        query = f"""
            select {COLUMNS} from observations o join indicators i using (indicator_id)
            where {NATIONAL} and value is not null
            qualify basis <> 'records' or not bool_or(basis = 'published') over (partition by indicator_id)
            order by indicator_id, {PREFERRED}"""
        cells = (Cell(*row) for row in self.mart.execute(query).fetchall())
        return {id_: list(found) for id_, found in groupby(cells, lambda cell: cell.indicator_id)}

    def series(self, indicator_id: str, where: Mapping[str, str]) -> list[Cell]:
        """Cells of an indicator, the latest first; published before derived, the whole period before year to date.

        Where anything of the series is published, what is counted from records does not stand in for it.
        """
        if where == TOTALS:
            return self.national.get(indicator_id, [])
        query = f"""
            select {COLUMNS} from observations o join indicators i using (indicator_id)
            where indicator_id = ? and value is not null and {_equal(where)}
            qualify basis <> 'records' or not bool_or(basis = 'published') over ()
            order by {PREFERRED}"""
        return self._cells(query, indicator_id, where)

    def ranked(self, indicator_id: str, where: Mapping[str, str] = TOTALS) -> list[Cell]:
        """The provinces' values of an indicator in the latest period for which every province has one, the largest first."""
        where = {column: code for column, code in {**TOTALS, **where}.items() if column not in ("ref_area", RANK)}
        query = f"""
            with complete as (
                select {COLUMNS}, period_end, basis from observations o join indicators i using (indicator_id)
                where indicator_id = ? and value is not null and basis <> 'records' and {_equal(where)}
                    and o.ref_area in (select area_code from areas where level = 'province')
                qualify count(*) over (partition by time_period, o.freq, accumulation, basis)
                    = (select count(*) from areas where level = 'province')
            )
            select * exclude (period_end, basis) from complete o
            qualify dense_rank() over (order by {PREFERRED}) = 1 order by value desc, ref_area"""
        return self._cells(query, indicator_id, where)

    def find(self, indicator_id: str, where: Mapping[str, str], period: str, back: int, reference: str) -> Cell:
        """The one cell that a reference means; `period`: a label, `latest`, or the indicator whose latest period is meant."""
        if RANK in where:
            found, rank = self.ranked(indicator_id, where), int(where[RANK])
            if not 1 <= rank <= len(found):
                raise UnknownCell(f"{reference}: the mart has no period in which every province has a value of '{indicator_id}'.")
            return found[rank - 1]
        where = {**TOTALS, **where}
        if not period[0].isdigit():
            anchors = self.series(indicator_id if period == "latest" else period, where)
            if not anchors:
                raise UnknownCell(f"{reference}: {self._what_there_is(indicator_id, where)}")
            period = anchors[0].time_period
        if back:
            period = parse(period).shift_years(-back).label
        rows = [cell for cell in self.series(indicator_id, where) if cell.time_period == period]
        if not rows:
            raise UnknownCell(f"{reference}: {self._what_there_is(indicator_id, where)}")
        return rows[0]

    def latest_of(self, indicator_ids: Iterable[str], since: date) -> list[Cell]:
        """The latest national value of each indicator that ends on `since` or later."""
        rows = (self.national.get(i, [])[:1] for i in indicator_ids)
        return [cell for (cell,) in filter(None, rows) if parse(cell.time_period).end >= since]

    def _cells(self, query: str, indicator_id: str, where: Mapping[str, str]) -> list[Cell]:
        asked = (query, indicator_id, *where.values())
        if asked not in self._read:
            rows = self.mart.execute(sql.bound(query, (indicator_id, *where.values()))).fetchall()
            self._read[asked] = [Cell(*row) for row in rows]
        return self._read[asked]

    def _what_there_is(self, indicator_id: str, where: Mapping[str, str]) -> str:
        known = sorted({c.time_period for c in self.series(indicator_id, where)})
        if known:
            return f"the mart has no such period of {indicator_id}; it has {', '.join(known)}. Write one of these, or `latest`."
        at = "".join(f" at {key}={code}" for key, code in where.items() if code != TOTALS.get(key))
        return f"the mart holds no value of '{indicator_id}'{at}; see `ipmon show {indicator_id}`, or change the text."


def _equal(where: Mapping[str, str]) -> str:
    return " and ".join(f"o.{column} = ?" for column in where)
