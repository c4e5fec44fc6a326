"""The five measures in DuckDB's own SQL, as somebody who knows it well would write them.

Belongs here: queries. Not here: our own measures (assets/measures).

What can be added up is counted once at the finest grain and added from there; durations are grouped by all sets of dimensions in
one pass; distinct applicants are read once into a table of only the rows and columns that are needed.
"""

from collections.abc import Callable
from pathlib import Path

import duckdb
from asked import ASKED, DAYS_PER_MONTH, LONG, Slices, pairs

Engine = duckdb.DuckDBPyConnection


def run(measure: str, files: list[Path], target: Path) -> None:
    """Writes the numbers of a measure, one file a window."""
    settings: dict[str, str | bool | int | float | list[str]] = {"memory_limit": "2GB", "temp_directory": str(target / "spilled")}
    with duckdb.connect(config=settings) as engine:
        paths = ", ".join(f"'{file}'" for file in files)
        engine.execute(f"create view facts as select * from read_parquet([{paths}])")
        summed = QUERIES[measure](engine)
        for window in ASKED[measure]:
            _write(engine, measure, window, [file.stem for file in files], summed, target)


def _write(engine: Engine, measure: str, window: str, months: list[str], summed: str, target: Path) -> None:
    """All slices of a window from the table `rows`, as the query of each slice says."""
    values = ", ".join(f"('{month}', '{period}')" for month, period in pairs(window, months))
    engine.execute(f"create or replace temp table pairs as select * from (values {values}) as p(month, period)")
    asked = ASKED[measure][window]
    query = _sets(asked, summed) if "{sets}" in summed else " union all by name ".join(_slice(slice_, summed) for slice_ in asked)
    engine.execute(f"copy ({query}) to '{target / window}.parquet' (format parquet)")


def _sets(slices: Slices, summed: str) -> str:
    """All slices at once; what is null in a dimension is in no slice that divides by it."""
    dims = sorted({d for slice_ in slices for d in slice_})
    known = " and ".join(f"(grouping({d}) = 1 or {d} is not null)" for d in dims) or "true"
    sets = ", ".join(f"({', '.join(('period', *slice_))})" for slice_ in slices)
    return summed.format(dims="".join(f", {d}" for d in dims), sets=sets, known=known)


def _slice(slice_: tuple[str, ...], summed: str) -> str:
    known = " and ".join(f"{d} is not null" for d in slice_) or "true"
    return "(" + summed.format(dims="".join(f", {d}" for d in slice_), known=known) + ")"


def _additive(numbers: list[str], beside: str = "") -> str:
    """Sums by month first, which are few, and then by period."""
    inner = ", ".join(f"sum({n}) as {n}" for n in numbers)
    outer = ", ".join(f"sum({n})::bigint as {n}" for n in numbers)
    return (
        f"select period{beside}{{dims}}, {outer} "
        f"from (select month{beside}{{dims}}, {inner} from rows where {{known}} group by all) "
        "join pairs using (month) group by all"
    )


def _filings(engine: Engine) -> str:
    engine.execute("""create temp table rows as
        select month, ip_type, counterpart_area, ref_area, technology, owner_kind,
               count(*) as filings, count(*) filter (abnormal) as abnormal
        from facts where event = 'filed' group by all""")
    return _additive(["filings", "abnormal"])


def _patents_in_force(engine: Engine) -> str:
    engine.execute("""create temp table rows as
        select month, ip_type, counterpart_area, ref_area, technology, owner_kind,
               count(*) filter (event = 'granted') - count(*) filter (event = 'ended') as in_force
        from facts where event = 'granted' or (event = 'ended' and grant_date is not null) group by all""")
    return _additive(["in_force"])


def _filing_cohorts(engine: Engine) -> str:
    engine.execute("""create temp table rows as
        select month, year(filing_date) as cohort, ip_type, owner_kind,
               count(*) filter (event = 'filed') as filed,
               count(*) filter (event = 'filed' and abnormal) as abnormal,
               count(*) filter (event = 'granted') as granted,
               count(*) filter (event = 'disposed' and disposal = 'refused')
                   - count(*) filter (event = 'granted' and disposal = 'refused') as refused,
               count(*) filter (event = 'disposed' and disposal in ('withdrawn', 'deemed_withdrawn')) as withdrawn
        from facts where event in ('filed', 'granted', 'disposed') group by all""")
    return _additive(["filed", "abnormal", "granted", "refused", "withdrawn"], ", cohort")


def _applicants(engine: Engine) -> str:
    engine.execute("""create temp table rows as
        select distinct month, ip_type, owner_kind, ref_area, applicant_id from facts where event = 'filed'""")
    return (
        "select period{dims}, count(distinct applicant_id) as applicants from rows join pairs using (month) "
        "where {known} group by all"
    )


def _examination(engine: Engine) -> str:
    return f"""
        select period{{dims}}, marks[1] / {DAYS_PER_MONTH} as median, marks[2] / {DAYS_PER_MONTH} as p10,
               marks[3] / {DAYS_PER_MONTH} as p90, cases, total as days, long
        from (select period{{dims}}, sum(days)::bigint as total, count(*) as cases, quantile_cont(days, [0.5, 0.1, 0.9]) as marks,
                     count(*) filter (days > {LONG * DAYS_PER_MONTH}) as long
              from (select *, disposal_date - exam_start_date as days from facts join pairs using (month)
                    where event = 'disposed' and ip_type = 'invention'
                        and exam_start_date is not null and disposal_date is not null)
              group by grouping sets ({{sets}}) having {{known}})"""


QUERIES: dict[str, Callable[[Engine], str]] = {
    "filings": _filings,
    "examination_start_to_disposal": _examination,
    "applicants": _applicants,
    "patents_in_force": _patents_in_force,
    "filing_cohorts": _filing_cohorts,
}
