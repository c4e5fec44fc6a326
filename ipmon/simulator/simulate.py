"""A simulated data root: deliveries of all registers for about thirteen years, taken in at the usual door, and their truth.

Belongs here: the folder, the truth files, taking the deliveries in. Not here: what is in them (simulation.py).
"""

import csv
import shutil
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from ipmon.deliveries import CHINA
from ipmon.durable import read_lines
from ipmon.errors import IpmonError
from ipmon.paths import DataRoot
from ipmon.registers.contract import Register
from ipmon.simulator.levels import Levels, load_levels
from ipmon.simulator.outbox import file_name
from ipmon.simulator.simulation import Say, Simulation

FOLDER = "simulated"
NOON = time(12, tzinfo=CHINA)


def simulate(
    into: Path, records: int, seed: int, dirt: float, registers: Mapping[str, Register], say: Say,
    *, levels: Levels | None = None, receive: bool = True, keep: bool = False,
) -> Path:  # fmt: skip
    """Makes `into` a synthetic data root with `records` patent applications, and returns the folder of its truth.

    `dirt`: the share of broken rows added to the good ones. The same seed and levels give the same bytes. The deliveries are
    first written to `into`/simulated and then taken in (unless not `receive`); the folder is removed afterwards unless `keep`.
    Raises IpmonError where `into` holds real deliveries, or a number makes no sense.
    """
    _require(into, records, seed, dirt)
    folder = into / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    world = Simulation(folder, records, seed, dirt, registers, levels or load_levels(), say)
    world.write()
    world.truth.write(into / "truth")
    _write_dirt(world, into / "truth" / "dirt.csv")
    if receive:
        _receive_all(world, into)
    if receive and not keep:
        shutil.rmtree(folder)
    return into / "truth"


def _require(into: Path, records: int, seed: int, dirt: float) -> None:
    if records < 1:
        raise IpmonError(f"--records {records}: at least one application is needed; give a whole number such as 100000.")
    if seed < 0:
        raise IpmonError(f"--seed {seed}: a seed is not negative; give a whole number such as 1.")
    if not 0 <= dirt < 1:
        raise IpmonError(f"--dirt {dirt}: the share of broken rows lies between 0 and 1; give for example 0.001.")
    lines = read_lines(into / "raw" / "manifest.jsonl")
    if not all(line.get("synthetic") for line in lines):
        raise IpmonError(
            f"{into}: holds real deliveries, and simulated ones never mix with them; name an empty folder with --into."
        )
    if lines:
        raise IpmonError(f"{into}: holds a simulated world already; remove that folder first, or name an empty one with --into.")


def _write_dirt(world: Simulation, path: Path) -> None:
    """How many broken rows are in each delivery, by the code that each must get."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("register", "period", "code", "rows"))
        writer.writerows((*key, count) for key, count in sorted(world.broken.items()))


def _receive_all(world: Simulation, into: Path) -> None:
    """Takes the deliveries in, month after month, as if each had come on the day it was due."""
    from ipmon.registers.intake import receive  # not needed, and not loaded, where nothing is taken in

    root, taken = DataRoot(into), 0
    for period, group in groupby(sorted(world.files, key=itemgetter(1, 0)), key=itemgetter(1)):
        for register, _ in group:
            file, due = world.folder / file_name(register, period), _due(period, world.registers[register].due_day)
            receive(file, world.registers[register], period, due, root, datetime.combine(due, NOON), synthetic=True)
            file.unlink()
            taken += 1
        world.say(f"{period}: {taken} of {len(world.files)} deliveries received")


def _due(period: str, day: int) -> date:
    """The due day in the month after a period."""
    year, month = (int(part) for part in (period if "-" in period else f"{period}-12").split("-"))
    return date(year + month // 12, month % 12 + 1, 1) + timedelta(days=day - 1)
