"""From staged rows to figures, observations and derived indicators.

Belongs here: the assets of the statistics, each a few calls. Not here: how any of it is computed (see ipmon).
"""

from dataclasses import dataclass, field
from datetime import date

import dagster as dg
import polars as pl

from assets import declarations
from assets.occasion import OWNERS, Occasion
from ipmon.alerts import Alert, alerts
from ipmon.chains import lay
from ipmon.corrections import Corrector
from ipmon.deliveries import chain, load_manifest, received_by
from ipmon.derive import Derivation, derive
from ipmon.figures import Conformer, Excluded, Figure
from ipmon.identities import Reconciliation, reconcile, twins
from ipmon.revisions import Revision, revisions
from ipmon.vintages import Book

STAGED = [["staging", f"stg_{source}"] for source in declarations().contracts]


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
    deps=STAGED,
    group_name="figures",
    owners=OWNERS,
    kinds={"python"},
    metadata={"declarations": "assets/indicators, assets/dimensions"},
)
def figures(context: dg.AssetExecutionContext, occasion: Occasion) -> Conformed:
    """Every printed cell in base units, under the contract's dimensions, with what its wording allows."""
    declared = declarations()
    deliveries = received_by(load_manifest(occasion.root), occasion.day)
    staged = {d.delivery_id: pl.read_parquet(occasion.root.work / "staging" / f"{d.delivery_id}.parquet") for d in deliveries}
    pl.concat(staged.values()).write_parquet(occasion.root.work / "staged.parquet")
    chains = {(d.source_id, d.period) for d in deliveries}
    rows = [row for source, period in sorted(chains) for row in lay(chain(deliveries, source, period), staged)]
    corrector = Corrector(declared.corrections)
    received: dict[str, date] = {d.delivery_id: d.received_on for d in deliveries}
    taken, excluded = Conformer(declared.registry, declared.dimensions, declared.wordings, corrector).conform(rows, received)
    context.add_output_metadata({"dagster/row_count": len(taken), "rows_excluded": len(excluded)})
    return Conformed(taken, excluded, corrector.met)


@dg.asset(group_name="observations", owners=OWNERS, kinds={"python"})
def observations(context: dg.AssetExecutionContext, figures: Conformed) -> Book:
    """Vintages of every published value: when it became known, when it was superseded, which of several sources holds."""
    book = Book()
    book.enter(figures.figures)
    context.add_output_metadata({"vintages": len(book.all())})
    return book


@dg.asset(
    group_name="indicators", owners=OWNERS, kinds={"python"}, metadata={"declarations": "assets/indicators, assets/identities"}
)
def indicators(context: dg.AssetExecutionContext, occasion: Occasion, observations: Book) -> Compiled:
    """Derived indicators from like vintages, reconciliation with published twins, identities, revisions and alerts."""
    declared, book = declarations(), observations
    derivations = derive(declared.registry, book, declared.dimensions.breaks)
    compared = [*twins(derivations, book), *reconcile(declared.identities, book, declared.dimensions.areas)]
    revised = revisions(book, declared.registry)
    raised = alerts(book, declared.registry, compared, revised, occasion.day)
    verdicts = {v: sum(r.verdict == v for r in compared) for v in ("agrees", "contradicts", "cannot tell")}
    context.add_output_metadata({"derived": len(derivations), "revisions": len(revised), "alerts": len(raised), **verdicts})
    return Compiled(book, derivations, compared, revised, raised)
