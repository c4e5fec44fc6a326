"""Whether a release is still what was published: every byte, every row count, and the chain to the releases before it.

Belongs here: the manifest's form and its checking, offline and without changing anything. Not here: publishing (see release.py).
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from operator import itemgetter
from pathlib import Path
from typing import Any

import duckdb

from ipmon.errors import IpmonError
from ipmon.exports import data_hash, table_names
from ipmon.recompute import recomputed

MANIFEST, VERDICT, CHECKSUMS, PUBLIC = "manifest.json", "verdict.json", "SHA256SUMS", "public.duckdb"
UNJUDGED = (MANIFEST, VERDICT, CHECKSUMS)
"""What is written about the files of a candidate after all of them: the verdict is about the others."""

Manifest = dict[str, Any]


def verify(release: Path) -> list[str]:
    """Every problem of a published release, as sentences; none if it and the chain to its predecessors are whole."""
    return _problems(release.resolve(), (_files, _verdict, _counts, _content, _derived, _name, _chain))


def defects(release: Path) -> list[str]:
    """What is wrong with a release in itself, wherever it lies and whatever came before it."""
    return _problems(release, (_files, _verdict, _counts, _content))


def sha256(path: Path) -> str:
    """The sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def listing(folder: Path, without: tuple[str, ...] = (MANIFEST,)) -> list[dict[str, Any]]:
    """Path, bytes and sha256 of every file below a folder, in order of path."""
    paths = (Path(top, name) for top, _, names in os.walk(folder) for name in names)
    listed = (described(folder, p) for p in paths if p.is_file() and p.relative_to(folder).as_posix() not in without)
    return sorted(listed, key=itemgetter("path"))


def described(folder: Path, path: Path) -> dict[str, Any]:
    """One file below a folder, as the manifest lists it."""
    return {"path": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size, "sha256": sha256(path)}


def canonical(content: Any) -> bytes:
    """JSON with one way of writing it."""
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def fingerprint(content: Any) -> str:
    """sha256 of the canonical JSON."""
    return hashlib.sha256(canonical(content)).hexdigest()


def combined(data: str, sources: str) -> str:
    """The content hash: what the tables hold, and the declarations and code that make everything else from them."""
    return hashlib.sha256(f"{data} {sources}".encode()).hexdigest()


def row_counts(mart: Path) -> dict[str, int]:
    """Rows of every table and view of a mart."""
    with duckdb.connect(str(mart), read_only=True) as connection:
        return {name: connection.execute(f'select count(*) from "{name}"').fetchall()[0][0] for name in table_names(connection)}


def read_manifest(release: Path) -> Manifest:
    """The manifest, if every byte of it is as it was written. Raises IpmonError otherwise."""
    try:
        raw = (release / MANIFEST).read_bytes()
        manifest: Manifest = json.loads(raw)
    except (OSError, ValueError) as error:
        raise IpmonError(f"{release.name}/{MANIFEST} cannot be read ({error}). Restore the release from a copy.") from error
    content = {key: value for key, value in manifest.items() if key != "self_sha256"}
    if canonical(manifest) != raw or fingerprint(content) != manifest.get("self_sha256"):
        raise IpmonError(f"{release.name}/{MANIFEST} was changed after it was written. Restore the release from a copy.")
    return manifest


def _problems(release: Path, rules: Iterable[Callable[[Path, Manifest], Iterator[str]]]) -> list[str]:
    try:
        manifest = read_manifest(release)
    except IpmonError as error:
        return [str(error)]
    with ThreadPoolExecutor() as threads:  # hashing and DuckDB work outside the interpreter's lock
        return [problem for found in threads.map(lambda rule: list(rule(release, manifest)), rules) for problem in found]


def _files(release: Path, manifest: Manifest) -> Iterator[str]:
    listed = {entry["path"]: entry for entry in manifest["files"]}
    found = {entry["path"]: entry for entry in listing(release)}
    for path in sorted(listed.keys() | found.keys()):
        if path not in found:
            yield f"{release.name}/{path} is missing"
        elif path not in listed:
            yield f"{release.name}/{path} is not in the manifest: it was added after publishing"
        elif found[path] != listed[path]:
            yield f"{release.name}/{path} was changed after publishing: its sha256 is {found[path]['sha256'][:12]}…"


def _verdict(release: Path, manifest: Manifest) -> Iterator[str]:
    judged = fingerprint([entry for entry in manifest["files"] if entry["path"] not in UNJUDGED])
    try:
        verdict = json.loads((release / VERDICT).read_bytes())
    except (OSError, ValueError) as error:
        yield f"{release.name}/{VERDICT} cannot be read: {error}"
        return
    if verdict.get("candidate_sha256") != judged:
        yield f"{release.name}/{VERDICT} is about other files than those in the manifest"
    if verdict.get("verdict") != "passed":
        yield f"{release.name}/{VERDICT} does not say that the checks were passed"


def _derived(release: Path, manifest: Manifest) -> Iterator[str]:
    """Every derived number again, from the inputs that the mart names."""
    if "lineage" in manifest["tables"]:
        try:
            yield from recomputed(release / PUBLIC)
        except duckdb.Error as error:
            yield f"{release.name}: its derived numbers cannot be computed again: {str(error).splitlines()[0]}"


def _name(release: Path, manifest: Manifest) -> Iterator[str]:
    if release.name != manifest["release_id"]:
        yield f"{release.name}: its manifest is that of release {manifest['release_id']}"


def _chain(release: Path, manifest: Manifest) -> Iterator[str]:
    """Each release holds the hash of its predecessor's manifest, so that no older one can be changed in silence."""
    seen = {manifest["release_id"]}
    while (link := manifest["previous"]) is not None:
        name, path = link["release_id"], release.parent / link["release_id"] / MANIFEST
        if name in seen:
            yield f"{name} is its own predecessor"
            return
        if not path.exists():
            yield f"{name}, a predecessor of this release, is missing"
            return
        if sha256(path) != link["manifest_sha256"]:
            yield f"{name}/{MANIFEST} is not the one that {manifest['release_id']} was published after"
            return
        seen.add(name)
        manifest = json.loads(path.read_bytes())


def _counts(release: Path, manifest: Manifest) -> Iterator[str]:
    """The mart is opened and read again: a copy can have the right bytes on paper and still lack rows."""
    try:
        counts = row_counts(release / PUBLIC)
    except duckdb.Error as error:
        yield f"{release.name}: {PUBLIC} cannot be read: {str(error).splitlines()[0]}"
        return
    for table, rows in manifest["tables"].items():
        if counts.get(table) != rows:
            yield f"{release.name}/{PUBLIC}: {table} has {counts.get(table)} rows, {rows} were published"


def _content(release: Path, manifest: Manifest) -> Iterator[str]:
    """So are all marts for what their rows say, of which the release has its id."""
    try:
        data = data_hash(release.glob("*.duckdb"))
    except duckdb.Error as error:
        yield f"{release.name}: a mart cannot be read: {str(error).splitlines()[0]}"
        return
    if combined(data, manifest["source_hash"]) != manifest["content_hash"]:
        yield f"{release.name}: the rows of the marts do not give the content hash of the manifest"
    if not manifest["release_id"].endswith(manifest["content_hash"][:8]):
        yield f"{release.name}: the release id does not come from the content hash"
