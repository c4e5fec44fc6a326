"""What every finished page must keep: text whole and apart, readable colours, data inside its axes.

Belongs here: rules of publishing that are held on the marks themselves. Not here: numbers (numerals.py), glyphs (glyphs.py).
"""

from collections.abc import Iterator
from itertools import combinations

from ipmon.charts import theme
from ipmon.charts.picture import ChartError
from ipmon.charts.scene import Area, Bar, Box, Dot, Mark, Scene, Stroke, Words

TEXT_CONTRAST, SHAPE_CONTRAST = 4.5, 3.0
TOUCHING = 0.9
"""Pixels apart up to which two filled shapes are seen as neighbours."""
SLACK = 1.5
"""Pixels by which ink may stand over its axes, for the width of a pen."""
BACKGROUND = frozenset({theme.GRID, theme.AXIS, theme.BAND, theme.PAPER})


def check(scene: Scene) -> None:
    """Raises ChartError with the first rule that a page breaks.

    No text is clipped or covers another. Text has a contrast of 4.5:1 with what is behind it; lines and markers have one of 3:1
    with the paper, and shapes that touch with each other: in luminance, and so in grey as well (WCAG 2.2, 1.4.3 and 1.4.11).
    What stands for data lies inside the axes.
    """
    for problem in (*_clipped(scene), *_overlapping(scene), *_outside(scene), *_faint(scene), *_alike(scene)):
        raise ChartError(f"{scene.name}: {problem}")


def _clipped(scene: Scene) -> Iterator[str]:
    for words in scene.texts:
        if not words.box.within(scene.width, scene.height):
            yield f"the text '{words.text}' is clipped by the edge of the page. Shorten it or show fewer points."


def _overlapping(scene: Scene) -> Iterator[str]:
    for one, other in combinations(scene.texts, 2):
        if one.box.overlaps(other.box):
            yield f"the texts '{one.text}' and '{other.text}' overlap. Shorten one or show fewer points."


def _outside(scene: Scene) -> Iterator[str]:
    for mark, axes in scene.ink:
        if not axes.holds(extent(mark), SLACK + (mark.size / 2 if isinstance(mark, Dot) else 0.0)):
            yield f"data are drawn outside their axes ({type(mark).__name__.lower()} at {extent(mark)}). Widen the scale."


def _faint(scene: Scene) -> Iterator[str]:
    bars: list[Bar] = []
    for mark in scene.marks:
        match mark:
            case Bar():
                bars.append(mark)
            case Words(text=text, colour=colour, box=box):
                if (ratio := theme.contrast(colour, _behind(box, bars))) < TEXT_CONTRAST:
                    yield f"the text '{text}' has a contrast of {ratio:.1f} with what is behind it, less than {TEXT_CONTRAST}."
            case Stroke(colour=colour) | Dot(colour=colour):
                if colour not in BACKGROUND and theme.contrast(colour, theme.PAPER) < SHAPE_CONTRAST:
                    yield f"a {type(mark).__name__.lower()} of {colour} has a contrast under {SHAPE_CONTRAST} with the paper."


def _behind(box: Box, bars: list[Bar]) -> str:
    """The colour under a text: of the last filled shape that it overlaps, else of the paper."""
    under = [bar.colour for bar in bars if not bar.hatched and bar.box.overlaps(box)]
    return under[-1] if under else theme.PAPER


def _alike(scene: Scene) -> Iterator[str]:
    bars = [mark for mark in scene.marks if isinstance(mark, Bar) and mark.colour not in BACKGROUND]
    for one, other in combinations(bars, 2):
        ratio = theme.contrast(one.colour, other.colour)
        if one.colour != other.colour and ratio < SHAPE_CONTRAST and one.box.overlaps(other.box, TOUCHING):
            yield f"neighbours of {one.colour} and {other.colour} have a contrast of {ratio:.1f}, less than {SHAPE_CONTRAST}."


def extent(mark: Mark) -> Box:
    """The box around a mark; of a marker its middle."""
    match mark:
        case Words() | Bar():
            return mark.box
        case Dot(x=x, y=y):
            return Box(x, y, x, y)
        case Stroke(points=points) | Area(points=points):
            xs, ys = zip(*points, strict=True)
            return Box(min(xs), min(ys), max(xs), max(ys))
