"""What the bulletin reads from the mart besides the cells that its texts name.

Belongs here: the queries, and their rows as values. Not here: any word of the bulletin (see bulletin.py).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import duckdb

from ipmon.cells import NATIONAL, PRINTED_DAY
from ipmon.declared import Text

_TARGETS = f"""
    select t.indicator_id, title_zh, title_en, document_zh, document_en, t.rule, t.target_value, t.unit, display_factor,
           t.deadline, official_seen, status, status_zh, status_en, a.value, coalesce(value_period, ''), fragile, reason_zh,
           reason_en,
           (select min(v.value_high - v.value_low) from vintages v
            where v.indicator_id = a.indicator_id and v.time_period = a.value_period and v.value = a.value and {NATIONAL})
    from targets t join assessments a using (target_id) join indicators i on i.indicator_id = t.indicator_id
    order by t.year desc, document_zh, t.deadline, t.rowid"""


@dataclass(frozen=True)
class TargetRow:
    """One target with its assessment. `width`: of the interval known of the value, None where a side is open."""

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
    width: Decimal | None


@dataclass(frozen=True)
class Described:
    """What the registry says of an indicator."""

    title: Text
    definition: Text
    theme: str


class Facts:
    """One mart."""

    def __init__(self, mart: duckdb.DuckDBPyConnection) -> None:
        self.mart = mart

    @cached_property
    def described(self) -> dict[str, Described]:
        """Every indicator, in the order of their ids."""
        rows = self._rows(
            "select indicator_id, title_zh, title_en, definition_zh, definition_en, theme from indicators order by indicator_id"
        )
        return {id_: Described(_text(zh, en), _text(told, told_en), theme) for id_, zh, en, told, told_en, theme in rows}

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
            (id_, _text(zh, en), _text(dzh, den), *asked, _text(szh, sen), value, period, fragile, _text(rzh, ren), width)
            for id_, zh, en, dzh, den, *asked, szh, sen, value, period, fragile, rzh, ren, width in self._rows(_TARGETS)
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

    def extent(self) -> tuple[int, int]:
        """How many current values there are, of how many indicators."""
        ((count, indicators),) = self._rows("select count(*), count(distinct indicator_id) from observations")
        return count, indicators

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.mart.execute(query).fetchall()


def _text(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)
