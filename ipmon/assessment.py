"""Whether a target is met, as far as was known on a day.

Belongs here: what was known on the day, and the assessment with its sentence. Not here: the rules (see target_rules.py), reading
targets (see targets.py), finding the series in a database.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, localcontext

from ipmon.declared import Text
from ipmon.intervals import round_half_up
from ipmon.reason_clauses import CLAUSES
from ipmon.reasons import sentence
from ipmon.shown import Shown
from ipmon.target_doubts import doubts
from ipmon.target_rules import Finding, Point, Situation, Status, judged
from ipmon.targets import Target

STATUS_WORDS: dict[Status, Text] = {
    "met": Text(zh="已达到", en="Met"),
    "met_so_far": Text(zh="目前已达到", en="Met so far"),
    "on_track": Text(zh="进度正常", en="On track"),
    "needs_acceleration": Text(zh="需要加快", en="Needs acceleration"),
    "off_track": Text(zh="进度滞后", en="Off track"),
    "moving_away": Text(zh="偏离目标", en="Moving away"),
    "missed": Text(zh="未达到", en="Missed"),
    "not_assessed": Text(zh="未评估", en="Not assessed"),
}

_PRECISION, _PLACES, _LARGEST = 80, 6, Decimal(10) ** 22


@dataclass(frozen=True)
class Assessment:
    """The status of one target on one day; one row of the table `assessments`.

    value, value_period: the deciding value, else the latest one known. gap: what is still missing, positive while it is missing;
    of a band the distance from its middle. progress p, elapsed q, ratio R = p / q of design 6; for growth p = R = growth over the
    growth asked for.
    needed_rate: change a year needed from the value on, base unit; for growth the percent needed in the rest of the year, of
    distinct counts by those not counted earlier in it.
    fragile_reason: what would turn the status, of printed_precision, usual_revision, project_tolerance, run, joined by |.
    final: the deadline has passed and the value is not provisional. All numbers have at most six decimals and are finite.
    """

    target_id: str
    indicator_id: str
    as_of: date
    status: Status
    status_zh: str
    status_en: str
    value: Decimal | None
    value_period: str | None
    target_value: Decimal | None
    gap: Decimal | None
    progress: Decimal | None
    elapsed: Decimal | None
    ratio: Decimal | None
    needed_rate: Decimal | None
    fragile: bool
    fragile_reason: str
    reason_zh: str
    reason_en: str
    final: bool


def assess(
    target: Target,
    points: Iterable[Point],
    as_of: date,
    shown: Shown,
    mean_abs_revision: Decimal | None = None,
    levels: Iterable[Point] = (),
    distinct: bool = False,
    clauses: Mapping[str, Text] = CLAUSES,
) -> Assessment:
    """The status of one target from what was known on `as_of`.

    points: the like-vintage series of the target's indicator, base units; values that stand for a whole period, the year to
    date or a stock, not single months of a flow. For a milestone: evidence, 1 (done) or 0 (not done), on its day.
    levels: for a growth target, the series that grows; with it the needed growth is exact, without it last year is taken as even.
    distinct: the levels count each once a year, so that growth is needed of those not counted earlier in it, where that is known.
    mean_abs_revision: how far values of this indicator are usually revised, in its unit.
    clauses: what the reason is put together from.

    Before the deadline the latest value since the base period counts, and the status is met_so_far, on_track, needs_acceleration,
    off_track or moving_away. From the deadline on only the value of the reference period counts: met or missed. What cannot be
    decided is not_assessed, with the reason. Values that are not finite are not looked at. Source of the rules: design 6.
    """
    with localcontext(prec=_PRECISION):
        situation = _situation(target, _known(points, as_of), as_of, mean_abs_revision, _known(levels, as_of), distinct)
        finding = judged(situation)
        doubted = tuple(doubts(situation, finding))
        return _assessment(situation, finding, doubted, sentence(situation, finding, doubted, shown, clauses))


def _known(points: Iterable[Point], as_of: date) -> list[Point]:
    """What had been released by the day, one value for each day on which periods end: the year's, in its latest release."""
    usable = [_bounded(p) for p in points if p.released_on <= as_of and p.value.is_finite()]
    usable.sort(key=lambda p: (p.period_end, len(p.time_period) == 4, p.released_on))
    return list({p.period_end: p for p in usable}.values())


def _bounded(p: Point) -> Point:
    low, high = (None if end is None or not end.is_finite() else end for end in (p.low, p.high))
    return replace(p, low=low, high=high)


def _situation(
    target: Target, known: list[Point], as_of: date, revision: Decimal | None, levels: list[Point], distinct: bool
) -> Situation:
    """What the rules look at: the deciding value, the base, what came before."""
    until = [p for p in known if p.period_end <= target.end]
    since = [p for p in until if (target.start is None or p.period_end > target.start) and _counts(target, p)]
    now = since[-1] if since else None
    return Situation(
        target=target,
        as_of=as_of,
        closed=as_of >= target.deadline,
        now=now,
        base=next((p for p in until if p.period_end == target.start), None),
        latest=until[-1] if until else None,
        earlier=tuple(p for p in until if p != now and not p.to_date),  # which have most of their cases in common
        evidence=tuple(known),
        elapsed=_elapsed(target, now),
        revision=revision if revision is not None and revision.is_finite() else None,
        levels={p.time_period: p.value for p in levels},
        distinct=distinct,
    )


def _counts(target: Target, p: Point) -> bool:
    """Whether a value may decide: of a target on the sum of a year, a part of a year only where it reaches the sum already."""
    if not target.yearly_sum or len(p.time_period) == 4:
        return True
    return target.sign > 0 and target.value is not None and p.value >= target.value


def _elapsed(target: Target, now: Point | None) -> Decimal | None:
    """q = (t - tb) / (tT - tb) in days."""
    if now is None or target.start is None:
        return None
    return Decimal((now.period_end - target.start).days) / (target.end - target.start).days


def _assessment(s: Situation, finding: Finding, doubted: tuple[str, ...], reason: Text) -> Assessment:
    shown = finding.proof or s.now or s.latest
    return Assessment(
        target_id=s.target.target_id,
        indicator_id=s.target.indicator_id,
        as_of=s.as_of,
        status=finding.status,
        status_zh=STATUS_WORDS[finding.status].zh,
        status_en=STATUS_WORDS[finding.status].en,
        value=_stored(shown.value) if shown else None,
        value_period=shown.time_period if shown else None,
        target_value=_stored(s.target.value),
        gap=_stored(_gap(s)),
        progress=_stored(finding.progress),
        elapsed=_stored(s.elapsed),
        ratio=_stored(finding.ratio),
        needed_rate=_stored(finding.needed),
        fragile=bool(doubted),
        fragile_reason="|".join(doubted),
        reason_zh=reason.zh,
        reason_en=reason.en,
        final=finding.status in ("met", "missed") and not (s.now and s.now.obs_status == "P"),
    )


def _gap(s: Situation) -> Decimal | None:
    if s.now is None or s.target.value is None:
        return None
    missing = s.target.value - s.now.value
    return abs(missing) if s.target.rule == "band" else s.target.sign * missing


def _stored(value: Decimal | None) -> Decimal | None:
    """With six decimals, as DECIMAL(28,6) holds it; None for what it cannot hold."""
    return None if value is None or abs(value) >= _LARGEST else round_half_up(value, _PLACES)
