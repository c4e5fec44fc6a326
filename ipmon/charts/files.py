"""All charts of a release as files: bound in this process, drawn in others.

Belongs here: the order of work, the CSV behind each chart. Not here: texts, marks, pixels and processes (render.py).
"""

import csv
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import cycle
from pathlib import Path

import duckdb

from ipmon.charts import words
from ipmon.charts.bound import Bound, bind
from ipmon.charts.compose import Edition, pictures
from ipmon.charts.declaration import Chart, Charts
from ipmon.charts.mart import Mart
from ipmon.charts.picture import Lang, NoData, Picture
from ipmon.charts.render import image_paths, render
from ipmon.companions import Companion

DIMENSIONS = ("ref_area", "ip_type", "owner_kind", "industry", "technology", "counterpart_area")
SAME = ("indicator_id", *DIMENSIONS, "freq", "time_period", "accumulation", "value", "value_low", "value_high", "unit")
ORIGIN = ("obs_status", "basis", "released_on", "delivery_id", "locator")
SHOWN = ("shown", "shown_unit_zh", "shown_unit_en", "mark")
COLUMNS = ("figure", "row", "series", *SAME, *SHOWN, *ORIGIN, "source")


@dataclass(frozen=True)
class ChartFiles:
    """What was written of one chart, and what a page that shows it says beside it."""

    chart: str
    theme: str
    number: int
    csv: Path
    images: dict[Lang, list[Path]]
    titles: dict[Lang, str]
    descriptions: dict[Lang, str]


def render_all(
    mart: Path, declarations: Charts, release_id: str, as_of: date, out: Path, companions: Sequence[Companion]
) -> list[ChartFiles]:
    """Writes <chart>_<zh|en>.{png,svg,pdf} and <chart>.csv for every declared chart into `out`, in figure order.

    `mart` is opened read-only; `companions` draw (see render.drawing). A chart of which the mart holds nothing is left out, and
    the others are numbered without it. Raises ChartError for the first chart that breaks a rule of publishing.
    """
    out.mkdir(parents=True, exist_ok=True)
    edition = Edition(release_id, as_of, declarations.publishers, declarations.grid)
    with duckdb.connect(str(mart), read_only=True) as connection:
        asked = Mart(connection, {id_ for chart in declarations.charts for id_ in chart.indicator_ids})
    bound = _with_data(declarations.charts, asked)
    work: list[tuple[Companion, Bound, list[Picture]]] = []
    for companion, b in zip(cycle(companions), bound):
        work.append((companion, b, own := pictures(b, asked, edition)))
        companion.begin(render, own, out)  # it draws while the next is put together here
    tables = [_write_csv(b, asked, out) for b in bound]
    for companion, _, own in work:
        companion.result(render, own, out)
    return [_files(b, table, own, out) for (_, b, own), table in zip(work, tables, strict=True)]


def _with_data(charts: Iterable[Chart], mart: Mart) -> list[Bound]:
    found: list[Bound] = []
    for chart in charts:
        with suppress(NoData):
            found.append(bind(chart, len(found) + 1, mart))
    return found


def _files(bound: Bound, table: Path, own: list[Picture], out: Path) -> ChartFiles:
    return ChartFiles(
        bound.chart.id,
        bound.chart.theme,
        bound.number,
        table,
        {p.lang: image_paths(p, out) for p in own},
        {p.lang: p.title for p in own},
        {p.lang: p.description for p in own},
    )


def _write_csv(bound: Bound, mart: Mart, out: Path) -> Path:
    path = out / f"{bound.chart.id}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n", restval="")
        writer.writeheader()
        for row in (*_point_rows(bound, mart), *_target_rows(bound, mart)):
            writer.writerow({"figure": bound.number, **row})
    return path


def _point_rows(bound: Bound, mart: Mart) -> Iterable[dict[str, object]]:
    for series, cells in bound.cells.items():
        for cell in cells:
            indicator = mart.indicator(cell.indicator_id)
            yield {name: getattr(cell, name) for name in (*SAME, *ORIGIN)} | {
                "row": "point",
                "series": series,
                "shown": words.numeral(cell),
                "shown_unit_zh": indicator.unit.zh,
                "shown_unit_en": indicator.unit.en,
                "mark": words.mark(cell),
                "source": cell.publisher,
            }


def _target_rows(bound: Bound, mart: Mart) -> Iterable[dict[str, object]]:
    for target in (*bound.targets, *(a.target for a in bound.assessed if a.target)):
        indicator = mart.indicator(target.indicator_id)
        yield {
            "row": "target",
            "series": target.target_id,
            "indicator_id": target.indicator_id,
            "time_period": target.year,
            "value": target.value,
            "value_low": target.value - target.tolerance,
            "value_high": target.value + target.tolerance,
            "unit": target.unit,
            "shown": words.target_text(target, indicator),
            "shown_unit_zh": indicator.unit.zh,
            "shown_unit_en": indicator.unit.en,
            "source": target.document.zh,
        }
