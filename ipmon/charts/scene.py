"""Marks on a page of pixels, origin top left.

Belongs here: drawing primitives, boxes, wrapping, placing a label where it is free. Not here: what a chart means, the rules
that a page must keep (checks.py).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from ipmon.charts import theme

Measure = Callable[[str, float], float]
Anchor = Literal["left", "centre", "right"]
PIECES = re.compile(r"[A-Za-z0-9][^\s\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]*\s*|\s+|.")
NEVER_FIRST = "，。；：、）》”％%)]’"


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box", slack: float = 0.0) -> bool:
        """Whether the two share more than an edge, `slack` pixels apart counting as overlap."""
        return (
            self.left < other.right + slack
            and other.left < self.right + slack
            and self.top < other.bottom + slack
            and other.top < self.bottom + slack
        )

    def within(self, width: float, height: float) -> bool:
        """Whether the whole box lies on a page."""
        return self.left >= 0 and self.top >= 0 and self.right <= width and self.bottom <= height

    def holds(self, other: "Box", slack: float = 0.0) -> bool:
        """Whether another box lies inside, `slack` pixels over the edge allowed."""
        return (
            other.left >= self.left - slack
            and other.right <= self.right + slack
            and other.top >= self.top - slack
            and other.bottom <= self.bottom + slack
        )

    def crossed_by(self, start: tuple[float, float], end: tuple[float, float]) -> bool:
        """Whether a straight line runs through the box (Liang-Barsky)."""
        (x, y), dx, dy = start, end[0] - start[0], end[1] - start[1]
        enter, leave = 0.0, 1.0
        for move, room in ((-dx, x - self.left), (dx, self.right - x), (-dy, y - self.top), (dy, self.bottom - y)):
            if move == 0 and room < 0:
                return False
            if move < 0:
                enter = max(enter, room / move)
            elif move > 0:
                leave = min(leave, room / move)
        return enter < leave


@dataclass(frozen=True)
class Words:
    """A line of text; x is its left edge and y its baseline."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    width: float

    @property
    def box(self) -> Box:
        """The room the text takes, ascenders and descenders included."""
        return Box(self.x, self.y - self.size * theme.ASCENT, self.x + self.width, self.y + self.size * theme.DESCENT)


@dataclass(frozen=True)
class Stroke:
    """A line through points."""

    points: tuple[tuple[float, float], ...]
    colour: str
    width: float = 1.0
    dash: str = "solid"


@dataclass(frozen=True)
class Bar:
    """A filled rectangle; hatched where its value is not firm."""

    box: Box
    colour: str
    hatched: bool = False


@dataclass(frozen=True)
class Area:
    """A filled shape without an edge."""

    points: tuple[tuple[float, float], ...]
    colour: str


@dataclass(frozen=True)
class Dot:
    """A marker; hollow where its value is not firm."""

    x: float
    y: float
    shape: str
    colour: str
    hollow: bool = False
    size: float = 7.0


Mark = Words | Stroke | Bar | Area | Dot


@dataclass
class Scene:
    """A page of marks. `name` is used in errors; `ink` are the marks that stand for data, with the axes that they belong in."""

    name: str
    measure: Measure
    width: float = theme.WIDTH
    height: float = 0.0
    marks: list[Mark] = field(default_factory=list)
    ink: list[tuple[Mark, Box]] = field(default_factory=list)

    def draw(self, marks: Iterable[Mark], axes: Box) -> None:
        """Sets marks that stand for data."""
        for mark in marks:
            self.marks.append(mark)
            self.ink.append((mark, axes))

    def words(
        self, x: float, y: float, text: str, size: float = theme.LABEL, colour: str = theme.INK, anchor: Anchor = "left"
    ) -> Words:
        """A line of text set at once; returns it so that its box can be used."""
        made = self.trial(x, y, text, size, colour, anchor)
        if text:
            self.marks.append(made)
        return made

    def trial(
        self, x: float, y: float, text: str, size: float = theme.LABEL, colour: str = theme.INK, anchor: Anchor = "left"
    ) -> Words:
        """The same, measured but not set."""
        width = self.measure(text, size)
        left = x - {"left": 0.0, "centre": width / 2, "right": width}[anchor]
        return Words(left, y, text, size, colour, width)

    @property
    def texts(self) -> list[Words]:
        """All text set so far."""
        return [mark for mark in self.marks if isinstance(mark, Words)]

    def place(self, candidates: Iterable[Sequence[Words]], keep_clear: Sequence[Box] = (), left: float = 0.0) -> bool:
        """Sets the first candidate, one or more lines, that covers no text, line, marker or given box; false if none is free."""
        for lines in candidates:
            boxes = [words.box for words in lines]
            if all(b.left >= left and b.within(self.width, 1e9) and not self._taken(b, keep_clear) for b in boxes):
                self.marks += lines
                return True
        return False

    def _taken(self, box: Box, keep_clear: Sequence[Box]) -> bool:
        for mark in self.marks:
            match mark:
                case Words():
                    hit = box.overlaps(mark.box, 1.0)
                case Dot(x=x, y=y, size=size):
                    hit = box.overlaps(Box(x - size / 2, y - size / 2, x + size / 2, y + size / 2))
                case Stroke(points=points, colour=colour):
                    hit = colour != theme.GRID and any(box.crossed_by(a, b) for a, b in pairwise(points))
                case Bar() | Area():
                    hit = False
            if hit:
                return True
        return any(box.overlaps(other) for other in keep_clear)

    def paragraph(self, y: float, text: str, size: float, colour: str) -> float:
        """Text wrapped over the page, first baseline at `y`; returns the next free baseline."""
        for line in wrap(text, self.width - 2 * theme.MARGIN, size, self.measure):
            self.words(theme.MARGIN, y, line, size, colour)
            y += size * theme.LINE_SPACING
        return y


def wrap(text: str, width: float, size: float, measure: Measure) -> list[str]:
    """Lines no wider than `width`: Latin words stay whole, Chinese breaks anywhere but before closing punctuation."""
    lines = [""]
    for piece in PIECES.findall(text):
        if measure((lines[-1] + piece).rstrip(), size) <= width:
            lines[-1] += piece
        elif piece in NEVER_FIRST and len(lines[-1]) > 1:
            lines[-1:] = [lines[-1][:-1], lines[-1][-1] + piece]
        else:
            lines.append(piece.lstrip())
    return [line.rstrip() for line in lines if line.strip()]
