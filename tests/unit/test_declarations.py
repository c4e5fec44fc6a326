"""Declarations that do not hold: every problem at once, by name. The real ones load."""

import shutil
from pathlib import Path

import pytest

from ipmon.declarations import load
from ipmon.errors import DeclarationError
from ipmon.paths import CHECKOUT

WORDS = "title: {zh: 甲, en: A}\n  definition: {zh: 甲。, en: A.}\n  unit: items\n  nature: flow\n  freq: A\n  direction: none\n"


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """A copy of all declarations, to be broken."""
    return Path(shutil.copytree(CHECKOUT / "assets", tmp_path / "assets", ignore=shutil.ignore_patterns("*.py", "__pycache__")))


def problems(assets: Path) -> list[str]:
    with pytest.raises(DeclarationError) as raised:
        load(assets)
    assert raised.value.exit_code == 2
    return raised.value.problems


def add(path: Path, text: str) -> None:
    path.write_text((path.read_text("utf-8") if path.exists() else "") + text, "utf-8")


def test_the_real_declarations_load() -> None:
    declared = load(CHECKOUT / "assets")
    assert len(declared.registry.indicators) > 200
    assert len(declared.items) == 104
    assert {t.indicator_id for t in declared.targets} <= declared.registry.indicators.keys()
    assert all(claimants for claimants in declared.registry.claims.values())


def test_all_problems_of_all_files_are_told_at_once(assets: Path) -> None:
    add(
        assets / "indicators" / "planted.yaml",
        f"""
no_english:
  {WORDS.replace(", en: A}", "}", 1)}
unknown_key:
  {WORDS}  colour: red
unknown_unit:
  {WORDS.replace("unit: items", "unit: bushels")}
unknown_display:
  {WORDS.replace("unit: items", "unit: percent")}  display: e8
unknown_input:
  {WORDS}  growth: {{of: nowhere}}
two_ways:
  {WORDS}  growth: {{of: gdp_current}}
  change: {{of: gdp_current}}
unknown_row:
  {WORDS}  guideline: [N999]
round_one:
  {WORDS}  sum: {{of: [round_two, gdp_current]}}
round_two:
  {WORDS}  growth: {{of: round_one}}
second_claim:
  {WORDS.replace("unit: items", "unit: CNY")}  series: [pledge_amount]
Bad-Id:
  {WORDS}
""",
    )
    add(assets / "identities" / "planted.yaml", "unknown_parts:\n  kind: series\n  title: {zh: 甲, en: A}\n  source: x\n")
    add(assets / "identities" / "planted.yaml", "  indicators: [gdp_current]\n  parts: [nothing_here, gdp_current]\n")
    add(assets / "dimensions" / "labels" / "planted.csv", "label,series,ref_area,ip_type,owner_kind,industry,technology,")
    add(assets / "dimensions" / "labels" / "planted.csv", "counterpart_area,stage,variant,exclude,note\n火星,,CN-XX,,,,,,,,,\n")
    add(
        assets / "dimensions" / "breaks.yaml",
        "\n- {id: b, indicators: [no_such], from: 2020-01-01, note: {zh: 甲, en: A}, source: x}\n",
    )
    add(assets / "dimensions" / "corrections.yaml", "\n- id: c\n  match: {series: no_such, colour: red}\n  action: note\n")
    add(assets / "dimensions" / "corrections.yaml", "  reason: {zh: 甲, en: A}\n  provider: x\n")
    add(assets / "marts" / "fields.yaml", "\nplanted: [TEXT, 文字, words]\n")
    add(assets / "marts" / "lonely.sql", "select 1")

    told = problems(assets)
    expected = [
        "planted.yaml: 'Bad-Id' is no id",
        "indicators/planted.yaml: no_english: title.en: Field required",
        "indicators/planted.yaml: unknown_key: colour: Extra inputs are not permitted (found: 'red')",
        "indicators/planted.yaml: unknown_unit: unknown unit 'bushels'",
        "indicators/planted.yaml: unknown_display: unit 'percent' has no display 'e8'",
        "indicators/planted.yaml: unknown_input: unknown input 'nowhere'",
        "indicators/planted.yaml: two_ways: entry: Value error, declare one of growth and change",
        "indicators/planted.yaml: unknown_row: unknown guideline row 'N999'",
        "indicators: indicators derive from each other in a circle: round_",
        "indicators: series 'pledge_amount' is claimed by second_claim, pledge_amount, and their units can be printed alike",
        "identities: unknown_parts: unknown indicator 'nothing_here'",
        "labels: unknown code 'CN-XX' of ref_area (label '火星')",
        "breaks.yaml: b: unknown indicator 'no_such'",
        "corrections.yaml: entry ",
        "marts/fields.yaml: planted: write [type, zh, en] with a type of VARCHAR",
        "marts/lonely: needs both a title in views.yaml and a .sql file",
    ]
    missing = [e for e in expected if not any(p.startswith(e) for p in told)]
    assert missing == []
    assert len(told) == len(expected)


UNREADABLE = [
    ("indicators/planted_a.yaml", "- a\n- b\n", "planted_a.yaml: holds no entries"),
    ("indicators/planted_b.yaml", "a: [1\n", "planted_b.yaml: while parsing"),
    ("indicators/planted_c.yaml", "gdp_current:\n  unit: CNY\n", "is declared twice (also in macro.yaml)"),
    ("indicators/planted_d.yaml", "ab: 7\n", "indicators/planted_d.yaml: ab: entry: Input should be"),
    ("indicators/planted_e.yaml", "ab: {}\nab: {}\n", "planted_e.yaml: key(s) written twice: ab"),
    ("dimensions/breaks.yaml", "\na: b\n", "breaks.yaml: while parsing"),
    ("dimensions/readings.yaml", "\n- {set: {stage: last}, reason: x}\n", "set.stage: Input should be 'preliminary'"),
    ("dimensions/labels/planted.csv", "label,series\n火星,x\n", "labels/planted.csv: entry 1: ref_area: Field required"),
    ("dimensions/areas.csv", "CN-ZZ,province,CN,false,北京,Nowhere,\n", "areas.csv: '北京' means both CN-BJ and CN-ZZ"),
    ("sources/planted.yaml", "x: !!python/object/apply:os.system [ls]\n", "planted.yaml: could not determine a constructor"),
    ("identities/planted.yaml", "ab:\n  kind: sorcery\n", "identities/planted.yaml: ab: kind: Input should be 'codes'"),
]


def test_files_that_cannot_be_read_are_named(assets: Path) -> None:
    for file, text, _ in UNREADABLE:
        add(assets / file, text)
    found = problems(assets)
    assert [told for _, _, told in UNREADABLE if not any(told in problem for problem in found)] == []


def test_a_missing_file_is_named(assets: Path) -> None:
    (assets / "dimensions" / "areas.csv").unlink()
    (assets / "dimensions" / "units.yaml").unlink()
    told = problems(assets)
    assert any(p.startswith("areas.csv: [Errno 2]") for p in told)
    assert any(p.startswith("units.yaml: [Errno 2]") for p in told)


def test_an_implied_value_is_not_held_more_closely_than_what_it_revises(assets: Path) -> None:
    path = assets / "indicators" / "industries.yaml"
    text = path.read_text("utf-8")
    closed = text.replace("pii_share_of_gdp_implied_previous:\n", "pii_share_of_gdp_implied_previous:\n  grade: internal\n")
    assert closed != text
    path.write_text(closed, "utf-8")
    (told,) = problems(assets)
    assert told.endswith("is held more closely than its level 'pii_share_of_gdp'; grade that likewise")
