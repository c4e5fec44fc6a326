"""What each derived file was made from, so that only what has changed is made again.

Belongs here: noting, forgetting and asking, safe against being killed at any moment. Not here: what goes into a hash of inputs.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ipmon.durable import keep, read_lines
from ipmon.verify import sha256

Entry = dict[str, str]


class Ledger:
    """{path relative to the ledger's folder: {"inputs": sha256 over what the file was made from, "content": sha256 of the file}}.

    Opening it folds the journal of the last session into the file, which is sorted and written whole; a note is one more line of
    the journal, so that ten thousand of them cost ten thousand lines. For one writer at a time.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._journal = path, path.with_suffix(".journal")
        self._entries = _read(path)
        changes = read_lines(self._journal)
        for change in changes:
            self._apply(change["path"], change["entry"])
        if changes:
            keep(_written(self._entries), path)
        self._journal.unlink(missing_ok=True)

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
            self._change(path, None)
            flush(self._journal)

    @contextmanager
    def writing(self, path: Path, inputs: str) -> Iterator[Path]:
        """Another name to write the file under, which then takes the file's place in one step, with a note.

        Killed or failed before that step, the old file stays; at no moment is there a note about another file than the one there.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        try:
            yield part
            flush(part)
            self.forget(path)
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
        flush(path.parent)
        self.note(path, inputs)

    def _change(self, path: Path, entry: Entry | None) -> None:
        line = json.dumps({"path": self._name(path), "entry": entry}, ensure_ascii=False)
        self._journal.parent.mkdir(parents=True, exist_ok=True)
        with self._journal.open("a", encoding="utf-8") as journal:
            journal.write(f"{line}\n")
        self._apply(self._name(path), entry)

    def _apply(self, name: str, entry: Entry | None) -> None:
        if entry is None:
            self._entries.pop(name, None)
        else:
            self._entries[name] = entry

    def _name(self, path: Path) -> str:
        return path.relative_to(self._path.parent).as_posix()


def flush(path: Path) -> None:
    """Forces a file, or the names in a folder, onto the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> dict[str, Entry]:
    """The entries of a ledger; none where there is none or it is damaged, for all that it is about can be made again."""
    try:
        entries: dict[str, Entry] = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return entries


def _written(entries: dict[str, Entry]) -> bytes:
    """One line an entry, sorted by path."""
    lines = ",\n".join(f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(entries[name])}" for name in sorted(entries))
    return f"{{\n{lines}\n}}\n".encode()
