"""What one issue of an edition is composed from, in one language.

Belongs here: the issue, and the words and facts that all its parts share. Not here: any part (bulletin_pages.py, _points.py,
_tables.py).
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ipmon.binding import Binder
from ipmon.bulletin_changes import Changes
from ipmon.bulletin_content import Content, Edition
from ipmon.bulletin_facts import Facts, TargetRow
from ipmon.phrases import Lang, Phrases, spoken

BEHIND = ("missed", "moving_away", "off_track", "needs_acceleration")
REACHED = ("met", "met_so_far")


@dataclass(frozen=True)
class Issue:
    """What one issue is: its release, its day, the release before it (a folder) and the day of the next."""

    release_id: str
    as_of: date
    next_release: date
    previous: Path | None = None

    @property
    def year(self) -> int:
        """The year that an annual report of this day is about: the last whole one."""
        return self.as_of.year - 1


@dataclass(frozen=True)
class Desk:
    """One edition of an issue in one language: its words, and where its numbers come from."""

    content: Content
    edition: Edition
    binder: Binder
    facts: Facts
    changes: Changes
    issue: Issue
    charts: Path

    @property
    def phrases(self) -> Phrases:
        """How numbers are written."""
        return self.binder.phrases

    @property
    def lang(self) -> Lang:
        """The language."""
        return self.phrases.lang

    @property
    def is_full(self) -> bool:
        """Whether every part is shown."""
        return self.edition.detail == "full"

    def word(self, key: str, /, **given: str) -> str:
        """Declared words by their key."""
        return self.phrases.say(self.content.words[key], **given) if given else spoken(self.content.words[key], self.lang)

    def title(self, indicator_id: str) -> str:
        """The title of an indicator."""
        return self.phrases.words(self.facts.described[indicator_id].title)

    def listed(self, texts: list[str]) -> str:
        """Texts as one list."""
        return ("、" if self.lang == "zh" else ", ").join(texts)

    def target(self, t: TargetRow) -> dict[str, str]:
        """A target's cells in words; empty where there is no value."""
        return {
            "title": self.phrases.words(t.title),
            "value": "" if t.value is None else self.phrases.judged(t.value, t.width, t.unit, t.factor),
            "period": self.phrases.period(t.value_period) if t.value_period else "",
            "target": self._asked(t),
            "deadline": self.phrases.day(t.deadline),
            "status": self.phrases.words(t.status_words),
        }

    def _asked(self, t: TargetRow) -> str:
        number = "" if t.target_value is None else self.phrases.quantity(t.target_value, t.unit, t.factor)
        return self.phrases.say(self.content.rules[t.rule], n=number)
