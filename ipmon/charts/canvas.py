"""The one module that knows matplotlib: scenes become PNG, SVG and PDF files, the same bytes for the same scene.

Belongs here: the font, its measures, artists, files. Not here: what is drawn where. matplotlib is imported on first use.
"""

import warnings
from functools import cache
from html import escape
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipmon.charts import theme
from ipmon.charts.picture import ChartError
from ipmon.charts.scene import Bar, Dot, Mark, Scene, Stroke, Words

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure
    from matplotlib.transforms import Transform

DPI = 100
PNG_DPI = 2 * DPI
POINTS = 72 / DPI
SETTINGS: dict[str, Any] = {
    "pdf.fonttype": 3,
    "pdf.compression": 6,
    "svg.fonttype": "path",
    "svg.hashsalt": "ipmon",
    "svg.id": "chart",
    "text.parse_math": False,
    "text.hinting": "none",
    "axes.unicode_minus": False,
    "hatch.linewidth": 0.9,
}
PATTERNS = {"solid": "-", "dashed": (0, (5, 2.5)), "dashdot": (0, (6, 2, 1.2, 2)), "dotted": (0, (1.4, 1.8))}


def font_path() -> Path:
    """The one font of charts and bulletin, shipped as a dependency."""
    import pylopdf_fonts_zh_cn

    return Path(pylopdf_fonts_zh_cn.sans_path())


@cache
def _font() -> Any:
    from matplotlib.ft2font import FT2Font

    return FT2Font(str(font_path()))


@cache
def measure(text: str, size: float) -> float:
    """Width of a line of text in pixels. Raises ChartError for a character that the font does not have."""
    from matplotlib.ft2font import LoadFlags

    font = _font()
    missing = sorted({c for c in text if not font.get_char_index(ord(c))})
    if missing:
        raise ChartError(f"the font has no glyph for {', '.join(f'{c!r} (U+{ord(c):04X})' for c in missing)} in '{text}'. Use another character.")
    font.set_size(size, 72)
    font.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    return float(font.get_width_height()[0]) / 64


def paint(scene: Scene, stem: Path, title: str, description: str) -> list[Path]:
    """Writes <stem>.png (2x), .svg (with title and description) and .pdf of one scene. Raises ChartError on a missing glyph."""
    import matplotlib

    with matplotlib.rc_context(SETTINGS), warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*[Gg]lyph.*")
        try:
            figure = _figure(scene)
            paths = [stem.with_suffix(f".{ending}") for ending in ("png", "svg", "pdf")]
            figure.savefig(paths[0], dpi=PNG_DPI, metadata={"Software": None}, pil_kwargs={"compress_level": 4})
            paths[1].write_text(_svg(figure, title, description), "utf-8")
            figure.savefig(paths[2], metadata={"CreationDate": None, "Producer": None, "Creator": None, "Title": title, "Subject": description})
        except UserWarning as warning:
            raise ChartError(f"{scene.name}: {warning}") from None
    return paths


def _svg(figure: "Figure", title: str, description: str) -> str:
    file = StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    head, tag, rest = file.getvalue().partition("<svg ")
    attributes, close, body = rest.partition(">")
    labels = f'\n <title>{escape(title)}</title>\n <desc>{escape(description)}</desc>'
    return f'{head}{tag}role="img" {attributes}{close}{labels}{body}'


def _figure(scene: Scene) -> "Figure":
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.transforms import Affine2D

    figure = Figure(figsize=(scene.width / DPI, scene.height / DPI), dpi=DPI, facecolor=theme.PAPER)
    FigureCanvasAgg(figure)
    pixels = Affine2D().scale(1 / scene.width, -1 / scene.height).translate(0, 1) + figure.transFigure
    for order, mark in enumerate(scene.marks):
        artist = _artist(mark, pixels)
        artist.set_zorder(order)
        figure.add_artist(artist)
    return figure


def _artist(mark: Mark, pixels: "Transform") -> "Artist":
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle
    from matplotlib.text import Text

    match mark:
        case Words(x, y, text, size, colour):
            return Text(x, y, text, color=colour, fontproperties=_properties(size), transform=pixels, va="baseline")
        case Stroke(points, colour, width, dash):
            xs, ys = zip(*points, strict=True)
            style: Any = PATTERNS[dash]
            return Line2D(xs, ys, color=colour, linewidth=width * POINTS, linestyle=style, transform=pixels, solid_joinstyle="round")
        case Bar(box, colour, hatched):
            face, hatch = (theme.PAPER, "/////") if hatched else (colour, None)
            edge = colour if hatched else "none"
            size_ = (box.right - box.left, box.bottom - box.top)
            return Rectangle((box.left, box.top), *size_, facecolor=face, edgecolor=edge, hatch=hatch, linewidth=0.8, transform=pixels)
        case Dot(x, y, shape, colour, hollow, size):
            face = theme.PAPER if hollow else colour
            points_ = size * POINTS
            return Line2D(
                [x], [y], linestyle="none", marker=shape, markersize=points_, mfc=face, mec=colour, mew=1.2, transform=pixels
            )


@cache
def _properties(size: float) -> Any:
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=str(font_path()), size=size * POINTS)  # type: ignore[arg-type]
