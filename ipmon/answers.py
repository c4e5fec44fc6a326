"""What a release answers at the terminal: status of targets, a series, the origin of a number, what changed.

Belongs here: reading the current public mart and writing plain text in both languages. Not here: making releases.
"""

import difflib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, NamedTuple

import duckdb

from ipmon import sql
from ipmon.errors import IpmonError
from ipmon.paths import DataRoot

LOCKED_DOWN: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "lock_configuration": "true",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
DIMENSIONS = ("ip_type", "owner_kind", "industry", "technology", "counterpart_area")
KEY = ("indicator_id", "ref_area", *DIMENSIONS, "freq", "time_period", "accumulation")
VINTAGES = """select v.*, d.file_name, d.sha256, d.source_id, d.period as delivered_for
    from vintages v left join deliveries d using (delivery_id)"""
INPUT = f"""from ({VINTAGES}) where delivery_id = ? and locator = ? and indicator_id = ? and time_period = ? and value = ?
    order by superseded_on nulls first, released_on"""
PERIODS = """select string_agg(distinct time_period, ', ' order by time_period) as periods
    from observations where indicator_id = ? and ref_area = ?"""
DIFFERENCES = f"""select coalesce(n.indicator_id, o.indicator_id),
    [{", ".join(f"coalesce(n.{d}, o.{d})" for d in ("ref_area", *DIMENSIONS))}], coalesce(n.time_period, o.time_period),
    coalesce(n.accumulation, o.accumulation), coalesce(n.basis, o.basis),
    o.value, n.value, n.quality, n.released_on, n.delivery_id
    from old.observations o full join new.observations n using ({", ".join(KEY)}, basis)
    where o.value is distinct from n.value order by all"""
FRAGILE = (
    "* 结论脆弱：在公布精度、通常修订或项目容差之内会改变。"
    " The status is fragile: it would turn within precision, usual revision or our tolerance."
)


class Difference(NamedTuple):
    """A cell whose value differs between two releases; quality, day and delivery are those of the later value."""

    indicator_id: str
    cell: list[str]
    time_period: str
    accumulation: str
    basis: str
    before: Decimal | None
    after: Decimal | None
    quality: str | None
    released_on: date | None
    delivery_id: str | None

    @property
    def kind(self) -> Literal["new", "revised", "withdrawn"]:
        """What happened to the cell."""
        return "new" if self.before is None else "withdrawn" if self.after is None else "revised"


class NoRelease(IpmonError):
    """Nothing was published yet."""


def release_path(root: DataRoot, name: str | None = None) -> Path:
    """The folder of a release, the current one without a name. Raises IpmonError where there is none."""
    known = sorted(p.name for p in root.releases.glob("*")) if root.releases.is_dir() else []
    if name is None and not root.current.is_dir():
        raise NoRelease("There is no release yet. Publish one with: ipmon run.")
    if name is not None and name not in known:
        raise IpmonError(f"There is no release {name}. Known releases: {', '.join(known) or 'none'}.")
    return root.releases / name if name else root.current


def open_mart(root: DataRoot, name: str | None = None) -> duckdb.DuckDBPyConnection:
    """A read-only, locked-down connection to the public mart of a release: no files, no ATTACH, no settings."""
    release = release_path(root, name)
    try:
        return duckdb.connect(str(release / "public.duckdb"), read_only=True, config=LOCKED_DOWN)
    except duckdb.Error:
        id_ = release.resolve().name
        raise IpmonError(f"{id_}/public.duckdb cannot be opened. See what is wrong with: ipmon verify {id_}") from None


def query(root: DataRoot, statement: str) -> duckdb.DuckDBPyRelation:
    """The answer to one SELECT on the current mart. Raises IpmonError for anything else, with the engine's own words."""
    connection = open_mart(root)
    try:
        statements = connection.extract_statements(statement)
        if len(statements) != 1 or statements[0].type not in (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN):
            raise IpmonError("ipmon query takes one SELECT and nothing else. List the tables with: ipmon query 'from dictionary'")
        return connection.sql(statements[0].query).execute()
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
        yield FRAGILE


def show(root: DataRoot, indicator: str) -> Iterator[str]:
    """One indicator: titles, definitions, current values with marks and sources. For an unknown id the error names near ones."""
    with open_mart(root) as mart:
        _known(mart, indicator)
        entry = mart.execute(
            """select title_zh, title_en, definition_zh, definition_en, formula, unit_zh, unit_en, display_factor,
            guideline_items from indicators where indicator_id = ?""",
            [indicator],
        ).fetchall()[0]
        zh, en, text_zh, text_en, formula, unit_zh, unit_en, factor, rows = entry
        yield from (f"{indicator}: {zh} | {en}", text_zh, text_en, f"formula: {formula}; guideline: {rows or '-'}")
        yield f"unit: {unit_zh} | {unit_en}"
        yield ""
        found = mart.execute(
            f"""select time_period, accumulation, ref_area, {", ".join(DIMENSIONS)}, value, value_low, value_high, obs_status,
            basis, released_on, publisher, source_title from observations where indicator_id = ?
            order by ref_area <> 'CN', ref_area, {", ".join(DIMENSIONS)}, period_end, freq, accumulation, basis""",
            [indicator],
        ).fetchall()
        for period, accumulation, area, *rest in found:
            dims, (value, low, high, mark, basis, released, publisher, title) = rest[:5], rest[5:]
            place = " ".join([area, *(d for d in dims if d != "_T")])
            number = _shown(value, factor)
            span = "" if low == high else f" [{_shown(low, factor)}, {_shown(high, factor)}]"
            yield (
                f"{period:8} {accumulation:12} {place:24} {number:>14}{span}  {mark} {basis:9} "
                f"{released}  {publisher or ''}: {title or ''}"
            )


def trace(root: DataRoot, indicator: str, period: str, area: str) -> Iterator[str]:
    """Where the numbers of an indicator and period come from: file, sha256, place, and for derived ones every input."""
    with open_mart(root) as mart:
        _known(mart, indicator)
        rows = _rows(
            mart,
            f"""from ({VINTAGES}) where indicator_id = ? and time_period = ? and ref_area = ?
            order by basis desc, {", ".join(DIMENSIONS)}, superseded_on nulls first, released_on""",
            [indicator, period, area],
        )
        if not rows:
            known = _rows(mart, PERIODS, [indicator, area])[0]["periods"] or "none"
            raise IpmonError(f"{indicator} has no value for {period} in {area}. Periods known there: {known}.")
        yield from (f"release {r['release_id']}, made by {r['code_version']}" for r in _rows(mart, "from release", []))
        for row in rows:
            yield from _origin(mart, row)
        where = {"indicator_id": indicator, "time_period": period, "ref_area": area}
        yield f"query: from vintages where {' and '.join(f'{c} = {sql.literal(v)}' for c, v in where.items())}"


def diff(root: DataRoot, old: str, new: str | None = None) -> Iterator[str]:
    """Cells that are new, revised or withdrawn between two releases, and why."""
    new_path = release_path(root, new)
    old_path = release_path(root, old)
    for name in (old, new):
        open_mart(root, name).close()  # says in a sentence what is wrong with a mart that cannot be opened
    found = differences(old_path / "public.duckdb", new_path / "public.duckdb")
    yield f"{old_path.resolve().name} -> {new_path.resolve().name}: {len(found)} cell(s) differ"
    for d in found:
        how = d.basis if d.accumulation == "period" else f"{d.basis}, {d.accumulation}"
        place = " ".join(code for code in d.cell if code != "_T")
        why = "no longer in any delivery"
        if d.after is not None:
            why = f"{d.quality} source of {d.released_on}, delivery {d.delivery_id}"
        values = f"{_shown(d.before, 1)} -> {_shown(d.after, 1)}"
        yield f"{d.kind:9} {d.indicator_id} {place} {d.time_period} ({how}): {values}  {why}"


def differences(old: Path, new: Path) -> list[Difference]:
    """Every current value that is not the same in two marts, in order of indicator, cell and period."""
    with duckdb.connect() as both:
        for name, path in (("old", old), ("new", new)):
            both.execute(f"attach {sql.literal(str(path))} as {name} (read_only)")
        return [Difference(*row) for row in both.execute(DIFFERENCES).fetchall()]


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
    """A value, how long it held, and its file or its inputs."""
    dims = "".join(f" {row[d]}" for d in DIMENSIONS if row[d] != "_T")
    held = "current" if row["superseded_on"] is None else f"superseded on {row['superseded_on']}"
    if row["superseded_on"] == row["released_on"]:
        held = "never the preferred source"
    about = f"{row['basis']}, {row['accumulation']}, known since {row['released_on']}, {held}"
    yield f"{_shown(row['value'], 1)} {row['unit']}{dims} ({about})"
    yield from (f"    {line}" for line in _basis(mart, row))


def _basis(mart: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> Iterator[str]:
    """Of a published value the page and the file; of a derived one the formula and its inputs down to their files."""
    if row["basis"] != "derived":
        yield f"{row['publisher']}: {row['source_title']} {row['source_url']}".rstrip()
        yield f"file {row['file_name']} ({row['source_id']}, {row['delivered_for']}), {row['locator']}, sha256 {row['sha256']}"
        return
    yield f"formula: {row['locator']}"
    same = " and ".join(f"{column} = ?" for column in (*KEY, "released_on"))
    lineage = f"from lineage where {same} order by input_position"
    for i in _rows(mart, lineage, [row[column] for column in (*KEY, "released_on")]):
        number = f"{i['input_indicator_id']} {i['input_time_period']} = {_shown(i['input_value'], 1)}"
        yield f"input {number} (known since {i['input_released_on']})"
        place = [i["input_delivery_id"], i["input_locator"], i["input_indicator_id"], i["input_time_period"], i["input_value"]]
        yield from (f"    {line}" for source in _rows(mart, INPUT, place)[:1] for line in _basis(mart, source))


def _rows(mart: duckdb.DuckDBPyConnection, statement: str, values: list[Any]) -> list[dict[str, Any]]:
    cursor = mart.execute(statement, values)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _shown(value: Decimal | None, factor: int) -> str:
    return "-" if value is None else f"{(value / factor).normalize():f}"
