"""Labels of charts over time: values, targets and names where they are free of lines and of each other.

Belongs here: trying places for words. Not here: what is labelled (time_plots.py, multiples.py), the test for room (scene.py).
"""

from collections.abc import Sequence
from itertools import product
from math import cos, hypot, pi, sin
from typing import Literal

from ipmon.charts import theme
from ipmon.charts.axes import Plane
from ipmon.charts.picture import ChartError, Line, Point, Target
from ipmon.charts.scene import Anchor, Bar, Box, Dot, Scene, Stroke, Words, wrap

NAME_WIDTH = 150.0
KEY = 14.0
NEAR, FAR = 24.0, (30, 42, 54, 66, 78, 90)
"""Pixels from a point at which its value is seen to belong to it, and at which it does with a line between them."""
GRID, APART = 6.0, 16.0
"""Pixels between the places that are tried for words far from what they belong to, and beside other words there."""
Side = Literal["above", "below"]


def label_bar(scene: Scene, box: Box, point: Point) -> None:
    """A bar's value beyond its end, or inside it where a target line passes there: above, or below a bar that hangs from zero."""
    middle = (box.left + box.right) / 2
    inside = theme.PAPER if point.firm else theme.INK
    above, within_top = [(box.top - 5 - 13 * k, theme.INK) for k in range(4)], (box.top + theme.LABEL + 4, inside)
    below, within_bottom = [(box.bottom + theme.LABEL + 4 + 13 * k, theme.INK) for k in range(4)], (box.bottom - 6, inside)
    beyond, tip, base = (below, within_bottom, within_top) if point.value < 0 else (above, within_top, within_bottom)
    room = box.bottom - box.top >= theme.LABEL + 8
    spots = [beyond[0], *([tip] if room else []), *beyond[1:], *([base] if room else [])]
    if not scene.place([[scene.trial(middle, y, point.text, theme.LABEL, colour, "centre")] for y, colour in spots]):
        raise ChartError(f"{scene.name}: no room for the value {point.text} of {point.tick}. Show fewer years.")


def label_target(scene: Scene, plane: Plane, target: Target, keep_clear: Sequence[Box] = ()) -> None:
    """The target's words near its line, on one row if there is room, else on two; or farther away with a line to it."""
    left, right = plane.x(max(target.start, plane.x_low)), plane.x(min(target.end, plane.x_high))
    size, step = theme.SMALL, theme.SMALL * 1.2
    one_row = [target.text]
    two_rows = wrap(target.text, scene.measure(target.text, size) * 0.62, size, scene.measure)
    spots: list[list[Words]] = []
    for rows in (one_row, two_rows):
        high, low = plane.y(target.high) - 5 - (len(rows) - 1) * step, plane.y(target.low) + size + 3
        tops = [high, low, *(low + step * k for k in (1, 2)), *(high - step * k for k in (1, 2, 3, 4)), low + 3 * step]
        places: list[tuple[float, Anchor]] = [
            ((left + right) / 2, "centre"),
            (left + 2, "left"),
            (right, "right"),
            (right + 6, "left"),
        ]
        if right - left > 2 * NAME_WIDTH:
            places = [(left + 2 + k * (right - left) / 12, "left") for k in range(12)]
        spots += [
            [scene.trial(x, y + k * step, text, size, theme.TARGET, at) for k, text in enumerate(rows)]
            for y in tops
            if y + (len(rows) - 1) * step < plane.bottom  # below it stand the periods
            for x, at in places
        ]
    at = ((left + right) / 2, plane.y(target.high))
    spots = spots if scene.place(spots, keep_clear, plane.left) else []
    if not spots and not any(_joined(scene, plane, rows, at, keep_clear) for rows in (one_row, two_rows)):
        raise ChartError(f"{scene.name}: no room for the label '{target.text}'. Show fewer years.")


def _joined(scene: Scene, plane: Plane, rows: Sequence[str], at: tuple[float, float], keep_clear: Sequence[Box]) -> bool:
    """Sets a target's words in the nearest free place of the plane, with a line to a point; false without room."""
    size, step = theme.SMALL, theme.SMALL * 1.2
    beside = [Box(b.left - APART, b.top, b.right + APART, b.bottom) for b in (text.box for text in scene.texts)]
    clear = [*keep_clear, *beside]
    wide, high = max(scene.measure(text, size) for text in rows), step * len(rows)
    bars = [mark.box for mark in scene.marks if isinstance(mark, Bar)]
    lefts = [plane.left + GRID * k for k in range(int((plane.right - plane.left - wide) / GRID) + 1)]
    tops = [plane.top + GRID * k for k in range(int((plane.bottom - plane.top - high) / GRID) + 1)]
    ends = {(x, y): _nearest(Box(x, y, x + wide, y + high), at) for x, y in product(lefts, tops)}

    def worse(spot: tuple[float, float]) -> tuple[bool, float]:
        end = ends[spot]
        return any(bar.crossed_by(at, end) for bar in bars), hypot(end[0] - at[0], end[1] - at[1])

    for x, y in sorted(ends, key=worse):
        end = ends[x, y]
        words = [scene.trial(x, y + size + k * step, text, size, theme.TARGET) for k, text in enumerate(rows)]
        if not any(text.box.crossed_by(at, end) for text in scene.texts) and scene.place([words], clear, plane.left):
            scene.marks.append(Stroke((at, end), theme.TARGET))
            return True
    return False


def _nearest(box: Box, point: tuple[float, float]) -> tuple[float, float]:
    return min(max(point[0], box.left), box.right), min(max(point[1], box.top), box.bottom)


def label_points(scene: Scene, plane: Plane, line: Line, all_points: bool) -> None:
    """The values of a line: the first, the last and those with a mark always, the others where there is room."""
    must = [line.points[-1], line.points[0], *(p for p in line.points if not p.firm or "[" in p.text)]
    for point in dict.fromkeys(must + (list(line.points) if all_points else [])):
        placed = place_value(scene, plane, point, point.text, theme.LABEL, plane.left, scene.width)
        if not placed and point in must:
            raise ChartError(f"{scene.name}: no room for the value {point.text} of {point.tick}. Show fewer years.")


def name_line(scene: Scene, plane: Plane, line: Line, n: int) -> None:
    """A line's name at the right edge, beside its marker."""
    named = name_beside(scene, plane.right + theme.GAP + KEY, plane.y(line.points[-1].value), line.name)
    scene.marks.append(Dot(plane.right + theme.GAP + KEY / 2 - 2, named - 4, theme.MARKERS[n], theme.SERIES[n]))


def name_beside(scene: Scene, x: float, y: float, name: str) -> float:
    """A name wrapped beside the plane, moved down or up to the nearest free rows; returns its first baseline."""
    parts = wrap(name, NAME_WIDTH, theme.LABEL, scene.measure)
    height = theme.LABEL * theme.LINE_SPACING
    for shift in (0, *(s * sign for s in range(4, 200, 4) for sign in (1, -1))):
        rows = [scene.trial(x, y + 4 + shift + (k - (len(parts) - 1) / 2) * height, part) for k, part in enumerate(parts)]
        if not any(row.box.overlaps(other.box, 2.0) for row in rows for other in scene.texts):
            scene.marks += rows
            return rows[0].y
    raise ChartError(f"{scene.name}: no room for the name '{name}'.")


def place_value(
    scene: Scene, plane: Plane, point: Point, text: str, size: float, left: float, right: float, side: Side | None = None
) -> bool:
    """Sets a value beside its point, on one `side` of it if given, or else farther away with a line to it; false without room."""
    x, y = plane.x(point.at), plane.y(point.value)
    spots: list[tuple[float, float, Anchor]] = [
        (x, y - 8, "centre"),
        (x, y + size + 5, "centre"),
        (x + 8, y + size * 0.35, "left"),
        (x - 8, y + size * 0.35, "right"),
    ]
    spots += [(x + 4, y - 8, "right"), (x - 4, y - 8, "left"), (x + 4, y + size + 5, "right"), (x - 4, y + size + 5, "left")]
    spots += [(x, y - 20, "centre"), (x + 8, y - 14, "right"), (x + 8, y + size + 12, "right"), (x + 8, y - 24, "right")]
    rounds = product(FAR, (k * pi / 8 for k in range(16)))
    spots += [(x + r * cos(angle), y + size * 0.35 + r * sin(angle), "centre") for r, angle in rounds]
    for a, b, anchor in spots:
        words = scene.trial(a, b, text, size, theme.INK, anchor)
        box = words.box
        end = _nearest(box, (x, y))
        is_far = hypot(end[0] - x, end[1] - y) > NEAR
        if side and (box.bottom + box.top < 2 * y) != (side == "above"):
            continue
        if box.right > right or box.bottom > plane.bottom or (is_far and any(t.box.crossed_by((x, y), end) for t in scene.texts)):
            continue
        if scene.place([[words]], (), left):
            scene.marks += [Stroke(((x, y), end), theme.AXIS)] if is_far else []
            return True
    return False
