"""Assignments, licences and open licences of patents, as recorded.

Belongs here: counts and amounts over records of transactions. Not here: whether an inventoried patent was converted (see
inventory.py).
"""

import ibis
import ibis.expr.types as ir

from assets.measures.amounts import stated
from ipmon.registers.measure import measure

KINDS = {"assignments": "assignment", "licences": "licence", "open_licences": "open_licence"}
PUBLIC_OWNERS = ("universities", "research_institutes")


@measure("patent_transactions", windows=("month", "to_date", "year"), slices=((), ("owner_kind",)), yearly=(("ref_area",),))
def transactions(records: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Events and the patents that they concern, kept apart: one patent may be licensed many times.

    In: one row a record; owner and area are those of the party that gives. Out: of each kind the events (`assignments`,
    `licences`, `open_licences`), the distinct patents (`assignments_patents` …) and the amount stated (`assignments_amount` …,
    CNY; null where there are events and none states one); `events` and `patents` over all kinds; `transfers_and_licences`, the
    events with a party that takes: all but mere declarations of an open licence; `amount`, and `amount_stated`, the events that
    state one. Source: guideline/methodology, 2.12.
    """
    numbers: dict[str, ir.NumericScalar] = {}
    for name, kind in KINDS.items():
        own = records.kind == kind
        numbers[name] = records.count(where=own)
        numbers[f"{name}_patents"] = records.patent_no.nunique(where=own)
        numbers[f"{name}_amount"] = stated(records.amount_cny, own)
    return records.group_by(by).agg(
        events=records.count(),
        patents=records.patent_no.nunique(),
        transfers_and_licences=records.count(where=(records.kind != "open_licence") | records.to_id.notnull()),
        amount=records.amount_cny.sum(),
        amount_stated=records.amount_cny.count(),
        **numbers,
    )


@measure("patent_transactions", windows=("month", "to_date", "year"), yearly=(("ref_area",),))
def university_transactions(records: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """The numbers of `transactions` for patents that universities and research institutes give away or license, both together."""
    return transactions(records.filter(records.owner_kind.isin(PUBLIC_OWNERS)), by=by)
