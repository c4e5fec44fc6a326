"""The words of the pages as declared in assets/pages/words.yaml.

Belongs here: the shape of that file, and saying a code or a phrase of the mart in both languages. Not here: markup (see
layout.py).
"""

import re
from functools import cached_property
from pathlib import Path

from ipmon.declared import Declared, Text, read_yaml, validated
from ipmon.errors import DeclarationError
from ipmon.synthetic import told


class Phrase(Declared):
    """A phrase that the mart writes in English, as a pattern, and how it is said."""

    match: str
    zh: str
    en: str


OTHER = "other"
"""The theme under which stands what has no title of its own yet."""


class Words(Declared):
    """Labels, files to load, titles of themes, names of codes, phrases."""

    words: dict[str, Text]
    downloads: dict[str, Text]
    themes: dict[str, Text]
    codes: dict[str, dict[str, Text]]
    said: list[Phrase]

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], Phrase]]:
        return [(re.compile(phrase.match), phrase) for phrase in self.said]

    def theme(self, theme: str) -> str:
        """A theme that has a title: itself, or OTHER."""
        return theme if theme in self.themes else OTHER

    def code(self, kind: str, code: str) -> Text:
        """A code in words. Raises KeyError for one that is not declared."""
        return self.codes[kind][code]

    def say(self, phrase: str) -> Text | None:
        """A phrase of the mart in both languages, None where it is not declared."""
        for pattern, said in self._patterns:
            if found := pattern.fullmatch(phrase):
                groups = {name: self._named(text) for name, text in found.groupdict().items()}
                return Text(
                    zh=said.zh.format_map({n: t.zh for n, t in groups.items()}),
                    en=said.en.format_map({n: t.en for n, t in groups.items()}),
                )
        return None

    def fill(self, key: str, zh: dict[str, str], en: dict[str, str]) -> Text:
        """A text of `words` with its places filled, one way for each language."""
        return Text(zh=self.words[key].zh.format_map(zh), en=self.words[key].en.format_map(en))

    def _named(self, text: str) -> Text:
        return self.codes["quality"].get(text) or Text(zh=text, en=text)


def load_words(folder: Path, synthetic: bool = False) -> Words:
    """words.yaml of a folder, as it speaks of real or of simulated data. Raises DeclarationError for a malformed file."""
    problems: list[str] = []
    declared = told(read_yaml(folder / "words.yaml", problems), synthetic)
    words = validated(Words, declared, "pages/words.yaml", problems)
    if problems or words is None:
        raise DeclarationError(problems)
    return words
