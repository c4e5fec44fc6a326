"""A picture as a checked scene.

Belongs here: which kind is drawn by what. Not here: how (time_plots.py, rank_plots.py), files (files.py).
"""

from collections.abc import Callable

from ipmon.charts import multiples, rank_plots, time_plots
from ipmon.charts.axes import page
from ipmon.charts.picture import Kind, Picture
from ipmon.charts.scene import Measure, Scene

BODIES: dict[Kind, Callable[[Scene, Picture, float], float]] = {
    "line_with_targets": time_plots.lines,
    "bars": time_plots.bars,
    "stacked_bars": time_plots.stacked,
    "small_multiples": multiples.multiples,
    "ranked_bars": rank_plots.ranked,
    "dumbbell": rank_plots.dumbbell,
    "progress": rank_plots.progress,
    "status_strip": rank_plots.strip,
}


def draw(picture: Picture, measure: Measure) -> Scene:
    """The scene of a picture. Raises ChartError where texts overlap, are clipped or find no room."""
    return page(picture, measure, BODIES[picture.kind])
