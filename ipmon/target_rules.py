"""The rules of the targets: from a value, a base and a number of the document to a status.

Belongs here: one pure function a rule. Not here: choosing the values (see assessment.py), what would turn an answer (see
target_doubts.py), the sentences (see reasons.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from ipmon.periods import parse
from ipmon.targets import Rule, Target

Status = Literal["met", "met_so_far", "on_track", "needs_acceleration", "off_track", "moving_away", "missed", "not_assessed"]

ON_TRACK, NEEDS_ACCELERATION = Decimal("0.95"), Decimal("0.60")
DAYS_A_YEAR = Decimal("365.25")


@dataclass(frozen=True)
class Point:
    """One value of a like-vintage series, in base units; `low`, `high`: what its print allows, None = open on that side.

    `to_date`: it is of the year to the end of its period.
    """

    time_period: str
    period_end: date
    value: Decimal
    low: Decimal | None
    high: Decimal | None
    released_on: date
    obs_status: str = "A"
    to_date: bool = False

    @property
    def width(self) -> Decimal | None:
        """How wide what is known of it is; None where a side is open."""
        return self.high - self.low if self.low is not None and self.high is not None else None


@dataclass(frozen=True)
class Situation:
    """Everything that a rule may look at; the deciding value comes beside it, so that another can be tried in its place."""

    target: Target
    as_of: date
    closed: bool
    now: Point | None
    base: Point | None
    latest: Point | None
    earlier: tuple[Point, ...]
    evidence: tuple[Point, ...]
    elapsed: Decimal | None
    revision: Decimal | None
    levels: Mapping[str, Decimal]
    distinct: bool

    @property
    def goal(self) -> Decimal:
        """The number of the document; 0 for a rule without one, whose judge does not read it."""
        return self.target.value or Decimal(0)

    @property
    def reached(self) -> Status:
        """What a reached target is called today."""
        return "met" if self.closed else "met_so_far"


@dataclass(frozen=True)
class Finding:
    """A rule's answer. `reason` names the clause of the sentence; `needed` is the change a year, or for growth the growth in
    the rest of the year, `even` where that takes last year as even; `proof` the evidence of a milestone."""

    status: Status
    reason: str
    progress: Decimal | None = None
    ratio: Decimal | None = None
    needed: Decimal | None = None
    even: bool = False
    proof: Point | None = None


Judge = Callable[[Situation, Decimal, Decimal], Finding]


def judged(s: Situation) -> Finding:
    """The rule's answer, or why no rule can answer."""
    if s.target.rule == "none":
        return Finding("not_assessed", "none")
    if not s.target.in_force(s.as_of):
        return Finding("not_assessed", "not_in_force")
    if s.target.rule == "milestone":
        return _by_evidence(s)
    if s.now is None:
        return Finding("not_assessed", "no_value")
    if s.closed and s.now.period_end != s.target.end:
        return Finding("not_assessed", "not_published")
    return JUDGES[s.target.rule](s, s.now.value, s.target.tolerance)


def _by_evidence(s: Situation) -> Finding:
    """A milestone: met by evidence dated up to the deadline, missed by later evidence or a dated 'not done' after it."""
    done = [p for p in s.evidence if p.value >= 1]
    if done and done[0].period_end <= s.target.deadline:
        return Finding(s.reached, "evidence", proof=done[0])
    if s.closed and s.evidence and s.evidence[-1].period_end >= s.target.deadline:
        return Finding("missed", "late", proof=done[0]) if done else Finding("missed", "refuted", proof=s.evidence[-1])
    return Finding("not_assessed", "no_evidence")


def is_reached(s: Situation, value: Decimal, tolerance: Decimal) -> bool:
    """s(y - T) >= -tol; for 'more than' beyond T itself."""
    ahead = s.target.sign * (value - s.goal)
    return ahead > 0 if s.target.operator == ">" else ahead >= -tolerance


def _by_level(s: Situation, value: Decimal, tolerance: Decimal) -> Finding:
    """At most, at least: reached, or how far along the straight path from the base."""
    if is_reached(s, value, tolerance):
        return Finding(s.reached, "reached")
    if s.closed:
        return Finding("missed", "short")
    return Finding("not_assessed", "no_base") if s.base is None else _by_path(s, value, s.base.value)


def _by_path(s: Situation, value: Decimal, base: Decimal) -> Finding:
    """p = (y - b) / (T - b), R = p / q. A base at the target has no path; from a base beyond it the value has come back."""
    if base == s.goal:
        return Finding("not_assessed", "base_is_target")
    if s.target.sign * (s.goal - base) < 0:
        return Finding("moving_away", "base_beyond_target")
    if not s.elapsed:
        return Finding("not_assessed", "no_base")
    progress = (value - base) / (s.goal - base)
    ratio = progress / s.elapsed
    return Finding(_grade(ratio), "path", progress, ratio, _needed_a_year(s, value))


def _grade(ratio: Decimal) -> Status:
    if ratio < 0:
        return "moving_away"
    if ratio < NEEDS_ACCELERATION:
        return "off_track"
    return "needs_acceleration" if ratio < ON_TRACK else "on_track"


def _needed_a_year(s: Situation, value: Decimal) -> Decimal | None:
    """The change a year that leads from the value to the target at the end; None where no time is left."""
    days = (s.target.end - s.now.period_end).days if s.now else 0
    return (s.goal - value) / days * DAYS_A_YEAR if days else None


def _by_coverage(s: Situation, value: Decimal, tolerance: Decimal) -> Finding:
    """A share of a fixed universe: its base is nothing by definition, and it cannot exceed the whole."""
    if value > 100:
        return Finding("not_assessed", "over_the_whole")
    if is_reached(s, value, tolerance) or s.closed:
        return _by_level(s, value, tolerance)
    return _by_path(s, value, Decimal(0))


def _by_band(s: Situation, value: Decimal, tolerance: Decimal) -> Finding:
    """Stable at T: inside T ± tol.

    Before the deadline one value outside needs acceleration, a second one in a row is off track, and a second one further out
    moves away. The document has no such steps: they are a project default.
    """
    outside = abs(value - s.goal)
    if outside <= tolerance:
        return Finding(s.reached, "in_band")
    if s.closed:
        return Finding("missed", "out_of_band")
    before = abs(s.earlier[-1].value - s.goal) if s.earlier else Decimal(0)
    if before <= tolerance:
        return Finding("needs_acceleration", "out_of_band")
    return Finding("moving_away" if outside > before else "off_track", "out_of_band")


def _by_growth(s: Situation, value: Decimal, tolerance: Decimal) -> Finding:
    """Growth on a year earlier against the growth asked for: like months on both sides, so that no time enters R = g / T."""
    if _has_no_base_to_grow_from(s):
        return Finding("not_assessed", "zero_base")
    needed, even = (None, False) if s.closed else _needed_growth(s, value)
    if is_reached(s, value, tolerance):
        return Finding(s.reached, "reached", needed=needed, even=even)
    if s.closed:
        return Finding("missed", "short")
    if s.target.sign * s.goal <= 0:
        return Finding("not_assessed", "no_growth_asked")
    return Finding(_grade(value / s.goal), "growth", value / s.goal, value / s.goal, needed, even)


def _year_before(time_period: str) -> str:
    return parse(time_period).shift_years(-1).label


def _has_no_base_to_grow_from(s: Situation) -> bool:
    """Whether the year before, or its like part, is known to be zero or negative."""
    period = s.now.time_period if s.now else s.target.reference_period
    bases = (s.levels.get(_year_before(label)) for label in (period, period[:4]))
    return any(base is not None and base <= 0 for base in bases)


def _needed_growth(s: Situation, value: Decimal) -> tuple[Decimal | None, bool]:
    """Percent by which the rest of the year must grow on the rest of last year, and whether last year is taken as even.

    How many were counted in the rest of a year alone, of counts of each once a year, no even share tells.
    """
    period = s.now.time_period if s.now else s.target.reference_period
    full, to_date = s.levels.get(_year_before(period[:4])), s.levels.get(period)
    if full is not None and to_date is not None:
        before = s.levels.get(_year_before(period), to_date / (1 + value / 100) if value > -100 else full)
        rest = full - before
        return ((full * (1 + s.goal / 100) - to_date) / rest - 1) * 100 if rest > 0 else None, False
    gone = s.elapsed
    return (None, False) if gone is None or gone >= 1 or s.distinct else ((s.goal - gone * value) / (1 - gone), True)


def _by_rise(s: Situation, value: Decimal, tolerance: Decimal) -> Finding:
    """Risen since the base period by more than values are usually revised; a smaller change cannot tell."""
    if s.base is None:
        return Finding("not_assessed", "no_base_to_rise")
    change, usual = value - s.base.value, max(s.revision or Decimal(0), tolerance)
    if abs(change) <= usual:
        return Finding("not_assessed", "cannot_tell")
    if change > 0:
        return Finding(s.reached, "risen")
    return Finding("missed" if s.closed else "moving_away", "fallen")


JUDGES: Mapping[Rule, Judge] = {
    "at_most": _by_level,
    "at_least": _by_level,
    "about_at_most": _by_level,
    "about_at_least": _by_level,
    "coverage": _by_coverage,
    "band": _by_band,
    "growth": _by_growth,
    "rising": _by_rise,
}
