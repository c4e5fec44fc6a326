"""Small pictures of one indicator: a line over time, or bars of its largest cells. The same numbers give the same bytes.

Belongs here: their SVG, with real text, named by the caption under it. Not here: the declared charts (see charts/), or captions.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from markupsafe import Markup, escape

from ipmon.charts import theme
from ipmon.charts.axes import Plane, tick_text, ticks
from ipmon.declared import Text

WIDTH, HEIGHT = 400, 215
SIZE = 12.5
BAR, NAMES = 26, 140
LETTER = 7.0
"""Room that a numeral takes at most."""


class Dot(NamedTuple):
    """A value of the line in the unit shown. `firm`: as published and final; `joined`: a line leads to it from the one before."""

    at: date
    value: float
    firm: bool
    joined: bool


class Bar(NamedTuple):
    """A cell with its value in the unit shown and as it is written."""

    name: Text
    value: float
    written: str


def line(dots: Sequence[Dot], breaks: Sequence[date]) -> Markup:
    """A line through the dots in order of time, with an upright at each break; from zero unless that would flatten it."""
    low, high = min(d.value for d in dots), max(d.value for d in dots)
    at = ticks(0.0 if 0 < low < high / 2 else low, high, 4)
    left = max(len(tick_text(t, at)) for t in at) * LETTER + theme.GAP
    plane = Plane(left, SIZE, WIDTH - 18, HEIGHT - 24, dots[0].at.toordinal(), dots[-1].at.toordinal(), at[0], at[-1])
    grid = [_grid(plane, value, tick_text(value, at)) for value in at]
    uprights = [_upright(plane, day) for day in breaks if dots[0].at < day <= dots[-1].at]
    places = [(_n(plane.x(d.at.toordinal())), _n(plane.y(d.value))) for d in dots]
    way = "".join(f"{'L' if d.joined else 'M'}{x} {y}" for d, (x, y) in zip(dots, places, strict=True))
    circles = [_circle(x, y, d.firm) for d, (x, y) in zip(dots, places, strict=True)]
    path = f'<path d="{way}" fill="none" stroke="{theme.SERIES[0]}" stroke-width="2"/>'
    return _svg(HEIGHT, "".join([*grid, *uprights, path, *circles, _years(plane, dots)]))


def bars(rows: Sequence[Bar]) -> Markup:
    """One horizontal bar a row, from zero, with its name and number."""
    room = max(len(row.written) for row in rows) * LETTER + theme.GAP
    plane = Plane(NAMES, 0, WIDTH - room, 0, min(0.0, *(r.value for r in rows)), max(0.0, *(r.value for r in rows)) or 1.0, 0, 1)
    return _svg(len(rows) * BAR + 4, "".join(_bar(plane, n, row) for n, row in enumerate(rows)))


def _bar(plane: Plane, n: int, row: Bar) -> str:
    zero, end, y = plane.x(0.0), plane.x(row.value), n * BAR + 4
    names = (("", row.name.zh),) if row.name.zh == row.name.en else ((' lang="zh"', row.name.zh), (' lang="en"', row.name.en))
    texts = "".join(_words(NAMES - theme.GAP, y + 15, _short(name), "end", lang) for lang, name in names)
    box = f'<rect x="{_n(min(zero, end))}" y="{y}" width="{_n(abs(end - zero))}" height="{BAR - 6}" fill="{theme.SERIES[0]}"/>'
    return f"{texts}{box}{_words(max(zero, end) + theme.GAP, y + 15, row.written)}"


def _grid(plane: Plane, value: float, written: str) -> str:
    y = plane.y(value)
    rule = f'<path d="M{_n(plane.left)} {_n(y)}H{_n(plane.right)}" stroke="{theme.AXIS if value == 0 else theme.GRID}"/>'
    return rule + _words(plane.left - theme.GAP, y + SIZE * 0.35, written, "end")


def _upright(plane: Plane, day: date) -> str:
    x = _n(plane.x(day.toordinal()))
    return f'<path d="M{x} {_n(plane.top)}V{_n(plane.bottom)}" stroke="{theme.MUTED}" stroke-dasharray="3 3"/>'


def _circle(x: str, y: str, firm: bool) -> str:
    fill = theme.SERIES[0] if firm else theme.PAPER
    return f'<circle cx="{x}" cy="{y}" r="3.2" fill="{fill}" stroke="{theme.SERIES[0]}" stroke-width="1.4"/>'


def _years(plane: Plane, dots: Sequence[Dot]) -> str:
    """The years of the first and last dot, and of those between that have room."""
    years: dict[int, float] = {d.at.year: plane.x(d.at.toordinal()) for d in dots}
    last = max(years)
    shown: list[int] = [last]
    for year in sorted(years, reverse=True)[1:]:
        if years[shown[-1]] - years[year] >= 5.5 * LETTER:
            shown.append(year)
    return "".join(_words(years[year], HEIGHT - 6, str(year), "middle") for year in shown)


def _words(x: float, y: float, words: str, anchor: str = "start", lang: str = "") -> str:
    return f'<text{lang} x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}">{escape(words)}</text>'


def _short(name: str, room: float = NAMES - theme.GAP) -> str:
    """A name cut to the room beside a bar; the table under the picture has it whole."""
    at = 0.0
    for n, character in enumerate(name):
        at += SIZE if ord(character) > 0x2E80 else SIZE * 0.56
        if at > (room if n == len(name) - 1 else room - SIZE):
            return f"{name[:n].rstrip()}…"
    return name


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _svg(height: float, content: str) -> Markup:
    return Markup(
        f'<svg viewBox="0 0 {WIDTH} {_n(height)}" role="img" aria-labelledby="caption" font-size="{SIZE}" fill="{theme.INK}">'
        f"{content}</svg>"
    )
