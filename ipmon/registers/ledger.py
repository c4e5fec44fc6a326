"""What each derived file was made from, so that only what has changed is made again.

Belongs here: noting, forgetting and asking, safe against being killed at any moment. Not here: what goes into a hash of inputs.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ipmon.durable import read_lines, settle
from ipmon.verify import sha256

Entry = dict[str, str]


class Ledger:
    """One JSON line a file: its `path` from the ledger's folder, `inputs`: sha256 over what it was made from, `content`: its own.

    A note is a line at the end, so that ten thousand of them cost ten thousand lines; the last one about a file counts, and one
    without inputs forgets it. Opening a ledger sorts it, one line a file, whole or not at all. For one writer at a time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries: dict[str, Entry] = {}
        for line in _lines(path):
            self._apply(line.pop("path"), line)
        if path.exists() and path.read_bytes() != (tidy := self._tidy()):
            _replace(path, tidy)

    def is_current(self, path: Path, inputs: str) -> bool:
        """Whether the file exists and was made from just these inputs."""
        return self._entries.get(self._name(path), {}).get("inputs") == inputs and path.exists()

    def content(self, path: Path) -> str | None:
        """The sha256 of the file when it was noted; None for a file that is not known."""
        return self._entries.get(self._name(path), {}).get("content")

    def note(self, path: Path, inputs: str) -> None:
        """That the file as it lies there was made from these inputs."""
        self._change(path, {"inputs": inputs, "content": sha256(path)})

    def forget(self, path: Path) -> None:
        """That nothing is known of the file; on disk when this returns, before anybody changes or removes the file."""
        if self._name(path) in self._entries:
            self._change(path, {})
            with self._path.open("rb+") as file:
                os.fsync(file.fileno())

    @contextmanager
    def writing(self, path: Path, inputs: str) -> Iterator[Path]:
        """Another name to write the file under, which then takes the file's place in one step, with a note.

        Killed or failed before that step, the old file stays; at no moment is there a note about another file than the one there.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        part.unlink(missing_ok=True)  # what a killed process left may be read-only
        try:
            yield part
            self.forget(path)
            settle(part, path)
        finally:
            part.unlink(missing_ok=True)
        self.note(path, inputs)

    def _change(self, path: Path, entry: Entry) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            file.write(_line(self._name(path), entry))
        self._apply(self._name(path), entry)

    def _apply(self, name: str, entry: Entry) -> None:
        self._entries.pop(name, None)
        if entry:
            self._entries[name] = entry

    def _tidy(self) -> bytes:
        return b"".join(_line(name, entry) for name, entry in sorted(self._entries.items()))

    def _name(self, path: Path) -> str:
        return path.relative_to(self._path.parent).as_posix()


def _lines(path: Path) -> list[Entry]:
    """The lines of a ledger; none where it is damaged, for all that it is about can be made again."""
    try:
        return read_lines(path)
    except ValueError:
        return []


def _line(name: str, entry: Entry) -> bytes:
    return json.dumps({"path": name, **entry}, ensure_ascii=False).encode() + b"\n"


def _replace(path: Path, content: bytes) -> None:
    """Should the disk forget the new name, the old file says the same."""
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(content)
        os.fsync(file.fileno())
    part.replace(path)
