"""Areas, units and what the free-text dimension of a printed figure means.

Belongs here: loading the code lists of assets/dimensions and looking words up in them. Not here: indicators (see registry.py).
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from ipmon.declared import Declared, M, Text, read_csv, read_entries, read_items, validated
from ipmon.periods import Accumulation

Stage = Literal["preliminary", "final", "census"]
UNIT_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{1,62}")
CODED = ("ip_type", "owner_kind", "industry", "technology", "counterpart_area")
DIMENSIONS = ("ref_area", *CODED)
COVERAGES = ("DOM", "DOM-ML", "FOR")
"""Domestic, domestic without Hong Kong, Macao and Taiwan, and foreign."""


class Area(Declared):
    """A place, office or group of them. `is_of_which`: already inside its parent, never part of a sum."""

    code: str
    level: Literal["world", "office", "country", "group", "province", "sar", "of_which"]
    parent: str
    is_of_which: bool
    name_zh: str
    name_en: str
    aliases: str

    @property
    def written(self) -> set[str]:
        """Every form in which it is written."""
        return {self.code, self.name_zh, self.name_en, *filter(None, self.aliases.split("|"))}


class Code(Text):
    """A code of a dimension other than the area, with its name."""

    dimension: Literal["ip_type", "owner_kind", "industry", "technology", "counterpart_area"]
    code: str


class Scale(Declared):
    """How a base unit is shown in thousands or millions, the same in both languages."""

    zh: str
    en: str


class Unit(Declared):
    """A base unit, the printed units that it understands with their factors, and how it is shown.

    `counted`: whole things, so that a number printed in full is exact and no rounding of something finer.
    """

    zh: str
    en: str
    decimals: int = 0
    counted: bool = False
    printed: dict[str, Decimal] = {}
    scales: dict[str, Scale] = {}


class Meant(Declared):
    """What a reading says of a row: a vintage stage, the unit it was rounded to, a running total, a coverage."""

    stage: Stage | None = None
    round_to: Decimal | None = None
    accumulation: Accumulation | None = None
    counterpart_area: str | None = None


class Reading(Declared):
    """What one printed row means where only its note says so; `source` is where the reader can see it."""

    series: str | None = None
    period: str | None = None
    value: str | None = None
    note_contains: str | None = None
    source: str | None = None
    set: Meant
    reason: str

    def matches(self, row: dict[str, str]) -> bool:
        """Whether this reading is about the row."""
        return (
            self.series in (None, row["series_id"])
            and self.period in (None, row["period"])
            and self.value in (None, row["value"])
            and (self.note_contains or "") in row["note"]
        )


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
        return wide and any(self.names(pattern, indicator_id) for pattern in self.indicators)

    @staticmethod
    def names(pattern: str, indicator_id: str) -> bool:
        """Whether an entry of `indicators` means an indicator."""
        return indicator_id == pattern or (pattern.endswith("*") and indicator_id.startswith(pattern[:-1]))


class Label(Declared):
    """What one text of the dimension column assigns, for one series or (empty) for any; `exclude`: why it is not taken."""

    label: str
    series: str
    ref_area: str
    ip_type: str
    owner_kind: str
    industry: str
    technology: str
    counterpart_area: str
    stage: Stage | Literal[""]
    variant: str
    exclude: str
    note: str

    @property
    def assigned(self) -> dict[str, str]:
        """What it assigns, by column."""
        return {name: text for name, text in self.model_dump(exclude={"label", "series", "note"}).items() if text}


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

    def unknown_codes(self) -> list[str]:
        """Every code that a label assigns and no list explains."""
        return sorted(
            f"'{code}' of {dimension} (label '{label}')"
            for (_, label), assigned in self.labels.rows.items()
            for dimension, code in assigned.items()
            if dimension in DIMENSIONS and not self.knows(dimension, code)
        )

    def knows(self, dimension: str, code: str) -> bool:
        """Whether a code of a dimension is in its list. A counterpart is an area too, or a coverage of the contract."""
        if dimension == "ref_area":
            return code in self.areas
        return (
            code == "_T"
            or (dimension, code) in self.codes
            or (dimension == "counterpart_area" and (code in self.areas or code in COVERAGES))
        )

    @property
    def area_aliases(self) -> dict[str, str]:
        """Every written form of an area, with its code."""
        return {name: code for code, area in self.areas.items() for name in area.written}

    def ambiguous_areas(self) -> list[tuple[str, list[str]]]:
        """Written forms that mean more than one area, with their codes."""
        meant: dict[str, list[str]] = defaultdict(list)
        for code, area in self.areas.items():
            for name in area.written:
                meant[name].append(code)
        return [(name, codes) for name, codes in sorted(meant.items()) if len(codes) > 1]


def load_dimensions(folder: Path, problems: list[str]) -> Dimensions:
    """The code lists, labels, readings and breaks of one folder."""
    areas = _models(Area, read_csv(folder / "areas.csv", problems), "areas.csv", problems)
    units = read_entries(folder / "units.yaml", problems, UNIT_ID)
    return Dimensions(
        areas={area.code: area for area in areas},
        units={id_: u for id_, entry in units.items() if (u := validated(Unit, entry, f"units.yaml: {id_}", problems))},
        labels=_load_labels(folder / "labels", problems),
        readings=_models(Reading, read_items(folder / "readings.yaml", problems), "readings.yaml", problems),
        breaks=_models(Break, read_items(folder / "breaks.yaml", problems), "breaks.yaml", problems),
        codes={
            (code.dimension, code.code): Text(zh=code.zh, en=code.en)
            for path in sorted(folder.glob("codes*.csv"))
            for code in _models(Code, read_csv(path, problems), path.name, problems)
        },
    )


def _models(model: type[M], rows: list[Any], where: str, problems: list[str]) -> list[M]:
    made = (validated(model, row, f"{where}: entry {n}", problems) for n, row in enumerate(rows, 1))
    return [m for m in made if m]


def _load_labels(folder: Path, problems: list[str]) -> Labels:
    labels = Labels()
    for path in sorted(folder.glob("*.csv")):
        where = f"labels/{path.name}"
        for label in _models(Label, read_csv(path, problems), where, problems):
            key, assigned = (label.series, label.label), label.assigned
            if labels.rows.get(key, assigned) != assigned:
                problems.append(f"{where}: '{label.label}' of series '{label.series or 'any'}' has two meanings")
            labels.rows[key] = assigned
    return labels
