"""Amounts of money: what some of the records state.

Belongs here: the sum that several measures share. Not here: which records are counted (pledges.py, products.py, transactions.py).
"""

import ibis
import ibis.expr.types as ir


def stated(amount: ir.DecimalColumn, own: ir.BooleanColumn) -> ir.DecimalScalar:
    """The amounts of the records that are `own`, added up: 0 where there are none, null where none of them states one."""
    total = amount.sum(where=own)
    return ibis.ifelse(own.any(), total, ibis.literal(0).cast(total.type()))
