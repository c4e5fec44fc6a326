"""The values of the command line's arguments: read, or refused in one sentence with an example.

Belongs here: types of arguments for argparse. Not here: the arguments themselves (see cli.py).
"""

import argparse
import re
from datetime import date

MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")


def code(text: str) -> tuple[str, ...]:
    """A dimension and one of its codes."""
    if "=" not in text:
        raise argparse.ArgumentTypeError(f"'{text}' names no code; write it as industry=_T")
    return text.partition("=")[::2]


def count(text: str) -> int:
    """How many records."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of records; write 1 or more")
    return int(text)


def share(text: str) -> float:
    """A share of a whole."""
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no share; write a number from 0 to 1")
    return number


def day(text: str) -> date:
    """A day as ISO 8601 writes it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no date; write it as 2026-11-22") from None


def month(text: str) -> str:
    """A month as ISO 8601 writes it."""
    if not MONTH.fullmatch(text):
        raise argparse.ArgumentTypeError(f"'{text}' is no month; write it as 2023-07")
    return text
