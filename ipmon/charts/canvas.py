"""The one module that draws with matplotlib: scenes as PNG, the same bytes for the same scene.

Belongs here: turning marks into paths of a matplotlib renderer. Not here: what is drawn where (scene.py), the other
formats (svg.py, pdf.py).
"""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.path import Path as Outline
from matplotlib.transforms import Affine2D
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ipmon.charts import shapes, theme
from ipmon.charts.glyphs import glyph
from ipmon.charts.scene import Area, Bar, Dot, Mark, Scene, Stroke, Words

DPI = 100
PNG_SCALE = 2
COLOURS = 128
POINTS = 72 / DPI


def png(scene: Scene, path: Path, title: str = "", description: str = "") -> None:
    """The scene at twice its pixels, in as few colours as it has, with its alternative text."""
    canvas: Any = FigureCanvasAgg(_figure(scene))
    canvas.figure.set_dpi(DPI * PNG_SCALE)
    canvas.draw()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba()))
    small = image.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    small.putpalette(small.getpalette("RGB") or [], "RGB")
    texts = PngInfo()
    for key, text in (("Title", title), ("Description", description)):
        texts.add_itxt(key, text)
    small.save(path, "PNG", compress_level=3, pnginfo=texts)


def _figure(scene: Scene) -> Figure:
    figure = Figure(figsize=(scene.width / DPI, scene.height / DPI), dpi=DPI, facecolor=theme.PAPER)
    figure.add_artist(_Marks(scene))
    return figure


class _Marks(Artist):
    """All marks of a scene as one artist, which saves matplotlib's layout of every text."""

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self._scene = scene

    def draw(self, renderer: RendererBase) -> None:
        """Draws every mark in order, text as outlines."""
        figure = self.get_figure()
        assert figure is not None
        pixels = Affine2D().scale(1 / self._scene.width, -1 / self._scene.height).translate(0, 1) + figure.transFigure
        for mark in self._scene.marks:
            _draw(renderer, mark, Affine2D(pixels.get_matrix()))


def _draw(renderer: RendererBase, mark: Mark, pixels: Affine2D) -> None:
    match mark:
        case Words(x, y, text, size, colour):
            placed = Affine2D().scale(size, -size).translate(x, y) + pixels
            renderer.draw_path(_pen(renderer, colour, 0.0), _outline(text), placed, to_rgb(colour))
        case Stroke(points, colour, width, dash):
            renderer.draw_path(_pen(renderer, colour, width, dash), Outline(points), pixels)
        case Bar(box, colour, hatched):
            corners = [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]
            _fill(renderer, corners, theme.PAPER if hatched else colour, colour, float(hatched), pixels)
            for line in shapes.hatching(box.left, box.top, box.right, box.bottom) if hatched else ():
                renderer.draw_path(_pen(renderer, colour, 1.0), Outline(line), pixels)
        case Area(points, colour):
            _fill(renderer, list(points), colour, colour, 0.0, pixels)
        case Dot(x, y, shape, colour, hollow, size):
            _fill(renderer, shapes.marker(shape, x, y, size), theme.PAPER if hollow else colour, colour, 1.4, pixels)


def _fill(renderer: RendererBase, corners: shapes.Points, face: str, edge: str, width: float, pixels: Affine2D) -> None:
    renderer.draw_path(_pen(renderer, edge, width), Outline([*corners, corners[0]], closed=True), pixels, to_rgb(face))


def _pen(renderer: RendererBase, colour: str, width: float, dash: str = "solid") -> GraphicsContextBase:
    pen = renderer.new_gc()
    pen.set_foreground(colour)
    pen.set_linewidth(width * POINTS)
    pattern = [length * POINTS for length in shapes.DASHES[dash]]
    pen.set_dashes(0, pattern or None)
    pen.set_capstyle("butt")
    pen.set_joinstyle("round")
    return pen


@cache
def _outline(text: str) -> Outline:
    """The outlines of a line of text in units of its size, y upwards."""
    at = 0.0
    vertices: list[Any] = [np.empty((0, 2))]
    codes: list[Any] = [np.empty(0, np.uint8)]
    for character in text:
        found = glyph(character)
        if len(found.codes):
            vertices.append(found.vertices + np.array([at, 0.0]))
            codes.append(found.codes)
        at += found.advance
    return Outline(np.concatenate(vertices), np.concatenate(codes))
