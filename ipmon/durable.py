"""Files that must survive a crash: written whole or not at all, and lines that are appended once.

Belongs here: fsync, atomic rename, torn last lines. Not here: what the files mean.
"""

import json
import os
import shutil
from pathlib import Path
from typing import Any


def keep(source: Path | bytes, target: Path) -> None:
    """A whole read-only copy at `target`, flushed to disk with its folder; an interrupted copy leaves nothing under that name.

    For one writer at a time: what an earlier one left unfinished in the folder is cleared away.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    for unfinished in target.parent.glob(".*.part"):
        unfinished.unlink()
    part = target.with_name(f".{target.name}.part")
    try:
        with part.open("wb") as file:
            if isinstance(source, bytes):
                file.write(source)
            else:
                with source.open("rb") as original:
                    shutil.copyfileobj(original, file, 1 << 20)
        settle(part, target)
    finally:
        part.unlink(missing_ok=True)


def settle(part: Path, target: Path) -> None:
    """Gives a finished file its name, read-only and flushed to disk with its folder; both lie on one file system."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.chmod(0o444)
    part.replace(target)
    _flush_folder(target.parent)


def append_line(path: Path, entry: dict[str, Any]) -> None:
    """One JSON line at the end of a log, flushed; what an interrupted append left behind is cut off first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(entry, ensure_ascii=False).encode() + b"\n"
    with path.open("ab+") as file:
        file.seek(0)
        content = file.read()
        if content and not content.endswith(b"\n"):
            file.truncate(content.rfind(b"\n") + 1)
        file.write(line)
        os.fsync(file.fileno())
    _flush_folder(path.parent)


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The entries of a log; a last line without its end was never finished and does not count."""
    if not path.exists():
        return []
    *whole, _ = path.read_bytes().split(b"\n")  # and nowhere else: texts may hold what Unicode takes for ends of lines
    return [json.loads(line) for line in whole]


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
