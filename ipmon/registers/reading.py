"""A register's file, whatever it is, as UTF-8 text with one record a line, in bounded memory.

Belongs here: encodings, workbooks, line breaks and quotation marks, the header, the end marker. Not here: what any field means.
"""

import codecs
import csv
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from ipmon.breaches import Breach
from ipmon.containers import container_of
from ipmon.contracts import Limits
from ipmon.registers.contract import Register
from ipmon.workbooks import read_xlsx

CHUNK = 1 << 18
BLOCK = 1 << 16
"""Bytes of a text within which single lines are looked for: a part of a chunk."""
MORE = "@more"
"""The column behind the last: it has text where a row has more fields than the header."""
MIDNIGHT = re.compile(r"\d{4}-\d\d-\d\dT00:00:00")
FIELD = r'(?:[^",]*|"(?:[^"]|"")*")'
Say = Callable[[str], None]


@dataclass
class Survey:
    """What one pass over the bytes shows."""

    encoding: str = "utf-8"
    lines: int = 0
    commas: int = 0
    quotes: bool = False
    blanks: bool = False
    head: bytes = b""
    tail: bytes = b""
    blocks: list[int] = field(default_factory=list)
    """How many line breaks each block of BLOCK bytes has."""


@dataclass(frozen=True)
class Plain:
    """Text to scan: `original` has every line as it came; in `clean`, mostly the same file, lines that are no records are blank.

    Lines count from 1, the header, as in the file (or as the rows of the sheet). `encoding`: that of the file, nothing for a
    workbook; `survey`: of `original`; `last`: the last line that is not blank; `is_marked`: it is the end marker.
    """

    original: Path
    clean: Path
    container: str
    encoding: str
    survey: Survey
    header: list[str]
    last: str
    is_marked: bool

    @property
    def lines(self) -> int:
        """How many lines there are, blank ones too."""
        return self.survey.lines

    @property
    def first(self) -> str:
        """How the text begins."""
        return self.survey.head.decode(errors="replace")

    @property
    def record(self) -> str:
        """What a line that holds as many fields as the header looks like."""
        return f"^{FIELD}(?:,{FIELD}){{{len(self.header) - 1}}}$"

    def raw(self) -> pl.LazyFrame:
        """Every line below the header with its number: columns `line` and `raw`."""
        lines = pl.scan_lines(self.original, name="raw", row_index_name="line", row_index_offset=1, glob=False)
        return lines.filter(pl.col("line") > 1)

    def broken_lines(self) -> list[int]:
        """The numbers of the lines that do not hold as many fields as the header."""
        found = self.raw().filter(~pl.col("raw").str.contains(self.record)).select("line").collect(engine="streaming")
        return found["line"].sort().to_list()

    def scan(self, names: list[str], missing: list[str], source: bytes | None = None) -> pl.LazyFrame:
        """The lines below the header, or those given, as text columns of these names, `@more`, and `line`."""
        schema = dict.fromkeys([*names, MORE], pl.String())
        lines = pl.scan_csv(
            self.clean if source is None else source,
            has_header=False,
            skip_lines=0 if source is not None else 1,
            schema=schema,
            null_values=[sign for sign in missing if sign],
            extra_columns="ignore",
            missing_columns="insert",
            row_index_name="line",
            row_index_offset=2,
            glob=False,
        )
        if not self.survey.quotes:
            return lines
        quoted = [pl.when(~pl.col(name).is_in(["", *missing])).then(pl.col(name)).alias(name) for name in names]
        return lines.with_columns(quoted)  # the parser knows missing signs only where they are not quoted


def plain(file: Path, suffix: str, register: Register, scratch: Path, say: Say) -> Plain:
    """The file as text below `scratch`, or where it is if it is such text. Raises Breach for what no contract allows."""
    with file.open("rb") as opened:
        kind = container_of(opened.read(CHUNK), suffix)
    if kind == "xls":
        raise Breach("BAD_CONTAINER", "the content is an old workbook (.xls). Save it as .xlsx or CSV and deliver it again.")
    text = _from_workbook(file, register, scratch / "sheet.csv") if kind == "xlsx" else file
    survey = _surveyed(text, register, say)
    encoding = survey.encoding if kind == "csv" else ""
    if survey.encoding == "gb18030":
        text = _transcoded(text, scratch / "utf8.csv")
        survey = _surveyed(text, register, say)
    header, last = _header(text), survey.tail.rstrip().rpartition(b"\n")[2].decode(errors="replace").strip()
    is_marked = register.end_marker is not None and last.startswith(register.end_marker)
    made = Plain(text, text, kind, encoding, survey, header, last, is_marked)
    return _without_broken_lines(made, scratch / "clean.csv") if survey.quotes else made


def _from_workbook(file: Path, register: Register, target: Path) -> Path:
    """The first sheet, one row a line; real dates as ISO, line breaks in a cell as blanks."""
    rows = register.xlsx_rows_limit
    limits = Limits(
        bytes=register.bytes_limit, rows=rows, cells=(rows + 2) * (len(register.fields) + 20), zip_inflated_bytes=10**9
    )
    _, cells = read_xlsx(file.read_bytes(), None, limits)
    if len(cells) > rows + 2:
        raise Breach("TOO_BIG", f"it has {len(cells):,} rows; a workbook may have {rows:,}. Deliver it as CSV.")
    with target.open("w", encoding="utf-8", newline="") as out:
        writer, width = csv.writer(out, lineterminator="\n"), 0
        for row in cells:
            filled = [_cell(cell) for cell in row]
            held = max((n for n, cell in enumerate(filled, 1) if cell), default=0)
            width = width or held  # of the header: what a spreadsheet adds to the right of it is nothing
            writer.writerow(filled[: max(width, held)] if held else [])
    return target


def _cell(text: str) -> str:
    return text[:10] if MIDNIGHT.fullmatch(text) else " ".join(text.split()) if "\n" in text or "\r" in text else text.strip()


def _surveyed(file: Path, register: Register, say: Say) -> Survey:
    """One pass: is it UTF-8, has it quotation marks, how many lines. Raises ENCODING_INVALID with the offset."""
    survey, decoder, offset, size = Survey(), codecs.getincrementaldecoder("utf-8")(), 0, file.stat().st_size
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            is_ascii = chunk.isascii()
            _refuse_lost(chunk, is_ascii, offset)
            if survey.encoding == "utf-8" and not (is_ascii and decoder.getstate()[0] == b""):
                survey.encoding = _still_utf8(decoder, chunk, offset, register, file)
            signs = np.frombuffer(chunk, np.uint8)
            survey.blocks += [_count(signs[at : at + BLOCK], b"\n") for at in range(0, len(chunk), BLOCK)]
            survey.commas += _count(signs, b",")
            survey.quotes = survey.quotes or b'"' in chunk
            survey.blanks = survey.blanks or b" " in chunk
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


def _refuse_lost(chunk: bytes, is_ascii: bool, offset: int) -> None:
    if (at := chunk.find(b"\0")) >= 0:
        raise _undecodable(offset + at, "a NUL byte")
    if not is_ascii and (at := chunk.find("\ufffd".encode())) >= 0:
        raise _undecodable(offset + at, "the replacement character U+FFFD, so an earlier program has already lost text")


def _still_utf8(decoder: codecs.IncrementalDecoder, chunk: bytes, offset: int, register: Register, file: Path) -> str:
    pending = len(decoder.getstate()[0])
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError as error:
        at = offset - pending + error.start
        if "gb18030" not in register.encodings or _is_damaged_utf8(file):
            raise _undecodable(at, "bytes that are no UTF-8") from None
        return "gb18030"
    return "utf-8"


def _is_damaged_utf8(file: Path) -> bool:
    """Whether most text beyond ASCII is UTF-8: then GB18030, which accepts nearly any bytes, would only hide the damage."""
    right = lost = 0
    with file.open(encoding="utf-8", errors="replace", newline="") as opened:
        while text := opened.read(CHUNK):
            if not text.isascii():
                lost += (here := text.count("\ufffd"))
                right += len(re.findall(r"[^\x00-\x7f]", text)) - here
    return right > lost


def _transcoded(file: Path, target: Path) -> Path:
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
    reason = f"at byte {offset} stands {what}. Save the file as UTF-8 from its source and deliver it again."
    return Breach("ENCODING_INVALID", reason, f"byte {offset}")


def _header(text: Path) -> list[str]:
    with text.open(encoding="utf-8-sig", newline="") as opened:
        names = [name.strip() for name in next(csv.reader([opened.readline(CHUNK)]), [])]
    while names and not names[-1]:
        names.pop()
    return [name or f"column {n}" for n, name in enumerate(names, 1)]


def _without_broken_lines(made: Plain, target: Path) -> Plain:
    """Quotation marks that do not pair up would make a parser swallow the lines after them: such lines become blank in a copy."""
    broken = made.broken_lines()
    if not broken:
        return made
    wanted = iter(broken)
    at = next(wanted)
    with made.original.open("rb") as lines, target.open("wb") as out:
        for number, line in enumerate(lines, 1):
            out.write(b"\n" if number == at else line)
            at = next(wanted, -1) if number == at else at
    return replace(made, clean=target)
