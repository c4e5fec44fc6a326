"""The page around a chart and the plane inside it: header, footer, scales, ticks.

Belongs here: what all kinds of charts share. Not here: lines, bars or rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from ipmon.charts import theme
from ipmon.charts.checks import check
from ipmon.charts.picture import Picture
from ipmon.charts.scene import Box, Measure, Scene, Stroke

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
WIDEST_YEAR = 40.0


def page(picture: Picture, measure: Measure, body: Callable[[Scene, Picture, float], float]) -> Scene:
    """A finished scene: figure number, title, subtitle, body, notes, source. Raises ChartError where it breaks a rule."""
    scene = Scene(f"{picture.chart} ({picture.lang})", measure)
    scene.words(theme.MARGIN, theme.MARGIN + theme.SMALL * 0.8, picture.figure, theme.SMALL, theme.MUTED)
    y = scene.paragraph(theme.MARGIN + theme.SMALL + theme.TITLE + 3, picture.title, theme.TITLE, theme.INK)
    y = scene.paragraph(y - 3, picture.subtitle, theme.SUBTITLE, theme.MUTED)
    y = body(scene, picture, y + 2) + theme.SMALL * theme.LINE_SPACING + 6
    for note in picture.notes:
        y = scene.paragraph(y, note, theme.SMALL, theme.MUTED)
    y = scene.paragraph(y + 3, picture.source, theme.SMALL, theme.MUTED)
    scene.height = float(ceil(y - theme.SMALL * theme.LINE_SPACING + theme.MARGIN * 0.75))
    check(scene)
    return scene


@dataclass(frozen=True)
class Plane:
    """A rectangle of pixels with linear scales."""

    left: float
    top: float
    right: float
    bottom: float
    x_low: float
    x_high: float
    y_low: float
    y_high: float

    @property
    def box(self) -> Box:
        """The rectangle, in which all ink of data lies."""
        return Box(self.left, self.top, self.right, self.bottom)

    def x(self, value: float) -> float:
        """The pixel column of a value."""
        return self.left + (value - self.x_low) / (self.x_high - self.x_low) * (self.right - self.left)

    def y(self, value: float) -> float:
        """The pixel row of a value."""
        return self.bottom - (value - self.y_low) / (self.y_high - self.y_low) * (self.bottom - self.top)


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers from at or below `low` to at or above `high`, at most `most` + 1 of them."""
    span = (high - low) or abs(high) or 1.0
    magnitude = 10.0 ** floor(log10(span / most))
    step = next(s * magnitude for s in STEPS if s * magnitude * most >= span - 1e-9)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [round(n * step, 10) for n in range(first, max(last, first + 1) + 1)]


def tick_text(value: float, all_ticks: Sequence[float]) -> str:
    """A tick's number with the decimals that the step needs: 8,000 or 12.5."""
    decimals = max(len(f"{t:.10f}".rstrip("0").partition(".")[2]) for t in all_ticks)
    return f"{value:,.{decimals}f}"


def value_axis(scene: Scene, plane: Plane, at: Sequence[float], labelled: bool = True) -> None:
    """Horizontal grid lines with their numbers at the left; the base line is darker where it is zero."""
    for value in at:
        y = plane.y(value)
        scene.marks.append(Stroke(((plane.left, y), (plane.right, y)), theme.AXIS if value == 0 else theme.GRID))
        if labelled:
            scene.words(plane.left - theme.GAP, y + theme.SMALL * 0.35, tick_text(value, at), theme.SMALL, theme.MUTED, "right")


def year_axis(scene: Scene, plane: Plane, years: Sequence[int]) -> None:
    """Years below the plane; where they stand too close only every second or fifth, the last one always."""
    room = (plane.right - plane.left) / (plane.x_high - plane.x_low)
    every = next(n for n in (1, 2, 5, 10, 100) if room * n >= WIDEST_YEAR)
    shown = [year for year in years if (years[-1] - year) % every == 0]
    for year in shown:
        scene.words(plane.x(year), plane.bottom + theme.SMALL + 5, str(year), theme.SMALL, theme.MUTED, "centre")
