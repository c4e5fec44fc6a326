"""Scenes as SVG: shapes, and text as outlines used by reference, so that no font is needed where it is read.

Belongs here: the markup. Not here: what is drawn where. The same scene gives the same bytes.
"""

from functools import cache
from html import escape

from ipmon.charts import shapes, theme
from ipmon.charts.glyphs import glyph
from ipmon.charts.scene import Area, Bar, Dot, Mark, Scene, Stroke, Words

UNITS = 1000
CLOSE = 79
LETTERS = {1: "M", 2: "L", 3: "Q", 4: "C", CLOSE: "Z"}


def svg(scene: Scene, title: str, description: str) -> str:
    """The scene as a document with its title and description as alternative text."""
    used = sorted({c for words in scene.texts for c in words.text if len(glyph(c).codes)})
    body = "\n".join(_marked(mark) for mark in scene.marks)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{_n(scene.width)}" height="{_n(scene.height)}" '
        f'viewBox="0 0 {_n(scene.width)} {_n(scene.height)}">\n'
        f"<title>{escape(title)}</title>\n<desc>{escape(description)}</desc>\n"
        f"<defs>\n{''.join(_outline(c) for c in used)}</defs>\n"
        f'<rect width="100%" height="100%" fill="{theme.PAPER}"/>\n{body}\n</svg>\n'
    )


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


@cache
def _outline(character: str) -> str:
    """One glyph in thousandths of the font size, y downwards. A letter stands where the kind of segment changes."""
    found = glyph(character)
    parts, before = [], 0
    for (x, y), code in zip(found.vertices, found.codes, strict=True):
        letter = LETTERS[code] if code != before else " "
        parts.append(letter if code == CLOSE else f"{letter}{x * UNITS:.0f} {-y * UNITS:.0f}")
        before = code
    return f'<path id="u{ord(character):x}" d="{"".join(parts)}"/>\n'


def _marked(mark: Mark) -> str:
    match mark:
        case Words():
            return _words(mark)
        case Stroke(points, colour, width, dash):
            pattern = " ".join(_n(d) for d in shapes.DASHES[dash])
            dashed = f' stroke-dasharray="{pattern}"' if pattern else ""
            pen = f'stroke="{colour}" stroke-width="{_n(width)}" stroke-linejoin="round"{dashed}'
            return f'<path d="{_way(points)}" fill="none" {pen}/>'
        case Bar(box, colour, hatched):
            corners = (
                f'x="{_n(box.left)}" y="{_n(box.top)}" width="{_n(box.right - box.left)}" height="{_n(box.bottom - box.top)}"'
            )
            if not hatched:
                return f'<rect {corners} fill="{colour}"/>'
            lines = "".join(_way(line) for line in shapes.hatching(box.left, box.top, box.right, box.bottom))
            return f'<rect {corners} fill="{theme.PAPER}" stroke="{colour}"/><path d="{lines}" stroke="{colour}"/>'
        case Area(points, colour):
            return f'<path d="{_way(points)}Z" fill="{colour}"/>'
        case Dot(x, y, shape, colour, hollow, size):
            fill = theme.PAPER if hollow else colour
            return f'<path d="{_way(shapes.marker(shape, x, y, size))}Z" fill="{fill}" stroke="{colour}" stroke-width="1.4"/>'


def _way(points: shapes.Points | tuple[tuple[float, float], ...]) -> str:
    return "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)


def _words(words: Words) -> str:
    scale = words.size / UNITS
    at, uses = 0.0, []
    for character in words.text:
        if len(glyph(character).codes):
            uses.append(f'<use href="#u{ord(character):x}" x="{_n(at)}"/>')
        at += glyph(character).advance * UNITS
    where = f"translate({_n(words.x)} {_n(words.y)}) scale({scale:.5f})"
    return f'<g fill="{words.colour}" transform="{where}" aria-label="{escape(words.text)}">{"".join(uses)}</g>'
