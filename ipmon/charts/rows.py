"""From bound cells to what is neither line nor bar: rows of the status strip, squares of the tile map.

Belongs here: their texts in one language. Not here: lines and points (panels.py), pixels.
"""

from collections.abc import Mapping

from ipmon.charts import words
from ipmon.charts.bound import Bound
from ipmon.charts.cells import Assessed
from ipmon.charts.mart import Mart
from ipmon.charts.picture import ChartError, Lang, StatusRow, Tile
from ipmon.charts.vocabulary import say

NO_VALUE = "–"


def tiles_of(bound: Bound, mart: Mart, grid: Mapping[str, tuple[int, int]], lang: Lang) -> tuple[Tile, ...]:
    """Every area of the grid, with its value where it has one. Raises ChartError for an area without a place."""
    cells = {c.ref_area: c for c in bound.all_cells}
    if missing := sorted(cells.keys() - grid.keys()):
        raise ChartError(f"{bound.chart.id}: '{missing[0]}' has no place on the grid; add it to assets/charts/tiles.yaml.")
    tiles = []
    for code, (column, row) in grid.items():
        name, cell = getattr(mart.name("ref_area", code), lang), cells.get(code)
        text = words.marked(cell) if cell else NO_VALUE
        firm = cell is None or (not cell.is_bound and words.mark(cell) != "p")
        tiles.append(Tile(column, row, name, text, float(cell.value / cell.factor) if cell else None, firm))
    return tuple(tiles)


def status_row(assessed: Assessed, mart: Mart, lang: Lang) -> StatusRow:
    """One target as a row of the strip."""
    indicator = mart.indicator(assessed.indicator_id)
    no_number = say("rising" if assessed.rule == "rising" else "no_number", lang)
    target = words.target_text(assessed.target, indicator) if assessed.target else no_number
    latest = words.plain(assessed.value / indicator.factor) if assessed.value is not None else say("no_value", lang)
    period = words.period(assessed.value_period, "period", lang) if assessed.value is not None and assessed.value_period else ""
    name = words.COMMA[lang].join((getattr(indicator.title, lang), getattr(indicator.unit, lang)))
    said = getattr(assessed.status_words, lang)
    said = say("fragile", lang).format(status=said) if assessed.fragile else said
    return StatusRow(str(assessed.year), (name, target, latest, period, said), assessed.status)
