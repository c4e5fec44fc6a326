"""Contracts: every declaration holds, and every way in which a row file can break one has its code, place and remedy."""

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import HEADER, ROW, Door

from ipmon.contracts import SourceContract, load_contracts
from ipmon.errors import Rejected
from ipmon.paths import CHECKOUT

SOURCES = CHECKOUT / "assets" / "sources"
Write = Callable[..., Path]
OTHER = ROW.replace("2023,annual,8539.9", "2022,annual,4868.8")


def rejected(door: Door, file: Path, source: str = "pledge_financing") -> Rejected:
    with pytest.raises(Rejected) as caught:
        door.take(file, source, "2026-11")
    return caught.value


def test_every_source_has_a_contract_named_after_it(contracts: dict[str, SourceContract]) -> None:
    assert set(contracts) == {path.stem for path in SOURCES.glob("*.yaml")}
    assert len([c for c in contracts.values() if c.format.layout == "rows"]) == 23
    assert all(c.grade == "public" for c in contracts.values())


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("cadence: irregular", "cadence: sometimes"), "sample.yaml: cadence: Input should be"),
        (("grade: public", "grade: public\ncolour: red"), "sample.yaml: colour: Extra inputs are not permitted (found: 'red')"),
        (("en: CNIPA", "fr: CNIPA"), "sample.yaml: publisher.en: Field required"),
        (("format: figures", "format: paper"), "sample.yaml: format: must name one of formats/: figures, office_table"),
        (("format: figures", "format: office_table"), "sample.yaml: columns: an office table needs at least one"),
        (("grade: public", "grade: public\ngrade: secret"), "sample.yaml: key(s) written twice: grade"),
        (("grade: public", "grade: public\ncompared_with: [nowhere]"), "sample.yaml: compared_with.0:"),
    ],
)
def test_a_broken_contract_is_named_with_its_key(tmp_path: Path, change: tuple[str, str], problem: str) -> None:
    (tmp_path / "formats").mkdir()
    for path in (SOURCES / "formats").glob("*.yaml"):
        (tmp_path / "formats" / path.name).write_text(path.read_text("utf-8"), "utf-8")
    (tmp_path / "sample.yaml").write_text((SOURCES / "pledge_financing.yaml").read_text("utf-8").replace(*change), "utf-8")
    problems: list[str] = []
    load_contracts(tmp_path, problems)
    assert any(problem in found for found in problems), problems


def test_growth_of_and_totals_must_name_what_exists(tmp_path: Path) -> None:
    (tmp_path / "formats").mkdir()
    for path in (SOURCES / "formats").glob("*.yaml"):
        (tmp_path / "formats" / path.name).write_text(path.read_text("utf-8"), "utf-8")
    text = (SOURCES / "cnipa_pct_received_monthly.yaml").read_text("utf-8")
    text = text.replace("of_rows: [国内小计, 国外小计]", "of_rows: [国内小计, 港澳台]", 1)
    (tmp_path / "sample.yaml").write_text(
        text.replace("period_kind: monthly\n", "period_kind: monthly\n    growth_of: 上月\n"), "utf-8"
    )
    problems: list[str] = []
    load_contracts(tmp_path, problems)
    assert problems == [
        "sources/sample.yaml: growth_of: no column has the header '上月'",
        "sources/sample.yaml: totals: of_rows: '港澳台' is no total row",
    ]


def test_rows_are_staged_as_text_with_their_lines(door: Door, figures: Write) -> None:
    receipt = door.take(figures(ROW, OTHER.replace("4868.8", "超过4868")), "pledge_financing", "2026-11")
    assert (receipt.outcome, receipt.delivery.rows, receipt.delivery.encoding) == ("accepted", 2, "utf-8")
    rows = door.rows().to_dicts()
    assert [(r["locator"], r["period"], r["value"], r["unit"]) for r in rows] == [
        ("line 2", "2023", "8539.9", "亿元"),
        ("line 3", "2022", "超过4868", "亿元"),
    ]
    assert {r["source_id"] for r in rows} == {"pledge_financing"}
    assert {r["delivery_id"] for r in rows} == {receipt.delivery.delivery_id}


def test_columns_may_stand_in_any_order(door: Door, figures: Write) -> None:
    header, row = (",".join(reversed(line.split(","))) for line in (HEADER, ROW))
    door.take(figures(row, header=header), "pledge_financing", "2026-11")
    assert door.rows().select("series_id", "value", "published_on").rows() == [("pledge_amount", "8539.9", "2024-01-16")]


def test_a_new_column_is_taken_note_of_and_not_loaded(door: Door, figures: Write) -> None:
    receipt = door.take(figures(ROW + ",x", header=HEADER + ",reviewer"), "pledge_financing", "2026-11")
    assert receipt.delivery.extra_columns == ("reviewer",)
    assert "reviewer" not in door.rows().columns


def test_a_renamed_column_is_refused_with_what_was_found_and_the_remedy(door: Door, figures: Write) -> None:
    found = rejected(door, figures(ROW, header=HEADER.replace("value", "amount")))
    assert found.code == "SCHEMA"
    assert "column(s) value missing (found: series_id, name_zh" in found.reason
    assert "add an alias in assets/sources/pledge_financing.yaml" in found.reason


def test_an_alias_mends_a_renamed_column(door: Door, figures: Write) -> None:
    contract = door.contracts["pledge_financing"].model_copy(update={"aliases": {"amount": "value"}})
    other = Door(door.root, {"pledge_financing": contract}, door.dimensions)
    other.take(figures(ROW, header=HEADER.replace("value", "amount")), "pledge_financing", "2026-11")
    assert other.rows()["value"].to_list() == ["8539.9"]


@pytest.mark.parametrize(
    ("old", "new", "code", "where", "told"),
    [
        (
            ",annual,",
            ",yearly,",
            "UNKNOWN_CODE",
            "line 2",
            "column period_kind must be one of the contract's 6 codes: line 2 'yearly'",
        ),
        (",official,", ",good,", "UNKNOWN_CODE", "line 2", "column quality"),
        ("亿元", "亿块", "UNKNOWN_CODE", "line 2", "column unit"),
        (",,,2023", ",CN-QQ,,2023", "UNKNOWN_CODE", "line 2", "column ref_area"),
        (",2023,", ",2023-13,", "UNKNOWN_CODE", "line 2", "column period"),
        ("pledge_amount", "Pledge Amount", "UNKNOWN_CODE", "line 2", "column series_id"),
        ("8539.9", "", "BAD_VALUE", "line 2", "column value"),
        ("8539.9", "=SUM(A1)", "BAD_VALUE", "line 2", "column value"),
        ("8539.9", "see note", "BAD_VALUE", "line 2", "column value"),
        ("2024-01-16", "16.1.2024", "BAD_VALUE", "line 2", "column published_on"),
        ("国家知识产权局,", ",", "BAD_VALUE", "line 2", "column publisher"),
        ("发布会,,", "发布会,www,", "BAD_VALUE", "line 2", "column source_url"),
        ("official,", "official", "RAGGED", "line 2", "line 2 has 14 fields, the header has 15"),
        ("official,", "official,a,b", "RAGGED", "line 2", "line 2 has 16 fields"),
    ],
)
def test_a_cell_outside_the_contract_is_refused_with_its_line(
    door: Door, figures: Write, old: str, new: str, code: str, where: str, told: str
) -> None:
    assert old in ROW
    found = rejected(door, figures(ROW.replace(old, new, 1), OTHER))
    assert found.code == code
    assert told in found.reason
    assert where in found.reason


@pytest.mark.parametrize(
    "value", ["-5.2", "1,234.5", "7个月2天", "97%以上", "超过8000", "近3.3", "9000余", "上万", "八成以上", "—", "12.3%"]
)
def test_printed_numbers_wordings_and_missing_signs_are_values(door: Door, figures: Write, value: str) -> None:
    door.take(figures(ROW.replace("8539.9", f'"{value}"')), "pledge_financing", "2026-11")
    assert door.rows()["value"].to_list() == [value]


def test_many_bad_cells_make_one_sentence(door: Door, figures: Write) -> None:
    rows = [ROW.replace("2023,annual", f"{year},yearly") for year in range(2010, 2020)]
    assert "line 2 'yearly', line 3 'yearly', line 4 'yearly' and 7 more" in rejected(door, figures(*rows)).reason


def test_a_repeated_key_is_refused_with_both_lines(door: Door, figures: Write) -> None:
    found = rejected(door, figures(ROW, OTHER, ROW.replace("8539.9", "8540")))
    assert found.code == "DUPLICATE"
    assert "line 4 repeats the key of line 2" in found.reason


def test_a_column_named_twice_is_refused(door: Door, figures: Write) -> None:
    assert "'note' twice" in rejected(door, figures(ROW + ",", header=HEADER + ",note")).reason


@pytest.mark.parametrize(("last", "code"), [("#END,2", None), ("#END", None), ("#END,3", "TRUNCATED"), (None, "TRUNCATED")])
def test_an_end_marker_guards_the_number_of_rows(door: Door, figures: Write, last: str | None, code: str | None) -> None:
    contract = door.contracts["pledge_financing"]
    layout = contract.format.model_copy(update={"control": contract.format.control.model_copy(update={"end_marker": "#END"})})
    guarded = Door(door.root, {"pledge_financing": contract.model_copy(update={"format": layout})}, door.dimensions)
    file = figures(ROW, OTHER, *([last] if last else []))
    if code:
        assert rejected(guarded, file).code == code
    else:
        assert guarded.take(file, "pledge_financing", "2026-11").delivery.rows == 2


def test_row_limit_of_the_contract_holds(door: Door, figures: Write) -> None:
    contract = door.contracts["pledge_financing"]
    layout = contract.format.model_copy(update={"limits": contract.format.limits.model_copy(update={"rows": 2})})
    small = Door(door.root, {"pledge_financing": contract.model_copy(update={"format": layout})}, door.dimensions)
    assert rejected(small, figures(ROW, OTHER)).code == "TOO_BIG"
