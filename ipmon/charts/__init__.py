"""Charts: declared in assets/charts, bound to a mart, drawn as PNG, SVG, PDF and CSV in Chinese and English.

Belongs here: the names that other modules use. The way of a chart: declaration -> bound -> compose -> draw -> canvas.
"""

from ipmon.charts.declaration import Charts, load_charts
from ipmon.charts.files import ChartFiles, render_all
from ipmon.charts.picture import ChartError

__all__ = ["ChartError", "ChartFiles", "Charts", "load_charts", "render_all"]
