"""The release: judged by its checks, sealed, and made current.

Belongs here: the one asset that publishes. Not here: the checks (see pipelines/checks.py), the steps of publishing (see ipmon/release.py).
"""

from dataclasses import asdict

import dagster as dg
import duckdb

from assets import declarations
from assets.marts.assets import Mart
from assets.occasion import OWNERS, Occasion
from ipmon.exports import export
from ipmon.checked import kept
from ipmon.gate import decide, gate, write_verdict
from ipmon.marts import fill, frame
from ipmon.quality_page import render
from ipmon.release import code_version, current_id, publish, write_manifest


@dg.asset(deps=["charts", "bulletin"], group_name="release", owners=OWNERS, kinds={"duckdb", "parquet", "csv"})
def release(context: dg.AssetExecutionContext, occasion: Occasion, mart: Mart) -> str:
    """The checked candidate with its tables as files, quality page, verdict and manifest, published as the current release."""
    checks, schema = kept(mart.folder), declarations().schema
    decision = decide(checks)
    identity = {
        "release_id": mart.release_id,
        "as_of": occasion.day,
        "content_hash": mart.content.content_hash,
        "code_version": code_version(),
        "previous_release_id": current_id(occasion.root),
        "is_synthetic": False,
    }
    made = {"checks": frame(schema, "checks", [asdict(c) for c in checks]), "release": frame(schema, "release", [identity])}
    for path in sorted(mart.folder.glob("*.duckdb")):
        fill(path, made)
    with duckdb.connect(str(mart.public), read_only=True) as connection:
        export(connection, mart.folder)
    titles = {id_: identity.title for id_, identity in declarations().identities.items()}
    (mart.folder / "quality.html").write_text(render(mart.public, decision, titles), "utf-8")
    write_verdict(mart.folder, decision)
    gate(decision)
    write_manifest(occasion.root, mart.folder, mart.content, occasion.day)
    published = publish(occasion.root, mart.folder)
    context.add_output_metadata({"release": published.name, "folder": dg.MetadataValue.path(str(published))})
    return published.name
