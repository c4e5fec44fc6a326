"""What every door shares: the parcel, its identity, its order among other files, quarantine, and the log of receipts.

Belongs here: what is alike for tables and registers. Not here: what a file must hold (see intake.py, registers/intake.py).
"""

import hashlib
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO, Literal

from ipmon import periods
from ipmon.breaches import Breach
from ipmon.deliveries import CHINA, Delivery
from ipmon.durable import append_line, keep
from ipmon.errors import IpmonError, Rejected
from ipmon.paths import DataRoot
from ipmon.staged import Remark

LONGEST_NAME = 120
SYNTHETIC_NAME = "SYNTHETIC_"


@dataclass(frozen=True)
class Receipt:
    """What became of a file that was not rejected: taken in now, or known already without effect."""

    outcome: Literal["accepted", "known"]
    delivery: Delivery


@dataclass(frozen=True)
class Parcel:
    """A file at the door, for one source (or register) and period; the sha256 is empty until its bytes have been read."""

    file: Path
    source: str
    period: str
    issued_on: date | None
    now: datetime
    sha256: str = ""

    @property
    def name(self) -> str:
        """Its name with nothing in it that a file system or a log could trip over."""
        path = Path(re.sub(r"[^\w.()\[\] @+,=-]", "_", self.file.name))
        return path.stem[: LONGEST_NAME - len(path.suffix)] + path.suffix

    def delivery_id(self, accepted: Sequence[Delivery]) -> str:
        """Its id, by its content; bytes that came before, were withdrawn or are another period's, get a number behind it."""
        id_ = f"{self.source}-{self.sha256[:12]}"
        again = sum((d.source_id, d.sha256) == (self.source, self.sha256) for d in accepted)
        return f"{id_}-{again + 1}" if again else id_

    def kept_path(self, raw: Path) -> str:
        """Where it is to lie below the raw folder: by its name, and by its content too where that name holds other bytes."""
        folder, day = Path(self.source) / self.period, self.now.astimezone(CHINA)
        path = folder / f"{day:%Y%m%d}_{self.name}"
        if (raw / path).exists() and _sha256(raw / path) != self.sha256:
            path = folder / f"{day:%Y%m%d}_{self.sha256[:12]}_{self.name}"
        return path.as_posix()


def check_call(period: str, issued: date | None, now: datetime) -> None:
    """Raises IpmonError where the command itself is wrong."""
    try:
        periods.parse(period)
    except ValueError as error:
        raise IpmonError(f"--period: {error}") from None
    check_issued(issued, now)


def check_issued(issued: date | None, now: datetime) -> None:
    """Raises IpmonError for a date of issue that has not come."""
    if issued and issued > now.astimezone(CHINA).date():
        raise IpmonError(f"--issued {issued} lies in the future. Write the date on which the publisher issued the file.")


def opened(file: Path, inside: Path | None) -> BinaryIO:
    """The file, open for reading. Raises Breach for links, for what is no plain file, and for what lies outside `inside`."""
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
    return os.fdopen(descriptor, "rb")


def too_big(limit: int) -> Breach:
    """A file above the contract's limit."""
    return Breach("TOO_BIG", f"it has more than {limit:,} bytes, which the contract allows. Deliver it in parts.")


def known(parcel: Parcel, accepted: Sequence[Delivery]) -> Delivery | None:
    """The delivery in force that has the same bytes, if any."""
    same = (d for d in accepted if (d.source_id, d.sha256) == (parcel.source, parcel.sha256))
    return next((d for d in same if d.withdrawal is None), None)


def check_order(parcel: Parcel, before: Sequence[Delivery]) -> None:
    """A second file for one period must say by its date which of the two holds. Raises CONFLICT."""
    if before and parcel.issued_on is None:
        reason = f"another file was received for {parcel.source} {parcel.period} ({before[-1].name}, {before[-1].received_on})"
        raise Breach("CONFLICT", f"{reason}. If this one corrects it, receive it with --issued DATE, the date of the correction.")
    alike = next((d for d in before if parcel.issued_on and d.issued_on == parcel.issued_on), None)
    if alike:
        reason = f"another file for {parcel.source} {parcel.period} was issued on {parcel.issued_on} too ({alike.name})"
        raise Breach("CONFLICT", f"{reason}. Withdraw the one that does not hold: ipmon withdraw {alike.delivery_id}.")


def earlier_vintage(parcel: Parcel, before: Sequence[Delivery]) -> list[Remark]:
    """That a file issued before the one that holds changes nothing of today: who meant a correction must hear of it."""
    if not before or parcel.issued_on is None or parcel.issued_on >= before[-1].order[0]:
        return []
    name, day = before[-1].name, before[-1].order[0]
    zh = f"该文件早于 {name}（{day}），只作为其之前的版本；现行数值仍取自后者。"
    en = f"it is an earlier vintage than {name} ({day}), whose values stay the current ones"
    return [Remark("EARLIER_VINTAGE", zh, en)]


def check_mix(parcel: Parcel, synthetic: bool, accepted: Sequence[Delivery]) -> None:
    """Simulated and real data never lie in one data root. Raises SYNTHETIC_MIX."""
    home = "this data root holds simulated data and stays synthetic for ever"
    if not synthetic and any(d.synthetic for d in accepted):
        raise Breach("SYNTHETIC_MIX", f"{home}. Receive real files into another data root (IPMON_HOME).")
    if not synthetic and parcel.file.name.startswith(SYNTHETIC_NAME):
        raise Breach(
            "SYNTHETIC_MIX", "its name says that it is simulated. Simulated data come by `ipmon simulate --into DIR` only."
        )
    if synthetic and any(not d.synthetic for d in accepted):
        raise Breach("SYNTHETIC_MIX", "this data root holds real deliveries. Simulate into an empty folder.")


def quarantined(parcel: Parcel, breach: Breach, root: DataRoot, content: Path | bytes) -> Rejected:
    """Copies the file whole to quarantine (a link or a folder is only noted) and says why in rejections.jsonl."""
    sha256 = parcel.sha256 or (_sha256(parcel.file) if breach.code == "TOO_BIG" else "")
    target = root.quarantine / parcel.source / f"{sha256[:12]}_{parcel.name}"
    if sha256 and not target.exists():
        keep(content if parcel.sha256 else parcel.file, target)
    log(root, parcel, "rejected", f"{parcel.source}-{sha256[:12]}")
    entry = {
        "received_at": timestamp(parcel.now),
        "code": breach.code,
        "source": parcel.source,
        "period": parcel.period,
        "file": parcel.name,
        "sha256": sha256,
        "reason": breach.reason,
        "where": breach.where,
        "value": breach.value,
    }
    append_line(root.quarantine / "rejections.jsonl", entry)
    return Rejected(breach.code, parcel.file.name, breach.reason)


def log(root: DataRoot, parcel: Parcel, outcome: str, delivery_id: str) -> None:
    """One line for every file that was ever handed in, also where it had no effect."""
    said = {"received_at": timestamp(parcel.now), "source": parcel.source, "period": parcel.period, "file": parcel.name}
    append_line(root.work / "receipts.jsonl", {**said, "outcome": outcome, "delivery_id": delivery_id})


def timestamp(moment: datetime) -> str:
    """A moment as logs write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
