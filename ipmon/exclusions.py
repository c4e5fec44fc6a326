"""Printed rows that are not taken, each with the reason in both languages.

Belongs here: what is said of such a row. Not here: which rows these are (see figures.py, corrections.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ipmon.declared import Text


@dataclass(frozen=True)
class Excluded:
    """A row that is not taken, and the sentence that says why."""

    delivery_id: str
    locator: str
    series_id: str
    period: str
    value: str
    reason: Text


class NotTaken(Exception):
    """Why a row is not taken, in both languages; becomes an Excluded."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.reason = Text(zh=zh, en=en)

    def about(self, row: Mapping[str, Any]) -> Excluded:
        """The row that is not taken, with this reason."""
        return Excluded(row["delivery_id"], row["locator"], row["series_id"], row["period"], row["value"], self.reason)
