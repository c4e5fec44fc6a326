"""Raw deliveries and their staged rows.

Belongs here: one raw and one staging asset a source. Not here: reading files (see ipmon/deliveries.py).
"""

from collections.abc import Iterator

import dagster as dg

from assets import declarations
from assets.occasion import OWNERS, Occasion
from ipmon.contracts import SourceContract
from ipmon.deliveries import Delivery, load_manifest, read_staged, received_by
from ipmon.errors import IpmonError

CONTRACTS = declarations().contracts


def _raw(source: SourceContract) -> dg.AssetSpec:
    return dg.AssetSpec(
        ["raw", source.id],
        group_name="raw",
        owners=OWNERS,
        kinds={"file"},
        description=f"{source.title.zh} {source.title.en} {source.publisher.zh}",
        metadata={"contract": f"assets/sources/{source.id}.yaml", "cadence": source.cadence, "grade": source.grade},
    )


def _staged(source: SourceContract) -> dg.AssetSpec:
    return dg.AssetSpec(
        ["staging", f"stg_{source.id}"],
        deps=[["raw", source.id]],
        group_name="staging",
        owners=OWNERS,
        kinds={"polars", "parquet"},
        description=f"Rows of all deliveries of '{source.title.en}' as text, with delivery and place.",
        metadata={"contract": f"assets/sources/{source.id}.yaml"},
    )


raw = [_raw(source) for source in CONTRACTS.values()]


@dg.multi_asset(name="staging", specs=[_staged(source) for source in CONTRACTS.values()])
def staging(occasion: Occasion) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
    """Reads every delivery received by the day into Parquet under work/staging, one file a delivery."""
    deliveries = received_by(load_manifest(occasion.root), occasion.day)
    if not deliveries:
        raise IpmonError(
            f"No delivery had been received by {occasion.day}. Receive one with: ipmon receive FILE --source S --period P."
        )
    for source_id in CONTRACTS:
        rows = sum(stage(d, occasion) for d in deliveries if d.source_id == source_id)
        yield dg.MaterializeResult(asset_key=["staging", f"stg_{source_id}"], metadata={"dagster/row_count": rows})


def stage(delivery: Delivery, occasion: Occasion) -> int:
    """Writes one delivery's staged rows and counts them."""
    dimensions, contract = declarations().dimensions, CONTRACTS[delivery.source_id]
    rows = read_staged(delivery, contract, dimensions, occasion.root)
    path = occasion.root.work / "staging" / f"{delivery.delivery_id}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows.write_parquet(path)
    return rows.height
