"""Pledges of patents and trademarks: amounts, registrations and the enterprises behind them.

Belongs here: counts over pledge registrations. Not here: growth on a year earlier (the registry derives it from the numbers to
date), or the growth still needed to reach a target (the rules of the targets compute it, because only they know the target).
"""

import ibis

from assets.measures.amounts import stated
from ipmon.registers.measure import measure

SMALLER = ("medium", "small", "micro")
ENTERPRISES = ("large", *SMALLER)
SMALL_LOAN_CNY = 10_000_000


@measure("pledges", windows=("month", "to_date", "year"), yearly=(("ref_area",),))
def pledges(registered: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Pledge registrations and whom they finance.

    In: one row a registration. Out: `amount` in CNY as registered (not the loan paid out), `registrations`; `enterprises` and
    `smes`, each enterprise once in a period and area, so that neither adds over periods or areas; `small_registrations`,
    `small_amount` and `small_loan_smes` of pledges up to and including 10 million yuan. A pledgor that is no enterprise counts
    in amounts only. Source: guideline/methodology, 2.5.
    """
    size, pledgor = registered.enterprise_size, registered.pledgor_id
    small = registered.amount_cny <= SMALL_LOAN_CNY
    return registered.group_by(by).agg(
        amount=registered.amount_cny.sum(),
        registrations=registered.count(),
        enterprises=pledgor.nunique(where=size.isin(ENTERPRISES)),
        smes=pledgor.nunique(where=size.isin(SMALLER)),
        small_registrations=registered.count(where=small),
        small_amount=stated(registered.amount_cny, small),
        small_loan_smes=pledgor.nunique(where=small & size.isin(SMALLER)),
    )
