"""The main points of an issue, chosen by rule.

Belongs here: which targets and changes come first. Not here: the sentences (assets/bulletin/content.yaml).
"""

from collections.abc import Iterator
from datetime import timedelta

from ipmon.bulletin_facts import TargetRow
from ipmon.bulletin_issue import BEHIND, REACHED, Desk

HEADLINE_DAYS = 730


def points(desk: Desk) -> Iterator[str]:
    """The tally, the worst case if any, the latest success, the fragile ones, the strongest change."""
    targets, ranks = desk.facts.targets, list(desk.content.statuses)
    counts = {name: sum(t.status in group for t in targets) for name, group in (("reached", REACHED), ("behind", BEHIND))}
    on_track, unknown = (sum(t.status == s for t in targets) for s in ("on_track", "not_assessed"))
    tally = {**counts, "on_track": on_track, "unknown": unknown, "total": len(targets)}
    yield _point(desk, "tally", **{name: desk.phrases.count(n) for name, n in tally.items()})
    valued = [t for t in targets if t.value is not None and t.target_value is not None]
    worst = sorted((t for t in valued if t.status in BEHIND), key=lambda t: (-ranks.index(t.status), t.deadline))
    reached = [t for t in valued if t.status in REACHED and not t.fragile]
    reached.sort(key=lambda t: (t.value_period, t.deadline), reverse=True)
    fragile = sorted((t for t in valued if t.fragile), key=lambda t: t.deadline, reverse=True)
    yield from (_target(desk, "worst", t) for t in worst[:1])
    yield from (_target(desk, "reached", t) for t in reached[: 2 - len(worst[:1])])
    yield from (_target(desk, "fragile", t, count=desk.phrases.count(len(fragile))) for t in fragile[:1])
    yield from _strongest_change(desk)


def _point(desk: Desk, name: str, /, **given: str) -> str:
    return desk.binder.fill(desk.content.points[name], **given)


def _target(desk: Desk, name: str, t: TargetRow, /, **given: str) -> str:
    return _point(desk, name, **desk.target(t), **given)


def _strongest_change(desk: Desk) -> Iterator[str]:
    since = desk.issue.as_of - timedelta(days=HEADLINE_DAYS)
    cells = desk.binder.cells.latest_of(desk.content.headline_changes, since)
    if cells:
        cell = max(cells, key=lambda c: (abs(c.value), c.indicator_id))
        desk.binder.used.setdefault(cell)
        title = desk.title(desk.content.headline_changes[cell.indicator_id])
        period = desk.phrases.period(cell.time_period, cell.accumulation)
        yield _point(desk, "change", title=title, period=period, change=desk.phrases.change(cell))
