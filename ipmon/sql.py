"""Names and texts inside SQL, quoted in one place.

Belongs here: what DuckDB takes no parameter for, and values where a parameter costs too much. Not here: any query.
"""

from collections.abc import Iterable
from typing import Any


def name(identifier: str) -> str:
    """A table's or column's name, whatever is in it."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text, for paths and comments."""
    return "'" + text.replace("'", "''") + "'"


def bound(statement: str, values: Iterable[Any]) -> str:
    """A statement with its question marks replaced, in order, by values as texts (null for None), as DuckDB then casts them.

    DuckDB imports pandas for a parameter, which takes longer than any question asked at the terminal. The statement holds no
    other question mark.
    """
    parts, given = statement.split("?"), list(values)
    if len(given) != len(parts) - 1:
        raise ValueError(f"{len(parts) - 1} value(s) are asked for, and {len(given)} given")
    literals = ["null" if value is None else literal(str(value)) for value in given]
    return parts[0] + "".join(text + part for text, part in zip(literals, parts[1:], strict=True))
