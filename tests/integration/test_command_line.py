"""Every command as a user types it: exit code and what it says."""

import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from conftest import Ipmon, ipmon_at

from assets.occasion import Occasion
from ipmon.deliveries import CHINA, load_manifest
from ipmon.errors import IpmonError
from ipmon.paths import DataRoot

NUMBERS = "examination_cycles"
DENIED = [
    "select * from read_csv('/etc/passwd')",
    "from '/etc/passwd'",
    "copy observations to 'taken.csv'",
    "attach 'other.duckdb'",
    "install httpfs",
    "set enable_external_access = true",
    "create table mine as select 1",
    "select 1; drop table observations",
]


@pytest.fixture(scope="module")
def ipmon(release_home: Path) -> Ipmon:
    """The command over the release that was published from the shipped deliveries; only read here."""
    return ipmon_at(release_home)


@pytest.fixture
def fresh(tmp_path: Path) -> Ipmon:
    """The command over an empty data root."""
    return ipmon_at(tmp_path / "data")


def shipped(home: Path, source: str) -> Path:
    return next((home / "raw" / source).rglob("*.csv"))


def test_a_second_run_with_nothing_new_publishes_nothing_and_is_quiet(release_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "data"
    shutil.copytree(release_home, home, symlinks=True, ignore=shutil.ignore_patterns("work"))
    released, current = sorted((home / "marts" / "releases").iterdir()), (home / "marts" / "current").readlink().name
    yesterday = datetime.now(CHINA).date() - timedelta(days=1)
    received = max(d.received_on for d in load_manifest(DataRoot(home)))
    for arguments in ([], ["--as-of", str(max(yesterday, received))]):  # the same day; another day, which builds and compares
        done = ipmon_at(home)("run", *arguments)
        assert done.returncode == 0
        assert done.stdout.startswith(f"Nothing new: release {current} ")
        strange = [line for line in done.stderr.splitlines() if not re.fullmatch(r"  [a-z ]+ \.\.\. \d+\.\d s", line)]
        assert strange == []
    assert sorted((home / "marts" / "releases").iterdir()) == released
    assert not list((home / "work" / "candidates").iterdir())


def test_a_run_as_of_a_day_before_any_delivery(ipmon: Ipmon, release_home: Path) -> None:
    current = (release_home / "marts" / "current").readlink()
    done = ipmon("run", "--as-of", "2020-01-01")
    assert done.returncode == 2
    assert (
        "No delivery had been received by 2020-01-01. Receive one with: ipmon receive FILE --source S --period P." in done.stderr
    )
    assert "Traceback" not in done.stderr
    assert (release_home / "marts" / "current").readlink() == current


@pytest.mark.parametrize(("day", "told"), [("2999-01-01", "2999-01-01 has not come yet"), ("soon", "as_of: 'soon' is no date")])
def test_no_run_is_made_as_of_a_day_that_has_not_come(day: str, told: str) -> None:
    with pytest.raises(IpmonError, match=told):
        _ = Occasion(as_of=day).day


def test_usage_errors_are_told_with_exit_2(fresh: Ipmon) -> None:
    assert fresh("run", "--as-of", "yesterday").stderr.endswith("'yesterday' is no date; write it as 2026-11-22\n")
    for arguments in (["run", "--as-of", "yesterday"], ["receive", "x.csv"], ["sing"], []):
        assert fresh(*arguments).returncode == 2


def test_receiving_a_known_file_again_has_no_effect(fresh: Ipmon, release_home: Path, tmp_path: Path) -> None:
    file = shipped(release_home, NUMBERS)
    first = fresh("receive", str(file), "--source", NUMBERS, "--period", "2026-11")
    assert first.returncode == 0
    assert first.stdout.startswith(f"accepted: {NUMBERS}-")
    other_name = Path(shutil.copy(file, tmp_path / "other name.csv"))
    again = fresh("receive", str(other_name), "--source", NUMBERS, "--period", "2026-11")
    assert again.returncode == 0
    assert again.stdout == first.stdout.replace("accepted: ", "known: ")
    assert len((tmp_path / "data" / "raw" / "manifest.jsonl").read_text().splitlines()) == 1


def test_a_broken_file_is_rejected_with_its_code(fresh: Ipmon, release_home: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.csv"
    cut.write_bytes(shipped(release_home, NUMBERS).read_bytes()[:-3])
    done = fresh("receive", str(cut), "--source", NUMBERS, "--period", "2026-11")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("REJECTED TRUNCATED cut.csv: ")
    assert len(list((tmp_path / "data" / "work" / "quarantine" / NUMBERS).iterdir())) == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["x.csv", "--source", NUMBERS, "--period", "2026-11"], "x.csv does not exist"),
        (
            ["x.csv", "--source", "nobody", "--period", "2026-11"],
            "There is no source 'nobody'. Known sources: application_quality",
        ),
        (["x.csv", "--source", NUMBERS, "--period", "2026-13"], "--period: '2026-13' is no period"),
        (
            ["x.csv", "--source", NUMBERS, "--period", "2026-11", "--issued", "2999-01-01"],
            "--issued 2999-01-01 lies in the future",
        ),
    ],
)
def test_a_wrong_call_of_receive(fresh: Ipmon, arguments: list[str], told: str) -> None:
    done = fresh("receive", *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(told)


def test_status_tells_the_release_and_every_target(ipmon: Ipmon, release: Path) -> None:
    done = ipmon("status")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Release {release.resolve().name}, as of " in done.stdout
    assert "  guideline_2024_pii_share_of_gdp" in done.stdout
    targets = re.findall(r"^\S+ [A-Z][A-Za-z ]+(?: \*)?  [a-z][a-z0-9_]+$", done.stdout, re.MULTILINE)
    assert len(targets) >= 30


def test_without_a_release_status_says_so_and_others_name_the_next_command(fresh: Ipmon) -> None:
    done = fresh("status")
    assert (done.returncode, done.stdout) == (0, "No delivery is due.\nThere is no release yet. Publish one with: ipmon run.\n")
    for arguments in (["show", "pledge_amount"], ["verify"], ["diff"]):
        done = fresh(*arguments)
        assert (done.returncode, done.stderr) == (2, "There is no release yet. Publish one with: ipmon run.\n")


def test_a_series_and_an_unknown_one(ipmon: Ipmon) -> None:
    done = ipmon("show", "pii_share_of_gdp")
    assert done.returncode == 0
    assert "专利密集型产业增加值" in done.stdout
    assert re.search(r"^2023 +period +CN +13\.04 \[13\.035, 13\.045\]  B published", done.stdout, re.MULTILINE)
    wrong = ipmon("show", "pii_share_of_gpd")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("There is no indicator 'pii_share_of_gpd'. Did you mean pii_share_of_gdp")


def test_a_published_number_is_traced_to_a_line_of_a_file(ipmon: Ipmon, release_home: Path) -> None:
    done = ipmon("trace", "pii_share_of_gdp", "2023")
    assert done.returncode == 0
    found = re.search(r"^ +file (\S+\.csv) \((\w+), 2026-11\), line (\d+), sha256 ([0-9a-f]{64})$", done.stdout, re.MULTILINE)
    assert found is not None
    name, source, line, _ = found.groups()
    cells = next((release_home / "raw" / source).rglob(f"*{name}")).read_text("utf-8").splitlines()[int(line) - 1]
    assert "13.04" in cells
    assert cells.startswith("pii_share_of_gdp,")


def test_a_derived_number_is_traced_to_the_lines_of_its_inputs(ipmon: Ipmon) -> None:
    done = ipmon("trace", "pii_share_of_gdp_implied_previous", "2022")
    assert done.returncode == 0
    assert "12.6 percent (derived, period, known since " in done.stdout
    assert "formula: pii_share_of_gdp[t+1 year] - pii_share_of_gdp_change[t+1 year]" in done.stdout
    assert "input pii_share_of_gdp 2023 = 13.04" in done.stdout
    assert "input pii_share_of_gdp_change 2023 = 0.44" in done.stdout
    assert len(re.findall(r"line \d+, sha256 [0-9a-f]{64}", done.stdout)) >= 2


def test_a_trace_of_nothing_names_the_periods_that_there_are(ipmon: Ipmon) -> None:
    done = ipmon("trace", "pii_share_of_gdp", "1999")
    assert done.returncode == 2
    assert re.search(r"has no value for 1999 in CN\. Periods known there: 2015, 2018, .*2023", done.stderr)


def test_the_first_release_has_nothing_to_differ_from(ipmon: Ipmon, release: Path) -> None:
    done = ipmon("diff")
    assert (done.returncode, done.stderr[:36]) == (2, "The current release is the first one")
    name = release.resolve().name
    assert ipmon("diff", name, name).stdout == f"{name} -> {name}: 0 cell(s) differ\n"


def test_verify_finds_one_changed_byte(ipmon: Ipmon, release_home: Path, release: Path, tmp_path: Path) -> None:
    name = release.resolve().name
    sound = ipmon("verify")
    assert (sound.returncode, sound.stdout) == (0, f"{name}: verified\n")
    home = tmp_path / "data"
    shutil.copytree(release_home / "marts", home / "marts", symlinks=True)
    table = home / "marts" / "releases" / name / "csv" / "observations.csv"
    raw = bytearray(table.read_bytes())
    raw[len(raw) // 2] ^= 1
    table.chmod(0o644)
    table.write_bytes(raw)
    changed = ipmon_at(home)("verify", name)
    assert changed.returncode == 1
    assert f"{name}/csv/observations.csv was changed after publishing" in changed.stdout
    (home / "marts" / "releases" / name / "public.duckdb").unlink()
    assert "public.duckdb is missing" in ipmon_at(home)("verify").stdout


def test_a_query_is_answered(ipmon: Ipmon) -> None:
    done = ipmon("query", "select count(*) as n from guideline_items")
    assert done.returncode == 0
    assert "104" in done.stdout


@pytest.mark.parametrize("statement", [*DENIED, "select 1 / 'x'"])
def test_f61_a_query_that_is_not_a_select_on_the_mart_is_refused(ipmon: Ipmon, statement: str) -> None:
    done = ipmon("query", statement)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(("ipmon query takes one SELECT", "The query was refused: "))
    assert "Traceback" not in done.stderr


def test_check_says_that_all_is_in_place(ipmon: Ipmon) -> None:
    done = ipmon("check")
    assert (done.returncode, done.stdout) == (0, "Declarations, fonts and versions are as they should be.\n")
