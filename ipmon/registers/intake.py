"""The door for registers: a file is read in bounded memory, and taken in with its bad rows put aside, or refused whole.

Belongs here: what a register's delivery does differently from a table's. Not here: what all doors share (ipmon/door.py), reading
and checking rows (staging.py).
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from ipmon import periods
from ipmon.breaches import Breach
from ipmon.deliveries import CHINA, Delivery, in_force, load_manifest, record
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
from ipmon.durable import settle
from ipmon.errors import IpmonError
from ipmon.locks import single_writer
from ipmon.paths import DataRoot
from ipmon.registers.contract import Register
from ipmon.registers.staging import StagedRegister, stage
from ipmon.registers.store import Store
from ipmon.registers.survey import CHUNK
from ipmon.staged import Remark
from ipmon.telling import teller

FAR = 12
"""Months between two periods of a register that are more likely a slip of the pen than files that are still to come."""


def receive(
    file: Path,
    register: Register,
    period: str,
    issued: date | None,
    root: DataRoot,
    now: datetime,
    synthetic: bool = False,
    inside: Path | None = None,
) -> Receipt:
    """Takes a file in for one register and period: raw file, a line in the manifest, its good and its bad rows as Parquet.

    `issued`: the publisher's date, needed where the file corrects another of the same period. `synthetic`: simulated data, which
    only the simulator delivers. `inside`: the folder that the file must lie in. Raises Rejected, with the file in quarantine,
    where it is refused whole; IpmonError where the call itself is wrong.
    """
    check_call(period, issued, now)
    _check_period(register, period, issued or now.astimezone(CHINA).date())
    with single_writer(root):
        parcel, part, say = Parcel(file, register.id, period, issued, now), root.raw / ".incoming.part", teller()
        try:
            part.parent.mkdir(parents=True, exist_ok=True)
            parcel = replace(parcel, sha256=_copied(file, inside, part, register.bytes_limit, say))
            receipt = _take(parcel, part, register, root, synthetic, say)
        except Breach as breach:
            raise quarantined(parcel, breach, root, part) from None
        finally:
            part.unlink(missing_ok=True)
        log(root, parcel, receipt.outcome, receipt.delivery.delivery_id)
        return receipt


def _check_period(register: Register, period: str, day: date) -> None:
    """Raises IpmonError for what is no period of the register, or was not over on the day on which the file was issued."""
    wanted, about = "A" if register.cadence == "annual" else "M", periods.parse(period)
    if about.freq != wanted:
        example = "a year, such as 2024" if wanted == "A" else "a month, such as 2024-09"
        raise IpmonError(f"--period {period}: {register.id} is delivered for {example}.")
    if about.end > day:
        whole = f"{register.id} is delivered for whole periods"
        raise IpmonError(f"--period {period} is not over on {day}: {whole}. Look at the period again.")


def _copied(file: Path, inside: Path | None, part: Path, limit: int, say: Callable[[str], None]) -> str:
    """Copies the file to `part`, and gives the sha256 of its bytes."""
    digest, size = hashlib.sha256(), 0
    with opened(file, inside) as source, part.open("wb") as target:
        total = os.fstat(source.fileno()).st_size
        while chunk := source.read(CHUNK):
            size += len(chunk)
            if size > limit:
                raise too_big(limit)
            digest.update(chunk)
            target.write(chunk)
            say(f"copied {size:,} of {total:,} bytes")
    return digest.hexdigest()


def _take(parcel: Parcel, part: Path, register: Register, root: DataRoot, synthetic: bool, say: Callable[[str], None]) -> Receipt:
    accepted = load_manifest(root)
    if delivery := known(parcel, [d for d in accepted if d.period == parcel.period]):  # months without records have like bytes
        return Receipt("known", delivery)
    check_mix(parcel, synthetic, accepted)
    before = in_force(accepted, register.id, parcel.period)
    check_order(parcel, before)
    delivery = _delivery(parcel, parcel.delivery_id(accepted), part.stat().st_size, synthetic, root)
    found = stage(part, parcel.file.suffix, delivery, register, Store(root), say)
    delivery = _with_findings(delivery, found, [*earlier_vintage(parcel, before), *_far_away(parcel, accepted)])
    settle(part, root.raw / delivery.path)
    record(delivery, root)
    return Receipt("accepted", delivery)


def _far_away(parcel: Parcel, accepted: Sequence[Delivery]) -> list[Remark]:
    """That no period near this one has come: stocks and cohorts are told up to the first period missing, and would end there."""
    others = {d.period for d in accepted if d.source_id == parcel.source and d.withdrawal is None}
    apart = {other: abs(_months(other) - _months(parcel.period)) for other in others}
    nearest = min(apart, key=lambda other: (apart[other], other), default=parcel.period)
    if not apart or apart[nearest] <= FAR:
        return []
    zh = f"最近的已收报告期是 {nearest}；存量只算到第一个缺报的报告期为止。如报告期有误，请撤回本文件。"
    en = (
        f"the nearest period that has come is {nearest}, and stocks are told up to the first one missing only; "
        "withdraw the file if its period is a slip"
    )
    return [Remark("FAR_PERIOD", zh, en)]


def _months(period: str) -> int:
    about = periods.parse(period)
    return about.year * 12 + about.end.month


def _delivery(parcel: Parcel, id_: str, size: int, synthetic: bool, root: DataRoot) -> Delivery:
    return Delivery(
        delivery_id=id_,
        source_id=parcel.source,
        period=parcel.period,
        name=parcel.name,
        path=parcel.kept_path(root.raw),
        sha256=parcel.sha256,
        bytes=size,
        encoding="",
        container="",
        received_at=parcel.now,
        issued_on=parcel.issued_on,
        rows=0,
        synthetic=synthetic,
    )


def _with_findings(delivery: Delivery, found: StagedRegister, remarks: list[Remark]) -> Delivery:
    absent = [
        Remark("ABSENT_COLUMN", f"文件没有“{name}”列，按空值处理。", f"column '{name}' is absent and was read as empty")
        for name in found.absent
    ]
    return replace(
        delivery,
        container=found.container,
        encoding=found.encoding,
        rows=found.rows,
        rows_bad=found.rows_bad,
        findings=(*remarks, *absent),
        extra_columns=found.extra_columns,
    )
