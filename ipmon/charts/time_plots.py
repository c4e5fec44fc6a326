"""Charts over time: lines with targets, bars, stacked bars, small multiples.

Belongs here: where marks and labels of values in time stand. Not here: page and scales (axes.py), ranked rows (rank_plots.py).
"""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil

from ipmon.charts import theme
from ipmon.charts.axes import Plane, tick_text, ticks, value_axis, year_axis
from ipmon.charts.picture import ChartError, Line, Panel, Picture, Point, Target
from ipmon.charts.scene import Anchor, Bar, Box, Dot, Scene, Stroke, Words, wrap

FEW = 14
BAR_WIDTH = 0.62
NAME_WIDTH = 150.0
KEY = 14.0


def lines(scene: Scene, picture: Picture, top: float) -> float:
    """One plane with up to four lines, their targets and direct labels; returns the row below it."""
    panel = picture.panels[0]
    plane, at = _plane(scene, panel, picture.from_zero, top)
    value_axis(scene, plane, at)
    year_axis(scene, plane, _years(plane))
    _bands(scene, plane, panel.targets)
    for n, line in enumerate(panel.lines):
        _draw_way(scene, plane, line, n)
    _target_strokes(scene, plane, panel.targets)
    for n, line in enumerate(panel.lines):
        _draw_dots(scene, plane, line, n)
    for target in panel.targets:
        _label_target(scene, plane, target)
    for n, line in enumerate(panel.lines):
        _name_line(scene, plane, line, n) if len(panel.lines) > 1 else None
    for line in panel.lines:
        _label_points(scene, plane, line, all_points=sum(len(each.points) for each in panel.lines) <= FEW)
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
        _label_bar(scene, box, point)
    for target in panel.targets:
        _label_target(scene, plane, target, boxes)
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
            scene.marks.append(Bar(Box(box.left, box.top, box.right, box.bottom - (1.5 if n else 0)), theme.SERIES[n], not point.firm))
            middle = (box.left + box.right) / 2
            if box.bottom - box.top > theme.LABEL * 1.6 and scene.measure(point.text, theme.LABEL) < box.right - box.left - 4:
                paper = theme.contrast(theme.SERIES[n], theme.PAPER) >= 4.5
                scene.words(middle, (box.top + box.bottom) / 2 + 4, point.text, theme.LABEL, theme.PAPER if paper else theme.INK, "centre")
        low, high = spans[-1]
        _name(scene, plane.right + theme.GAP, plane.y((low + high) / 2), line.name)
    return plane.bottom + theme.SMALL + 6


def multiples(scene: Scene, picture: Picture, top: float) -> float:
    """Small planes with one value scale, all from zero; returns the row below."""
    panels = picture.panels
    columns = len(panels) if len(panels) <= 3 else 4
    at = ticks(0.0, max(p.value for panel in panels for line in panel.lines for p in line.points) * 1.12, 4)
    years = [p.at for panel in panels for line in panel.lines for p in line.points]
    gutter = max(scene.measure(tick_text(t, at), theme.SMALL) for t in at) + theme.GAP
    width = (scene.width - 2 * theme.MARGIN - gutter) / columns
    height = theme.PLOT_HEIGHT * (0.8 if columns <= 3 else 0.48)
    titles = [wrap(panel.title, width - 14, theme.LABEL, scene.measure) for panel in panels]
    header = max(map(len, titles)) * theme.LABEL * theme.LINE_SPACING
    for n, panel in enumerate(panels):
        row, column = divmod(n, columns)
        left, upper = theme.MARGIN + gutter + column * width, top + header + row * (height + header + 30)
        plane = Plane(left, upper, left + width - 14, upper + height, min(years) - 0.5, max(years) + 0.5, at[0], at[-1])
        for k, text in enumerate(titles[n]):
            scene.words(left, upper - header + (k + 0.75) * theme.LABEL * theme.LINE_SPACING, text)
        _small(scene, plane, panel, at, column == 0)
    return top + (len(panels) - 1) // columns * (height + header + 30) + header + height + theme.SMALL + 6


def _small(scene: Scene, plane: Plane, panel: Panel, at: Sequence[float], labelled: bool) -> None:
    value_axis(scene, plane, at, labelled)
    for place in panel.breaks:
        scene.marks.append(Stroke(((plane.x(place), plane.top), (plane.x(place), plane.bottom)), theme.AXIS, 1.0, "dotted"))
    for n, line in enumerate(panel.lines):
        _draw_way(scene, plane, line, n)
        _draw_dots(scene, plane, line, n, 5.0)
    for year in (round(plane.x_low + 0.5), round(plane.x_high - 0.5)):
        scene.words(plane.x(year), plane.bottom + theme.SMALL + 5, str(year), theme.SMALL, theme.MUTED, "centre")
    for line in panel.lines:
        named = f"{line.name} {line.points[-1].text}" if len(panel.lines) > 1 else line.points[-1].text
        for point, text in ((line.points[-1], named), (line.points[0], line.points[0].text)):
            _place_value(scene, plane, point, text, theme.SMALL, plane.left, min(plane.right + 24, scene.width - theme.MARGIN / 2))


def _plane(scene: Scene, panel: Panel, from_zero: bool, top: float, highest: float | None = None) -> tuple[Plane, list[float]]:
    values = [p.value for line in panel.lines for p in line.points] + [v for t in panel.targets for v in (t.low, t.high)]
    high, low = highest or max(values), min(values)
    room = (high - (0.0 if from_zero else low)) * 0.1 or abs(high) * 0.05
    at = ticks(min(low, 0.0) if from_zero else low - room, high + room)
    gutter = max(scene.measure(tick_text(t, at), theme.SMALL) for t in at) + theme.GAP
    names = [part for line in panel.lines for part in wrap(line.name, NAME_WIDTH, theme.LABEL, scene.measure)]
    right = max(scene.measure(name, theme.LABEL) for name in names) + theme.GAP + KEY if len(panel.lines) > 1 else 0.0
    ends = [ceil(p.at - 0.5) for line in panel.lines for p in line.points] + [round(e) for t in panel.targets for e in (t.start + 0.45, t.end - 0.45)]
    return Plane(
        theme.MARGIN + gutter, top + 4, scene.width - theme.MARGIN - right, top + theme.PLOT_HEIGHT, min(ends) - 0.5, max(ends) + 0.5, at[0], at[-1]
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
        ends = [(plane.x(max(target.start, plane.x_low)), plane.y(target.value)), (plane.x(min(target.end, plane.x_high)), plane.y(target.value))]
        scene.marks.append(Stroke(tuple(ends), theme.TARGET, 1.6, "dashed"))


def _label_bar(scene: Scene, box: Box, point: Point) -> None:
    """A bar's value above it, or inside its top where a target line passes above."""
    middle = (box.left + box.right) / 2
    inside = theme.PAPER if point.firm else theme.INK
    spots = [(box.top - 5, theme.INK), (box.top + theme.LABEL + 4, inside), (box.top - 18, theme.INK), (box.bottom - 6, inside)]
    if not scene.place([[scene.trial(middle, y, point.text, theme.LABEL, colour, "centre")] for y, colour in spots]):
        raise ChartError(f"{scene.name}: no room for the value {point.text} of {point.tick}. Show fewer years.")


def _draw_way(scene: Scene, plane: Plane, line: Line, n: int) -> None:
    colour = theme.SERIES[n]
    for a, b in pairwise(line.points):
        if b.joined:
            dash = theme.DASHES[n] if a.firm and b.firm else "dotted"
            scene.marks.append(Stroke(((plane.x(a.at), plane.y(a.value)), (plane.x(b.at), plane.y(b.value))), colour, 2.0, dash))


def _draw_dots(scene: Scene, plane: Plane, line: Line, n: int, size: float = 7.0) -> None:
    scene.marks += [Dot(plane.x(p.at), plane.y(p.value), theme.MARKERS[n], theme.SERIES[n], not p.firm, size) for p in line.points]


def _label_target(scene: Scene, plane: Plane, target: Target, keep_clear: Sequence[Box] = ()) -> None:
    """The target's words near its line: on one row if there is room, else on two."""
    left, right = plane.x(max(target.start, plane.x_low)), plane.x(min(target.end, plane.x_high))
    size, step = theme.SMALL, theme.SMALL * 1.2
    one_row = [target.text]
    two_rows = wrap(target.text, scene.measure(target.text, size) * 0.62, size, scene.measure)
    spots: list[list[Words]] = []
    for rows in (one_row, two_rows):
        high, low = plane.y(target.high) - 5 - (len(rows) - 1) * step, plane.y(target.low) + size + 3
        tops = [high, low, *(low + step * k for k in (1, 2)), *(high - step * k for k in (1, 2))]
        places: list[tuple[float, Anchor]] = [((left + right) / 2, "centre"), (left + 2, "left"), (right, "right"), (right + 6, "left")]
        if right - left > 2 * NAME_WIDTH:
            places = [(left + 2 + k * (right - left) / 12, "left") for k in range(12)]
        spots += [[scene.trial(x, y + k * step, text, size, theme.TARGET, at) for k, text in enumerate(rows)] for y in tops for x, at in places]
    if not scene.place(spots, keep_clear, plane.left):
        raise ChartError(f"{scene.name}: no room for the label '{target.text}'. Show fewer years.")


def _label_points(scene: Scene, plane: Plane, line: Line, all_points: bool) -> None:
    must = [line.points[-1], line.points[0], *(p for p in line.points if not p.firm or "[" in p.text)]
    for point in dict.fromkeys(must + (list(line.points) if all_points else [])):
        placed = _place_value(scene, plane, point, point.text, theme.LABEL, plane.left, scene.width)
        if not placed and point in must:
            raise ChartError(f"{scene.name}: no room for the value {point.text} of {point.tick}. Show fewer years.")


def _place_value(scene: Scene, plane: Plane, point: Point, text: str, size: float, left: float, right: float) -> bool:
    x, y = plane.x(point.at), plane.y(point.value)
    spots: list[tuple[float, float, Anchor]] = [(x, y - 8, "centre"), (x, y + size + 5, "centre"), (x + 8, y + size * 0.35, "left"), (x - 8, y + size * 0.35, "right")]
    spots += [(x + 4, y - 8, "right"), (x - 4, y - 8, "left"), (x + 4, y + size + 5, "right"), (x - 4, y + size + 5, "left")]
    spots += [(x, y - 20, "centre"), (x + 8, y - 14, "right"), (x + 8, y + size + 12, "right"), (x + 8, y - 24, "right")]
    tried = [scene.trial(a, b, text, size, theme.INK, anchor) for a, b, anchor in spots]
    return scene.place([[w] for w in tried if w.box.right <= right and w.box.bottom <= plane.bottom], (), left)


def _name_line(scene: Scene, plane: Plane, line: Line, n: int) -> None:
    named = _name(scene, plane.right + theme.GAP + KEY, plane.y(line.points[-1].value), line.name)
    scene.marks.append(Dot(plane.right + theme.GAP + KEY / 2 - 2, named - 4, theme.MARKERS[n], theme.SERIES[n]))


def _name(scene: Scene, x: float, y: float, name: str) -> float:
    """A name wrapped beside the plane, moved down or up to the nearest free rows; returns its first baseline."""
    parts = wrap(name, NAME_WIDTH, theme.LABEL, scene.measure)
    height = theme.LABEL * theme.LINE_SPACING
    for shift in (0, *(s * sign for s in range(4, 200, 4) for sign in (1, -1))):
        rows = [scene.trial(x, y + 4 + shift + (k - (len(parts) - 1) / 2) * height, part) for k, part in enumerate(parts)]
        if not any(row.box.overlaps(other.box, 2.0) for row in rows for other in scene.texts):
            scene.marks += rows
            return rows[0].y
    raise ChartError(f"{scene.name}: no room for the name '{name}'.")
