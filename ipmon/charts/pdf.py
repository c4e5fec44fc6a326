"""Scenes as PDF: one page of the scene's size, text as text in the embedded font. Set by typst.

Belongs here: the markup of a page. Not here: what is drawn where (scene.py). The same scene gives the same bytes.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from ipmon.charts import shapes, theme
from ipmon.charts.glyphs import font_path
from ipmon.charts.scene import Area, Bar, Dot, Mark, Scene, Stroke, Words

PAGE = """#set document(title: {title}, description: {description}, date: none)
#set page(width: {width}pt, height: {height}pt, margin: 0pt)
#set text(lang: {lang}, font: "Noto Sans SC", top-edge: "baseline", bottom-edge: "baseline", kerning: false, ligatures: false,
  cjk-latin-spacing: none)
"""
POINTS = 0.72
"""Points of a pixel of a hundredth of an inch."""


def pdf(scene: Scene, lang: str, title: str, description: str) -> bytes:
    """The scene as a document with its title and its alternative text."""
    import typst

    size = {"width": _n(scene.width), "height": _n(scene.height)}
    words = {"title": _quoted(title), "description": _quoted(description), "lang": _quoted(lang)}
    markup = PAGE.format(**size, **words) + "\n".join(line for mark in scene.marks for line in _set(mark))
    made = typst.compile(markup.encode(), font_paths=_fonts(), format="pdf")
    assert isinstance(made, bytes)
    return made


@cache
def _fonts() -> Any:
    """The shipped font and nothing of the machine, read once."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font_path().parent)])


def _n(pixels: float) -> str:
    return f"{pixels * POINTS:.3f}"


def _quoted(text: str) -> str:
    """A string of typst, whose escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)


def _set(mark: Mark) -> Iterator[str]:
    match mark:
        case Words(x, y, text, size, colour):
            yield f'#place(dx: {_n(x)}pt, dy: {_n(y)}pt, text(size: {_n(size)}pt, fill: rgb("{colour}"), {_quoted(text)}))'
        case Stroke(points, colour, width, dash):
            yield _way(points, colour, width, shapes.DASHES[dash])
        case Bar(box, colour, hatched):
            corners = [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]
            yield _area(corners, theme.PAPER if hatched else colour, colour, float(hatched))
            for line in shapes.hatching(box.left, box.top, box.right, box.bottom) if hatched else ():
                yield _way(tuple(line), colour, 1.0)
        case Area(points, colour):
            yield _area(list(points), colour, colour, 0.0)
        case Dot(x, y, shape, colour, hollow, size):
            yield _area(shapes.marker(shape, x, y, size), theme.PAPER if hollow else colour, colour, 1.4)


def _way(points: tuple[tuple[float, float], ...], colour: str, width: float, dash: tuple[float, ...] = ()) -> str:
    first, *others = (f"({_n(x)}pt, {_n(y)}pt)" for x, y in points)
    lines = ", ".join(f"curve.line({point})" for point in others)
    pattern = f", dash: ({', '.join(_n(d) + 'pt' for d in dash)})" if dash else ""
    pen = f'(paint: rgb("{colour}"), thickness: {_n(width)}pt, join: "round"{pattern})'
    return f"#place(curve(stroke: {pen}, curve.move({first}), {lines}))"


def _area(corners: shapes.Points, face: str, edge: str, width: float) -> str:
    points = ", ".join(f"({_n(x)}pt, {_n(y)}pt)" for x, y in corners)
    pen = f'{_n(width)}pt + rgb("{edge}")' if width else "none"
    return f'#place(polygon(fill: rgb("{face}"), stroke: {pen}, {points}))'
