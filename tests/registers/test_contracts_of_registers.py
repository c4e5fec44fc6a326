"""Registers: every contract is whole, its examples are valid, and each rule tells good rows from bad ones in both engines."""

import csv
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest

from ipmon.paths import CHECKOUT
from ipmon.registers.contract import SQL_TYPES, Register, load_registers
from ipmon.registers.document import document

FOLDER = CHECKOUT / "assets" / "registers"
REGISTERS = load_registers(FOLDER, [])
FIELDS = [(id_, field) for id_, register in REGISTERS.items() for field in register.fields]
RULES = [(id_, rule) for id_, register in REGISTERS.items() for rule in register.rules]
Row = Mapping[str, str]

FILED_2021 = {"filing_date": "2021-02-03"}
CASES: dict[str, dict[str, tuple[Row, Row]]] = {
    "patent_applications": {
        "filed_since_the_law": ({"filing_date": "1985-04-01"}, {"filing_date": "1985-03-31"}),
        "request_not_before_filing": (
            FILED_2021 | {"exam_request_date": "2021-02-03"},
            FILED_2021 | {"exam_request_date": "2021-02-02"},
        ),
        "request_within_three_years": (
            FILED_2021 | {"exam_request_date": "2024-02-03"},
            FILED_2021 | {"exam_request_date": "2024-02-04"},
        ),
        "only_inventions_are_examined": (
            {"ip_type": "utility_model"},
            {"ip_type": "utility_model", "exam_start_date": "2022-01-10"},
        ),
        "start_not_before_request": (
            {"exam_request_date": "2021-08-16", "exam_start_date": "2021-08-16"},
            {"exam_request_date": "2021-08-16", "exam_start_date": "2021-08-15"},
        ),
        "start_not_before_filing": (
            FILED_2021 | {"exam_start_date": "2021-02-03"},
            FILED_2021 | {"exam_start_date": "2021-01-31"},
        ),
        "action_not_before_start": (
            {"exam_start_date": "2022-01-10", "first_action_date": "2022-01-10"},
            {"exam_start_date": "2022-01-10", "first_action_date": "2022-01-09"},
        ),
        "action_not_before_filing": (
            FILED_2021 | {"first_action_date": "2021-02-03"},
            FILED_2021 | {"first_action_date": "2020-12-31"},
        ),
        "disposal_has_its_date": ({"disposal": "refused", "disposal_date": "2023-04-12"}, {"disposal": "refused"}),
        "disposal_not_before_filing": (
            FILED_2021 | {"disposal_date": "2021-02-03"},
            FILED_2021 | {"disposal_date": "2021-02-02"},
        ),
        "disposal_not_before_request": (
            {"exam_request_date": "2021-08-16", "disposal_date": "2021-08-16"},
            {"exam_request_date": "2021-08-16", "disposal_date": "2021-08-15"},
        ),
        "disposal_not_before_start": (
            {"exam_start_date": "2022-01-10", "disposal_date": "2022-01-10"},
            {"exam_start_date": "2022-01-10", "disposal_date": "2022-01-09"},
        ),
        "disposal_not_before_action": (
            {"first_action_date": "2022-10-20", "disposal_date": "2022-10-20"},
            {"first_action_date": "2022-10-20", "disposal_date": "2022-10-19"},
        ),
        "grant_needs_disposal": ({"disposal": "granted", "grant_date": "2023-06-02"}, {"grant_date": "2023-06-02"}),
        "only_refusals_are_reopened": (
            {"disposal": "refused", "reopened": "true"},
            {"disposal": "granted", "reopened": "true"},
        ),
        "grant_not_before_disposal": (
            {"disposal_date": "2023-04-12", "grant_date": "2023-04-12"},
            {"disposal_date": "2023-04-12", "grant_date": "2023-04-11"},
        ),
        "end_needs_grant": ({"grant_date": "2023-06-02", "end_date": "2024-09-03"}, {"end_date": "2024-09-03"}),
        "end_not_before_grant": (
            {"grant_date": "2023-06-02", "end_date": "2023-06-02"},
            {"grant_date": "2023-06-02", "end_date": "2023-06-01"},
        ),
        "end_has_its_reason": ({"end_date": "2024-09-03", "end_reason": "lapsed"}, {"end_reason": "lapsed"}),
        "all_classes_with_the_main": ({"ipc_main": "G06F16/35", "ipc_all": "G06F16/35;G06N3/08"}, {"ipc_all": "G06F16/35"}),
        "designs_have_no_ipc": ({"ip_type": "design"}, {"ip_type": "design", "ipc_main": "G06F16/35"}),
    },
    "trademark_applications": {
        "decision_has_its_date": ({"decision": "refused", "decision_date": "2024-08-15"}, {"decision_date": "2024-08-15"}),
        "decision_not_before_filing": (
            {"filing_date": "2024-04-18", "decision_date": "2024-04-18"},
            {"filing_date": "2024-04-18", "decision_date": "2024-04-17"},
        ),
        "registration_needs_decision": (
            {"decision": "partly_refused", "registration_date": "2024-09-21"},
            {"decision": "refused", "registration_date": "2024-09-21"},
        ),
        "registration_not_before_decision": (
            {"decision_date": "2024-08-15", "registration_date": "2024-08-15"},
            {"decision_date": "2024-08-15", "registration_date": "2024-08-14"},
        ),
        "end_needs_registration": ({"registration_date": "2014-09-21", "end_date": "2024-09-20"}, {"end_date": "2024-09-20"}),
        "end_not_before_registration": (
            {"registration_date": "2024-09-21", "end_date": "2024-09-21"},
            {"registration_date": "2024-09-21", "end_date": "2024-09-20"},
        ),
    },
    "patent_transactions": {
        "amount_positive": ({"amount_cny": "0.01"}, {"amount_cny": "0.00"}),
        "taker_named": ({"kind": "open_licence"}, {"kind": "licence"}),
        "taker_has_its_kind": ({"to_id": "B", "to_kind": "enterprises"}, {"to_id": "B"}),
        "two_parties": ({"from_id": "A", "to_id": "B"}, {"from_id": "A", "to_id": "A"}),
    },
    "university_inventory": {
        "inventoried_by_the_snapshot": (
            {"snapshot": "2024-09", "inventoried_on": "2024-09-30"},
            {"snapshot": "2024-09", "inventoried_on": "2024-10-01"},
        ),
        "converted_by_the_snapshot": (
            {"snapshot": "2023-12", "converted_on": "2023-12-31"},
            {"snapshot": "2023-12", "converted_on": "2024-01-01"},
        ),
        "grade_needs_inventory": ({"inventoried_on": "2024-06-20", "self_grade": "good"}, {"self_grade": "good"}),
        "library_needs_inventory": ({"in_library": "0"}, {"in_library": "1"}),
        "conversion_not_before_inventory": (
            {"inventoried_on": "2024-06-20", "converted_on": "2024-06-20"},
            {"inventoried_on": "2024-06-20", "converted_on": "2024-06-19"},
        ),
    },
    "pledge_registrations": {
        "amount_positive": ({"amount_cny": "5000000.00"}, {"amount_cny": "-5000000.00"}),
        "release_not_before_registration": (
            {"registered_on": "2024-09-05", "released_on": "2024-09-05"},
            {"registered_on": "2024-09-05", "released_on": "2024-09-04"},
        ),
    },
    "industry_accounts": {
        "gdp_positive": ({"gdp": "134908400000000.00"}, {"gdp": "0"}),
        "part_of_gdp": ({"value_added": "17", "gdp": "17"}, {"value_added": "17.01", "gdp": "17"}),
    },
    **{
        id_: {
            "end_not_before_approval": (
                {"approved_on": "2024-09-10", "ended_on": "2024-09-10"},
                {"approved_on": "2024-09-10", "ended_on": "2024-09-09"},
            ),
            **({} if id_ == "service_network" else {"output_positive": ({"output_cny": "1"}, {"output_cny": "0"})}),
        }
        for id_ in ("patent_products", "model_enterprises", "service_network")
    },
}


def answers(register: Register, holds: str, *rows: Row) -> tuple[list[bool | None], list[bool | None]]:
    """What DuckDB and Polars say of typed rows; fields that a row leaves out are empty."""

    def typed(row: Row) -> str:
        values = (f"'{row[id_]}'" if row.get(id_) else "null" for id_ in register.fields)
        types = (SQL_TYPES[field.kind] for field in register.fields.values())
        columns = zip(values, types, register.fields, strict=True)
        return "select " + ", ".join(f'cast({value} as {type_}) as "{id_}"' for value, type_, id_ in columns)

    with duckdb.connect() as engine:
        engine.execute("create table t as " + " union all ".join(map(typed, rows)))
        frame = engine.sql("select * from t").pl()
        ours = [ok for (ok,) in engine.execute(f"select ({holds}) as ok from t").fetchall()]
    return ours, pl.SQLContext(t=frame).execute(f"select ({holds}) as ok from t").collect()["ok"].to_list()


def test_the_nine_registers_load_without_a_problem() -> None:
    problems: list[str] = []
    assert set(load_registers(FOLDER, problems)) == {
        *("patent_applications", "trademark_applications", "patent_transactions", "university_inventory", "pledge_registrations"),
        *("industry_accounts", "patent_products", "model_enterprises", "service_network"),
    }
    assert problems == []


def test_every_rule_has_a_case() -> None:
    assert {(id_, rule) for id_, cases in CASES.items() for rule in cases} == set(RULES)


@pytest.mark.parametrize(("id_", "rule"), RULES)
def test_a_rule_tells_good_from_bad_in_both_engines_and_lets_empty_fields_pass(id_: str, rule: str) -> None:
    good, bad = CASES[id_][rule]
    for told in answers(REGISTERS[id_], REGISTERS[id_].rules[rule].holds, good, bad, {}):
        assert [ok is not False for ok in told] == [True, False, True]


@pytest.mark.parametrize(("reopened", "may_be"), [("true", True), ("false", False), ("", False)])
def test_a_refused_case_is_granted_only_after_reexamination(reopened: str, may_be: bool) -> None:
    register = REGISTERS["patent_applications"]
    row = {"disposal": "refused", "grant_date": "2024-05-07", "reopened": reopened}
    assert answers(register, register.rules["grant_needs_disposal"].holds, row) == ([may_be], [may_be])


@pytest.mark.parametrize(
    ("filed", "requested", "in_time"),
    [
        ("2020-02-29", "2023-02-28", True),
        ("2020-02-29", "2023-03-01", False),
        ("2021-01-31", "2023-12-31", True),
        ("2021-12-01", "2024-12-01", True),
        ("2021-12-01", "2024-12-02", False),
        ("2021-01-31", "2024-02-01", False),
        ("2021-12-31", "2024-01-01", True),
        ("2020-03-01", "2023-03-01", True),
        ("2020-03-01", "2023-03-02", False),
    ],
)
def test_three_years_are_counted_by_the_calendar(filed: str, requested: str, in_time: bool) -> None:
    register = REGISTERS["patent_applications"]
    row = {"filing_date": filed, "exam_request_date": requested}
    for told in answers(register, register.rules["request_within_three_years"].holds, row):
        assert [ok is not False for ok in told] == [in_time]


@pytest.mark.parametrize("id_", REGISTERS)
def test_the_example_row_keeps_every_rule_and_has_an_event_in_its_month(id_: str) -> None:
    register = REGISTERS[id_]
    row = {name: field.example for name, field in register.fields.items()}
    for rule in register.rules.values():
        assert all(ok is not False for told in answers(register, rule.holds, row) for ok in told), rule.holds
    dates = [row[event.date][:7] for event in register.events.values()] or [row[register.dated_by or ""][:7]]
    assert "2024-09" in dates or dates == ["2024"]


@pytest.mark.parametrize(("id_", "name"), FIELDS)
def test_an_example_is_valid_under_its_own_field(id_: str, name: str) -> None:
    field, missing = REGISTERS[id_].fields[name], REGISTERS[id_].missing
    assert field.example not in [sign for sign in missing if sign]
    assert field.example or not field.required
    if field.example:
        checks = {"date": date.fromisoformat, "integer": int, "amount": Decimal, "year": int}
        checks.get(field.kind, str)(field.example)  # type: ignore[operator]
        assert field.minimum is None or int(field.example) >= field.minimum
        assert field.kind != "flag" or field.example in {"0", "1"}
        assert field.kind != "month" or re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", field.example)


@pytest.mark.parametrize(("id_", "name"), FIELDS)
def test_an_example_matches_its_codes_and_its_pattern_in_every_engine(id_: str, name: str) -> None:
    field = REGISTERS[id_].fields[name]
    if isinstance(field.codes, dict):
        assert field.example in field.codes and not set(field.codes) & set(REGISTERS[id_].missing)
    if field.codes == "areas":
        with (CHECKOUT / "assets" / "dimensions" / "areas.csv").open(encoding="utf-8") as file:
            assert field.example in {row["code"] for row in csv.DictReader(file)}
    if field.pattern:
        for value, expected in ((field.example, True), (f"{field.example}!", False)):
            assert bool(re.fullmatch(field.pattern, value)) is expected
            assert duckdb.execute("select regexp_full_match(?, ?)", [value, field.pattern]).fetchall() == [(expected,)]
            assert pl.Series([value]).str.contains(f"^(?:{field.pattern})$").to_list() == [expected]


@pytest.mark.parametrize(
    ("id_", "name", "good", "bad"),
    [
        (
            "patent_applications",
            "application_no",
            ["202410123456X", "2024101234567", "85100001", "SIM000000123456"],
            ["202410123456.X"],
        ),
        ("patent_applications", "application_no", ["SIM12345678X"], ["", "ABCD123456", "2024 101234567", "20241012345６"]),
        ("patent_applications", "ipc_main", ["A61K", "G06F 16/35", "H04L9/3247"], ["14-03", "I06F16/35", "G06F16"]),
        ("patent_applications", "ipc_all", ["A61K", "G06F16/35; G06N3/08"], ["G06F16/35,G06N3/08", "G06F16/35;"]),
        ("trademark_applications", "nice_classes", ["1", "09;35", "45"], ["0", "46", "9;", "9,35"]),
        ("service_network", "area", ["CN-LN-210200", "CN-BJ", "CN-XJ-XPCC"], ["CN", "DE", "210200"]),
        ("industry_accounts", "industry", ["3911", "C3911", "391"], ["3", "39111", "U3911"]),
    ],
)
def test_patterns_take_what_offices_write_and_nothing_else(id_: str, name: str, good: list[str], bad: list[str]) -> None:
    pattern = REGISTERS[id_].fields[name].pattern or ""
    assert [value for value in good if not re.fullmatch(pattern, value)] == []
    assert [value for value in bad if re.fullmatch(pattern, value)] == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            ("date: grant_date,", "date: granted_on,"),
            "event 'granted' names 'granted_on': no such field. Write one of: application_no",
        ),
        (("holds: filing_date >= date", "holds: filed >= date"), "rule 'filed_since_the_law' names 'filed': no such field"),
        (("field: end_reason", "field: reason"), "rule 'end_has_its_reason' names 'reason': no such field"),
        (("key: [application_no]", "key: [number]"), "key names 'number': no such field"),
        (("owner_kind: applicant_kind", "owner_kind: kind"), "dimension 'owner_kind' names 'kind': no such field"),
        (("date: grant_date,", "date: disposal,"), "event 'granted' is dated by a field that is no date"),
        (("delivers: events", "delivers: rows"), "a register that delivers events declares them, and no other does"),
        (
            ('pattern: "[0-9A-Za-z_-]{1,64}"', "codes: {a: {zh: 甲, en: A}}"),
            "codes are for fields of kind code or list, and this is of kind id",
        ),
        (("due_day: 10", "due_day: 32"), "due_day: Input should be less than or equal to 31"),
    ],
)
def test_a_contract_that_names_what_is_not_there_is_refused(tmp_path: Path, change: tuple[str, str], problem: str) -> None:
    text = (FOLDER / "patent_applications.yaml").read_text("utf-8")
    assert change[0] in text
    (tmp_path / "patent_applications.yaml").write_text(text.replace(*change), "utf-8")
    problems: list[str] = []
    assert load_registers(tmp_path, problems) == {}
    assert problem in problems[0]


def test_a_reference_to_a_register_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "patent_transactions.yaml").write_bytes((FOLDER / "patent_transactions.yaml").read_bytes())
    problems: list[str] = []
    load_registers(tmp_path, problems)
    assert any("no register 'patent_applications' with a field 'application_no'" in problem for problem in problems)


@pytest.mark.parametrize("id_", REGISTERS)
def test_the_page_shows_every_field_code_rule_and_event_of_a_register(id_: str) -> None:
    register, (_, section) = REGISTERS[id_], document(REGISTERS).split(f"\n## {id_}: ")
    section = section.split("\n## ")[0]
    for name, field in register.fields.items():
        assert f"| `{name}` | {field.title.zh} | {field.title.en} | {field.kind} |" in section
        for code, text in (field.codes if isinstance(field.codes, dict) else {}).items():
            assert f"| `{name}` | `{code}` | {text.zh} | {text.en} |" in section
    for title in [rule.title for rule in register.rules.values()] + [event.title for event in register.events.values()]:
        assert f"| {title.zh} | {title.en} |" in section
    assert section.rstrip().endswith("#END,1\n```")
