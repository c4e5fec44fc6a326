"""The truth files of a simulated world, what a release says by their keys, and which indicators only a longer world shows."""

import csv
from collections import defaultdict
from pathlib import Path

import duckdb

from ipmon.dimensions import DIMENSIONS
from ipmon.registry import Measured

Cells = dict[tuple[str, ...], float]
"""Values by column, period and the code of every dimension, `_T` for all."""

_REASONS = {
    "nothing is older than ten years": ["hv_partial_over_ten_years"],
    "no case takes three years": [
        "invention_exam_pendency_fast_track_over_36_months_share",
        "invention_exam_pendency_over_36_months_share",
        "invention_exam_start_to_grant_over_36_months_share",
        "invention_filing_to_disposal_over_36_months_share",
        "invention_filing_to_grant_over_36_months_share",
        "invention_request_to_disposal_over_36_months_share",
        "invention_request_to_grant_over_36_months_share",
    ],
    "no cohort of the inventory is a year old": ["inventory_converted_within_12", "inventory_converted_within_24"],
    "no year of grants is five years old": ["patent_grant_cohort_granted", "patent_grant_cohort_survived"],
    "no invention is granted before the inventory begins": [
        "univ_good_prospect_share",
        "univ_inventions_in_resource_pool",
        "univ_stock_inventions_inventoried",
    ],
    "there are no five full years of patents and accounts": [
        "pii_density_by_concordance",
        "pii_density_threshold",
        "pii_inventions_by_concordance",
        "pii_list_agreed",
        "pii_list_only_official",
        "pii_list_only_ours",
        "pii_list_without_rule",
    ],
}
ONLY_LONGER = {id_: reason for reason, ids in _REASONS.items() for id_ in ids}
"""The measured indicators of which a world of eighteen months has no number other than 0, each with why."""


def read_truths(folder: Path) -> dict[str, Cells]:
    """The cells of every file, by its stem: a measure, or a measure and `_to_date`. What has no cell is 0 or not there."""
    found: dict[str, Cells] = defaultdict(dict)
    for path in sorted(folder.glob("*.csv")):
        if path.stem != "dirt":
            with path.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    key = (row["column"], row["period"], *(row.get(d, "_T") for d in DIMENSIONS))
                    found[path.stem][key] = float(row["value"])
    return found


def codes_of(key: tuple[str, ...]) -> dict[str, str]:
    """The code of each dimension of a cell."""
    return dict(zip(DIMENSIONS, key[2:], strict=True))


def slice_of(key: tuple[str, ...]) -> set[str]:
    """The dimensions that a cell is divided by."""
    return {name for name, code in codes_of(key).items() if code != "_T"}


def is_shown(key: tuple[str, ...], rule: Measured) -> bool:
    """Whether a cell is one of an indicator measured by this rule."""
    return key[0] == rule.column and rule.where.items() <= codes_of(key).items()


def told(mart: duckdb.DuckDBPyConnection, id_: str, rule: Measured, to_date: bool) -> list[tuple[tuple[str, ...], float]]:
    """What the release says of an indicator from records, by the keys of the truth; a stock of a year is that of its December."""
    rows = mart.execute(
        f"select time_period, accumulation, value, {', '.join(DIMENSIONS)} from observations "
        "where indicator_id = ? and basis = 'records' and (accumulation = 'year_to_date') = ?",
        [id_, to_date],
    ).fetchall()
    found = []
    for period, accumulation, value, *codes in rows:
        places = dict(zip(DIMENSIONS, codes, strict=True)) | rule.where
        month = f"{period}-12" if accumulation == "stock" and len(period) == 4 else period
        found.append(((rule.column, month, *("_T" if c == "CN" else c for c in places.values())), float(value)))
    return found
