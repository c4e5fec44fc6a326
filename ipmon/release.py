"""From a candidate to the current release: built aside, sealed, then made current in one step.

Belongs here: the order of these steps and what a crash leaves between them. Not here: whether a candidate may be published (see
gate.py), or checking an old release (see verify.py). Whoever calls this holds the writer's lock (see locks.py).
"""

import errno
import os
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import Any

import duckdb

from ipmon.content import Content, code_version, source_hash
from ipmon.errors import IpmonError
from ipmon.paths import DataRoot
from ipmon.verify import (
    CHECKSUMS,
    MANIFEST,
    PUBLIC,
    Manifest,
    canonical,
    defects,
    described,
    fingerprint,
    listing,
    read_manifest,
    row_counts,
    sha256,
)

LEAST_FREE_BYTES = 64 * 2**20
ROOM = 3
"""A run needs this many times the room of the last release: the candidate, its working files, and a margin."""

FLUSHING = 16
"""Files of a release that are flushed to disk at once: a disk takes many together in the time of one."""


class DiskFull(IpmonError):
    """There is no room for another release."""

    exit_code = 1


def open_candidate(root: DataRoot, run_id: str) -> Path:
    """A new, empty folder for a run's release, after removing what dead runs left. Raises DiskFull where there is no room."""
    sweep(root)
    _require_room(root)
    folder = candidate_folder(root, run_id)
    folder.mkdir(parents=True)
    return folder


def candidate_folder(root: DataRoot, run_id: str) -> Path:
    """Where a run builds its release."""
    return _candidates(root) / run_id


def discard(folder: Path) -> None:
    """Forget a candidate."""
    shutil.rmtree(folder, ignore_errors=True)


def sweep(root: DataRoot) -> None:
    """Removes what dead or refused runs left: their candidates, and a release that was moved in but never became current."""
    discard(_candidates(root))
    mark = _mark(root)
    if mark.is_symlink():
        if current_id(root) != mark.readlink().name:
            shutil.rmtree(mark.parent / mark.readlink(), ignore_errors=True)
        mark.unlink()


def current_id(root: DataRoot) -> str | None:
    """The id of the current release, None before the first."""
    return root.current.readlink().name if root.current.is_symlink() else None


def is_repeat(root: DataRoot, as_of: date, deliveries: Iterable[str]) -> bool:
    """Whether the current release was made for the same day from the same deliveries by the same code: nothing can differ."""
    if current_id(root) is None:
        return False
    made = _current_manifest(root)
    inputs = {entry["delivery_id"] for entry in made["inputs"]}
    return (made["as_of"], made["source_hash"], inputs) == (as_of.isoformat(), source_hash(), set(deliveries))


def is_unchanged(root: DataRoot, content: Content) -> bool:
    """Whether the current release already holds this content."""
    return current_id(root) is not None and bool(_current_manifest(root)["content_hash"] == content.content_hash)


def seal(root: DataRoot, folder: Path, content: Content, as_of: date) -> None:
    """Describes a judged candidate that is complete.

    SHA256SUMS: every file so far, as `sha256sum -c` reads it. manifest.json: every file, the deliveries and code behind them, the
    release before; of the grades not public only the hashes.
    """
    files = listing(folder, without=(MANIFEST, CHECKSUMS))
    (folder / CHECKSUMS).write_text("".join(f"{entry['sha256']}  {entry['path']}\n" for entry in files), "utf-8")
    manifest: dict[str, Any] = {
        "release_id": content.release_id(as_of),
        "as_of": as_of.isoformat(),
        **asdict(content),
        "content_hash": content.content_hash,
        "code_version": code_version(),
        "previous": _previous(root),
        "inputs": _inputs(folder / PUBLIC),
        "tables": row_counts(folder / PUBLIC),
        "files": sorted([*files, described(folder, folder / CHECKSUMS)], key=itemgetter("path")),
    }
    (folder / MANIFEST).write_bytes(canonical(manifest | {"self_sha256": fingerprint(manifest)}))


def publish(root: DataRoot, folder: Path) -> Path:
    """Makes a judged candidate the current release, and returns its folder. At every moment `current` is the old or the new."""
    _refuse_open_marts(folder)
    problems = defects(folder)
    if problems:
        raise IpmonError("The candidate is not whole and was not published: " + "; ".join(problems))
    manifest = read_manifest(folder)
    if manifest["previous"] != _previous(root):
        raise IpmonError("Another release was published in the meantime. Run again.")
    target = root.releases / str(manifest["release_id"])
    if target.exists():
        _require_same(target, manifest)
        discard(folder)
    else:
        _move_in(root, folder, target)
    _switch(root, target.name)
    _mark(root).unlink(missing_ok=True)
    return target


def is_disk_full(error: BaseException | None) -> bool:
    """Whether an exception, or what led to it, says that no room was left."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if isinstance(error, duckdb.Error) and "No space left" in str(error):
            return True
        seen.append(error)
        error = error.__cause__ or error.__context__
    return False


def _current_manifest(root: DataRoot) -> Manifest:
    try:
        return read_manifest(root.current)
    except (OSError, ValueError) as error:
        raise IpmonError(f"The current release cannot be trusted: {error} See what is wrong with: ipmon verify.") from None


def _candidates(root: DataRoot) -> Path:
    return root.work / "candidates"


def _mark(root: DataRoot) -> Path:
    """A symlink that stands while a release is moved in but not yet current."""
    return root.current.with_name("publishing")


def _require_room(root: DataRoot) -> None:
    root.root.mkdir(parents=True, exist_ok=True)
    last = sum(f.stat().st_size for f in root.current.rglob("*") if f.is_file()) if current_id(root) else 0
    needed = max(LEAST_FREE_BYTES, ROOM * last)
    free = shutil.disk_usage(root.root).free
    if free < needed:
        raise DiskFull(
            f"DISK_FULL: a run needs {needed / 2**20:.0f} MB free, and {free / 2**20:.0f} MB are left on the disk of "
            f"{root.root.name}/. Free some space and run again."
        )


def _previous(root: DataRoot) -> dict[str, str] | None:
    name = current_id(root)
    return None if name is None else {"release_id": name, "manifest_sha256": sha256(root.releases / name / MANIFEST)}


def _inputs(mart: Path) -> list[dict[str, str]]:
    with duckdb.connect(str(mart), read_only=True) as connection:
        rows = connection.execute("select delivery_id, sha256 from deliveries where withdrawn_on is null order by all").fetchall()
    return [{"delivery_id": delivery, "sha256": digest} for delivery, digest in rows]


def _refuse_open_marts(folder: Path) -> None:
    logs = sorted(p.name for p in folder.rglob("*.wal"))
    if logs:
        raise IpmonError(f"{', '.join(logs)}: a mart was not closed, so rows may be missing from it; not published. Run again.")


def _require_same(target: Path, manifest: dict[str, Any]) -> None:
    """A release that is there already may become current again, if it is whole and holds the same."""
    problems = defects(target)
    if problems or read_manifest(target)["content_hash"] != manifest["content_hash"]:
        why = "; ".join(problems) or "it holds other content"
        raise IpmonError(f"Release {target.name} exists already and is not this one ({why}). Move it away and run again.")


def _move_in(root: DataRoot, folder: Path, target: Path) -> None:
    whole = [folder, *folder.rglob("*")]
    for path in whole:
        if path.is_file():
            path.chmod(0o444)
    with ThreadPoolExecutor(FLUSHING) as threads:
        list(threads.map(_flush, whole))
    root.releases.mkdir(parents=True, exist_ok=True)
    _mark(root).symlink_to(Path("releases") / target.name)
    _flush(root.releases.parent)
    folder.rename(target)
    _flush(root.releases)


def _switch(root: DataRoot, name: str) -> None:
    upcoming = root.current.with_name("current.next")
    upcoming.unlink(missing_ok=True)
    upcoming.symlink_to(Path("releases") / name)
    upcoming.replace(root.current)
    _flush(root.current.parent)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
