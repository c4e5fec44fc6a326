"""Candidate to release: what is hashed, what is refused, what the gate says, what a quality page shows."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from ipmon.content import Content, content_of
from ipmon.declared import Text
from ipmon.errors import GateRefused, IpmonError
from ipmon.exports import digest, export, table_names
from ipmon.gate import checks_of, decide, gate, write_verdict
from ipmon.gx_duckdb import CheckResult, Severity, Status
from ipmon.pages.layout import Layout
from ipmon.paths import CHECKOUT, DataRoot
from ipmon.quality_page import render
from ipmon.release import current_id, is_unchanged, open_candidate, publish, seal, sweep
from ipmon.verify import verify

DAY = date(2026, 1, 2)


def result(severity: Severity, status: Status, rule: str = "value_in_interval") -> CheckResult:
    found = 0 if status == "passed" else 2
    words = ("<b>", "数值：2。", "Value: 2.", "Look & see.")
    return CheckResult(f"observations_{rule}", "observations", rule, severity, status, found, *words)


PASSED = result("error", "passed")


@pytest.fixture
def root(tmp_path: Path) -> DataRoot:
    return DataRoot(tmp_path / "data")


def mart(folder: Path, as_of: date = DAY, value: str = "13.04") -> Path:
    """A mart with one observation and every table that a release or its quality page reads."""
    path = folder / "public.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"""
            create table observations as select 'share' as indicator_id, {value}::decimal(28,6) as value, 'a' as note;
            create table assessments as select 'share' as indicator_id, date '{as_of}' as as_of, 'met' as status;
            create table deliveries as select 'd1' as delivery_id, 'yearbook' as source_id, '2024' as period,
                'a<b.csv' as file_name, 'f00d' as sha256, 1234 as rows_count, 5 as rows_excluded,
                null::date as withdrawn_on, null::varchar as withdrawal_reason, '' as findings;
            create table excluded as select '指数，不是数量' as reason_zh, 'index, not a count' as reason_en from range(1234);
            create table indicators as select 'share' as indicator_id, '占比' as title_zh, 'Share' as title_en, '%' as unit_zh,
                '%' as unit_en, 1 as display_factor;
            create table reconciliations as select 'twin' as identity_id, 'share' as indicator_id, '2023' as time_period,
                'CN' as ref_area, '_T' as counterpart_area, '_T' as ip_type, '_T' as industry, verdict,
                13.04::decimal(28,6) as published_value, 12.9::decimal(28,6) as implied_value
                from (values ('agrees'), ('agrees'), ('contradicts')) v(verdict);
            create table checks (check_id varchar, table_name varchar, expectation varchar, severity varchar, status varchar,
                unexpected_count bigint, observed varchar, message_zh varchar, message_en varchar, guidance varchar);
            create table release as select 'r1' as release_id, date '{as_of}' as as_of;
            create view shares as select value from observations;
            checkpoint""")
    return path


def candidate(root: DataRoot, as_of: date = DAY, value: str = "13.04", run_id: str = "run") -> Path:
    folder = open_candidate(root, run_id)
    path = mart(folder, as_of, value)
    write_verdict(folder, decide([PASSED]), datetime(2026, 1, 2, 3, 4, tzinfo=UTC))
    seal(root, folder, content_of(folder, []), as_of)
    assert path.exists()
    return folder


def test_a_release_id_is_the_day_and_the_start_of_the_content_hash() -> None:
    content = Content("data", "sources")
    assert content.release_id(DAY) == f"2026-01-02-{content.content_hash[:8]}"
    assert re.fullmatch(r"[0-9a-f]{64}", content.content_hash)


def test_the_content_hash_leaves_the_day_out_and_nothing_else(tmp_path: Path) -> None:
    def content(name: str, as_of: date = DAY, value: str = "13.04", declared: str = "a") -> str:
        folder, sources = tmp_path / name, tmp_path / name / "assets"
        sources.mkdir(parents=True)
        (sources / "a.yaml").write_text(declared)
        mart(folder, as_of, value)
        return content_of(folder, [sources]).content_hash

    first = content("first")
    assert content("other day", as_of=date(2026, 3, 4)) == first
    assert content("other value", value="13.05") != first
    assert content("other declaration", declared="b") != first


def test_the_digest_does_not_depend_on_the_order_of_rows_and_tells_null_from_empty() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table a as from (values (1, 'x'), (2, null)) t(n, s)")
        connection.execute("create table b as from (values (2, null), (1, 'x')) t(n, s)")
        connection.execute("create table c as from (values (2, ''), (1, 'x')) t(n, s)")
        assert digest(connection, "a") == digest(connection, "b") != digest(connection, "c")


def test_a_first_and_a_second_release_are_chained(root: DataRoot) -> None:
    one = publish(root, candidate(root))
    two = publish(root, candidate(root, value="13.05"))
    assert current_id(root) == two.name != one.name
    assert not root.current.readlink().is_absolute()
    assert json.loads((two / "manifest.json").read_bytes())["previous"]["release_id"] == one.name
    assert verify(root.current) == verify(one) == []


def test_the_manifest_names_inputs_row_counts_and_code(root: DataRoot) -> None:
    manifest = json.loads((publish(root, candidate(root)) / "manifest.json").read_bytes())
    assert manifest["inputs"] == [{"delivery_id": "d1", "sha256": "f00d"}]
    assert manifest["tables"] | {"reconciliations": 3, "shares": 1, "excluded": 1234} == manifest["tables"]
    assert manifest["code_version"].startswith("0.")
    assert [entry["path"] for entry in manifest["files"]] == ["SHA256SUMS", "public.duckdb", "verdict.json"]


def test_files_of_a_release_are_read_only(root: DataRoot) -> None:
    published = publish(root, candidate(root))
    assert {p.stat().st_mode & 0o222 for p in published.rglob("*") if p.is_file()} == {0}


def test_equal_content_is_unchanged_on_any_day(root: DataRoot) -> None:
    first = content_of(candidate(root), [])
    assert not is_unchanged(root, first)
    publish(root, root.work / "candidates" / "run")
    later = content_of(candidate(root, as_of=date(2026, 5, 6)), [])
    assert is_unchanged(root, later)
    assert not is_unchanged(root, content_of(candidate(root, value="14"), []))


def test_a_release_id_with_other_content_is_not_overwritten(root: DataRoot) -> None:
    published = publish(root, candidate(root))
    (published / "public.duckdb").chmod(0o644)
    (published / "public.duckdb").write_bytes(b"other")
    with pytest.raises(IpmonError, match=rf"Release {published.name} exists already and is not this one"):
        publish(root, candidate(root))


def test_a_release_that_is_there_already_can_become_current_again(root: DataRoot) -> None:
    one = publish(root, candidate(root))
    publish(root, candidate(root, value="13.05"))
    assert publish(root, candidate(root)) == one
    assert current_id(root) == one.name
    assert verify(root.current) == []


def test_a_candidate_built_on_an_older_release_is_not_published(root: DataRoot) -> None:
    folder = candidate(root)
    kept = folder.rename(root.root / "slow")
    publish(root, candidate(root, value="13.05", run_id="fast"))
    with pytest.raises(IpmonError, match="Another release was published in the meantime"):
        publish(root, kept)


def test_a_candidate_that_changed_after_its_verdict_is_not_published(root: DataRoot) -> None:
    folder = candidate(root)
    (folder / "late.csv").write_text("x")
    with pytest.raises(IpmonError, match=r"late\.csv is not in the manifest"):
        publish(root, folder)


def test_a_candidate_without_a_passed_verdict_is_not_published(root: DataRoot) -> None:
    folder = open_candidate(root, "run")
    mart(folder)
    write_verdict(folder, decide([result("error", "failed")]))
    seal(root, folder, content_of(folder, []), DAY)
    with pytest.raises(IpmonError, match="does not say that the checks were passed"):
        publish(root, folder)
    assert current_id(root) is None


def test_what_dead_runs_left_is_swept(root: DataRoot) -> None:
    candidate(root, run_id="dead")
    candidate(root, run_id="new")
    assert [p.name for p in (root.work / "candidates").iterdir()] == ["new"]
    sweep(root)
    assert not (root.work / "candidates").exists()


def test_verify_names_what_is_missing_added_and_changed(root: DataRoot) -> None:
    published = publish(root, candidate(root))
    (published / "extra.csv").write_text("x")
    (published / "verdict.json").unlink()
    problems = "\n".join(verify(published))
    assert f"{published.name}/extra.csv is not in the manifest: it was added after publishing" in problems
    assert f"{published.name}/verdict.json is missing" in problems


def test_verify_of_nothing_is_a_sentence(root: DataRoot) -> None:
    assert verify(root.releases / "2026-01-01-00000000")[0].startswith("2026-01-01-00000000/manifest.json cannot be read")


@pytest.mark.parametrize(
    ("severity", "status", "verdict"),
    [
        ("error", "passed", "passed"),
        ("error", "failed", "refused"),
        ("error", "errored", "refused"),
        ("warning", "failed", "passed"),
        ("warning", "errored", "passed"),
        ("info", "failed", "passed"),
    ],
)
def test_only_checks_of_severity_error_stop_a_release(severity: Severity, status: Status, verdict: str) -> None:
    assert decide([PASSED, result(severity, status)]).verdict == verdict


def test_no_check_is_no_pass() -> None:
    assert decide([]).verdict == "refused"


def test_the_gate_gives_its_reasons_in_sentences() -> None:
    gate(decide([PASSED]))
    with pytest.raises(GateRefused) as refused:
        gate(decide([PASSED, result("error", "failed")]))
    assert refused.value.exit_code == 1
    assert str(refused.value).startswith("The release is refused for 1 reason(s); the current release stays as it was.\n")
    assert "  - observations: Value: 2." in str(refused.value)


def test_the_verdict_is_bound_to_the_files(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1")
    write_verdict(tmp_path, decide([PASSED, result("warning", "failed")]), datetime(2026, 1, 2, 3, 4, tzinfo=UTC))
    first = json.loads((tmp_path / "verdict.json").read_bytes())
    assert (first["verdict"], first["checks"], first["decided_at"]) == (
        "passed",
        {"passed": 1, "warning_failed": 1},
        "2026-01-02T03:04:00+00:00",
    )
    (tmp_path / "a.csv").write_text("2")
    write_verdict(tmp_path, decide([PASSED]))
    assert json.loads((tmp_path / "verdict.json").read_bytes())["candidate_sha256"] != first["candidate_sha256"]


def test_exports_are_ordered_tables_and_views(tmp_path: Path) -> None:
    with duckdb.connect(str(mart(tmp_path))) as connection:
        connection.execute("insert into observations values ('area', 2, '-1')")
        assert table_names(connection)[-1] == "shares"
        export(connection, tmp_path, ["observations", "shares"])
    assert (tmp_path / "csv" / "observations.csv").read_text("utf-8") == (
        "indicator_id,value,note\narea,2.000000,'-1\nshare,13.040000,a\n"
    )
    assert sorted(p.name for p in (tmp_path / "parquet").iterdir()) == ["observations.parquet", "shares.parquet"]


@pytest.fixture
def page(tmp_path: Path) -> str:
    path = mart(tmp_path)
    checks = [PASSED, result("error", "failed", "key_unique"), result("warning", "errored", "unit_guard")]
    with duckdb.connect(str(path)) as connection:
        for c in checks:
            connection.execute("insert into checks values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", list(vars(c).values()))
        connection.execute("""insert into deliveries select * replace ('d2' as delivery_id, date '2026-01-01' as withdrawn_on,
            'two <i>counties missing' as withdrawal_reason) from deliveries""")
    assert sorted(checks_of(path), key=lambda c: c.check_id) == sorted(checks, key=lambda c: c.check_id)
    return render(
        path,
        decide(checks),
        Layout(CHECKOUT / "assets" / "pages", "r1"),
        {"twin": Text(zh="公布值与推导值", en="Published and derived")},
    )


def test_the_quality_page_shows_verdict_checks_deliveries_and_contradictions(page: str) -> None:
    for text in (
        "未通过检查，不予发布",
        "The checks were not passed: not published",
        "Look &amp; see.",
        "a&lt;b.csv",
        "&lt;b&gt;",
    ):
        assert text in page
    assert "<b>" in page and "a<b" not in page
    assert "占比（2023 CN）：公布 13.04，推算 12.9，单位 %" in page
    assert "Share (2023 CN): published 13.04, implied 12.9, unit %" in page
    assert page.count("index, not a count") == 1 and page.count('<td class="num">1,234</td>') == 3
    assert page.count("发布者于2026-01-01撤回：two &lt;i&gt;counties missing") == 1
    assert page.count("Withdrawn by its publisher on 2026-01-01: two &lt;i&gt;counties missing") == 1


def test_the_quality_page_loads_nothing(page: str) -> None:
    assert re.findall(r"https?:|<script [a-z]|<link|<img|@import|url\(|\son\w+=", page) == []


def test_both_languages_of_the_quality_page_have_the_same_numbers(page: str) -> None:
    pairs = re.findall(r'<span lang="zh">(.*?)</span><span lang="en">(.*?)</span>', page)
    assert len(pairs) > 30
    assert [pair for pair in pairs if re.findall(r"\d[\d.,]*\d|\d", pair[0]) != re.findall(r"\d[\d.,]*\d|\d", pair[1])] == []
