"""Assignments and licences of the simulated world: rows and truth.

Belongs here: everything about the register of transactions. Not here: the patents (patents.py, stock.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from ipmon.simulator.amounts import days_in, money, monthly_counts, serials, yuan
from ipmon.simulator.applicants import Population
from ipmon.simulator.levels import KINDS, Levels
from ipmon.simulator.outbox import Outbox
from ipmon.simulator.patent_rows import coded
from ipmon.simulator.patent_truth import regions
from ipmon.simulator.stock import Patents
from ipmon.simulator.truth import TOTAL, Cells, Truth, View
from ipmon.simulator.world import Flags, Ints, Span, fractional_years, generator, level

STREAM = 3
CODES = ("assignment", "licence", "open_licence")
NAMES = ("assignments", "licences", "open_licences")
PUBLIC = ("universities", "research_institutes")
SPREAD = 1.5
DECLARED_ONLY = 0.5
"""Of open licences, the share that is only declared, without a taker."""


@dataclass(frozen=True)
class Deals:
    """The transactions of one month; `to` is -1 where nobody takes, `amount` 0 where none is stated."""

    month: int
    first: int
    kind: Ints
    day: Ints
    patent: Patents
    to: Ints
    amount: Ints


def deals(
    levels: Levels, span: Span, public: Patents, others: Patents, people: Population, scale: float, seed: int
) -> Iterator[Deals]:
    """Month after month, on patents in force; none as long as no patent is."""
    counts = monthly_counts(span, levels.calendar, levels.transactions.records, scale, generator(seed, STREAM))
    first = 0
    for month, count in enumerate(counts.tolist()):
        rng = generator(seed, STREAM, month + 1)
        start, end = int(span.starts[month]), int(span.starts[month + 1])
        of_public = int(rng.binomial(count, levels.transactions.universities))
        chosen = [_chosen(rng, public, start, end, of_public), _chosen(rng, others, start, end, count - of_public)]
        patents = Patents(*(np.concatenate(pair).astype(np.int64) for pair in zip(*map(_columns, chosen), strict=True)))
        yield _drawn(levels, span, people, rng, month, first, patents)
        first += len(patents.number)


def _columns(patents: Patents) -> list[Ints]:
    return [patents.number, patents.applicant, patents.ip, patents.granted, patents.ended]


def _chosen(rng: np.random.Generator, patents: Patents, start: int, end: int, count: int) -> Patents:
    found = patents.in_force(start, end)
    return patents[rng.choice(found, count) if len(found) else found]


def _drawn(
    levels: Levels, span: Span, people: Population, rng: np.random.Generator, month: int, first: int, patents: Patents
) -> Deals:
    rules, size = levels.transactions, len(patents.number)
    open_share = float(level(rules.open_licences, fractional_years(span.starts[month : month + 1]))[0])
    kind = np.where(rng.random(size) < rules.licences, 1, 0)
    kind = np.where(rng.random(size) < (open_share if span.months[month] >= "2021-06" else 0), 2, kind)
    enterprises = people.groups[0]
    to = enterprises[0] + (enterprises[1] * rng.random(size)).astype(np.int64)
    to = np.where(to == patents.applicant, (to + 1 - enterprises[0]) % enterprises[1] + enterprises[0], to)
    to = np.where((kind == 2) & (rng.random(size) < DECLARED_ONLY), -1, to)
    amount = yuan(rng, rules.amount_cny, SPREAD, size) * (rng.random(size) < rules.amount_known)
    return Deals(month, first, kind, days_in(span, month, size, rng), patents, to, amount)


def deliver(found: Deals, span: Span, people: Population, outbox: Outbox) -> None:
    """Appends the transactions of a month to its file."""
    owner, taken = found.patent.applicant, found.to >= 0
    taker = np.where(taken, found.to, 0)
    empty = pl.Series([None], dtype=pl.String)
    columns = {
        "record_no": serials("SIMT", found.first, len(owner)),
        "kind": coded(CODES, found.kind),
        "record_date": span.text(found.day, found.day),
        "patent_no": "SIM" + pl.Series(found.patent.number).cast(pl.String),
        "from_id": people.ids(owner),
        "from_kind": coded(KINDS, people.kinds[owner]),
        "to_id": people.ids(taker).zip_with(pl.Series(taken), empty) if len(owner) else people.ids(taker),
        "to_kind": coded(KINDS, np.where(taken, people.kinds[taker], -1)),
        "area": coded(people.areas, people.area[owner]),
        "amount_cny": money(found.amount),
    }
    outbox.send(pl.DataFrame(columns), np.full(len(owner), found.month))


class TransactionTruth:
    """The counts so far of transactions, by month and by year; a year's patents are told apart once it is complete."""

    COUNTS = (
        "events",
        "patents",
        "transfers_and_licences",
        "amount",
        "amount_stated",
        *NAMES,
        *(f"{n}_{what}" for n in NAMES for what in ("patents", "amount")),
    )

    def __init__(self, span: Span, people: Population) -> None:
        self.span, self.people = span, people
        axes = {"kind": len(KINDS), "area": len(people.areas)}
        years = [str(year) for year in span.years]
        self.months, self.to_date, self.years = (
            {n: Cells(periods, axes) for n in self.COUNTS} for periods in (span.months, span.months, years)
        )
        self.year: list[Deals] = []

    def count(self, found: Deals) -> None:
        """Counts a month, its year so far, and its year with the last month of it."""
        self.year.append(found)
        self._window(self.months, found.month, [found])
        self._window(self.to_date, found.month, self.year)
        if self.span.closes_year(found.month):
            self._window(self.years, int(self.span.year_of_month[found.month]) - self.span.years[0], self.year)
            self.year = []

    def _window(self, cells: dict[str, Cells], period: int, found: list[Deals]) -> None:
        kind = np.concatenate([d.kind for d in found])
        number, owner = (np.concatenate([getattr(d.patent, name) for d in found]) for name in ("number", "applicant"))
        to, amount = np.concatenate([d.to for d in found]), np.concatenate([d.amount for d in found])
        at = self.people.kinds[owner], self.people.area[owner]

        def add(name: str, which: Flags, what: Ints | None = None) -> None:
            cells[name].add(np.where(which, period, -1), *at, what=what)

        def once(name: str, which: Flags) -> None:
            first = np.zeros(len(number), bool)
            first[np.flatnonzero(which)[np.unique(number[which], return_index=True)[1]]] = True
            add(name, first)

        everything = np.ones(len(kind), bool)
        add("events", everything)
        add("transfers_and_licences", (kind != CODES.index("open_licence")) | (to >= 0))
        add("amount", everything, amount)
        add("amount_stated", amount > 0)
        once("patents", everything)
        for position, name in enumerate(NAMES):
            add(name, kind == position)
            add(f"{name}_amount", kind == position, amount)
            once(f"{name}_patents", kind == position)

    def report(self, truth: Truth) -> None:
        """Writes everything counted into the truth; a patent has one owner, so that patents of several kinds of owners add up."""
        region, public = View("area", regions(self.people.areas)), View("kind", [TOTAL if k in PUBLIC else None for k in KINDS])
        all_: list[dict[str, View]] = [{}, {"owner_kind": View("kind", KINDS)}, {"ref_area": region}]
        own: list[dict[str, View]] = [{"owner_kind": public}, {"owner_kind": public, "ref_area": region}]
        for measure, slices in (("transactions", all_), ("university_transactions", own)):
            truth.counted(measure, None, slices, self.months)
            truth.counted(measure, None, slices, self.years)
            truth.counted(f"{measure}_to_date", None, slices, self.to_date)
