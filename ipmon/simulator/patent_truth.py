"""What the measures of patents must give, counted from the simulated cases.

Belongs here: which case counts where. Not here: how counting works (truth.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ipmon.simulator.applicants import Population
from ipmon.simulator.levels import IP_TYPES, KINDS
from ipmon.simulator.patents import DISPOSALS, Cases
from ipmon.simulator.truth import Cells, Distinct, Durations, Labels, Truth, View
from ipmon.simulator.world import NEVER, Flags, Ints, Span

SECTIONS = "ABCDEFGH"
APART = ("CN-HK", "CN-MO", "CN-TW")
COUNTS = ("filed", "abnormal", "granted", "ended", "concluded", "concluded_granted")
TIMES = {  # measure: (from, to); inventions whose last date lies in the period
    "examination_start_to_disposal": ("started", "disposed"),
    "examination_request_to_disposal": ("requested", "disposed"),
    "filing_to_disposal": ("filed", "disposed"),
    "examination_start_to_grant": ("started", "granted"),
    "examination_request_to_grant": ("requested", "granted"),
    "filing_to_grant": ("filed", "granted"),
    "filing_to_first_action": ("filed", "acted"),
    "examination_request_to_first_action": ("requested", "acted"),
    "examination_start_to_disposal_fast_track": ("started", "disposed"),
}


def regions(areas: Sequence[str]) -> Labels:
    """ref_area of each area: provinces and the three regions apart, none for foreign countries."""
    return [area if area.startswith("CN-") else None for area in areas]


def counterparts(areas: Sequence[str]) -> Labels:
    """counterpart_area of each area: the mainland, foreign, and none for the three regions apart."""
    return ["FOR" if not area.startswith("CN-") else None if area in APART else "DOM-ML" for area in areas]


@dataclass
class PatentTruth:
    """The counts so far; `count` is called with the chunks in order of filing, `report` once at the end."""

    span: Span
    people: Population
    section_of: Ints
    cells: dict[str, Cells] = field(init=False)
    times: dict[str, Durations] = field(init=False)
    pending: dict[str, Cells] = field(init=False)
    cohorts: dict[str, Cells] = field(init=False)
    seen: tuple[Distinct, Distinct] = field(init=False)
    applicants: tuple[Cells, Cells] = field(init=False)

    def __post_init__(self) -> None:
        months, years = self.span.months, [str(year) for year in self.span.years]
        axes = {"ip": 3, "kind": len(KINDS), "area": len(self.people.areas), "section": len(SECTIONS) + 1}
        self.cells = {name: Cells(months, axes) for name in COUNTS}
        groups = dict.fromkeys(TIMES, 1) | {"examination_start_to_disposal": len(KINDS), "by_section": len(SECTIONS)}
        self.times = {name: Durations(len(months), size, len(self.span.days)) for name, size in groups.items()}
        self.pending = {name: Cells(months, {}) for name in ("pending", "request_days")}
        self.cohorts = {name: Cells(years, {"ip": 3}) for name in ("filed", "abnormal", "granted", "refused", "withdrawn")}
        self.seen = (Distinct(len(self.people), 4), Distinct(len(self.people), 4))
        who = {"ip": 4, "kind": len(KINDS), "area": len(self.people.areas)}
        self.applicants = (Cells(months, who), Cells(years, who))

    def count(self, cases: Cases) -> None:
        """Counts a chunk."""
        month = {name: self.span.month_of(getattr(cases, name)) for name in ("filed", "granted", "ended", "disposed", "acted", "requested")}
        at = (cases.ip, self.people.kinds[cases.applicant], self.people.area[cases.applicant], self.section_of[cases.symbol])
        examined = np.where(cases.ip == 0, month["disposed"], -1)
        self.cells["filed"].add(month["filed"], *at)
        self.cells["abnormal"].add(np.where(cases.abnormal, month["filed"], -1), *at)
        self.cells["granted"].add(month["granted"], *at)
        self.cells["ended"].add(month["ended"], *at)
        self.cells["concluded"].add(examined, *at)
        self.cells["concluded_granted"].add(np.where(cases.disposal == 0, examined, -1), *at)
        self._times(cases, month, at[1], at[3])
        self._pending(cases, month, examined)
        self._cohorts(cases, month)
        self._applicants(cases, month["filed"])

    def _times(self, cases: Cases, month: dict[str, Ints], kind: Ints, section: Ints) -> None:
        for measure, (start, end) in TIMES.items():
            began, closed = getattr(cases, start), getattr(cases, end)
            counts: Flags = (cases.ip == 0) & (began < NEVER) & (closed < NEVER)
            counts = counts & cases.fast if measure.endswith("fast_track") else counts
            when, days = np.where(counts, month[end], -1), np.where(counts, closed - began, 0)
            whole = measure == "examination_start_to_disposal"
            self.times[measure].add(when, kind if whole else np.zeros_like(kind), days)
            if whole:
                self.times["by_section"].add(when, section, days)

    def _pending(self, cases: Cases, month: dict[str, Ints], examined: Ints) -> None:
        """Up at the request, down at the disposal of what was requested."""
        left = np.where(cases.requested < NEVER, examined, -1)
        one = np.ones_like(left)
        for when, sign in ((month["requested"], 1), (left, -1)):
            self.pending["pending"].add(when, what=sign * one)
            self.pending["request_days"].add(when, what=sign * cases.requested)

    def _cohorts(self, cases: Cases, month: dict[str, Ints]) -> None:
        year = self.span.year_of_month[month["filed"]] - self.span.years[0]
        refused = cases.disposal == DISPOSALS.index("refused")
        conditions = {
            "filed": month["filed"] >= 0,
            "abnormal": cases.abnormal,
            "granted": month["granted"] >= 0,
            "refused": refused & (month["disposed"] >= 0),
            "withdrawn": ~refused & (cases.disposal > 0) & (month["disposed"] >= 0),
        }
        for name, holds in conditions.items():
            self.cohorts[name].add(np.where(holds, year, -1), cases.ip)

    def _applicants(self, cases: Cases, month: Ints) -> None:
        """Distinct applicants by month and by year, in each kind of patent (0-2) and in all of them (3)."""
        group = np.concatenate([cases.ip, np.full_like(cases.ip, 3)])
        who = np.concatenate([cases.applicant, cases.applicant])
        for seen, cells, when in zip(self.seen, self.applicants, (month, self.span.year_of_month[month] - self.span.years[0]), strict=True):
            period, kind, new = seen.new(np.concatenate([when, when]), group, who)
            cells.add(period, kind, self.people.kinds[new], self.people.area[new])

    def report(self, truth: Truth) -> None:
        """Writes everything counted into the truth."""
        self._report_counts(truth)
        years, months = self.span.year_of_month, self.span.months
        for measure in TIMES:
            grouped = measure == "examination_start_to_disposal"
            truth.timed(measure, years, self.times[measure], months, *(("owner_kind", KINDS) if grouped else ()))
        sections = [f"ipc_{letter.lower()}" for letter in SECTIONS]
        truth.timed("examination_start_to_disposal", years, self.times["by_section"], months, "technology", sections, total=False)
        truth.counted("examinations_pending", None, [{}], self.pending, stock=True)
        truth.counted("filing_cohorts", None, [{}, {"ip_type": View("ip", IP_TYPES)}], self.cohorts)

    def _report_counts(self, truth: Truth) -> None:
        years, cells = self.span.year_of_month, self.cells
        ip, region = View("ip", IP_TYPES), View("area", regions(self.people.areas))
        kind = View("kind", KINDS)
        technology = View("section", [*(f"ipc_{s.lower()}" for s in SECTIONS), None])
        facing = View("area", counterparts(self.people.areas))
        by_ip = {"ip_type": ip}
        divided: list[dict[str, View]] = [{}, by_ip, by_ip | {"ref_area": region}, by_ip | {"technology": technology}]
        divided += [by_ip | {"owner_kind": kind}, by_ip | {"counterpart_area": facing}]
        truth.counted("filings", years, divided, {"filings": cells["filed"], "abnormal": cells["abnormal"]})
        truth.counted("grants", years, divided, {"grants": cells["granted"]})
        stock = Cells(self.span.months, cells["granted"].axes)
        stock.sums = cells["granted"].sums - cells["ended"].sums
        truth.counted("patents_in_force", None, divided, {"in_force": stock}, stock=True)
        closed = [{}, {"ref_area": region}, {"technology": technology}, {"owner_kind": kind}]
        truth.counted("examinations_concluded", years, closed, {"concluded": cells["concluded"], "granted": cells["concluded_granted"]})
        of_all = {"ip_type": View("ip", [None, None, None, "_T"])}
        each = [of_all, {"ip_type": View("ip", [*IP_TYPES, None])}, of_all | {"owner_kind": kind}, of_all | {"ref_area": region}]
        for applicants in self.applicants:
            truth.counted("applicants", None, each, {"applicants": applicants})
