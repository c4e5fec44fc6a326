"""The door: a file comes in under its source's contract, or goes to quarantine whole.

Belongs here: paths, identity, corrections, quarantine, receipts. Not here: the store behind the door (see deliveries.py).
"""

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from ipmon import periods
from ipmon.breaches import Breach
from ipmon.contracts import RowFormat, SourceContract
from ipmon.deliveries import CHINA, Delivery, chain, current_by_period, load_manifest, read_staged, record
from ipmon.dimensions import Dimensions
from ipmon.durable import append_line, keep
from ipmon.errors import IpmonError, Rejected
from ipmon.locks import single_writer
from ipmon.office_checks import check_growth, check_never_falls
from ipmon.paths import DataRoot
from ipmon.staged import Remark, Staged
from ipmon.staging import Occasion, stage

LONGEST_NAME = 120


@dataclass(frozen=True)
class Receipt:
    """What became of a file that was not rejected: taken in now, or known already without effect."""

    outcome: Literal["accepted", "known"]
    delivery: Delivery


@dataclass(frozen=True)
class Parcel:
    """A file at the door."""

    file: Path
    raw: bytes
    sha256: str
    period: str
    issued_on: date | None
    now: datetime

    @property
    def name(self) -> str:
        """Its name with nothing in it that a file system or a log could trip over."""
        path = Path(re.sub(r"[^\w.()\[\] @+,=-]", "_", self.file.name))
        return path.stem[: LONGEST_NAME - len(path.suffix)] + path.suffix


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
    _check_call(period, issued, now)
    with single_writer(root):
        parcel = Parcel(file, b"", "", period, issued, now)
        try:
            raw = _read(file, inside, contract.format.limits.bytes)
            parcel = Parcel(file, raw, hashlib.sha256(raw).hexdigest(), period, issued, now)
            receipt = _take(parcel, contract, root, dimensions)
        except Breach as breach:
            raise _quarantined(parcel, contract, breach, root) from None
        _log(root, parcel, contract, receipt.outcome, receipt.delivery.delivery_id)
        return receipt


def _check_call(period: str, issued: date | None, now: datetime) -> None:
    try:
        periods.parse(period)
    except ValueError as error:
        raise IpmonError(f"--period: {error}") from None
    if issued and issued > now.astimezone(CHINA).date():
        raise IpmonError(f"--issued {issued} lies in the future. Write the date on which the publisher issued the file.")


def _read(file: Path, inside: Path | None, limit: int) -> bytes:
    """The file's bytes. Raises Breach for links, for what is no plain file, for what lies elsewhere, and above the limit."""
    if inside is not None and not file.resolve().is_relative_to(inside.resolve()):
        raise Breach("BAD_PATH", "it lies outside the inbox. Put the file itself there.")
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise IpmonError(f"{file} does not exist. Give the path of the file to receive.") from None
    except PermissionError:
        raise IpmonError(f"{file} may not be read. Change its permissions.") from None
    except OSError as error:
        reason = f"it is a link, or no path to a file ({error.strerror}). Give the file itself."
        raise Breach("BAD_PATH", reason) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Breach("BAD_PATH", "it is no plain file. Give one file at a time.")
    with os.fdopen(descriptor, "rb") as opened:
        raw = opened.read(limit + 1)
    if len(raw) > limit:
        raise Breach("TOO_BIG", f"it has more than {limit:,} bytes, which the contract allows. Deliver it in parts.")
    return raw


def _take(parcel: Parcel, contract: SourceContract, root: DataRoot, dimensions: Dimensions) -> Receipt:
    delivery_id = f"{contract.id}-{parcel.sha256[:12]}"
    accepted = load_manifest(root)
    known = next((d for d in accepted if d.delivery_id == delivery_id), None)
    if known:
        return Receipt("known", known)
    staged = stage(parcel.raw, contract, dimensions, Occasion(delivery_id, parcel.period, parcel.issued_on, parcel.file.suffix))
    before = chain(accepted, contract.id, parcel.period)
    _check_order(parcel, contract, before)
    remarks = staged.remarks + _earlier_vintage(parcel, before)
    remarks += _held_against_other_months(staged, parcel.period, contract, accepted, root, dimensions)
    delivery = _delivery(parcel, contract, staged, remarks, root)
    keep(parcel.raw, root.raw / delivery.path)
    record(delivery, root)
    return Receipt("accepted", delivery)


def _check_order(parcel: Parcel, contract: SourceContract, before: list[Delivery]) -> None:
    """A second file for one period must say by its date which of the two holds. Raises CONFLICT."""
    if before and parcel.issued_on is None and contract.corrections == "declared":
        reason = f"another file was received for {contract.id} {parcel.period} ({before[-1].name}, {before[-1].received_on})"
        raise Breach("CONFLICT", f"{reason}. If this one corrects it, receive it with --issued DATE, the date of the correction.")


def _earlier_vintage(parcel: Parcel, before: list[Delivery]) -> list[Remark]:
    """That a file issued before the one that holds changes nothing of today: who meant a correction must hear of it."""
    if not before or parcel.issued_on is None or parcel.issued_on >= before[-1].order[0]:
        return []
    name, day = before[-1].name, before[-1].order[0]
    zh = f"该文件早于 {name}（{day}），只作为其之前的版本；现行数值仍取自后者。"
    en = f"it is an earlier vintage than {name} ({day}), whose values stay the current ones"
    return [Remark("EARLIER_VINTAGE", zh, en)]


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


def _delivery(parcel: Parcel, contract: SourceContract, staged: Staged, remarks: list[Remark], root: DataRoot) -> Delivery:
    folder, day = Path(contract.id) / parcel.period, parcel.now.astimezone(CHINA)
    path = folder / f"{day:%Y%m%d}_{parcel.name}"
    kept = root.raw / path
    if kept.exists() and kept.read_bytes() != parcel.raw:
        path = folder / f"{day:%Y%m%d}_{parcel.sha256[:12]}_{parcel.name}"
    return Delivery(
        delivery_id=f"{contract.id}-{parcel.sha256[:12]}",
        source_id=contract.id,
        period=parcel.period,
        name=parcel.name,
        path=path.as_posix(),
        sha256=parcel.sha256,
        bytes=len(parcel.raw),
        encoding=staged.encoding,
        container=staged.container,
        received_at=parcel.now,
        issued_on=parcel.issued_on,
        rows=staged.rows.height,
        findings=tuple(remarks),
        extra_columns=tuple(staged.extra_columns),
        control_characters=staged.control_characters,
    )


def _quarantined(parcel: Parcel, contract: SourceContract, breach: Breach, root: DataRoot) -> Rejected:
    """Copies the file whole to quarantine (a link or a folder is only noted) and says why in rejections.jsonl."""
    sha256 = parcel.sha256
    if breach.code == "TOO_BIG" and not sha256:
        with parcel.file.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    target = root.quarantine / contract.id / f"{sha256[:12]}_{parcel.name}"
    if sha256 and not target.exists():
        keep(parcel.raw or parcel.file, target)
    _log(root, parcel, contract, "rejected", f"{contract.id}-{sha256[:12]}")
    entry = {
        "received_at": _timestamp(parcel.now),
        "code": breach.code,
        "source": contract.id,
        "period": parcel.period,
        "file": parcel.name,
        "sha256": sha256,
        "reason": breach.reason,
        "where": breach.where,
        "value": breach.value,
    }
    append_line(root.quarantine / "rejections.jsonl", entry)
    return Rejected(breach.code, parcel.file.name, breach.reason)


def _log(root: DataRoot, parcel: Parcel, contract: SourceContract, outcome: str, delivery_id: str) -> None:
    """One line for every file that was ever handed in, also where it had no effect."""
    known = {"received_at": _timestamp(parcel.now), "source": contract.id, "period": parcel.period, "file": parcel.name}
    append_line(root.work / "receipts.jsonl", {**known, "outcome": outcome, "delivery_id": delivery_id})


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
