"""The unit in which measures are counted: one pass over the columns that those of patents read.

Belongs here: which measures and columns these are, and the pass. Not here: running measures (steps.py).
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asked import fact_files

if TYPE_CHECKING:
    from ipmon.registers.measure import Measure

FACT = "patent_events"


def scan(root: Path, scratch: Path) -> Callable[[], dict[str, Any]]:
    """One pass over the columns that the measures of patents read; each is decoded, with next to no work on it."""
    from ipmon.paths import DataRoot
    from ipmon.registers.facts import connection
    from ipmon.registers.store import Store

    columns, engine = _needed(root, scratch), connection(Store(DataRoot(scratch)))
    files = ", ".join(f"'{file}'" for file in fact_files(root))
    touched = {
        "VARCHAR": "sum(strlen({0}))",
        "DATE": "sum({0} - date '1970-01-01')",
        "BOOLEAN": "count(*) filter ({0})",
    }
    asked = ", ".join(touched[type_].format(name) for name, type_ in columns.items())

    def work() -> dict[str, Any]:
        engine.execute(f"select count(*), {asked} from read_parquet([{files}])")
        return {"rows": engine.fetchall()[0][0], "columns": list(columns)}

    return work


def all_measures() -> "tuple[Measure, ...]":
    """Every measure that is declared."""
    from assets.measures import measures as declared

    return declared()


def of_patents() -> "list[Measure]":
    """Those over the facts of patents alone."""
    return [m for m in all_measures() if m.facts == (FACT,)]


def _needed(root: Path, scratch: Path) -> dict[str, str]:
    """The columns that the engine reads for the measures of patents, by its own plans, with their types."""
    import ibis

    engine = ibis.duckdb.connect()
    table = engine.read_parquet([str(fact_files(root)[-1])])
    found: set[str] = set()
    for m in of_patents():
        given = table if m.windows == ("history",) else table.mutate(period=table.month)
        for slice_ in m.slices + m.yearly:
            by = (*m.keys, *slice_)
            asked = m(given.drop_null(list(slice_)) if slice_ else given, by=by)
            engine.create_view("asked", asked, overwrite=True)
            plan = engine.con.execute("explain (format json) from asked").fetchall()[0][1]
            found.update(_projected(json.loads(plan)))
    types = dict(engine.con.execute(f"select column_name, column_type from (describe {table.get_name()})").fetchall())
    return {name: types[name] for name in sorted(found & types.keys())}


def _projected(plan: Any) -> set[str]:
    """The names in all projections and filters of scans."""
    if isinstance(plan, list):
        return set().union(*map(_projected, plan))
    info = plan.get("extra_info", {})
    listed = info.get("Projections", [])
    names = {listed} if isinstance(listed, str) else set(listed)
    filters = str(info.get("Filters", "")).replace("(", " ").replace("=", " ").split()
    return names | set(filters) | _projected(plan.get("children", []))
