"""Raw deliveries and their staged rows.

Belongs here: one raw asset a source, and the one that reads them all. Not here: reading files (see ipmon/deliveries.py).
"""

import dagster as dg
import polars as pl

from assets import declarations
from assets.occasion import OWNERS, Occasion
from ipmon.contracts import SourceContract
from ipmon.deliveries import load_manifest, read_staged, received_by
from ipmon.errors import IpmonError
from ipmon.registers.contract import Register
from ipmon.staged import staged_frame

CONTRACTS = declarations().contracts
NO_ROWS = staged_frame({"locator": []})


def raw_asset(source: SourceContract | Register, folder: str) -> dg.AssetSpec:
    """What is delivered of a source or register whose contract lies in `folder`."""
    return dg.AssetSpec(
        ["raw", source.id],
        group_name="raw",
        owners=OWNERS,
        kinds={"file"},
        description=f"{source.title.zh} {source.title.en} {source.publisher.zh}",
        metadata={"contract": f"{folder}/{source.id}.yaml", "cadence": source.cadence, "grade": source.grade},
    )


raw = [raw_asset(source, "assets/sources") for source in CONTRACTS.values()]


@dg.asset(
    deps=[spec.key for spec in raw],
    group_name="staging",
    owners=OWNERS,
    kinds={"polars", "parquet"},
    metadata={"contracts": "assets/sources"},
)
def staged(context: dg.AssetExecutionContext, occasion: Occasion) -> None:
    """Rows of every delivery of tables received by the day, as text with delivery and place, in work/staged.parquet."""
    deliveries = received_by(load_manifest(occasion.root), occasion.day)
    if not deliveries:
        raise IpmonError(
            f"No delivery had been received by {occasion.day}. Receive one with: ipmon receive FILE --source S --period P."
        )
    dimensions = declarations().dimensions
    tables = [d for d in deliveries if d.source_id in CONTRACTS]
    rows = pl.concat([NO_ROWS, *(read_staged(d, CONTRACTS[d.source_id], dimensions, occasion.root) for d in tables)])
    rows.write_parquet(occasion.root.work / "staged.parquet")
    counts = rows.group_by("source_id").len("rows").sort("source_id").to_dicts()
    context.add_output_metadata({"dagster/row_count": rows.height, "sources": dg.MetadataValue.json(counts)})
