"""A drawn SVG as it stands in a web page: its texts are text again, to be found, copied and read at any size.

Belongs here: rewriting what svg.py writes. Not here: drawing; files, where texts are outlines, need no font.
"""

import re

from ipmon.errors import IpmonError

OUTLINED = re.compile(
    r'<g fill="(?P<fill>[^"]*)" transform="translate\((?P<x>[^ ]*) (?P<y>[^)]*)\) scale\((?P<scale>[^)]*)\)" '
    r'aria-label="(?P<words>[^"]*)">(?P<uses>.*?)</g>'
)
OUTLINES = re.compile(r"<defs>.*?</defs>\n?", re.DOTALL)
PLACE = re.compile(r' x="([^"]*)"')
UNITS = 1000
LAST = 560
"""How wide the last letter of a text is taken to be, in thousandths of the size; a Chinese one is as wide as the size."""


def inline(svg: str) -> str:
    """The picture without outlines. Each text keeps the width that it was drawn with, whatever font the reader has.

    Raises IpmonError where an outlined text was not understood.
    """
    made = OUTLINED.sub(_text, OUTLINES.sub("", svg))
    if "<use" in made:
        raise IpmonError("charts/inline.py does not understand how charts/svg.py writes a text; bring the two together.")
    return made


def _text(found: re.Match[str]) -> str:
    scale = float(found["scale"])
    places = PLACE.findall(found["uses"])
    last = UNITS if found["words"][-1:] > "\u2e80" else LAST
    width = (float(places[-1]) + last) * scale if places else 0
    where = f'x="{found["x"]}" y="{found["y"]}" font-size="{scale * UNITS:g}" textLength="{width:.1f}"'
    return f'<text {where} lengthAdjust="spacingAndGlyphs" fill="{found["fill"]}">{found["words"]}</text>'
