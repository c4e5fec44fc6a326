"""Products, model enterprises and the service network of the simulated world: rows and truth.

Belongs here: the three registers of approvals. Not here: anything that scales with the number of applications.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from ipmon.simulator.amounts import money, monthly_counts, yuan
from ipmon.simulator.levels import Levels, Services, Yearly
from ipmon.simulator.outbox import Outbox, appearances
from ipmon.simulator.patent_rows import coded
from ipmon.simulator.patent_truth import regions
from ipmon.simulator.truth import Cells, Truth, View
from ipmon.simulator.world import MONTH_DAYS, NEVER, Flags, Ints, Span, choice, generator

STREAM = 6
KINDS = {
    "patent_products": ("registered", "certified"),
    "model_enterprises": ("model",),  # of one kind, which the register does not say
    "service_network": ("tisc", "university_centre", "registered_outlet", "prefecture_institution"),
}
PREFIXES = {"patent_products": "SIMC", "model_enterprises": "SIME", "service_network": "SIMN"}
SPREAD = 1.2
MONTHS = 12


@dataclass(frozen=True)
class Approvals:
    """The records of one register in order of approval.

    `counted`: which are in the numbers of their kind; `placed`: which lie in a prefecture.
    """

    register: str
    areas: tuple[str, ...]
    kind: Ints
    level: Ints
    area: Ints
    approved: Ints
    ended: Ints
    output: Ints
    counted: Flags
    placed: Flags


def approvals(levels: Levels, span: Span, register: str, seed: int) -> Approvals:
    """Everything ever approved, from the first year with a level on."""
    rules, rng = levels.services, generator(seed, STREAM, list(KINDS).index(register))
    yearly: Yearly = getattr(rules, register)
    counts = monthly_counts(span, levels.calendar, yearly, 1.0, rng)
    counts[span.year_of_month < min(yearly)] = 0
    starts = np.repeat(span.starts[:-1], counts)
    approved = np.sort(starts + rng.integers(0, 28, len(starts)))
    lives = np.rint(rng.exponential(MONTHS / rules.ended_a_year, len(approved)) * MONTH_DAYS).astype(np.int64) + 1
    kind = rng.integers(0, len(KINDS[register]), len(approved))
    level = _drawn_levels(rules, register, kind, rng)
    cities, network = rules.cities, register == "service_network"
    areas = (*cities.prefecture, *cities.sub_provincial, *cities.other) if network else tuple(levels.applicants.areas)
    area = choice(rng, np.ones(len(areas)) if network else np.array(list(levels.applicants.areas.values())), len(approved))
    return Approvals(
        register, areas, kind, level, area, approved, np.minimum(approved + lives, NEVER),
        yuan(rng, rules.output_cny, SPREAD, len(approved)),
        _counted(rules, kind, level, area) if network else np.ones(len(approved), bool),
        area < len(cities.prefecture) + len(cities.sub_provincial),
    )  # fmt: skip


def _drawn_levels(rules: Services, register: str, kind: Ints, rng: np.random.Generator) -> Ints:
    """The level of each record, drawn from those that its kind has."""
    level = choice(rng, list(rules.levels.values()), len(kind))
    for place, name in enumerate(KINDS[register]):
        if shares := rules.network_levels.get(name):
            own = np.flatnonzero(kind == place)
            level[own] = choice(rng, [shares.get(code, 0.0) for code in rules.levels], len(own))
    return level


def _counted(rules: Services, kind: Ints, level: Ints, area: Ints) -> Flags:
    """Outlets of national level; institutions of prefectures by level and by area, without the sub-provincial cities."""
    codes, institution = list(rules.levels), kind == KINDS["service_network"].index("prefecture_institution")
    own = (level == codes.index("prefecture")) & (area < len(rules.cities.prefecture))
    counted: Flags = np.where(institution, own, level == codes.index("national"))
    return counted


def deliver(found: Approvals, levels: Levels, span: Span, outbox: Outbox) -> None:
    """Appends each record to the files of the months in which it is approved or ends."""
    records, months = appearances(span, [found.approved, found.ended])
    until = span.starts[months + 1] - 1
    columns = {
        "id": PREFIXES[found.register] + (pl.Series(records) + 10**9).cast(pl.String).str.slice(1),
        "level": coded(list(levels.services.levels), found.level[records]),
        "kind": coded(KINDS[found.register], found.kind[records]),
        "area": coded(found.areas, found.area[records]),
        "approved_on": span.text(found.approved[records], until),
        "ended_on": span.text(found.ended[records], until),
        "output_cny": money(found.output[records]),
    }
    outbox.send(pl.DataFrame(columns).select(list(outbox.register.fields)), months)


def report(found: Approvals, span: Span, truth: Truth) -> None:
    """What stands at each month's end and what is new in a month or year."""
    cells = _cells(found, span, found.counted)
    cells["placed"] = _cells(found, span, found.placed)["standing"]
    region = View("area", [code[:5] for code in regions(found.areas) if code])
    for views in ({}, {"ref_area": region}):
        {"patent_products": _products, "model_enterprises": _enterprises, "service_network": _network}[found.register](
            cells, span, views, truth
        )


def _cells(found: Approvals, span: Span, which: Flags) -> dict[str, Cells]:
    """What is approved and ends in each month, by kind and area, and what that changes in what stands, of some of the records."""
    axes = {"kind": len(KINDS[found.register]), "area": len(found.areas)}
    cells = {name: Cells(span.months, axes) for name in ("approved", "ended", "output", "standing")}
    months = {name: np.where(which, span.month_of(getattr(found, name)), -1) for name in ("approved", "ended")}
    for name, month in months.items():
        cells[name].add(month, found.kind, found.area)
    cells["output"].add(months["approved"], found.kind, found.area, what=found.output)
    cells["standing"].sums = cells["approved"].sums - cells["ended"].sums
    return cells


def _of(cells: Cells, kinds: tuple[int, ...]) -> Cells:
    """The part of the sums that belongs to some kinds."""
    part = Cells(cells.periods, cells.axes)
    part.sums[:, list(kinds)] = cells.sums[:, list(kinds)]
    return part


def _places(standing: Cells, kinds: tuple[int, ...]) -> Cells:
    """At each month's end 1 for each area in which something of these kinds stands."""
    found = Cells(standing.periods, standing.axes)
    found.sums[:, 0] = standing.sums[:, list(kinds)].sum(axis=1).cumsum(axis=0) > 0
    return found


def _products(cells: dict[str, Cells], span: Span, views: dict[str, View], truth: Truth) -> None:
    standing = {name: _of(cells["standing"], (place,)) for place, name in enumerate(KINDS["patent_products"])}
    standing["registered_ever"] = _of(cells["approved"], (0,))
    truth.counted("products_in_force", None, [views], standing, stock=True)
    new = {name: _of(cells["approved"], (place,)) for place, name in enumerate(KINDS["patent_products"])}
    new |= {f"{name}_output": _of(cells["output"], (place,)) for place, name in enumerate(KINDS["patent_products"])}
    truth.counted("products_approved", span.year_of_month, [views], new)


def _enterprises(cells: dict[str, Cells], span: Span, views: dict[str, View], truth: Truth) -> None:
    truth.counted("model_enterprises_in_force", None, [views], {"enterprises": cells["standing"]}, stock=True)
    new = {"enterprises": cells["approved"], "output": cells["output"]}
    truth.counted("model_enterprises_approved", span.year_of_month, [views], new)


def _network(cells: dict[str, Cells], span: Span, views: dict[str, View], truth: Truth) -> None:
    names = {
        "national_outlets": (0, 1, 2),
        "tisc": (0,),
        "university_centres": (1,),
        "registered_outlets": (2,),
        "prefecture_institutions": (3,),
    }
    truth.counted("service_network", None, [views], {n: _of(cells["standing"], k) for n, k in names.items()}, stock=True)
    places = {
        "prefectures": _places(cells["standing"], names["prefecture_institutions"]),
        "prefectures_reached": _places(cells["placed"], (0, 1, 2, 3)),
    }
    truth.counted("service_network", None, [views], places)
    new = {name: _of(cells["approved"], names[name]) for name in ("national_outlets", "prefecture_institutions")}
    truth.counted("service_network_approved", span.year_of_month, [views], new)
