"""What the marts answer at the terminal: locked-down queries, series, origins, differences."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from make_figures import book, day, dimensions, figure, key, registry

from ipmon import catalogue, tables
from ipmon.answers import diff, previous, query, release_path, show, status
from ipmon.deliveries import Withdrawal
from ipmon.derive import derive
from ipmon.errors import IpmonError
from ipmon.figures import Figure
from ipmon.mart_schema import MartSchema, load_schema
from ipmon.marts import build, frame
from ipmon.pages.changes import Changes
from ipmon.paths import CHECKOUT, DataRoot
from ipmon.printed import traced
from ipmon.revisions import revisions
from ipmon.tracing import trace

REAL = load_schema(CHECKOUT / "assets" / "marts", [])
NEEDED = (
    *("observations", "vintages", "indicators", "deliveries", "lineage", "revisions"),
    *("targets", "assessments", "release", "dictionary"),
)
GLANCE = "targets_at_a_glance"
SCHEMA = MartSchema(REAL.fields, {name: REAL.tables[name] for name in NEEDED}, {GLANCE: REAL.views[GLANCE]})
DECLARED = registry(
    grants={},
    invention_applications={},
    grants_growth={"unit": "percent", "nature": "rate", "growth": {"of": "grants"}},
    growth_change={"unit": "percent", "nature": "rate", "change": {"of": "grants_growth"}},
)
OLD, NEW = "2024-05-01-aaaaaaaa", "2024-06-01-bbbbbbbb"
FILE, SECOND_FILE = "source-000000000001", "source-000000000002"


def published(
    root: DataRoot, name: str, before: str | None, figures: Iterable[Figure], withdrawal: Withdrawal | None = None
) -> None:
    """A release of these figures and what is derived from them; the second delivery may have been withdrawn."""
    known, lists = book(*figures), dimensions()
    derivations = derive(DECLARED, known, lists)
    vintages = tables.vintages(known, lists)
    rows: dict[str, list[dict[str, Any]]] = {
        "vintages": vintages,
        "observations": tables.observations(vintages),
        "lineage": list(tables.lineage(derivations)),
        "revisions": tables.revisions(revisions(known, DECLARED, {SECOND_FILE: withdrawal} if withdrawal else {})),
        "indicators": catalogue.indicators(
            DECLARED, lists, tables.observations(vintages), dict.fromkeys(DECLARED.indicators, "public")
        ),
        "deliveries": [
            cells("deliveries", delivery_id=FILE, source_id="source", period="2024", file_name="a.csv", sha256="5ha"),
            cells("deliveries", delivery_id=SECOND_FILE, source_id="source", period="2024")
            | {
                "withdrawn_on": withdrawal and withdrawal.issued_on,
                "withdrawal_reason": withdrawal and withdrawal.reason,
            },
        ],
        "targets": [cells("targets", target_id="more", indicator_id="grants")],
        "assessments": [
            cells(
                "assessments",
                target_id="more",
                status="met",
                status_zh="已达",
                status_en="met",
                fragile=True,
                reason_zh="因",
                reason_en="why",
            )
        ],
        "release": [
            cells("release", release_id=name, as_of=date(2024, 6, 1), code_version="0.1+abc", previous_release_id=before)
        ],
    }
    folder = root.releases / name
    folder.mkdir(parents=True)
    build(folder / "public.duckdb", SCHEMA, {table: frame(SCHEMA, table, made) for table, made in rows.items()})


def cells(table: str, **filled: Any) -> dict[str, Any]:
    return dict.fromkeys(SCHEMA.tables[table].columns) | filled


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> DataRoot:
    """Two releases: between them 2024 was corrected from 150 to 132, 2025 came, and a province was withdrawn."""
    root = DataRoot(tmp_path_factory.mktemp("answers"))
    base = [
        figure("100", "2023-01-16", key(period="2022"), locator="line 2"),
        figure("120", "2024-01-16", key(period="2023"), locator="line 3"),
    ]
    wrong = figure("150", "2025-01-16", locator="line 4")
    province = figure("7", "2024-01-16", key(period="2023", area="CN-BJ"), locator="line 5")
    corrected = [
        figure("150", "2025-01-16", locator="line 4", retired_on=day("2025-03-01")),
        figure("132", "2025-03-01", locator="line 6"),
        figure("140", "2026-01-16", key(period="2025"), locator="line 7", quality="secondary"),
    ]
    published(root, OLD, None, [*base, wrong, province])
    published(root, NEW, OLD, [*base, *corrected])
    root.current.symlink_to(Path("releases") / NEW)
    return root


DENIED = [
    "select * from read_csv('/etc/passwd')",
    "select * from read_text('/etc/passwd')",
    "from '/etc/passwd'",
    "copy observations to 'out.csv'",
    "attach 'other.duckdb'",
    "install httpfs",
    "load httpfs",
    "set enable_external_access = true",
    "reset lock_configuration",
    "pragma memory_limit = '1GB'",
    "create table x as select 1",
    "delete from observations",
    "export database 'out'",
    "select 1; select 2",
    "",
    "selec 1",
    "select 1 / 'x'",
    "select error('no')",
]


@pytest.mark.parametrize("statement", DENIED)
def test_f61_the_query_takes_a_select_on_the_mart_and_nothing_else(
    root: DataRoot, statement: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(IpmonError, match=r"ipmon query takes one SELECT|The query was refused"):
        query(root, statement)
    assert list(tmp_path.iterdir()) == []


def test_a_select_is_answered(root: DataRoot) -> None:
    assert query(root, "select count(*) from as_of(date '2025-01-31') where indicator_id = 'grants'").fetchall() == [(3,)]
    assert query(root, "from targets_at_a_glance select target_id;").fetchall() == [("more",)]


def test_an_unknown_indicator_is_answered_with_near_ones(root: DataRoot) -> None:
    for answer in (show(root, "invention_aplications"), trace(root, "invention_aplications", "2024", {})):
        with pytest.raises(IpmonError, match=r"no indicator 'invention_aplications'\. Did you mean invention_applications"):
            list(answer)
    with pytest.raises(IpmonError, match=r"There is no indicator 'zzz'\.$"):
        list(show(root, "zzz"))


def test_a_series_with_unit_formula_and_marks(root: DataRoot) -> None:
    lines = list(show(root, "grants_growth"))
    assert lines[0] == "grants_growth: 指标 | Indicator"
    assert "formula: (grants[t] / grants[t-1 year] - 1) * 100; guideline: -" in lines
    assert "unit: % | percent" in lines
    (of_2024,) = (line for line in lines if line.startswith("2024"))
    assert " 10 [" in of_2024
    assert "derived" in of_2024


def test_a_published_number_is_traced_to_its_file(root: DataRoot) -> None:
    lines = list(trace(root, "grants", "2024", {}))
    assert lines == [
        f"release {NEW}, made by 0.1+abc",
        "132 items (published, period, known since 2025-03-01, current)",
        "    CNIPA: a page",
        "    file a.csv (source, 2024), line 6, sha256 5ha",
        "150 items (published, period, known since 2025-01-16, superseded on 2025-03-01)",
        "    CNIPA: a page",
        "    file a.csv (source, 2024), line 4, sha256 5ha",
        "query: from vintages where indicator_id = 'grants' and time_period = '2024' and ref_area = 'CN'",
    ]


def test_the_query_that_a_trace_names_gives_its_rows(root: DataRoot) -> None:
    named = list(trace(root, "grants", "2024", {}))[-1].removeprefix("query: ")
    assert len(query(root, named).fetchall()) == 2


def test_a_derived_number_is_traced_through_derived_inputs_to_files(root: DataRoot) -> None:
    lines = [line.strip() for line in trace(root, "growth_change", "2024", {})]
    assert lines[1].startswith("-10 percent (derived, period, known since 2025-03-01, current)")
    assert lines[2] == "formula: grants_growth[t] - grants_growth[t-1 year]"
    assert lines[3:9] == [
        "input grants_growth 2024 = 10 (known since 2025-03-01)",
        "formula: (grants[t] / grants[t-1 year] - 1) * 100",
        "input grants 2024 = 132 (known since 2025-03-01)",
        "CNIPA: a page",
        "file a.csv (source, 2024), line 6, sha256 5ha",
        "input grants 2023 = 120 (known since 2024-01-16)",
    ]
    assert "file a.csv (source, 2024), line 2, sha256 5ha" in lines


def test_a_period_without_a_value_is_answered_with_those_that_have_one(root: DataRoot) -> None:
    with pytest.raises(IpmonError, match=r"grants has no value for 1999 in CN\. Periods known there: 2022, 2023, 2024, 2025\."):
        list(trace(root, "grants", "1999", {}))
    with pytest.raises(IpmonError, match="Periods known there: none"):
        list(trace(root, "grants", "2024", {"ref_area": "CN' or '1' = '1"}))


def test_two_releases_differ_in_these_cells(root: DataRoot) -> None:
    head, *cells_ = diff(root, OLD, NEW)
    assert head == f"{OLD} -> {NEW}: 7 cell(s) differ"
    told = {" ".join(line.split()) for line in cells_}
    assert "withdrawn grants CN-BJ 2023 (published): 7 -> - no longer in any delivery" in told
    assert f"revised grants CN 2024 (published): 150 -> 132 official source of 2025-03-01, delivery {FILE}" in told
    assert f"new grants CN 2025 (published): - -> 140 secondary source of 2026-01-16, delivery {FILE}" in told
    assert any(line.startswith("revised grants_growth CN 2024 (derived): 25 -> 10") for line in told)


def test_a_release_does_not_differ_from_itself(root: DataRoot) -> None:
    assert list(diff(root, NEW)) == [f"{NEW} -> {NEW}: 0 cell(s) differ"]


def test_the_release_before_the_current_one(root: DataRoot) -> None:
    assert previous(root) == OLD


def test_status_tells_every_target_in_both_languages(root: DataRoot) -> None:
    lines = list(status(root))
    assert lines[0] == f"Release {NEW}, as of 2024-06-01"
    assert lines[2:5] == ["已达 met *  more", "    因", "    why"]


@pytest.mark.parametrize("name", ["2020-01-01-cccccccc", "../releases", "/etc", ""])
def test_an_unknown_release_is_answered_with_the_known_ones(root: DataRoot, name: str) -> None:
    with pytest.raises(IpmonError, match=rf"Known releases: {OLD}, {NEW}\."):
        release_path(root, name)


def test_without_a_release_the_next_command_is_named(tmp_path: Path) -> None:
    with pytest.raises(IpmonError, match=r"There is no release yet\. Publish one with: ipmon run\."):
        query(DataRoot(tmp_path), "select 1")


def test_a_mart_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    root = DataRoot(tmp_path)
    (root.releases / NEW).mkdir(parents=True)
    (root.releases / NEW / "public.duckdb").write_bytes(b"rubbish" * 1000)
    root.current.symlink_to(Path("releases") / NEW)
    with pytest.raises(IpmonError, match=f"{NEW}/public.duckdb cannot be opened. See what is wrong with: ipmon verify {NEW}"):
        list(status(root))


def test_the_page_of_changes_says_what_ipmon_diff_says(root: DataRoot) -> None:
    changes = Changes(root.current / "public.duckdb", root.releases / OLD)
    assert changes.summary == {  # the level, its growth and the change of that: new for 2025, revised for 2024
        "previous": OLD,
        "values": {"new": 3, "revised": 3, "withdrawn": 1},
        "indicators": {"added": [], "redefined": [], "removed": []},
        "withdrawn_deliveries": [],
    }
    assert sum(changes.summary["values"].values()) == len(list(diff(root, OLD, NEW))) - 1


@pytest.fixture(scope="module", params=["on its day", "later"])
def recalled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> DataRoot:
    """Two releases: the first rests on a second file too, which says 150 of 2024 and 8 of Beijing, and was then withdrawn."""
    root, came = DataRoot(tmp_path_factory.mktemp("recalled")), "2025-01-16"
    last = day(came) if request.param == "on its day" else day("2025-03-01")
    base = [
        figure("120", "2024-01-16", key(period="2023")),
        figure("7", "2024-01-16", key(period="2023", area="CN-BJ"), locator="line 5"),
    ]
    beijing = key(period="2023", area="CN-BJ")
    second = [figure("150", came, delivery_id=SECOND_FILE), figure("8", came, beijing, delivery_id=SECOND_FILE, locator="line 3")]
    gone = [replace(f, retired_on=last, retired_by=(SECOND_FILE,)) for f in second]
    published(root, OLD, None, [*base, *second])
    reason = "两县漏报 Two counties <missing>"
    published(root, NEW, OLD, [*base, *gone], Withdrawal(last, datetime(2025, 3, 2, tzinfo=UTC), reason))
    root.current.symlink_to(Path("releases") / NEW)
    return root


def test_f42_the_difference_names_the_withdrawn_delivery_its_day_and_the_reason(recalled: DataRoot) -> None:
    """Also of what was derived from it: 150 / 120 is 25 % more."""
    ((last,),) = query(recalled, "select max(withdrawn_on) from deliveries").fetchall()
    zh = f"发布者于{last}撤回交付 {SECOND_FILE}：两县漏报 Two counties <missing>"
    en = f"delivery {SECOND_FILE} withdrawn by its publisher on {last}: 两县漏报 Two counties <missing>"
    since = "2024-01-16" if str(last) == "2025-01-16" else last  # the 8 that held for less than a day parts no stint
    assert [" ".join(line.split()) for line in diff(recalled, OLD, NEW)][1:] == [
        f"withdrawn grants CN 2024 (published): 150 -> - {zh} | {en}",
        f"revised grants CN-BJ 2023 (published): 8 -> 7 official source of {since}, delivery {FILE}; {zh} | {en}",
        f"withdrawn grants_growth CN 2024 (derived): 25 -> - {zh} | {en}",
    ]


def test_f42_the_counts_of_changes_name_the_withdrawn_deliveries(recalled: DataRoot) -> None:
    ((last,),) = query(recalled, "select max(withdrawn_on) from deliveries").fetchall()
    told = Changes(recalled.current / "public.duckdb", recalled.releases / OLD).summary
    assert told["values"] == {"new": 0, "revised": 1, "withdrawn": 2}
    named = {"delivery_id": SECOND_FILE, "source_id": "source", "period": "2024", "withdrawn_on": str(last)}
    assert told["withdrawn_deliveries"] == [named | {"reason": "两县漏报 Two counties <missing>"}]
    assert Changes(recalled.current / "public.duckdb", recalled.current).summary["withdrawn_deliveries"] == []


def test_f42_a_printed_number_is_traced_where_others_were_withdrawn(recalled: DataRoot) -> None:
    told = [line.strip() for line in traced(recalled, "120 in 2023", None, {})]
    assert "120: 1 value(s), 0 target(s), 0 revision(s)" in told
