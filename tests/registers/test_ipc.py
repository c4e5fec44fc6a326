"""Technology themes: rules worked by hand, the hierarchy by dots, and how our themes agree with the official tables."""

import csv
from collections.abc import Iterable
from pathlib import Path

import ibis
import polars as pl
import pytest

from assets.measures.themes import THEMES, theme_inventions
from ipmon.errors import DeclarationError
from ipmon.registers.ipc import (
    Coverage,
    Hierarchy,
    Place,
    Rule,
    Theme,
    coverage,
    load_hierarchy,
    load_official,
    load_themes,
    matches,
    normal,
)

ASSETS = Path(__file__).resolve().parents[2] / "assets"
CASES = [  # (symbols, theme, whether it belongs)
    (["G06N3/08"], "artificial_intelligence", True),
    (["G06N10/20"], "artificial_intelligence", False),
    (["G06N10/20"], "quantum", True),
    (["G06N30/00"], "artificial_intelligence", False),  # begins like G06N3
    (["G06F30/27"], "artificial_intelligence", True),
    (["G06F30/28"], "artificial_intelligence", False),
    (["H04L12/28", "G10L15/22"], "artificial_intelligence", True),
    (["H01L21/02"], "chips", True),
    (["H01L27/146"], "chips", True),
    (["H01L27/32"], "chips", False),  # excluded: organic light-emitting devices
    (["H01L27/32", "H01L27/12"], "chips", True),
    (["C12N15/10"], "gene_technology", True),
    (["C12N1/10"], "gene_technology", False),
    (["B64C27/08"], "aerospace", True),
    (["B63C27/08"], "aerospace", False),
    (["A61J9/00"], "medical_devices", False),  # excluded: feeding bottles
    (["A61J9/00", "A61J1/05"], "medical_devices", True),
    (["A61K31/00"], "medical_devices", False),
    (["C01B32/184"], "new_materials", True),
    (["C01B33/18"], "new_materials", False),
    (["F03D1/06"], "green", True),
    (["F03C1/06"], "green", False),
    (["b01d  53/62(2006.01)"], "green", True),
    ([], "green", False),
]
TREE = Hierarchy({"A01B1/00": ["A01B1/02"], "A01B1/02": ["A01B1/04", "A01B1/14"], "A01B1/04": ["A01B1/05"]})


def rule(ipc: str, scope: str = "subtree", excludes: Iterable[Place] = ()) -> Rule:
    return Rule.model_validate({"ipc": ipc, "scope": scope, "excludes": list(excludes)})


@pytest.mark.parametrize(("symbols", "theme", "belongs"), CASES)
def test_a_record_belongs_by_its_symbols(symbols: list[str], theme: str, belongs: bool) -> None:
    assert matches(symbols, THEMES[theme]) is belongs


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("B01D  53/34", "B01D53/34"),
        ("b01d53/34(2006.01)", "B01D53/34"),
        ("B01D0053340000", "B01D53/34"),
        ("G06N0003000000", "G06N3/00"),
    ],
)
def test_a_symbol_has_one_normal_form(written: str, meant: str) -> None:
    assert normal(written) == meant


@pytest.mark.parametrize(
    ("one", "covered"),
    [
        (rule("A01B1/02"), {"A01B1/02", "A01B1/04", "A01B1/05", "A01B1/14"}),
        (rule("A01B1/02", "exact"), {"A01B1/02"}),
        (rule("A01B1/00"), {"A01B1/00", "A01B1/02", "A01B1/04", "A01B1/05", "A01B1/14"}),
        (rule("A01B1"), {"A01B1/00", "A01B1/02", "A01B1/04", "A01B1/05", "A01B1/14"}),
        (rule("A01B1/00", "exact"), {"A01B1/00"}),
        (rule("A01B1/02", excludes=[Place(ipc="A01B1/04")]), {"A01B1/02", "A01B1/14"}),
        (rule("A01B1/02", excludes=[Place(ipc="A01B1/04", scope="exact")]), {"A01B1/02", "A01B1/05", "A01B1/14"}),
        (rule("A01B"), {"A01B1/00", "A01B1/02", "A01B1/04", "A01B1/05", "A01B1/14", "A01B13/02"}),
        (rule("A"), {"A01B1/00", "A01B1/02", "A01B1/04", "A01B1/05", "A01B1/14", "A01B13/02", "A02C1/00"}),
    ],
)
def test_places_cover_by_the_dots(one: Rule, covered: set[str]) -> None:
    symbols = {"A01B1/00", "A01B1/02", "A01B1/04", "A01B1/05", "A01B1/14", "A01B13/02", "A02C1/00", "B01B1/02"}
    made = coverage([one], TREE)
    assert {symbol for symbol in symbols if made.covers(symbol)} == covered
    assert found(made, sorted(symbols)) == [symbol in covered for symbol in sorted(symbols)]


def test_a_column_of_lists_is_tested_like_its_symbols() -> None:
    made = coverage(
        [rule("A01B1/02", excludes=[Place(ipc="A01B1/04", scope="exact"), Place(ipc="A01B1/05", scope="exact")])], TREE
    )
    lists = [
        "A01B1/04;A01B1/05",
        "A01B1/04;A01B1/05;A01B1/14",
        "A01B1/14;A01B1/04",
        "A01B 1/02; A01B1/04",
        "A01B1/144",
        "XA01B1/14",
    ]
    assert found(made, lists) == [False, True, True, True, False, False]


def test_a_list_that_is_missing_is_not_tested() -> None:
    assert found(coverage([rule("A01B")]), [None]) == [None]


def test_what_is_left_of_an_excluded_symbol_is_no_place() -> None:
    inside = coverage([rule("B", excludes=[Place(ipc="A61")])])
    assert found(inside, ["A61B5/00", "A61B5/00;B60K1/00"]) == [False, True]


def found(made: Coverage, lists: list[str] | list[None]) -> list[bool | None]:
    table = ibis.memtable(pl.DataFrame({"n": range(len(lists)), "ipc_all": lists}, schema={"n": pl.Int64, "ipc_all": pl.String}))
    return ibis.duckdb.connect().to_polars(table.select("n", hit=made.found_in(table.ipc_all)).order_by("n"))["hit"].to_list()


def test_a_subgroup_s_subtree_needs_a_hierarchy() -> None:
    with pytest.raises(DeclarationError, match="'A01B1/02': what lies under a subgroup is told by an IPC hierarchy"):
        coverage([rule("A01B1/02")])


def test_a_shipped_rule_that_needs_a_hierarchy_is_refused_by_name(tmp_path: Path) -> None:
    heading = "title: {zh: 主题, en: Theme}\nabout: {zh: 说明, en: About}\nbasis: project_default\n"
    (tmp_path / "tools.yaml").write_text(
        f"{heading}rules:\n  - {{ipc: A01B1/02}}\n  - {{ipc: A01B1, scope: exact}}\n  - {{ipc: X01}}\n", "utf-8"
    )
    problems: list[str] = []
    load_themes(tmp_path, problems)
    assert len(problems) == 1 and "rules.2.ipc" in problems[0] and "X01" in problems[0]
    (tmp_path / "tools.yaml").write_text(f"{heading}rules:\n  - {{ipc: A01B1/02}}\n  - {{ipc: A01B1, scope: exact}}\n", "utf-8")
    problems.clear()
    load_themes(tmp_path, problems)
    assert [problem.split(":")[1].strip() for problem in problems] == ["'A01B1/02'", "'A01B1'"]


def test_themes_are_named_alike_where_they_are_codes() -> None:
    with (ASSETS / "dimensions" / "codes_records.csv").open(encoding="utf-8", newline="") as file:
        codes = {row["code"]: (row["zh"], row["en"]) for row in csv.DictReader(file) if not row["code"].startswith("ipc_")}
    assert codes == {id_: (theme.title.zh, theme.title.en) for id_, theme in THEMES.items()}
    assert sorted(codes) == [
        "aerospace", "artificial_intelligence", "chips", "gene_technology",
        "green", "medical_devices", "new_materials", "quantum",
    ]  # fmt: skip


def test_a_theme_that_needs_keywords_says_that_it_is_an_upper_bound() -> None:
    both = {theme.is_upper_bound: theme for theme in THEMES.values()}
    assert set(both) == {True} and all("上限" in t.about.zh and "upper bound" in t.about.en for t in THEMES.values())
    sure = [r.model_copy(update={"keyword_required": False}) for r in THEMES["green"].rules]
    assert not Theme(**{**THEMES["green"].model_dump(), "rules": [r.model_dump() for r in sure]}).is_upper_bound


EVENTS = pl.DataFrame(
    [
        ("2024-09", "filed", "invention", "G06N3/08;H01L21/02", "CN-BJ"),  # two themes
        ("2024-09", "filed", "invention", "G06N3/04;G06V10/70", "CN-BJ"),  # one theme by two symbols: once
        ("2024-09", "filed", "utility_model", "G06N3/04", "CN-BJ"),  # no invention
        ("2024-09", "granted", "invention", "G06N5/02", "CN-SH"),
        ("2024-09", "ended", "invention", "G06N5/02", "CN-SH"),  # neither filed nor granted
        ("2024-09", "filed", "invention", "A01B1/02", "CN-SH"),  # no theme
        ("2024-10", "filed", "invention", None, "CN-SH"),
        ("2024-10", "filed", "invention", "G06N3/08", "CN-SH"),
    ],
    schema=["period", "event", "ip_type", "ipc_all", "ref_area"],
    orient="row",
).with_columns(technology=pl.lit("ipc_g"))


def measured(*by: str) -> list[tuple[object, ...]]:
    frame = ibis.duckdb.connect().to_polars(theme_inventions(ibis.memtable(EVENTS), by=by))
    return sorted(frame.rows())


def test_inventions_by_theme_count_applications_once_in_each() -> None:
    ai, chips = "artificial_intelligence", "chips"
    assert measured("period", "technology") == [("2024-09", ai, 2, 1), ("2024-09", chips, 1, 0), ("2024-10", ai, 1, 0)]
    assert measured("period", "technology", "ref_area") == [
        ("2024-09", ai, "CN-BJ", 2, 0),
        ("2024-09", ai, "CN-SH", 0, 1),
        ("2024-09", chips, "CN-BJ", 1, 0),
        ("2024-10", ai, "CN-SH", 1, 0),
    ]


@pytest.fixture(scope="module")
def tables(shared: Path) -> Path:
    return shared / "classifications"


@pytest.fixture(scope="module")
def hierarchy(tables: Path) -> Hierarchy:
    return load_hierarchy(tables / "ipc_hierarchy_2023_thxare.csv", tables / "ipc_hierarchy_2016_cortext.csv")


@pytest.fixture(scope="module")
def symbols(hierarchy: Hierarchy) -> set[str]:
    return {symbol for children in hierarchy.children.values() for symbol in children}


def test_no_descendant_of_b01d53_34_begins_with_its_symbol(hierarchy: Hierarchy) -> None:
    """37 of 37, as methodology 0.9 says: a prefix would miss them all."""
    below = hierarchy.subtree("B01D53/34") - {"B01D53/34"}
    assert (len(below), [symbol for symbol in below if symbol.startswith("B01D53/34")]) == (37, [])
    assert {"B01D53/38", "B01D53/40", "B01D53/62"} <= below and "B01D53/14" not in below


@pytest.mark.parametrize(("symbol", "descendants"), [("E21B43/16", 9), ("C07C29/151", 6)])
def test_subtrees_of_the_other_documented_symbols(hierarchy: Hierarchy, symbol: str, descendants: int) -> None:
    assert len(hierarchy.subtree(symbol)) - 1 == descendants


def test_the_symbols_of_our_rules_exist(symbols: set[str]) -> None:
    known = {part for s in symbols for part in (s, s.partition("/")[0], s[:4], s[:3])} | {"H10D"}  # H10D is of 2025
    named = [place.ipc for theme in THEMES.values() for r in theme.rules for place in (r, *r.excludes)]
    assert [ipc for ipc in named if ipc not in known] == []


DIGITAL = ("ipc_cnipa_key_digital_2023_ai_chip_quantum.csv", "technology")
EMERGING = ("ipc_cnipa_sei_2021.csv", "level1_code")
BRANCHES = ("ipc_cnipa_sei_2021.csv", "branch_code")
AGREEMENT = {  # official table, its parts, least share of our symbols that are official, and of official ones that are ours
    "artificial_intelligence": (DIGITAL, ["人工智能"], 0.95, 0.05),
    "chips": (DIGITAL, ["高端芯片"], 0.95, 0.15),
    "quantum": (DIGITAL, ["量子信息"], 0.95, 0.004),
    "gene_technology": (EMERGING, ["4"], 0.50, 0.01),
    "aerospace": (BRANCHES, ["2.2", "2.3"], 0.50, 0.90),
    "medical_devices": (BRANCHES, ["4.2"], 0.50, 0.70),
    "new_materials": (EMERGING, ["3"], 0.85, 0.15),
    "green": (("ipc_cnipa_green_tech.csv", "scheme"), ["cnipa_green_tech"], 0.90, 0.05),
}


@pytest.mark.parametrize("theme", AGREEMENT)
def test_our_themes_agree_with_the_official_tables(
    tables: Path, hierarchy: Hierarchy, symbols: set[str], theme: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Official places are wide and need keywords, so that ours, chosen to hold without them, lie inside and cover a part.

    Class H10 began in 2023 and is in none of the tables, hence left out.
    """
    (name, by), parts, inside, covered = AGREEMENT[theme]
    rules = load_official(tables / name, by)
    official_coverage = coverage([r for part in parts for r in rules[part]], hierarchy)
    official = {s for s in symbols if official_coverage.covers(s)}
    ours = {s for s in symbols if THEMES[theme].coverage.covers(s) and not s.startswith("H10")}
    shares = len(ours & official) / len(ours), len(ours & official) / len(official)
    with capsys.disabled():
        print(f"\n{theme}: {shares[0]:.1%} of our {len(ours)} symbols are official,", end=" ")
        print(f"{shares[1]:.1%} of the {len(official)} official ones are ours")
    assert shares[0] >= inside and shares[1] >= covered


def test_official_exclusions_are_read_as_their_tables_mean_them(tables: Path, hierarchy: Hierarchy) -> None:
    """Emerging industries: with a star the subtree goes, without one the symbol alone."""
    services = coverage(load_official(tables / "ipc_cnipa_sei_2021.csv", "branch_code")["1.1"], hierarchy)
    printers = [r for r in load_official(tables / "ipc_cnipa_sei_2021.csv", "branch_code")["1.1"] if r.ipc == "B41J"]
    assert [(p.ipc, p.scope) for p in printers[0].excludes][:4] == [
        ("B41J2", "subtree"), ("G06F1", "subtree"), ("G06F3", "subtree"), ("G06F8", "subtree"),
    ]  # fmt: skip
    assert (services.covers("B41J2/01"), services.covers("B41J3/01")) == (False, True)
    assert all(r.keyword_required for r in printers)
