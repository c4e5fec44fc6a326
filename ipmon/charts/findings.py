"""What a series has to say: which way it moved, and what is new about its last value. Rules choose among fixed words.

Belongs here: rules over cells with the intervals of their printed precision. Not here: the words (vocabulary.py), which facts a
title may name (facts.py).
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from ipmon import shown
from ipmon.charts.cells import Cell, TargetCell
from ipmon.charts.picture import Lang
from ipmon.charts.vocabulary import say
from ipmon.charts.words import decimals_shown
from ipmon.periods import parse

FEWEST = 4
"""Values without which neither a record nor a turn is worth a title."""
OPEN = Decimal("Infinity")


def bounds(cell: Cell) -> tuple[Decimal, Decimal]:
    """What the printed form allows, an open side infinite; the value itself where nothing is known of its precision."""
    if cell.value_low is None and cell.value_high is None:
        return cell.value, cell.value
    return (-OPEN if cell.value_low is None else cell.value_low, OPEN if cell.value_high is None else cell.value_high)


def step(before: Cell, now: Cell) -> int:
    """1 for a rise and -1 for a fall that the printed precision makes certain, else 0."""
    (low, high), (now_low, now_high) = bounds(before), bounds(now)
    if now.value > before.value and now_low >= high:
        return 1
    return -1 if now.value < before.value and now_high <= low else 0


def moved(cells: Sequence[Cell]) -> str:
    """The word for the last cell against the one before it.

    rose or fell where the printed precision makes it certain, unchanged where both are printed alike, stood where one is open on
    a side, else level: the values differ, but within their precision.
    """
    if len(cells) < 2:
        return "stood"
    before, now = cells[-2:]
    if certain := step(before, now):
        return "rose" if certain > 0 else "fell"
    decimals = min(decimals_shown(c) for c in (before, now))
    alike = len({shown.numeral(c.value / c.factor, decimals) for c in (before, now)}) == 1
    return "stood" if before.is_bound or now.is_bound else "unchanged" if alike else "level"


def compared(one: Decimal, other: Decimal, names: tuple[str, str, str]) -> str:
    """The name for more, less or equal."""
    return names[0] if one > other else names[1] if one < other else names[2]


def news(cells: Sequence[Cell], target: TargetCell | None, broken: bool, lang: Lang) -> str:
    """A clause on what is new about the last value, beginning with its comma; empty where nothing certain is.

    By rank: the target reached for the first time, the highest or lowest value, the first rise or fall, in as many years as have
    values, or changes, without a gap. `broken`: a break lies between the cells, so that no value is a record.
    """
    if len(cells) < 2 or not step(*cells[-2:]):
        return ""
    if target and _reaches(cells[-1], target) and not any(_reaches(c, target) for c in cells[:-1]):
        return say("first_above" if target.operator == ">" else "first_at", lang)
    if broken or len(cells) < FEWEST or not _yearly(cells):
        return ""
    span = parse(cells[-1].time_period).year - parse(cells[0].time_period).year + 1
    steps = [step(a, b) for a, b in pairwise(cells)]
    turn = steps[:-1] == [-steps[-1]] * len(steps[:-1])
    against = {step(c, cells[-1]) for c in cells[:-1]}
    if against in ({1}, {-1}):
        return say("highest" if against == {1} else "lowest", lang).format(n=span)
    return say("first_rise" if steps[-1] > 0 else "first_fall", lang).format(n=span - 1) if turn else ""


def _reaches(cell: Cell, target: TargetCell) -> bool:
    """Whether the printed precision makes it certain that a value reaches a target's number."""
    low, high = bounds(cell)
    return {">=": low >= target.value, ">": low > target.value, "<=": high <= target.value}.get(target.operator, False)


def _yearly(cells: Sequence[Cell]) -> bool:
    """Whether there is one value a year and none is missing."""
    years = [parse(c.time_period).year for c in cells]
    return all(c.freq == "A" for c in cells) and all(b - a == 1 for a, b in pairwise(years))


def agree(one: Cell, other: Cell) -> bool:
    """Whether the intervals of two values of one thing overlap."""
    (low, high), (other_low, other_high) = bounds(one), bounds(other)
    return low <= other_high and other_low <= high
