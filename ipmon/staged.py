"""Staged rows: what every layout unfolds to, all text.

Belongs here: the columns of a staged frame and what is remarked on a delivery that was taken in. Not here: layouts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

STAGED = (
    "delivery_id", "source_id", "locator", "series_id", "name_zh", "name_en", "ref_area", "dimension", "period", "period_kind",
    "value", "unit", "publisher", "source_title", "source_url", "published_on", "quality", "note",
)  # fmt: skip
STAGED_SCHEMA = dict.fromkeys(STAGED, pl.String())


@dataclass(frozen=True)
class Remark:
    """Something a reader of an accepted delivery should know, in both languages: a contradiction in the publisher's own table."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class Staged:
    """A delivery as staged rows, with what was remarked on the way and the columns that the contract does not know."""

    rows: pl.DataFrame
    remarks: list[Remark] = field(default_factory=list)
    extra_columns: list[str] = field(default_factory=list)
    container: str = "csv"
    encoding: str = ""
    control_characters: int = 0


def staged_frame(columns: Mapping[str, Iterable[str] | str]) -> pl.DataFrame:
    """Columns (a text stands for every row) as a staged frame in the order of STAGED; what is not given is empty."""
    lists = {name: values if isinstance(values, str) else list(values) for name, values in columns.items()}
    height = len(lists["locator"])
    filled = {name: lists.get(name, "") for name in STAGED}
    data = {name: [values] * height if isinstance(values, str) else values for name, values in filled.items()}
    return pl.DataFrame(data, schema=STAGED_SCHEMA)
