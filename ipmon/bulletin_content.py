"""The words of the bulletin as declared in assets/bulletin/content.yaml, and their lint.

Belongs here: the shape of that file. Not here: filling it with numbers (see bulletin_pages.py).
"""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Literal

from ipmon.binding import Wording, lint
from ipmon.declared import Declared, Text, read_yaml, validated

Tone = Literal["good", "watch", "bad", "none"]


class Section(Declared):
    """A themed section: one chart and the sentences beside it."""

    id: str
    title: Text
    chart: str
    text: Text


class Content(Declared):
    """The words of the bulletin."""

    literals: list[str]
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
        yield from ((f"notes[{n}]", text) for n, text in enumerate(self.notes))
        yield "coverage_text", self.coverage_text
        for section in self.sections:
            yield from ((f"sections.{section.id}.title", section.title), (f"sections.{section.id}.text", section.text))


def load_content(folder: Path, known: Collection[str], problems: list[str]) -> Content | None:
    """content.yaml of a folder, linted; `known` are the registry's indicator ids. Every problem is noted."""
    content = validated(Content, read_yaml(folder / "content.yaml", problems), "bulletin/content.yaml", problems)
    if content is None:
        return None
    for where, text in content.texts():
        problems += lint(text, f"bulletin/content.yaml: {where}", content.literals, known)
    named = (id_ for pair in content.headline_changes.items() for id_ in pair)
    problems += [f"bulletin/content.yaml: headline_changes: no indicator '{id_}'." for id_ in named if id_ not in known]
    return content
