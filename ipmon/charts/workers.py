"""Pictures drawn in processes of their own, which import matplotlib while the mart is still being read.

Belongs here: both ends of the pipe. Not here: what a picture is (picture.py) or how it is drawn (draw.py, canvas.py, svg.py).
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from ipmon.charts.picture import ChartError, Picture

COUNT = 2
ENDINGS = ("png", "svg", "pdf")


class Workers:
    """Two drawing processes, started on entry and gone on exit: a plain command, so that nothing of the caller is imported."""

    def __enter__(self) -> "Workers":
        package_root = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join(filter(None, (package_root, os.environ.get("PYTHONPATH"))))
        environment = os.environ | {"PYTHONPATH": path}
        command = [sys.executable, "-m", "ipmon.charts.workers"]
        pipe = subprocess.PIPE
        self._processes = [subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe) for _ in range(COUNT)]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for process in self._processes:
            process.kill()
            process.communicate()

    def draw(self, pictures: Sequence[Picture], out: Path) -> None:
        """Writes every picture into `out`. Raises ChartError with the first broken rule; RuntimeError where a process fails."""
        for n, process in enumerate(self._processes):
            assert process.stdin is not None
            pickle.dump((pictures[n::COUNT], out), process.stdin)
            process.stdin.flush()
        answers = [process.communicate() for process in self._processes]
        for process, (said, trouble) in zip(self._processes, answers, strict=True):
            if process.returncode:
                raise RuntimeError(f"a drawing process ended with {process.returncode}: {trouble.decode(errors='replace')}")
            if said:
                raise ChartError(said.decode())


def image_paths(picture: Picture, out: Path) -> list[Path]:
    """The three files of a picture."""
    return [out / f"{picture.chart}_{picture.lang}.{ending}" for ending in ENDINGS]


def render(picture: Picture, out: Path) -> None:
    """Draws one picture into its three files. Raises ChartError where it breaks a rule."""
    from ipmon.charts import canvas
    from ipmon.charts.draw import draw
    from ipmon.charts.glyphs import measure
    from ipmon.charts.svg import svg

    scene = draw(picture, measure)
    png, svg_, pdf = image_paths(picture, out)
    canvas.png(scene, png)
    svg_.write_text(svg(scene, picture.title, picture.description), "utf-8")
    canvas.pdf(scene, pdf, picture.title, picture.description)


def main() -> None:
    """The other end: imports, waits for pictures, draws them, says what rule was broken."""
    from ipmon.charts import canvas, draw, svg  # noqa: F401  (imported while the caller reads the mart)

    pictures, out = pickle.load(sys.stdin.buffer)
    try:
        for picture in pictures:
            render(picture, out)
    except ChartError as error:
        sys.stdout.buffer.write(str(error).encode())


if __name__ == "__main__":
    main()
