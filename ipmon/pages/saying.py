"""Values, periods and groups of values as the pages write them.

Belongs here: what several pages write alike. Not here: which values a page shows.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from itertools import groupby

from ipmon.declared import Text
from ipmon.pages.reading import Held
from ipmon.phrases import period_words
from ipmon.shown import numeral


def kinds(found: Sequence[Held]) -> Iterator[tuple[tuple[str, str], Iterator[Held]]]:
    """Values by frequency and accumulation, years first; the order within stays."""
    order = sorted(found, key=lambda h: ("ASQM".index(h.freq), h.accumulation))
    return groupby(order, key=lambda h: (h.freq, h.accumulation))


def when(held: Held) -> Text:
    """The period of a value in words."""
    return period(held.time_period, held.accumulation)


@cache
def period(label: str, accumulation: str) -> Text:
    """A period in words."""
    return Text(zh=period_words(label, accumulation, "zh"), en=period_words(label, accumulation, "en"))


@cache
def shown(value: Decimal | None, factor: int) -> str:
    """A number in the unit shown; empty where there is none."""
    return "" if value is None else numeral(value / factor)


@cache
def exact(value: Decimal | None, factor: int) -> str:
    """A number in the unit shown with all its decimals; empty where there is none."""
    return "" if value is None else f"{(value / factor).normalize():,f}"
