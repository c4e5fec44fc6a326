"""Derived numbers of a published mart computed again from the inputs that the mart itself names.

Belongs here: reading table `lineage` by the formulas of table `indicators`. Not here: the derivations of a run (see derive.py),
which this checks by another way.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb

TOLERANCE = Decimal("0.000001")
CURRENT = """
with inputs as (
    select * exclude (input_value, released_on), min_by(input_value, released_on) as input_value
    from (
        select * exclude (input_indicator_id, input_time_period, input_released_on, input_delivery_id, input_locator) from lineage
    )
    group by all)
select any_value(o.indicator_id), any_value(o.ref_area), any_value(o.time_period), any_value(o.value), any_value(i.formula),
    list(l.input_value order by l.input_position)
from observations o
join (select indicator_id, formula from indicators) i using (indicator_id)
join inputs l using (indicator_id, ref_area, ip_type, owner_kind, industry, technology, counterpart_area, freq, time_period,
    accumulation, value)
where o.basis = 'derived'
group by o.indicator_id, o.ref_area, o.ip_type, o.owner_kind, o.industry, o.technology, o.counterpart_area, o.freq, o.time_period,
    o.accumulation
order by all"""


def recomputed(mart: Path) -> Iterator[str]:
    """A sentence for each derived value that does not follow from its inputs to six decimals."""
    with duckdb.connect(str(mart), read_only=True) as connection:
        rows = connection.execute(CURRENT).fetchall()
        (derived,) = connection.execute("select count(*) from observations where basis = 'derived'").fetchall()[0]
    if len(rows) != derived:
        yield f"{mart.name}: {derived - len(rows)} derived values name no inputs"
    for indicator, area, period, value, formula, inputs in rows:
        if abs(value - applied(formula, inputs)) > TOLERANCE:
            yield f"{mart.name}: {indicator} {period} {area} is {value}, but its inputs give {applied(formula, inputs):.6f}"


def applied(formula: str, inputs: list[Decimal]) -> Decimal:
    """The value of a formula of the registry, its inputs in the order in which it names them."""
    if formula.startswith("("):
        return (inputs[0] / inputs[1] - 1) * 100
    if " / " in formula:
        _, _, scale = formula.partition(" * ")
        return inputs[0] / inputs[1] * Decimal(scale or 1)
    return sum(inputs, Decimal(0)) if " + " in formula else inputs[0] - inputs[1]
