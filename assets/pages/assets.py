"""The web pages of a candidate release.

Belongs here: the one asset of the pages. Not here: their words, templates and style (beside this file), how they are filled (see
ipmon/pages).
"""

from collections.abc import Sequence
from typing import Any

import dagster as dg

from assets import ROOT
from assets.marts.assets import Mart
from assets.occasion import OWNERS, Occasion
from ipmon.charts.files import ChartFiles
from ipmon.companions import Companion
from ipmon.pages.site import build


@dg.asset(group_name="pages", owners=OWNERS, kinds={"html", "csv"}, metadata={"declarations": "assets/pages"})
def pages(
    context: dg.AssetExecutionContext,
    occasion: Occasion,
    artists: dg.ResourceParam[Sequence[Companion]],
    mart: Mart,
    charts: list[ChartFiles],
) -> None:
    """index.html with the bulletin and the list of indicators, a page an indicator, and what changed since the release before."""
    context.add_output_metadata({"pages": artists[0].result(*writing(occasion, mart, charts))})


def writing(occasion: Occasion, mart: Mart, charts: list[ChartFiles]) -> tuple[Any, ...]:
    """The call that writes the pages; it begins as soon as there are charts, and goes on while the bulletin is set."""
    issue = occasion.issue(mart.release_id)
    return build, mart.public, charts, ROOT / "bulletin", ROOT / "pages", issue, mart.folder
