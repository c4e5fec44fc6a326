"""How a number and a period are written for readers: the same numerals in Chinese and in English.

Belongs here: the display of one value, change or period. Not here: the code list of units (see dimensions.py), whole sentences.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ipmon.declared import Text
from ipmon.dimensions import Unit
from ipmon.intervals import round_half_up
from ipmon.periods import parse

DECIMALS, FINE_DECIMALS = 2, 6
_SCALES = {"e4": Decimal(10**4), "e6": Decimal(10**6), "e8": Decimal(10**8)}


def numeral(value: Decimal) -> str:
    """At most two decimals, halves up, no trailing zeros; six decimals where two would hide a number that is not zero."""
    rounded = round_half_up(value, DECIMALS)
    if rounded == 0 and value != 0:
        rounded = round_half_up(value, FINE_DECIMALS)
    text = f"{rounded:f}".rstrip("0").rstrip(".") if "." in f"{rounded:f}" else f"{rounded:f}"
    return "0" if text == "-0" else text


def said(period: str) -> Text:
    """A period in words: 2024年上半年, the first half of 2024. Raises ValueError for what is no period."""
    p = parse(period)
    match p.freq:
        case "A":
            return Text(zh=f"{p.year}年", en=f"{p.year}")
        case "S":
            zh, en = (("上", "first"), ("下", "second"))[p.index - 1]
            return Text(zh=f"{p.year}年{zh}半年", en=f"the {en} half of {p.year}")
        case "Q":
            return Text(zh=f"{p.year}年第{p.index}季度", en=f"Q{p.index} of {p.year}")
        case "M":
            return Text(zh=f"{p.year}年{p.index}月", en=p.label)


@dataclass(frozen=True)
class Shown:
    """How the values of one indicator are written: divided by `scale`, followed by the unit's name."""

    scale: Decimal
    unit: Text
    change_unit: Text

    @classmethod
    def of(cls, unit_id: str, units: Mapping[str, Unit], display: str | None = None) -> "Shown":
        """The writing of a base unit, scaled as the indicator's `display` says (e4, e6, e8)."""
        unit = units[unit_id]
        change = units["percentage_points"] if unit_id == "percent" else unit
        if display is None:
            return cls(Decimal(1), Text(zh=unit.zh, en=unit.en), Text(zh=change.zh, en=change.en))
        scale = Text(zh=unit.scales[display].zh, en=unit.scales[display].en)
        return cls(_SCALES[display], scale, scale)

    def value(self, value: Decimal) -> Text:
        """A level: 15.5个月, 15.5 months; 8,539.9亿元, 8,539.9 × CNY 100 million."""
        return self._written(value, self.unit)

    def change(self, value: Decimal) -> Text:
        """A difference of two levels; of percentages in percentage points."""
        return self._written(value, self.change_unit)

    def _written(self, value: Decimal, unit: Text) -> Text:
        number = f"{Decimal(numeral(value / self.scale)):,f}"
        between = "" if unit.en == "%" else " " if self.scale == 1 else " × "
        return Text(zh=f"{number}{unit.zh}", en=f"{number}{between}{unit.en}")
