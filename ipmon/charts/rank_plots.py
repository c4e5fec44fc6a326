"""Charts of rows: ranked bars, dumbbells, progress to targets, the status strip.

Belongs here: where rows, bars and their labels stand. Not here: page and scales (axes.py), time (time_plots.py).
"""

from collections.abc import Sequence

from ipmon.charts import theme
from ipmon.charts.axes import tick_text, ticks
from ipmon.charts.picture import Picture
from ipmon.charts.scene import Bar, Box, Dot, Scene, Stroke, Words, wrap

ROW, CLOSE_ROW, MANY = 26.0, 18.5, 14
NAMES_SHARE = 0.42
FULL = 100.0
SYMBOLS: dict[str, tuple[str, bool, str]] = {
    "met": ("o", False, theme.SERIES[0]),
    "met_so_far": ("o", True, theme.SERIES[0]),
    "on_track": ("^", True, theme.SERIES[0]),
    "needs_acceleration": ("D", True, theme.SERIES[2]),
    "off_track": ("v", True, theme.SERIES[2]),
    "moving_away": ("v", False, theme.SERIES[2]),
    "missed": ("X", False, theme.SERIES[2]),
    "not_assessed": ("_", False, theme.MUTED),
}


def ranked(scene: Scene, picture: Picture, top: float) -> float:
    """Horizontal bars from zero in the order of the points; returns the row below."""
    points = picture.panels[0].lines[0].points
    row, size = row_height(len(points))
    left = row_names(scene, [p.tick for p in points], top, row, size)
    room = scene.width - theme.MARGIN - left - max(scene.measure(p.text, size) for p in points) - 2 * theme.GAP
    longest = max(p.value for p in points)
    axes = Box(left, top, left + room, top + len(points) * row)
    for n, point in enumerate(points):
        middle = top + (n + 0.5) * row
        end = left + room * point.value / longest
        scene.draw([Bar(Box(left, middle - row * 0.34, end, middle + row * 0.34), theme.SERIES[0], not point.firm)], axes)
        scene.words(end + theme.GAP, middle + size * 0.35, point.text, size)
    scene.marks.append(Stroke(((left, top), (left, top + len(points) * row)), theme.AXIS))
    return top + len(points) * row


def dumbbell(scene: Scene, picture: Picture, top: float) -> float:
    """Two values a row with the way between them; named above the first row; returns the row below."""
    before, after = picture.panels[0].lines
    ticks_ = [p.tick for p in after.points]
    start = {p.tick: p for p in before.points}
    row, size = row_height(len(ticks_))
    top += theme.LABEL * 2
    left = row_names(scene, ticks_, top, row, size)
    values = [p.value for line in (before, after) for p in line.points]
    at = ticks(0.0, max(values), 5)
    label = max(scene.measure(p.text, size) for line in (before, after) for p in line.points) + 10
    right = scene.width - theme.MARGIN - label
    left += label
    scale = (right - left) / at[-1]
    bottom = top + len(ticks_) * row
    for value in at:
        x = left + value * scale
        scene.marks.append(Stroke(((x, top), (x, bottom)), theme.GRID))
        scene.words(x, bottom + theme.SMALL + 3, tick_text(value, at), theme.SMALL, theme.MUTED, "centre")
    for n, end in enumerate(after.points):
        y = top + (n + 0.5) * row
        pair = [(line, p) for line, p in ((0, start.get(end.tick)), (1, end)) if p]
        xs = [left + p.value * scale for _, p in pair]
        axes = Box(left, top, right, bottom)
        scene.draw([Stroke(((min(xs), y), (max(xs), y)), theme.AXIS, 2.0)], axes)
        dots = zip(xs, pair, strict=True)
        scene.draw((Dot(x, y, theme.MARKERS[line], theme.SERIES[line], not p.firm, 8.0) for x, (line, p) in dots), axes)
        for x, (_, p) in zip(xs, pair, strict=True):
            side = -1 if x == min(xs) and len(xs) > 1 else 1
            scene.words(x + side * 9, y + size * 0.35, p.text, size, anchor="right" if side < 0 else "left")
        if n == 0:
            _name_ends(scene, [(x, (before, after)[line].name) for x, (line, _) in zip(xs, pair, strict=True)], top)
    return bottom + theme.SMALL + 4


def _name_ends(scene: Scene, ends: list[tuple[float, str]], top: float) -> None:
    """Names above the two ends of the first row, turned away from each other and kept on the page."""
    (x, name), *others = sorted(ends)
    first = scene.words(x + 4, top - 2, name, theme.LABEL, theme.INK, "right" if others else "left")
    for other_x, other in others:
        room = scene.width - theme.MARGIN - scene.measure(other, theme.LABEL)
        scene.words(max(min(other_x - 4, room), first.box.right + theme.GAP), top - 2, other)


def progress(scene: Scene, picture: Picture, top: float) -> float:
    """How far the latest value of each row has come towards its target, drawn as 100; returns the row below."""
    lines = picture.panels[0].lines
    height, left = 46.0, theme.MARGIN
    longest = max(FULL, *(line.points[0].value for line in lines))
    scale = (scene.width - 2 * theme.MARGIN) / (longest * 1.02)
    goal = left + FULL * scale
    for n, line in enumerate(lines):
        y = top + n * height + theme.LABEL + 2
        point = line.points[0]
        scene.words(left, y, line.name)
        scene.words(scene.width - theme.MARGIN, y, point.text, theme.LABEL, theme.INK, "right")
        scene.marks.append(Bar(Box(left, y + 9, goal, y + 23), theme.BAND))
        axes = Box(left, y + 8, left + longest * scale, y + 24)
        scene.draw([Bar(Box(left, y + 11, left + point.value * scale, y + 21), theme.SERIES[0], not point.firm)], axes)
        scene.marks.append(Stroke(((goal, y + 8), (goal, y + 24)), theme.TARGET, 1.6, "dashed"))
    return top + len(lines) * height


def strip(scene: Scene, picture: Picture, top: float) -> float:
    """Every target as a row: indicator, target, latest value, period, status as symbol and word; returns the row below."""
    widths = [
        max(scene.measure(text, theme.SMALL) for text in column)
        for column in zip(picture.columns, *(r.texts for r in picture.rows), strict=True)
    ]
    edges = _edges(scene.width - theme.MARGIN, widths)
    y, group = _strip_row(scene, picture.columns, edges, top + theme.SMALL, theme.MUTED) + 2, ""
    for row in picture.rows:
        if row.group != group:
            group = row.group
            scene.words(theme.MARGIN, y + theme.LABEL + 7, group, theme.LABEL)
            y += CLOSE_ROW + 5
            scene.marks.append(Stroke(((theme.MARGIN, y), (scene.width - theme.MARGIN, y)), theme.AXIS))
        shape, hollow, colour = SYMBOLS[row.status]
        scene.marks.append(Dot(edges[3] - 10, y + CLOSE_ROW - 9, shape, colour, hollow))
        y = _strip_row(scene, row.texts, edges, y + CLOSE_ROW - 5, theme.INK) + 5
        scene.marks.append(Stroke(((theme.MARGIN, y), (scene.width - theme.MARGIN, y)), theme.GRID))
    return y


def _edges(right: float, widths: list[float]) -> list[float]:
    """Where target, latest and period end and where the status begins, from the right edge of the page."""
    status = right - widths[4]
    period = status - 26
    latest = period - widths[3] - 12
    return [latest - widths[2] - 14, latest, period, status]


def _strip_row(scene: Scene, texts: Sequence[str], edges: list[float], y: float, colour: str) -> float:
    """One row of texts, the first wrapped to the room it has; returns its last baseline."""
    name, target, latest, period, status = texts
    for x, text, ink in ((edges[0], target, theme.TARGET), (edges[1], latest, colour), (edges[2], period, theme.MUTED)):
        scene.words(x, y, text, theme.SMALL, ink, "right")
    scene.words(edges[3], y, status, theme.SMALL, colour)
    room = edges[0] - theme.MARGIN - max(scene.measure(target, theme.SMALL), 60.0) - 10
    lines = wrap(name, room, theme.SMALL, scene.measure)
    for k, line in enumerate(lines):
        scene.words(theme.MARGIN, y + k * theme.SMALL * 1.2, line, theme.SMALL, colour)
    return y + (len(lines) - 1) * theme.SMALL * 1.2


def row_height(count: int) -> tuple[float, float]:
    """How high a row is and how large its text, closer where there are many."""
    return (CLOSE_ROW, theme.SMALL) if count > MANY else (ROW, theme.LABEL)


def row_names(scene: Scene, names: list[str], top: float, row: float, size: float) -> float:
    """Names at the left, wrapped into two lines where they are long; returns the column where bars may begin."""
    most = scene.width * NAMES_SHARE
    wrapped = [wrap(name, most, size, scene.measure) for name in names]
    made: list[Words] = []
    for n, parts in enumerate(wrapped):
        middle = top + (n + 0.5) * row + size * 0.35
        made += [
            scene.words(theme.MARGIN, middle + (k - (len(parts) - 1) / 2) * size * 1.15, part, size)
            for k, part in enumerate(parts)
        ]
    return max(w.box.right for w in made) + theme.GAP * 1.5
