"""What the measures over the inventory must give, counted from the simulated list.

Belongs here: which patent counts where. Not here: the list itself (inventory.py), how counting works (truth.py).
"""

from dataclasses import dataclass

import numpy as np

from ipmon.simulator.applicants import Population
from ipmon.simulator.inventory import Listed, snapshots
from ipmon.simulator.levels import IP_TYPES, Levels
from ipmon.simulator.patent_truth import regions
from ipmon.simulator.truth import Cells, Durations, Truth, View, percent
from ipmon.simulator.world import Flags, Floats, Ints, Span, whole_months

GRADES = ("good", "general", "unclear")
COHORT_MONTHS = (6, 12, 24)
STATE = ("listed", "converted", "matched", "matches")
TO_DATE = ("inventoried", "in_library")
GRADED = ("firm_graded", *(f"{who}_{grade}" for who in ("self", "firm") for grade in GRADES))


@dataclass(frozen=True)
class InventoryTruth:
    """The list of a world with its snapshots, the positions of their months."""

    found: Listed
    levels: Levels
    span: Span
    people: Population

    @property
    def snapshots(self) -> list[int]:
        """The positions of the months with a snapshot."""
        return snapshots(self.levels, self.span)

    @property
    def periods(self) -> list[str]:
        """The months with a snapshot."""
        return [self.span.months[place] for place in self.snapshots]

    @property
    def ends(self) -> list[int]:
        """The day after each snapshot."""
        return [int(self.span.starts[place + 1]) for place in self.snapshots]

    def report(self, truth: Truth) -> None:
        """Writes everything into the truth."""
        ip, region = {"ip_type": View("ip", IP_TYPES)}, {"ref_area": View("area", regions(self.people.areas))}
        cells = self._counted()
        owners = self._owners([*map(self.found.standing, self.ends)], [*map(self._late, self.ends)], False)
        truth.counted("inventoried_institutions", None, [{}, region], owners)
        for views in ({}, ip, region):
            self._report_state(views, {name: c.by(list(views.values())) for name, c in cells.items()}, truth)
            self._report_coverage(views, truth)
        self._report_times(truth)
        for views in ({}, ip):
            self._report_cohorts(views, truth)

    def _late(self, end: int) -> Flags:
        """Which are on the list before a day, and not inventoried by then."""
        return self.found.standing(end) & (self.found.inventoried >= end)

    def _counted(self) -> dict[str, Cells]:
        """Patents by snapshot, for each condition that some measure counts."""
        axes = {"ip": len(IP_TYPES), "area": len(self.people.areas)}
        cells = {name: Cells(self.periods, axes) for name in (*STATE, *TO_DATE, "done", *GRADED)}
        for position, (end, shown) in enumerate(zip(self.ends, self._shown(), strict=True)):
            self._count(end, shown, position, cells)
        return cells

    def _shown(self) -> list[Flags]:
        """Which some snapshot up to each has shown as inventoried: what has lapsed since is one of them."""
        found = self.found
        return [*np.logical_or.accumulate([found.standing(end) & (found.inventoried < end) for end in self.ends])]

    def _count(self, end: int, shown: Flags, position: int, cells: dict[str, Cells]) -> None:
        found, firm = self.found, list(self.levels.inventory.firm_grades)
        there = found.standing(end)
        done = there & (found.inventoried < end)
        pooled = done & found.in_library
        graded = pooled & (found.firm_grade != firm.index("none"))
        conditions = {
            "listed": there, "inventoried": shown, "in_library": shown & found.in_library, "done": done,
            "converted": there & (found.converted < end), "matched": pooled & (found.matched > 0), "firm_graded": graded,
        }  # fmt: skip
        for place, grade in enumerate(GRADES):
            conditions |= {
                f"self_{grade}": done & (found.self_grade == place),
                f"firm_{grade}": graded & (found.firm_grade == firm.index(grade)),
            }
        for name, holds in conditions.items():
            cells[name].add(np.where(holds, position, -1), found.patent.ip, found.area)
        cells["matches"].add(np.where(pooled, position, -1), found.patent.ip, found.area, what=found.matched)

    def _owners(self, held: list[Flags], late: list[Flags], by_ip: bool) -> dict[str, Cells]:
        """Owners of what is `held` at each snapshot, and those once without any `late`; `by_ip`: of each kind apart."""
        kinds = self.found.patent.ip.astype(np.int64) * by_ip
        owners, members = np.unique(self.found.patent.applicant * len(IP_TYPES) + kinds, return_inverse=True)
        axes = {"ip": len(IP_TYPES), "area": len(self.people.areas)}
        cells = {name: Cells(self.periods, axes) for name in ("listed", "complete")}
        at = owners % len(IP_TYPES), self.people.area[owners // len(IP_TYPES)]
        complete = np.zeros(len(owners), bool)
        for position, flags in enumerate(zip(held, late, strict=True)):
            holding, waiting = (np.bincount(members, weights=which, minlength=len(owners)) for which in flags)
            complete |= (holding > 0) & (waiting == 0)
            for name, holds in (("listed", holding > 0), ("complete", complete)):
                cells[name].add(np.where(holds, position, -1), *at)
        return cells

    def _report_state(self, views: dict[str, View], sums: dict[str, Floats], truth: Truth) -> None:
        """Counts, and percentages with those inventoried (or graded) below the line."""
        converted = {"conversion_rate": percent(sums["converted"], sums["done"])}
        truth.table("inventory_state", self.periods, views, {name: sums[name] for name in STATE} | converted)
        rate = {"library_rate": percent(sums["in_library"], sums["inventoried"])}
        truth.table("inventory_to_date", self.periods, views, {name: sums[name] for name in TO_DATE} | rate)
        whole = {"self": sums["done"], "firm": sums["firm_graded"]}
        grades = {f"{who}_graded": graded for who, graded in whole.items()}
        grades |= {f"{who}_{grade}_share": percent(sums[f"{who}_{grade}"], whole[who]) for who in whole for grade in GRADES}
        truth.table("inventory_grades", self.periods, views, grades)

    def _report_coverage(self, views: dict[str, View], truth: Truth) -> None:
        """The universe is what owners on the first list have at the beginning; what a list shows as inventoried stays it."""
        found = self.found
        universe = np.isin(found.patent.applicant, found.patent.applicant[found.standing(self.ends[0])])
        waiting = [universe & ~by_then for by_then in self._shown()]
        axes = {"ip": len(IP_TYPES), "area": len(self.people.areas)}
        cells = {name: Cells(self.periods, axes) for name in ("universe", "inventoried")}
        for position, late in enumerate(waiting):
            for name, which in (("universe", universe), ("inventoried", universe & ~late)):
                cells[name].add(np.where(which, position, -1), found.patent.ip, found.area)
        cells |= self._owners([universe] * len(waiting), waiting, "ip_type" in views)
        sums = {name: c.by(list(views.values())) for name, c in cells.items()}
        columns = {
            "universe": sums["universe"], "inventoried": sums["inventoried"],
            "patents": percent(sums["inventoried"], sums["universe"]),
            "owners": sums["listed"], "complete": sums["complete"],
            "institutions": percent(sums["complete"], sums["listed"]),
        }  # fmt: skip
        truth.table("inventory_coverage", self.periods, views, columns)

    def _report_times(self, truth: Truth) -> None:
        """Days from inventory to conversion, over what is converted by each snapshot."""
        found, longest = self.found, len(self.span.days)
        areas = regions(self.people.areas)
        of_kinds, of_areas = (Durations(len(self.periods), size, longest) for size in (len(IP_TYPES), len(areas)))
        for position, end in enumerate(self.ends):
            known = np.where(found.standing(end) & (found.converted < end), position, -1)
            of_kinds.add(known, found.patent.ip, found.converted - found.inventoried)
            of_areas.add(known, found.area, found.converted - found.inventoried)
        truth.timed("conversion_time", self.periods, of_kinds.counts, long=False)
        truth.timed("conversion_time", self.periods, of_kinds.counts, "ip_type", IP_TYPES, long=False)
        truth.timed("conversion_time", self.periods, of_areas.counts, "ref_area", areas, long=False)

    def _report_cohorts(self, views: dict[str, View], truth: Truth) -> None:
        """By month of inventory, as the last snapshot shows it; a share is known when its months have passed for all."""
        last, until = self.snapshots[-1], self.ends[-1]
        own = np.flatnonzero(self.found.standing(until) & (self.found.inventoried < until))
        start, end, ip = (values[own] for values in (self.found.inventoried, self.found.converted, self.found.patent.ip))
        month, done = self.span.month_of(start), end < until
        waited = np.where(done, whole_months(start, np.where(done, end, start)), max(COHORT_MONTHS))

        def counted(which: Ints) -> Floats:
            cells = Cells(self.span.months, {"ip": len(IP_TYPES)})
            cells.add(which, ip)
            sums: Floats = cells.by(list(views.values()))
            return sums

        patents = counted(month)
        passed = (last - np.arange(len(self.span.months))).reshape(-1, *[1] * len(views))
        shares = {n: percent(counted(np.where(waited < n, month, -1)), patents) for n in COHORT_MONTHS}
        columns = {f"within_{n}": np.where(passed >= n, share, np.nan) for n, share in shares.items()}
        truth.table("conversion_cohorts", self.span.months, views, {"patents": patents} | columns)
