"""Whether a status is fragile: what would turn it.

Belongs here: trying other values, and no tolerance of our own, in the rules. Not here: the rules (see target_rules.py).
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from ipmon.target_rules import JUDGES, Finding, Point, Situation

RUN = 3
"""Project default: so many latest values on one side of a band's middle put its stability in doubt."""


def doubts(s: Situation, finding: Finding) -> Iterator[str]:
    """What would turn the status: the printed precision, the usual revision, our own tolerance, a run on one side."""
    if s.now is None or finding.status == "not_assessed" or s.target.rule not in JUDGES:
        return
    now, tolerance = s.now.value, s.target.tolerance
    if any(_turns(replace(s, base=base), finding, value, tolerance) for value, base in _allowed(s, s.now)):
        yield "printed_precision"
    revised = [now + s.revision, now - s.revision] if s.revision and s.target.rule != "rising" else []
    if any(_turns(s, finding, value, tolerance) for value in revised):
        yield "usual_revision"
    if tolerance and s.target.tolerance_basis == "project_default" and _turns(s, finding, now, Decimal(0)):
        yield "project_tolerance"
    if finding.reason == "in_band" and _runs(s, s.now):
        yield "run"


def _turns(s: Situation, finding: Finding, value: Decimal, tolerance: Decimal) -> bool:
    return JUDGES[s.target.rule](s, value, tolerance).status != finding.status


def _allowed(s: Situation, now: Point) -> Iterator[tuple[Decimal, Point | None]]:
    """The extremes that the print allows, each with the base: where a change is judged, at its opposite extreme.

    An open side reaches beyond everything that a rule compares with, but a share stops at the whole.
    """
    far = abs(s.goal) + abs(now.value) + (abs(s.base.value) if s.base else 0) + s.target.tolerance + (s.revision or 0) + 1
    low, high = _ends(now, far)
    if s.target.rule == "coverage":
        low, high = min(low, Decimal(100)), min(high, Decimal(100))
    if s.base is None or s.target.rule != "rising":
        yield from ((low, s.base), (high, s.base))
    else:
        base_low, base_high = _ends(s.base, far)
        yield from ((low, replace(s.base, value=base_high)), (high, replace(s.base, value=base_low)))


def _ends(point: Point, far: Decimal) -> tuple[Decimal, Decimal]:
    return point.value - far if point.low is None else point.low, point.value + far if point.high is None else point.high


def _runs(s: Situation, now: Point) -> bool:
    """Whether the RUN latest values lie strictly on one side of the band's middle."""
    sides = [(p.value - s.goal).compare(Decimal(0)) for p in (*s.earlier, now)[-RUN:]]
    return len(sides) == RUN and abs(sum(sides)) == RUN
