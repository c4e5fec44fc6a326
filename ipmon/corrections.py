"""Known errors of sources: which printed rows they concern, and what is done about them.

Belongs here: reading assets/dimensions/corrections.yaml and applying it. Not here: corrections that a source delivers itself.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import field_validator

from ipmon.declared import Declared, Text, read_items, validated

Cell = Literal[
    "series", "source_id", "ref_area", "dimension", "period", "period_kind", "value", "unit", "publisher", "published_on", "note"
]  # fmt: skip


class Correction(Declared):
    """One known error. `match` names cells of the printed row; `exclude` keeps the row out, `note` only says so."""

    id: str
    match: dict[Cell, str]
    action: Literal["exclude", "note"]
    reason: Text
    provider: str

    @field_validator("match")
    @classmethod
    def _of_one_series(cls, match: dict[Cell, str]) -> dict[Cell, str]:
        if not match.get("series"):
            raise ValueError("name the series whose rows are meant")
        return match

    def matches(self, row: Mapping[str, Any]) -> bool:
        """Whether the row is the one that is meant."""
        return all(row["series_id" if cell == "series" else cell] == text for cell, text in self.match.items())


@dataclass
class Corrector:
    """Applies corrections to staged rows, counting how many each one met."""

    corrections: list[Correction]
    met: dict[str, int] = field(default_factory=dict)

    @cached_property
    def _by_series(self) -> dict[str, list[Correction]]:
        found: dict[str, list[Correction]] = defaultdict(list)
        for correction in self.corrections:
            found[correction.match["series"]].append(correction)
        return found

    def exclusion(self, row: Mapping[str, Any]) -> Text | None:
        """Why a row is kept out, if a correction says so."""
        reason = None
        for correction in self._by_series.get(row["series_id"], ()):
            if correction.matches(row):
                self.met[correction.id] = self.met.get(correction.id, 0) + 1
                if correction.action == "exclude":
                    why = correction.reason
                    reason = Text(
                        zh=f"来源的已知错误（{correction.id}）：{why.zh}",
                        en=f"known error of the source ({correction.id}): {why.en}",
                    )
        return reason


def load_corrections(path: Path, problems: list[str]) -> list[Correction]:
    """The corrections of one file."""
    entries = enumerate(read_items(path, problems), 1)
    made = (validated(Correction, entry, f"{path.name}: entry {n}", problems) for n, entry in entries)
    return [c for c in made if c]
