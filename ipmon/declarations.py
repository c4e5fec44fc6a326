"""All declarations under assets/, read once and checked against each other.

Belongs here: gathering the parts and the checks that need more than one of them. Not here: the shape of any part.
"""

from dataclasses import dataclass
from pathlib import Path

from ipmon.contracts import SourceContract, load_contracts
from ipmon.corrections import Correction, load_corrections
from ipmon.dimensions import CODED, Dimensions, load_dimensions
from ipmon.errors import DeclarationError
from ipmon.grades import Grades, grades_of
from ipmon.guideline import GuidelineItem, check_items, load_items
from ipmon.identities import Identity, load_identities
from ipmon.marts import MartSchema, load_schema
from ipmon.registry import Registry, load_registry
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

    @property
    def grades(self) -> Grades:
        """Who may see what."""
        return grades_of(self.registry, self.contracts, {id_: identity.compared for id_, identity in self.identities.items()})


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
    )
    problems += _cross_problems(declarations)
    if problems:
        raise DeclarationError(problems)
    return declarations


def _cross_problems(d: Declarations) -> list[str]:
    """What no part can see alone: references between parts, and claims that nothing can tell apart."""
    indicators, units = d.registry.indicators, d.dimensions.units
    problems = [
        f"indicators/{i.theme}.yaml: {id_}: unknown unit '{i.unit}'" for id_, i in indicators.items() if i.unit not in units
    ]
    problems += [
        f"indicators/{i.theme}.yaml: {id_}: unit '{i.unit}' has no display '{i.display}'"
        for id_, i in indicators.items()
        if i.display and i.unit in units and i.display not in units[i.unit].scales
    ]
    for (series, variant), ids in d.registry.claims.items():
        shared = {indicators[id_].unit for id_ in ids}
        if len(shared) < len(ids):
            problems.append(f"indicators: series '{' '.join(filter(None, (series, variant)))}' is claimed by {', '.join(ids)} with one unit")
    for id_, identity in d.identities.items():
        problems += [f"identities: {id_}: unknown indicator '{i}'" for i in identity.compared if i not in indicators]
        dims = [x for x in [identity.dimension, *identity.total] if x and x not in CODED]
        problems += [f"identities: {id_}: unknown dimension '{x}'" for x in dims]
        codes = [*identity.total.items(), *((identity.dimension, p) for p in identity.parts if identity.kind == "codes")]
        problems += [f"identities: {id_}: unknown code '{c}' of {x}" for x, c in codes if not d.dimensions.knows(x, c)]
    items = {item.row_id for item in d.items}
    problems += [
        f"indicators/{i.theme}.yaml: {id_}: unknown guideline row '{row}'"
        for id_, i in indicators.items()
        for row in i.guideline
        if row not in items
    ]
    problems += [f"labels: unknown code {code}" for code in d.dimensions.unknown_codes()]
    problems += _derivation_problems(d)
    check_targets(d.targets, {id_: i.unit for id_, i in indicators.items()}, problems)
    check_items(d.items, set(indicators), problems)
    return problems


def _derivation_problems(d: Declarations) -> list[str]:
    """Circles; and values that would pass from a closely held indicator into its level's revisions and targets."""
    try:
        d.registry.in_dependency_order()
    except ValueError as error:
        return [f"indicators: {error}"]
    if any(i not in d.registry.indicators for entry in d.registry.indicators.values() for i in entry.inputs):
        return []
    grades = d.grades.indicators
    return [
        f"indicators/{i.theme}.yaml: {id_}: must have the grade of its level '{i.implied_previous.level}', which is revised by it"
        for id_, i in d.registry.indicators.items()
        if i.implied_previous and grades[id_] != grades[i.implied_previous.level]
    ]
