"""Charts of values with their printed precision, and of cohorts by age.

Belongs here: where ranges, curves and their labels stand. Not here: plain series (time_plots.py), scales (axes.py).
"""

from dataclasses import replace

from ipmon.charts import labels, theme
from ipmon.charts.axes import Plane, value_axis, year_axis
from ipmon.charts.picture import ChartError, Picture, Point
from ipmon.charts.scene import Anchor, Dot, Mark, Scene, Stroke
from ipmon.charts.time_plots import draw_dots, draw_way, time_plane, years_of

APART = 0.15
"""Years by which two series stand beside the middle of their year."""
CAP = 4.0


def intervals(scene: Scene, picture: Picture, top: float) -> float:
    """Each value with the range that its printed precision allows, an open side as an arrow; returns the row below."""
    panel = picture.panels[0]
    ends = [end for line in panel.lines for p in line.points for end in (p.low, p.high) if end is not None]
    plane, at = time_plane(scene, panel, picture.from_zero, top, ends)
    value_axis(scene, plane, at)
    year_axis(scene, plane, years_of(plane))
    lines = [
        replace(line, points=tuple(replace(p, at=p.at + side) for p in line.points))
        for line, side in zip(panel.lines, (-APART, APART), strict=True)
    ]
    for n, line in enumerate(lines):
        for point in line.points:
            scene.draw(_range(plane, point, theme.SERIES[n]), plane.box)
        draw_dots(scene, plane, line, n)
    for n, line in enumerate(lines):
        labels.name_line(scene, plane, line, n)
    for line in lines:
        for point in line.points:
            _label(scene, plane, point)
    return plane.bottom + theme.SMALL + 6


def _label(scene: Scene, plane: Plane, point: Point) -> None:
    """The value above or below its range, or beside it; raises ChartError where there is no room."""
    x, size = plane.x(point.at), theme.SMALL
    high, low = (plane.y(point.value if end is None else end) for end in (point.high, point.low))
    middle = plane.y(point.value) + size * 0.35
    spots: list[tuple[float, float, Anchor]] = [(x, high - 6, "centre"), (x, low + size + 4, "centre")]
    spots += [(x - 8, middle, "right"), (x + 8, middle, "left"), (x, high - 18, "centre"), (x, low + size + 16, "centre")]
    if not scene.place([[scene.trial(a, b, point.text, size, theme.INK, anchor)] for a, b, anchor in spots], (), plane.left):
        raise ChartError(f"{scene.name}: no room for the value {point.text} of {point.tick}. Show fewer years.")


def _range(plane: Plane, point: Point, colour: str) -> list[Mark]:
    x = plane.x(point.at)
    low, high = (edge if end is None else plane.y(end) for end, edge in ((point.low, plane.bottom), (point.high, plane.top)))
    marks: list[Mark] = [Stroke(((x, low), (x, high)), colour, 2.0)]
    for end, y, arrow in ((point.low, low, "v"), (point.high, high, "^")):
        marks.append(Dot(x, y, arrow, colour) if end is None else Stroke(((x - CAP, y), (x + CAP, y)), colour, 2.0))
    return marks


def cohorts(scene: Scene, picture: Picture, top: float) -> float:
    """A curve a cohort over its age, the first and last whole ones coloured, the others light; returns the row below."""
    panel = picture.panels[0]
    main = [line for line in panel.lines if line.main]
    reached = [p.value for line in panel.lines for p in line.points]
    plane, at = time_plane(scene, replace(panel, lines=tuple(main)), True, top, reached)
    value_axis(scene, plane, at)
    for point in main[0].points:
        scene.words(plane.x(point.at), plane.bottom + theme.SMALL + 5, point.tick, theme.SMALL, theme.MUTED, "centre")
    for line in panel.lines:
        if not line.main and len(line.points) > 1:
            way = tuple((plane.x(p.at), plane.y(p.value)) for p in line.points)
            scene.draw([Stroke(way, theme.AXIS)], plane.box)
    for n, line in enumerate(main):
        draw_way(scene, plane, line, n)
        draw_dots(scene, plane, line, n)
    for n, line in enumerate(main):
        labels.name_line(scene, plane, line, n)
    for line in main:
        labels.label_points(scene, plane, line, all_points=True)
    return plane.bottom + theme.SMALL + 6
