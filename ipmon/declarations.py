"""All declarations under assets/, read once and checked against each other.

Belongs here: gathering the parts and the checks that need more than one of them. Not here: the shape of any part.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from ipmon.contracts import SourceContract, load_contracts
from ipmon.corrections import Correction, load_corrections
from ipmon.dimensions import CODED, Dimensions, load_dimensions
from ipmon.errors import DeclarationError
from ipmon.grades import Grades, grades_of
from ipmon.guideline import GuidelineItem, check_items, load_items
from ipmon.identities import Identity, load_identities
from ipmon.mart_schema import MartSchema, load_schema
from ipmon.registers.contract import Register, load_registers
from ipmon.registry import Registry, load_registry
from ipmon.shown import CURRENCIES
from ipmon.synthetic import WORDS
from ipmon.targets import Target, check_targets, load_targets
from ipmon.wordings import Rule, load_rules


@dataclass(frozen=True)
class Declarations:
    """What exists: everything of assets/ but charts and bulletin, which their modules read."""

    registry: Registry
    dimensions: Dimensions
    wordings: list[Rule]
    contracts: dict[str, SourceContract]
    corrections: list[Correction]
    targets: list[Target]
    items: list[GuidelineItem]
    identities: dict[str, Identity]
    schema: MartSchema
    registers: dict[str, Register]

    @property
    def received(self) -> dict[str, SourceContract | Register]:
        """Everything that deliveries come of, by id."""
        return {**self.contracts, **self.registers}

    @property
    def grades(self) -> Grades:
        """Who may see what."""
        return grades_of(self.registry, self.received, {id_: identity.compared for id_, identity in self.identities.items()})

    @cached_property
    def simulated(self) -> "Declarations":
        """What holds of simulated records: definitions and targets, and nothing that is known of real deliveries and series.

        Counts are told one by one, since a trial is small: 330 patents, not 0.03 ten thousand.
        """
        indicators = {
            id_: i if i.unit in CURRENCIES else i.model_copy(update={"display": None})
            for id_, i in self.registry.indicators.items()
        }
        return replace(
            self,
            registry=Registry(indicators),
            dimensions=replace(self.dimensions, breaks=[]),
            contracts={},
            corrections=[],
            registers={id_: register.model_copy(update={"publisher": WORDS}) for id_, register in self.registers.items()},
        )


def load(root: Path) -> Declarations:
    """Every declaration under `root`. Raises DeclarationError naming all problems at once."""
    problems: list[str] = []
    declarations = Declarations(
        registry=load_registry(root / "indicators", problems),
        dimensions=load_dimensions(root / "dimensions", problems),
        wordings=load_rules(root / "dimensions" / "wordings.yaml", problems),
        contracts=load_contracts(root / "sources", problems),
        corrections=load_corrections(root / "dimensions" / "corrections.yaml", problems),
        targets=load_targets(root / "guideline" / "targets.csv", problems),
        items=load_items(root / "guideline" / "items.csv", problems),
        identities=load_identities(root / "identities", problems),
        schema=load_schema(root / "marts", problems),
        registers=load_registers(root / "registers", problems),
    )
    problems += _cross_problems(declarations)
    problems = problems or list(_grades(declarations))  # which can be followed only where all inputs are known
    if problems:
        raise DeclarationError(problems)
    return declarations


def _cross_problems(d: Declarations) -> list[str]:
    """What no part can see alone: references between parts, and claims that nothing can tell apart."""
    problems = [*_indicators(d), *_claims(d), *_identities(d), *_circles(d), *_dimensions(d)]
    check_targets(d.targets, {id_: i.unit for id_, i in d.registry.indicators.items()}, problems)
    check_items(d.items, set(d.registry.indicators), problems)
    return problems


def _indicators(d: Declarations) -> Iterator[str]:
    """Units, displays and guideline rows that no list holds."""
    units, rows = d.dimensions.units, {item.row_id for item in d.items}
    for id_, i in d.registry.indicators.items():
        where = f"indicators/{i.theme}.yaml: {id_}"
        if i.unit not in units:
            yield f"{where}: unknown unit '{i.unit}'"
        elif i.display and i.display not in units[i.unit].scales:
            yield f"{where}: unit '{i.unit}' has no display '{i.display}'"
        yield from (f"{where}: unknown guideline row '{row}'" for row in i.guideline if row not in rows)


def _claims(d: Declarations) -> Iterator[str]:
    """Two indicators may claim one series only where the printed unit tells them apart."""
    for (series, variant), ids in d.registry.claims.items():
        units = [d.dimensions.units.get(d.registry.indicators[id_].unit) for id_ in ids]
        readable = [name for unit in units if unit for name in unit.printed]
        if len(set(readable)) < len(readable):
            what = f"series '{series}'" + (f" ({variant})" if variant else "")
            yield f"indicators: {what} is claimed by {', '.join(ids)}, and their units can be printed alike"


def _identities(d: Declarations) -> Iterator[str]:
    """Indicators, dimensions and codes that no list holds."""
    for id_, identity in d.identities.items():
        yield from (f"identities: {id_}: unknown indicator '{i}'" for i in identity.compared if i not in d.registry.indicators)
        parts = identity.parts if identity.kind == "codes" else []
        for dimension, code in [*identity.total.items(), *((identity.dimension, part) for part in parts)]:
            if dimension not in CODED:
                yield f"identities: {id_}: unknown dimension '{dimension}'"
            elif not d.dimensions.knows(dimension, code):
                yield f"identities: {id_}: unknown code '{code}' of {dimension}"


def _circles(d: Declarations) -> Iterator[str]:
    try:
        d.registry.in_dependency_order()
    except ValueError as error:
        yield f"indicators: {error}"


def _grades(d: Declarations) -> Iterator[str]:
    """An implied value enters its level's revisions and targets, so it must not be held more closely than the level."""
    grades = d.grades.indicators
    for id_, i in d.registry.indicators.items():
        rule = i.implied_previous
        if rule and grades[id_] != grades[rule.level]:
            yield f"indicators/{i.theme}.yaml: {id_}: is held more closely than its level '{rule.level}'; grade that likewise"


def _dimensions(d: Declarations) -> Iterator[str]:
    """Codes of labels, areas of one name, breaks and corrections of what no indicator is or takes."""
    yield from (f"labels: unknown code {code}" for code in d.dimensions.unknown_codes())
    yield from (f"areas.csv: '{name}' means both {' and '.join(codes)}" for name, codes in d.dimensions.ambiguous_areas())
    for b in d.dimensions.breaks:
        known = [any(b.names(pattern, id_) for id_ in d.registry.indicators) for pattern in b.indicators]
        yield from (f"breaks.yaml: {b.id}: unknown indicator '{i}'" for i, ok in zip(b.indicators, known, strict=True) if not ok)
    for c in d.corrections:
        if not d.registry.takers(c.match["series"]):
            yield f"corrections.yaml: {c.id}: no indicator takes series '{c.match['series']}'"
