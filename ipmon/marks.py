"""Marks around what is bound inside a composed text, so that a digit outside them is known to be nobody's.

Belongs here: putting marks on, taking them off, and asking what stands outside. Not here: what is bound (see phrases.py,
binding.py). The marks are private characters that never reach a page: a text is printed without them.
"""

import re
from collections.abc import Collection, Iterator
from typing import Any

OPEN_NUMBER, OPEN_WORDS, CLOSE = "\ue000", "\ue001", "\ue002"
INNERMOST = re.compile(f"[{OPEN_NUMBER}{OPEN_WORDS}][^{OPEN_NUMBER}{OPEN_WORDS}{CLOSE}]*{CLOSE}")
INNERMOST_WORDS = re.compile(f"{OPEN_WORDS}[^{OPEN_NUMBER}{OPEN_WORDS}{CLOSE}]*{CLOSE}")
INNERMOST_NUMBER = re.compile(f"{OPEN_NUMBER}([^{OPEN_NUMBER}{OPEN_WORDS}{CLOSE}]*){CLOSE}")
ANY = re.compile(f"[{OPEN_NUMBER}{OPEN_WORDS}{CLOSE}]")
NUMERAL = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


def number(text: str) -> str:
    """A text made of a cell, a count, a period or a day: both languages must show the same numerals in it."""
    return f"{OPEN_NUMBER}{text}{CLOSE}"


def words(text: str) -> str:
    """Words that the mart holds, such as a definition or the title of a source, with whatever digits they have."""
    return f"{OPEN_WORDS}{text}{CLOSE}"


def printed(value: Any) -> Any:
    """The same texts, lists and mappings without marks, as they are printed."""
    if isinstance(value, str):
        return ANY.sub("", value)
    if isinstance(value, dict):
        return {key: printed(part) for key, part in value.items()}
    return [printed(part) for part in value] if isinstance(value, list | tuple) else value


def texts(value: Any) -> Iterator[str]:
    """Every text in lists and mappings, in order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts(part)


def numerals(text: str) -> list[str]:
    """The numerals of a text without thousands separators and leading zeros: 8,539.9 and 2024-09 -> 8539.9, 2024, 9."""
    return [re.sub(r"^0+(?=\d)", "", found.replace(",", "")) for found in NUMERAL.findall(text)]


def unbound(value: Any, literals: Collection[str]) -> list[str]:
    """The texts that have a digit outside their marks, each as it stands there; `literals` may hold digits."""
    found = []
    for text in texts(value):
        outside = _without(text, INNERMOST)
        for literal in literals:
            outside = outside.replace(literal, "")
        if re.search(r"\d", outside):
            found.append(outside)
    return found


def bound_numerals(text: str) -> list[str]:
    """The numerals of the numbers bound in a text, in order; those in words of the mart are left aside."""
    rest = _without(text, INNERMOST_WORDS)
    return [numeral for found in INNERMOST_NUMBER.findall(rest) for numeral in numerals(found)]


def _without(text: str, marked: re.Pattern[str]) -> str:
    """A text without what is marked, from the innermost marks outwards."""
    while marked.search(text):
        text = marked.sub("", text)
    return text
