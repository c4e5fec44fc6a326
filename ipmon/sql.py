"""Names and texts inside SQL, quoted in one place.

Belongs here: what DuckDB takes no parameter for. Not here: any query; values go in as parameters.
"""


def name(identifier: str) -> str:
    """A table's or column's name, whatever is in it."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text, for paths and comments."""
    return "'" + text.replace("'", "''") + "'"
