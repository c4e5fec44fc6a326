"""Pledges of the simulated world: rows and truth.

Belongs here: everything about the register of pledges. Not here: what is pledged.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from ipmon.simulator.amounts import days_in, money, monthly_counts, serials, yuan
from ipmon.simulator.applicants import Population, populated
from ipmon.simulator.levels import Levels
from ipmon.simulator.outbox import Outbox
from ipmon.simulator.patent_rows import coded
from ipmon.simulator.patent_truth import regions
from ipmon.simulator.truth import Cells, Truth, View
from ipmon.simulator.world import Flags, Ints, Span, choice, fractional_years, generator, level, spaced

STREAM = 5
SILVER = 0.41421356237309515
SMALL_LOAN = 10_000_000
HUNDRED_MILLION = 10**8


@dataclass(frozen=True)
class Pledged:
    """The pledges of one month."""

    month: int
    first: int
    right: Ints
    day: Ints
    amount: Ints
    pledgor: Ints


@dataclass(frozen=True)
class Pledgors:
    """Who pledges: a population, and the size of each (position in the declared sizes)."""

    people: Population
    size: Ints


def pledgors(levels: Levels, scale: float) -> Pledgors:
    """The pledgors of a world of this scale."""
    rules = levels.pledges
    count = max(int(sum(rules.registrations.values()) * scale * rules.firms), 50)
    areas = {code: share for code, share in levels.applicants.areas.items() if share}
    people = populated("SIMP", {0: count}, [areas], levels.applicants.concentration)
    edges = np.cumsum(list(rules.sizes.values()))
    return Pledgors(people, np.searchsorted(edges / edges[-1], spaced(count, SILVER), side="right"))


def pledged(levels: Levels, span: Span, who: Pledgors, scale: float, seed: int) -> Iterator[Pledged]:
    """Month after month."""
    rules, first = levels.pledges, 0
    counts = monthly_counts(span, levels.calendar, rules.registrations, scale, generator(seed, STREAM))
    years = fractional_years(span.starts[:-1])
    means = level(rules.amount, years) * HUNDRED_MILLION / level(rules.registrations, years)
    for month, count in enumerate(counts.tolist()):
        rng = generator(seed, STREAM, month + 1)
        median = float(means[month]) * np.exp(-(rules.spread**2) / 2)
        right, day = choice(rng, list(rules.rights.values()), count), days_in(span, month, count, rng)
        pledgor = who.people.draw(rng, np.array([1.0]), count)
        yield Pledged(month, first, right, day, yuan(rng, median, rules.spread, count), pledgor)
        first += count


def deliver(found: Pledged, levels: Levels, span: Span, who: Pledgors, outbox: Outbox) -> None:
    """Appends the pledges of a month to its file."""
    size = len(found.right)
    columns = {
        "registration_no": serials("SIMY", found.first, size),
        "right_kind": coded(list(levels.pledges.rights), found.right),
        "registered_on": span.text(found.day, found.day),
        "released_on": pl.Series([None], dtype=pl.String).new_from_index(0, size),
        "amount_cny": money(found.amount),
        "pledgor_id": who.people.ids(found.pledgor),
        "enterprise_size": coded(list(levels.pledges.sizes), who.size[found.pledgor]),
        "area": coded(who.people.areas, who.people.area[found.pledgor]),
    }
    outbox.send(pl.DataFrame(columns), np.full(size, found.month))


class PledgeTruth:
    """The counts so far of pledges, by month, to date and by year."""

    COUNTS = ("amount", "registrations", "enterprises", "smes", "small_registrations", "small_amount", "small_loan_smes")

    def __init__(self, levels: Levels, span: Span, who: Pledgors) -> None:
        self.span, self.who = span, who
        sizes = list(levels.pledges.sizes)
        self.enterprise = np.array([size != "none" for size in sizes])
        self.smaller = np.array([size in ("medium", "small", "micro") for size in sizes])
        axes, years = {"area": len(who.people.areas)}, [str(year) for year in span.years]
        self.months, self.to_date, self.years = (
            {n: Cells(periods, axes) for n in self.COUNTS} for periods in (span.months, span.months, years)
        )
        self.year: list[Pledged] = []

    def count(self, found: Pledged) -> None:
        """Counts a month, its year so far, and its year with the last month of it."""
        self.year.append(found)
        self._window(self.months, found.month, [found])
        self._window(self.to_date, found.month, self.year)
        if self.span.closes_year(found.month):
            self._window(self.years, int(self.span.year_of_month[found.month]) - self.span.years[0], self.year)
            self.year = []

    def _window(self, cells: dict[str, Cells], period: int, found: list[Pledged]) -> None:
        amount, who = (np.concatenate([getattr(p, name) for p in found]) for name in ("amount", "pledgor"))
        small = amount <= SMALL_LOAN
        area, size = self.who.people.area, self.who.size

        def add(name: str, pledgors_: Ints, what: Ints | None = None) -> None:
            cells[name].add(np.full(len(pledgors_), period), area[pledgors_], what=what)

        def once(name: str, sizes: Flags, which: Ints) -> None:
            each = np.unique(which)
            add(name, each[sizes[size[each]]])

        add("amount", who, amount)
        add("registrations", who)
        once("enterprises", self.enterprise, who)
        once("smes", self.smaller, who)
        add("small_registrations", who[small])
        add("small_amount", who[small], amount[small])
        once("small_loan_smes", self.smaller, who[small])

    def report(self, truth: Truth) -> None:
        """Writes everything counted into the truth."""
        slices: list[dict[str, View]] = [{}, {"ref_area": View("area", regions(self.who.people.areas))}]
        truth.counted("pledges", None, slices, self.months)
        truth.counted("pledges", None, slices, self.years)
        truth.counted("pledges_to_date", None, slices, self.to_date)
