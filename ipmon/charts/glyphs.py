"""The one font of charts and bulletin: how wide a line of text is and which outlines it has.

Belongs here: reading the font, advances and outlines by character. Not here: files. FreeType comes with matplotlib, on first use.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ipmon.charts.picture import ChartError

UNITS_OF_FREETYPE = 64


def font_path() -> Path:
    """The font file, shipped as a dependency (SIL Open Font License)."""
    import pylopdf_fonts_zh_cn

    return Path(pylopdf_fonts_zh_cn.sans_path())


@dataclass(frozen=True)
class Glyph:
    """One character in units of the font size: its advance, and its outline with y upwards.

    `vertices` is an array of (x, y), `codes` one of as many drawing codes: 1 move, 2 line, 3 and 4 curves, 79 close.
    """

    advance: float
    vertices: Any
    codes: Any


@cache
def glyph(character: str) -> Glyph:
    """The glyph of a character. Raises ChartError where the font has none."""
    from matplotlib.ft2font import LoadFlags

    font = _font()
    if not font.get_char_index(ord(character)):
        raise ChartError(f"the font has no glyph for {character!r} (U+{ord(character):04X}). Use another character.")
    loaded = font.load_char(ord(character), flags=LoadFlags.NO_SCALE)
    vertices, codes = font.get_path()
    return Glyph(loaded.horiAdvance / font.units_per_EM, vertices * UNITS_OF_FREETYPE / font.units_per_EM, codes)


def measure(text: str, size: float) -> float:
    """Width of a line of text in pixels: the sum of its advances."""
    return _advance(text) * size


@cache
def _advance(text: str) -> float:
    return sum(glyph(character).advance for character in text)


@cache
def _font() -> Any:
    from matplotlib.ft2font import FT2Font

    return FT2Font(str(font_path()))
