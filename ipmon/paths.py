"""The data root: one layout, in the checkout or under $IPMON_HOME.

Belongs here: where things lie. Not here: reading or writing any of them.
"""

import os
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class DataRoot:
    """The folders below one data root; everything the pipeline writes lies under it."""

    root: Path

    @property
    def raw(self) -> Path:
        """Immutable deliveries and their manifest.jsonl."""
        return self.root / "raw"

    @property
    def inbox(self) -> Path:
        """Where the sensor looks for files named <source>@<period>.<ending>."""
        return self.root / "inbox"

    @property
    def work(self) -> Path:
        """Rebuildable Parquet between assets; never published."""
        return self.root / "work"

    @property
    def staged_public(self) -> Path:
        """The staged rows of sources that are public: what the rules about figures look at."""
        return self.work / "staged_public.parquet"

    @property
    def quarantine(self) -> Path:
        """Rejected deliveries, whole, and rejections.jsonl."""
        return self.root / "work" / "quarantine"

    @property
    def releases(self) -> Path:
        """Immutable published releases."""
        return self.root / "marts" / "releases"

    @property
    def current(self) -> Path:
        """The relative symlink to the current release."""
        return self.root / "marts" / "current"


def data_root() -> DataRoot:
    """The data root in force: $IPMON_HOME if set, else data/ in the checkout."""
    home = os.environ.get("IPMON_HOME")
    return DataRoot(Path(home).expanduser().resolve() if home else CHECKOUT / "data")
