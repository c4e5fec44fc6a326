"""Charts of a change between two periods: slopes, and the waterfall of a total.

Belongs here: where lines, steps and their labels stand. Not here: page and scales (axes.py), the order of
the steps (pivots.py).
"""

from collections.abc import Sequence
from itertools import pairwise

from ipmon.charts import theme
from ipmon.charts.axes import Plane
from ipmon.charts.picture import Picture, Point
from ipmon.charts.rank_plots import row_height, row_names
from ipmon.charts.scene import Bar, Box, Dot, Scene, Stroke, wrap

FROM, TO = theme.MARGIN + 70.0, theme.WIDTH - theme.MARGIN - 300.0
NAME_WIDTH = 224.0
VALUE_WIDTH = 56.0
ROSE, FELL, LEVEL = (theme.SERIES[0], "solid"), (theme.SERIES[2], "dashed"), (theme.MUTED, "dotted")


def slope(scene: Scene, picture: Picture, top: float) -> float:
    """A line from the earlier to the later value of each code, named at the right; returns the row below."""
    before, after = picture.panels[0].lines
    start = {p.tick: p for p in before.points}
    pairs = [(start[p.tick], p) for p in after.points if p.tick in start]
    values = [p.value for pair in pairs for p in pair]
    low, high = min(values), max(values)
    top += theme.LABEL * 2
    plane = Plane(FROM, top, TO, top + theme.PLOT_HEIGHT, 0.0, 1.0, low, high if high > low else low + 1)
    for x, line in ((FROM, before), (TO, after)):
        scene.words(x, top - theme.LABEL, line.name, theme.LABEL, theme.MUTED, "centre")
        scene.marks.append(Stroke(((x, top), (x, plane.bottom)), theme.GRID))
    for early, late in pairs:
        colour, dash = _direction(early, late)
        ends = ((FROM, plane.y(early.value)), (TO, plane.y(late.value)))
        scene.draw([Stroke(ends, colour, 2.0, dash)], plane.box)
        scene.draw((Dot(x, y, "o", colour, not p.firm) for (x, y), p in zip(ends, (early, late), strict=True)), plane.box)
    lower = [_left(scene, plane, [early for early, _ in pairs]), _right(scene, plane, [late for _, late in pairs])]
    return max(plane.bottom, *lower) + 6


def _direction(early: Point, late: Point) -> tuple[str, str]:
    """Colour and dash by the way a value went, as far as its printed precision makes it certain."""
    if late.value > early.value and _end(late.low, late) >= _end(early.high, early):
        return ROSE
    return FELL if late.value < early.value and _end(late.high, late) <= _end(early.low, early) else LEVEL


def _end(end: float | None, point: Point) -> float:
    return point.value if end is None else end


def _left(scene: Scene, plane: Plane, points: Sequence[Point]) -> float:
    step = theme.LABEL * 1.2
    at = _spread([plane.y(p.value) for p in points], [step] * len(points))
    for point, y in zip(points, at, strict=True):
        _leader(scene, (FROM - 6, plane.y(point.value)), (FROM - 14, y))
        scene.words(FROM - 16, y + 4, point.text, anchor="right")
    return max(at) + step / 2


def _right(scene: Scene, plane: Plane, points: Sequence[Point]) -> float:
    step = theme.LABEL * 1.2
    names = [wrap(p.tick, NAME_WIDTH, theme.LABEL, scene.measure) for p in points]
    at = _spread([plane.y(p.value) for p in points], [step * len(rows) for rows in names])
    for point, rows, y in zip(points, names, at, strict=True):
        _leader(scene, (TO + 6, plane.y(point.value)), (TO + 14, y))
        scene.words(TO + 16, y + 4, point.text)
        for k, row in enumerate(rows):
            scene.words(TO + 16 + VALUE_WIDTH, y + 4 + (k - (len(rows) - 1) / 2) * step, row)
    return max(y + step * len(rows) / 2 for y, rows in zip(at, names, strict=True))


def _leader(scene: Scene, start: tuple[float, float], end: tuple[float, float]) -> None:
    if abs(start[1] - end[1]) > 2:
        scene.marks.append(Stroke((start, end), theme.AXIS))


def _spread(wanted: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Middles as near to the wanted ones as rows of these heights allow, in the same order."""
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    at = list(wanted)
    for above, below in reversed(list(pairwise(order))):
        at[above] = min(at[above], at[below] - (heights[above] + heights[below]) / 2)
    top = min(wanted) - heights[order[0]] / 2
    at[order[0]] = max(at[order[0]], top)
    for above, below in pairwise(order):
        at[below] = max(at[below], at[above] + (heights[above] + heights[below]) / 2)
    return at


def waterfall(scene: Scene, picture: Picture, top: float) -> float:
    """The total before, each step from where the one above ended, and the total after; returns the row below."""
    points = picture.panels[0].lines[0].points
    row, size = row_height(len(points))
    left = row_names(scene, [p.tick for p in points], top, row, size)
    bottom = top + len(points) * row
    room = scene.width - theme.MARGIN - left - max(scene.measure(p.text, size) for p in points) - 2 * theme.GAP
    scale = room / max(_end(p.high, p) for p in points)
    axes = Box(left, top, left + room, bottom)
    for n, point in enumerate(points):
        middle, total = top + (n + 0.5) * row, n in (0, len(points) - 1)
        start, end = sorted((left + _end(point.low, point) * scale, left + _end(point.high, point) * scale))
        colour = theme.SERIES[0] if total else theme.SERIES[1] if point.value > 0 else theme.SERIES[2]
        scene.draw([Bar(Box(start, middle - row * 0.34, end, middle + row * 0.34), colour, not point.firm)], axes)
        if n + 1 < len(points):
            x = left + _end(point.high, point) * scale
            scene.marks.append(Stroke(((x, middle + row * 0.34), (x, middle + row * 0.66)), theme.AXIS))
        scene.words(end + theme.GAP, middle + size * 0.35, point.text, size)
    scene.marks.append(Stroke(((left, top), (left, bottom)), theme.AXIS))
    return bottom
