"""Steps of intake: ours, and the two others that take the same files without checking anything.

Belongs here: from the files of patent applications to Parquet. Not here: what comes after (steps.py, scanning.py).

Each takes a part of the files, such as 0/6: the first, the seventh and so on. They are read once before: no intake pays
for bringing into memory what the one after it then finds there.
"""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ipmon.deliveries import Delivery

Work = Callable[[], dict[str, Any] | None]
PATENTS = "patent_applications"
CHUNK = 1 << 20


def intake(root: Path, scratch: Path, part: str) -> Work:
    """Every file of patents checked and staged, as when it is read again from the raw folder: its hash is verified too."""
    from assets import declarations
    from ipmon.deliveries import verified_path
    from ipmon.paths import DataRoot
    from ipmon.registers.staging import stage
    from ipmon.registers.store import Store

    register, store, deliveries = declarations().registers[PATENTS], Store(DataRoot(scratch)), _patents(root, part)

    def work() -> dict[str, Any]:
        rows = bad = 0
        for delivery in deliveries:
            found = stage(verified_path(delivery, DataRoot(root)), Path(delivery.name).suffix, delivery, register, store)
            rows, bad = rows + found.rows, bad + found.rows_bad
        return {"rows": rows, "rows_bad": bad}

    return work


def intake_polars(root: Path, scratch: Path, part: str) -> Work:
    """The same files as text columns, unchecked."""
    import polars as pl

    files = _raw_files(root, part)

    def work() -> None:
        for n, file in enumerate(files):
            read = pl.scan_csv(file, infer_schema=False, truncate_ragged_lines=True, glob=False)
            read.sink_parquet(scratch / f"{n}.parquet")

    return work


def intake_pandas(root: Path, scratch: Path, part: str) -> Work:
    """The same files as text columns, unchecked."""
    import pandas as pd

    importlib.import_module("pyarrow.parquet")  # pandas would load it only when it writes, within the measured work
    files = _raw_files(root, part)

    def work() -> None:
        for n, file in enumerate(files):
            pd.read_csv(file, dtype=str, on_bad_lines="skip").to_parquet(scratch / f"{n}.parquet", index=False)

    return work


def _patents(root: Path, part: str) -> "list[Delivery]":
    from ipmon.deliveries import load_manifest
    from ipmon.paths import DataRoot

    first, step = map(int, part.split("/"))
    deliveries = [d for d in load_manifest(DataRoot(root)) if d.source_id == PATENTS][first::step]
    for delivery in deliveries:
        with (root / "raw" / delivery.path).open("rb", buffering=0) as opened:
            while opened.read(CHUNK):
                pass
    return deliveries


def _raw_files(root: Path, part: str) -> list[Path]:
    return [root / "raw" / delivery.path for delivery in _patents(root, part)]
