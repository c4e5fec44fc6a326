"""The adapter sees planted faults: GX is patched through private names, so each release of it must prove itself here."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ipmon.gx_duckdb import CheckResult, validate

VALUES = """indicator_id varchar, ref_area varchar, ip_type varchar, owner_kind varchar, industry varchar, technology varchar,
    counterpart_area varchar, freq varchar, time_period varchar, accumulation varchar, period_start date, period_end date,
    value decimal(28,6), value_low decimal(28,6), value_high decimal(28,6), unit varchar, decimals integer, obs_status varchar,
    conf_status varchar, basis varchar, released_on date, delivery_id varchar, locator varchar, note varchar"""
MART = f"""
create table observations ({VALUES});
insert into observations
    select 'grants', area, '_T', '_T', '_T', '_T', '_T', 'A', y::varchar, 'period', make_date(y, 1, 1), make_date(y, 12, 31),
        v + y, v + y, v + y, 'items', 0, 'A', 'F', 'published', make_date(y + 1, 1, 20), 'd1', 'line ' || y, ''
    from range(2020, 2024) years(y), (values ('CN', 1000), ('CN-BJ', 300), ('CN-XJ-XPCC', 9)) places(area, v)
    union all
    select 'grants', 'CN', '_T', '_T', '_T', '_T', 'FOR', 'M', '2023-0' || m, 'year_to_date', date '2023-01-01',
        last_day(make_date(2023, m, 1)), 100 * m, 100 * m, 100 * m, 'items', 0, 'A', 'F', 'published', date '2023-09-01',
        'd1', 'B' || m, ''
    from range(1, 7) months(m)
    union all
    select 'share', 'CN', '_T', '_T', '_T', '_T', '_T', 'A', '2023', 'period', date '2023-01-01', date '2023-12-31',
        13.04, 13.035, 13.045, 'percent', 2, 'A', 'F', 'published', date '2024-12-31', 'd1', 'line 9', '';
create table vintages as select *, null::date as superseded_on from observations
    union all select * replace ((value - 1)::decimal(28,6) as value, value_low - 1 as value_low, value_high - 1 as value_high,
        date '2023-01-10' as released_on), date '2023-01-20' from observations where time_period = '2022';
create table indicators as select 'grants' as indicator_id, 'items' as unit union all values ('share', 'percent');
create table areas as from (values ('CN', 'country', false), ('CN-BJ', 'province', false), ('CN-XJ-XPCC', 'of_which', true))
    t(area_code, level, is_of_which);
create table codes as select 'counterpart_area' as dimension, 'FOR' as code;
create table targets as select 'share_2023' as target_id, 'share' as indicator_id, 'notice' as document, '提高' as quote,
    'rising' as rule, 12.6::decimal(28,6) as target_value, 'percent' as unit, 0::decimal(28,6) as tolerance,
    'document' as tolerance_basis, date '2023-12-31' as deadline;
create table assessments as select 'share_2023' as target_id, 'share' as indicator_id, date '2025-01-01' as as_of,
    'met' as status, '达到' as status_zh, 'met' as status_en, 13.04::decimal(28,6) as value, false as fragile,
    '因为' as reason_zh, 'because' as reason_en;
create table figures as select 'd1' as delivery_id, 's' as source_id, 'line ' || i as locator, 'grants' as series_id,
    '授权' as name_zh, 'Grants' as name_en, '' as ref_area, '' as dimension, '2023-12' as period, 'annual' as period_kind,
    '1' as value, '件' as unit, 'CNIPA' as publisher, '' as source_title, '' as source_url, '2024-01' as published_on,
    'official' as quality, '' as note from range(2, 9) lines(i);
create view grants_by_area as
    select ref_area, time_period, value as grants from observations where indicator_id = 'grants' and freq = 'A';
create table dictionary as select 'grants_by_area' as table_name;
"""
FIRST = "indicator_id = 'grants' and ref_area = 'CN' and time_period = '2020'"
BOTH_VALUE_TABLES = {
    "required_filled": f"update {{table}} set owner_kind = ' ' where {FIRST}",
    "indicator_id_form": f"update {{table}} set indicator_id = 'Grants!' where {FIRST}",
    "text_decoded": f"update {{table}} set note = '授\ufffd' where {FIRST}",
    "period_form": f"update {{table}} set time_period = '2020-13', freq = 'M' where {FIRST}",
    "period_ordered": f"update {{table}} set period_start = date '2021-01-01' where {FIRST}",
    "period_dated": f"update {{table}} set period_end = date '2021-12-31' where {FIRST}",
    "released_by_now": f"update {{table}} set released_on = date '2026-01-01' where {FIRST}",
    "freq_known": f"update {{table}} set freq = 'W' where {FIRST}",
    "accumulation_known": f"update {{table}} set accumulation = 'ytd' where {FIRST}",
    "basis_known": f"update {{table}} set basis = 'guessed' where {FIRST}",
    "obs_status_known": f"update {{table}} set obs_status = '?' where {FIRST}",
    "conf_status_known": f"update {{table}} set conf_status = '?' where {FIRST}",
    "ref_area_declared": f"update {{table}} set ref_area = 'CN-ZZ' where {FIRST}",
    "counterpart_area_declared": f"update {{table}} set counterpart_area = 'XX' where {FIRST}",
    "ip_type_declared": f"update {{table}} set ip_type = 'secret' where {FIRST}",
    "owner_kind_declared": f"update {{table}} set owner_kind = 'secret' where {FIRST}",
    "industry_declared": f"update {{table}} set industry = 'secret' where {FIRST}",
    "technology_declared": f"update {{table}} set technology = 'secret' where {FIRST}",
    "unit_declared": f"update {{table}} set unit = 'persons' where {FIRST}",
    "interval_ordered": f"update {{table}} set value_low = 9999 where {FIRST}",
    "value_in_interval": f"update {{table}} set value = 2000 where {FIRST}",
    "missing_marked": f"update {{table}} set value = null where {FIRST}",
    "share_within_100": "update {table} set value = 130.4, value_high = 200 where unit = 'percent'",
    "count_not_negative": f"update {{table}} set value = -5, value_low = -9 where {FIRST}",
    "count_is_whole": f"update {{table}} set value = 3020.5, value_high = 4000 where {FIRST}",
    "value_is_decimal": "alter table {table} alter value type double",
    "has_rows": "delete from {table}",
}
FAULTS = {
    "observations": BOTH_VALUE_TABLES
    | {
        "key_unique": f"insert into observations from observations where {FIRST}",
        "has_vintage": f"delete from vintages where {FIRST}",
        "parts_within_total": "update observations set value = 9000, value_low = 9000 where ref_area = 'CN-BJ'",
        "unit_guard": "update observations set value = 30210000 where ref_area = 'CN' and time_period = '2021'",
        "to_date_rises": "update observations set value = 90, value_low = 90, value_high = 90 where time_period = '2023-05'",
    },
    "vintages": BOTH_VALUE_TABLES
    | {
        "superseded_later": "update vintages set superseded_on = date '2019-01-01' where superseded_on is not null",
        "one_current": f"insert into vintages from vintages where {FIRST}",
        "one_a_day": "update vintages set superseded_on = date '2023-02-20' where superseded_on is not null",
        "is_observed": f"delete from observations where {FIRST}",
    },
    "targets": {
        "has_rows": "delete from targets",
        "required_filled": "update targets set quote = ''",
        "target_unique": "insert into targets from targets",
        "indicator_known": "update targets set indicator_id = 'nothing'",
        "unit_declared": "update targets set unit = 'items'",
        "tolerance_basis_known": "update targets set tolerance_basis = 'mine'",
        "tolerance_not_negative": "update targets set tolerance = -0.1",
        "text_decoded": "update targets set quote = '稳\ufffd'",
    },
    "assessments": {
        "has_rows": "delete from assessments",
        "required_filled": "update assessments set reason_en = null",
        "status_known": "update assessments set status = 'fine'",
        "one_a_target": "insert into assessments from assessments",
        "every_target": "insert into targets select * replace ('other' as target_id) from targets",
        "target_known": "update assessments set target_id = 'other'",
        "none_invented": "update targets set rule = 'none'",
        "has_value": "update assessments set value = null",
        "text_decoded": "update assessments set reason_zh = '\ufffd'",
    },
    "figures": {
        "has_rows": "delete from figures",
        "required_filled": "update figures set publisher = '' where locator = 'line 2'",
        "cell_unique": "insert into figures from figures where locator = 'line 2'",
        "series_id_form": "update figures set series_id = '授权量' where locator = 'line 2'",
        "period_form": "update figures set period = '去年' where locator = 'line 2'",
        "period_kind_known": "update figures set period_kind = 'weekly' where locator = 'line 2'",
        "quality_known": "update figures set quality = 'rumour' where locator = 'line 2'",
        "published_on_form": "update figures set published_on = '1 May' where locator = 'line 2'",
        "text_decoded": "update figures set name_zh = '\ufffd' where locator = 'line 2'",
        "text_trimmed": "update figures set value = ' 1' where locator = 'line 2'",
    },
    "dictionary": {
        "views_rows_unique": "create or replace view grants_by_area as select 'CN' as ref_area from range(2)",
        "views_filled": "create or replace view grants_by_area as select 'CN' as ref_area, null::integer as grants",
    },
}


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    mart = tmp_path_factory.mktemp("canary") / "public.duckdb"
    with duckdb.connect(str(mart)) as connection:
        connection.execute(MART)
    return mart


@pytest.fixture
def mart(clean: Path, tmp_path: Path) -> Iterator[Path]:
    copy = tmp_path / "public.duckdb"
    copy.write_bytes(clean.read_bytes())
    yield copy


def check(mart: Path, table: str = "", rule: str = "") -> list[CheckResult]:
    """All checks, those of one table, or one check alone."""

    def suites() -> list[Any]:
        import expectations

        chosen: list[Any] = [suite for suite in expectations.suites(["grants_by_area"]) if table in ("", suite.name)]
        for suite in chosen:
            suite.expectations = [e for e in suite.expectations if rule in ("", e.meta["id"])]
        return chosen

    return validate(mart, suites)


def alter(mart: Path, sql: str) -> None:
    with duckdb.connect(str(mart)) as connection:
        connection.execute(sql)


def test_a_clean_mart_passes_every_check(clean: Path) -> None:
    results = check(clean)
    assert [r for r in results if r.status != "passed"] == []
    assert len({r.check_id for r in results}) == len(results) > 80


def test_every_rule_has_its_planted_fault(clean: Path) -> None:
    assert {r.check_id for r in check(clean)} == {f"{table}_{rule}" for table, faults in FAULTS.items() for rule in faults}


@pytest.mark.parametrize(("table", "rule"), [(table, rule) for table, faults in FAULTS.items() for rule in faults])
def test_a_planted_fault_is_reported_by_its_rule(mart: Path, table: str, rule: str) -> None:
    alter(mart, FAULTS[table][rule].format(table=table))
    (result,) = check(mart, table, rule)
    assert (result.check_id, result.status, result.unexpected_count >= 1) == (f"{table}_{rule}", "failed", True)


def test_an_empty_view_is_named_and_stops_nothing(mart: Path) -> None:
    alter(mart, "create or replace view grants_by_area as select 1 as grants where false")
    (result,) = check(mart, "dictionary", "views_filled")
    assert (result.severity, result.status, result.unexpected_count) == ("warning", "failed", 1)
    assert "grants_by_area" in result.observed
    alter(mart, "delete from observations")
    (result,) = check(mart, "dictionary", "views_filled")
    assert result.status == "passed"


def test_a_failure_says_how_many_and_shows_examples(mart: Path) -> None:
    alter(mart, f"update observations set unit = 'persons' where {FIRST}")
    (result,) = check(mart, "observations", "unit_declared")
    assert (result.severity, result.unexpected_count) == ("error", 1)
    assert "unit=persons" in result.observed and "time_period=2020" in result.observed
    assert result.message_zh == "指标与单位同指标目录一致：有 1 处不符。"
    assert result.message_en == "Indicator and unit are those of the registry: 1 exception."


def test_a_warning_stays_a_warning(mart: Path) -> None:
    alter(mart, FAULTS["observations"]["unit_guard"])
    (result,) = check(mart, "observations", "unit_guard")
    assert (result.severity, result.status) == ("warning", "failed")


def test_a_check_that_cannot_be_made_is_an_error_and_not_bad_data(mart: Path) -> None:
    alter(mart, "alter table targets drop column tolerance")
    by_id = {r.check_id: r for r in check(mart, "targets")}
    broken = by_id["targets_tolerance_not_negative"]
    assert (broken.status, broken.unexpected_count) == ("errored", 0)
    assert "tolerance" in broken.observed
    assert by_id["targets_indicator_known"].status == "passed"


def test_a_table_that_is_absent_makes_all_its_checks_errors(mart: Path) -> None:
    alter(mart, "drop table figures")
    assert {r.status for r in check(mart, "figures")} == {"errored"}


def test_parquet_beside_the_mart_is_checked_like_a_table(mart: Path, tmp_path: Path) -> None:
    staged = tmp_path / "it's staged.parquet"
    with duckdb.connect(str(mart)) as connection:
        connection.table("figures").write_parquet(str(staged))
        connection.execute("drop table figures")

    def suites() -> list[Any]:
        from expectations import figures

        return [figures.suite()]

    assert {r.status for r in validate(mart, suites, {"figures": [staged]})} == {"passed"}


def test_the_mart_can_be_written_right_after_the_checks(mart: Path) -> None:
    check(mart, "targets")
    alter(mart, "create table checks as select 1 as check_id")


def test_nothing_is_looked_up_on_a_network(mart: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *names, **_: asked.append(names))
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: asked.append(address))
    check(mart, "targets")
    assert (asked, os.environ["GX_ANALYTICS_ENABLED"]) == ([], "false")


def test_nothing_is_printed(mart: Path, capfd: pytest.CaptureFixture[str]) -> None:
    check(mart)
    assert capfd.readouterr() == ("", "")
