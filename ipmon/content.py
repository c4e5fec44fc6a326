"""What a release holds, as hashes, and the code that made it.

Belongs here: the content hash that a release is named after, and the version of the code. Not here: publishing (see release.py).
"""

import hashlib
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ipmon import __version__
from ipmon.exports import data_hash
from ipmon.paths import CHECKOUT
from ipmon.synthetic import MARK
from ipmon.verify import combined, sha256

SOURCES = tuple(CHECKOUT / name for name in ("assets", "ipmon", "expectations"))
"""The folders with everything that decides what a release says, but for the deliveries."""


@dataclass(frozen=True)
class Content:
    """What a release holds, as hashes: of the rows, and of the declarations and code that make everything else from them."""

    data_hash: str
    source_hash: str
    synthetic: bool = False

    @property
    def content_hash(self) -> str:
        """Equal for equal content, whatever the as-of date."""
        return combined(self.data_hash, self.source_hash)

    def release_id(self, as_of: date) -> str:
        """<as-of date>-<first 8 of the content hash>, after a mark where the data are simulated."""
        return f"{f'{MARK}-' if self.synthetic else ''}{as_of.isoformat()}-{self.content_hash[:8]}"


def content_of(folder: Path, sources: Iterable[Path] = SOURCES, synthetic: bool = False) -> Content:
    """The hashes of a candidate's marts and of the folders with declarations and code that it is made from."""
    return Content(data_hash(folder.glob("*.duckdb")), source_hash(sources), synthetic)


def source_hash(sources: Iterable[Path] = SOURCES) -> str:
    """sha256 over every file of the folders, by name and content."""
    whole = hashlib.sha256()
    for source in sources:
        files = sorted(p for p in source.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
        for file in files:
            whole.update(f"{source.name}/{file.relative_to(source).as_posix()} {sha256(file)}\n".encode())
    return whole.hexdigest()


def code_version() -> str:
    """The version of the code, with the commit where it runs from a checkout."""
    try:
        command = ["git", "-C", str(CHECKOUT), "describe", "--always", "--dirty", "--abbrev=12"]
        commit = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return __version__
    return f"{__version__}+{commit}"
