"""Pieces of Markdown that the generated documents are made of.

Belongs here: tables, lists of names, Chinese without stray spaces. Not here: what any document says.
"""

import re
from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, or nothing where it would have no rows; bars inside cells are escaped."""
    lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(head)} |", "|---" * len(head) + "|", *lines]) if lines else ""


def quoted(names: Iterable[str]) -> str:
    """Names as code, separated by commas."""
    return ", ".join(f"`{name}`" for name in names)


def joined(text: str) -> str:
    """Chinese without the spaces that folded lines of YAML leave between its sentences."""
    return re.sub(r"(?<=[，。；：、）]) ", "", text)
