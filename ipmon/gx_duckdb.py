"""Great Expectations on DuckDB: the one place that knows both.

Belongs here: the adapter, and results as plain rows. Not here: any rule about data (see expectations/).
"""

import functools
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import duckdb

from ipmon import sql

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # GX reads it once, when it is imported

Severity = Literal["error", "warning", "info"]
Status = Literal["passed", "failed", "errored"]
SEVERITIES: dict[str, Severity] = {"critical": "error", "warning": "warning", "info": "info"}
Beside = Mapping[str, Sequence[Path]]
MEMORY_LIMIT = "2GB"
EXAMPLES = 3
TELLING = (
    "target_id", "indicator_id", "series_id", "ref_area", "counterpart_area", "time_period", "period", "accumulation",
    "value", "unit", "status", "basis", "released_on", "superseded_on", "delivery_id", "locator", "month", "event", "event_date",
    "application_no", "record_no", "registration_no", "patent_no", "id", "first", "last",
)  # fmt: skip
"""Columns by which a reader finds an offending row again; of a row without any of them all columns are shown."""


@dataclass(frozen=True)
class CheckResult:
    """One row of `checks`. `errored` means that the check could not be made; it says nothing about the data."""

    check_id: str
    table_name: str
    expectation: str
    severity: Severity
    status: Status
    unexpected_count: int
    observed: str
    message_zh: str
    message_en: str
    guidance: str


def validate(mart: Path, suites: Callable[[], Iterable[Any]], beside: Beside | None = None) -> list[CheckResult]:
    """Run every suite on the table of its name in `mart`, read-only.

    `suites` is called after GX is made ready, so that whoever passes it need not import GX before. `beside` names
    Parquet files that the rules may use as if they were tables of the mart.
    """
    _teach_gx_duckdb()
    with _source(mart, beside or {}) as source:
        return [result for suite in suites() for result in _run(source, suite)]


def _run(source: Any, suite: Any) -> list[CheckResult]:
    """One suite as one batch: GX bundles the column metrics of a batch into few queries."""
    try:
        asset = source.add_table_asset(suite.name, table_name=suite.name)
        batch = asset.add_batch_definition_whole_table("all").get_batch()
        results = batch.validate(suite, result_format="BASIC").results
    except Exception as error:
        # A table that is absent, say: none of its rules could be asked.
        trouble = _first_line(str(error))
        return [_result(suite.name, e.configuration, "errored", 0, trouble) for e in suite.expectations]
    return [_read(suite.name, batch, result) for result in results]


def _read(table: str, batch: Any, result: Any) -> CheckResult:
    """GX calls a raised exception a failure; here it is an error."""
    config, found = result.expectation_config, result.result
    raised = _exception(result.exception_info or {})
    if raised is not None:
        return _result(table, config, "errored", 0, raised)
    if result.success:
        return _result(table, config, "passed", 0, str(found.get("observed_value", "")))
    if "unexpected_rows_query" in config.kwargs:
        # GX hands out the rows themselves only in the COMPLETE format, which would fetch everything for the other rules.
        again = batch.validate(config.to_domain_obj(), result_format="COMPLETE")
        return _result(table, config, "failed", found["observed_value"], _examples(again.result["details"]["unexpected_rows"]))
    examples = found.get("partial_unexpected_list") or [found.get("observed_value")]
    return _result(table, config, "failed", found.get("unexpected_count", 1), _examples(examples))


def _result(table: str, config: Any, status: Status, count: int, observed: str) -> CheckResult:
    meta, rule = config.meta, config.type
    zh, en = _outcome(status, count)
    return CheckResult(
        check_id=f"{table}_{meta['id']}",
        table_name=table,
        expectation=rule,
        severity=SEVERITIES[config.severity],
        status=status,
        unexpected_count=count,
        observed=observed,
        message_zh=f"{meta['zh']}{zh}",
        message_en=f"{meta['en']}{en}",
        guidance=meta["guidance"],
    )


def _outcome(status: Status, count: int) -> tuple[str, str]:
    if status == "errored":
        return "：检查未能执行。", ": the check could not be made."
    if status == "failed":
        return f"：有 {count} 处不符。", f": {count} exception{'s' if count > 1 else ''}."
    return "。", "."


def _examples(observed: list[Any]) -> str:
    """The first few offending values or rows, as a reader can use them."""
    return "; ".join(_cells(item) for item in observed[:EXAMPLES])


def _cells(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    shown = {key: item[key] for key in TELLING if key in item} or item
    return ", ".join(f"{key}={value}" for key, value in shown.items() if value not in (None, "", "_T"))


def _exception(info: Mapping[str, Any]) -> str | None:
    """GX nests one exception a metric, or gives one flat; None if nothing was raised."""
    flat = [info] if "raised_exception" in info else list(info.values())
    raised = [entry for entry in flat if entry.get("raised_exception")]
    return _first_line(raised[0]["exception_message"]) if raised else None


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else "no message"


@contextmanager
def _source(mart: Path, beside: Beside) -> Iterator[Any]:
    """The mart as a GX data source; its connections are closed at the end, so that a writer can follow."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    opened: list[duckdb.DuckDBPyConnection] = []
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    with TemporaryDirectory(dir=mart.parent.parent) as folder:
        views = _worked_out(mart, Path(folder))

        def connect() -> Any:
            from duckdb_sqlalchemy import ConnectionWrapper

            opened.append(_connection(mart, {**views, **beside}, folder))
            return ConnectionWrapper(opened[-1])

        try:
            sources: Any = context.data_sources  # its methods are made while GX is imported
            source = sources.add_sql(name="mart", connection_string="duckdb://", kwargs={"creator": connect})
            yield source
            with source.get_execution_engine().get_connection() as kept:
                kept.close()
        finally:
            for connection in opened:
                connection.close()


def _worked_out(mart: Path, folder: Path) -> Beside:
    """The rows of each view of the mart, worked out once for all rules and for every connection that GX opens.

    One that cannot be worked out is left a view: its rules then say why.
    """
    found: dict[str, list[Path]] = {}
    with closing(_connection(mart, {}, str(folder))) as connection:
        for (view,) in connection.execute("select view_name from duckdb_views() where not internal").fetchall():
            with suppress(duckdb.Error):
                connection.execute(f"copy (from {sql.name(view)}) to {sql.literal(str(file := folder / f'{view}.parquet'))}")
                found[view] = [file]
    return found


def _connection(mart: Path, beside: Beside, spill: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(mart), read_only=True, config={"memory_limit": MEMORY_LIMIT, "temp_directory": spill})
    for name, files in beside.items():
        listed = ", ".join(sql.literal(str(file)) for file in files)
        connection.execute(f"create temp view {sql.name(name)} as from read_parquet([{listed}])")
    return connection


class _DialectName(str):
    """A dialect name as GX's enumeration of them would hold it."""

    value = "duckdb"


@functools.cache
def _teach_gx_duckdb() -> None:
    """Fill the two gaps of GX 1.24.1 for DuckDB: keep the connection until rows are fetched, and know its regex function.

    Both are private names of GX, hence the exact pin and the canary test.
    """
    import great_expectations.expectations  # noqa: F401  (loads the modules patched below)
    import great_expectations.expectations.metrics.util as util
    from great_expectations.execution_engine import sqlalchemy_execution_engine as engine

    vars(engine)["_PERSISTED_CONNECTION_DIALECTS"] = (*engine._PERSISTED_CONNECTION_DIALECTS, _DialectName("duckdb"))
    original = util.get_dialect_regex_expression
    ours = functools.partial(_regex, original)
    for name, module in list(sys.modules.items()):
        if name.startswith("great_expectations") and getattr(module, "get_dialect_regex_expression", None) is original:
            vars(module)["get_dialect_regex_expression"] = ours


def _regex(original: Callable[..., Any], column: Any, regex: str, dialect: Any, positive: bool = True) -> Any:
    import sqlalchemy as sa

    if getattr(dialect, "name", getattr(getattr(dialect, "dialect", None), "name", None)) != "duckdb":
        return original(column, regex, dialect, positive)
    found = sa.func.regexp_matches(column, sa.literal(regex))
    return found if positive else sa.not_(found)
