"""The annual guideline row by row: what it asks for, which indicators cover it, or why it is not measured.

Belongs here: the shape of assets/guideline/items.csv and its checks. Not here: numeric targets (see targets.py).
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from ipmon.declared import Declared, read_csv, validated


class GuidelineItem(Declared):
    """One row of the notice: `covered_by` names indicators, or else `not_measured_zh` and `not_measured_en` say why none does."""

    row_id: str = Field(pattern=r"^N\d{3}$")
    paragraph: str
    quote_zh: str = Field(min_length=1)
    title_zh: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    measure: str
    measured_unit: str
    target_operator: str
    target_value: str
    target_text: str
    direction: str
    deadline: str
    responsible_zh: str
    responsible_level: str
    data_needed: str
    frequency: str
    row_type: str
    pipeline_scope: Literal["core", "secondary", "context"]
    machine_checkable: Literal["yes", "partly", "no"]
    caveat: str
    covered_by: list[str]
    not_measured_zh: str
    not_measured_en: str

    @field_validator("covered_by", mode="before")
    @classmethod
    def _split(cls, text: str) -> list[str]:
        return text.split("|") if text else []

    @model_validator(mode="after")
    def _covered_or_explained(self) -> "GuidelineItem":
        """Exactly one of the two, the reason in both languages."""
        if any(bool(reason) == bool(self.covered_by) for reason in (self.not_measured_zh, self.not_measured_en)):
            raise ValueError("fill covered_by, or not_measured_zh and not_measured_en, and not both")
        return self


def load_items(path: Path, problems: list[str]) -> list[GuidelineItem]:
    """The rows of one CSV file, in its order; what does not hold is noted by line and key."""
    rows = (
        validated(GuidelineItem, row, f"{path.name}: line {line}", problems)
        for line, row in enumerate(read_csv(path, problems), 2)
    )
    return [row for row in rows if row]


def check_items(items: Iterable[GuidelineItem], indicator_ids: set[str], problems: list[str]) -> None:
    """Note every row that stands twice, and every indicator in `covered_by` that is not among `indicator_ids`."""
    seen: set[str] = set()
    for item in items:
        if item.row_id in seen:
            problems.append(f"items.csv: {item.row_id} stands twice")
        seen.add(item.row_id)
        problems += [
            f"items.csv: {item.row_id}: no indicator '{i}' in the registry" for i in item.covered_by if i not in indicator_ids
        ]
