"""The candidate, complete; and the release: judged by the candidate's checks, sealed, and made current.

Belongs here: the assets that end a run. Not here: the checks (see pipelines/checks.py), how it is done (see ipmon/release.py,
ipmon/files).
"""

import dagster as dg
import duckdb

from assets import ROOT
from assets.marts.assets import Mart
from assets.occasion import OWNERS, Occasion
from ipmon.companions import Companion
from ipmon.exports import RUN_TABLES, export
from ipmon.files.citation import write_citation
from ipmon.files.clerk import write_files
from ipmon.files.package import write_package
from ipmon.gate import checks_of, decide, gate, write_verdict
from ipmon.pages import archive
from ipmon.pages.layout import Layout
from ipmon.release import publish, seal
from ipmon.synthetic import mark_names


@dg.asset(
    deps=["charts", "bulletin", "pages"],
    group_name="release",
    owners=OWNERS,
    kinds={"parquet", "csv", "excel", "xml"},
    metadata={"declarations": "assets/release"},
)
def candidate(clerk: dg.ResourceParam[Companion], mart: Mart) -> Mart:
    """The complete candidate of a release, as it is checked: mart, charts, bulletins, pages, and tables in every other format."""
    clerk.result(write_files, mart.order)
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
    """The checked candidate with the tables of its checks, described and sealed, published as the current release."""
    decision = decide(checks_of(candidate.public))
    gate(decision)
    about, edition, folder = candidate.order.declared.about, candidate.edition, candidate.folder
    with duckdb.connect(str(candidate.public), read_only=True) as connection:
        export(connection, folder, sorted(RUN_TABLES))
        if candidate.content.synthetic:
            mark_names(folder)
        write_package(connection, about, edition, folder)
    write_citation(about, edition, candidate.content.content_hash, folder)
    write_verdict(folder, decision, release_id=candidate.release_id)
    seal(occasion.root, folder, candidate.content, occasion.day)
    published = publish(occasion.root, folder)
    archive.write(occasion.root, Layout(ROOT / "pages", published.name))
    context.add_output_metadata({"release": published.name, "folder": dg.MetadataValue.path(str(published))})
    return published.name
