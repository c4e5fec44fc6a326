"""What registers said before a file was corrected or withdrawn: earlier states, so that old days keep their values.

Belongs here: when a state ended, a store for each, one history of all. Not here: bringing a store up to date.
"""

import os
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from ipmon.chains import turns
from ipmon.deliveries import Delivery, chain
from ipmon.figures import Figure, Key
from ipmon.paths import DataRoot
from ipmon.registers.store import Store


@dataclass(frozen=True)
class Ending:
    """What ended a state: files put in the place of others, or taken back (`withdrawn`), the first of them at `moment`."""

    moment: tuple[date, datetime]
    withdrawn: tuple[Delivery, ...] = ()

    @property
    def day(self) -> date:
        """The day on which the next state began."""
        return self.moment[0]

    @property
    def name(self) -> str:
        """The name of a folder of the state that ended."""
        return f"{self.day}-withdrawn" if self.withdrawn else f"{self.day}"


class State(NamedTuple):
    """What was said since a day (None: the first state). `withdrawn`: by indicator, the deliveries whose withdrawal began it."""

    began: date | None
    figures: Sequence[Figure]
    withdrawn: Mapping[str, tuple[str, ...]] = {}


def endings(deliveries: Sequence[Delivery], register_ids: Collection[str]) -> list[Ending]:
    """When another file of a period came to hold, or none any more, oldest first; what was done alike on a day is one ending."""
    periods = {(d.source_id, d.period) for d in deliveries if d.source_id in register_ids}
    found = [turn for source, period in periods for turn in turns(chain(deliveries, source, period))[1:]]
    found.sort(key=lambda turn: (turn.moment, turn.withdrawn.delivery_id if turn.withdrawn else ""))
    alike = groupby(found, key=lambda turn: (turn.moment[0], turn.withdrawn is None))
    return [Ending(run[0].moment, tuple(t.withdrawn for t in run if t.withdrawn)) for _, of_one in alike if (run := [*of_one])]


def before(deliveries: Iterable[Delivery], ending: Ending) -> list[Delivery]:
    """What was known until then: without the files that came, and the withdrawals that were noted, since."""
    moment = ending.moment
    came = [d for d in deliveries if d.order < moment or (ending.withdrawn and d.order == moment)]
    return [replace(d, withdrawal=None) if d.withdrawal and d.withdrawal.order >= moment else d for d in came]


def earlier_root(root: DataRoot, name: str) -> DataRoot:
    """The data root of an earlier state, below the work folder; made from the state of today the first time.

    Its files are links to those of today until bringing it up to date replaces the few that differ: none is changed in place.
    """
    made = DataRoot(root.work / "registers-before" / name)
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


def history(states: Sequence[State]) -> list[Figure]:
    """All figures of successive states, in order of time.

    A figure that a later state repeats stays as it was first said; one that changes, or comes back, is known since the later
    state began; one that is changed or gone is retired on that day: what is said again later must not lose to what was said
    in between.
    """
    told: dict[Key, Figure] = {}
    gone: set[Key] = set()
    everything: list[Figure] = []
    for began, figures, withdrawn in states:
        now = {f.key: f for f in figures}
        if began:
            lost = told.keys() - now.keys()
            everything += [_ended(told.pop(key), began, withdrawn) for key in list(told) if key in lost]
            gone |= lost
        for key, figure in now.items():
            old = told.get(key)
            if old and old.value == figure.value:
                continue
            if old and began:
                everything.append(_ended(old, began, withdrawn))
            if began and (old or key in gone):
                figure = replace(figure, released_on=max(figure.released_on, began))
            told[key] = figure
    return [*everything, *told.values()]


def _ended(figure: Figure, day: date, withdrawn: Mapping[str, tuple[str, ...]]) -> Figure:
    return replace(figure, retired_on=day, retired_by=withdrawn.get(figure.key.indicator_id, ()))
