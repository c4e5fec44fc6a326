"""The geometry of markers, hatching and dashes, the same for every kind of file.

Belongs here: points in pixels. Not here: colours or files.
"""

from math import cos, pi, sin

Points = list[tuple[float, float]]
CORNERS = 36
HATCH_STEP = 5.0
DASHES: dict[str, tuple[float, ...]] = {"solid": (), "dashed": (7.0, 3.5), "dashdot": (8.0, 3.0, 2.0, 3.0), "dotted": (2.0, 3.0)}
CROSS = ((-3, -1), (-1, -3), (0, -2), (1, -3), (3, -1), (2, 0), (3, 1), (1, 3), (0, 2), (-1, 3), (-3, 1), (-2, 0))
MARKERS: dict[str, Points] = {
    "o": [(cos(2 * pi * k / CORNERS), sin(2 * pi * k / CORNERS)) for k in range(CORNERS)],
    "s": [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
    "^": [(0.0, -1.1), (1.05, 0.8), (-1.05, 0.8)],
    "v": [(0.0, 1.1), (1.05, -0.8), (-1.05, -0.8)],
    "D": [(0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)],
    "X": [(x / 2.8, y / 2.8) for x, y in CROSS],
    "_": [(-1.1, -0.22), (1.1, -0.22), (1.1, 0.22), (-1.1, 0.22)],
}


def marker(shape: str, x: float, y: float, size: float) -> Points:
    """The corners of a marker about a point."""
    return [(x + dx * size / 2, y + dy * size / 2) for dx, dy in MARKERS[shape]]


def hatching(left: float, top: float, right: float, bottom: float) -> list[Points]:
    """Slanted lines that fill a rectangle, clipped to it."""
    lines = []
    offset = top - right + HATCH_STEP
    while offset < bottom - left:
        # Points of y = x + offset inside the rectangle
        start, end = max(left, top - offset), min(right, bottom - offset)
        if start < end:
            lines.append([(start, start + offset), (end, end + offset)])
        offset += HATCH_STEP
    return lines
