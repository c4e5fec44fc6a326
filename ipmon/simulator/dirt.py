"""Dirt: rows that intake must refuse, added to a delivery beside the good ones.

Belongs here: which flaws there are and what code each must get. Not here: writing the delivery (outbox.py).
"""

from dataclasses import dataclass

import polars as pl

from ipmon.registers.contract import Register

MARK = "SIM9"
"""How the key of a broken row begins, so that it is never the key of a good one."""
IMPOSSIBLE = {
    "patent_applications": ("grant_date", "1990-01-01"),
    "trademark_applications": ("registration_date", "1990-01-01"),
    "patent_transactions": ("amount_cny", "-5.00"),
    "university_inventory": ("inventoried_on", "2098-01-01"),
    "pledge_registrations": ("amount_cny", "-5.00"),
    "industry_accounts": ("gdp", "-5.00"),
    "patent_products": ("ended_on", "1990-01-01"),
    "model_enterprises": ("ended_on", "1990-01-01"),
    "service_network": ("ended_on", "1990-01-01"),
}
"""A field and a value that no rule of the register allows: dates in impossible order, negative amounts."""


@dataclass(frozen=True)
class Flaw:
    """One way to break a row: this text in that field (or after the last field), and the code of the quarantine it must get."""

    code: str
    field: str
    text: str


def flaws(register: Register) -> list[Flaw]:
    """What can be wrong with a row of this register."""
    of_kind = {kind: name for name, field in reversed(register.fields.items()) for kind in [field.kind]}
    coded = [name for name, field in register.fields.items() if isinstance(field.codes, dict) and field.required]
    required = [name for name, field in register.fields.items() if field.required and name not in register.key]
    found = [Flaw("BAD_DATE", of_kind["date"], "2024-02-30")] if "date" in of_kind else []
    found += [Flaw("UNKNOWN_CODE", coded[0], "nonsense")] if coded else []
    found += [Flaw("BAD_NUMBER", of_kind["amount"], "12x4")] if "amount" in of_kind else []
    found += [Flaw("MISSING", required[-1], ""), Flaw("RULE", *IMPOSSIBLE[register.id]), Flaw("RAGGED", "", ",9")]
    return [*found, Flaw("DUPLICATE_KEY", "", "")]


def soiled(rows: pl.DataFrame, flaw: Flaw, key: str) -> pl.DataFrame:
    """Copies of good rows, broken by `flaw`; all columns are text."""
    if flaw.code == "DUPLICATE_KEY":
        return rows
    rows = rows.with_columns(pl.col(key).str.replace("^SIM", MARK))
    last = rows.columns[-1]
    if flaw.code == "RAGGED":
        return rows.with_columns(pl.col(last).fill_null("") + flaw.text)
    return rows.with_columns(pl.lit(flaw.text).alias(flaw.field))
