"""Who may see what: the grade of every indicator, series, source and identity, and of the rows that name them.

Belongs here: the order of grades, and that a result is held as closely as the closest held of its inputs. Not here: where grades
are declared (see registry.py, contracts.py), or writing one file a grade (see marts.py).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ipmon.contracts import SourceContract
from ipmon.registers.contract import Register
from ipmon.registry import Grade, Registry

GRADES: tuple[Grade, ...] = ("public", "internal", "restricted")
Row = dict[str, Any]


@dataclass(frozen=True)
class Grades:
    """The grade of everything that a row can name, by id; what is not listed is public."""

    indicators: Mapping[str, Grade] = field(default_factory=dict)
    series: Mapping[str, Grade] = field(default_factory=dict)
    sources: Mapping[str, Grade] = field(default_factory=dict)
    identities: Mapping[str, Grade] = field(default_factory=dict)

    def may_feed(self, source_id: str, indicator_id: str) -> bool:
        """Whether rows of a source may enter an indicator: it must be held at least as closely as the source."""
        source, indicator = self.sources.get(source_id, "public"), self.indicators.get(indicator_id, "public")
        return strictest([source, indicator]) == indicator

    def keeps_level(self, identity_id: str, indicator_id: str) -> bool:
        """Whether an identity tells of an indicator nothing that is held more closely than the indicator."""
        own = self.indicators.get(indicator_id, "public")
        return strictest([own, self.identities.get(identity_id, "public")]) == own

    def of_row(self, row: Mapping[str, Any]) -> Grade:
        """The grade of a table's row: that of its indicator and identity, else of the source and the series it names."""
        if row.get("indicator_id"):
            own = self.indicators.get(row["indicator_id"], "public")
            return strictest([own, self.identities.get(row.get("identity_id", ""), "public")])
        source = row.get("source_id") or str(row.get("delivery_id", "")).rpartition("-")[0]
        named = str(row.get("series_id") or row.get("series") or "").split()
        return strictest([self.sources.get(source, "public"), *(self.series.get(name, "public") for name in named)])

    def share(self, tables: Mapping[str, list[Row]], grade: Grade) -> dict[str, list[Row]]:
        """The rows that the file of one grade holds."""
        return {name: [row for row in rows if self.of_row(row) == grade] for name, rows in tables.items()}


def strictest(grades: Iterable[Grade]) -> Grade:
    """The closest held of several grades; public for none."""
    return max(grades, key=GRADES.index, default="public")


def grades_of(
    registry: Registry, contracts: Mapping[str, SourceContract | Register], compared: Mapping[str, Iterable[str]]
) -> Grades:
    """The grades as declared, carried along derivations and identities. `compared`: the indicators that each identity reads."""
    indicators = {id_: indicator.grade for id_, indicator in registry.indicators.items()}
    for id_ in registry.in_dependency_order():
        indicators[id_] = strictest(indicators[i] for i in [id_, *registry.indicators[id_].inputs])
    series: dict[str, list[Grade]] = defaultdict(list, {id_: [grade] for id_, grade in indicators.items()})
    for (name, _), claimants in registry.claims.items():
        series[name] += [indicators[id_] for id_ in claimants]
    return Grades(
        indicators,
        {name: strictest(held) for name, held in series.items()},
        {id_: contract.grade for id_, contract in contracts.items()},
        {id_: strictest(indicators[i] for i in ids) for id_, ids in compared.items()},
    )
