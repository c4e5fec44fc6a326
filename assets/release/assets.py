"""The candidate, complete; and the release: judged by the candidate's checks, sealed, and made current.

Belongs here: the assets that end a run. Not here: the checks (see pipelines/checks.py), how it is done (see ipmon/release.py).
"""

import dagster as dg
import duckdb

from assets import ROOT
from assets.marts.assets import Mart
from assets.occasion import OWNERS, Occasion
from ipmon.exports import RUN_TABLES, by_indicator, export, table_names
from ipmon.gate import checks_of, decide, gate, write_verdict
from ipmon.pages import archive
from ipmon.pages.layout import Layout
from ipmon.release import publish, write_manifest
from ipmon.synthetic import mark_names


@dg.asset(deps=["charts", "bulletin", "pages"], group_name="release", owners=OWNERS, kinds={"parquet", "csv"})
def candidate(mart: Mart) -> Mart:
    """The complete candidate of a release, as it is checked: mart, charts, bulletins, pages, tables as Parquet and CSV."""
    with duckdb.connect(str(mart.public), read_only=True) as connection:
        export(connection, mart.folder, (name for name in table_names(connection) if name not in RUN_TABLES))
    by_indicator(mart.folder)
    if mart.content.synthetic:
        mark_names(mart.folder)
    return mart


@dg.asset(
    key=["release", "current"],  # Dagster keeps the plain name for the job
    group_name="release",
    owners=OWNERS,
    kinds={"duckdb", "parquet", "csv"},
)
def release(context: dg.AssetExecutionContext, occasion: Occasion, candidate: Mart) -> str:
    """The checked candidate with verdict and manifest, published as the current release; the archive names it."""
    decision = decide(checks_of(candidate.public))
    gate(decision)
    with duckdb.connect(str(candidate.public), read_only=True) as connection:
        export(connection, candidate.folder, sorted(RUN_TABLES))
    if candidate.content.synthetic:
        mark_names(candidate.folder)
    write_verdict(candidate.folder, decision)
    write_manifest(occasion.root, candidate.folder, candidate.content, occasion.day)
    published = publish(occasion.root, candidate.folder)
    archive.write(occasion.root, Layout(ROOT / "pages", published.name))
    context.add_output_metadata({"release": published.name, "folder": dg.MetadataValue.path(str(published))})
    return published.name
