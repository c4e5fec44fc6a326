"""The suites of facts see planted faults, read fact files by month, and hold what the registers' contracts say."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ipmon.gx_duckdb import CheckResult, validate
from ipmon.registers.contract import Register, load_registers
from ipmon.registers.facts import fact_schema

REGISTERS = load_registers(Path(__file__).resolve().parents[2] / "assets" / "registers", [])
BY_FACT = {register.facts: register for register in REGISTERS.values()}
SIDES = {"month": "2024-09", "ref_area": "CN-BJ", "counterpart_area": "DOM-ML"}
APPROVAL = {
    "event": "approved", "event_date": "2024-09-03", "id": "P1", "level": "national", "area": "CN-BJ",
    "approved_on": "2024-09-03",
}  # fmt: skip
ROWS: dict[str, dict[str, str]] = {
    "patent_events": {
        "event": "granted", "event_date": "2024-09-20", "application_no": "202110123456X", "ip_type": "invention",
        "filing_date": "2021-09-01", "exam_request_date": "2021-10-01", "exam_start_date": "2022-01-05",
        "first_action_date": "2023-03-01", "disposal": "granted", "disposal_date": "2024-08-30", "grant_date": "2024-09-20",
        "applicant_id": "A1", "applicant_kind": "universities", "applicant_area": "CN-BJ", "ipc_main": "G06N3/08",
        "ipc_all": "G06N3/08", "fast_track": "false", "abnormal": "false", "owner_kind": "universities", "technology": "ipc_g",
    },
    "trademark_events": {
        "event": "registered", "event_date": "2024-09-07", "application_no": "T1", "filing_date": "2024-02-01",
        "decision": "registered", "decision_date": "2024-06-01", "registration_date": "2024-09-07", "nice_classes": "9;35",
        "applicant_id": "A1", "applicant_area": "CN-BJ",
    },
    "patent_transactions": {
        "record_no": "R1", "kind": "licence", "record_date": "2024-09-12", "patent_no": "202110123456X", "from_id": "A1",
        "from_kind": "universities", "to_id": "B1", "to_kind": "enterprises", "area": "CN-BJ", "amount_cny": "350000",
    },
    "inventory": {
        "patent_no": "202110123456X", "snapshot": "2024-09", "ip_type": "invention", "institution_id": "A1",
        "institution_kind": "hospitals", "area": "CN-BJ", "inventoried_on": "2024-05-01", "self_grade": "good",
        "firm_grade": "none", "in_library": "true", "firms_matched": "2", "converted_on": "2024-08-01",
    },
    "pledges": {
        "registration_no": "G1", "right_kind": "patent", "registered_on": "2024-09-02", "released_on": "2024-09-28",
        "amount_cny": "5000000", "pledgor_id": "B1", "enterprise_size": "small", "area": "CN-BJ",
    },
    "industry_accounts": {
        "month": "2024", "year": "2024", "industry": "3911", "vintage": "first", "group": "ict_manufacturing",
        "value_added": "1000", "gdp": "9000", "employment": "70",
    },
    "product_events": APPROVAL | {"kind": "registered", "output_cny": "100"},
    "enterprise_events": APPROVAL | {"output_cny": "100"},
    "network_events": APPROVAL | {"kind": "tisc"},
}  # fmt: skip
ANY_FACT = {
    "key_unique": "insert into {table} from {table}",
    "technology_form": "update {table} set technology = 'G06N'",
    "ref_area_form": "update {table} set ref_area = 'CN-4403'",
    "counterpart_area_known": "update {table} set counterpart_area = 'US'",
    "dated_in_month": "update {table} set month = '2024-08'",
}
ONCE = {"key_in_one_month": "insert into {table} select * replace ('2024-08' as month) from {table}"}
EVENTS = ONCE | {
    "event_known": "update {table} set event = 'lost'",
    "event_dated": "update {table} set event_date = event_date + 1",
}
APPROVALS = EVENTS | {
    "required_filled": "update {table} set area = null",
    "level_known": "update {table} set level = 'county'",
    "dates_ordered": "update {table} set ended_on = date '2024-09-02'",
}
OUTPUTS = APPROVALS | {"amounts_positive": "update {table} set output_cny = 0"}
FAULTS: dict[str, dict[str, str]] = {
    "patent_events": EVENTS | {
        "required_filled": "update {table} set applicant_id = ' '",
        "ip_type_known": "update {table} set ip_type = 'secret'",
        "disposal_known": "update {table} set disposal = 'lost'",
        "end_reason_known": "update {table} set end_reason = 'lost', end_date = date '2025-01-01'",
        "applicant_kind_known": "update {table} set applicant_kind = 'firms'",
        "dates_ordered": "update {table} set exam_start_date = date '2021-09-15'",
        "filled_together": "update {table} set disposal = null",
    },
    "trademark_events": EVENTS | {
        "required_filled": "update {table} set nice_classes = ''",
        "decision_known": "update {table} set decision = 'maybe'",
        "dates_ordered": "update {table} set decision_date = date '2024-01-31'",
        "filled_together": "update {table} set decision_date = null",
    },
    "patent_transactions": ONCE | {
        "required_filled": "update {table} set patent_no = null",
        "kind_known": "update {table} set kind = 'gift'",
        "from_kind_known": "update {table} set from_kind = 'firms'",
        "to_kind_known": "update {table} set to_kind = 'firms'",
        "filled_together": "update {table} set to_id = null",
        "amounts_positive": "update {table} set amount_cny = -1",
    },
    "inventory": {
        "required_filled": "update {table} set in_library = null",
        "ip_type_known": "update {table} set ip_type = 'secret'",
        "institution_kind_known": "update {table} set institution_kind = 'schools'",
        "self_grade_known": "update {table} set self_grade = 'fine'",
        "firm_grade_known": "update {table} set firm_grade = 'fine'",
        "dates_ordered": "update {table} set converted_on = date '2024-04-30'",
        "amounts_positive": "update {table} set firms_matched = -1",
    },
    "pledges": ONCE | {
        "required_filled": "update {table} set pledgor_id = null",
        "right_kind_known": "update {table} set right_kind = 'copyright'",
        "enterprise_size_known": "update {table} set enterprise_size = 'huge'",
        "dates_ordered": "update {table} set released_on = date '2024-09-01'",
        "amounts_positive": "update {table} set amount_cny = 0",
    },
    "industry_accounts": {
        "required_filled": "update {table} set value_added = null",
        "vintage_known": "update {table} set vintage = 'last'",
        "group_known": "update {table} set \"group\" = 'films'",
        "amounts_positive": "update {table} set employment = -1",
    },
    "product_events": OUTPUTS | {"kind_known": "update {table} set kind = 'best'"},
    "enterprise_events": OUTPUTS,
    "network_events": APPROVALS,
}  # fmt: skip
PLANTED = [(table, rule) for table, faults in FAULTS.items() for rule in (ANY_FACT | faults)]


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One good row a fact table, in the columns that the registers' contracts give the facts."""
    path = tmp_path_factory.mktemp("facts") / "facts.duckdb"
    with duckdb.connect(str(path)) as connection:
        for fact, register in BY_FACT.items():
            columns = [f'"{name}" {type_}' for name, type_ in fact_schema(register).items()]
            connection.execute(f"create table {fact} ({', '.join(columns)})")
            row = ROWS[fact] if fact == "industry_accounts" else SIDES | ROWS[fact]
            names, values = ", ".join(f'"{name}"' for name in row), ", ".join(f"'{value}'" for value in row.values())
            connection.execute(f"insert into {fact} ({names}) values ({values})")
    return path


@pytest.fixture
def facts(clean: Path, tmp_path: Path) -> Iterator[Path]:
    copy = tmp_path / "facts.duckdb"
    copy.write_bytes(clean.read_bytes())
    yield copy


def check(path: Path, table: str = "", rule: str = "", beside: dict[str, list[Path]] | None = None) -> list[CheckResult]:
    """All checks, those of one fact table, or one check alone."""

    def suites() -> list[Any]:
        from expectations.facts import fact_suites

        chosen: list[Any] = [suite for suite in fact_suites() if table in ("", suite.name)]
        for suite in chosen:
            suite.expectations = [e for e in suite.expectations if rule in ("", e.meta["id"])]
        return chosen

    return validate(path, suites, beside)


def alter(path: Path, sql: str) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute(sql)


def test_good_facts_pass_every_check(clean: Path) -> None:
    results = check(clean)
    assert [r for r in results if r.status != "passed"] == []
    assert {r.check_id for r in results} == {f"{table}_{rule}" for table, rule in PLANTED}


def test_a_month_without_any_row_passes(facts: Path) -> None:
    """An office delivers `#END,0` where nothing happened: that is a fact, and must hold up no release."""
    for table in BY_FACT:
        alter(facts, f"delete from {table}")
    assert [r for r in check(facts) if r.status != "passed"] == []


def test_every_fact_table_has_its_suite() -> None:
    from expectations.facts import FACTS

    assert sorted(fact.name for fact in FACTS) == sorted(BY_FACT)


@pytest.mark.parametrize(("table", "rule"), PLANTED)
def test_a_planted_fault_is_reported_by_its_rule(facts: Path, table: str, rule: str) -> None:
    alter(facts, (ANY_FACT | FAULTS[table])[rule].format(table=table))
    (result,) = check(facts, table, rule)
    assert (result.check_id, result.status, result.unexpected_count >= 1) == (f"{table}_{rule}", "failed", True)


def test_a_failure_names_the_row_and_not_all_of_it(facts: Path) -> None:
    alter(facts, FAULTS["patent_events"]["dates_ordered"].format(table="patent_events"))
    (result,) = check(facts, "patent_events", "dates_ordered")
    assert result.severity == "error"
    assert result.observed == "month=2024-09, event=granted, event_date=2024-09-20, application_no=202110123456X"
    assert result.message_en == "Dates are in order: 1 exception."


def test_a_key_in_two_months_is_a_warning(facts: Path) -> None:
    alter(facts, ONCE["key_in_one_month"].format(table="pledges"))
    (result,) = check(facts, "pledges", "key_in_one_month")
    assert (result.severity, result.observed) == ("warning", "registration_no=G1, first=2024-08, last=2024-09")


def test_fact_files_by_month_are_one_table(clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "facts" / "pledges"
    folder.mkdir(parents=True)
    with duckdb.connect(str(clean), read_only=True) as connection:
        for month in ("2024-08", "2024-09"):
            moved = f"select * replace ('{month}' as month, date '{month}-02' as registered_on) from pledges"
            connection.sql(moved).write_parquet(str(folder / f"{month}.parquet"))
    empty = tmp_path / "empty.duckdb"
    duckdb.connect(str(empty)).close()
    results = {r.check_id: r for r in check(empty, "pledges", beside={"pledges": sorted(folder.glob("*.parquet"))})}
    assert results.pop("pledges_key_in_one_month").observed == "registration_no=G1, first=2024-08, last=2024-09"
    assert {r.status for r in results.values()} == {"passed"}


@pytest.mark.parametrize("register", BY_FACT.values(), ids=BY_FACT)
def test_suites_and_contracts_say_the_same(register: Register) -> None:
    from expectations.facts import FACTS

    (fact,) = [f for f in FACTS if f.name == register.facts]
    codes = {name: list(f.codes) for name, f in register.fields.items() if isinstance(f.codes, dict)}
    required = {name for name, f in register.fields.items() if f.required}
    assert (fact.key, fact.codes, fact.events) == (
        register.key, {k: codes[k] for k in fact.codes}, {name: e.date for name, e in register.events.items()},
    )  # fmt: skip
    assert {*fact.key, *fact.required} == required
    assert fact.codes.keys() == codes.keys() - ({"kind"} if fact.name == "network_events" else set())
