"""A register's file, whatever it is, as UTF-8 text with one record a line, in bounded memory.

Belongs here: workbooks, line breaks and quotation marks, the header, the end marker. Not here: encodings (survey.py), what any
field means.
"""

import csv
import re
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from ipmon.breaches import Breach
from ipmon.containers import container_of
from ipmon.contracts import Limits
from ipmon.registers.contract import Register
from ipmon.registers.survey import CHUNK, Say, Survey, surveyed, transcoded
from ipmon.workbooks import read_xlsx

LONGEST = 100_000
"""Characters of a field of the first or last line. Python's reader has a limit too, which any library may move."""
WORKBOOK_BYTES = 1 << 27
"""A workbook is read whole; one of as many rows as a contract allows has far less."""
MORE = "@more"
"""The column behind the last: it has text where a row has more fields than the header."""
MIDNIGHT = re.compile(r"\d{4}-\d\d-\d\dT00:00:00")
FIELD = r'(?:[^",]*|"(?:[^"]|"")*")'


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
    survey = surveyed(text, register, say)
    encoding = survey.encoding if kind == "csv" else ""
    if survey.encoding == "gb18030":
        text = transcoded(text, scratch / "utf8.csv")
        survey = surveyed(text, register, say)
    header, last = _header(text), survey.tail.rstrip().rpartition(b"\n")[2].decode(errors="replace").strip()
    is_marked = register.end_marker is not None and fields_of(last, "its last line")[:1] == [register.end_marker]
    made = Plain(text, text, kind, encoding, survey, header, last, is_marked)
    return _without_broken_lines(made, scratch / "clean.csv") if survey.quotes else made


def fields_of(line: str, where: str) -> list[str]:
    """The fields of a line without blanks around them. Raises BAD_CONTAINER where it cannot be split."""
    try:
        fields = [field.strip() for field in next(csv.reader([line]), [])]
    except csv.Error as error:
        reason = str(error)
    else:
        if all(len(field) <= LONGEST for field in fields):
            return fields
        reason = f"a field has more than {LONGEST:,} characters"
    raise Breach("BAD_CONTAINER", f"{where} cannot be split into fields ({reason}). Save it as CSV again.", where)


def _from_workbook(file: Path, register: Register, target: Path) -> Path:
    """The first sheet, one row a line; real dates as ISO, line breaks in a cell as blanks."""
    if file.stat().st_size > WORKBOOK_BYTES:
        raise Breach("TOO_BIG", f"a workbook may have {WORKBOOK_BYTES:,} bytes. Deliver it as CSV.")
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


def _header(text: Path) -> list[str]:
    """The names in the first line; those at its end that are empty are columns only where the line after it has them too."""
    with text.open(encoding="utf-8-sig", newline="\n") as opened:
        names, below = fields_of(opened.readline(CHUNK), "its first line"), re.sub('"[^"]*"', "", opened.readline(CHUNK))
    while names and not names[-1] and len(names) > below.count(",") + 1:
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
