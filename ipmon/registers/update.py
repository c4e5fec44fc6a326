"""Bringing everything that rests on registers up to date: facts, then cells, then figures.

Belongs here: the order of these steps, and what was skipped. Not here: any of them.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ipmon.deliveries import Delivery, current_by_period
from ipmon.errors import IpmonError
from ipmon.figures import Figure
from ipmon.grades import Grades
from ipmon.paths import DataRoot
from ipmon.registers.checked import unchecked
from ipmon.registers.contract import Register
from ipmon.registers.engines import engine
from ipmon.registers.facts import FactsOutcome, build_facts, fact_schema
from ipmon.registers.ledger import Ledger
from ipmon.registers.measure import Measure
from ipmon.registers.measuring import Measuring, Outcome
from ipmon.registers.records import Records
from ipmon.registers.references import Strangers, references
from ipmon.registers.states import Ending, State, before, earlier_root, endings, history
from ipmon.registers.store import Store
from ipmon.registry import Registry


@dataclass(frozen=True)
class Update:
    """What was made anew and what was left alone. `unchecked`: the fact files, by table, that have yet to pass checks."""

    facts: FactsOutcome
    cells: Outcome
    strangers: list[Strangers]
    unchecked: dict[str, list[Path]]

    @property
    def told(self) -> str:
        """One line for a reader of a run."""
        removed = f", {len(self.facts.removed)} month(s) of facts removed" if self.facts.removed else ""
        return (
            f"{len(self.facts.rebuilt)} month(s) of facts and {len(self.cells.made)} of measures made, "
            f"{len(self.facts.skipped)} and {self.cells.left} unchanged and skipped{removed}"
        )


@dataclass(frozen=True)
class Registers:
    """The registers of one data root with the measures over them."""

    root: DataRoot
    registers: Mapping[str, Register]
    measures: Sequence[Measure]

    def received(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Those of the deliveries that are of registers."""
        return [d for d in deliveries if d.source_id in self.registers]

    def facts(self, deliveries: Sequence[Delivery], periods: Collection[str] | None, say: Callable[[str], None]) -> FactsOutcome:
        """Makes the facts of these periods (None: of all) anew where their delivery or contract changed."""
        return build_facts(self.root, self.registers, self.received(deliveries), periods, say)

    def update(self, deliveries: Sequence[Delivery], say: Callable[[str], None]) -> Update:
        """All facts, then every measure on what changed."""
        facts = self.facts(deliveries, None, say)
        store = Store(self.root)
        schemas = {register.facts: fact_schema(register) for register in self.registers.values()}
        with engine(store.scratch) as running:
            measuring = Measuring(store, Ledger(store.ledger), running, schemas)
            cells = measuring.bring_up_to_date(self.measures, say)
        return Update(facts, cells, references(self.registers, store), unchecked(store, schemas))

    def figures(self, registry: Registry, grades: Grades, deliveries: Sequence[Delivery]) -> list[Figure]:
        """What the cells say, and said before corrections, as figures; after `update`.

        Raises IpmonError where a register is held more closely than what is counted from it.
        """
        self._require_grades(registry, grades)
        ends = endings(deliveries, self.registers)
        said = [*(self._before(ending, registry, deliveries) for ending in ends), self._now(registry, deliveries)]
        later = (State(end.day, figures, self._withdrawn(registry, end)) for end, figures in zip(ends, said[1:], strict=True))
        return history([State(None, said[0]), *later])

    def _withdrawn(self, registry: Registry, ending: Ending) -> dict[str, tuple[str, ...]]:
        """The deliveries withdrawn then, by the indicators that are counted from their registers.

        Not those that move with every delivery anyway, such as cohorts by the latest snapshot: nobody knows what moved them.
        """
        facts = {d.delivery_id: self.registers[d.source_id].facts for d in ending.withdrawn}
        rests_on = {m.id: () if m.kind == "cohort" or "history" in m.windows else m.facts for m in self.measures}
        measured = {id_: rests_on[i.measured.measure] for id_, i in registry.indicators.items() if i.measured}
        return {id_: tuple(d for d, fact in facts.items() if fact in counted) for id_, counted in measured.items()}

    def _before(self, ending: Ending, registry: Registry, deliveries: Sequence[Delivery]) -> list[Figure]:
        """What the cells said before files were put in the place of others, or taken back."""
        then = Registers(earlier_root(self.root, ending.name), self.registers, self.measures)
        known = before(deliveries, ending)
        then.update(known, lambda _: None)
        return then._now(registry, known)

    def _now(self, registry: Registry, deliveries: Sequence[Delivery]) -> list[Figure]:
        held = {id_: current_by_period(self.received(deliveries), id_) for id_ in self.registers}
        behind = {register.facts: held[id_] for id_, register in self.registers.items()}
        publishers = {id_: register.publisher.zh for id_, register in self.registers.items()}
        return Records(registry, {m.id: m for m in self.measures}, Store(self.root), behind, publishers).figures()

    def _require_grades(self, registry: Registry, grades: Grades) -> None:
        facts = {m.id: m.facts for m in self.measures}
        kept = {register.facts: id_ for id_, register in self.registers.items()}
        for id_, indicator in registry.indicators.items():
            for fact in facts[indicator.measured.measure] if indicator.measured else ():
                if not grades.may_feed(kept[fact], id_):
                    raise IpmonError(f"Register '{kept[fact]}' is held more closely than '{id_}'; grade the indicator likewise.")
