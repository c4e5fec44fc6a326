"""The door for tables: a file comes in under its source's contract, or goes to quarantine whole.

Belongs here: holding a file against its contract and other deliveries. Not here: what all doors share (door.py), the store behind
them (deliveries.py), registers (registers/intake.py).
"""

import hashlib
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from ipmon import periods
from ipmon.breaches import Breach
from ipmon.contracts import RowFormat, SourceContract
from ipmon.deliveries import Delivery, current_by_period, in_force, load_manifest, read_staged, record
from ipmon.dimensions import Dimensions
from ipmon.door import (
    Parcel,
    Receipt,
    check_call,
    check_mix,
    check_order,
    earlier_vintage,
    known,
    log,
    opened,
    quarantined,
    too_big,
)
from ipmon.durable import keep
from ipmon.locks import single_writer
from ipmon.office_checks import check_growth, check_never_falls
from ipmon.paths import DataRoot
from ipmon.staged import Remark, Staged
from ipmon.staging import Occasion, stage


def receive(
    file: Path,
    contract: SourceContract,
    period: str,
    issued: date | None,
    root: DataRoot,
    now: datetime,
    dimensions: Dimensions,
    inside: Path | None = None,
) -> Receipt:
    """Takes a file in for one source and period: copied read-only to raw, one line in the manifest.

    `issued`: the publisher's date, needed where the file corrects another of the same period. `inside`: the folder that the file
    must lie in, for files that nobody chose by hand. Raises Rejected, with the file in quarantine, where the contract is broken;
    IpmonError where the call itself is wrong.
    """
    check_call(period, issued, now)
    with single_writer(root):
        parcel, raw = Parcel(file, contract.id, period, issued, now), b""
        try:
            raw = _read(file, inside, contract.format.limits.bytes)
            parcel = replace(parcel, sha256=hashlib.sha256(raw).hexdigest())
            receipt = _take(parcel, raw, contract, root, dimensions)
        except Breach as breach:
            raise quarantined(parcel, breach, root, raw) from None
        log(root, parcel, receipt.outcome, receipt.delivery.delivery_id)
        return receipt


def _read(file: Path, inside: Path | None, limit: int) -> bytes:
    with opened(file, inside) as source:
        raw = source.read(limit + 1)
    if len(raw) > limit:
        raise too_big(limit)
    return raw


def _take(parcel: Parcel, raw: bytes, contract: SourceContract, root: DataRoot, dimensions: Dimensions) -> Receipt:
    accepted = load_manifest(root)
    if delivery := known(parcel, accepted):
        return Receipt("known", delivery)
    check_mix(parcel, False, accepted)
    occasion = Occasion(parcel.delivery_id(accepted), parcel.period, parcel.issued_on, parcel.file.suffix)
    staged = stage(raw, contract, dimensions, occasion)
    before = in_force(accepted, contract.id, parcel.period)
    if contract.corrections == "declared":
        check_order(parcel, before)
    remarks = staged.remarks + earlier_vintage(parcel, before)
    remarks += _held_against_other_months(staged, parcel.period, contract, accepted, root, dimensions)
    delivery = _delivery(parcel, occasion.delivery_id, len(raw), staged, remarks, root)
    keep(raw, root.raw / delivery.path)
    record(delivery, root)
    return Receipt("accepted", delivery)


def _held_against_other_months(
    staged: Staged, period: str, contract: SourceContract, accepted: list[Delivery], root: DataRoot, dimensions: Dimensions
) -> list[Remark]:
    """Running totals and growth against what other deliveries print of the same series, where the contract has such columns."""
    layout = contract.format
    if isinstance(layout, RowFormat) or not any(s.never_falls or s.growth_of for s in contract.columns):
        return []
    year_before = periods.parse(period).shift_years(-1).label
    rows, others = staged.rows.to_dicts(), _other_months(period, year_before, contract, accepted, root, dimensions)
    check_never_falls(rows, others, contract, period)
    return check_growth(rows, [row for row in others if row["period"] == year_before], contract, layout)


def _other_months(
    period: str, year_before: str, contract: SourceContract, accepted: list[Delivery], root: DataRoot, dimensions: Dimensions
) -> list[dict[str, str]]:
    """The rows of the months next to this one and of the year before, and all rows of the sources to compare with."""
    own = current_by_period(accepted, contract.id)
    earlier, later = [p for p in own if p < period], [p for p in own if p > period]
    chosen = {*earlier[-1:], *later[:1], *({year_before} & own.keys())}
    wanted = [(contract, own[p]) for p in sorted(chosen)]
    wanted = [(c, d) for c in contract.compared_with for d in current_by_period(accepted, c.id).values()] + wanted
    return [row for c, d in wanted for row in read_staged(d, c, dimensions, root).to_dicts()]


def _delivery(parcel: Parcel, id_: str, size: int, staged: Staged, remarks: list[Remark], root: DataRoot) -> Delivery:
    return Delivery(
        delivery_id=id_,
        source_id=parcel.source,
        period=parcel.period,
        name=parcel.name,
        path=parcel.kept_path(root.raw),
        sha256=parcel.sha256,
        bytes=size,
        encoding=staged.encoding,
        container=staged.container,
        received_at=parcel.now,
        issued_on=parcel.issued_on,
        rows=staged.rows.height,
        findings=tuple(remarks),
        extra_columns=tuple(staged.extra_columns),
        control_characters=staged.control_characters,
    )
