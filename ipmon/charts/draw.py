"""A picture as a checked scene.

Belongs here: which kind is drawn by what. Not here: how (*_plots.py, multiples.py), files (files.py).
"""

from collections.abc import Callable

from ipmon.charts import change_plots, curve_plots, grid_plots, multiples, rank_plots, time_plots
from ipmon.charts.axes import page
from ipmon.charts.picture import Kind, Picture
from ipmon.charts.scene import Measure, Scene

BODIES: dict[Kind, Callable[[Scene, Picture, float], float]] = {
    "line_with_targets": time_plots.lines,
    "bars": time_plots.bars,
    "stacked_bars": time_plots.stacked,
    "share_over_time": time_plots.shares,
    "interval": curve_plots.intervals,
    "cohort_curves": curve_plots.cohorts,
    "heat_table": grid_plots.heat_table,
    "tile_map": grid_plots.tile_map,
    "slope": change_plots.slope,
    "waterfall": change_plots.waterfall,
    "small_multiples": multiples.multiples,
    "ranked_bars": rank_plots.ranked,
    "dumbbell": rank_plots.dumbbell,
    "progress": rank_plots.progress,
    "status_strip": rank_plots.strip,
}


def draw(picture: Picture, measure: Measure) -> Scene:
    """The scene of a picture. Raises ChartError where texts overlap, are clipped or find no room."""
    return page(picture, measure, BODIES[picture.kind])
