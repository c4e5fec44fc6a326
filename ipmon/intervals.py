"""Published values as intervals, and the one rounding function.

Belongs here: exact arithmetic on what a printed number or a wording allows. Not here: where the numbers come from.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Literal

Verdict = Literal["agrees", "contradicts", "cannot tell"]


def round_half_up(value: Decimal, decimals: int) -> Decimal:
    """`value` with `decimals` places, halves away from zero: 2.675 -> 2.68. Used by tables, charts and text alike."""
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Interval:
    """What is known of a number: [low, high], None = open on that side. All in base units."""

    low: Decimal | None
    high: Decimal | None

    def __post_init__(self) -> None:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"interval [{self.low}, {self.high}] is empty")

    def overlaps(self, other: "Interval") -> bool:
        """Whether one true number can satisfy both."""
        below = self.high is not None and other.low is not None and self.high < other.low
        above = self.low is not None and other.high is not None and self.low > other.high
        return not (below or above)

    @property
    def is_bounded(self) -> bool:
        """Whether both ends are known."""
        return self.low is not None and self.high is not None

    def outward(self, decimals: int) -> "Interval":
        """The narrowest interval with ends of so many decimals that holds this one."""
        step = Decimal(1).scaleb(-decimals)
        low = None if self.low is None else self.low.quantize(step, rounding=ROUND_FLOOR)
        return Interval(low, None if self.high is None else self.high.quantize(step, rounding=ROUND_CEILING))

    def width(self) -> Decimal:
        """high - low, or infinity where a side is open."""
        return self.high - self.low if self.low is not None and self.high is not None else Decimal("Infinity")

    def __add__(self, other: "Interval") -> "Interval":
        return Interval(_add(self.low, other.low), _add(self.high, other.high))

    def __neg__(self) -> "Interval":
        return Interval(None if self.high is None else -self.high, None if self.low is None else -self.low)

    def __sub__(self, other: "Interval") -> "Interval":
        return self + (-other)

    def scaled(self, factor: Decimal) -> "Interval":
        """Both ends times a non-negative factor."""
        return Interval(*(None if end is None else end * factor for end in (self.low, self.high)))

    def divided_by(self, other: "Interval") -> "Interval | None":
        """The quotient by a positive quantity; None where the divisor may be zero or negative."""
        if other.low is None or other.low <= 0:
            return None
        nearest, farthest = other.low, other.high

        def quotients(end: Decimal) -> tuple[Decimal, Decimal]:
            return end / nearest, Decimal(0) if farthest is None else end / farthest

        low = None if self.low is None else min(quotients(self.low))
        return Interval(low, None if self.high is None else max(quotients(self.high)))

    def compare(self, other: "Interval") -> Verdict:
        """Two statements of one quantity: contradicts if disjoint, agrees if both are bounded and overlap, else cannot tell."""
        if not self.overlaps(other):
            return "contradicts"
        return "agrees" if self.is_bounded and other.is_bounded else "cannot tell"


def printed(value: Decimal, step: Decimal) -> Interval:
    """The interval of a number printed to the nearest `step`: 798000 with step 1000 is [797500, 798500]."""
    return Interval(value - step / 2, value + step / 2)


def _add(a: Decimal | None, b: Decimal | None) -> Decimal | None:
    return None if a is None or b is None else a + b
