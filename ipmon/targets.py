"""Targets: what a document asks of an indicator, by when, as data.

Belongs here: the shape of a target, reading assets/guideline/targets.csv, which targets are in force on a day.
Not here: whether a target is met (see assessment.py).
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from ipmon.declared import Declared, read_csv, validated
from ipmon.periods import parse

Rule = Literal[
    "at_most", "at_least", "about_at_most", "about_at_least", "band", "growth", "rising", "milestone", "coverage", "none"
]
MEASURED: frozenset[Rule] = frozenset({"at_most", "at_least", "about_at_most", "about_at_least", "band", "growth", "coverage"})
"""The rules that compare a value with a number of the document."""

ABOUT_RULES: frozenset[Rule] = frozenset({"about_at_most", "about_at_least"})
"""The rules of a number with 左右 behind it."""


class Target(Declared):
    """One target: the words of the document, and the rule that they were given.

    Values are in the base unit of the indicator. `base_period` ends where the time for reaching the target begins;
    `reference_period` is the period whose value decides after the deadline. `valid_from` and `valid_to` are the first and the
    last day on which the document stood so: a revised target is a second row, and the first one keeps its history.
    `yearly_sum`: the number is asked of the sum of a whole year, so that a part of one counts only where it reaches it.
    `given_code` is the code that the methodology's list of targets uses.
    """

    target_id: str = Field(pattern=r"^[a-z][a-z0-9_]{1,62}$")
    given_code: str
    year: int
    document: str
    document_zh: str
    document_en: str
    quote: str = ""
    indicator_id: str = Field(pattern=r"^[a-z][a-z0-9_]{1,62}$")
    rule: Rule
    operator: Literal["<=", ">=", ">", "="] | None = None
    value: Decimal | None = None
    unit: str
    tolerance: Decimal = Field(default=Decimal(0), ge=0)
    tolerance_basis: Literal["document", "project_default"] = "document"
    yearly_sum: bool = False
    base_period: str | None = None
    reference_period: str
    deadline: date
    valid_from: date | None = None
    valid_to: date | None = None
    official_seen: bool
    confidence: str
    reason_zh: str = ""
    reason_en: str = ""
    sources: str

    @model_validator(mode="after")
    def _hangs_together(self) -> "Target":
        """Every rule has what it needs, and nothing that it would ignore."""
        measured = self.rule in MEASURED
        faults = {
            f"rule '{self.rule}' needs a value": measured and self.value is None,
            f"rule '{self.rule}' takes no value": not measured and self.value is not None,
            f"rule '{self.rule}' does not go with operator '{self.operator}'": self.operator not in _OPERATORS[self.rule],
            f"rule '{self.rule}' needs a tolerance above 0": self.rule in {*ABOUT_RULES, "band"} and self.tolerance == 0,
            f"rule '{self.rule}' needs a base_period": self.rule == "rising" and self.base_period is None,
            "reason_zh and reason_en say why a target with rule 'none' is not assessed, and only then": any(
                bool(reason) != (self.rule == "none") for reason in (self.reason_zh, self.reason_en)
            ),
            "valid_to is before valid_from": bool(self.valid_from and self.valid_to and self.valid_to < self.valid_from),
            "base_period does not end before reference_period": self.start is not None and self.start >= self.end,
        }
        found = [fault for fault, present in faults.items() if present]
        if found:
            raise ValueError("; ".join(found))
        return self

    @property
    def sign(self) -> int:
        """+1 where the value is to rise, -1 where it is to fall."""
        return -1 if self.operator == "<=" else 1

    @property
    def start(self) -> date | None:
        """The last day of the base period."""
        return parse(self.base_period).end if self.base_period else None

    @property
    def end(self) -> date:
        """The last day of the reference period."""
        return parse(self.reference_period).end

    def in_force(self, on: date) -> bool:
        """Whether the document stood so on a day."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


_OPERATORS: Mapping[Rule, tuple[str | None, ...]] = {
    "at_most": ("<=",),
    "about_at_most": ("<=",),
    "at_least": (">=", ">"),
    "about_at_least": (">=",),
    "coverage": (">=",),
    "growth": (">=", ">", "<="),
    "band": ("=",),
    "rising": (">",),
    "milestone": (None,),
    "none": (None,),
}


def load_targets(path: Path, problems: list[str]) -> list[Target]:
    """The targets of one CSV file, in its order; what does not hold is noted by line and key."""
    targets: list[Target] = []
    for line, row in enumerate(read_csv(path, problems), 2):
        filled = {key: text for key, text in row.items() if text}
        target = validated(Target, filled, f"{path.name}: line {line}", problems)
        if target is None:
            continue
        if any(target.target_id == other.target_id for other in targets):
            problems.append(f"{path.name}: line {line}: target_id '{target.target_id}' stands twice")
        targets.append(target)
    return targets


def check_targets(targets: Iterable[Target], units: Mapping[str, str], problems: list[str]) -> None:
    """Note every target whose indicator is not in `units` (indicator id -> base unit), or is in another unit."""
    for target in targets:
        unit = units.get(target.indicator_id)
        if unit is None:
            problems.append(f"targets.csv: {target.target_id}: no indicator '{target.indicator_id}' in the registry")
        elif unit != target.unit:
            problems.append(f"targets.csv: {target.target_id}: unit '{target.unit}', but the indicator is in '{unit}'")
