"""One simulated world: every register written in turn, with what is needed later kept in mind.

Belongs here: the order of the registers. Not here: any one register, or taking the deliveries in (simulate.py).
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ipmon.registers.contract import Register
from ipmon.simulator import accounts, industry_truth, inventory, patent_rows, patents, pledges, services, trademarks, transactions
from ipmon.simulator.applicants import patent_applicants, trademark_applicants
from ipmon.simulator.inventory_truth import InventoryTruth
from ipmon.simulator.levels import Levels
from ipmon.simulator.outbox import Outbox
from ipmon.simulator.patent_truth import SECTIONS, PatentTruth
from ipmon.simulator.stock import Memory
from ipmon.simulator.technology_truth import TechnologyTruth
from ipmon.simulator.truth import Truth
from ipmon.simulator.world import Ints, Span, generator, level

STREAM = 9
Say = Callable[[str], None]


@dataclass
class Simulation:
    """One world being written into `folder`. `scale`: its patent applications over the published ones of the same years."""

    folder: Path
    records: int
    seed: int
    dirt: float
    registers: Mapping[str, Register]
    levels: Levels
    say: Say
    truth: Truth = field(default_factory=Truth)
    broken: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    files: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.span = Span(self.levels.first_month, self.levels.last_month)
        years = np.array(self.span.years, float)
        self.published = {name: float(level(yearly, years).sum()) for name, yearly in self.levels.filings.items()}
        self.scale = self.records / sum(self.published.values())
        self.people = patent_applicants(self.levels, self.records)
        self.memory = Memory(self.people)

    def outbox(self, register: str, periods: list[str]) -> Outbox:
        """The files of a register, with a header each."""
        stream = sorted(self.registers).index(register)
        return Outbox(self.folder, self.registers[register], periods, self.dirt, generator(self.seed, STREAM, stream))

    def close(self, box: Outbox) -> None:
        """Ends the files of a register and notes its dirt."""
        box.close()
        self.files += [(box.register.id, period) for period in box.periods if box.rows[period]]
        self.broken.update({(box.register.id, period, code): count for (period, code), count in box.broken.items()})
        self.say(f"{box.register.id}: {sum(box.rows.values()):,} rows in {len(+box.rows)} files")

    def write(self) -> None:
        """Every register, then the truth."""
        self.patents()
        self.trademarks()
        self.use()
        self.pledges()
        self.accounts()
        for register in services.KINDS:
            self.services(register)

    def patents(self) -> None:
        """Patent applications; what later registers speak of is kept in mind."""
        box, made = self.outbox("patent_applications", self.span.months), 0
        lists = patents.symbol_lists(self.levels)
        sections = np.array([SECTIONS.index(main[0]) for main, *_ in lists] + [len(SECTIONS)])
        truths = PatentTruth(self.span, self.people, sections), TechnologyTruth(self.span, self.people, lists)
        for cases in patents.cases(self.levels, self.span, self.people, self.records, self.seed):
            patent_rows.deliver(cases, self.levels, self.span, self.people, box)
            for truth in truths:
                truth.count(cases)
            self.memory.keep(cases)
            made += len(cases.ip)
            self.say(f"patent_applications: {made:,} of {self.records:,} applications")
        for truth in truths:
            truth.report(self.truth)
        industry_truth.report(self.levels.accounts, self.span, lists, truths[1].granted, self.truth)
        self.close(box)

    def trademarks(self) -> None:
        """Trademark applications, in the published proportion to those of patents."""
        years = np.array(self.span.years, float)
        records = max(round(float(level(self.levels.trademarks.filings, years).sum()) * self.scale), 1)
        people = trademark_applicants(self.levels, records)
        box, truth, made = (
            self.outbox("trademark_applications", self.span.months),
            trademarks.TrademarkTruth(self.span, people),
            0,
        )
        for found in trademarks.marks(self.levels, self.span, people, records, self.seed):
            trademarks.deliver(found, self.levels, self.span, people, box)
            truth.count(found)
            made += len(found.filed)
            self.say(f"trademark_applications: {made:,} of {records:,} applications")
        truth.report(self.truth)
        self.close(box)

    def use(self) -> None:
        """Transactions, then the inventory of what universities and institutes had not given to a taker before it began."""
        public, others = self.memory.public.gathered(), self.memory.others.gathered()
        box, truth = self.outbox("patent_transactions", self.span.months), transactions.TransactionTruth(self.span, self.people)
        dealt: list[Ints] = []
        begins = min(inventory.snapshots(self.levels, self.span), default=0)
        for found in transactions.deals(self.levels, self.span, public, others, self.people, self.scale, self.seed):
            transactions.deliver(found, self.span, self.people, box)
            truth.count(found)
            dealt += [found.patent.number[found.to >= 0]] if found.month < begins else []
        truth.report(self.truth)
        self.close(box)
        gone = np.unique(np.concatenate(dealt)) if dealt else np.empty(0, np.int64)
        listed = inventory.listed(self.levels, self.span, public, gone, self.people, self.seed)
        if listed is not None:
            self.inventory(listed)

    def inventory(self, listed: inventory.Listed) -> None:
        """The snapshots."""
        box = self.outbox(
            "university_inventory", [self.span.months[place] for place in inventory.snapshots(self.levels, self.span)]
        )
        inventory.deliver(listed, self.levels, self.span, self.people, box)
        InventoryTruth(listed, self.levels, self.span, self.people).report(self.truth)
        self.close(box)

    def pledges(self) -> None:
        """Pledges."""
        who = pledges.pledgors(self.levels, self.scale)
        box, truth = self.outbox("pledge_registrations", self.span.months), pledges.PledgeTruth(self.levels, self.span, who)
        for found in pledges.pledged(self.levels, self.span, who, self.scale, self.seed):
            pledges.deliver(found, self.levels, self.span, who, box)
            truth.count(found)
        truth.report(self.truth)
        self.close(box)

    def accounts(self) -> None:
        """Accounts of industries, of the nation's size."""
        box = self.outbox("industry_accounts", [str(year) for year in sorted(self.levels.accounts.gdp)])
        accounts.deliver(self.levels.accounts, box)
        accounts.report(self.levels.accounts, self.truth)
        self.close(box)

    def services(self, register: str) -> None:
        """One of the registers of approvals, of the nation's size."""
        box, found = self.outbox(register, self.span.months), services.approvals(self.levels, self.span, register, self.seed)
        services.deliver(found, self.levels, self.span, box)
        services.report(found, self.span, self.truth)
        self.close(box)
