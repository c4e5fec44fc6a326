"""Which door a file goes through, and what is said of it.

Belongs here: sources and registers by their id, the printed receipt. Not here: taking files in (ipmon/intake.py,
ipmon/registers/intake.py), nor the inbox (sensors.py).
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from assets import declarations
from ipmon.deliveries import in_force, load_manifest
from ipmon.door import Receipt
from ipmon.errors import IpmonError
from ipmon.intake import receive as receive_table
from ipmon.paths import DataRoot
from ipmon.registers.intake import receive as receive_register
from ipmon.registers.store import Store


def receive(file: Path, source: str, period: str, issued: date | None, root: DataRoot, inside: Path | None = None) -> Receipt:
    """Takes a file in for a source or a register. Raises IpmonError for an id that is neither, and whatever the door raises."""
    declared, now = declarations(), datetime.now(UTC)
    if source in declared.registers:
        return receive_register(file, declared.registers[source], period, issued, root, now, inside=inside)
    if source in declared.contracts:
        return receive_table(file, declared.contracts[source], period, issued, root, now, declared.dimensions, inside)
    known = ", ".join(sorted([*declared.contracts, *declared.registers]))
    raise IpmonError(f"There is no source '{source}'. Known sources: {known}.")


def told(receipt: Receipt, root: DataRoot) -> Iterator[str]:
    """What became of a file, and what a reader should know of it."""
    delivery = receipt.delivery
    what = f"{delivery.rows} rows, {delivery.container} {delivery.encoding}".rstrip()
    yield f"{receipt.outcome}: {delivery.delivery_id}, {what}, raw/{delivery.path}"
    if delivery.rows_bad:
        bad = Store(root).quarantine(delivery.source_id, delivery.period, delivery.delivery_id).relative_to(root.root)
        yield f"note: {delivery.rows_bad} of {delivery.rows + delivery.rows_bad} rows break the contract and lie in {bad}"
    standing = in_force(load_manifest(root), delivery.source_id, delivery.period)
    if receipt.outcome == "known" and standing[-1] != delivery:
        last = standing[-1].delivery_id
        yield f"note: {last} corrects it and holds; to return to this file, withdraw that one: ipmon withdraw {last}"
    yield from (f"note: {finding.en}" for finding in delivery.findings)
    yield from (f"note: column '{column}' is not in the contract and was not loaded" for column in delivery.extra_columns)
