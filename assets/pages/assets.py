"""The web pages of a candidate release.

Belongs here: the one asset of the pages. Not here: their words, templates and style (beside this file), how they are filled (see
ipmon/pages).
"""

import dagster as dg

from assets import ROOT
from assets.marts.assets import Mart
from assets.occasion import OWNERS, Occasion
from ipmon.bulletin_issue import Issue
from ipmon.charts.files import ChartFiles
from ipmon.duedates import next_release_day
from ipmon.pages.site import build


@dg.asset(group_name="pages", owners=OWNERS, kinds={"html", "csv"}, metadata={"declarations": "assets/pages"})
def pages(context: dg.AssetExecutionContext, occasion: Occasion, mart: Mart, charts: list[ChartFiles]) -> None:
    """index.html with the bulletin and the list of indicators, a page an indicator, and what changed since the release before."""
    current = occasion.root.current
    issue = Issue(mart.release_id, occasion.day, next_release_day(occasion.day), current if current.exists() else None)
    made = build(mart.public, charts, ROOT / "bulletin", ROOT / "pages", issue, mart.folder)
    context.add_output_metadata({"pages": made})
