"""Charts over time: lines with targets, bars, stacked bars.

Belongs here: where the marks of values in time stand. Not here: page and scales (axes.py), their labels (labels.py).
"""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil

from ipmon.charts import labels, theme
from ipmon.charts.axes import Plane, tick_text, ticks, value_axis, year_axis
from ipmon.charts.picture import Line, Panel, Picture, Point, Target
from ipmon.charts.scene import Bar, Box, Dot, Scene, Stroke, wrap

FEW = 14
BAR_WIDTH = 0.62


def lines(scene: Scene, picture: Picture, top: float) -> float:
    """One plane with up to four lines, their targets and direct labels; returns the row below it."""
    panel = picture.panels[0]
    plane, at = _plane(scene, panel, picture.from_zero, top)
    value_axis(scene, plane, at)
    year_axis(scene, plane, _years(plane))
    _bands(scene, plane, panel.targets)
    for n, line in enumerate(panel.lines):
        draw_way(scene, plane, line, n)
    _target_strokes(scene, plane, panel.targets)
    for n, line in enumerate(panel.lines):
        draw_dots(scene, plane, line, n)
    for target in panel.targets:
        labels.label_target(scene, plane, target)
    for n, line in enumerate(panel.lines):
        labels.name_line(scene, plane, line, n) if len(panel.lines) > 1 else None
    for line in panel.lines:
        labels.label_points(scene, plane, line, all_points=sum(len(each.points) for each in panel.lines) <= FEW)
    return plane.bottom + theme.SMALL + 6


def bars(scene: Scene, picture: Picture, top: float) -> float:
    """Vertical bars from zero with their values, and targets across them; returns the row below."""
    panel = picture.panels[0]
    plane, at = _plane(scene, panel, True, top)
    value_axis(scene, plane, at)
    year_axis(scene, plane, _years(plane))
    boxes = [_bar(plane, point, 0.0) for point in panel.lines[0].points]
    scene.marks += [Bar(box, theme.SERIES[0], not p.firm) for box, p in zip(boxes, panel.lines[0].points, strict=True)]
    _target_strokes(scene, plane, panel.targets)
    for box, point in zip(boxes, panel.lines[0].points, strict=True):
        labels.label_bar(scene, box, point)
    for target in panel.targets:
        labels.label_target(scene, plane, target, boxes)
    return plane.bottom + theme.SMALL + 6


def stacked(scene: Scene, picture: Picture, top: float) -> float:
    """Bars of parts on each other, named at the last bar; returns the row below."""
    panel = picture.panels[0]
    tops = _stack(panel.lines)
    highest = max(high for line in tops for _, high in line)
    plane, at = _plane(scene, panel, True, top, highest)
    value_axis(scene, plane, at)
    year_axis(scene, plane, _years(plane))
    for n, (line, spans) in enumerate(zip(panel.lines, tops, strict=True)):
        for point, (low, high) in zip(line.points, spans, strict=True):
            box = _bar(plane, point, low, high)
            scene.marks.append(
                Bar(Box(box.left, box.top, box.right, box.bottom - (1.5 if n else 0)), theme.SERIES[n], not point.firm)
            )
            middle = (box.left + box.right) / 2
            if box.bottom - box.top > theme.LABEL * 1.6 and scene.measure(point.text, theme.LABEL) < box.right - box.left - 4:
                paper = theme.contrast(theme.SERIES[n], theme.PAPER) >= 4.5
                scene.words(
                    middle, (box.top + box.bottom) / 2 + 4, point.text, theme.LABEL, theme.PAPER if paper else theme.INK, "centre"
                )
        low, high = spans[-1]
        labels.name_beside(scene, plane.right + theme.GAP, plane.y((low + high) / 2), line.name)
    return plane.bottom + theme.SMALL + 6


def _plane(scene: Scene, panel: Panel, from_zero: bool, top: float, highest: float | None = None) -> tuple[Plane, list[float]]:
    values = [p.value for line in panel.lines for p in line.points] + [v for t in panel.targets for v in (t.low, t.high)]
    high, low = highest or max(values), min(values)
    room = (high - (0.0 if from_zero else low)) * 0.1 or abs(high) * 0.05
    at = ticks(min(low, 0.0) if from_zero else low - room, high + room)
    gutter = max(scene.measure(tick_text(t, at), theme.SMALL) for t in at) + theme.GAP
    names = [part for line in panel.lines for part in wrap(line.name, labels.NAME_WIDTH, theme.LABEL, scene.measure)]
    right = max(scene.measure(name, theme.LABEL) for name in names) + theme.GAP + labels.KEY if len(panel.lines) > 1 else 0.0
    ends = [ceil(p.at - 0.5) for line in panel.lines for p in line.points] + [
        round(e) for t in panel.targets for e in (t.start + 0.45, t.end - 0.45)
    ]
    return Plane(
        theme.MARGIN + gutter,
        top + 4,
        scene.width - theme.MARGIN - right,
        top + theme.PLOT_HEIGHT,
        min(ends) - 0.5,
        max(ends) + 0.5,
        at[0],
        at[-1],
    ), at


def _years(plane: Plane) -> list[int]:
    return list(range(round(plane.x_low + 0.5), round(plane.x_high - 0.5) + 1))


def _bar(plane: Plane, point: Point, low: float, high: float | None = None) -> Box:
    half = BAR_WIDTH / 2
    return Box(plane.x(point.at - half), plane.y(point.value if high is None else high), plane.x(point.at + half), plane.y(low))


def _stack(parts: Sequence[Line]) -> list[list[tuple[float, float]]]:
    reached: dict[float, float] = {}
    stacks = []
    for line in parts:
        spans = [(reached.get(p.at, 0.0), reached.get(p.at, 0.0) + p.value) for p in line.points]
        reached |= {p.at: high for p, (_, high) in zip(line.points, spans, strict=True)}
        stacks.append(spans)
    return stacks


def _bands(scene: Scene, plane: Plane, targets: Sequence[Target]) -> None:
    for target in targets:
        left, right = plane.x(max(target.start, plane.x_low)), plane.x(min(target.end, plane.x_high))
        if target.high > target.low:
            scene.marks.append(Bar(Box(left, plane.y(target.high), right, plane.y(target.low)), theme.BAND))


def _target_strokes(scene: Scene, plane: Plane, targets: Sequence[Target]) -> None:
    for target in targets:
        ends = [
            (plane.x(max(target.start, plane.x_low)), plane.y(target.value)),
            (plane.x(min(target.end, plane.x_high)), plane.y(target.value)),
        ]
        scene.marks.append(Stroke(tuple(ends), theme.TARGET, 1.6, "dashed"))


def draw_way(scene: Scene, plane: Plane, line: Line, n: int) -> None:
    """The line between joined points, dotted where one end is not firm."""
    colour = theme.SERIES[n]
    for a, b in pairwise(line.points):
        if b.joined:
            dash = theme.DASHES[n] if a.firm and b.firm else "dotted"
            scene.marks.append(Stroke(((plane.x(a.at), plane.y(a.value)), (plane.x(b.at), plane.y(b.value))), colour, 2.0, dash))


def draw_dots(scene: Scene, plane: Plane, line: Line, n: int, size: float = 7.0) -> None:
    """The markers of a line, hollow where a value is not firm."""
    scene.marks += [
        Dot(plane.x(p.at), plane.y(p.value), theme.MARKERS[n], theme.SERIES[n], not p.firm, size) for p in line.points
    ]
