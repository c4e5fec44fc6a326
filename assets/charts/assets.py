"""Every declared chart of a candidate release.

Belongs here: the one asset of the charts. Not here: drawing (see ipmon/charts).
"""

from collections.abc import Sequence

import dagster as dg

from assets import ROOT
from assets.marts.assets import Mart
from assets.occasion import OWNERS, Occasion
from assets.pages.assets import writing
from ipmon.charts.declaration import load_charts
from ipmon.charts.files import ChartFiles, render_all
from ipmon.companions import Companion


@dg.asset(
    group_name="charts",
    owners=OWNERS,
    kinds={"matplotlib", "svg", "png", "pdf"},
    metadata={"declarations": "assets/charts"},
)
def charts(
    context: dg.AssetExecutionContext, occasion: Occasion, artists: dg.ResourceParam[Sequence[Companion]], mart: Mart
) -> list[ChartFiles]:
    """Charts in Chinese and English as PNG, SVG and PDF, with the CSV behind each. The pages that show them begin here."""
    declared = load_charts(ROOT / "charts", mart.content.synthetic)
    context.log.info(f"drawing {len(declared.charts)} charts")
    made = render_all(mart.public, declared, mart.release_id, occasion.day, mart.folder / "charts", artists)
    artists[0].begin(*writing(occasion, mart, made))
    titles = "\n".join(f"- {chart.titles['en']}" for chart in made)
    context.add_output_metadata({"charts": len(made), "titles": dg.MetadataValue.md(titles)})
    return made
