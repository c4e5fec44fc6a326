"""The words of the bulletin and the annual report as declared in assets/bulletin/content.yaml, and their lint.

Belongs here: the shape of that file. Not here: filling it with numbers (see bulletin_pages.py).
"""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Literal

from ipmon.binding import lint
from ipmon.declared import Declared, Text, read_yaml, validated
from ipmon.phrases import Wording
from ipmon.synthetic import told

Tone = Literal["good", "watch", "bad", "none"]


class Most(Declared):
    """How many rows each table of an edition holds at most, and how many years back it looks; the mart holds the rest."""

    new: int
    revisions: int
    breaks: int
    warnings: int
    provinces: int
    years: int = 0


class Edition(Declared):
    """A document made from the same sections: in brief by month, in full by year."""

    title: Text
    subtitle: Text
    issue: Text
    detail: Literal["brief", "full"]
    most: Most


class Part(Declared):
    """A chart and the sentences beside it; without `brief` only in full editions."""

    chart: str
    text: Text
    brief: bool = False


class Section(Declared):
    """A theme: its parts, a table of provinces for some indicators, and in full editions every indicator of some themes."""

    id: str
    title: Text
    parts: list[Part]
    provinces: list[str] = []
    themes: list[str] = []


class Content(Declared):
    """The words of all editions."""

    literals: list[str]
    editions: dict[str, Edition]
    words: dict[str, Text]
    notes: list[Text]
    coverage_text: Text
    wording: Wording
    rules: dict[str, Text]
    statuses: dict[str, Tone]
    points: dict[str, Text]
    headline_changes: dict[str, str]
    sections: list[Section]

    def texts(self) -> Iterator[tuple[str, Text]]:
        """Every text with its place, for the lint."""
        for group in ("words", "rules", "points"):
            yield from ((f"{group}.{key}", text) for key, text in getattr(self, group).items())
        for name, edition in self.editions.items():
            for key in ("title", "subtitle", "issue"):
                yield f"editions.{name}.{key}", getattr(edition, key)
        yield from ((f"notes[{n}]", text) for n, text in enumerate(self.notes))
        yield "coverage_text", self.coverage_text
        for section in self.sections:
            yield f"sections.{section.id}.title", section.title
            yield from ((f"sections.{section.id}.{part.chart}", part.text) for part in section.parts)

    def indicator_ids(self) -> Iterator[tuple[str, str]]:
        """Every indicator named outside the texts, with its place."""
        yield from (("headline_changes", id_) for pair in self.headline_changes.items() for id_ in pair)
        yield from ((f"sections.{section.id}.provinces", id_) for section in self.sections for id_ in section.provinces)


def load_content(folder: Path, known: Collection[str], problems: list[str], synthetic: bool = False) -> Content | None:
    """content.yaml of a folder, linted, as it speaks of real or of simulated data. Every problem is noted.

    `known`: the registry's indicator ids.
    """
    declared = told(read_yaml(folder / "content.yaml", problems), synthetic)
    content = validated(Content, declared, "bulletin/content.yaml", problems)
    if content is None:
        return None
    for where, text in content.texts():
        problems += lint(text, f"bulletin/content.yaml: {where}", content.literals, known)
    unknown = ((where, id_) for where, id_ in content.indicator_ids() if id_ not in known)
    problems += [f"bulletin/content.yaml: {where}: no indicator '{id_}'." for where, id_ in unknown]
    return content
