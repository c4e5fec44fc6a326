"""Charts of cells in a grid: the heat table by month, the tile map of provinces.

Belongs here: where squares stand and how dark they are. Not here: page (axes.py), which area has which place (rows.py).
"""

from collections.abc import Sequence

from ipmon.charts import theme
from ipmon.charts.picture import Picture, Tile
from ipmon.charts.scene import Bar, Box, Scene, Stroke, wrap

ROW = 25.0
SIDE = 66.0
SPLIT = 2.0
READABLE = 4.5
SWATCH = 14.0


def heat_table(scene: Scene, picture: Picture, top: float) -> float:
    """A row a year and a column a month, darker where the value is higher, blank where there is none; returns the row below."""
    lines, heads = picture.panels[0].lines, picture.columns
    left = theme.MARGIN + max(scene.measure(line.name, theme.SMALL) for line in lines) + theme.GAP
    width = (scene.width - theme.MARGIN - left) / len(heads)
    for n, head in enumerate(heads):
        scene.words(left + (n + 0.5) * width, top + theme.SMALL, head, theme.SMALL, theme.MUTED, "centre")
    top += theme.SMALL + 8
    axes = Box(left, top, scene.width - theme.MARGIN, top + len(lines) * ROW)
    shades = _shades([p.value for line in lines for p in line.points])
    for k, line in enumerate(lines):
        y = top + k * ROW
        scene.words(theme.MARGIN, y + ROW / 2 + 4, line.name, theme.SMALL, theme.MUTED)
        scene.marks.append(Stroke(((theme.MARGIN, y + ROW), (scene.width - theme.MARGIN, y + ROW)), theme.GRID))
        for point in line.points:
            x = left + (point.at - 1) * width
            box = Box(x + SPLIT / 2, y + SPLIT / 2, x + width - SPLIT / 2, y + ROW - SPLIT / 2)
            _filled(scene, box, theme.SHADES[shades[point.value]], axes, [(point.text, theme.SMALL)])
    return axes.bottom


def tile_map(scene: Scene, picture: Picture, top: float) -> float:
    """A square an area with its name and value, darker where the value is higher, with the ranges of the shades; returns the row
    below."""
    tiles = picture.tiles
    columns, rows = max(t.column for t in tiles) + 1, max(t.row for t in tiles) + 1
    axes = Box(theme.MARGIN, top, theme.MARGIN + columns * SIDE, top + rows * SIDE)
    shades = _shades([t.value for t in tiles if t.value is not None])
    for tile in tiles:
        x, y = theme.MARGIN + tile.column * SIDE, top + tile.row * SIDE
        box = Box(x + SPLIT / 2, y + SPLIT / 2, x + SIDE - SPLIT / 2, y + SIDE - SPLIT / 2)
        name = wrap(tile.name, box.right - box.left - 4, theme.SMALL, scene.measure)
        texts = [*((part, theme.SMALL) for part in name), (tile.text, theme.LABEL)]
        if tile.value is not None:
            _filled(scene, box, theme.SHADES[shades[tile.value]], axes, texts)
            continue
        corners = ((box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom))
        scene.marks.append(Stroke((*corners, corners[0]), theme.AXIS))
        _texts(scene, box, theme.MUTED, texts)
    _ranges(scene, tiles, shades, axes.right + theme.GAP * 2, top + 4)
    return axes.bottom


def _ranges(scene: Scene, tiles: Sequence[Tile], shades: dict[float, int], x: float, y: float) -> None:
    """The lowest and the highest value of each shade, the darkest first."""
    for n, shade in sorted(enumerate(theme.SHADES), reverse=True):
        shown = sorted((t.value, t.text) for t in tiles if t.value is not None and shades[t.value] == n)
        if shown:
            scene.marks.append(Bar(Box(x, y, x + SWATCH, y + SWATCH), shade))
            ends = dict.fromkeys((shown[0][1], shown[-1][1]))
            scene.words(x + SWATCH + theme.GAP, y + SWATCH - 3, " – ".join(ends), theme.SMALL, theme.MUTED)
            y += SWATCH + 6


def _shades(values: Sequence[float]) -> dict[float, int]:
    """The shade of each value: as many values, as far as possible, in every shade."""
    ranked = sorted(values)
    return {value: ranked.index(value) * len(theme.SHADES) // len(ranked) for value in ranked}


def _filled(scene: Scene, box: Box, colour: str, axes: Box, texts: Sequence[tuple[str, float]]) -> None:
    scene.draw([Bar(box, colour)], axes)
    _texts(scene, box, theme.PAPER if theme.contrast(colour, theme.PAPER) >= READABLE else theme.INK, texts)


def _texts(scene: Scene, box: Box, ink: str, texts: Sequence[tuple[str, float]]) -> None:
    """Lines of text in the middle of a box, each as large as it fits."""
    step = theme.LABEL * 1.2
    for k, (text, size) in enumerate(texts):
        fitting = size * min(1.0, (box.right - box.left - 2) / scene.measure(text, size))
        y = (box.top + box.bottom) / 2 + (k - (len(texts) - 1) / 2) * step + fitting * 0.35
        scene.words((box.left + box.right) / 2, y, text, fitting, ink, "centre")
