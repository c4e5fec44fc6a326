"""The page of one indicator: what its template is given.

Belongs here: choosing and writing what the mart holds of an indicator. Not here: reading it (reading.py), the
markup (indicator.html), the drawing (picture.py).
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from ipmon.declared import Text
from ipmon.pages.layout import Layout, both
from ipmon.pages.picture import picture
from ipmon.pages.reading import TOTAL, Entry, Held, Library, Row
from ipmon.pages.saying import exact, kinds, period, shown, when
from ipmon.shown import numeral, with_unit
from ipmon.synthetic import named

NAME = re.compile(r"[a-z][a-z0-9_]+")


class Writer:
    """Writes the pages of indicators.

    `targets`: rows of the bulletin's table in both languages, `charts`: id and title of charts, both by indicator.
    """

    def __init__(
        self,
        layout: Layout,
        library: Library,
        targets: Mapping[str, Sequence[Mapping[str, Text]]],
        charts: Mapping[str, Sequence[tuple[str, Text]]],
    ) -> None:
        self.layout, self.library, self.targets, self.charts = layout, library, targets, charts
        self._inputs = {id_: self._named_in(entry.row["formula"]) for id_, entry in library.entries.items()}
        self._users: dict[str, list[str]] = defaultdict(list)
        for id_, inputs in self._inputs.items():
            for name in inputs:
                self._users[name].append(id_)

    def page(self, id_: str) -> str:
        """The page of one indicator."""
        entry = self.library.entries[id_]
        national = [held for held in entry.values if held.is_national_total]
        return self.layout.page(
            "indicator",
            root="../",
            entry=entry.row,
            title=entry.title,
            unit=entry.unit,
            theme=self.layout.words.themes[self.layout.words.theme(entry.row["theme"])],
            latest=self.latest(entry),
            picture=picture(entry, self.library, self.layout.words),
            facts=list(self._facts(entry)),
            targets=self.targets.get(id_, ()),
            quotes=entry.quotes,
            tables=[(self._counted(*kind), [self._row(entry, held) for held in found]) for kind, found in kinds(national)],
            matrices=list(self._matrices(entry)),
            revisions=[self._revision(entry, row) for row in entry.revisions],
            superseded=[self._row(entry, held) for held in entry.superseded],
            breaks=entry.breaks,
            alerts=entry.alerts,
            deliveries=self._deliveries(entry),
            charts=self.charts.get(id_, ()),
            period=entry.values[0].time_period if entry.values else "",
            area=entry.values[0].cell[0] if entry.values else "",
        )

    def latest(self, entry: Entry) -> dict[str, Any] | None:
        """The latest national total in words: value, period and what it rests on. None where there is none."""
        held = next((h for h in entry.values if h.is_national_total and h.value is not None), None)
        if held is None or held.value is None:
            return None
        number = held.written(entry.row["display_factor"])
        return {
            "value": Text(zh=with_unit(number, entry.unit.zh, "zh"), en=with_unit(number, entry.unit.en, "en")),
            "period": when(held),
            "basis": self._code("basis", held.basis),
            "publisher": held.publisher,
            "released_on": held.released_on,
        }

    def _code(self, kind: str, code: str) -> Markup:
        return both(self.layout.words.code(kind, code))

    def _counted(self, freq: str, accumulation: str) -> Markup:
        """How the values of a table are counted: yearly, of the period."""
        return self._code("freq", freq) + Markup(" · ") + self._code("accumulation", accumulation)

    def _facts(self, entry: Entry) -> Iterator[tuple[str, Markup]]:
        """Label and content of the indicator's own declarations."""
        row = entry.row
        yield "definition", both(Text(zh=row["definition_zh"], en=row["definition_en"]))
        yield "unit", both(entry.unit)
        said = self.layout.words.say(row["formula"])
        yield "formula", both(said) if said else Markup("<code>{}</code>").format(row["formula"])
        for label, ids in (("inputs", self._inputs[row["indicator_id"]]), ("used_by", self._users.get(row["indicator_id"]))):
            if ids:
                yield label, self._links(ids)
        for kind in ("nature", "freq", "direction"):
            yield kind, self._code(kind, row[kind])
        if row["department_zh"]:
            yield "department", both(Text(zh=row["department_zh"], en=row["department_en"]))
        if row["guideline_items"]:
            yield "guideline", escape(row["guideline_items"])
        if row["series"]:
            yield "series", Markup("<code>{}</code>").format(row["series"])

    def _named_in(self, formula: str) -> list[str]:
        """The indicators that a formula names; none where it is a phrase."""
        if self.layout.words.say(formula):
            return []
        return [id_ for id_ in dict.fromkeys(NAME.findall(formula)) if id_ in self.library.entries]

    def _links(self, ids: Sequence[str]) -> Markup:
        titles = ((named(f"{id_}.html", self.layout.release_id), both(self.library.entries[id_].title)) for id_ in ids)
        return Markup("<br>").join(Markup('<a href="{}">{}</a>').format(*pair) for pair in titles)

    def _row(self, entry: Entry, held: Held) -> dict[str, Any]:
        """What a row of a table of values shows of one vintage."""
        factor, status = entry.row["display_factor"], self.layout.words.code("obs_status", held.obs_status)
        bounds = (held.value_low, held.value_high)
        return {
            "period": when(held),
            "cell": None if held.is_national_total else self.library.cell(held.cell),
            "value": held.written(factor),
            "range": None if bounds[0] == bounds[1] else [exact(bound, factor) for bound in bounds],
            "status": both(status) if status.zh else None,
            "held": held,
            "basis": self._code("basis", held.basis),
            "quality": self._code("quality", held.quality) if held.quality else "",
        }

    def _matrices(self, entry: Entry) -> Iterator[dict[str, Any]]:
        """Values of areas and categories: a row each, a column a period, the newest first; published before derived."""
        others = [held for held in entry.values if not held.is_national_total]
        names = self.library.cells([held.cell for held in others])
        for kind, found in kinds(others):
            held = list(found)
            periods = list(dict.fromkeys(h.time_period for h in held))
            cells: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
            for h in reversed(held):  # of one period, the first in the reading order stays
                cells[h.cell][h.time_period] = h.written(entry.row["display_factor"])
            yield {
                "counted": self._counted(*kind),
                "periods": periods,
                "rows": [(names[cell], [values.get(p, "") for p in periods]) for cell, values in sorted(cells.items())],
            }

    def _revision(self, entry: Entry, row: Row) -> dict[str, Any]:
        factor, cell = entry.row["display_factor"], tuple(row["cell"])
        cause = Text(zh=row["cause_zh"], en=row["cause"])
        change = shown(row["revision"], factor)
        return {
            "period": period(row["time_period"], row["accumulation"]),
            "cell": None if cell == TOTAL else self.library.cell(cell),
            "old": shown(row["old_value"], factor),
            "new": shown(row["new_value"], factor),
            "change": f"+{change}" if change[:1].isdigit() else change,
            "percent": None if row["revision_percent"] is None else numeral(row["revision_percent"]),
            "released_on": row["released_on"],
            "kind": self._code("kind", row["kind"]),
            "cause": cause,
        }

    def _deliveries(self, entry: Entry) -> list[Row]:
        ids = dict.fromkeys(held.delivery_id for held in (*entry.values, *entry.superseded))
        return [self.library.deliveries[id_] for id_ in sorted(ids) if id_ in self.library.deliveries]
