"""Who applies in the simulated world: applicants of each kind in each area, a few of them with most of the filings.

Belongs here: the population of applicants and drawing from it. Not here: what they file.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from ipmon.simulator.levels import KINDS, Levels, Shares
from ipmon.simulator.world import Floats, Ints, apportioned, choice, spaced

GOLDEN = 0.6180339887498949
SMALLEST = 3


@dataclass(frozen=True)
class Population:
    """Applicants as positions 0, 1, …: their kind (position in KINDS) and area (position in `areas`), a byte for each.

    `groups`: first applicant and number of applicants of each group that is drawn from; the last group is foreign.
    """

    prefix: str
    areas: tuple[str, ...]
    kinds: Ints
    area: Ints
    groups: tuple[tuple[int, int], ...]
    concentration: float

    def __len__(self) -> int:
        return len(self.kinds)

    def draw(self, rng: np.random.Generator, shares: Floats, size: int) -> Ints:
        """Applicants of `size` filings: the group by its share, the applicant in it by rank, the first ones most often."""
        group = choice(rng, shares, size)
        first, count = (np.array(column)[group] for column in zip(*self.groups, strict=True))
        drawn: Ints = first + (count * rng.random(size) ** self.concentration).astype(np.int64)
        return drawn

    def ids(self, applicants: Ints) -> pl.Series:
        """Their ids as text: SIM, a letter, nine digits."""
        return self.prefix + (pl.Series(applicants) + 1_000_000_000).cast(pl.String).str.slice(1)


def populated(prefix: str, sizes: Mapping[int, int], areas: list[Shares], concentration: float) -> Population:
    """A population of groups: `sizes` of each group by its position, with the areas of each group."""
    names = tuple(dict.fromkeys(code for shares in areas for code in shares))
    firsts = np.concatenate([[0], np.cumsum(list(sizes.values()))])
    placed = [_placed(size, shares, names) for size, shares in zip(sizes.values(), areas, strict=True)]
    kinds = np.repeat(np.array(list(sizes), np.int8) % len(KINDS), list(sizes.values()))
    groups = tuple(zip(firsts[:-1].tolist(), sizes.values(), strict=True))
    return Population(prefix, names, kinds, np.concatenate(placed), groups, concentration)


def _placed(size: int, shares: Shares, names: tuple[str, ...]) -> Ints:
    """Areas of `size` applicants, each area with its share among the busy ones as among the others."""
    edges = np.cumsum(list(shares.values()))
    position = np.searchsorted(edges / edges[-1], spaced(size, GOLDEN), side="right")
    found: Ints = np.array([names.index(code) for code in shares], np.int8)[np.minimum(position, len(shares) - 1)]
    return found


def patent_applicants(levels: Levels, records: int) -> Population:
    """The applicants behind `records` patent applications; the group after the five kinds is foreign enterprises."""
    declared = levels.applicants
    total = max(int(records * declared.each), 100)
    sizes = np.maximum(apportioned(np.array(list(declared.sizes.values())), total), SMALLEST)
    areas = [declared.areas] * len(KINDS) + [declared.foreign_areas]
    return populated("SIMA", dict(enumerate(sizes.tolist())), areas, declared.concentration)


def trademark_applicants(levels: Levels, records: int) -> Population:
    """The applicants behind `records` trademark applications, all in one group."""
    size = max(int(records * levels.trademarks.each), 100)
    return populated("SIMB", {0: size}, [levels.trademarks.areas], levels.applicants.concentration)
