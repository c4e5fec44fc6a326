"""The bulletin and the annual report of a candidate release, in both languages.

Belongs here: the one asset of both. Not here: its words and layout (see content.yaml, bulletin.typ).
"""

import dagster as dg

from assets import ROOT
from assets.marts.assets import Mart
from assets.occasion import OWNERS, Occasion
from ipmon.bulletin import build


@dg.asset(
    deps=["charts"],
    group_name="bulletin",
    owners=OWNERS,
    kinds={"typst", "pdf"},
    metadata={"declarations": "assets/bulletin"},
)
def bulletin(context: dg.AssetExecutionContext, occasion: Occasion, mart: Mart) -> None:
    """Bulletin and annual report in Chinese and English: main points, targets, what changed, themes, notes and sources."""
    made = build(mart.public, mart.folder / "charts", ROOT / "bulletin", occasion.issue(mart.release_id), mart.folder)
    context.add_output_metadata({"files": ", ".join(path.name for path in made)})
