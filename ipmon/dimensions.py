"""Areas, units and what the free-text dimension of a printed figure means.

Belongs here: loading the code lists of assets/dimensions and looking words up in them. Not here: indicators (see registry.py).
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field

from ipmon.declared import Declared, Text, read_csv, read_yaml, validated

CODED = ("ip_type", "owner_kind", "industry", "technology", "counterpart_area")
DIMENSIONS = ("ref_area", *CODED)


class Area(Declared):
    """A place, office or group of them. `is_of_which`: already inside its parent, never part of a sum."""

    code: str
    level: Literal["world", "office", "country", "group", "province", "sar", "of_which"]
    parent: str
    is_of_which: bool
    name_zh: str
    name_en: str
    aliases: str


class Scale(Declared):
    """How a base unit is shown in thousands or millions, the same in both languages."""

    zh: str
    en: str


class Unit(Declared):
    """A base unit, the printed units that it understands with their factors, and how it is shown."""

    zh: str
    en: str
    decimals: int = 0
    printed: dict[str, Decimal] = {}
    scales: dict[str, Scale] = {}


class Reading(Declared):
    """What one printed row means where only its note says so: a vintage stage, a rounding, a running total, a coverage."""

    series: str | None = None
    period: str | None = None
    value: str | None = None
    note_contains: str | None = None
    source: str | None = None
    set: dict[Literal["stage", "round_to", "accumulation", "counterpart_area"], str | int]
    reason: str

    def matches(self, row: dict[str, str]) -> bool:
        """Whether this reading is about the row."""
        wanted = (("series_id", self.series), ("period", self.period), ("value", self.value))
        return all(want is None or row[key] == want for key, want in wanted) and (self.note_contains or "") in row["note"]


class Break(Declared):
    """A day from which a series counts something else, or otherwise."""

    id: str
    indicators: list[str]
    ref_areas: Literal["all", "provinces", "national"] = "all"
    start: date = Field(alias="from")
    note: Text
    source: str

    def concerns(self, indicator_id: str, ref_area: str) -> bool:
        """Whether it breaks this indicator's series of this area. `*` at the end of an id is any ending."""
        wide = {"all": True, "national": ref_area == "CN", "provinces": ref_area.startswith("CN-")}[self.ref_areas]
        return wide and any(indicator_id == i or (i.endswith("*") and indicator_id.startswith(i[:-1])) for i in self.indicators)


@dataclass
class Labels:
    """The words of the figures' dimension column and the codes that they assign."""

    rows: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def read(self, series: str, text: str, cities: dict[str, str]) -> dict[str, str]:
        """The codes that a dimension text assigns for a series. Raises KeyError with the part that no label explains."""
        whole = self.rows.get((series, text), self.rows.get(("", text)))
        if whole is not None:
            return whole
        found: dict[str, str] = {}
        for part in filter(None, (p.strip() for p in text.split(";"))):
            found |= self._part(series, part, cities)
        return found

    def _part(self, series: str, part: str, cities: dict[str, str]) -> dict[str, str]:
        if part.startswith("city:"):
            return {"ref_area": cities[part.removeprefix("city:").split(" (")[0]]}
        label = self.rows.get((series, part), self.rows.get(("", part)))
        if label is None:
            raise KeyError(part)
        return label


@dataclass(frozen=True)
class Dimensions:
    """Everything of assets/dimensions."""

    areas: dict[str, Area]
    units: dict[str, Unit]
    labels: Labels
    readings: list[Reading]
    breaks: list[Break]
    codes: dict[tuple[str, str], Text]

    @property
    def area_aliases(self) -> dict[str, str]:
        """Every written form of an area, with its code."""
        return {
            name: code
            for code, area in self.areas.items()
            for name in {code, area.name_zh, area.name_en, *filter(None, area.aliases.split("|"))}
        }


def load_dimensions(folder: Path, problems: list[str]) -> Dimensions:
    """The code lists, labels, readings and breaks of one folder."""
    areas = _models(Area, read_csv(folder / "areas.csv"), "areas.csv", problems)
    units = read_yaml(folder / "units.yaml", problems) or {}
    return Dimensions(
        areas={area.code: area for area in areas},
        units={id_: u for id_, entry in units.items() if (u := validated(Unit, entry, f"units.yaml: {id_}", problems))},
        labels=_load_labels(folder / "labels", problems),
        readings=_models(Reading, read_yaml(folder / "readings.yaml", problems) or [], "readings.yaml", problems),
        breaks=_models(Break, read_yaml(folder / "breaks.yaml", problems) or [], "breaks.yaml", problems),
        codes={
            (row["dimension"], row["code"]): Text(zh=row["zh"], en=row["en"])
            for path in sorted(folder.glob("codes*.csv"))
            for row in read_csv(path)
        },
    )


def _models(model: type, rows: list[dict[str, str]], where: str, problems: list[str]) -> list:  # type: ignore[type-arg]
    made = (validated(model, row, f"{where}: entry {n}", problems) for n, row in enumerate(rows, 1))
    return [m for m in made if m]


def _load_labels(folder: Path, problems: list[str]) -> Labels:
    labels = Labels()
    for path in sorted(folder.glob("*.csv")):
        for row in read_csv(path):
            key = (row.pop("series"), row.pop("label"))
            assigned = {name: text for name, text in row.items() if text and name != "note"}
            if labels.rows.get(key, assigned) != assigned:
                problems.append(f"labels/{path.name}: '{key[1]}' of series '{key[0] or 'any'}' has two meanings")
            labels.rows[key] = assigned
    return labels
