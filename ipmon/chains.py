"""Corrected deliveries: which rows of the files of one source and period hold, from when, until when.

Belongs here: laying the vintages of one file over each other, row by row. Not here: precedence among different sources (see
vintages.py).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from ipmon.deliveries import Delivery

IDENTITY = ("series_id", "ref_area", "dimension", "period", "period_kind", "publisher", "source_title")
CONTENT = ("value", "unit", "published_on", "quality", "note")
Row = dict[str, Any]


@dataclass
class _Laid:
    """What the files so far say: rows in force by identity, and everything that ever was."""

    in_force: dict[tuple[Any, ...], Row] = field(default_factory=dict)
    all: list[Row] = field(default_factory=list)


def lay(chain: Sequence[Delivery], staged: Mapping[str, pl.DataFrame]) -> list[Row]:
    """The rows of one source and period over all its files, oldest first.

    A row that a later file repeats stays with the file that first said it. One that is changed or left out gets `retired_on`, the
    date of the later file; a changed or new row of a later file gets `known_from`, that date.
    """
    laid = _Laid()
    for position, delivery in enumerate(chain):
        day = delivery.order[0] if position else None
        rows = {_identity(row, seen): row for seen, row in _numbered(staged[delivery.delivery_id])}
        for identity, old in laid.in_force.items():
            new = rows.get(identity)
            if new is not None and all(old[c] == new[c] for c in CONTENT):
                rows[identity] = old
            else:
                old["retired_on"] = day
        for row in rows.values():
            if row["delivery_id"] == delivery.delivery_id:
                laid.all.append(row | {"known_from": day, "retired_on": None})
        current = {(r["delivery_id"], r["locator"]): r for r in laid.all}
        laid.in_force = {identity: current[(row["delivery_id"], row["locator"])] for identity, row in rows.items()}
    return laid.all


def _numbered(frame: pl.DataFrame) -> list[tuple[int, Row]]:
    """Rows with their number among rows of the same identity, so that two like rows of a file stay two."""
    seen: Counter[tuple[Any, ...]] = Counter()
    numbered = []
    for row in frame.iter_rows(named=True):
        identity = tuple(row[c] for c in IDENTITY)
        seen[identity] += 1
        numbered.append((seen[identity], row))
    return numbered


def _identity(row: Row, number: int) -> tuple[Any, ...]:
    return (*(row[c] for c in IDENTITY), number)
