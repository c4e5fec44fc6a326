"""The store of accepted deliveries: what came in, when, what was withdrawn, and the rows as staged text.

Belongs here: the manifest and reading what it lists. Not here: taking files in (intake.py) or back (withdrawals.py).
"""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import polars as pl

from ipmon.breaches import Breach
from ipmon.contracts import SourceContract
from ipmon.dimensions import Dimensions
from ipmon.durable import append_line, read_lines
from ipmon.errors import IpmonError
from ipmon.paths import DataRoot
from ipmon.staged import Remark
from ipmon.staging import Occasion, stage

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")  # the office's days; China keeps no summer time


@dataclass(frozen=True)
class Withdrawal:
    """That the publisher takes a delivery back: it holds no longer from `issued_on` on. We knew of it at `received_at`."""

    issued_on: date
    received_at: datetime
    reason: str

    @property
    def order(self) -> tuple[date, datetime]:
        """Its place among the files of one source and period."""
        return (self.issued_on, self.received_at)


@dataclass(frozen=True)
class Delivery:
    """One accepted file, as its line of manifest.jsonl says. `path` is relative to the raw folder; findings are remarks on it.

    `rows`: what it brought; `rows_bad`: the rows of a register's file that were put into quarantine. `synthetic`: simulated data.
    """

    delivery_id: str
    source_id: str
    period: str
    name: str
    path: str
    sha256: str
    bytes: int
    encoding: str
    container: str
    received_at: datetime
    issued_on: date | None
    rows: int
    findings: tuple[Remark, ...] = ()
    extra_columns: tuple[str, ...] = ()
    control_characters: int = 0
    rows_bad: int = 0
    synthetic: bool = False
    withdrawal: Withdrawal | None = None

    @property
    def received_on(self) -> date:
        """The day it came in, by the office's clock."""
        return self.received_at.astimezone(CHINA).date()

    @property
    def order(self) -> tuple[date, datetime]:
        """Its place among the files of one source and period: the last one holds, the others are its earlier vintages."""
        return (self.issued_on or self.received_on, self.received_at)


def load_manifest(root: DataRoot) -> list[Delivery]:
    """Every accepted delivery in the order of receipt, also those that were withdrawn."""
    made: dict[str, Delivery] = {}
    for line in read_lines(manifest_path(root)):
        if id_ := line.get("withdrawn"):
            made[id_] = replace(made[id_], withdrawal=_withdrawal(line))
        else:
            made[line["delivery_id"]] = _from_line(line)
    return list(made.values())


def manifest_path(root: DataRoot) -> Path:
    """Where the manifest lies."""
    return root.raw / "manifest.jsonl"


def record(delivery: Delivery, root: DataRoot) -> None:
    """Appends the delivery to the manifest; from then on it is accepted."""
    line = asdict(delivery)
    line["received_at"] = _timestamp(delivery.received_at)
    line["issued_on"] = delivery.issued_on.isoformat() if delivery.issued_on else None
    del line["withdrawal"]  # a line of its own, which comes later
    append_line(manifest_path(root), {key: value for key, value in line.items() if key not in _RARE or value})


def record_withdrawal(delivery_id: str, withdrawal: Withdrawal, root: DataRoot) -> None:
    """Appends to the manifest that a delivery no longer holds; the delivery's own line stays as it is."""
    line = {"withdrawn": delivery_id, "issued_on": withdrawal.issued_on.isoformat()}
    append_line(manifest_path(root), {**line, "received_at": _timestamp(withdrawal.received_at), "reason": withdrawal.reason})


_RARE = ("rows_bad", "synthetic")


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _withdrawal(line: dict[str, Any]) -> Withdrawal:
    return Withdrawal(date.fromisoformat(line["issued_on"]), datetime.fromisoformat(line["received_at"]), line["reason"])


def _from_line(line: dict[str, Any]) -> Delivery:
    return Delivery(
        **{
            **line,
            "received_at": datetime.fromisoformat(line["received_at"]),
            "issued_on": date.fromisoformat(line["issued_on"]) if line["issued_on"] else None,
            "findings": tuple(Remark(**finding) for finding in line["findings"]),
            "extra_columns": tuple(line["extra_columns"]),
        }
    )


def received_by(deliveries: Iterable[Delivery], as_of: date) -> list[Delivery]:
    """What had come in by the end of that day, with the withdrawals that were known and had taken effect by then."""
    return [_as_known(d, as_of) for d in deliveries if d.received_on <= as_of]


def _as_known(delivery: Delivery, as_of: date) -> Delivery:
    gone = delivery.withdrawal
    if gone is None or max(gone.received_at.astimezone(CHINA).date(), gone.issued_on) <= as_of:
        return delivery
    return replace(delivery, withdrawal=None)


def chain(deliveries: Iterable[Delivery], source_id: str, period: str) -> list[Delivery]:
    """The files of one source and period, oldest vintage first, withdrawn ones too: they held once."""
    return sorted((d for d in deliveries if (d.source_id, d.period) == (source_id, period)), key=lambda d: d.order)


def in_force(deliveries: Iterable[Delivery], source_id: str, period: str) -> list[Delivery]:
    """The files of one source and period that were not withdrawn, oldest vintage first: the last one holds."""
    return [d for d in chain(deliveries, source_id, period) if d.withdrawal is None]


def current_by_period(deliveries: Iterable[Delivery], source_id: str) -> dict[str, Delivery]:
    """The file that holds for each period of a source, in order of period; none where all were withdrawn."""
    held = sorted((d for d in deliveries if d.source_id == source_id and not d.withdrawal), key=lambda d: (d.period, d.order))
    return {d.period: d for d in held}


def read_staged(delivery: Delivery, contract: SourceContract, dimensions: Dimensions, root: DataRoot) -> pl.DataFrame:
    """The delivery's rows as STAGED, from raw bytes whose sha256 is verified. Raises IpmonError if bytes or contract changed."""
    occasion = Occasion(delivery.delivery_id, delivery.period, delivery.issued_on, Path(delivery.name).suffix)
    try:
        return stage(_verified(delivery, root), contract, dimensions, occasion).rows
    except Breach as breach:
        raise IpmonError(
            f"raw/{delivery.path} no longer fits its contract ({breach.code}: {breach.reason}) "
            f"It did when it was received: look at the latest change of assets/sources/{contract.id}.yaml and its format."
        ) from None


def _verified(delivery: Delivery, root: DataRoot) -> bytes:
    return verified_path(delivery, root).read_bytes()


def verified_path(delivery: Delivery, root: DataRoot) -> Path:
    """Where the delivery's bytes lie, once their sha256 has been compared. Raises IpmonError where they are gone or changed."""
    path = root.raw / delivery.path
    if not path.is_file():
        raise IpmonError(f"raw/{delivery.path} is missing although the manifest lists it. Restore it from a backup.")
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != delivery.sha256:
            raise IpmonError(f"raw/{delivery.path} is not what was received (its sha256 differs). Restore it from a backup.")
    return path
