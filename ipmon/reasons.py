"""Why a target has its status, as a full sentence in Chinese and in English with the same numbers.

Belongs here: which clauses a reason has, and the numbers in them. Not here: their words (see reason_clauses.py), any decision
about a status (see target_rules.py).
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from ipmon.declared import Text
from ipmon.reason_clauses import ABOUT
from ipmon.shown import Shown, numeral, said
from ipmon.target_rules import Finding, Point, Situation
from ipmon.targets import ABOUT_RULES


def sentence(s: Situation, finding: Finding, doubted: tuple[str, ...], shown: Shown, clauses: Mapping[str, Text]) -> Text:
    """The reason of a status, in both languages, put together from `clauses`."""
    if finding.reason == "none":
        return Text(zh=s.target.reason_zh, en=s.target.reason_en)
    fields = _fields(s, finding, shown)
    main, after = ([clauses[key] for key in keys] for keys in (_main(s, finding), _remarks(s, finding, doubted)))
    zh, more_zh, en, more_en = (_filled(said, fields, lang) for lang in ("zh", "en") for said in (main, after))
    return Text(zh=f"{zh}。{more_zh}", en=f"{en}.{more_en}")


def _filled(clauses: list[Text], fields: dict[str, Text | str], lang: str) -> str:
    words = {name: getattr(field, lang) if isinstance(field, Text) else field for name, field in fields.items()}
    return "".join(getattr(clause, lang).format(**words) for clause in clauses)


def _main(s: Situation, finding: Finding) -> Iterator[str]:
    """The clauses of the first sentence."""
    if s.now is None or finding.reason in ("not_in_force", "not_published") or s.target.rule == "milestone":
        yield finding.reason
        if finding.reason in ("no_value", "not_published") and (s.now or s.latest):
            yield "last_known"
        return
    yield "lead_growth" if s.target.rule == "growth" else "lead"
    yield from _compared(s, finding, s.now.value)
    if s.target.tolerance and s.target.rule != "rising" and finding.reason != "zero_base":
        yield f"tolerance_{s.target.tolerance_basis}"
    yield from _progressed(s, finding)


def _compared(s: Situation, finding: Finding, value: Decimal) -> Iterator[str]:
    """The value beside the target."""
    if finding.reason in ("in_band", "out_of_band", "over_the_whole", "cannot_tell", "zero_base", "no_base_to_rise"):
        yield finding.reason
    elif s.target.rule == "rising":
        yield finding.reason
        yield from ["beyond_revision"] if s.revision else []
    elif finding.reason == "reached":
        yield _reached(s, value)
    elif value == s.goal:
        yield "not_beyond"
    else:
        yield "above" if value > s.goal else "below"


def _reached(s: Situation, value: Decimal) -> str:
    if s.target.sign * (value - s.goal) < 0:
        return "above_within" if s.target.sign < 0 else "below_within"
    if s.target.operator == ">":
        return "beyond"
    return "not_above" if s.target.sign < 0 else "not_below"


def _progressed(s: Situation, finding: Finding) -> Iterator[str]:
    """How far along, and what is still needed."""
    if finding.reason in ("path", "growth", "no_base", "base_is_target", "base_beyond_target", "no_growth_asked"):
        yield finding.reason
    if finding.needed is None or finding.status in ("met", "met_so_far"):
        return
    if s.target.rule == "growth":
        yield "needed_new" if s.distinct else "needed_growth"
        yield from ("even",) if finding.even else ()
    else:
        yield "needed_rise" if finding.needed > 0 else "needed_fall"


def _remarks(s: Situation, finding: Finding, doubted: tuple[str, ...]) -> Iterator[str]:
    """The sentences after the first."""
    if s.now is not None and s.now.obs_status == "P" and finding.status != "not_assessed":
        yield "provisional"
    yield from doubted
    if not s.target.official_seen:
        yield "unseen"


def _fields(s: Situation, finding: Finding, shown: Shown) -> dict[str, Text | str]:
    """What the clauses may name: only what there is."""
    point = s.now or s.latest
    fields: dict[str, Text | str] = {
        "reference": said(s.target.reference_period),
        "tolerance": shown.change(s.target.tolerance),
        "usual": shown.change(max(s.revision or Decimal(0), s.target.tolerance if s.target.rule == "rising" else Decimal(0))),
        "as_of": s.as_of.isoformat(),
        "deadline": s.target.deadline.isoformat(),
    }
    if s.target.value is not None:
        fields["goal"] = _about(shown.value(s.target.value)) if s.target.rule in ABOUT_RULES else shown.value(s.target.value)
    if s.target.base_period is not None:
        fields["base_period"] = said(s.target.base_period)
    if point is not None and s.target.rule != "milestone":
        fields |= {"period": _period(point), "value": shown.value(point.value, point.width)}
        against = s.base if s.target.rule == "rising" else None
        decimals = max(shown.decimals(p.value, p.width) for p in (point, against or point))
        fields["gap"] = shown.change(abs(point.value - (against.value if against else s.goal)), decimals)
    if s.base is not None:
        fields["base"] = shown.value(s.base.value, s.base.width)
    if finding.proof is not None:
        fields["proof_day"] = finding.proof.period_end.isoformat()
    return fields | _pace(s, finding, shown)


def _pace(s: Situation, finding: Finding, shown: Shown) -> dict[str, Text | str]:
    """Progress, time gone, ratio and what is still needed."""
    shares = {"progress": finding.progress, "elapsed": s.elapsed}
    fields: dict[str, Text | str] = {name: numeral(share * 100) for name, share in shares.items() if share is not None}
    if finding.ratio is not None:
        fields["ratio"] = numeral(finding.ratio)
    if finding.needed is not None:
        fields["needed"] = shown.value(finding.needed) if s.target.rule == "growth" else shown.change(abs(finding.needed))
    return fields


def _about(goal: Text) -> Text:
    return Text(zh=ABOUT.zh.format(goal=goal.zh), en=ABOUT.en.format(goal=goal.en))


def _period(point: Point) -> Text:
    """The period of a value, which may be the year to its end."""
    words = said(point.time_period)
    return Text(zh=f"截至{words.zh}", en=f"the year to {words.en}") if point.to_date else words
