"""Registers as assets: facts by month, and what records say of the indicators.

Belongs here: the partitioned facts and the figures counted from them. Not here: contracts (the YAML files beside), measures
(assets/measures), how any of it is done (ipmon/registers).
"""

import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from assets import declarations
from assets.occasion import OWNERS, Occasion
from assets.sources.assets import raw_asset
from ipmon.deliveries import Delivery
from ipmon.figures import Figure
from ipmon.registers.contract import Register
from ipmon.telling import teller

REGISTERS = declarations().registers
MONTHLY = [register for register in REGISTERS.values() if register.delivers != "year"]
FIRST_MONTH = "2012-01"
"""Where the grid of months begins; facts of earlier months are made by the release alone."""
months = dg.MonthlyPartitionsDefinition(start_date=FIRST_MONTH, fmt="%Y-%m", timezone="Asia/Shanghai")


def _facts(register: Register) -> dg.AssetsDefinition:
    """The facts of one register, a month a partition.

    A month without a delivery stays empty in the grid of arrivals, and one whose deliveries were all withdrawn has failed.
    """

    @dg.asset(
        name=f"fct_{register.facts}",
        deps=[["raw", register.id]],
        partitions_def=months,
        backfill_policy=dg.BackfillPolicy.single_run(),
        output_required=False,
        group_name="facts",
        owners=OWNERS,
        kinds={"duckdb", "parquet"},
        description=f"{register.title.zh}：每月事实。{register.title.en}: facts by month.",
        metadata={"contract": f"assets/registers/{register.id}.yaml"},
    )
    def facts(context: dg.AssetExecutionContext, occasion: Occasion) -> Iterator[dg.MaterializeResult[None]]:
        from ipmon.registers.update import Registers

        deliveries = occasion.received
        made = Registers(occasion.root, {register.id: register}, [])
        outcome = made.facts(deliveries, context.partition_keys, context.log.info)
        asked, came = set(context.partition_keys), made.received(deliveries)
        there = {d.period for d in came if not d.withdrawal} & asked
        gone = [d for d in came if d.withdrawal and d.period in asked - there]
        context.log.info(
            f"{len(outcome.rebuilt)} month(s) made, {len(outcome.skipped)} unchanged, {len(outcome.removed)} removed"
        )
        if gone:
            _tell_gone(context, gone)
        if there == asked:
            yield dg.MaterializeResult(metadata={"months": len(there), "made": len(outcome.rebuilt)})
            return
        for month in sorted(there):  # a result would stand for the whole range, also for months that never came
            context.log_event(dg.AssetMaterialization(context.asset_key, partition=month))

    return facts


def _tell_gone(context: dg.AssetExecutionContext, gone: Sequence[Delivery]) -> None:
    """Says which months have no facts any more. Raises dg.Failure where the run asks for nothing else.

    A run that fails turns everything red that it asked for and did not make, so no other run may fail for this.
    """
    from ipmon.revisions import taken_back

    cause = taken_back([d.delivery_id for d in gone], {d.delivery_id: d.withdrawal for d in gone if d.withdrawal})
    months = sorted({d.period for d in gone})
    named = ", ".join(months)
    told = f"{named}：全部交付已撤回，须重新交付。{cause.zh} {named}: all that came was withdrawn, receive it again; {cause.en}"
    if context.run.asset_selection == {context.asset_key} and months == sorted(context.partition_keys):
        raise dg.Failure(told, allow_retries=False)
    context.log.warning(told)


raw = [raw_asset(register, "assets/registers") for register in REGISTERS.values()]
with warnings.catch_warnings():
    warnings.simplefilter("ignore", dg.BetaWarning)  # of backfill_policy; the release is pinned
    facts = [_facts(register) for register in MONTHLY]


@dataclass(frozen=True)
class Counted:
    """What registers say of the indicators, and the fact files, by table, that have yet to pass their checks."""

    figures: list[Figure]
    unchecked: dict[str, list[Path]]


@dg.asset(
    deps=[spec.key for spec in raw],
    group_name="measures",
    owners=OWNERS,
    kinds={"ibis", "duckdb"},
    metadata={"measures": "assets/measures"},
)
def records(context: dg.AssetExecutionContext, occasion: Occasion) -> Counted:
    """What registers say of the indicators: facts and measures of changed months made anew, all others left alone."""
    deliveries = [d for d in occasion.received if d.source_id in REGISTERS]
    if not deliveries:
        return Counted([], {})
    from assets.measures import measures
    from ipmon.registers.update import Registers

    made = Registers(occasion.root, REGISTERS, measures())
    update = made.update(deliveries, teller())
    context.log.info(update.told)
    print(f"{update.told} ... ", end="", file=sys.stderr, flush=True)
    figures = made.figures(occasion.declared.registry, occasion.declared.grades, deliveries)
    unknown = sum(s.strangers for s in update.strangers)
    context.add_output_metadata({"figures": len(figures), "done": update.told, "records named that no register holds": unknown})
    return Counted(figures, update.unchecked)
