"""Single lines of a register's file: some by their numbers, and those with too few or too many fields.

Belongs here: looking at lines as they came. Not here: making a file into lines (reading.py), reasons of bad lines (badrows.py).
"""

from collections.abc import Collection
from itertools import islice

import polars as pl

from ipmon.registers.reading import Plain


def lines_at(made: Plain, numbers: Collection[int]) -> pl.DataFrame:
    """These lines in their order: columns `line` and `raw`."""
    rows, at = [], 0
    with made.original.open("rb") as opened:
        for number in sorted(numbers):
            line = next(islice(opened, number - at - 1, None)).decode()
            rows.append((number, line.removesuffix("\n").removesuffix("\r")))
            at = number
    return pl.DataFrame(rows, {"line": pl.Int64(), "raw": pl.String()}, orient="row")


def ragged_lines(made: Plain, doubtful: pl.DataFrame | None) -> list[int]:
    """The numbers of the lines with too few or too many fields, in a text without quotation marks: it is enough to count commas.

    `doubtful`: at least all lines with too few, as `lines_at` gives them; None where they are many. If the others have as many
    commas as they should, none of them has too many.
    """
    wanted = len(made.header) - 1
    if doubtful is not None:
        commas = {line: raw.count(",") for line, raw in doubtful.iter_rows()}
        if made.survey.commas == sum(commas.values()) + (made.lines - len(commas)) * wanted:
            return [line for line, count in commas.items() if count != wanted]
    with made.original.open("rb") as opened:
        return [line for line, text in enumerate(opened, 1) if line > 1 and text.count(b",") != wanted]
