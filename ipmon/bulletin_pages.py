"""One issue of the bulletin in one language: every string that the layout sets.

Belongs here: choosing and filling the declared words from the mart. Not here: the words (assets/bulletin/content.yaml), queries
(see bulletin_facts.py), typesetting (see bulletin.py).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

from ipmon.binding import Binder, Lang, UnknownCell, day_words, period_words, references, spoken
from ipmon.bulletin_content import Content, Section
from ipmon.bulletin_facts import Facts, TargetRow
from ipmon.declared import Text
from ipmon.errors import IpmonError
from ipmon.synthetic import titled

BEHIND = ("missed", "moving_away", "off_track", "needs_acceleration")
REACHED = ("met", "met_so_far")
MOST_ALERTS = 12
SVG_LABELS = re.compile(r"<title>(.*?)</title>\s*<desc>(.*?)</desc>", re.DOTALL)


@dataclass(frozen=True)
class Issue:
    """What one issue is: its release, its day, the release before it (a folder) and the day of the next."""

    release_id: str
    as_of: date
    next_release: date
    previous: Path | None = None


@dataclass(frozen=True)
class Composer:
    """One issue in one language, as the strings that the layout sets."""

    content: Content
    binder: Binder
    facts: Facts
    issue: Issue
    charts: Path
    lang: Lang

    def compose(self) -> dict[str, Any]:
        """Everything the layout reads, as JSON can carry it."""
        sections, left_out = self._sections()
        return {
            "lang": self.lang,
            "date": [self.issue.as_of.year, self.issue.as_of.month, self.issue.as_of.day],
            "words": {key: self._word(key) for key in self.content.words} | self._dated_words(),
            "points": list(self._points()),
            "tally": [{"status": s, "tone": tone, "count": str(n)} for s, tone, n in self._tally()],
            "targets": self._targets(),
            "changes": self._changes(),
            "revisions": [self._revision(*row) for row in self.facts.revisions()],
            "sections": sections,
            "behind": [
                f"{spoken(t.title, self.lang)}：{spoken(t.reason, self.lang)}" for t in self.facts.targets if t.status in BEHIND
            ],
            "alerts": self._alerts(),
            "left_out": left_out,
            "notes": [spoken(note, self.lang) for note in self.content.notes],
            "coverage": spoken(self.content.coverage_text, self.lang),
            "definitions": [{"title": spoken(t, self.lang), "text": spoken(d, self.lang)} for t, d in self._definitions()],
            "sources": self._sources(),
        }

    def _word(self, key: str, **given: str) -> str:
        text = spoken(self.content.words[key], self.lang)
        return text.format_map(given) if given else text

    def _dated_words(self) -> dict[str, str]:
        day = self.issue.as_of
        return {
            "title": titled(self._word("title"), self.issue.release_id, self.lang),
            "issue": self._word("issue", year=str(day.year), month=str(day.month)),
            "as_of": self._word("as_of", day=day_words(day, self.lang)),
            "release": f"{self._word('release')} {self.issue.release_id}",
            "next": self._word("next", day=day_words(self.issue.next_release, self.lang)),
        }

    def _point(self, name: str, **given: str) -> str:
        return self.binder.fill(spoken(self.content.points[name], self.lang), self.lang, **given)

    def _points(self) -> Iterator[str]:
        """The main points, by the rules that content.yaml states."""
        targets, ranks = self.facts.targets, list(self.content.statuses)
        counts = {name: sum(t.status in group for t in targets) for name, group in (("reached", REACHED), ("behind", BEHIND))}
        on_track, unknown = (sum(t.status == s for t in targets) for s in ("on_track", "not_assessed"))
        tally = {**counts, "on_track": on_track, "unknown": unknown, "total": len(targets)}
        yield self._point("tally", **{name: str(n) for name, n in tally.items()})
        valued = [t for t in targets if t.value is not None and t.target_value is not None]
        worst = sorted((t for t in valued if t.status in BEHIND), key=lambda t: (-ranks.index(t.status), t.deadline))
        reached = sorted(
            (t for t in valued if t.status in REACHED and not t.fragile), key=lambda t: (t.value_period, t.deadline), reverse=True
        )
        fragile = sorted((t for t in valued if t.fragile), key=lambda t: t.deadline, reverse=True)
        yield from (self._point("worst", **self._said(t)) for t in worst[:1])
        yield from (self._point("reached", **self._said(t)) for t in reached[: 2 - len(worst[:1])])
        yield from (self._point("fragile", count=str(len(fragile)), **self._said(t)) for t in fragile[:1])
        yield from self._strongest_change()

    def _strongest_change(self) -> Iterator[str]:
        since = self.issue.as_of - timedelta(days=730)
        cells = self.binder.latest_of(list(self.content.headline_changes), since)
        if cells:
            cell = max(cells, key=lambda c: (abs(c.value), c.indicator_id))
            self.binder.used.setdefault(cell)
            title, _ = self.facts.described[self.content.headline_changes[cell.indicator_id]]
            when = period_words(cell.time_period, cell.accumulation, self.lang)
            yield self._point(
                "change", title=spoken(title, self.lang), period=when, change=self.content.wording.change(cell, self.lang)
            )

    def _said(self, t: TargetRow) -> dict[str, str]:
        """A target's cells in words; empty where there is no value."""
        period = period_words(t.value_period, "period", self.lang) if t.value_period else ""
        return {
            "title": spoken(t.title, self.lang),
            "value": "" if t.value is None else self.content.wording.quantity(t.value, t.unit, t.factor, self.lang),
            "period": period,
            "target": self._asked(t),
            "deadline": day_words(t.deadline, self.lang),
            "status": spoken(t.status_words, self.lang),
        }

    def _asked(self, t: TargetRow) -> str:
        number = "" if t.target_value is None else self.content.wording.quantity(t.target_value, t.unit, t.factor, self.lang)
        return spoken(self.content.rules[t.rule], self.lang).format(n=number)

    def _tally(self) -> Iterator[tuple[str, str, int]]:
        for status, tone in self.content.statuses.items():
            found = [t for t in self.facts.targets if t.status == status]
            if found:
                yield spoken(found[0].status_words, self.lang), tone, len(found)

    def _targets(self) -> list[dict[str, Any]]:
        """The table, one group a document and deadline."""
        groups: dict[tuple[str, date], list[dict[str, Any]]] = {}
        for t in self.facts.targets:
            marks = ("[f]" if t.fragile else "") + ("" if t.official_seen else "[u]")
            about = {"indicator": t.indicator_id, "reason": spoken(t.reason, self.lang)}
            row = self._said(t) | about | {"tone": self.content.statuses[t.status], "marks": marks}
            groups.setdefault((spoken(t.document, self.lang), t.deadline), []).append(row)
        return [
            {"document": document, "deadline": self._word("deadline", day=day_words(day, self.lang)), "rows": rows}
            for (document, day), rows in groups.items()
        ]

    def _changes(self) -> list[str]:
        previous = self.facts.compared()
        if previous is None:
            count, indicators = self.facts.extent()
            return [self._word("first_issue", count=f"{count:,}", indicators=f"{indicators:,}")]
        return [self._word("since", release=self.facts.previous_id, **{name: f"{count:,}" for name, count in previous.items()})]

    def _revision(self, title: Text, period: str, old: Any, new: Any, unit: str, factor: int, published: date) -> list[str]:
        values = [self.content.wording.quantity(v, unit, factor, self.lang) for v in (old, new)]
        return [spoken(title, self.lang), period_words(period, "period", self.lang), *values, published.isoformat()]

    def _sections(self) -> tuple[list[dict[str, str]], list[str]]:
        sections, left_out = [], []
        for section in self.content.sections:
            try:
                text = self.binder.fill(spoken(section.text, self.lang), self.lang)
            except UnknownCell:
                left_out.append(spoken(section.title, self.lang))
                continue
            sections.append({"title": spoken(section.title, self.lang), "text": text, **self._chart(section)})
        return sections, left_out

    def _chart(self, section: Section) -> dict[str, str]:
        file = f"{section.chart}_{self.lang}.svg"
        if not (self.charts / file).is_file():
            raise IpmonError(
                f"bulletin/content.yaml: section '{section.id}' shows chart '{section.chart}', but {file} was not drawn. "
                "Declare the chart in assets/charts/, or name another one."
            )
        labels = SVG_LABELS.search((self.charts / file).read_text("utf-8"))
        alt = "。".join(unescape(part).strip() for part in labels.groups()) if labels else spoken(section.title, self.lang)
        return {"file": file, "alt": alt}

    def _alerts(self) -> list[str]:
        found = self.facts.alerts()
        lines = [spoken(message, self.lang) for message in found[:MOST_ALERTS]]
        return lines + ([self._word("more_alerts", count=str(len(found) - MOST_ALERTS))] if len(found) > MOST_ALERTS else [])

    def _definitions(self) -> Iterator[tuple[Text, Text]]:
        """Title and definition of every level with a number in the sections or the table, in the reader's order."""
        named = (match["id"] for s in self.content.sections for match in references(s.text.zh))
        shown = dict.fromkeys([*named, *(t.indicator_id for t in self.facts.targets if t.value is not None)])
        return (self.facts.described[id_] for id_ in shown if id_ not in self.facts.changes)

    def _sources(self) -> list[str]:
        cited = {*((c.publisher, c.source_title, c.released_on) for c in self.binder.used), *self.facts.citations()}
        return sorted(f"{publisher}. {title}. {day or self._word('undated')}." for publisher, title, day in cited)
