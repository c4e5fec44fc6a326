"""Charts: declared in assets/charts, bound to a mart, drawn as PNG, SVG, PDF and CSV in Chinese and English.

Belongs here: the names that callers need. Not here: the way of a chart, which is declaration -> bound -> compose -> picture ->
draw -> scene -> canvas and svg.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ipmon.charts.declaration import Charts, load_charts
    from ipmon.charts.files import ChartFiles, render_all
    from ipmon.charts.picture import ChartError

__all__ = ["ChartError", "ChartFiles", "Charts", "load_charts", "render_all"]
_HOMES = {
    "ChartError": "picture",
    "ChartFiles": "files",
    "Charts": "declaration",
    "load_charts": "declaration",
    "render_all": "files",
}


def __getattr__(name: str) -> Any:
    """Imports a name when it is asked for, so that a drawing process loads neither declarations nor DuckDB."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
