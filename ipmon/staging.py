"""A delivery's bytes as staged rows, by its source's contract.

Belongs here: the way from bytes over the grid to the layout that the contract names. Not here: layouts and containers themselves.
"""

from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from ipmon.containers import Grid, open_grid
from ipmon.contracts import RowFormat, SourceContract, TableFormat
from ipmon.dimensions import Dimensions
from ipmon.office_checks import blanks, check_totals
from ipmon.office_tables import cells, locate
from ipmon.row_tables import unfold_rows
from ipmon.staged import Staged, staged_frame


@dataclass(frozen=True)
class Occasion:
    """What is known of a delivery from outside its bytes."""

    delivery_id: str
    period: str
    issued_on: date | None
    suffix: str


def stage(raw: bytes, contract: SourceContract, dimensions: Dimensions, occasion: Occasion) -> Staged:
    """The staged rows of a delivery. Raises Breach where the bytes do not hold what the contract says."""
    layout = contract.format
    grid = open_grid(raw, occasion.suffix, layout.encodings, layout.limits, contract.sheet)
    if isinstance(layout, RowFormat):
        staged = unfold_rows(grid, contract, layout, dimensions)
    else:
        staged = _unfold_table(grid, contract, layout, dimensions, occasion)
    rows = staged.rows.with_columns(delivery_id=pl.lit(occasion.delivery_id), source_id=pl.lit(contract.id))
    stripped = grid.control_characters
    return replace(staged, rows=rows, container=grid.container, encoding=grid.encoding, control_characters=stripped)


def _unfold_table(grid: Grid, contract: SourceContract, layout: TableFormat, lists: Dimensions, occasion: Occasion) -> Staged:
    """An office table as one row a printed number, with what its own totals contradict."""
    table = locate(grid, contract, layout, occasion.period)
    found = list(cells(table, contract, layout, lists))
    rows = staged_frame(
        {
            "locator": [cell.place for cell in found],
            "series_id": [cell.series.series_id for cell in found],
            "name_zh": [cell.series.name.zh for cell in found],
            "name_en": [cell.series.name.en for cell in found],
            "ref_area": [cell.ref_area for cell in found],
            "dimension": [cell.dimension for cell in found],
            "period": occasion.period,
            "period_kind": [cell.series.period_kind for cell in found],
            "value": [cell.text or layout.missing[0] for cell in found],
            "unit": [cell.series.unit for cell in found],
            "publisher": contract.publisher.zh,
            "source_title": table.title,
            "source_url": contract.url,
            "published_on": occasion.issued_on.isoformat() if occasion.issued_on else "",
            "quality": "official",
        }
    )
    return Staged(rows, [*check_totals(found, lists.areas), *blanks(found)], table.extra_columns)
