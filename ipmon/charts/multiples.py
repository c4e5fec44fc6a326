"""Small multiples: planes side by side that share their scales.

Belongs here: the grid of planes and what each shows. Not here: one large plane (time_plots.py).
"""

from collections.abc import Sequence

from ipmon.charts import labels, theme
from ipmon.charts.axes import Plane, tick_text, ticks, value_axis
from ipmon.charts.picture import ChartError, Panel, Picture
from ipmon.charts.scene import Scene, Stroke, wrap
from ipmon.charts.time_plots import draw_dots, draw_way


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
        draw_way(scene, plane, line, n)
        draw_dots(scene, plane, line, n, 5.0)
    for year in sorted({round(plane.x_low + 0.5), round(plane.x_high - 0.5)}):
        scene.words(plane.x(year), plane.bottom + theme.SMALL + 5, str(year), theme.SMALL, theme.MUTED, "centre")
    right = min(plane.right + 24, scene.width - theme.MARGIN / 2)
    for n, line in enumerate(sorted(panel.lines, key=lambda line: -line.points[-1].value)):
        last, first = line.points[-1], line.points[:-1][:1]
        side: labels.Side | None = None if len(panel.lines) == 1 else "below" if n else "above"
        named = f"{line.name} {last.text}" if len(panel.lines) > 1 else last.text
        where = (theme.SMALL, plane.left, right)
        if not any(labels.place_value(scene, plane, last, named, *where, on) for on in (side, None)):
            raise ChartError(f"{scene.name}: no room for '{named}' in {panel.title}. Show fewer years.")
        for point in first:
            labels.place_value(scene, plane, point, point.text, *where, side)
