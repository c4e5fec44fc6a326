"""What a release answers at the terminal: status of targets, a series, what changed.

Belongs here: opening the current public mart and writing plain text in both languages. Not here: where a number comes from (see
tracing.py), making releases.
"""

import difflib
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, NamedTuple

import duckdb

from ipmon import sql
from ipmon.declared import Text
from ipmon.dimensions import CODED
from ipmon.errors import IpmonError
from ipmon.paths import DataRoot
from ipmon.shown import decimals_known, numeral

LOCKED_DOWN: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "lock_configuration": "true",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
KEY = ("indicator_id", "ref_area", *CODED, "freq", "time_period", "accumulation")
TAKEN_BACK = """select d.delivery_id, d.source_id, d.period, d.withdrawn_on, d.withdrawal_reason
    from {new}deliveries d semi join (from {old}.deliveries where withdrawn_on is null) using (delivery_id)
    where d.withdrawn_on is not null order by d.withdrawn_on, d.delivery_id"""
"""The deliveries that the release before still rested on and the new one does not, since they were withdrawn."""
DIFFERENCES = f"""
    with gone as (
        from new.revisions anti join old.revisions using ({", ".join(KEY)}, basis, released_on, kind) where kind = 'withdrawn'
    ),
    told as (
        select {", ".join(KEY)}, basis, old_value as value, cause_zh, cause from gone
        union select {", ".join(f"l.{k}" for k in KEY)}, 'derived', l.value, gone.cause_zh, gone.cause
        from old.lineage l join gone on l.input_delivery_id = gone.old_delivery_id
    ),
    withdrawn as (
        select * exclude (cause_zh, cause),
            string_agg(cause_zh, '；' order by cause) as zh, string_agg(cause, '; ' order by cause) as en
        from told group by all
    )
    select coalesce(n.indicator_id, o.indicator_id),
    [{", ".join(f"coalesce(n.{d}, o.{d})" for d in ("ref_area", *CODED))}], coalesce(n.time_period, o.time_period),
    coalesce(n.accumulation, o.accumulation), coalesce(n.basis, o.basis),
    o.value, n.value, n.quality, n.released_on, n.delivery_id, w.zh, w.en
    from old.observations o full join new.observations n using ({", ".join(KEY)}, basis)
    left join withdrawn w on {" and ".join(f"w.{k} = o.{k}" for k in (*KEY, "basis", "value"))}
    where o.value is distinct from n.value order by all"""
FRAGILE = (
    "* 结论脆弱：在公布精度、通常修订或项目容差之内会改变。"
    " The status is fragile: it would turn within precision, usual revision or our tolerance."
)


class Difference(NamedTuple):
    """A cell whose value differs between two releases; quality, day and delivery are those of the later value.

    The last two say in both languages which delivery was withdrawn, where it is that the value before rested on one.
    """

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
    withdrawal_zh: str | None = None
    withdrawal_en: str | None = None

    @property
    def withdrawal(self) -> Text | None:
        """Why the value before no longer holds, where a delivery was withdrawn."""
        return Text(zh=self.withdrawal_zh, en=self.withdrawal_en) if self.withdrawal_zh and self.withdrawal_en else None

    @property
    def kind(self) -> Literal["new", "revised", "withdrawn"]:
        """What happened to the cell."""
        return "new" if self.before is None else "withdrawn" if self.after is None else "revised"


class NoRelease(IpmonError):
    """Nothing was published yet."""


def release_path(root: DataRoot, name: str | None = None) -> Path:
    """The folder of a release, the current one without a name. Raises IpmonError where there is none."""
    known = sorted(p.name for p in root.releases.glob("*/")) if root.releases.is_dir() else []
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
        check_known(mart, indicator)
        described = """select title_zh, title_en, definition_zh, definition_en, formula, unit_zh, unit_en, display_factor,
            guideline_items from indicators where indicator_id = ?"""
        entry = mart.execute(sql.bound(described, [indicator])).fetchall()[0]
        zh, en, text_zh, text_en, formula, unit_zh, unit_en, factor, items = entry
        yield from (f"{indicator}: {zh} | {en}", text_zh, text_en, f"formula: {formula}; guideline: {items or '-'}")
        yield f"unit: {unit_zh} | {unit_en}"
        yield ""
        series = f"""select time_period, accumulation, ref_area, {", ".join(CODED)}, value, value_low, value_high, decimals,
            obs_status, basis, released_on, publisher, source_title from observations where indicator_id = ?
            order by ref_area <> 'CN', ref_area, {", ".join(CODED)}, period_end, freq, accumulation, basis"""
        found = mart.execute(sql.bound(series, [indicator])).fetchall()
        for period, accumulation, area, *rest in found:
            dims, (value, low, high, decimals, mark, basis, released, publisher, title) = rest[:5], rest[5:]
            place = " ".join([area, *(d for d in dims if d != "_T")])
            width = high - low if low is not None and high is not None else None
            number = "-" if value is None else numeral(value / factor, decimals_known(value, width, factor, decimals))
            span = "" if low == high else f" [{shown(low, factor)}, {shown(high, factor)}]"
            yield (
                f"{period:8} {accumulation:12} {place:24} {number:>14}{span}  {mark} {basis:9} "
                f"{released}  {publisher or ''}: {title or ''}"
            )


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
        values = f"{shown(d.before, 1)} -> {shown(d.after, 1)}"
        yield f"{d.kind:9} {d.indicator_id} {place} {d.time_period} ({how}): {values}  {'; '.join(_reasons(d))}"


def _reasons(d: Difference) -> Iterator[str]:
    """Where a value is from, and why the one before it no longer holds."""
    if d.after is not None:
        yield f"{d.quality} source of {d.released_on}, delivery {d.delivery_id}"
    if d.withdrawal:
        yield f"{d.withdrawal.zh} | {d.withdrawal.en}"
    elif d.after is None:
        yield "no longer in any delivery"


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


def check_known(mart: duckdb.DuckDBPyConnection, indicator: str) -> None:
    """Raises IpmonError for an indicator that the registry does not have; it names near ones."""
    ids = [id_ for (id_,) in mart.execute("select indicator_id from indicators").fetchall()]
    if indicator not in ids:
        near = difflib.get_close_matches(indicator, ids, n=3, cutoff=0.5)
        raise IpmonError(f"There is no indicator '{indicator}'." + (f" Did you mean {', '.join(near)}?" if near else ""))


def rows(mart: duckdb.DuckDBPyConnection, statement: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
    """What a query finds, each row by the names of its columns."""
    cursor = mart.execute(sql.bound(statement, values))
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def shown(value: Decimal | None, factor: int) -> str:
    """A number divided by `factor`, with all its decimals."""
    return "-" if value is None else f"{(value / factor).normalize():f}"
