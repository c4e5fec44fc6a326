"""docs/performance.md: one part a kind of measurement, each replaced on its own.

Belongs here: the file, tables, the machine. Not here: what is measured.
"""

import os
import platform
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

REPORT = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
HEADING = re.compile(r"^##? .+$", re.MULTILINE)


def machine() -> str:
    """The machine and the interpreter in a few words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.machine()}, Python {platform.python_version()}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a table whose first column is text and whose other columns are numbers."""
    return [_row(header), "|---|" + "---:|" * (len(header) - 1), *map(_row, rows)]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def replace_part(heading: str, lines: Sequence[str]) -> None:
    """Puts the part in the place of the one with the same heading, or at the end; all others stay as they are."""
    REPORT.parent.mkdir(exist_ok=True)
    parts = _parts(REPORT.read_text("utf-8")) if REPORT.exists() else {}
    parts[heading] = "\n".join(lines)
    text = "\n\n".join(f"{title}\n\n{body}" for title, body in sorted(parts.items(), key=lambda part: part[0].startswith("## ")))
    REPORT.write_text(text + "\n", "utf-8")
    print(f"{heading}\n\n{parts[heading]}\n")


def _parts(text: str) -> dict[str, str]:
    starts = [*HEADING.finditer(text)]
    ends = [*(match.start() for match in starts[1:]), len(text)]
    return {match.group(): text[match.end() : end].strip() for match, end in zip(starts, ends, strict=True)}
