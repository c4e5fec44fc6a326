"""Where a number of the mart comes from: formula and inputs of a derived one, deliveries of a counted one, file and place.

Belongs here: walking from a cell back to the bytes of its deliveries. Not here: finding the cell behind what is printed (see
printed.py).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import duckdb

from ipmon import sql
from ipmon.answers import KEY, check_known, open_mart, rows, shown
from ipmon.dimensions import CODED
from ipmon.errors import IpmonError
from ipmon.paths import DataRoot

Row = dict[str, Any]
VINTAGES = """select v.*, d.file_name, d.sha256, d.source_id, d.period as delivered_for
    from vintages v left join deliveries d using (delivery_id)"""
INPUT = f"""from ({VINTAGES}) where delivery_id = ? and locator = ? and indicator_id = ? and time_period = ? and value = ?
    order by superseded_on nulls first, released_on"""
PERIODS = """select string_agg(distinct time_period, ', ' order by time_period) as periods
    from observations where indicator_id = ? and ref_area = ?"""
COUNTED = """
    from (
        select *, if(length(period) = 4, period || '-12', period) as month,
            coalesce(issued_on, (left(received_at, 19)::timestamp + interval 8 hour)::date) as held_from
        from deliveries)
    where source_id = ? and month between ? and ? and held_from <= ? and (withdrawn_on is null or withdrawn_on > ?)
    qualify row_number() over (partition by period order by held_from desc, received_at desc) = 1
    order by month"""
"""Of a register the files that held on a day for a span of months; a day of receipt is Beijing's."""


def trace(root: DataRoot, indicator: str, period: str | None, codes: Mapping[str, str]) -> Iterator[str]:
    """Where the numbers of an indicator and period come from. `codes`: dimensions that are asked for; the others are all shown.

    Raises IpmonError where there is none, or without a period; it names the periods that there are.
    """
    where = {"indicator_id": indicator, "time_period": period, "ref_area": "CN", **codes}
    with open_mart(root) as mart:
        check_known(mart, indicator)
        if strange := sorted(where.keys() - {*KEY, "basis"}):
            raise IpmonError(f"There is no dimension '{strange[0]}'. Write one of {', '.join((*KEY[1:], 'basis'))}.")
        same = " and ".join(f"{column} = ?" for column in where)
        order = f"basis desc, {', '.join(CODED)}, superseded_on nulls first, released_on"
        found = rows(mart, f"from ({VINTAGES}) where {same} order by {order}", list(where.values()))
        if not found:
            known = rows(mart, PERIODS, [indicator, where["ref_area"]])[0]["periods"] or "none"
            about = " ".join([str(where["ref_area"]), *(f"with {d}={c}" for d, c in codes.items() if d != "ref_area")])
            asked = f"has no value for {period}" if period else "needs a period: it has no single value"
            raise IpmonError(f"{indicator} {asked} in {about}. Periods known there: {known}.")
        yield from made(mart)
        for row in found:
            yield from origin(mart, row)
        yield f"query: from vintages where {' and '.join(f'{c} = {sql.literal(str(v))}' for c, v in where.items())}"


def made(mart: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """The release that is read, and the code that made it."""
    yield from (f"release {r['release_id']}, made by {r['code_version']}" for r in rows(mart, "from release"))


def vintages_of(mart: duckdb.DuckDBPyConnection, indicators: Iterable[str]) -> dict[tuple[str, ...], Row]:
    """Every vintage of some indicators with its delivery, by key, basis and day, as a chart's CSV writes these."""
    ids = sorted(set(indicators))
    found = rows(mart, f"from ({VINTAGES}) where indicator_id in ({', '.join('?' for _ in ids)})", ids)
    return {tuple(str(row[c]) for c in (*KEY, "basis", "released_on")): row for row in found}


def origin(mart: duckdb.DuckDBPyConnection, row: Row) -> Iterator[str]:
    """A value, how long it held, and its file or its inputs."""
    dims = "".join(f" {row[d]}" for d in CODED if row[d] != "_T")
    held = "current" if row["superseded_on"] is None else f"superseded on {row['superseded_on']}"
    if row["superseded_on"] == row["released_on"]:
        held = "preferred on no day"
    about = f"{row['basis']}, {row['accumulation']}, known since {row['released_on']}, {held}"
    yield f"{shown(row['value'], 1)} {row['unit']}{dims} ({about})"
    yield from (f"    {line}" for line in basis(mart, row))


def basis(mart: duckdb.DuckDBPyConnection, row: Row) -> Iterator[str]:
    """Of a published value page and file, of a counted one its deliveries, of a derived one its inputs down to their files."""
    if row["basis"] == "derived":
        yield from _derived(mart, row)
    elif row["basis"] == "records":
        yield from _counted(mart, row)
    else:
        yield f"{row['publisher']}: {row['source_title']} {row['source_url']}".rstrip()
        yield _file(row["file_name"], row["source_id"], row["delivered_for"], row["locator"], row["sha256"])


def _derived(mart: duckdb.DuckDBPyConnection, row: Row) -> Iterator[str]:
    yield f"formula: {row['locator']}"
    same = " and ".join(f"{column} = ?" for column in (*KEY, "released_on"))
    lineage = f"from lineage where {same} order by input_position"
    for i in rows(mart, lineage, [row[column] for column in (*KEY, "released_on")]):
        number = f"{i['input_indicator_id']} {i['input_time_period']} = {shown(i['input_value'], 1)}"
        yield f"input {number} (known since {i['input_released_on']})"
        place = [i["input_delivery_id"], i["input_locator"], i["input_indicator_id"], i["input_time_period"], i["input_value"]]
        yield from (f"    {line}" for source in rows(mart, INPUT, place)[:1] for line in basis(mart, source))


def _counted(mart: duckdb.DuckDBPyConnection, row: Row) -> Iterator[str]:
    """The files of the months that the value counts. A stock, or a cohort, goes back further: of these the last file alone."""
    span, day = (f"{row['period_start']:%Y-%m}", f"{row['period_end']:%Y-%m}"), row["released_on"]
    files = rows(mart, COUNTED, [row["source_id"], *span, day, day])
    whole = row["accumulation"] != "stock" and row["delivery_id"] in [d["delivery_id"] for d in files]
    said = f"{len(files)} file(s)" if whole else "the last file, and others before it"
    yield f"{row['publisher']}: {row['locator']} counted from the records of {row['source_id']}, {said}"
    for d in files if whole else rows(mart, "from deliveries where delivery_id = ?", [row["delivery_id"]]):
        yield _file(d["file_name"], d["source_id"], d["period"], f"{d['rows_count']} rows", d["sha256"])


def _file(name: str, source: str, period: str, place: str, sha256: str) -> str:
    return f"file {name} ({source}, {period}), {place}, sha256 {sha256}"
