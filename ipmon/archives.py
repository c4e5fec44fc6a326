"""Archives: a zip is weighed before anything in it is parsed.

Belongs here: the guard against bombs, lying directories and damaged entries. Not here: what a workbook's entries mean.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator

from ipmon.breaches import Breach
from ipmon.contracts import Limits

CHUNK = 1 << 20


def guarded(raw: bytes, limits: Limits) -> zipfile.ZipFile:
    """The archive, once its directory and then its inflated bytes have been held against the limits; nothing is parsed."""
    if (entries_said := raw.count(b"PK\x01\x02")) > limits.zip_entries:
        raise _bomb(f"it has {entries_said} entries, at most {limits.zip_entries} are allowed")
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
    except (zipfile.BadZipFile, NotImplementedError, OverflowError, ValueError):
        raise bad_workbook("is a damaged or truncated archive") from None
    entries = archive.infolist()
    _weigh(sum(entry.file_size for entry in entries), len(raw), limits, "declares")
    total = 0
    for entry in entries:
        _check_entry(entry)
        for size in _inflated(raw, entry):
            total += size
            _weigh(total, len(raw), limits, "inflates to")
    return archive


def _weigh(size: int, packed: int, limits: Limits, verb: str) -> None:
    if size > limits.zip_inflated_bytes:
        raise _bomb(f"it {verb} more than {limits.zip_inflated_bytes:,} bytes")
    if size > CHUNK and size > limits.zip_ratio * packed:
        raise _bomb(f"it {verb} more than {limits.zip_ratio} times its {packed:,} bytes")


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if entry.filename.startswith(("/", "\\")) or ".." in entry.filename.replace("\\", "/").split("/"):
        raise bad_workbook(f"has an entry that points outside itself ({entry.filename[:60]!r})")
    if entry.flag_bits & 1:
        raise bad_workbook("is protected by a password")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise bad_workbook(f"is packed in a way that workbooks do not use (method {entry.compress_type})")


def _inflated(raw: bytes, entry: zipfile.ZipInfo) -> Iterator[int]:
    """The true inflated size of one entry, chunk by chunk: the directory's own word for it may lie."""
    head = raw[entry.header_offset : entry.header_offset + 30]
    start = entry.header_offset + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    rest = raw[start : start + entry.compress_size]
    if len(head) < 30 or len(rest) < entry.compress_size:
        raise bad_workbook("is truncated")
    if entry.compress_type == zipfile.ZIP_STORED:
        yield len(rest)
        return
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        while rest and not engine.eof:
            yield len(engine.decompress(rest, CHUNK))
            rest = engine.unconsumed_tail
    except zlib.error:
        raise bad_workbook("is damaged") from None


def read_entry(archive: zipfile.ZipFile, part: str) -> bytes:
    """One entry, checked against its checksum."""
    try:
        return archive.read(part)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        raise bad_workbook(f"has a damaged entry {part}") from None


def bad_workbook(what: str) -> Breach:
    """A workbook that cannot be read, and why."""
    remedy = "Ask the publisher for the file again, or save it anew without a password."
    return Breach("BAD_CONTAINER", f"the workbook {what}. {remedy}")


def _bomb(what: str) -> Breach:
    return Breach("ZIP_BOMB", f"the workbook was not opened: {what}. Deliver the table as CSV.")
