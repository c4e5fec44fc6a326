"""Corrected deliveries: which rows of the files of one source and period hold, from when, until when.

Belongs here: laying the vintages of one file over each other, row by row. Not here: precedence among different sources (see
vintages.py).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import polars as pl

from ipmon.deliveries import Delivery

SAID = (
    "series_id", "ref_area", "dimension", "period", "period_kind", "publisher", "source_title",
    "value", "unit", "published_on", "quality", "note",
)  # fmt: skip
"""What a row says: of what, and what of it. Two rows alike in these say the same, wherever they stand."""
Row = dict[str, Any]


class Turn(NamedTuple):
    """From `moment` on another file held, `holds`, or none any more. `withdrawn`: the file taken back then, if one was."""

    moment: tuple[date, datetime]
    holds: Delivery | None
    withdrawn: Delivery | None


def lay(chain: Sequence[Delivery], staged: Mapping[str, pl.DataFrame]) -> list[Row]:
    """The rows of one source and period over all its files, oldest first.

    A row that a later file repeats stays with the file that first said it. One that is changed or left out gets `retired_on`, the
    date of the later file; a changed or new row of a later file gets `known_from`, that date. On the day on which the file in
    force is withdrawn, which `retired_by` names, the one before it holds again, or none. What goes and comes back on one day has
    not gone.
    """
    everything: list[Row] = []
    in_force: dict[tuple[Any, ...], Row] = {}
    gone: dict[tuple[Any, ...], Row] = {}
    for position, ((day, _), delivery, withdrawn) in enumerate(turns(chain)):
        said = _said(staged[delivery.delivery_id]) if delivery else {}
        ended = {"retired_on": day, "retired_by": (withdrawn.delivery_id,) if withdrawn else ()}
        for what in in_force.keys() - said.keys():
            in_force[what].update(ended)
            gone[day, in_force[what]["delivery_id"], what] = in_force[what]
        known = {"known_from": day if position else None, "retired_on": None, "retired_by": ()}
        new = {what: row | known for what, row in said.items() if what not in in_force}
        back = {what: gone[id_] for what, row in new.items() if (id_ := (day, row["delivery_id"], what)) in gone}
        for row in back.values():
            row.update(retired_on=None, retired_by=())
        everything += (row for what, row in new.items() if what not in back)
        in_force = {what: in_force.get(what) or back.get(what) or new[what] for what in said}
    return everything


def turns(chain: Sequence[Delivery]) -> list[Turn]:
    """Every time at which another file came to hold, or none where all had been withdrawn, oldest first."""
    events = [(d.order, d, True) for d in chain] + [(d.withdrawal.order, d, False) for d in chain if d.withdrawal]
    held: list[Delivery] = []
    turns: list[Turn] = []
    for moment, delivery, comes in sorted(events, key=lambda event: event[0]):
        held = sorted([*held, delivery], key=lambda d: d.order) if comes else [d for d in held if d is not delivery]
        last = held[-1] if held else None
        if not turns or turns[-1].holds is not last:
            turns.append(Turn(moment, last, None if comes else delivery))
    return turns


def _said(frame: pl.DataFrame) -> dict[tuple[Any, ...], Row]:
    """Rows by what they say and, among rows that say the same, their number: two like rows of a file stay two."""
    seen: Counter[tuple[Any, ...]] = Counter()
    rows = {}
    for row in frame.iter_rows(named=True):
        what = tuple(row[c] for c in SAID)
        seen[what] += 1
        rows[(*what, seen[what])] = row
    return rows
