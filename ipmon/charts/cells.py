"""What charts know of a mart: cells, indicators, targets, assessments.

Belongs here: the plain records. Not here: queries (mart.py), how a value is written (words.py).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ipmon.declared import Text

TOTALS = {"ref_area": "CN", "ip_type": "_T", "owner_kind": "_T", "industry": "_T", "technology": "_T", "counterpart_area": "_T"}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One observation as charts need it: where it stands, what is known of it, and whether it replaced a first release."""

    indicator_id: str
    freq: str
    time_period: str
    accumulation: str
    value: Decimal
    value_low: Decimal | None
    value_high: Decimal | None
    unit: str
    factor: int
    decimals: int
    publisher: str
    released_on: date
    ref_area: str
    ip_type: str
    owner_kind: str
    industry: str
    technology: str
    counterpart_area: str
    period_end: date
    obs_status: str
    basis: str
    quality: str
    delivery_id: str
    locator: str
    revised: bool

    @property
    def is_bound(self) -> bool:
        """Whether the printed wording leaves one side open (超过, 近)."""
        return (self.value_low is None) != (self.value_high is None)


@dataclass(frozen=True)
class Indicator:
    """What the registry says of an indicator that a chart shows."""

    title: Text
    unit: Text
    factor: int


@dataclass(frozen=True)
class TargetCell:
    """One numeric target."""

    target_id: str
    indicator_id: str
    document: Text
    operator: str
    rule: str
    value: Decimal
    tolerance: Decimal
    unit: str
    year: int


@dataclass(frozen=True)
class Assessed:
    """A target, numeric or not, with its current assessment (an empty status without one)."""

    target: TargetCell | None
    indicator_id: str
    document: Text
    year: int
    rule: str
    status: str
    status_words: Text
    value: Decimal | None
    value_period: str | None
    fragile: bool
