"""The check that a chart shows the same numbers in Chinese and in English.

Belongs here: reading numerals out of texts of both languages. Not here: writing them (words.py).
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from ipmon.charts.picture import ChartError, Picture
from ipmon.charts.words import MONTHS
from ipmon.declared import Text

NUMERAL = re.compile(r"\d[\d,.]*\d|\d")
# What one language writes as a digit and the other as a word: months, halves of a year.
AS_DIGITS = {rf"\b{month}\b": str(n) for n, month in enumerate(MONTHS, 1)} | {"上半年": "1", "下半年": "2"}


def numerals(text: str, wordings: Sequence[Text] = ()) -> Counter[str]:
    """The numerals of a text; months in words count as digits, what `wordings` say does not count."""
    for words in sorted((w for text_ in wordings for w in (text_.zh, text_.en)), key=len, reverse=True):
        text = text.replace(words, " ")
    for word, digit in AS_DIGITS.items():
        text = re.sub(word, f" {digit} ", text)
    return Counter(NUMERAL.findall(text))


def same_numbers(pictures: Sequence[Picture], wordings: Sequence[Text]) -> None:
    """Raises ChartError at the first text of which two languages show different numbers."""
    one, other = pictures
    for (where, text), (_, translated) in zip(_texts(one), _texts(other), strict=True):
        here, there = numerals(text, wordings), numerals(translated, wordings)
        if here != there:
            odd = ", ".join(((here - there) + (there - here)).elements())
            raise ChartError(
                f"{one.chart}: the {where} shows {odd} in one language only: '{text}', '{translated}'. Bind the same in both."
            )


def _texts(picture: Picture) -> Iterator[tuple[str, str]]:
    yield from (("title", picture.title), ("subtitle", picture.subtitle), ("notes", " ".join(picture.notes)))
    yield from (("source", picture.source), ("alternative text", picture.description))
    for panel in picture.panels:
        yield from (("values", f"{p.value} {p.tick} {p.text}") for line in (*panel.lines, *panel.band) for p in line.points)
        yield from (("target", f"{t.value} {t.text}") for t in panel.targets)
    yield from (("tiles", f"{tile.value} {tile.text}") for tile in picture.tiles)
    yield from (("row", " ".join(row.texts[1:])) for row in picture.rows)
