"""What changed since the issue before: deliveries withdrawn, new data, revisions with size and cause, method, series breaks.

Belongs here: comparing a mart with the one of the release before. Not here: any word of the bulletin (see bulletin_pages.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from ipmon import sql
from ipmon.answers import TAKEN_BACK
from ipmon.cells import NATIONAL
from ipmon.declared import Text
from ipmon.dimensions import DIMENSIONS

_COLUMNS = ("indicator_id", *DIMENSIONS, "freq", "time_period", "accumulation", "basis")
_KEY = ", ".join(_COLUMNS)
_VALUES = f"""
    select count(*) filter (b.value is null), count(*) filter (a.value <> b.value), count(*) filter (a.value is null)
    from (select * from observations where value is not null) a
    full join (select * from previous.observations where value is not null) b using ({_KEY})"""
_NEW = f"""
    select indicator_id, count(*) from (select * from observations where value is not null) a
    anti join (select * from previous.observations where value is not null) b using ({_KEY})
    group by indicator_id order by indicator_id in (select indicator_id from targets) desc, count(*) desc, indicator_id"""
_ADDED = "select indicator_id from indicators anti join previous.indicators using (indicator_id) order by indicator_id"
_REDEFINED = """
    select indicator_id from indicators a join previous.indicators b using (indicator_id)
    where a.definition_zh <> b.definition_zh or a.definition_en <> b.definition_en or a.formula <> b.formula
    order by indicator_id"""
_REVISIONS = f"""
    select indicator_id, time_period, accumulation, old_value, new_value, revision, revision_percent, r.unit, display_factor,
        cause_zh, cause, kind = 'withdrawn', released_on,
        (select min(v.value_high - v.value_low) from vintages v
         where v.indicator_id = r.indicator_id and v.time_period = r.time_period and v.freq = r.freq
             and v.value in (r.old_value, r.new_value) and {NATIONAL}),
        {{is_new}} as is_new
    from revisions r join indicators i using (indicator_id)
    where kind <> 'refined' and {NATIONAL}
    order by is_new desc, released_on desc, indicator_id, time_period desc limit ?"""
_SAME_REVISION = " and ".join(f"p.{column} is not distinct from r.{column}" for column in (*_COLUMNS, "released_on", "new_value"))
_NEW_REVISION = f"not exists (from previous.revisions p where {_SAME_REVISION})"
_WITHDRAWALS = f"""
    select title_zh, title_en, period, delivery_id, withdrawn_on, withdrawal_reason
    from ({TAKEN_BACK.format(new="", old="previous")}) left join sources using (source_id) order by withdrawn_on, delivery_id"""
_BREAKS = (
    "select starts_on, note_zh, note_en, {is_new} as is_new from breaks order by is_new desc, starts_on desc, break_id limit ?"
)
_NEW_BREAK = "break_id not in (select break_id from previous.breaks)"


@dataclass(frozen=True)
class Withdrawn:
    """A delivery that the issue before still rested on."""

    source: Text
    period: str
    delivery_id: str
    since: date
    reason: str


@dataclass(frozen=True)
class Revised:
    """A national value that another replaced, or none; `width`: of the narrowest interval known of either."""

    indicator_id: str
    period: str
    accumulation: str
    old: Decimal
    new: Decimal | None
    size: Decimal | None
    percent: Decimal | None
    unit: str
    factor: int
    cause: Text
    is_withdrawn: bool
    published: date
    width: Decimal | None
    is_new: bool


@dataclass(frozen=True)
class Break:
    """A day from which a series is no longer comparable with itself."""

    starts_on: date
    note: Text
    is_new: bool


class Changes:
    """One mart beside the one of the release before it, if there is one: a folder."""

    def __init__(self, mart: duckdb.DuckDBPyConnection, previous: Path | None) -> None:
        self._mart = mart
        self.previous_id = previous.resolve().name if previous else ""
        if previous:
            mart.execute(f"attach {sql.literal(str(previous / 'public.duckdb'))} as previous (read_only)")

    def counts(self) -> dict[str, int]:
        """How many current values are new, revised and withdrawn since the issue before; there must be one."""
        ((new, revised, withdrawn),) = self._rows(_VALUES)
        return {"new": new, "revised": revised, "withdrawn": withdrawn}

    def new_values(self) -> dict[str, int]:
        """How many values are new by indicator, those with a target first."""
        return dict(self._rows(_NEW)) if self.previous_id else {}

    def added(self) -> list[str]:
        """Indicators that the issue before did not have."""
        return [id_ for (id_,) in self._rows(_ADDED)] if self.previous_id else []

    def redefined(self) -> list[str]:
        """Indicators of which definition or formula changed."""
        return [id_ for (id_,) in self._rows(_REDEFINED)] if self.previous_id else []

    def withdrawals(self) -> Iterator[Withdrawn]:
        """The deliveries withdrawn since the issue before, the oldest first."""
        for zh, en, *told in self._rows(_WITHDRAWALS) if self.previous_id else []:
            yield Withdrawn(Text(zh=zh, en=en), *told)

    def revisions(self, most: int) -> Iterator[Revised]:
        """Revisions of national totals other than mere refinements: those new since the issue before, then the latest."""
        query = _REVISIONS.format(is_new=_NEW_REVISION if self.previous_id else "false")
        for *told, zh, en, is_withdrawn, published, width, is_new in self._rows(query, most):
            yield Revised(*(*told, Text(zh=zh, en=en), is_withdrawn, published, width, is_new))

    def breaks(self, most: int) -> Iterator[Break]:
        """Breaks of series: those declared since the issue before, then the latest."""
        query = _BREAKS.format(is_new=_NEW_BREAK if self.previous_id else "false")
        for starts_on, zh, en, is_new in self._rows(query, most):
            yield Break(starts_on, Text(zh=zh, en=en), is_new)

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self._mart.execute(sql.bound(query, values)).fetchall()
