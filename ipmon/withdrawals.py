"""Withdrawals: a publisher takes a delivery back, and from that day it no longer holds.

Belongs here: checking and recording one. Not here: what then holds (see deliveries.py, chains.py).
"""

import difflib
from collections.abc import Sequence
from datetime import date, datetime

from ipmon.deliveries import Delivery, Withdrawal, load_manifest, record_withdrawal
from ipmon.door import check_issued, timestamp
from ipmon.durable import append_line
from ipmon.errors import IpmonError
from ipmon.locks import single_writer
from ipmon.paths import DataRoot

NEAR = 3


def withdraw(delivery_id: str, issued: date, reason: str, root: DataRoot, now: datetime) -> bool:
    """Notes that a delivery is withdrawn as of the publisher's date; its file stays. False: it was withdrawn before, no effect.

    Raises IpmonError for an unknown id, an empty reason, and a date in the future or before the delivery's own.
    """
    check_issued(issued, now)
    if not reason.strip():
        raise IpmonError("--reason is empty. Write why the publisher withdraws the file; it is shown to readers.")
    with single_writer(root):
        delivery = _found(delivery_id, load_manifest(root))
        if delivery.withdrawal:
            return False
        if issued < delivery.order[0]:
            day = delivery.order[0]
            raise IpmonError(f"--issued {issued} lies before {delivery_id} itself ({day}). Write the date of the withdrawal.")
        record_withdrawal(delivery_id, Withdrawal(issued, now, reason.strip()), root)
        said = {"received_at": timestamp(now), "source": delivery.source_id, "period": delivery.period, "file": delivery.name}
        append_line(root.work / "receipts.jsonl", {**said, "outcome": "withdrawn", "delivery_id": delivery_id})
        return True


def _found(delivery_id: str, deliveries: Sequence[Delivery]) -> Delivery:
    by_id = {d.delivery_id: d for d in deliveries}
    if delivery_id not in by_id:
        near = difflib.get_close_matches(delivery_id, by_id, NEAR, 0.5)
        hint = f"Did you mean {', '.join(near)}?" if near else "manifest.jsonl in the raw folder lists them all."
        raise IpmonError(f"There is no delivery '{delivery_id}'. {hint}")
    return by_id[delivery_id]
