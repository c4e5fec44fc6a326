"""How the numbers of a bulletin stand in a sentence, in one language: quantities, changes, periods, days, counts.

Belongs here: the declared wording and filling it. Not here: digits and units (see shown.py), finding a cell (see binding.py).
Every phrase with a number in it is marked as bound (see marks.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from ipmon import marks
from ipmon.cells import Cell
from ipmon.declared import Declared, Text
from ipmon.errors import IpmonError
from ipmon.periods import parse
from ipmon.shown import decimals_known, numeral, said, with_unit

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")


class Change(Declared):
    """The words for a change of one unit, by its direction; {n} is its size."""

    up: Text
    down: Text
    flat: Text


class Wording(Declared):
    """How numbers are put into words: units that are said otherwise than by name, changes by unit, values open on a side."""

    units: dict[str, Text]
    changes: dict[str, Change]
    more_than: Text
    nearly: Text


@dataclass(frozen=True)
class Phrases:
    """The wording in one language. `units`: the name of each unit and factor in which the mart shows its indicators."""

    wording: Wording
    units: Mapping[tuple[str, int], Text]
    lang: Lang

    def quantity(self, value: Decimal, unit: str, factor: int, decimals: int | None = None) -> str:
        """A number in base units as it is written: 853990000000 CNY, factor 1e8 -> 8,539.9亿元 / CNY 8,539.9 hundred million."""
        text = numeral(value / factor, decimals)
        pattern = self.wording.units.get(f"{unit}/{factor}" if factor != 1 else unit)
        if pattern is not None:
            return marks.number(spoken(pattern, self.lang).format(n=text))
        name = self.units.get((unit, factor))
        if name is None:
            raise IpmonError(f"the unit '{unit}' shown by {factor} has no name; no indicator of the mart is shown in it.")
        return marks.number(with_unit(text, spoken(name, self.lang), self.lang))

    def value(self, cell: Cell) -> str:
        """A cell's value to its printed precision; a bound that the printed wording leaves open is said."""
        text = self.quantity(cell.value, cell.unit, cell.factor, cell.decimals_shown)
        if cell.value_high is None and cell.value_low is not None:
            return spoken(self.wording.more_than, self.lang).format(n=text)
        if cell.value_low is None and cell.value_high is not None:
            return spoken(self.wording.nearly, self.lang).format(n=text)
        return text

    def judged(self, value: Decimal, width: Decimal | None, unit: str, factor: int) -> str:
        """A value of which an interval of `width` is known."""
        return self.quantity(value, unit, factor, decimals_known(value, width, factor))

    def signed(self, value: Decimal, unit: str, factor: int = 1, decimals: int | None = None) -> str:
        """A difference with its sign: +0.44个百分点, −0.11 percentage points."""
        sign = "+" if value > 0 else "−" if value < 0 else ""
        return f"{sign}{self.quantity(abs(value), unit, factor, decimals)}"

    def number(self, cell: Cell) -> str:
        """A cell's value without its unit, for a column that says it."""
        return marks.number(numeral(cell.value / cell.factor, cell.decimals_shown))

    def unit(self, unit: str, factor: int) -> str:
        """The name of a unit, for the head of a column."""
        return marks.words(spoken(self.units[unit, factor], self.lang))

    def change(self, cell: Cell) -> str:
        """A growth or difference with its direction in words: 增长75.4% / up 75.4%."""
        words = self.wording.changes.get(cell.unit)
        if words is None:
            raise IpmonError(f"{cell.indicator_id} is no change: its unit is '{cell.unit}'. Drop `.change` from the reference.")
        pattern = words.up if cell.value > 0 else words.down if cell.value < 0 else words.flat
        size = self.quantity(abs(cell.value), cell.unit, cell.factor, cell.decimals_shown)
        return spoken(pattern, self.lang).format(n=size)

    def period(self, label: str, accumulation: str = "period") -> str:
        """A period as it is read; months that accumulate since January say so. Raises ValueError for a malformed label."""
        return marks.number(period_words(label, accumulation, self.lang))

    def day(self, day: date) -> str:
        """A day as it is read: 2024年12月31日 / 2024-12-31."""
        return marks.number(day_words(day, self.lang))

    def count(self, number: int) -> str:
        """How many of something the mart holds."""
        return marks.number(f"{number:,}")

    def words(self, text: Text) -> str:
        """Words that the mart holds in both languages."""
        return marks.words(spoken(text, self.lang))

    def say(self, text: Text, /, **given: str) -> str:
        """Declared words, with bound texts in their places."""
        return spoken(text, self.lang).format_map(given)


def period_words(label: str, accumulation: str, lang: Lang) -> str:
    """A period as it is read: 2023年前10个月 / the first 10 months of 2023. Raises ValueError for a malformed label."""
    period = parse(label)
    if accumulation == "year_to_date" and period.freq == "M":
        months = Text(zh=f"{period.year}年前{period.index}个月", en=f"the first {period.index} months of {period.year}")
        return spoken(months, lang)
    return spoken(said(label), lang)


def day_words(day: date, lang: Lang) -> str:
    """A day as it is read: 2024年12月31日 / 2024-12-31."""
    return f"{day.year}年{day.month}月{day.day}日" if lang == "zh" else day.isoformat()


def spoken(text: Text, lang: Lang) -> str:
    """The words of one language."""
    return text.zh if lang == "zh" else text.en
