"""What the benchmark measures, one step a process: `steps.py STEP ROOT SCRATCH [ARGUMENT]`.

Belongs here: steps on a simulated data root. Not here: starting and timing them (processes.py), intake (intakes.py),
the scan (scanning.py), other tools' queries (by_*.py).

A step loads its libraries and reads the manifest first, and gives back the work proper, which alone counts. The last line on
stdout is JSON: `loaded`, the CPU seconds used before the work, and what the work has to say.
"""

import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asked import ASKED, fact_files
from intakes import PATENTS, Work, intake, intake_pandas, intake_polars
from scanning import all_measures, of_patents, scan

if TYPE_CHECKING:
    from ipmon.deliveries import Delivery

Told = dict[str, Any]
SEED = 1
DIRT = 0.001
TOLERANCE = 1e-9


def simulate(root: Path, scratch: Path, records: str) -> Work:
    """A data root with so many patent applications and what goes with them, received at the usual door."""
    from assets import declarations
    from ipmon.deliveries import load_manifest
    from ipmon.paths import DataRoot
    from ipmon.simulator.simulate import simulate as make

    importlib.import_module("ipmon.registers.intake")  # the simulator would load it only within the measured work
    registers = declarations().registers

    def work() -> Told:
        make(root, int(records), SEED, DIRT, registers, lambda _: None)
        deliveries = load_manifest(DataRoot(root))
        patents = [d for d in deliveries if d.source_id == PATENTS]
        return {
            "rows": sum(d.rows + d.rows_bad for d in patents),
            "rows_bad": sum(d.rows_bad for d in patents),
            "bytes": sum(d.bytes for d in patents),
            "all_rows": sum(d.rows + d.rows_bad for d in deliveries),
            "months": len(patents),
            "last_rows": [sum(d.rows + d.rows_bad for d in deliveries if d.period == m) for m in _months(deliveries)[-2:]],
            "files": len(deliveries),
        }

    return work


def measures(root: Path, scratch: Path, names: str = "") -> Work:
    """These measures, or all of patents, on all facts with no cells kept from before."""
    from assets import declarations
    from ipmon.paths import DataRoot
    from ipmon.registers.engines import engine
    from ipmon.registers.facts import fact_schema
    from ipmon.registers.ledger import Ledger
    from ipmon.registers.measuring import Measuring
    from ipmon.registers.store import Store

    wanted = [m for m in of_patents() if not names or m.id in names.split(",")]
    schemas = {register.facts: fact_schema(register) for register in declarations().registers.values()}
    store = Store(DataRoot(scratch))
    _load_engine()

    def work() -> Told:
        with engine(store.scratch) as running:
            measuring = Measuring(store, Ledger(store.ledger), running, schemas)
            made = measuring.bring_up_to_date(wanted, lambda _: None).made
        return {"measures": len(wanted), "cells": len(made)}

    return work


def by_hand(tool: str) -> Callable[[Path, Path, str], Work]:
    """One of the five measures in another tool."""

    def prepare(root: Path, scratch: Path, measure: str) -> Work:
        run, files = importlib.import_module(f"by_{tool}").run, fact_files(root)
        return lambda: run(measure, files, scratch)

    return prepare


def compare(root: Path, scratch: Path, measure: str) -> Work:
    """That another tool's numbers in SCRATCH are ours in ROOT, which tell of groups that have none too."""
    import polars as pl
    from polars import selectors as cs
    from polars.testing import assert_frame_equal

    from ipmon.paths import DataRoot
    from ipmon.registers.cells import cells as kept
    from ipmon.registers.store import Store

    (asked,) = (m for m in of_patents() if m.id == measure)

    def work() -> Told:
        cells = 0
        for window in ASKED[measure]:
            own = kept(Store(DataRoot(root)), asked, window)
            assert own is not None
            other = pl.read_parquet(scratch / f"{window}.parquet")
            own, other = (f.with_columns(cs.by_name("cohort", require_all=False).cast(pl.String)) for f in (own, other))
            dimensions = [c for c in own.columns if own.schema[c] == pl.String()]
            other = other.with_columns(pl.lit(None, pl.String()).alias(d) for d in dimensions if d not in other.columns)
            other = other.with_columns(pl.col(dimensions).fill_null("_T")).select(own.columns)
            by = {"check_row_order": False, "check_dtypes": False, "check_column_order": False}
            own, other = (f.filter(pl.any_horizontal(cs.numeric().fill_null(0) != 0)) for f in (own, other))
            assert_frame_equal(own.sort(dimensions), other.sort(dimensions), rel_tol=TOLERANCE, abs_tol=TOLERANCE, **by)
            cells += own.height
        return {"cells": cells}

    return work


def update(root: Path, scratch: Path, which: str) -> Work:
    """Staging, facts and measures of all registers, for `all` deliveries, or without those of the newest months: -1, -2."""
    from assets import declarations
    from ipmon.deliveries import load_manifest
    from ipmon.paths import DataRoot
    from ipmon.registers.update import Registers

    importlib.import_module("ipmon.registers.staging")  # facts would load it only within the measured work
    _load_engine()
    deliveries = load_manifest(DataRoot(root))
    months = _months(deliveries)
    without = [] if which == "all" else months[int(which) :]
    deliveries = [d for d in deliveries if d.period not in without]
    registers = Registers(DataRoot(scratch), declarations().registers, all_measures())

    def work() -> Told:
        made = registers.update(deliveries, lambda _: None)
        return {"facts": len(made.facts.rebuilt), "cells": len(made.cells.made)}

    return work


def _months(deliveries: "list[Delivery]") -> list[str]:
    return sorted(d.period for d in deliveries if d.source_id == PATENTS)


def _load_engine() -> None:
    """Ibis would load its backend, and what results come through, only within the measured work."""
    import ibis

    ibis.duckdb.connect().disconnect()
    for module in ("ibis.formats.pandas", "pyarrow"):
        importlib.import_module(module)


STEPS: dict[str, Callable[..., Work]] = {
    "simulate": simulate,
    "intake": intake,
    "intake_polars": intake_polars,
    "intake_pandas": intake_pandas,
    "scan": scan,
    "measures": measures,
    "sql": by_hand("sql"),
    "polars": by_hand("polars"),
    "pandas": by_hand("pandas"),
    "compare": compare,
    "update": update,
}


def main() -> None:
    """Runs the step that the command line names."""
    name, root, scratch, *rest = sys.argv[1:]
    work = STEPS[name](Path(root), Path(scratch), *rest)
    loaded = time.process_time()
    told = work() or {}
    print(json.dumps({"loaded": loaded, **told}), flush=True)
    os._exit(0)  # taking the libraries down again is no part of the work


if __name__ == "__main__":
    main()
