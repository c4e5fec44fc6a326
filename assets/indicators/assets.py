"""From staged rows to figures, observations and derived indicators.

Belongs here: the assets of the statistics, each a few calls. Not here: how any of it is computed (see ipmon).
"""

from dataclasses import dataclass, field
from datetime import date

import dagster as dg
import polars as pl

from assets import declarations
from assets.occasion import OWNERS, Occasion
from assets.registers.assets import Counted
from ipmon.alerts import Alert, alerts
from ipmon.chains import lay
from ipmon.corrections import Corrector
from ipmon.deliveries import chain
from ipmon.derive import Derivation, derive
from ipmon.exclusions import Excluded
from ipmon.figures import Conformer, Figure
from ipmon.identities import Reconciliation, reconcile, record_twins, twins
from ipmon.revisions import Revision, revisions
from ipmon.vintages import Book


@dataclass(frozen=True)
class Conformed:
    """All figures, the rows that were not taken, and how many rows each known correction met."""

    figures: list[Figure]
    excluded: list[Excluded]
    corrected: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Compiled:
    """The book with its derived values, and everything that comparing the figures brought to light."""

    book: Book
    derivations: list[Derivation]
    reconciliations: list[Reconciliation]
    revisions: list[Revision]
    alerts: list[Alert]


@dg.asset(
    deps=["staged"],
    group_name="figures",
    owners=OWNERS,
    kinds={"python"},
    metadata={"declarations": "assets/indicators, assets/dimensions"},
)
def figures(context: dg.AssetExecutionContext, occasion: Occasion) -> Conformed:
    """Every printed cell in base units, under the contract's dimensions, with what its wording allows."""
    declared = occasion.declared
    deliveries = [d for d in occasion.received if d.source_id in declared.contracts]
    rows = pl.read_parquet(occasion.root.work / "staged.parquet")
    _public(rows).write_parquet(occasion.root.staged_public)
    staged = {str(delivery): frame for (delivery,), frame in rows.partition_by("delivery_id", as_dict=True).items()}
    chains = {(d.source_id, d.period) for d in deliveries}
    laid = [row for source, period in sorted(chains) for row in lay(chain(deliveries, source, period), staged)]
    corrector = Corrector(declared.corrections)
    received: dict[str, date] = {d.delivery_id: d.received_on for d in deliveries}
    taken, excluded = Conformer(declared.registry, declared.dimensions, declared.wordings, corrector, declared.grades).conform(
        laid, received
    )
    context.add_output_metadata({"dagster/row_count": len(taken), "rows_excluded": len(excluded)})
    return Conformed(taken, excluded, corrector.met)


def _public(staged: pl.DataFrame) -> pl.DataFrame:
    """The rows that a public page may quote; the checks quote examples."""
    grades = declarations().grades
    closed = [[id_ for id_, grade in held.items() if grade != "public"] for held in (grades.sources, grades.series)]
    return staged.filter(~pl.col("source_id").is_in(closed[0]), ~pl.col("series_id").is_in(closed[1]))


@dg.asset(group_name="observations", owners=OWNERS, kinds={"python"})
def observations(context: dg.AssetExecutionContext, figures: Conformed, records: Counted) -> Book:
    """Vintages of every value: when it became known, when it was superseded, which of several sources holds."""
    book = Book()
    book.enter([*figures.figures, *records.figures])
    context.add_output_metadata({"vintages": len(book.all())})
    return book


@dg.asset(
    group_name="indicators", owners=OWNERS, kinds={"python"}, metadata={"declarations": "assets/indicators, assets/identities"}
)
def indicators(
    context: dg.AssetExecutionContext, occasion: Occasion, figures: Conformed, records: Counted, observations: Book
) -> Compiled:
    """Derived indicators from like vintages, reconciliation with published twins, identities, revisions and alerts."""
    declared, book = occasion.declared, observations
    derivations = derive(declared.registry, book, declared.dimensions)
    compared = [*twins(derivations, book), *record_twins(records.figures, book)]
    compared += reconcile(declared.identities, book, declared.dimensions.areas)
    withdrawals = {d.delivery_id: d.withdrawal for d in occasion.received if d.withdrawal}
    revised = revisions(book, declared.registry, withdrawals)
    idle = [c for c in declared.corrections if c.id not in figures.corrected]
    grades = declared.grades
    told = [r for r in compared if grades.keeps_level(r.identity_id, r.key.indicator_id)]
    raised = alerts(book, declared.registry, told, revised, idle, occasion.day)
    verdicts = {v: sum(r.verdict == v for r in compared) for v in ("agrees", "contradicts", "cannot tell")}
    context.add_output_metadata({"derived": len(derivations), "revisions": len(revised), "alerts": len(raised), **verdicts})
    return Compiled(book, derivations, compared, revised, raised)
