"""The inventory of patents of universities and institutes in the simulated world: monthly snapshots and their truth.

Belongs here: everything about the inventory register. Not here: which patents there are (stock.py).
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from ipmon.simulator.applicants import Population
from ipmon.simulator.levels import IP_TYPES, KINDS, Levels
from ipmon.simulator.outbox import Outbox
from ipmon.simulator.patent_rows import coded
from ipmon.simulator.patent_truth import regions
from ipmon.simulator.patents import CHUNK
from ipmon.simulator.stock import Patents
from ipmon.simulator.truth import Cells, Truth, View
from ipmon.simulator.world import MONTH_DAYS, NEVER, Flags, Floats, Ints, Span, choice, generator, slices

STREAM = 4
HOLDERS = ("universities", "research_institutes", "hospitals")
GRADES = ("good", "general", "unclear")


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


def snapshots(levels: Levels, span: Span) -> list[int]:
    """The positions of the months with a snapshot."""
    first = levels.inventory.first_month
    return [place for place, month in enumerate(span.months) if month >= first][: len(levels.inventory.inventoried)]


def listed(levels: Levels, span: Span, public: Patents, dealt: Ints, people: Population, seed: int) -> Listed | None:
    """What is in force when the inventory begins, without the patents of the numbers `dealt`; None if it begins too late."""
    months = snapshots(levels, span)
    if not months:
        return None
    start, rules, rng = int(span.starts[months[0]]), levels.inventory, generator(seed, STREAM)
    found = public.in_force(start, start)
    patents = public[found[~np.isin(public.number[found], dealt)]]
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
        for start, end in slices(len(found.holder), CHUNK):
            rows = _rows(found, np.arange(start, end), levels, span, people, month)
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


def report(found: Listed, levels: Levels, span: Span, people: Population, truth: Truth) -> None:
    """The truth of the measures over snapshots."""
    places = snapshots(levels, span)
    periods = [span.months[place] for place in places]
    names: tuple[str, ...] = ("listed", "inventoried", "in_library", "converted", "matched", "matches", "firm_graded")
    names += tuple(f"{who}_{grade}" for who in ("self", "firm") for grade in GRADES)
    cells = {name: Cells(periods, {"ip": len(IP_TYPES), "area": len(people.areas)}) for name in names}
    for position, place in enumerate(places):
        _count(found, levels, int(span.starts[place + 1]), position, cells)
    regional = {"ref_area": View("area", regions(people.areas))}
    for views in ({}, {"ip_type": View("ip", IP_TYPES)}, regional):
        _report(truth, periods, views, {name: c.by(list(views.values())) for name, c in cells.items()})
    _institutions(found, span, people, places, truth)


def _count(found: Listed, levels: Levels, end: int, position: int, cells: dict[str, Cells]) -> None:
    done = found.inventoried < end
    pooled, firm = done & found.in_library, list(levels.inventory.firm_grades)
    graded = pooled & (found.firm_grade != firm.index("none"))
    conditions = {
        "listed": np.ones_like(done), "inventoried": done, "in_library": pooled, "converted": found.converted < end,
        "matched": pooled & (found.matched > 0), "firm_graded": graded,
    }  # fmt: skip
    for place, grade in enumerate(GRADES):
        conditions |= {
            f"self_{grade}": done & (found.self_grade == place),
            f"firm_{grade}": graded & (found.firm_grade == firm.index(grade)),
        }
    for name, holds in conditions.items():
        cells[name].add(np.where(holds, position, -1), found.patent.ip, found.area)
    cells["matches"].add(np.where(pooled, position, -1), found.patent.ip, found.area, what=found.matched)


def _report(truth: Truth, periods: list[str], views: dict[str, View], sums: dict[str, Floats]) -> None:
    """Counts, and percentages with those inventoried (or graded) below the line."""

    def percent(part: str, whole: str) -> Floats:
        rate: Floats = np.divide(sums[part] * 100.0, sums[whole], out=np.zeros(sums[part].shape), where=sums[whole] > 0)
        return rate

    counts = {name: sums[name] for name in ("listed", "inventoried", "in_library", "converted", "matched", "matches")}
    rates = {"library_rate": percent("in_library", "inventoried"), "conversion_rate": percent("converted", "inventoried")}
    truth.table("inventory_state", periods, views, counts | rates)
    grades = {"self_graded": sums["inventoried"], "firm_graded": sums["firm_graded"]}
    whole = {"self": "inventoried", "firm": "firm_graded"}
    grades |= {f"{who}_{grade}_share": percent(f"{who}_{grade}", whole[who]) for who in whole for grade in GRADES}
    truth.table("inventory_grades", periods, views, grades)


def _institutions(found: Listed, span: Span, people: Population, places: list[int], truth: Truth) -> None:
    """Institutions on the list, and those of which no listed patent waits any more."""
    owners, members = np.unique(found.patent.applicant, return_inverse=True)
    cells = {
        name: Cells([span.months[place] for place in places], {"area": len(people.areas)}) for name in ("listed", "complete")
    }
    for position, place in enumerate(places):
        waiting = np.bincount(members, weights=found.inventoried >= span.starts[place + 1], minlength=len(owners))
        for name, holds in (("listed", waiting >= 0), ("complete", waiting == 0)):
            cells[name].add(np.where(holds, position, -1), people.area[owners])
    regional = {"ref_area": View("area", regions(people.areas))}
    truth.counted("inventoried_institutions", None, [{}, regional], cells)
