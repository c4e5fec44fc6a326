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

MOST_DECIMALS, FINE_DECIMALS = 2, 6
CURRENCIES = ("CNY", "USD")
_SCALES = {"e4": Decimal(10**4), "e6": Decimal(10**6), "e8": Decimal(10**8)}


def decimals_known(value: Decimal, width: Decimal | None, factor: int | Decimal = 1, printed: int | None = None) -> int:
    """How many decimals of a value shown by `factor` are known, two at most: 2 for 12.60 of width 0.01, 1 for 8,539.9亿元.

    width: of the interval that the print allows, in base units; None or 0 where the value is exact, open on a side or a
    document's own number, which is written with the digits that it has. printed: the decimals printed, if known, in base units.
    """
    if factor == 1 and printed is not None:
        return min(MOST_DECIMALS, printed)
    known = (width / factor).adjusted() if width else int((value / factor).normalize().as_tuple().exponent)
    return min(MOST_DECIMALS, max(0, -known))


def numeral(value: Decimal, decimals: int | None = None) -> str:
    """A number with thousands separators, halves up: 8,539.9; with `decimals` given, trailing zeros are kept: 12.60.

    Six decimals where two would hide a number that is not zero.
    """
    rounded = round_half_up(value, MOST_DECIMALS if decimals is None else decimals)
    if rounded == 0 and value != 0:
        rounded, decimals = round_half_up(value, FINE_DECIMALS), None
    if decimals is None:
        rounded = rounded.normalize()
    return f"{rounded + 0:,f}"  # + 0: no minus before a zero


def with_unit(number: str, unit: str, lang: str) -> str:
    """A numeral in its unit: 15.5个月, 15.5 months; 13.04%; 8,539.9亿元, CNY 8,539.9 hundred million."""
    currency, _, scale = unit.partition(" ")
    if lang == "en" and currency in CURRENCIES:
        return " ".join(filter(None, (currency, number, scale)))
    return f"{number}{unit}" if lang == "zh" or unit == "%" else f"{number} {unit}"


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

    def value(self, value: Decimal, width: Decimal | None = None) -> Text:
        """A level of which an interval of `width` is known: 15.5个月, 15.5 months."""
        return _written(value, self.decimals(value, width), self.scale, self.unit)

    def change(self, value: Decimal, decimals: int | None = None) -> Text:
        """A difference of two levels; of percentages in percentage points."""
        return _written(value, decimals, self.scale, self.change_unit)

    def decimals(self, value: Decimal, width: Decimal | None) -> int:
        """How many decimals of a level are known in the unit shown."""
        return decimals_known(value, width, self.scale)


def _written(value: Decimal, decimals: int | None, scale: Decimal, unit: Text) -> Text:
    number = numeral(value / scale, decimals)
    return Text(zh=with_unit(number, unit.zh, "zh"), en=with_unit(number, unit.en, "en"))
