"""What the measures of patents must give, counted from the simulated cases.

Belongs here: which case counts where. Not here: how counting works (truth.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ipmon.simulator.applicants import Population
from ipmon.simulator.levels import IP_TYPES, KINDS
from ipmon.simulator.patents import DISPOSALS, YEAR_DAYS, Cases
from ipmon.simulator.truth import Cells, Distinct, Durations, Labels, Truth, View, percent, yearly
from ipmon.simulator.world import MONTH_DAYS, NEVER, Flags, Ints, Span, whole_months

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
SURVIVED_YEARS = 5
UNDIVIDED = ("examination_start_to_disposal_fast_track",)
"""Of the fast cases alone, and told in all only."""


def regions(areas: Sequence[str]) -> Labels:
    """ref_area of each area: provinces and the three regions apart, none for foreign countries."""
    return [area if area.startswith("CN-") else None for area in areas]


def counterparts(areas: Sequence[str]) -> Labels:
    """counterpart_area of each area: the mainland, foreign, and none for the three regions apart."""
    return ["FOR" if not area.startswith("CN-") else None if area in APART else "DOM-ML" for area in areas]


def windows(span: Span, durations: Durations) -> list[tuple[list[str], NDArray[Any]]]:
    """The months and the years, each with the counts of their durations."""
    years = [str(year) for year in span.years]
    return [(span.months, durations.counts), (years, yearly(durations.counts, span.year_of_month))]


@dataclass
class PatentTruth:
    """The counts so far; `count` is called with the chunks in order of filing, `report` once at the end."""

    span: Span
    people: Population
    section_of: Ints
    cells: dict[str, Cells] = field(init=False)
    times: dict[str, Durations] = field(init=False)
    divided: dict[tuple[str, str], Durations] = field(init=False)
    pending: dict[str, Cells] = field(init=False)
    cohorts: dict[str, Cells] = field(init=False)
    survival: dict[str, Cells] = field(init=False)
    seen: tuple[Distinct, Distinct] = field(init=False)
    applicants: tuple[Cells, Cells] = field(init=False)

    def __post_init__(self) -> None:
        months, years = self.span.months, [str(year) for year in self.span.years]
        axes = {"ip": 3, "kind": len(KINDS), "area": len(self.people.areas), "section": len(SECTIONS) + 1}
        self.cells = {name: Cells(months, axes) for name in COUNTS}
        groups = dict.fromkeys(TIMES, 1) | {"years_maintained": len(IP_TYPES)}
        self.times = {name: Durations(len(months), size, len(self.span.days)) for name, size in groups.items()}
        sizes = {name: len(codes) for name, codes in self.codes().items()}
        whole = [measure for measure in TIMES if measure not in UNDIVIDED]
        self.divided = {
            (m, name): Durations(len(years), size, len(self.span.days)) for m in whole for name, size in sizes.items()
        }
        self.pending = {name: Cells(months, {}) for name in ("pending", "request_days")}
        self.cohorts = {
            name: Cells(years, {"ip": 3, "kind": len(KINDS)}) for name in ("filed", "abnormal", "granted", "refused", "withdrawn")
        }
        self.survival = {name: Cells(years, {"ip": 3}) for name in ("granted", "survived")}
        self.seen = (Distinct(len(self.people), 4), Distinct(len(self.people), 4))
        who = {"ip": 4, "kind": len(KINDS), "area": len(self.people.areas)}
        self.applicants = (Cells(months, who), Cells(years, who))

    def codes(self) -> dict[str, Labels]:
        """The codes of the dimensions that durations are divided by; designs, without a section, have no durations."""
        sections = [f"ipc_{letter.lower()}" for letter in SECTIONS]
        return {"owner_kind": KINDS, "technology": sections, "ref_area": regions(self.people.areas)}

    def count(self, cases: Cases) -> None:
        """Counts a chunk."""
        month = {
            name: self.span.month_of(getattr(cases, name))
            for name in ("filed", "granted", "ended", "disposed", "acted", "requested")
        }
        at = (cases.ip, self.people.kinds[cases.applicant], self.people.area[cases.applicant], self.section_of[cases.classes])
        examined = np.where(cases.ip == 0, month["disposed"], -1)
        self.cells["filed"].add(month["filed"], *at)
        self.cells["abnormal"].add(np.where(cases.abnormal, month["filed"], -1), *at)
        self.cells["granted"].add(month["granted"], *at)
        self.cells["ended"].add(month["ended"], *at)
        self.cells["concluded"].add(examined, *at)
        self.cells["concluded_granted"].add(np.where(cases.disposal == 0, examined, -1), *at)
        self._times(cases, month, {"owner_kind": at[1], "technology": at[3], "ref_area": at[2]})
        self._pending(cases, month, examined)
        self._cohorts(cases, month, at[1])
        self._survival(cases, month)
        self._applicants(cases, month["filed"])

    def _times(self, cases: Cases, month: dict[str, Ints], groups: dict[str, Ints]) -> None:
        years = np.append(self.span.year_of_month - self.span.years[0], -1)  # position -1: no month, no year
        own = np.flatnonzero(cases.ip == 0)
        groups = {name: group[own] for name, group in groups.items()}
        for measure, (start, end) in TIMES.items():
            began, closed = getattr(cases, start)[own], getattr(cases, end)[own]
            counts: Flags = (began < NEVER) & (closed < NEVER)
            counts = counts & cases.fast[own] if measure in UNDIVIDED else counts
            when, days = np.where(counts, month[end][own], -1), np.where(counts, closed - began, 0)
            self.times[measure].add(when, np.zeros_like(when), days)
            for name, group in groups.items():
                if (measure, name) in self.divided:
                    self.divided[measure, name].add(years[when], group, days)
        when = month["ended"]
        self.times["years_maintained"].add(when, cases.ip, np.where(when >= 0, cases.ended - cases.filed, 0))

    def _pending(self, cases: Cases, month: dict[str, Ints], examined: Ints) -> None:
        """Up at the request, down at the disposal of what was requested."""
        left = np.where(cases.requested < NEVER, examined, -1)
        one = np.ones_like(left)
        for when, sign in ((month["requested"], 1), (left, -1)):
            self.pending["pending"].add(when, what=sign * one)
            self.pending["request_days"].add(when, what=sign * cases.requested)

    def _cohorts(self, cases: Cases, month: dict[str, Ints], kind: Ints) -> None:
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
            self.cohorts[name].add(np.where(holds, year, -1), cases.ip, kind)

    def _survival(self, cases: Cases, month: dict[str, Ints]) -> None:
        """By year of grant, all patents and those not ended, so far, before the fifth anniversary of the grant."""
        own = np.flatnonzero(month["granted"] >= 0)
        year = self.span.year_of_month[month["granted"][own]] - self.span.years[0]
        ended = month["ended"][own] >= 0
        kept = whole_months(cases.granted[own], np.where(ended, cases.ended[own], cases.granted[own]))
        self.survival["granted"].add(year, cases.ip[own])
        self.survival["survived"].add(np.where(ended & (kept < SURVIVED_YEARS * 12), -1, year), cases.ip[own])

    def _applicants(self, cases: Cases, month: Ints) -> None:
        """Distinct applicants by month and by year, in each kind of patent (0-2) and in all of them (3)."""
        group = np.concatenate([cases.ip, np.full_like(cases.ip, 3)])
        who = np.concatenate([cases.applicant, cases.applicant])
        for seen, cells, when in zip(
            self.seen, self.applicants, (month, self.span.year_of_month[month] - self.span.years[0]), strict=True
        ):
            period, kind, new = seen.new(np.concatenate([when, when]), group, who)
            cells.add(period, kind, self.people.kinds[new], self.people.area[new])

    def report(self, truth: Truth) -> None:
        """Writes everything counted into the truth."""
        self._report_counts(truth)
        for measure in TIMES:
            for periods, counts in windows(self.span, self.times[measure]):
                truth.timed(measure, periods, counts)
            truth.pooled(measure, self.span, self.times[measure].counts)
        for (measure, name), durations in self.divided.items():
            truth.timed(measure, [str(year) for year in self.span.years], durations.counts, name, self.codes()[name])
        for periods, counts in windows(self.span, self.times["years_maintained"]):
            truth.timed("years_maintained", periods, counts, unit=YEAR_DAYS, long=False)
            truth.timed("years_maintained", periods, counts, "ip_type", IP_TYPES, unit=YEAR_DAYS, long=False)
        self._report_pending(truth)
        ip = {"ip_type": View("ip", IP_TYPES)}
        filed = {name: self._whole(cells, 0) for name, cells in self.cohorts.items()}
        truth.counted("filing_cohorts", None, [{}, ip, ip | {"owner_kind": View("kind", KINDS)}], filed)
        survival = {name: self._whole(cells, SURVIVED_YEARS) for name, cells in self.survival.items()}
        truth.counted("five_year_survival", None, [{}, ip], survival)

    def _whole(self, cohorts: Cells, later: int) -> Cells:
        """The years that lie in the world whole, as do this many years after them; of the others nothing is told."""
        told = Cells(cohorts.periods, cohorts.axes)
        for place, year in enumerate(self.span.years):
            if self.span.first <= f"{year}-01" and f"{year + later}-12" <= self.span.last:
                told.sums[place] = cohorts.sums[place]
        return told

    def _report_pending(self, truth: Truth) -> None:
        """The stock, and months from the mean day of request to the last day of the month."""
        pending, days = (self.pending[name].sums.cumsum(axis=0) for name in ("pending", "request_days"))
        mean = np.divide(days, pending, out=np.zeros(len(days)), where=pending > 0)
        age = np.where(pending > 0, (self.span.starts[1:] - 1 - mean) / MONTH_DAYS, np.nan)
        columns = {"pending": pending, "request_days": days, "mean_age": age}
        truth.table("examinations_pending", self.span.months, {}, columns)

    def _report_counts(self, truth: Truth) -> None:
        years, cells, named = self.span.year_of_month, self.cells, [str(year) for year in self.span.years]
        ip, region = View("ip", IP_TYPES), View("area", regions(self.people.areas))
        kind = View("kind", KINDS)
        technology = View("section", [*(f"ipc_{s.lower()}" for s in SECTIONS), None])
        facing = View("area", counterparts(self.people.areas))
        by_ip = {"ip_type": ip}
        divided: list[dict[str, View]] = [{}, by_ip, by_ip | {"ref_area": region}, by_ip | {"technology": technology}]
        divided += [by_ip | {"owner_kind": kind}, by_ip | {"counterpart_area": facing}]
        truth.counted("filings", years, divided, {"filings": cells["filed"], "abnormal": cells["abnormal"]})
        truth.counted("grants", years, divided, {"grants": cells["granted"]})
        home = {"ref_area": View("area", ["_T" if code else None for code in region.codes])}
        domestic: list[dict[str, View]] = [home, home | by_ip, by_ip | {"ref_area": region}]
        truth.counted("domestic_filings", years, domestic, {"filings": cells["filed"]})
        truth.counted("domestic_grants", years, domestic, {"grants": cells["granted"]})
        stock = Cells(self.span.months, cells["granted"].axes)
        stock.sums = cells["granted"].sums - cells["ended"].sums
        truth.counted("patents_in_force", None, divided, {"in_force": stock}, stock=True)
        domestic = [home | by_ip, by_ip | {"ref_area": region}, home | by_ip | {"owner_kind": kind}]
        truth.counted("domestic_patents_in_force", None, domestic, {"in_force": stock}, stock=True)
        closed = [{}, {"ref_area": region}, {"technology": technology}, {"owner_kind": kind}]
        for views in closed:
            all_closed, granted = (cells[name].by(list(views.values())) for name in ("concluded", "concluded_granted"))
            for periods, parts in (
                (self.span.months, (all_closed, granted)),
                (named, (yearly(all_closed, years), yearly(granted, years))),
            ):
                columns = {"concluded": parts[0], "granted": parts[1], "grant_rate": percent(parts[1], parts[0])}
                truth.table("examinations_concluded", periods, views, columns)
        of_all = {"ip_type": View("ip", [None, None, None, "_T"])}
        each = [of_all, {"ip_type": View("ip", [*IP_TYPES, None])}, of_all | {"owner_kind": kind}, of_all | {"ref_area": region}]
        for applicants in self.applicants:
            truth.counted("applicants", None, each, {"applicants": applicants})
