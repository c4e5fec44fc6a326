"""What a chart is: one small entry of assets/charts, checked before anything is drawn.

Belongs here: the shape of a declaration, its placeholders, the order of the figures. Not here: values (see cells.py) or pixels.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import Field

from ipmon.charts.picture import Kind
from ipmon.declared import Declared, Text, read_yaml, validated
from ipmon.errors import DeclarationError
from ipmon.periods import Accumulation, Freq
from ipmon.synthetic import told

Dimension = Literal["ref_area", "ip_type", "owner_kind", "industry", "technology", "counterpart_area"]
Basis = Literal["published", "records", "derived"]
NO_TILE = "."
PLACEHOLDER = re.compile(r"\{([a-z][a-z_]*(?:\.[a-z_]+)?)\}")
BY_CATEGORY: frozenset[Kind] = frozenset({"ranked_bars", "dumbbell", "slope", "tile_map"})
OVER_TIME: frozenset[Kind] = frozenset(
    {"line_with_targets", "bars", "stacked_bars", "share_over_time", "interval", "small_multiples"}
)
SERIES_OF: dict[Kind, int] = {"dumbbell": 2, "slope": 2, "waterfall": 2, "interval": 2, "heat_table": 1, "tile_map": 1}
"""How many series a kind that shows a certain number takes."""


class Part(Declared):
    """Cells of one indicator: the national total unless `where` says otherwise, one a period, or one a code of `by`.

    `level` keeps only areas of that level (areas.csv); `only` keeps these codes in this order; `top` the largest so many.
    `at` picks one period; where `by` is given and neither `at` nor `from`, the latest one. `revises`: its values replace first
    releases and are marked so.
    """

    indicator: str
    where: dict[Dimension, str] = {}
    by: Dimension | None = None
    level: str | None = None
    only: list[str] = []
    freq: Freq = "A"
    accumulation: Accumulation | None = None
    start: str = Field("", alias="from")
    end: str = Field("", alias="to")
    at: str | None = None
    basis: list[Basis] = ["published", "records", "derived"]
    revises: bool = False


class Series(Declared):
    """One line, or one set of bars: parts joined in time. Its name defaults to the indicator's title.

    `age`: how many months after the start of a cohort it counts, for curves of cohorts.
    """

    name: Text | None = None
    age: int = 0
    of: list[Part] = Field(min_length=1)


class PanelOf(Declared):
    """One of several small plots."""

    title: Text
    series: dict[str, Series]


class Chart(Declared):
    """One chart, in both languages.

    `title`, `note` and `alt` are templates: {last}, {last_period}, {first}, {moved}, {versus}, {target}, … of the first series,
    {name.last} of a named one (see facts.py). No digit may be typed. `targets` names the indicator whose targets are drawn.
    A waterfall takes the total as its first series and the parts of it, by code, as its second. `band`: the lower and the
    upper of the series between which a chart of lines is lightly filled.
    """

    id: str = ""
    theme: str = ""
    kind: Kind
    title: Text
    measure: Text | None = None
    place: Text | None = None
    note: Text | None = None
    alt: Text | None = None
    series: dict[str, Series] = {}
    panels: list[PanelOf] = []
    targets: str | None = None
    target_ids: list[str] = []
    band: list[str] = []
    coverage: str | None = None
    top: int | None = None
    from_zero: bool = False

    @property
    def indicator_ids(self) -> set[str]:
        """The indicators that it shows."""
        return {part.indicator for series in self.all_series.values() for part in series.of}

    @property
    def all_series(self) -> dict[str, Series]:
        """Every series by its id, those of panels included."""
        return self.series | {id_: s for panel in self.panels for id_, s in panel.series.items()}


class Publisher(Declared):
    """How a publisher is cited: the words that give it away in a printed source, and its names."""

    found_by: list[str]
    zh: str
    en: str


@dataclass(frozen=True)
class Charts:
    """Everything of assets/charts, in the order of the figures. `grid`: column and row of each area on a tile map."""

    charts: tuple[Chart, ...]
    publishers: tuple[Publisher, ...]
    grid: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def load_charts(folder: Path, synthetic: bool = False) -> Charts:
    """<theme>.yaml, sequence.yaml (ids in figure order), publishers.yaml, tiles.yaml (rows of area codes).

    The words are those said of real or of simulated data. Raises DeclarationError with every problem at once.
    """
    problems: list[str] = []
    found: dict[str, Chart] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.stem not in ("sequence", "publishers", "tiles"):
            found |= _read_theme(path, found, problems, synthetic)
    sequence = read_yaml(folder / "sequence.yaml", problems) or []
    problems += [f"charts/sequence.yaml: '{id_}' is declared in no theme file" for id_ in sequence if id_ not in found]
    problems += [
        f"charts/sequence.yaml: chart '{id_}' of {c.theme}.yaml has no place" for id_, c in found.items() if id_ not in sequence
    ]
    entries = read_yaml(folder / "publishers.yaml", problems) or []
    publishers = (
        validated(Publisher, entry, f"charts/publishers.yaml: entry {n}", problems) for n, entry in enumerate(entries, 1)
    )
    rows = enumerate(read_yaml(folder / "tiles.yaml", problems) or [])
    grid = {code: (column, row) for row, codes in rows for column, code in enumerate(codes.split()) if code != NO_TILE}
    declared = Charts(tuple(found[id_] for id_ in sequence if id_ in found), tuple(p for p in publishers if p), grid)
    if problems:
        raise DeclarationError(problems)
    return declared


def _read_theme(path: Path, known: dict[str, Chart], problems: list[str], synthetic: bool) -> dict[str, Chart]:
    charts: dict[str, Chart] = {}
    for id_, entry in (told(read_yaml(path, problems), synthetic) or {}).items():
        where = f"charts/{path.name}: {id_}"
        if id_ in known:
            problems.append(f"{where}: is declared twice (also in {known[id_].theme}.yaml)")
        data = {**entry, "id": id_, "theme": path.stem} if isinstance(entry, dict) else entry
        chart = validated(Chart, data, where, problems)
        if chart:
            charts[id_] = chart
            problems += [f"{where}: {problem}" for problem in problems_of(chart)]
    return charts


def problems_of(chart: Chart) -> list[str]:
    """What is wrong with a chart beyond its shape: typed digits, unknown names, languages that bind different numbers."""
    problems = []
    for key in ("title", "note", "alt", "measure", "place"):
        text: Text | None = getattr(chart, key)
        for lang in ("zh", "en") if text else ():
            problems += [f"{key}.{lang}: {p}" for p in _unbound(getattr(text, lang), chart)]
        if text and sorted(PLACEHOLDER.findall(text.zh)) != sorted(PLACEHOLDER.findall(text.en)):
            problems.append(f"{key}: zh and en must bind the same numbers")
    if chart.kind != "status_strip" and not chart.all_series:
        problems.append("needs at least one series")
    if chart.band and (chart.kind != "line_with_targets" or len(chart.band) != 2 or not chart.series.keys() > set(chart.band)):
        problems.append("band: names the lower and the upper of at least three series of a 'line_with_targets'")
    largest = max([len(chart.series), *(len(panel.series) for panel in chart.panels)])
    if len(chart.series) != SERIES_OF.get(chart.kind, len(chart.series)):
        problems.append(f"shows {len(chart.series)} series; a chart of kind '{chart.kind}' shows {SERIES_OF[chart.kind]}")
    if largest > 4 and chart.kind != "progress":
        problems.append(f"shows {largest} series in one plot; more than four belong in small multiples")
    return problems


def _unbound(template: str, chart: Chart) -> list[str]:
    bare = PLACEHOLDER.sub("", template)
    names = {name.split(".")[0] for name in PLACEHOLDER.findall(template) if "." in name}
    return [
        *(
            f"the digits '{digits}' are bound to no cell; write a placeholder such as {{last}}"
            for digits in re.findall(r"\d+", bare)
        ),
        *(f"'{{{brace}' is no placeholder" for brace in re.findall(r"[{](\S{0,12})", bare)),
        *(f"'{{{name}.…}}' names no series of the chart" for name in sorted(names - chart.all_series.keys())),
    ]
