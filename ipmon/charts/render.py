"""Pictures as files, drawn in processes of their own.

Belongs here: which files, and the processes that make them. Not here: how a picture is drawn (draw.py, canvas.py, svg.py,
pdf.py).
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ipmon.charts.picture import Picture
from ipmon.companions import Companion

COUNT = min(4, max(1, (os.cpu_count() or 1) // 2))
"""Half of the processors draw, and no more than are of use; the others check and write at the same time."""

ENDINGS = ("png", "svg", "pdf")
MODULES = ("ipmon.charts.canvas", "ipmon.charts.draw", "ipmon.charts.svg", "ipmon.charts.pdf", "typst", "ipmon.pages.site")


@contextmanager
def drawing() -> Iterator[Sequence[Companion]]:
    """Processes that start importing matplotlib, and then wait for calls."""
    with ExitStack() as stack:
        yield [stack.enter_context(Companion(*MODULES)) for _ in range(COUNT)]


def image_paths(picture: Picture, out: Path) -> list[Path]:
    """The three files of a picture."""
    return [out / f"{picture.chart}_{picture.lang}.{ending}" for ending in ENDINGS]


def render(pictures: Sequence[Picture], out: Path) -> None:
    """Draws each picture into its three files. Raises ChartError where one breaks a rule."""
    from ipmon.charts import canvas
    from ipmon.charts.draw import draw
    from ipmon.charts.glyphs import measure
    from ipmon.charts.pdf import pdf
    from ipmon.charts.svg import svg

    for picture in pictures:
        scene = draw(picture, measure)
        png, svg_, pdf_ = image_paths(picture, out)
        canvas.png(scene, png, picture.title, picture.description)
        svg_.write_text(svg(scene, picture.title, picture.description), "utf-8")
        pdf_.write_bytes(pdf(scene, picture.lang, picture.title, picture.description))
