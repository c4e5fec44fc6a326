"""Single lines of a register's file: some by their numbers, and those with too few or too many fields.

Belongs here: looking at lines as they came. Not here: making a file into lines (reading.py), reasons of bad lines (badrows.py).
"""

from bisect import bisect_left
from collections.abc import Collection, Mapping
from itertools import accumulate

import polars as pl

from ipmon.registers.reading import Plain
from ipmon.registers.survey import BLOCK


def lines_at(made: Plain, numbers: Collection[int]) -> dict[int, str]:
    """These lines in their order, by number. Only blocks that hold any of them are read."""
    breaks = [0, *accumulate(made.survey.blocks)]  # before each block, and in all
    found, pieces, before, behind = dict[int, str](), list[bytes](), 0, 0
    with made.original.open("rb") as opened:
        for number in sorted(numbers):
            if not before + 1 < number <= behind:
                first = max(bisect_left(breaks, number - 1) - 1, 0)  # the block with the line break that the line follows
                last = bisect_left(breaks, number) - 1  # and that with its own; none has it if the text just ends
                opened.seek(first * BLOCK)
                pieces = opened.read((last - first + 1) * BLOCK).split(b"\n")
                before, behind = breaks[first], breaks[min(last + 1, len(breaks) - 1)]
            found[number] = pieces[number - before - 1].decode().removesuffix("\r")
    return found


def ragged_lines(made: Plain, doubtful: Mapping[int, str] | None) -> pl.Series:
    """The numbers of the lines with too few or too many fields, in a text without quotation marks: it is enough to count commas.

    `doubtful`: at least all lines with too few, as `lines_at` gives them; None where they are many. If the others have as many
    commas as they should, none of them has too many.
    """
    wanted = len(made.header) - 1
    if doubtful is not None:
        commas = {line: raw.count(",") for line, raw in doubtful.items()}
        if made.survey.commas == sum(commas.values()) + (made.lines - len(commas)) * wanted:
            return pl.Series([line for line, count in commas.items() if count != wanted], dtype=pl.UInt32())
    found = made.raw().filter(pl.col("raw").str.count_matches(",", literal=True) != wanted).select("line")
    return found.collect(engine="streaming")["line"].sort()
