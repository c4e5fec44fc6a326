"""What a release answers at the terminal: status of targets, a series, the origin of a number, what changed.

Belongs here: reading the current public mart and writing plain text in both languages. Not here: making releases.
"""

import difflib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from ipmon.errors import IpmonError
from ipmon.paths import DataRoot

LOCKED_DOWN: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "lock_configuration": "true",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
KEY = "indicator_id, ref_area, ip_type, owner_kind, industry, technology, counterpart_area, freq, time_period, accumulation, basis"
DIMENSIONS = ("ip_type", "owner_kind", "industry", "technology", "counterpart_area")


def release_path(root: DataRoot, name: str | None = None) -> Path:
    """The folder of a release, the current one without a name. Raises IpmonError where there is none."""
    path = root.releases / name if name else root.current
    if not (path / "public.duckdb").is_file():
        known = sorted(p.name for p in root.releases.glob("*")) if root.releases.is_dir() else []
        hint = f"Known releases: {', '.join(known)}." if known else "Publish one with: ipmon run."
        raise IpmonError(f"There is no release{f' {name}' if name else ' yet'}. {hint}")
    return path


def open_mart(root: DataRoot, name: str | None = None) -> duckdb.DuckDBPyConnection:
    """A read-only, locked-down connection to the public mart of a release: no files, no ATTACH, no settings."""
    return duckdb.connect(str(release_path(root, name) / "public.duckdb"), read_only=True, config=LOCKED_DOWN)


def query(root: DataRoot, sql: str) -> duckdb.DuckDBPyRelation:
    """The answer to one SELECT on the current mart. Raises IpmonError for anything else, with the engine's own words."""
    connection = open_mart(root)
    try:
        statements = connection.extract_statements(sql)
        if len(statements) != 1 or statements[0].type not in (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN):
            raise IpmonError("ipmon query takes one SELECT and nothing else; the tables are listed by: ipmon query 'from dictionary'")
        return connection.sql(statements[0].query)
    except duckdb.Error as error:
        raise IpmonError(f"The query was refused: {str(error).strip()}") from None


def status(root: DataRoot) -> Iterator[str]:
    """The release and every target with its status and reason, worst first."""
    with open_mart(root) as mart:
        release_id, as_of = mart.execute("select release_id, as_of from release").fetchall()[0]
        yield f"Release {release_id}, as of {as_of}"
        yield ""
        targets = mart.execute(
            "select target_id, status_zh, status_en, fragile, reason_zh, reason_en from targets_at_a_glance"
        ).fetchall()
        for target, zh, en, fragile, reason_zh, reason_en in targets:
            yield f"{zh} {en}{' *' if fragile else ''}  {target}"
            yield f"    {reason_zh}"
            yield f"    {reason_en}"
        yield ""
        yield "* 结论脆弱：在公布精度、通常修订或项目容差之内会改变。 The status is fragile: it would turn within precision, usual revision or our tolerance."


def show(root: DataRoot, indicator: str) -> Iterator[str]:
    """One indicator: titles, definitions, and its current values with marks and sources. Near ids are named for an unknown one."""
    with open_mart(root) as mart:
        _known(mart, indicator)
        entry = mart.execute(
            """select title_zh, title_en, definition_zh, definition_en, formula, unit_zh, unit_en, display_factor, guideline_items
            from indicators where indicator_id = ?""",
            [indicator],
        ).fetchall()[0]
        zh, en, text_zh, text_en, formula, unit_zh, unit_en, factor, rows = entry
        yield from (f"{indicator}: {zh} | {en}", text_zh, text_en, f"formula: {formula}; guideline: {rows or '-'}")
        yield f"unit: {unit_zh} | {unit_en}"
        yield ""
        found = mart.execute(
            f"""select time_period, accumulation, ref_area, {", ".join(DIMENSIONS)}, value, value_low, value_high, obs_status, basis,
            released_on, publisher, source_title from observations where indicator_id = ?
            order by ref_area <> 'CN', ref_area, {", ".join(DIMENSIONS)}, period_end, freq, accumulation, basis""",
            [indicator],
        ).fetchall()
        for period, accumulation, area, *rest in found:
            dims, (value, low, high, mark, basis, released, publisher, title) = rest[:5], rest[5:]
            place = " ".join([area, *(d for d in dims if d != "_T")])
            number = _shown(value, factor)
            span = "" if low is None or high is None or low == high else f" [{_shown(low, factor)}, {_shown(high, factor)}]"
            yield (
                f"{period:8} {accumulation:12} {place:24} {number:>14}{span}  {mark} {basis:9} "
                f"{released}  {publisher or ''}: {title or ''}"
            )


def trace(root: DataRoot, indicator: str, period: str, area: str) -> Iterator[str]:
    """Where the numbers of an indicator and period come from: file, sha256, place, and for derived ones every input."""
    with open_mart(root) as mart:
        _known(mart, indicator)
        sql = f"""select o.*, d.file_name, d.sha256, d.source_id, d.received_at, d.period as delivered_for
            from vintages o left join deliveries d using (delivery_id)
            where indicator_id = '{_quoted(indicator)}' and time_period = '{_quoted(period)}' and ref_area = '{_quoted(area)}'
            order by basis, {", ".join(DIMENSIONS)}, superseded_on nulls first, released_on"""
        rows = _dicts(mart, sql)
        if not rows:
            known = mart.execute(
                "select string_agg(distinct time_period, ', ' order by time_period) from observations where indicator_id = ? and ref_area = ?",
                [indicator, area],
            ).fetchone()
            raise IpmonError(f"{indicator} has no value for {period} in {area}. Periods known there: {known and known[0] or 'none'}.")
        for row in rows:
            yield from _origin(mart, row)
        yield f"query: select * from vintages where indicator_id = '{indicator}' and time_period = '{period}' and ref_area = '{area}'"


def diff(root: DataRoot, old: str, new: str | None = None) -> Iterator[str]:
    """Cells that are new, revised or withdrawn between two releases, and why."""
    new_path = release_path(root, new)
    old_path = release_path(root, old)
    with duckdb.connect() as both:
        for name, path in (("old", old_path), ("new", new_path)):
            both.execute(f"attach '{_quoted(str(path / 'public.duckdb'))}' as {name} (read_only)")
        found = both.execute(
            f"""select coalesce(n.indicator_id, o.indicator_id), coalesce(n.ref_area, o.ref_area), coalesce(n.time_period, o.time_period),
                coalesce(n.basis, o.basis), o.value, n.value, n.quality, n.released_on, n.delivery_id
            from old.observations o full join new.observations n using ({KEY})
            where o.value is distinct from n.value order by all"""
        ).fetchall()
    yield f"{old_path.resolve().name} -> {new_path.resolve().name}: {len(found)} cell(s) differ"
    for id_, area, period, basis, before, after, quality, released, delivery in found:
        what = "new" if before is None else "withdrawn" if after is None else "revised"
        why = f"{quality} source of {released}, delivery {delivery}" if after is not None else "no longer in any delivery"
        yield f"{what:9} {id_} {area} {period} ({basis}): {_shown(before, 1)} -> {_shown(after, 1)}  {why}"


def previous(root: DataRoot) -> str:
    """The release before the current one. Raises IpmonError where there is none."""
    with open_mart(root) as mart:
        row = mart.execute("select previous_release_id from release").fetchone()
    if not row or not row[0]:
        raise IpmonError("The current release is the first one, so there is nothing to compare it with.")
    return str(row[0])


def _known(mart: duckdb.DuckDBPyConnection, indicator: str) -> None:
    ids = [id_ for (id_,) in mart.execute("select indicator_id from indicators").fetchall()]
    if indicator not in ids:
        near = difflib.get_close_matches(indicator, ids, n=3, cutoff=0.5)
        raise IpmonError(f"There is no indicator '{indicator}'." + (f" Did you mean {', '.join(near)}?" if near else ""))


def _origin(mart: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> Iterator[str]:
    dims = " ".join(row[d] for d in DIMENSIONS if row[d] != "_T")
    held = "current" if row["superseded_on"] is None else f"superseded on {row['superseded_on']}"
    if row["superseded_on"] == row["released_on"]:
        held = "never the preferred source"
    yield f"{_shown(row['value'], 1)} {row['unit']} {dims} ({row['basis']}, {row['accumulation']}, known since {row['released_on']}, {held})"
    if row["basis"] == "derived":
        yield f"    formula: {row['locator']}"
        yield from _inputs(mart, row)
    else:
        yield f"    {row['publisher']}: {row['source_title']} {row['source_url']}".rstrip()
        yield f"    file {row['file_name']} ({row['source_id']}, {row['delivered_for']}), {row['locator']}, sha256 {row['sha256']}"


def _inputs(mart: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> Iterator[str]:
    key = " and ".join(f"l.{c.strip()} = '{_quoted(str(row[c.strip()]))}'" for c in KEY.split(",") if c.strip() != "basis")
    inputs = mart.execute(
        f"""select l.input_indicator_id, l.input_time_period, l.input_value, l.input_released_on, d.file_name, l.input_locator, d.sha256
        from lineage l left join deliveries d on d.delivery_id = l.input_delivery_id
        where {key} and l.released_on = ? order by input_position""",
        [row["released_on"]],
    ).fetchall()
    for id_, period, value, released, file, locator, sha in inputs:
        yield f"    input {id_} {period} = {_shown(value, 1)} (known since {released}); file {file}, {locator}, sha256 {sha}"


def _dicts(mart: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    cursor = mart.execute(sql)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _shown(value: Decimal | None, factor: int) -> str:
    return "-" if value is None else f"{(value / factor).normalize():f}"


def _quoted(text: str) -> str:
    return text.replace("'", "''")


