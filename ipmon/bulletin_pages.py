"""One issue of an edition in one language: every text that the layout sets.

Belongs here: bringing points, tables and sections together. Not here: the words (assets/bulletin/content.yaml), rows of tables
(see bulletin_tables.py), typesetting (see bulletin.py).
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from ipmon import bulletin_tables as tables
from ipmon import marks
from ipmon.binding import references
from ipmon.bulletin_changes import Withdrawn
from ipmon.bulletin_content import Part, Section
from ipmon.bulletin_facts import Described
from ipmon.bulletin_issue import BEHIND, Desk
from ipmon.bulletin_points import points
from ipmon.cells import UnknownCell
from ipmon.phrases import spoken
from ipmon.synthetic import titled

SVG_LABELS = re.compile(r"<title>(.*?)</title>\s*<desc>(.*?)</desc>", re.DOTALL)


def compose(desk: Desk) -> dict[str, Any]:
    """Everything the layout reads, as JSON can carry it; what is bound in its texts is marked (see marks.py)."""
    sections, left_out = _sections(desk)
    day = desk.issue.as_of
    return {
        "lang": desk.lang,
        "full": desk.is_full,
        "date": [day.year, day.month, day.day],
        "words": {key: desk.word(key) for key in desk.content.words} | _dated_words(desk),
        "points": list(points(desk)),
        "tally": list(tables.tally(desk)),
        "targets": tables.targets(desk),
        "changes": list(_changes(desk)),
        "new_values": tables.new_values(desk),
        "revisions": tables.revisions(desk),
        "breaks": tables.breaks(desk),
        "sections": sections,
        "behind": _at_most(desk, list(_behind(desk)), "more_behind"),
        "alerts": _at_most(desk, [desk.phrases.words(message) for message in desk.facts.alerts()], "more_alerts"),
        "left_out": desk.listed(left_out),
        "notes": [spoken(note, desk.lang) for note in desk.content.notes],
        "coverage": spoken(desk.content.coverage_text, desk.lang),
        "definitions": [
            {"title": desk.phrases.words(d.title), "text": desk.phrases.words(d.definition)} for d in _definitions(desk)
        ],
        "sources": _sources(desk),
    }


def _dated_words(desk: Desk) -> dict[str, str]:
    day, edition, phrases = desk.issue.as_of, desk.edition, desk.phrases
    dated = {name: marks.number(str(n)) for name, n in (("year", day.year), ("month", day.month), ("past", desk.issue.year))}
    return {
        "title": titled(spoken(edition.title, desk.lang), desk.issue.release_id, desk.lang),
        "subtitle": spoken(edition.subtitle, desk.lang),
        "issue": phrases.say(edition.issue, **dated),
        "as_of": desk.word("as_of", day=phrases.day(day)),
        "release": f"{desk.word('release')} {marks.words(desk.issue.release_id)}",
        "next": desk.word("next", day=phrases.day(desk.issue.next_release)),
    }


def _changes(desk: Desk) -> Iterator[str]:
    """What is new since the issue before, in sentences."""
    changes, count = desk.changes, desk.phrases.count
    if not changes.previous_id:
        values, indicators = desk.facts.extent()
        yield desk.word("first_issue", count=count(values), indicators=count(indicators))
        return
    added, redefined = changes.added(), changes.redefined()
    counts = changes.counts() | {"added": len(added), "redefined": len(redefined)}
    yield desk.word("since", release=marks.words(changes.previous_id), **{name: count(n) for name, n in counts.items()})
    yield from _at_most(desk, [_withdrawn(desk, w) for w in changes.withdrawals()], "more_withdrawn")
    for word, found in (("added", added), ("redefined", redefined)):
        if found:
            names = desk.listed([desk.title(id_) for id_ in found[: desk.edition.most.new]])
            yield desk.word(word, count=count(len(found)), names=names)
    if not redefined:
        yield desk.word("no_method_change")


def _withdrawn(desk: Desk, w: Withdrawn) -> str:
    """The notice of a delivery that its publisher took back."""
    phrases = desk.phrases
    named = {"source": phrases.words(w.source), "period": phrases.period(w.period), "delivery": marks.words(w.delivery_id)}
    return desk.word("withdrawn", **named, day=phrases.day(w.since), reason=marks.words(w.reason))


def _sections(desk: Desk) -> tuple[list[dict[str, Any]], list[str]]:
    """The sections with something to say, and the titles of those left out in whole or in part for want of figures."""
    sections, left_out = [], []
    for section in desk.content.sections:
        asked = [part for part in section.parts if part.brief or desk.is_full]
        parts = [shown for part in asked if (shown := _part(desk, section, part))]
        if len(parts) < len(asked):
            left_out.append(spoken(section.title, desk.lang))
        latest = tables.indicators(desk, section.themes)
        made = {
            "title": spoken(section.title, desk.lang),
            "parts": parts,
            "provinces": tables.provinces(desk, section.provinces),
            "indicators": latest,
        }
        if parts or latest["rows"]:
            sections.append(made)
    return sections, left_out


def _part(desk: Desk, section: Section, part: Part) -> dict[str, str] | None:
    """A chart with its sentences; None where the mart did not hold the figures of either."""
    path = desk.charts / f"{part.chart}_{desk.lang}.svg"
    try:
        text = desk.binder.fill(part.text)
    except UnknownCell:
        return None
    if not path.is_file():
        return None
    labels = SVG_LABELS.search(path.read_text("utf-8"))
    alt = "。".join(unescape(label).strip() for label in labels.groups()) if labels else spoken(section.title, desk.lang)
    return {"text": text, "file": marks.words(path.name), "alt": marks.words(alt)}


def _behind(desk: Desk) -> Iterator[str]:
    """Targets that are not on course, with the reason."""
    for t in desk.facts.targets:
        if t.status in BEHIND:
            yield desk.word("of_title", title=desk.phrases.words(t.title), text=desk.phrases.words(t.reason))


def _at_most(desk: Desk, notices: list[str], more: str) -> list[str]:
    """As many notices or warnings as the edition shows, and how many more there are."""
    most = desk.edition.most.warnings
    rest = len(notices) - most
    return notices[:most] + ([desk.word(more, count=desk.phrases.count(rest))] if rest > 0 else [])


def _definitions(desk: Desk) -> Iterator[Described]:
    """Every level with a number in the sections shown and, in full editions, in the table of targets; in the reader's order."""
    parts = (part for section in desk.content.sections for part in section.parts if part.brief or desk.is_full)
    named = (match["id"] for part in parts for match in references(part.text.zh))
    judged = (t.indicator_id for t in desk.facts.targets if t.value is not None and desk.is_full)
    shown = dict.fromkeys([*named, *judged])
    return (desk.facts.described[id_] for id_ in shown if id_ not in desk.facts.changes)


def _sources(desk: Desk) -> list[str]:
    used = ((c.publisher, c.source_title, c.released_on) for c in desk.binder.used)
    cited = sorted({*used, *desk.facts.citations()}, key=str)
    return [marks.words(f"{publisher}. {title}. {day or desk.word('undated')}.") for publisher, title, day in cited]
