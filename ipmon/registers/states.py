"""What registers said before a file was corrected or withdrawn: earlier states, so that old days keep their values.

Belongs here: the days on which a state ended, a store for each, one history of all. Not here: bringing a store up to date.
"""

import os
import shutil
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from ipmon.chains import turns
from ipmon.deliveries import Delivery, chain
from ipmon.figures import Figure, Key
from ipmon.paths import DataRoot
from ipmon.registers.store import Store


def change_days(deliveries: Sequence[Delivery], register_ids: Collection[str]) -> list[date]:
    """The days on which another file of a period came to hold, or none any more, oldest first."""
    periods = {(d.source_id, d.period) for d in deliveries if d.source_id in register_ids}
    return sorted({day for source, period in periods for day, _ in turns(chain(deliveries, source, period))[1:]})


def before(deliveries: Iterable[Delivery], day: date) -> list[Delivery]:
    """What was known before a day began: without the files and the withdrawals of that day and later."""
    came = [d for d in deliveries if d.order[0] < day]
    return [replace(d, withdrawal=None) if d.withdrawal and d.withdrawal.order[0] >= day else d for d in came]


def earlier_root(root: DataRoot, day: date) -> DataRoot:
    """The data root of the state that ended on a day, below the work folder; made from the state of today the first time.

    Its files are links to those of today until bringing it up to date replaces the few that differ: none is changed in place.
    """
    made = DataRoot(root.work / "registers-before" / day.isoformat())
    if not made.root.exists():
        part = DataRoot(made.root.with_name(f".{made.root.name}.part"))
        shutil.rmtree(part.root, ignore_errors=True)  # what a killed process left
        part.root.mkdir(parents=True)
        part.raw.symlink_to(os.path.relpath(root.raw, part.root))
        for kind in ("facts", "bases", "cells"):
            _link(Store(root).folder / kind, Store(part).folder / kind)
        shutil.copy(Store(root).ledger, Store(part).ledger)
        part.root.rename(made.root)
    return made


def _link(source: Path, target: Path) -> None:
    if source.exists():
        shutil.copytree(source, target, copy_function=os.link)


def history(states: Sequence[tuple[date | None, Sequence[Figure]]]) -> list[Figure]:
    """All figures of successive states: each with the day on which it began (None: the first), in order of time.

    A figure that a later state repeats stays as it was first said; one that changes, or comes back, is known since the later
    state began; one that is changed or gone is retired on that day: what is said again later must not lose to what was said
    in between.
    """
    told: dict[Key, Figure] = {}
    gone: set[Key] = set()
    everything: list[Figure] = []
    for began, figures in states:
        now = {f.key: f for f in figures}
        if began:
            lost = told.keys() - now.keys()
            everything += [replace(told.pop(key), retired_on=began) for key in list(told) if key in lost]
            gone |= lost
        for key, figure in now.items():
            old = told.get(key)
            if old and old.value == figure.value:
                continue
            if old and began:
                everything.append(replace(old, retired_on=began))
            if began and (old or key in gone):
                figure = replace(figure, released_on=max(figure.released_on, began))
            told[key] = figure
    return [*everything, *told.values()]
