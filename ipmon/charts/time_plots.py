"""Charts over time: lines with targets, bars, stacked bars, shares of a whole.

Belongs here: where the marks of values in time stand. Not here: page and scales (axes.py), their labels (labels.py).
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import ceil

from ipmon.charts import labels, theme
from ipmon.charts.axes import Plane, tick_text, ticks, value_axis, year_axis
from ipmon.charts.picture import Line, Panel, Picture, Point, Target
from ipmon.charts.scene import Area, Bar, Box, Dot, Scene, Stroke, wrap

FEW = 14
BAR_WIDTH = 0.62
WHOLE = 100.0
SPLIT = 1.5
"""Pixels of paper between two parts of a bar."""
READABLE = 4.5


def lines(scene: Scene, picture: Picture, top: float) -> float:
    """One plane with up to four lines, their targets and direct labels; returns the row below it."""
    panel = picture.panels[0]
    plane, at = time_plane(scene, panel, picture.from_zero, top, [p.value for edge in panel.band for p in edge.points])
    _between(scene, plane, panel.band)
    value_axis(scene, plane, at)
    year_axis(scene, plane, years_of(plane))
    _bands(scene, plane, panel.targets)
    for n, line in enumerate(panel.lines):
        draw_way(scene, plane, line, n)
    _target_strokes(scene, plane, panel.targets)
    for n, line in enumerate(panel.lines):
        draw_dots(scene, plane, line, n)
    for target in panel.targets:
        labels.label_target(scene, plane, target)
    for n, line in enumerate(panel.lines):
        labels.name_line(scene, plane, line, n) if len(panel.lines) > 1 or panel.band else None
    for edge in panel.band:
        labels.name_beside(scene, plane.right + theme.GAP + labels.KEY, plane.y(edge.points[-1].value), edge.name)
    for line in panel.lines:
        labels.label_points(scene, plane, line, all_points=sum(len(each.points) for each in panel.lines) <= FEW)
    return plane.bottom + theme.SMALL + 6


def bars(scene: Scene, picture: Picture, top: float) -> float:
    """Vertical bars from zero with their values, and targets across them; returns the row below."""
    panel = picture.panels[0]
    plane, at = time_plane(scene, panel, True, top)
    value_axis(scene, plane, at)
    year_axis(scene, plane, years_of(plane))
    boxes = [_bar(plane, point, 0.0) for point in panel.lines[0].points]
    scene.draw((Bar(b, theme.SERIES[0], not p.firm) for b, p in zip(boxes, panel.lines[0].points, strict=True)), plane.box)
    _target_strokes(scene, plane, panel.targets)
    for box, point in zip(boxes, panel.lines[0].points, strict=True):
        labels.label_bar(scene, box, point)
    for target in panel.targets:
        labels.label_target(scene, plane, target, boxes)
    return plane.bottom + theme.SMALL + 6


def stacked(scene: Scene, picture: Picture, top: float) -> float:
    """Bars of parts on each other, named at the last bar; returns the row below."""
    panel = picture.panels[0]
    plane, at = time_plane(scene, panel, True, top, [high for line in _stack(panel.lines) for _, high in line])
    return _stacked(scene, panel, plane, at)


def shares(scene: Scene, picture: Picture, top: float) -> float:
    """Bars of parts in percent of a whole, up to which the others are left light; returns the row below.

    Parts that were rounded may come to a little more than the whole.
    """
    panel = picture.panels[0]
    at = ticks(0.0, WHOLE, 5)
    plane, _ = time_plane(scene, panel, True, top, at)
    tops = _stack(panel.lines)[-1]
    whole = max(WHOLE, *(high for _, high in tops))
    plane = replace(plane, y_low=0.0, y_high=whole)
    for point, (_, high) in zip(panel.lines[-1].points, tops, strict=True):
        box = _bar(plane, point, high, whole)
        scene.marks += [Bar(replace(box, bottom=box.bottom - SPLIT), theme.BAND)] if box.bottom - box.top > SPLIT else []
    labels.name_beside(scene, plane.right + theme.GAP, plane.y((tops[-1][1] + whole) / 2), picture.columns[0])
    return _stacked(scene, panel, plane, at)


def _stacked(scene: Scene, panel: Panel, plane: Plane, at: Sequence[float]) -> float:
    value_axis(scene, plane, at)
    year_axis(scene, plane, years_of(plane))
    for place in panel.breaks:
        scene.marks.append(Stroke(((plane.x(place), plane.top), (plane.x(place), plane.bottom)), theme.MUTED, 1.0, "dotted"))
    for n, (line, spans) in enumerate(zip(panel.lines, _stack(panel.lines), strict=True)):
        ink = theme.PAPER if theme.contrast(theme.SERIES[n], theme.PAPER) >= READABLE else theme.INK
        for point, (low, high) in zip(line.points, spans, strict=True):
            box = _bar(plane, point, low, high)
            scene.draw([Bar(replace(box, bottom=box.bottom - (SPLIT if n else 0)), theme.SERIES[n], not point.firm)], plane.box)
            middle = (box.left + box.right) / 2
            if box.bottom - box.top > theme.LABEL * 1.6 and scene.measure(point.text, theme.LABEL) < box.right - box.left - 4:
                words = scene.trial(middle, (box.top + box.bottom) / 2 + 4, point.text, theme.LABEL, ink, "centre")
                scene.marks += [words] if point.firm else [Bar(words.box, theme.PAPER), replace(words, colour=theme.INK)]
        low, high = spans[-1]
        labels.name_beside(scene, plane.right + theme.GAP, plane.y((low + high) / 2), line.name)
    return plane.bottom + theme.SMALL + 6


def time_plane(
    scene: Scene, panel: Panel, from_zero: bool, top: float, reached: Sequence[float] = ()
) -> tuple[Plane, list[float]]:
    """A plane with room for the names at its right, and its ticks; `reached`: values that it must hold beside the points."""
    values = [p.value for line in panel.lines for p in line.points] + [v for t in panel.targets for v in (t.low, t.high)]
    values += reached
    high, low = max(values), min(values)
    room = (high - (0.0 if from_zero else low)) * 0.1 or abs(high) * 0.05
    at = ticks(min(low, 0.0) if from_zero else low - room, high + room)
    gutter = max(scene.measure(tick_text(t, at), theme.SMALL) for t in at) + theme.GAP
    named = (*panel.lines, *panel.band)
    names = [part for line in named for part in wrap(line.name, labels.NAME_WIDTH, theme.LABEL, scene.measure)]
    right = max(scene.measure(name, theme.LABEL) for name in names) + theme.GAP + labels.KEY if len(named) > 1 else 0.0
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


def years_of(plane: Plane) -> list[int]:
    """The years that a plane spans."""
    return list(range(round(plane.x_low + 0.5), round(plane.x_high - 0.5) + 1))


def _bar(plane: Plane, point: Point, low: float, high: float | None = None) -> Box:
    half, ends = BAR_WIDTH / 2, (plane.y(point.value if high is None else high), plane.y(low))
    return Box(plane.x(point.at - half), min(ends), plane.x(point.at + half), max(ends))


def _stack(parts: Sequence[Line]) -> list[list[tuple[float, float]]]:
    reached: dict[float, float] = {}
    stacks = []
    for line in parts:
        spans = [(reached.get(p.at, 0.0), reached.get(p.at, 0.0) + p.value) for p in line.points]
        reached |= {p.at: high for p, (_, high) in zip(line.points, spans, strict=True)}
        stacks.append(spans)
    return stacks


def _between(scene: Scene, plane: Plane, band: Sequence[Line]) -> None:
    """A light area between two edges, open where the values are not joined."""
    for (low, low_next), (high, high_next) in zip(*(pairwise(edge.points) for edge in band), strict=True) if band else ():
        if high_next.joined:
            corners = tuple((plane.x(p.at), plane.y(p.value)) for p in (low, low_next, high_next, high))
            scene.draw([Area(corners, theme.BAND)], plane.box)


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
            ends = ((plane.x(a.at), plane.y(a.value)), (plane.x(b.at), plane.y(b.value)))
            scene.draw([Stroke(ends, colour, 2.0, dash)], plane.box)


def draw_dots(scene: Scene, plane: Plane, line: Line, n: int, size: float = 7.0) -> None:
    """The markers of a line, hollow where a value is not firm."""
    dots = (Dot(plane.x(p.at), plane.y(p.value), theme.MARKERS[n], theme.SERIES[n], not p.firm, size) for p in line.points)
    scene.draw(dots, plane.box)
