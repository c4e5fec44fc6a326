"""What the bulletin reads from the mart besides the cells that its texts name.

Belongs here: the queries, and their rows as values. Not here: any word of the bulletin (see bulletin.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from ipmon.binding import PRINTED_DAY
from ipmon.declared import Text
from ipmon.dimensions import CODED

MOST_REVISIONS = 6
KEY = (
    "indicator_id, ref_area, ip_type, owner_kind, industry, technology, counterpart_area, freq, time_period, accumulation, basis"
)
NATIONAL = "ref_area = 'CN'" + "".join(f" and {d} = '_T'" for d in CODED)

_TARGETS = """
    select t.indicator_id, title_zh, title_en, document_zh, document_en, t.rule, t.target_value, t.unit, display_factor,
           t.deadline, official_seen, status, status_zh, status_en, a.value, coalesce(value_period, ''), fragile, reason_zh,
           reason_en
    from targets t join assessments a using (target_id) join indicators i on i.indicator_id = t.indicator_id
    order by t.year desc, document_zh, t.deadline, t.rowid"""
_COMPARED_VALUES = f"""
    select count(*) filter (b.value is null), count(*) filter (a.value <> b.value), count(*) filter (a.value is null)
    from (select * from observations where value is not null) a
    full join (select * from previous.observations where value is not null) b using ({KEY})"""
_COMPARED_INDICATORS = """
    select count(*) filter (b.indicator_id is null),
           count(*) filter (a.definition_zh <> b.definition_zh or a.definition_en <> b.definition_en or a.formula <> b.formula)
    from indicators a left join previous.indicators b using (indicator_id)"""


@dataclass(frozen=True)
class TargetRow:
    """One target with its assessment."""

    indicator_id: str
    title: Text
    document: Text
    rule: str
    target_value: Decimal | None
    unit: str
    factor: int
    deadline: date
    official_seen: bool
    status: str
    status_words: Text
    value: Decimal | None
    value_period: str
    fragile: bool
    reason: Text


class Facts:
    """One mart, and the one of the release before it if there is one."""

    def __init__(self, mart: duckdb.DuckDBPyConnection, previous: Path | None) -> None:
        self.mart = mart
        self.previous = previous

    @property
    def previous_id(self) -> str:
        """The id of the release before, empty without one."""
        return self.previous.resolve().name if self.previous else ""

    @cached_property
    def described(self) -> dict[str, tuple[Text, Text]]:
        """Title and definition of every indicator."""
        rows = self._rows(
            "select indicator_id, title_zh, title_en, definition_zh, definition_en from indicators order by indicator_id"
        )
        return {id_: (_text(zh, en), _text(defined, defined_en)) for id_, zh, en, defined, defined_en in rows}

    @cached_property
    def changes(self) -> set[str]:
        """The indicators that are the growth or change of another on the year before."""
        return {id_ for (id_,) in self._rows("select indicator_id from indicators where contains(formula, '[t-1 year]')")}

    def indicator_ids(self) -> list[str]:
        """Every indicator of the registry."""
        return list(self.described)

    @cached_property
    def targets(self) -> list[TargetRow]:
        """Every target with its assessment: the newest document first, its own order within."""
        made = (
            (id_, _text(zh, en), _text(dzh, den), *asked, _text(szh, sen), value, period, fragile, _text(rzh, ren))
            for id_, zh, en, dzh, den, *asked, szh, sen, value, period, fragile, rzh, ren in self._rows(_TARGETS)
        )
        return [TargetRow(*row) for row in made]

    def citations(self) -> list[tuple[str, str, date | None]]:
        """Publisher, title and date of the values that the assessments rest on."""
        found = self._rows(
            f"""select distinct publisher, source_title, {PRINTED_DAY} from observations o join assessments a
                on a.indicator_id = o.indicator_id and a.value_period = o.time_period and a.value = o.value where {NATIONAL}"""
        )
        return [(publisher, title, day) for publisher, title, day in found]

    def alerts(self) -> list[Text]:
        """The alerts that a reader should know of, the gravest first."""
        rows = self._rows(
            """select message_zh, message_en from alerts where severity in ('error', 'warning')
               order by severity = 'warning', rule, indicator_id, alert_id"""
        )
        return [_text(zh, en) for zh, en in rows]

    def revisions(self) -> Iterator[tuple[Any, ...]]:
        """The latest true revisions of national totals with a target: title, period, old and new value, unit, factor, day."""
        rows = self._rows(
            f"""select title_zh, title_en, time_period, old_value, new_value, r.unit, display_factor, released_on
                from revisions r join indicators i using (indicator_id)
                where kind <> 'refined' and indicator_id in (select indicator_id from targets) and {NATIONAL}
                order by released_on desc, indicator_id, time_period desc limit {MOST_REVISIONS}"""
        )
        return ((_text(zh, en), *rest) for zh, en, *rest in rows)

    def extent(self) -> tuple[int, int]:
        """How many current values there are, of how many indicators."""
        ((count, indicators),) = self._rows("select count(*), count(distinct indicator_id) from observations")
        return count, indicators

    def compared(self) -> dict[str, int] | None:
        """What is new, revised and withdrawn against the release before, values and indicators; None without one."""
        if self.previous is None:
            return None
        path = str(self.previous / "public.duckdb").replace("'", "''")
        self.mart.execute(f"attach '{path}' as previous (read_only)")
        try:
            (values,) = self._rows(_COMPARED_VALUES)
            (indicators,) = self._rows(_COMPARED_INDICATORS)
        finally:
            self.mart.execute("detach previous")
        return dict(zip(("new", "revised", "withdrawn", "added", "redefined"), (*values, *indicators), strict=True))

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.mart.execute(query).fetchall()


def _text(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)
