"""Trademark applications of the simulated world: their lives, their rows, their truth.

Belongs here: everything about the trademark register. Not here: the patents (patents.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from ipmon.simulator.applicants import Population
from ipmon.simulator.levels import Levels
from ipmon.simulator.outbox import Outbox, appearances
from ipmon.simulator.patent_rows import coded
from ipmon.simulator.patent_truth import counterparts, regions, windows
from ipmon.simulator.patents import CHUNK, YEAR_DAYS
from ipmon.simulator.truth import Cells, Durations, Truth, View
from ipmon.simulator.world import (
    NEVER,
    Ints,
    Span,
    apportioned,
    busyness,
    choice,
    fractional_years,
    gamma_days,
    generator,
    level,
    scaled_to_years,
    slices,
    years_of,
)

STREAM = 2
RIGHTS = ("registered", "partly_refused")
EVENTS = ("filed", "registered", "ended")
CLASS_STEPS = (0, 3, 11)
"""How far the classes of an application stand from the first of them."""
LONGEST = len(CLASS_STEPS)
TERM = 10


@dataclass(frozen=True)
class Marks:
    """Some applications in order of filing; days since 1970-01-01 or NEVER."""

    number: Ints
    applicant: Ints
    first_class: Ints
    filed: Ints
    decided: Ints
    registered: Ints
    ended: Ints
    decision: Ints

    @property
    def dates(self) -> list[Ints]:
        """The days of every event."""
        return [self.filed, self.decided, self.registered, self.ended]

    @property
    def classes(self) -> Ints:
        """How many Nice classes each names, from one to LONGEST, as the application number decides."""
        return self.number * 7919 % LONGEST + 1


def marks(levels: Levels, span: Span, people: Population, records: int, seed: int) -> Iterator[Marks]:
    """All applications, a chunk at a time, in order of filing; their number is `records` exactly."""
    busy = busyness(span, levels.calendar, generator(seed, STREAM))
    filed = np.cumsum(apportioned(scaled_to_years(span, busy, levels.trademarks.filings), records))
    for chunk, (start, end) in enumerate(slices(records, CHUNK)):
        serial = np.arange(start, end)
        day = span.days[np.searchsorted(filed, serial, side="right")]
        yield _drawn(levels, people, generator(seed, STREAM, chunk + 1), serial, day)


def _drawn(levels: Levels, people: Population, rng: np.random.Generator, serial: Ints, filed: Ints) -> Marks:
    rules, size = levels.trademarks, len(filed)
    months = level(rules.months, fractional_years(filed))
    months = level(rules.months, fractional_years(filed + np.rint(months * YEAR_DAYS / 12).astype(np.int64)))
    decided = filed + gamma_days(rng, months, rules.shape)
    decision = choice(rng, list(rules.decisions.values()), size)
    right = np.isin(decision, [list(rules.decisions).index(code) for code in RIGHTS])
    waited = gamma_days(rng, np.full(size, rules.registration_months), rules.shape)
    registered = np.where(right, decided + waited, NEVER)
    term = np.rint(np.where(rng.random(size) < rules.renewed, 2, 1) * TERM * YEAR_DAYS).astype(np.int64)
    cancelled = (rng.random(size) < rules.cancelled, (term * rng.random(size)).astype(np.int64))
    ended = np.where(right, registered + np.where(cancelled[0], cancelled[1], term), NEVER)
    first = choice(rng, 1 / np.arange(1, len(rules.classes) + 1), size)
    applicant = people.draw(rng, np.array([1.0]), size)
    return Marks(years_of(filed) * 10**9 + serial, applicant, first, filed, decided, registered, ended, decision)


def deliver(found: Marks, levels: Levels, span: Span, people: Population, outbox: Outbox) -> None:
    """Appends the applications to the files of all months in which they have an event."""
    records, months = appearances(span, found.dates)
    until = span.starts[months + 1] - 1
    lasting = {  # made once an application, and the same in all its deliveries
        "application_no": "SIM" + pl.Series(found.number).cast(pl.String),
        "decision": coded(list(levels.trademarks.decisions), found.decision),
        "nice_classes": _classes(levels, found),
        "applicant_id": people.ids(found.applicant),
        "applicant_area": coded(people.areas, people.area[found.applicant]),
    }
    names = ("filing_date", "decision_date", "registration_date", "end_date")
    dates = {name: span.text(days[records], until) for name, days in zip(names, found.dates, strict=True)}
    decision = pl.when(dates["decision_date"].is_not_null()).then("decision")
    outbox.send(pl.DataFrame(lasting)[records].with_columns(**dates, decision=decision), months)


def _classes(levels: Levels, found: Marks) -> pl.Series:
    known = [str(code) for code in levels.trademarks.classes]
    steps = [CLASS_STEPS[:n] for n in range(1, LONGEST + 1)]
    lists = [";".join(known[(place + step) % len(known)] for step in those) for place in range(len(known)) for those in steps]
    return coded(lists, found.first_class * LONGEST + found.classes - 1)


class TrademarkTruth:
    """The counts so far of the trademark measures."""

    def __init__(self, span: Span, people: Population) -> None:
        self.span, self.people = span, people
        axes = {"area": len(people.areas)}
        self.cells = {name: Cells(span.months, axes) for name in EVENTS}
        self.classes = {name: Cells(span.months, axes) for name in EVENTS}
        self.times = {name: Durations(len(span.months), len(people.areas), len(span.days)) for name in ("decided", "registered")}

    def count(self, found: Marks) -> None:
        """Counts a chunk."""
        area = self.people.area[found.applicant]
        for name in EVENTS:
            month = self.span.month_of(getattr(found, name))
            self.cells[name].add(month, area)
            self.classes[name].add(month, area, what=found.classes)
        for name, times in self.times.items():
            month = self.span.month_of(getattr(found, name))
            times.add(month, area, np.where(month >= 0, getattr(found, name) - found.filed, 0))

    def report(self, truth: Truth) -> None:
        """Writes everything counted into the truth."""
        years, areas = self.span.year_of_month, self.people.areas
        slices_: list[dict[str, View]] = [
            {},
            {"ref_area": View("area", regions(areas))},
            {"counterpart_area": View("area", counterparts(areas))},
        ]
        filed = {"filings": self.cells["filed"], "classes": self.classes["filed"]}
        registered = {"registrations": self.cells["registered"], "classes": self.classes["registered"]}
        in_force = {"in_force": self._in_force(self.cells), "classes": self._in_force(self.classes)}
        truth.counted("trademark_filings", years, slices_, filed)
        truth.counted("trademarks_registered", years, slices_, registered)
        truth.counted("trademark_stock", None, slices_, in_force, stock=True)
        for name, measure in (("decided", "trademark_filing_to_decision"), ("registered", "trademark_filing_to_registration")):
            months = self.times[name].counts
            for dimension, codes in (("", ()), ("ref_area", regions(areas))):
                for periods, counts in windows(self.span, self.times[name]):
                    truth.timed(measure, periods, counts, dimension, codes, long=False)
                truth.pooled(measure, self.span, months, dimension, codes, long=False)

    def _in_force(self, moved: dict[str, Cells]) -> Cells:
        stock = Cells(self.span.months, moved["filed"].axes)
        stock.sums = moved["registered"].sums - moved["ended"].sums
        return stock
