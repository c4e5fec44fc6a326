"""One pass over the bytes of a register's file: its encoding, its lines, and which signs stand in it.

Belongs here: what bytes show before anything is split into fields. Not here: fields (reading.py).
"""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ipmon.breaches import Breach
from ipmon.registers.contract import Register

CHUNK = 1 << 18
BLOCK = 1 << 16
"""Bytes of a text within which single lines are looked for: a part of a chunk."""
LOST = "\ufffd"
Say = Callable[[str], None]


@dataclass
class Survey:
    """What one pass over the bytes shows.

    `blocks`: how many line breaks each block of BLOCK bytes has. `head`, `tail`: the first of these, and at least the last.
    """

    encoding: str = "utf-8"
    lines: int = 0
    commas: int = 0
    quotes: bool = False
    blanks: bool = False
    pluses: bool = False
    head: bytes = b""
    tail: bytes = b""
    blocks: list[int] = field(default_factory=list)


def surveyed(file: Path, register: Register, say: Say) -> Survey:
    """One pass over a file. Raises ENCODING_INVALID with the offset of what is text in no encoding of the register."""
    survey, decoder, offset, size = Survey(), codecs.getincrementaldecoder("utf-8")(), 0, file.stat().st_size
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            if (at := chunk.find(b"\0")) >= 0:
                raise _undecodable(offset + at, "a NUL byte")
            if survey.encoding == "utf-8" and not (chunk.isascii() and decoder.getstate()[0] == b""):
                survey.encoding = _still_utf8(decoder, chunk, offset, register, file)
            signs = np.frombuffer(chunk, np.uint8)
            survey.blocks += [_count(signs[at : at + BLOCK], b"\n") for at in range(0, len(chunk), BLOCK)]
            survey.commas += _count(signs, b",")
            survey.quotes = survey.quotes or b'"' in chunk
            survey.blanks = survey.blanks or b" " in chunk
            survey.pluses = survey.pluses or b"+" in chunk
            survey.head = survey.head or chunk[:BLOCK]
            survey.tail = (survey.tail + chunk)[-CHUNK:] if len(chunk) < CHUNK else chunk
            offset += len(chunk)
            say(f"read {offset:,} of {size:,} bytes")
    if survey.encoding == "utf-8" and decoder.getstate()[0]:
        raise _undecodable(offset - 1, "half a character, so the file was cut")
    survey.lines = sum(survey.blocks) + (not survey.tail.endswith(b"\n"))
    return survey


def _count(signs: npt.NDArray[np.uint8], sign: bytes) -> int:
    return int(np.count_nonzero(signs == sign[0]))  # three times as fast as bytes.count


def _still_utf8(decoder: codecs.IncrementalDecoder, chunk: bytes, offset: int, register: Register, file: Path) -> str:
    pending = len(decoder.getstate()[0])
    try:
        text = decoder.decode(chunk)
    except UnicodeDecodeError as error:
        at = offset - pending + error.start
        if "gb18030" not in register.encodings or _is_damaged_utf8(file):
            raise _undecodable(at, "bytes that are no UTF-8") from None
        return "gb18030"
    if (lost := text.find(LOST)) >= 0:
        at = offset - pending + len(text[:lost].encode())
        raise _undecodable(at, "the replacement character U+FFFD, so an earlier program has already lost text")
    return "utf-8"


def _is_damaged_utf8(file: Path) -> bool:
    """Whether most text beyond ASCII is UTF-8: then GB18030, which accepts nearly any bytes, would only hide the damage."""
    right = lost = 0
    with file.open(encoding="utf-8", errors="replace", newline="") as opened:
        while text := opened.read(CHUNK):
            if not text.isascii():
                lost += (here := text.count(LOST))
                right += len(re.findall(r"[^\x00-\x7f]", text)) - here
    return right > lost


def transcoded(file: Path, target: Path) -> Path:
    """A file in GB18030 as UTF-8 in `target`. Raises ENCODING_INVALID with the offset of what is not."""
    decoder, offset = codecs.getincrementaldecoder("gb18030")(), 0
    with file.open("rb") as opened, target.open("w", encoding="utf-8", newline="") as out:
        while True:
            chunk = opened.read(CHUNK)
            pending = len(decoder.getstate()[0])
            try:
                out.write(decoder.decode(chunk, final=not chunk))
            except UnicodeDecodeError as error:
                raise _undecodable(offset - pending + error.start, "bytes that are neither UTF-8 nor GB18030") from None
            if not chunk:
                return target
            offset += len(chunk)


def _undecodable(offset: int, what: str) -> Breach:
    reason = f"at byte {offset} it has {what}. Save the file as UTF-8 from its source and deliver it again."
    return Breach("ENCODING_INVALID", reason, f"byte {offset}")
