"""What the measures that read IPC symbols must give, counted from the simulated cases.

Belongs here: which list of symbols counts where. Not here: what a theme covers (ipmon/registers/ipc.py), industries
(industry_truth.py), other measures of patents (patent_truth.py).
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ipmon.errors import DeclarationError
from ipmon.paths import CHECKOUT
from ipmon.registers.ipc import Theme, load_themes, matches
from ipmon.simulator.applicants import Population
from ipmon.simulator.patent_truth import counterparts, regions
from ipmon.simulator.patents import Cases
from ipmon.simulator.truth import Cells, Truth, View
from ipmon.simulator.world import Flags, Ints, Span

CLASSIFICATIONS = CHECKOUT / "assets" / "classifications"
TEN_YEARS = 120
CASES = ("over_ten_years", "themes", "either")


def declared_themes(folder: Path = CLASSIFICATIONS) -> dict[str, Theme]:
    """The themes by id. Raises DeclarationError naming all problems."""
    problems: list[str] = []
    themes = load_themes(folder, problems)
    if problems:
        raise DeclarationError(problems)
    return themes


@dataclass
class TechnologyTruth:
    """The counts so far, of inventions alone; `count` is called with the chunks, `report` once at the end.

    `lists`: the lists of symbols that the cases point to. `granted`: inventions by year of grant and list.
    """

    span: Span
    people: Population
    lists: list[list[str]]
    members: Flags = field(init=False)
    granted: Cells = field(init=False)

    def __post_init__(self) -> None:
        themes, months = declared_themes(), self.span.months
        self.codes = list(themes)
        self.members = np.array([[matches(symbols, theme) for theme in themes.values()] for symbols in self.lists])
        axes = {"theme": len(themes), "area": len(self.people.areas)}
        self.themes = {name: Cells(months, axes) for name in ("filings", "grants")}
        self.valuable = {case: Cells(months, {"area": len(self.people.areas)}) for case in CASES}
        self.granted = Cells([str(year) for year in self.span.years], {"list": len(self.lists)})
        self.mainland = np.array([code == "DOM-ML" for code in counterparts(self.people.areas)])

    def count(self, cases: Cases) -> None:
        """Counts a chunk."""
        own = np.flatnonzero(cases.ip == 0)
        filed, granted, ended = (self.span.month_of(days[own]) for days in (cases.filed, cases.granted, cases.ended))
        member, area = self.members[cases.classes[own]], self.people.area[cases.applicant[own]]
        for place in range(len(self.codes)):
            mine = np.flatnonzero(member[:, place])
            for name, month in (("filings", filed), ("grants", granted)):
                self.themes[name].add(month[mine], np.full(len(mine), place), area[mine])
        exists = granted >= 0
        years = np.where(exists, self.span.year_of_month[granted] - self.span.years[0], -1)
        self.granted.add(years, cases.classes[own])
        held = exists & self.mainland[area]
        self._valuable(filed[held], granted[held], ended[held], member[held].any(axis=1), area[held])

    def _valuable(self, filed: Ints, granted: Ints, ended: Ints, themed: Flags, area: Ints) -> None:
        """In at the grant, or ten years after filing if that is later; out at the end, if they were ever in."""
        never = len(self.span.months)
        old = np.minimum(np.maximum(granted, filed + TEN_YEARS), never)
        left = np.where(ended < 0, never, ended)
        starts = (old, np.where(themed, granted, never), np.where(themed, granted, old))
        for case, start in zip(CASES, starts, strict=True):
            inside = start < left
            self.valuable[case].add(np.where(inside, start, -1), area)
            self.valuable[case].add(np.where(inside, ended, -1), area, what=np.full_like(ended, -1))

    def report(self, truth: Truth) -> None:
        """Writes themes and high value into the truth."""
        region, theme = View("area", regions(self.people.areas)), View("theme", self.codes)
        by_theme: list[dict[str, View]] = [{"technology": theme}, {"technology": theme, "ref_area": region}]
        truth.counted("theme_inventions", self.span.year_of_month, by_theme, self.themes)
        truth.counted("high_value_partial", None, [{}, {"ref_area": region}], self.valuable, stock=True)
