"""A chart in one language with every text and number resolved: what the drawing needs and nothing else.

Belongs here: the plain data that crosses to the drawing processes. Not here: marts, declarations or pixels.
"""

from dataclasses import dataclass
from typing import Literal

from ipmon.errors import IpmonError

Lang = Literal["zh", "en"]
LANGUAGES: tuple[Lang, ...] = ("zh", "en")
STATUSES = ("met", "met_so_far", "on_track", "needs_acceleration", "off_track", "moving_away", "missed", "not_assessed")
Kind = Literal[
    "line_with_targets",
    "bars",
    "stacked_bars",
    "share_over_time",
    "interval",
    "heat_table",
    "small_multiples",
    "cohort_curves",
    "ranked_bars",
    "dumbbell",
    "slope",
    "waterfall",
    "tile_map",
    "progress",
    "status_strip",
]


class ChartError(IpmonError):
    """A chart breaks a rule of publishing; the text names the chart, the rule and what to change."""


class NoData(ChartError):
    """The mart holds nothing of what a chart shows; the chart is left out of the release."""


@dataclass(frozen=True)
class Point:
    """One value as drawn; `firm` is false for provisional values and bounds, `joined` where a line leads to it.

    `low` and `high`: what the printed precision allows, None for an open side; of a step of a waterfall, where it
    begins and ends.
    """

    at: float
    tick: str
    value: float
    text: str
    firm: bool = True
    joined: bool = True
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Line:
    """Points of one series, in order. `main` is false for one that only gives the background of others."""

    name: str
    points: tuple[Point, ...]
    main: bool = True


@dataclass(frozen=True)
class Target:
    """A target with its band (low = high without one) over the stretch of time that it governs."""

    low: float
    value: float
    high: float
    start: float
    end: float
    text: str


@dataclass(frozen=True)
class Panel:
    """One plot: lines that share axes. `breaks` are places on the time axis where a series starts to count otherwise.

    `band`: none, or the lower and the upper edge of a light area, with as many points each.
    """

    title: str
    lines: tuple[Line, ...]
    targets: tuple[Target, ...] = ()
    breaks: tuple[float, ...] = ()
    band: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Tile:
    """One area of a tile map in its column and row; `value` is None where the area has none."""

    column: int
    row: int
    name: str
    text: str
    value: float | None
    firm: bool = True


@dataclass(frozen=True)
class StatusRow:
    """One target in the status strip: indicator, target, latest value, its period, status in words."""

    group: str
    texts: tuple[str, str, str, str, str]
    status: str


@dataclass(frozen=True)
class Picture:
    """A whole chart in one language."""

    chart: str
    kind: Kind
    lang: Lang
    figure: str
    title: str
    subtitle: str
    notes: tuple[str, ...]
    source: str
    description: str
    panels: tuple[Panel, ...] = ()
    from_zero: bool = False
    tiles: tuple[Tile, ...] = ()
    rows: tuple[StatusRow, ...] = ()
    columns: tuple[str, ...] = ()
