"""The release: judged by its checks, sealed, and made current.

Belongs here: the one asset that publishes. Not here: the checks (see pipelines/checks.py), how it is done (see ipmon/release.py).
"""

import dagster as dg
import duckdb

from assets.marts.assets import Mart
from assets.occasion import OWNERS, Occasion
from ipmon.exports import export
from ipmon.gate import checks_of, decide, gate, write_verdict
from ipmon.release import publish, write_manifest


@dg.asset(
    key=["release", "current"],  # Dagster keeps the plain name for the job
    deps=["charts", "bulletin"],
    group_name="release",
    owners=OWNERS,
    kinds={"duckdb", "parquet", "csv"},
)
def release(context: dg.AssetExecutionContext, occasion: Occasion, mart: Mart) -> str:
    """The checked candidate with its tables as files, verdict and manifest, published as the current release."""
    decision = decide(checks_of(mart.public))
    gate(decision)
    with duckdb.connect(str(mart.public), read_only=True) as connection:
        export(connection, mart.folder)
    write_verdict(mart.folder, decision)
    write_manifest(occasion.root, mart.folder, mart.content, occasion.day)
    published = publish(occasion.root, mart.folder)
    context.add_output_metadata({"release": published.name, "folder": dg.MetadataValue.path(str(published))})
    return published.name
