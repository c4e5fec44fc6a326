"""Industry accounts of the simulated world: rows and truth.

Belongs here: everything about the yearly accounts. Not here: the monthly registers.
"""

import numpy as np
import polars as pl

from ipmon.simulator.levels import Accounts
from ipmon.simulator.outbox import Outbox
from ipmon.simulator.truth import TOTAL, Truth

HUNDRED_MILLION = 10**8


def class_values(rules: Accounts, group: str, year: int) -> list[int]:
    """Value added in yuan of a group's classes; the last one takes the rest, so that they sum to the group's."""
    declared = rules.value_added[group][year] if group in rules.value_added else rules.other_value_added
    total = round(declared * HUNDRED_MILLION)
    values = [round(total * share) for share in rules.class_shares[:-1]]
    return [*values, total - sum(values)]


def deliver(rules: Accounts, outbox: Outbox) -> None:
    """Writes one file a year."""
    for place, year in enumerate(sorted(rules.gdp)):
        rows = [
            {
                "industry": industry,
                "year": str(year),
                "vintage": rules.vintages[year],
                "group": group if group in rules.value_added else None,
                "value_added": f"{value}.00",
                "gdp": f"{round(rules.gdp[year] * HUNDRED_MILLION)}.00",
                "employment": str(value // rules.productivity),
            }
            for group, industries in rules.classes.items()
            for industry, value in zip(industries, class_values(rules, group, year), strict=True)
        ]
        frame = pl.DataFrame(rows, schema_overrides={"group": pl.String})
        outbox.send(frame, np.full(len(rows), place))


def report(rules: Accounts, truth: Truth) -> None:
    """Value added and share of gross domestic product by group and in all."""
    rows = []
    for year in sorted(rules.gdp):
        added = {group: sum(class_values(rules, group, year)) for group in rules.value_added}
        gdp = round(rules.gdp[year] * HUNDRED_MILLION)
        for industry, value in (added | {TOTAL: sum(added.values())}).items():
            columns = {"value_added": float(value), "share_of_gdp": value * 100 / gdp}
            rows += [{"period": str(year), "industry": industry, "column": n, "value": v} for n, v in columns.items()]
    truth.frames.setdefault("pii_accounts", []).append(pl.DataFrame(rows))
