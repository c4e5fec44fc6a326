"""The tables of an issue: targets, new data, revisions, breaks, provinces, and every indicator of a theme.

Belongs here: rows of texts as the layout sets them. Not here: queries (bulletin_facts.py, bulletin_changes.py, cells.py).
"""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from ipmon.bulletin_changes import Revised
from ipmon.bulletin_issue import Desk
from ipmon.cells import Cell
from ipmon.marks import words as bound_words
from ipmon.periods import parse
from ipmon.shown import decimals_known

NEW_MARK = "[n]"


def targets(desk: Desk) -> list[dict[str, Any]]:
    """The targets with their status, one group a document and deadline."""
    groups: dict[tuple[str, date], list[dict[str, Any]]] = {}
    for t in desk.facts.targets:
        marks = ("[f]" if t.fragile else "") + ("" if t.official_seen else "[u]")
        about = {"indicator": bound_words(t.indicator_id), "reason": desk.phrases.words(t.reason)}
        row = desk.target(t) | about | {"tone": desk.content.statuses[t.status], "marks": marks}
        groups.setdefault((desk.phrases.words(t.document), t.deadline), []).append(row)
    return [
        {"document": document, "deadline": desk.word("deadline", day=desk.phrases.day(day)), "rows": rows}
        for (document, day), rows in groups.items()
    ]


def tally(desk: Desk) -> Iterator[dict[str, str]]:
    """How many targets have each status that occurs, from best to worst."""
    for status, tone in desk.content.statuses.items():
        found = [t for t in desk.facts.targets if t.status == status]
        if found:
            yield {"status": desk.phrases.words(found[0].status_words), "tone": tone, "count": desk.phrases.count(len(found))}


def new_values(desk: Desk) -> list[list[str]]:
    """Indicators with new values: how many, and the latest national one."""
    rows = []
    for id_, count in list(desk.changes.new_values().items())[: desk.edition.most.new]:
        latest = desk.binder.cells.national.get(id_, [])[:1]
        shown = [text for cell in latest for text in (_period(desk, cell), desk.phrases.value(cell))]
        rows.append([desk.title(id_), desk.phrases.count(count), *(shown or ["", ""])])
    return rows


def revisions(desk: Desk) -> list[list[str]]:
    """Revisions of national totals with their size and cause."""
    return [_revision(desk, r) for r in desk.changes.revisions(desk.edition.most.revisions)]


def _revision(desk: Desk, r: Revised) -> list[str]:
    phrases = desk.phrases
    decimals = max(decimals_known(value, r.width, r.factor) for value in (r.old, r.new) if value is not None)
    old, new = (desk.word("no_value") if v is None else phrases.quantity(v, r.unit, r.factor, decimals) for v in (r.old, r.new))
    # A revised percentage moves by points: a percentage of it would be misread.
    unit = "percentage_points" if r.unit == "percent" else r.unit
    size = "" if r.size is None else phrases.signed(r.size, unit, r.factor, decimals)
    if r.percent is not None and r.unit != "percent":
        size += desk.word("in_brackets", text=phrases.signed(r.percent, "percent"))
    period = phrases.period(r.period, r.accumulation)
    # The notice above names the delivery with its reason, for which the table has no room.
    cause = desk.word("taken_back") if r.is_withdrawn else phrases.words(r.cause)
    return [desk.title(r.indicator_id), period, old, new, size, cause, _dated(desk, r.published, r.is_new)]


def breaks(desk: Desk) -> list[list[str]]:
    """Breaks of series: from which day, and why."""
    return [
        [_dated(desk, b.starts_on, b.is_new), desk.phrases.words(b.note)] for b in desk.changes.breaks(desk.edition.most.breaks)
    ]


def provinces(desk: Desk, indicator_ids: Collection[str]) -> dict[str, Any]:
    """Provinces in the order of the first indicator, each indicator in its latest period that is complete; empty without one."""
    ranked = [cells for id_ in indicator_ids if (cells := desk.binder.cells.ranked(id_))]
    columns = [
        {"title": desk.title(c.indicator_id), "unit": desk.phrases.unit(c.unit, c.factor), "period": _period(desk, c)}
        for (c, *_) in ranked
    ]
    values = [{cell.ref_area: desk.phrases.number(cell) for cell in cells} for cells in ranked]
    order = [cell.ref_area for cell in ranked[0]][: desk.edition.most.provinces] if ranked else []
    for cells in ranked:
        desk.binder.used.update(dict.fromkeys(cells))
    rows = [[desk.phrases.words(desk.binder.cells.area(area)), *(column[area] for column in values)] for area in order]
    return {"columns": columns, "rows": rows}


def indicators(desk: Desk, themes: Collection[str]) -> dict[str, Any]:
    """Every indicator of some themes with a national value in the years that the edition looks back, beside the year before."""
    since = date(desk.issue.year + 1 - desk.edition.most.years, 1, 1)
    ids = (id_ for id_, described in desk.facts.described.items() if described.theme in themes)
    rows = [_indicator(desk, cell) for cell in desk.binder.cells.latest_of(ids, since)] if desk.edition.most.years else []
    years, last = desk.phrases.count(desk.edition.most.years), desk.phrases.period(str(desk.issue.year))
    return {"title": desk.word("theme_indicators", years=years, last=last), "rows": rows}


def _indicator(desk: Desk, cell: Cell) -> list[str]:
    earlier = parse(cell.time_period).shift_years(-1).label
    same = (earlier, cell.freq, cell.accumulation)
    series = desk.binder.cells.national[cell.indicator_id]
    before = next((c for c in series if (c.time_period, c.freq, c.accumulation) == same), None)
    published = desk.phrases.day(cell.released_on) if cell.released_on else ""
    value = desk.phrases.value
    return [desk.title(cell.indicator_id), _period(desk, cell), value(cell), value(before) if before else "", published]


def _period(desk: Desk, cell: Cell) -> str:
    return desk.phrases.period(cell.time_period, cell.accumulation)


def _dated(desk: Desk, day: date, is_new: bool) -> str:
    return f"{desk.phrases.day(day)} {NEW_MARK}" if is_new else desk.phrases.day(day)
