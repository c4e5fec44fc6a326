"""The registry of indicators: one small entry each, and which printed rows an entry takes.

Belongs here: the shape of an entry and the routing of published series to entries. Not here: any arithmetic (see derive.py).
"""

from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Literal

from pydantic import model_validator

from ipmon.declared import Declared, Text, read_entries, validated
from ipmon.periods import Freq, Nature

Grade = Literal["public", "internal", "restricted"]
DERIVATIONS = ("ratio", "growth", "change", "share", "sum", "implied_previous")


class Ratio(Declared):
    """`of` / `to` * `scale`, both from the vintage of `of`."""

    of: str
    to: str
    scale: int = 1


class Of(Declared):
    """A derivation from one indicator."""

    of: str


class Share(Declared):
    """Each code of the dimension `over`, as a percentage of the total of `of`."""

    of: str
    over: Literal["ip_type", "owner_kind", "industry", "technology", "counterpart_area"]


class Sum(Declared):
    """The sum of several indicators."""

    of: list[str]


class ImpliedPrevious(Declared):
    """The value of the year before that a printed level and its printed change imply."""

    level: str
    change: str


class Measured(Declared):
    """A column of a measure over records. `where`: only the cells with these codes, which are then the indicator's total."""

    measure: str
    column: str
    where: dict[Literal["ref_area", "ip_type", "owner_kind", "industry", "technology", "counterpart_area"], str] = {}


class Indicator(Declared):
    """One indicator of the registry. `distinct`: it counts each once in a period and area, so that neither adds."""

    title: Text
    definition: Text
    unit: str
    display: Literal["e4", "e6", "e8"] | None = None
    nature: Nature
    freq: Freq
    direction: Literal["higher", "lower", "stable", "none"]
    department: Text | None = None
    guideline: list[str] = []
    grade: Grade = "public"
    series: list[str] | None = None
    variant: str | None = None
    estimate: bool = False
    distinct: bool = False
    ratio: Ratio | None = None
    growth: Of | None = None
    change: Of | None = None
    share: Share | None = None
    sum: Sum | None = None
    implied_previous: ImpliedPrevious | None = None
    measured: Measured | None = None
    theme: str = ""

    @model_validator(mode="after")
    def _derived_in_one_way(self) -> "Indicator":
        """At most one derivation."""
        declared = [kind for kind in DERIVATIONS if getattr(self, kind) is not None]
        if len(declared) > 1:
            raise ValueError(f"declare one of {' and '.join(declared)}")
        return self

    @property
    def derivation(self) -> str | None:
        """The name of the derivation that the entry declares, if any."""
        return next((kind for kind in DERIVATIONS if getattr(self, kind) is not None), None)

    @property
    def inputs(self) -> list[str]:
        """The indicators that the derivation reads."""
        match self:
            case Indicator(ratio=Ratio(of=of, to=to)):
                return [of, to]
            case Indicator(sum=Sum(of=parts)):
                return list(parts)
            case Indicator(implied_previous=ImpliedPrevious(level=level, change=change)):
                return [level, change]
        one = self.growth or self.change or self.share
        return [one.of] if one else []

    @property
    def formula(self) -> str:
        """The derivation as one line of plain text; 'as published' without one."""
        match self:
            case Indicator(ratio=Ratio(of=of, to=to, scale=scale)):
                return f"{of} / {to}" + (f" * {scale}" if scale != 1 else "")
            case Indicator(growth=Of(of=of)):
                return f"({of}[t] / {of}[t-1 year] - 1) * 100"
            case Indicator(change=Of(of=of)):
                return f"{of}[t] - {of}[t-1 year]"
            case Indicator(share=Share(of=of, over=over)):
                return f"{of}[{over}] / {of}[{over}=_T] * 100"
            case Indicator(sum=Sum(of=parts)):
                return " + ".join(parts)
            case Indicator(implied_previous=ImpliedPrevious(level=level, change=change)):
                return f"{level}[t+1 year] - {change}[t+1 year]"
        if self.measured:
            return f"{self.measured.column} of the measure {self.measured.measure} over records; or as published"
        return "as published"


class Registry:
    """All indicators by id, and the entry that claims a printed row."""

    def __init__(self, indicators: dict[str, Indicator]) -> None:
        self.indicators = indicators
        self._claims: dict[tuple[str, str], list[str]] = defaultdict(list)
        for id_, indicator in indicators.items():
            for series in [id_] if indicator.series is None else indicator.series:
                self._claims[(series, indicator.variant or "")].append(id_)

    def claimants(self, series: str, variant: str) -> list[str]:
        """The ids that take rows of a published series carrying a variant; more than one where units tell them apart."""
        return self._claims.get((series, variant), [])

    def takers(self, series: str) -> list[str]:
        """The ids that take rows of a published series, whatever variant these carry."""
        return [id_ for (name, _), ids in self._claims.items() if name == series for id_ in ids]

    @property
    def claims(self) -> dict[tuple[str, str], list[str]]:
        """Every (series, variant) with the indicators that claim it."""
        return dict(self._claims)

    def in_dependency_order(self) -> list[str]:
        """Ids of derived indicators, inputs before what is derived from them. Raises ValueError on a cycle, naming it."""
        needs = {id_: indicator.inputs for id_, indicator in self.indicators.items() if indicator.derivation}
        try:
            return [id_ for id_ in TopologicalSorter(needs).static_order() if id_ in needs]
        except CycleError as error:
            raise ValueError(f"indicators derive from each other in a circle: {' -> '.join(error.args[1])}") from None


def load_registry(folder: Path, problems: list[str]) -> Registry:
    """Every entry of <folder>/<theme>.yaml; problems are noted by theme and id."""
    indicators: dict[str, Indicator] = {}
    for path in sorted(folder.glob("*.yaml")):
        for id_, entry in read_entries(path, problems).items():
            where = f"indicators/{path.name}: {id_}"
            if id_ in indicators:
                problems.append(f"{where}: is declared twice (also in {indicators[id_].theme}.yaml)")
            indicator = validated(Indicator, {**entry, "theme": path.stem} if isinstance(entry, dict) else entry, where, problems)
            if indicator:
                indicators[id_] = indicator
    for id_, indicator in indicators.items():
        problems += [
            f"indicators/{indicator.theme}.yaml: {id_}: unknown input '{i}'" for i in indicator.inputs if i not in indicators
        ]
    return Registry(indicators)
