"""One cell as a point, and what a series is called.

Belongs here: what every kind of panel says alike of a cell. Not here: where points stand (panels.py, pivots.py).
"""

from collections.abc import Sequence

from ipmon.charts import words
from ipmon.charts.cells import Cell
from ipmon.charts.declaration import Series
from ipmon.charts.mart import Mart
from ipmon.charts.picture import Lang, Point


def name_of(series: Series, cells: Sequence[Cell], mart: Mart, lang: Lang) -> str:
    """The name of a series: its own, else the title of its indicator."""
    return str(getattr(series.name or mart.indicator(cells[0].indicator_id).title, lang))


def point_of(cell: Cell, at: float, tick: str, joined: bool = True) -> Point:
    """A cell as drawn."""
    firm = not cell.is_bound and words.mark(cell) != "p"
    low, high = (None if end is None else float(end / cell.factor) for end in (cell.value_low, cell.value_high))
    return Point(at, tick, float(cell.value / cell.factor), words.marked(cell), firm, joined, low, high)
