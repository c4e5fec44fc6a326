"""What the pages read from a mart: everything it says of every indicator, in a few queries.

Belongs here: the queries, and their rows by indicator. Not here: how a page shows them (see indicator.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import duckdb

from ipmon.declared import Text
from ipmon.dimensions import CODED, Break
from ipmon.shown import decimals_known, numeral

Row = dict[str, Any]
TOTAL = ("CN", *("_T" for _ in CODED))
NEWEST_FIRST = "period_end desc, freq, accumulation, basis desc, released_on desc"


class Held(NamedTuple):
    """One vintage of one value, and where it was read."""

    cell: tuple[str, ...]
    freq: str
    time_period: str
    accumulation: str
    period_end: date
    value: Decimal | None
    value_low: Decimal | None
    value_high: Decimal | None
    decimals: int | None
    obs_status: str
    basis: str
    released_on: date
    superseded_on: date | None
    quality: str
    publisher: str
    source_title: str
    source_url: str
    delivery_id: str
    locator: str

    @property
    def is_national_total(self) -> bool:
        """Whether it is about the whole country and every kind."""
        return self.cell == TOTAL

    def written(self, factor: int) -> str:
        """The value in the unit shown, to its printed precision; empty where there is none."""
        if self.value is None:
            return ""
        width = self.value_high - self.value_low if self.value_low is not None and self.value_high is not None else None
        return numeral(self.value / factor, decimals_known(self.value, width, factor, self.decimals))


@dataclass
class Entry:
    """One indicator: its row of the registry and what the mart holds of it, newest period first."""

    row: Row
    values: list[Held] = field(default_factory=list)
    superseded: list[Held] = field(default_factory=list)
    revisions: list[Row] = field(default_factory=list)
    quotes: list[Row] = field(default_factory=list)
    breaks: list[Row] = field(default_factory=list)
    alerts: list[Row] = field(default_factory=list)

    @property
    def title(self) -> Text:
        """Its title."""
        return Text(zh=self.row["title_zh"], en=self.row["title_en"])

    @property
    def unit(self) -> Text:
        """The unit in which it is shown."""
        return Text(zh=self.row["unit_zh"], en=self.row["unit_en"])


class Library:
    """A mart as its pages need it, read at once: every indicator and every delivery by id."""

    def __init__(self, mart: duckdb.DuckDBPyConnection) -> None:
        self._mart = mart
        self.entries = self._entries()
        self.deliveries = {row["delivery_id"]: row for row in self._rows("from deliveries")}
        self._names = self._named()

    def _entries(self) -> dict[str, Entry]:
        found = {row["indicator_id"]: Entry(row) for row in self._rows("from indicators order by indicator_id")}
        for id_, held in self._vintages():
            (found[id_].values if held.superseded_on is None else found[id_].superseded).append(held)
        for row in self._rows(
            f"select *, ({_cell()}) as cell from revisions order by released_on desc, time_period desc, {_keys()}"
        ):
            found[row["indicator_id"]].revisions.append(row)
        for row in self._rows("select distinct indicator_id, document_zh, document_en, quote from targets order by all"):
            found[row["indicator_id"]].quotes.append(row)
        for row in self._rows("from alerts order by alert_id"):
            if row["indicator_id"] in found:
                found[row["indicator_id"]].alerts.append(row)
        for row in self._rows("from breaks order by starts_on"):
            for id_ in found:
                if any(Break.names(pattern, id_) for pattern in row["series"].split()):
                    found[id_].breaks.append(row)
        return found

    def cell(self, cell: Sequence[str]) -> Text:
        """The area and categories of a cell in words: 北京 / Beijing, 发明专利 / Invention patents; the total says its area."""
        area, *codes = cell
        parts = [
            self._names.get((d, code)) or self._names["", code] for d, code in zip(CODED, codes, strict=True) if code != "_T"
        ]
        if not parts or area not in ("CN", "_T"):
            parts.insert(0, self._names["", area])
        return Text(zh="，".join(p.zh for p in parts), en=", ".join(p.en for p in parts))

    def _name(self, dimension: str, code: str) -> Text:
        """The name of a code, which may be an area's; one that only an earlier release knew is its own name."""
        return self._names.get((dimension, code)) or self._names.get(("", code)) or Text(zh=code, en=code)

    def cells(self, found: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], Text]:
        """The names of the cells of one indicator, without what is the same in all of them."""
        cells = list(dict.fromkeys(found))
        same = [len(set(codes)) == 1 < len(cells) for codes in zip(*cells, strict=True)]
        told = {c: ["_T" if s else code for code, s in zip(c, same, strict=True)] for c in cells}
        return {c: self.cell(codes if set(codes) > {"_T"} else c) for c, codes in told.items()}

    def _named(self) -> dict[tuple[str, str], Text]:
        """Names by dimension and code; those of areas, which are partners too, without a dimension."""
        rows = self._mart.execute(
            "select dimension, code, name_zh, name_en from codes union all select '', area_code, name_zh, name_en from areas"
        ).fetchall()
        return {(dimension, code): Text(zh=zh, en=en) for dimension, code, zh, en in rows}

    def _vintages(self) -> Iterator[tuple[str, Held]]:
        columns = ", ".join(name for name in Held._fields if name != "cell")
        rows = self._mart.execute(
            f"select indicator_id, {_keys()}, {columns} from vintages order by indicator_id, {NEWEST_FIRST}, {_keys()}"
        )
        width = 1 + len(TOTAL)
        for row in rows.fetchall():
            yield row[0], Held(row[1:width], *row[width:])

    def _rows(self, query: str) -> list[Row]:
        cursor = self._mart.execute(query)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _keys() -> str:
    return ", ".join(("ref_area", *CODED))


def _cell() -> str:
    return f"[{_keys()}]"
