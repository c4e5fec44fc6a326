"""The inventory of patents of universities and institutes in the simulated world: monthly snapshots.

Belongs here: what is on the list and its rows. Not here: which patents there are (stock.py), the truth (inventory_truth.py).
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from ipmon.simulator.applicants import Population
from ipmon.simulator.levels import IP_TYPES, KINDS, Levels
from ipmon.simulator.outbox import Outbox
from ipmon.simulator.patent_rows import coded
from ipmon.simulator.patent_truth import counterparts
from ipmon.simulator.patents import CHUNK
from ipmon.simulator.stock import Patents
from ipmon.simulator.world import MONTH_DAYS, NEVER, Flags, Ints, Span, choice, generator, slices

STREAM = 4
HOLDERS = ("universities", "research_institutes", "hospitals")


@dataclass(frozen=True)
class Listed:
    """The patents on the list, and what happens to each: days of inventory and conversion, grades, firms matched."""

    patent: Patents
    holder: Ints
    area: Ints
    inventoried: Ints
    converted: Ints
    in_library: Flags
    self_grade: Ints
    firm_grade: Ints
    matched: Ints

    def standing(self, end: int) -> Flags:
        """Which are on the list at the end of a month, before the day `end`: all that have not lapsed."""
        return self.patent.ended >= end


def snapshots(levels: Levels, span: Span) -> list[int]:
    """The positions of the months with a snapshot."""
    first = levels.inventory.first_month
    return [place for place, month in enumerate(span.months) if month >= first][: len(levels.inventory.inventoried)]


def listed(levels: Levels, span: Span, public: Patents, dealt: Ints, people: Population, seed: int) -> Listed | None:
    """What listed institutions, all on the mainland, hold in force when the inventory begins; None if it begins too late.

    The patents of the numbers `dealt` they hold no more.
    """
    months = snapshots(levels, span)
    if not months:
        return None
    start, rules, rng = int(span.starts[months[0]]), levels.inventory, generator(seed, STREAM)
    found = public.in_force(start, start)
    mainland = np.array([code == "DOM-ML" for code in counterparts(people.areas)])
    takes_part = mainland[people.area] & (generator(seed, STREAM, 1).random(len(people)) >= rules.unlisted)
    patents = public[found[takes_part[public.applicant[found]] & ~np.isin(public.number[found], dealt)]]
    size, kind = len(patents.number), people.kinds[patents.applicant]
    edges = np.array(rules.inventoried[: len(months)])
    month = np.searchsorted(edges, rng.random(size), side="right")
    begins = span.starts[np.minimum(month, len(months) - 1) + months[0]]
    inventoried = np.where(month < len(months), begins + rng.integers(0, 28, size), NEVER)
    waits = np.rint(rng.exponential(1 / rules.converted_a_month, size) * MONTH_DAYS).astype(np.int64)
    in_library = rng.random(size) < rules.in_library
    hospital = (kind == KINDS.index("research_institutes")) & (patents.applicant % round(1 / rules.hospitals) == 0)
    return Listed(
        patents, np.where(hospital, 2, kind - KINDS.index("universities")), people.area[patents.applicant],
        inventoried, np.where(inventoried < NEVER, inventoried + waits, NEVER), in_library,
        choice(rng, list(rules.self_grades.values()), size), choice(rng, list(rules.firm_grades.values()), size),
        rng.poisson(rules.firms_matched, size),
    )  # fmt: skip


def deliver(found: Listed, levels: Levels, span: Span, people: Population, outbox: Outbox) -> None:
    """Writes every snapshot: the whole list as it stood at the end of the month."""
    for place, month in enumerate(snapshots(levels, span)):
        on_list = np.flatnonzero(found.standing(int(span.starts[month + 1])))
        for start, end in slices(len(on_list), CHUNK):
            rows = _rows(found, on_list[start:end], levels, span, people, month)
            outbox.send(rows, np.full(len(rows), place))


def _rows(found: Listed, which: Ints, levels: Levels, span: Span, people: Population, month: int) -> pl.DataFrame:
    until, rules = span.starts[month + 1] - 1, levels.inventory
    done = found.inventoried[which] <= until
    pooled = done & found.in_library[which]
    columns = {
        "patent_no": "SIM" + pl.Series(found.patent.number[which]).cast(pl.String),
        "snapshot": pl.Series([span.months[month]]).new_from_index(0, len(which)),
        "ip_type": coded(IP_TYPES, found.patent.ip[which]),
        "institution_id": people.ids(found.patent.applicant[which]),
        "institution_kind": coded(HOLDERS, found.holder[which]),
        "area": coded(people.areas, found.area[which]),
        "inventoried_on": span.text(found.inventoried[which], until),
        "self_grade": coded(list(rules.self_grades), np.where(done, found.self_grade[which], -1)),
        "firm_grade": coded(
            list(rules.firm_grades), np.where(pooled, found.firm_grade[which], list(rules.firm_grades).index("none"))
        ),
        "in_library": coded(("0", "1"), pooled.astype(np.int64)),
        "firms_matched": pl.Series(np.where(pooled, found.matched[which], 0)).cast(pl.String),
        "converted_on": span.text(found.converted[which], until),
    }
    return pl.DataFrame(columns)
