"""Dirt: rows that intake must refuse, added to a delivery beside the good ones.

Belongs here: which flaws there are and what code each must get. Not here: writing the delivery (outbox.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from ipmon.registers.contract import Register

MARK = "SIM9"
"""How the key of a broken row begins, so that it is never the key of a good one."""
MONTH = "{month}"
"""In what a broken field says: the month of the delivery."""
_APPROVAL = {"approved_on": "{month}-02", "ended_on": "{month}-01"}
IMPOSSIBLE = {
    "patent_applications": {
        "filing_date": "2000-01-01", "exam_request_date": "", "exam_start_date": "", "first_action_date": "",
        "disposal": "granted", "disposal_date": "{month}-02", "grant_date": "{month}-01", "end_date": "", "end_reason": "",
    },
    "trademark_applications": {
        "filing_date": "2000-01-01", "decision": "registered", "decision_date": "{month}-02", "registration_date": "{month}-01",
        "end_date": "",
    },
    "patent_transactions": {"amount_cny": "-5.00"},
    "university_inventory": {"inventoried_on": "2098-01-01"},
    "pledge_registrations": {"amount_cny": "-5.00"},
    "industry_accounts": {"gdp": "-5.00"},
    "patent_products": _APPROVAL,
    "model_enterprises": _APPROVAL,
    "service_network": _APPROVAL,
}  # fmt: skip
"""What breaks one rule of each register and no other demand: dates in impossible order, negative amounts."""
BROKEN_RULES = {
    "patent_applications": "GRANT_NOT_BEFORE_DISPOSAL",
    "trademark_applications": "REGISTRATION_NOT_BEFORE_DECISION",
    "patent_transactions": "AMOUNT_POSITIVE",
    "university_inventory": "INVENTORIED_BY_THE_SNAPSHOT",
    "pledge_registrations": "AMOUNT_POSITIVE",
    "industry_accounts": "GDP_POSITIVE",
    "patent_products": "END_NOT_BEFORE_APPROVAL",
    "model_enterprises": "END_NOT_BEFORE_APPROVAL",
    "service_network": "END_NOT_BEFORE_APPROVAL",
}
EXTRA = ",9"
"""What a ragged row has after its last field."""


@dataclass(frozen=True)
class Flaw:
    """One way to break a row: what its fields say then, and the code that it must get."""

    code: str
    says: Mapping[str, str]


def flaws(register: Register) -> list[Flaw]:
    """What can be wrong with a row of this register."""
    of_kind = {field.kind: name for name, field in reversed(register.fields.items())}
    coded = [name for name, field in register.fields.items() if field.codes and field.required]
    required = [name for name, field in register.fields.items() if field.required and name not in register.key]
    found = [Flaw("BAD_VALUE", {of_kind["date"]: "2024-02-30"})] if "date" in of_kind else []
    found += [Flaw("UNKNOWN_CODE", {coded[0]: "nonsense"}), Flaw("REQUIRED", {required[-1]: ""})]
    found += [Flaw("BAD_VALUE", {of_kind["amount"]: "12x4"})] if "amount" in of_kind else []
    found += [Flaw(BROKEN_RULES[register.id], IMPOSSIBLE[register.id]), Flaw("RAGGED", {}), Flaw("DUPLICATE", {})]
    return found


def soiled(rows: pl.DataFrame, flaw: Flaw, key: str, months: pl.Series) -> pl.DataFrame:
    """Copies of good rows, broken by `flaw`; all columns are text, `months` are those of the deliveries."""
    if flaw.code == "DUPLICATE":
        return rows
    rows = rows.with_columns(pl.col(key).str.replace("^SIM", MARK))
    if flaw.code == "RAGGED":
        return rows.with_columns(pl.col(rows.columns[-1]).fill_null("") + EXTRA)
    return rows.with_columns(
        (months + text.removeprefix(MONTH) if text.startswith(MONTH) else pl.lit(text)).alias(name)
        for name, text in flaw.says.items()
    )
