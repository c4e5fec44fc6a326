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
from ipmon.simulator.world import Floats, Ints, Span, whole_months

GRADES = ("good", "general", "unclear")
COHORT_MONTHS = (6, 12, 24)
COUNTS = ("listed", "inventoried", "in_library", "converted", "matched", "matches")
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

    def report(self, truth: Truth) -> None:
        """Writes everything into the truth."""
        ip, region = {"ip_type": View("ip", IP_TYPES)}, {"ref_area": View("area", regions(self.people.areas))}
        cells = self._counted()
        owners, by_ip = self._owners(False), self._owners(True)
        truth.counted("inventoried_institutions", None, [{}, region], owners)
        for views, holders in (({}, owners), (ip, by_ip), (region, owners)):
            sums = {name: c.by(list(views.values())) for name, c in cells.items()}
            held = {name: c.by(list(views.values())) for name, c in holders.items()}
            self._report_state(views, sums, truth)
            self._report_coverage(views, sums, held, truth)
        self._report_times(truth)
        for views in ({}, ip):
            self._report_cohorts(views, truth)

    def _counted(self) -> dict[str, Cells]:
        """Patents by snapshot, for each condition that some measure counts."""
        axes = {"ip": len(IP_TYPES), "area": len(self.people.areas)}
        cells = {name: Cells(self.periods, axes) for name in (*COUNTS, *GRADED)}
        for position, place in enumerate(self.snapshots):
            self._count(int(self.span.starts[place + 1]), position, cells)
        return cells

    def _count(self, end: int, position: int, cells: dict[str, Cells]) -> None:
        found, firm = self.found, list(self.levels.inventory.firm_grades)
        done = found.inventoried < end
        pooled = done & found.in_library
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

    def _owners(self, by_ip: bool) -> dict[str, Cells]:
        """Owners on the list and those of which no patent waits any more; `by_ip`: of each kind of patents apart."""
        kinds = self.found.patent.ip.astype(np.int64) * by_ip
        owners, members = np.unique(self.found.patent.applicant * len(IP_TYPES) + kinds, return_inverse=True)
        axes = {"ip": len(IP_TYPES), "area": len(self.people.areas)}
        cells = {name: Cells(self.periods, axes) for name in ("listed", "complete")}
        at = owners % len(IP_TYPES), self.people.area[owners // len(IP_TYPES)]
        for position, place in enumerate(self.snapshots):
            late = self.found.inventoried >= self.span.starts[place + 1]
            waiting = np.bincount(members, weights=late, minlength=len(owners))
            for name, holds in (("listed", waiting >= 0), ("complete", waiting == 0)):
                cells[name].add(np.where(holds, position, -1), *at)
        return cells

    def _report_state(self, views: dict[str, View], sums: dict[str, Floats], truth: Truth) -> None:
        """Counts, and percentages with those inventoried (or graded) below the line."""
        rates = {
            "library_rate": percent(sums["in_library"], sums["inventoried"]),
            "conversion_rate": percent(sums["converted"], sums["inventoried"]),
        }
        truth.table("inventory_state", self.periods, views, {name: sums[name] for name in COUNTS} | rates)
        whole = {"self": sums["inventoried"], "firm": sums["firm_graded"]}
        grades = {f"{who}_graded": graded for who, graded in whole.items()}
        grades |= {f"{who}_{grade}_share": percent(sums[f"{who}_{grade}"], whole[who]) for who in whole for grade in GRADES}
        truth.table("inventory_grades", self.periods, views, grades)

    def _report_coverage(self, views: dict[str, View], sums: dict[str, Floats], held: dict[str, Floats], truth: Truth) -> None:
        """The universe is the list: both hold what listed institutions have in force, given to nobody, at the beginning."""
        columns = {
            "universe": sums["listed"], "inventoried": sums["inventoried"],
            "patents": percent(sums["inventoried"], sums["listed"]),
            "owners": held["listed"], "complete": held["complete"],
            "institutions": percent(held["complete"], held["listed"]),
        }  # fmt: skip
        truth.table("inventory_coverage", self.periods, views, columns)

    def _report_times(self, truth: Truth) -> None:
        """Days from inventory to conversion, over what is converted by each snapshot."""
        found, longest = self.found, len(self.span.days)
        areas = regions(self.people.areas)
        of_kinds, of_areas = (Durations(len(self.periods), size, longest) for size in (len(IP_TYPES), len(areas)))
        for position, place in enumerate(self.snapshots):
            known = np.where(found.converted < self.span.starts[place + 1], position, -1)
            of_kinds.add(known, found.patent.ip, found.converted - found.inventoried)
            of_areas.add(known, found.area, found.converted - found.inventoried)
        truth.timed("conversion_time", self.periods, of_kinds.counts, long=False)
        truth.timed("conversion_time", self.periods, of_kinds.counts, "ip_type", IP_TYPES, long=False)
        truth.timed("conversion_time", self.periods, of_areas.counts, "ref_area", areas, long=False)

    def _report_cohorts(self, views: dict[str, View], truth: Truth) -> None:
        """By month of inventory, as the last snapshot shows it; a share is known when its months have passed for all."""
        last = self.snapshots[-1]
        until = self.span.starts[last + 1]
        own = np.flatnonzero(self.found.inventoried < until)
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
