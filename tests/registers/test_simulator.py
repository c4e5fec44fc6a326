"""The simulated world: seeded, whole, plausible; its truth is found again by reading its files slowly."""

import csv
import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from ipmon.deliveries import load_manifest
from ipmon.errors import IpmonError
from ipmon.paths import CHECKOUT, DataRoot
from ipmon.registers.contract import Register, load_registers
from ipmon.registers.store import Store
from ipmon.simulator.dirt import flaws
from ipmon.simulator.levels import load_levels
from ipmon.simulator.simulate import simulate
from ipmon.simulator.truth import Distinct, statistics
from ipmon.simulator.world import Span, apportioned, whole_months

N = 1500
EVENTS = ("filing_date", "exam_request_date", "exam_start_date", "first_action_date", "disposal_date", "grant_date", "end_date")
Row = dict[str, str]
Cell = dict[tuple[str, ...], float]


def silent(_: str) -> None:
    pass


@pytest.fixture(scope="session")
def registers() -> dict[str, Register]:
    problems: list[str] = []
    found = load_registers(CHECKOUT / "assets" / "registers", problems)
    assert problems == []
    return found


@pytest.fixture(scope="session")
def world(registers: dict[str, Register], tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("world")
    simulate(into, N, 5, 0.01, registers, silent, receive=False)
    return into


def files(world: Path, register: str) -> Iterator[tuple[str, Path]]:
    for path in sorted((world / "simulated").glob(f"SYNTHETIC_{register}_*.csv")):
        yield path.stem.removeprefix(f"SYNTHETIC_{register}_"), path


def split(world: Path, register: Register) -> tuple[dict[str, list[Row]], Counter[str]]:
    """The good rows of each period, and how many broken ones: too long, of a marked key, or of a key that was there before."""
    good: dict[str, list[Row]] = {}
    bad: Counter[str] = Counter()
    for period, path in files(world, register.id):
        lines = list(csv.reader(path.read_text("utf-8").splitlines()))
        assert lines[0] == list(register.fields)
        assert lines[-1] == ["#END", str(len(lines) - 2)]
        seen, good[period] = set(), []
        for line in lines[1:-1]:
            row = dict(zip(lines[0], line, strict=False))
            key = tuple(row[name] for name in register.key)
            if len(line) != len(lines[0]) or key[0].startswith("SIM9") or key in seen:
                bad[period] += 1
            else:
                seen.add(key)
                good[period].append(row)
    return good, bad


@pytest.fixture(scope="session")
def read(world: Path, registers: dict[str, Register]) -> Callable[[str], dict[str, list[Row]]]:
    return lambda register: split(world, registers[register])[0]


def truth(world: Path, measure: str, column: str, **dimensions: str) -> dict[str, float]:
    """The truth by period, of the cell of these dimensions and the total of all others."""
    with (world / "truth" / f"{measure}.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["column"] == column]
    others = [name for name in (rows[0] if rows else {}) if name not in ("period", "column", "value")]
    wanted = dict.fromkeys(others, "_T") | dimensions
    found = {row["period"]: float(row["value"]) for row in rows if all(row[name] == code for name, code in wanted.items())}
    return {period: value for period, value in found.items() if value}


def happened(rows: dict[str, list[Row]], field: str) -> Iterator[tuple[str, Row]]:
    """Each record with the month in which `field` lies, from the delivery of that month."""
    for month, delivered in rows.items():
        yield from ((month, row) for row in delivered if row[field][:7] == month)


def by_month_and_year(pairs: Iterator[tuple[str, Any]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for month, value in pairs:
        found[month].append(value)
        found[month[:4]].append(value)
    return found


def counts(pairs: Iterator[tuple[str, Any]]) -> dict[str, float]:
    return {period: len(values) for period, values in by_month_and_year(pairs).items()}


def quantile(values: list[int], q: float) -> float:
    place = q * (len(values) - 1)
    low, high = sorted(values)[math.floor(place)], sorted(values)[math.ceil(place)]
    return low + (high - low) * (place - math.floor(place))


def days(row: Row, start: str, end: str) -> int:
    return (date.fromisoformat(row[end]) - date.fromisoformat(row[start])).days


def hashes(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*.csv"))}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(registers: dict[str, Register], tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        simulate(tmp_path / name, 200, seed, 0.01, registers, silent, levels=load_levels(since="2023-07"), receive=False)
    first, again, other = (hashes(tmp_path / name) for name in "abc")
    assert first == again
    assert first != other
    assert "truth/filings.csv" in first


def test_every_register_is_delivered_for_all_its_months(world: Path, registers: dict[str, Register]) -> None:
    found = {register: [period for period, _ in files(world, register)] for register in registers}
    months = Span("2012-01", "2024-12").months
    assert len(months) == 156
    for register in ("patent_applications", "trademark_applications", "pledge_registrations"):
        assert found[register] == months
    assert found["industry_accounts"] == ["2018", "2019", "2020", "2021", "2022", "2023"]
    starts = {
        "patent_products": "2022-01",
        "model_enterprises": "2021-01",
        "service_network": "2020-01",
        "university_inventory": "2024-01",
    }
    for register, start in starts.items():
        assert found[register] == [month for month in months if month >= start]
    dealt = found["patent_transactions"]
    assert "2012-01" < dealt[0] < "2013"  # nothing to transfer before the first grants
    assert len(dealt) > 140


def test_as_many_applications_as_asked_for_each_filed_once(read: Callable[[str], dict[str, list[Row]]]) -> None:
    rows = read("patent_applications")
    filed = [row["application_no"] for _, row in happened(rows, "filing_date")]
    assert len(filed) == len(set(filed)) == N
    assert {row["application_no"] for delivered in rows.values() for row in delivered} == set(filed)


def test_a_record_stands_as_at_the_end_of_its_month_and_only_ever_gains(read: Callable[[str], dict[str, list[Row]]]) -> None:
    last: dict[str, Row] = {}
    for month, delivered in read("patent_applications").items():
        for row in delivered:
            dates = [row[name][:7] for name in EVENTS if row[name]]
            assert max(dates) == month
            assert bool(row["disposal"]) == bool(row["disposal_date"])
            assert bool(row["end_reason"]) == bool(row["end_date"])
            before = last.get(row["application_no"], {})
            assert {name: row[name] for name, value in before.items() if value} == {n: v for n, v in before.items() if v}
            last[row["application_no"]] = row
    assert any(row["end_date"] for row in last.values())


def test_keys_say_that_they_are_simulated(read: Callable[[str], dict[str, list[Row]]], registers: dict[str, Register]) -> None:
    for id_ in registers.keys() - {"industry_accounts"}:
        assert all(row[registers[id_].key[0]].startswith("SIM") for rows in read(id_).values() for row in rows)


@pytest.mark.parametrize(("measure", "field"), [("filings", "filing_date"), ("grants", "grant_date")])
def test_the_truth_of_counts_is_in_the_files(
    world: Path, read: Callable[[str], dict[str, list[Row]]], measure: str, field: str
) -> None:
    rows = read("patent_applications")
    assert truth(world, measure, measure) == counts(happened(rows, field))
    for ip in ("invention", "utility_model", "design"):
        of_kind = ((m, r) for m, r in happened(rows, field) if r["ip_type"] == ip)
        assert truth(world, measure, measure, ip_type=ip) == counts(of_kind)
    section = ((m, r) for m, r in happened(rows, field) if r["ip_type"] == "invention" and r["ipc_main"][:1] == "G")
    assert truth(world, measure, measure, ip_type="invention", technology="ipc_g") == counts(section)
    area = ((m, r) for m, r in happened(rows, field) if r["ip_type"] == "design" and r["applicant_area"] == "CN-GD")
    assert truth(world, measure, measure, ip_type="design", ref_area="CN-GD") == counts(area)
    foreign = ((m, r) for m, r in happened(rows, field) if r["ip_type"] == "invention" and r["applicant_area"][:3] != "CN-")
    assert truth(world, measure, measure, ip_type="invention", counterpart_area="FOR") == counts(foreign)


@pytest.mark.parametrize(
    ("measure", "field", "column"),
    [("trademark_filings", "filing_date", "filings"), ("trademarks_registered", "registration_date", "registrations")],
)
def test_the_truth_of_trademarks_counts_each_once_and_each_of_its_classes(
    world: Path, read: Callable[[str], dict[str, list[Row]]], measure: str, field: str, column: str
) -> None:
    rows = read("trademark_applications")
    assert truth(world, measure, column) == counts(happened(rows, field))
    classes = by_month_and_year((month, row["nice_classes"].split(";")) for month, row in happened(rows, field))
    assert truth(world, measure, "classes") == {period: sum(map(len, named)) for period, named in classes.items()}
    assert truth(world, measure, "classes") != truth(world, measure, column)


def test_the_truth_of_the_stock_is_grants_less_ends(world: Path, read: Callable[[str], dict[str, list[Row]]]) -> None:
    rows = read("patent_applications")
    granted, ended = (Counter(month for month, _ in happened(rows, field)) for field in ("grant_date", "end_date"))
    standing, expected = 0, {}
    for month in rows:
        standing += granted[month] - ended[month]
        expected[month] = standing
    assert truth(world, "patents_in_force", "in_force") == {month: value for month, value in expected.items() if value}


def test_the_truth_of_applicants_counts_each_once(world: Path, read: Callable[[str], dict[str, list[Row]]]) -> None:
    found = by_month_and_year((m, r["applicant_id"]) for m, r in happened(read("patent_applications"), "filing_date"))
    assert truth(world, "applicants", "applicants") == {period: len(set(ids)) for period, ids in found.items()}


@pytest.mark.parametrize(
    ("measure", "register", "start", "end"),
    [
        ("examination_start_to_disposal", "patent_applications", "exam_start_date", "disposal_date"),
        ("examination_request_to_disposal", "patent_applications", "exam_request_date", "disposal_date"),
        ("filing_to_grant", "patent_applications", "filing_date", "grant_date"),
        ("examination_request_to_first_action", "patent_applications", "exam_request_date", "first_action_date"),
        ("trademark_filing_to_decision", "trademark_applications", "filing_date", "decision_date"),
    ],
)
def test_the_truth_of_durations_is_in_the_files(
    world: Path, read: Callable[[str], dict[str, list[Row]]], measure: str, register: str, start: str, end: str
) -> None:
    rows = ((m, r) for m, r in happened(read(register), end) if r[start] and r.get("ip_type", "invention") == "invention")
    found = by_month_and_year((month, days(row, start, end)) for month, row in rows)
    assert truth(world, measure, "cases") == {period: len(values) for period, values in found.items()}
    expected: dict[str, Callable[[list[int]], float]] = {
        "mean": lambda values: sum(values) / len(values) / 30.4375,
        "median": lambda values: quantile(values, 0.5) / 30.4375,
        "p10": lambda values: quantile(values, 0.1) / 30.4375,
        "p90": lambda values: quantile(values, 0.9) / 30.4375,
    }
    for column, formula in expected.items():
        assert truth(world, measure, column) == pytest.approx({period: formula(values) for period, values in found.items()})
    if register == "patent_applications":
        long = {period: 100 * sum(v > 36 * 30.4375 for v in values) / len(values) for period, values in found.items()}
        assert truth(world, measure, "share_over_36_months") == pytest.approx({p: share for p, share in long.items() if share})


def test_the_truth_of_what_is_pending_is_in_the_files(world: Path, read: Callable[[str], dict[str, list[Row]]]) -> None:
    rows = read("patent_applications")
    asked = Counter(month for month, _ in happened(rows, "exam_request_date"))
    closed = Counter(month for month, row in happened(rows, "disposal_date") if row["exam_request_date"])
    standing, expected = 0, {}
    for month in rows:
        standing += asked[month] - closed[month]
        expected[month] = standing
    assert truth(world, "examinations_pending", "pending") == {month: value for month, value in expected.items() if value}


def test_the_truth_of_pledges_is_in_the_files(world: Path, read: Callable[[str], dict[str, list[Row]]]) -> None:
    found = by_month_and_year(happened(read("pledge_registrations"), "registered_on"))
    amounts = {period: sum(float(row["amount_cny"]) for row in rows) for period, rows in found.items()}
    assert truth(world, "pledges", "amount") == amounts
    smaller = {
        period: len({row["pledgor_id"] for row in rows if row["enterprise_size"] in ("medium", "small", "micro")})
        for period, rows in found.items()
    }
    assert truth(world, "pledges", "smes") == {period: value for period, value in smaller.items() if value}


def test_the_truth_of_transactions_is_in_the_files(world: Path, read: Callable[[str], dict[str, list[Row]]]) -> None:
    found = by_month_and_year(happened(read("patent_transactions"), "record_date"))
    assert truth(world, "transactions", "events") == {period: len(rows) for period, rows in found.items()}
    assert truth(world, "transactions", "patents") == {p: len({row["patent_no"] for row in rows}) for p, rows in found.items()}
    licences = {period: sum(row["kind"] == "licence" for row in rows) for period, rows in found.items()}
    assert truth(world, "transactions", "licences") == {period: value for period, value in licences.items() if value}
    public = {period: sum(row["from_kind"] == "universities" for row in rows) for period, rows in found.items()}
    assert truth(world, "transactions", "events", owner_kind="universities") == {p: v for p, v in public.items() if v}


def test_transactions_and_the_inventory_speak_of_patents_in_force(read: Callable[[str], dict[str, list[Row]]]) -> None:
    granted: dict[str, tuple[str, str]] = {}
    for delivered in read("patent_applications").values():
        granted |= {
            row["application_no"]: (row["grant_date"], row["end_date"] or "9999") for row in delivered if row["grant_date"]
        }
    for rows in read("patent_transactions").values():
        assert all(granted[r["patent_no"]][0] < r["record_date"] <= granted[r["patent_no"]][1] for r in rows)
        assert all(row["from_id"] != row["to_id"] for row in rows)
    first = read("university_inventory")["2024-01"]
    assert first != []
    assert all(granted[row["patent_no"]][0] < "2024-01-01" <= granted[row["patent_no"]][1] for row in first)


def test_the_truth_of_the_inventory_is_in_the_files(world: Path, read: Callable[[str], dict[str, list[Row]]]) -> None:
    shown, pooled, complete = set[str](), set[str](), set[str]()
    for month, rows in sorted(read("university_inventory").items()):
        done = [row for row in rows if row["inventoried_on"]]
        shown |= {row["patent_no"] for row in done}
        pooled |= {row["patent_no"] for row in done if row["in_library"] == "1"}
        complete |= {r["institution_id"] for r in rows} - {r["institution_id"] for r in rows if not r["inventoried_on"]}
        assert truth(world, "inventory_state", "listed")[month] == len(rows)
        assert truth(world, "inventory_to_date", "inventoried")[month] == len(shown)
        assert truth(world, "inventory_to_date", "library_rate")[month] == pytest.approx(100 * len(pooled) / len(shown))
        assert truth(world, "inventoried_institutions", "complete").get(month, 0) == len(complete)
        good = 100 * sum(row["self_grade"] == "good" for row in done) / len(done)
        assert truth(world, "inventory_grades", "self_good_share").get(month, 0) == pytest.approx(good)
        graded = [row for row in done if row["firm_grade"] != "none"]
        assert truth(world, "inventory_grades", "firm_graded").get(month, 0) == len(graded)


def test_the_accounts_of_2022_are_the_published_ones(world: Path, read: Callable[[str], dict[str, list[Row]]]) -> None:
    rows = [row for row in read("industry_accounts")["2022"] if row["group"]]
    assert sum(float(row["value_added"]) for row in rows) == 153176e8  # announcement 562
    assert truth(world, "pii_accounts", "value_added")["2022"] == 153176e8
    assert round(truth(world, "pii_accounts", "share_of_gdp")["2022"], 2) == 12.71


def test_the_truth_of_approvals_is_in_the_files(world: Path, read: Callable[[str], dict[str, list[Row]]]) -> None:
    rows = read("model_enterprises")
    assert truth(world, "model_enterprises_approved", "enterprises") == counts(happened(rows, "approved_on"))
    approved, ended = (Counter(month for month, _ in happened(rows, field)) for field in ("approved_on", "ended_on"))
    standing = sum(approved.values()) - sum(ended.values())
    assert truth(world, "model_enterprises_in_force", "enterprises")["2024-12"] == standing


def test_dirt_is_accounted_for_row_by_row(world: Path, registers: dict[str, Register]) -> None:
    with (world / "truth" / "dirt.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    said: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        said[row["register"]][row["period"]] += int(row["rows"])
    assert {row["code"] for row in rows} >= {"BAD_VALUE", "UNKNOWN_CODE", "REQUIRED", "RAGGED", "DUPLICATE"}
    for id_ in registers.keys() - {"industry_accounts"}:
        good, bad = split(world, registers[id_])
        assert bad == said[id_]
        assert all(count <= registers[id_].bad_share * (count + len(good[period])) for period, count in bad.items())


def test_intake_puts_aside_the_dirt_and_nothing_else(registers: dict[str, Register], tmp_path: Path) -> None:
    short = load_levels().model_copy(update={"first_month": "2023-01", "last_month": "2023-06"})
    simulate(tmp_path, 20_000, 3, 0.01, registers, silent, levels=short)
    assert not (tmp_path / "simulated").exists()
    store, found = Store(DataRoot(tmp_path)), Counter[tuple[str, str]]()
    for delivery in load_manifest(DataRoot(tmp_path)):
        bad = pl.read_parquet(store.quarantine(delivery.source_id, delivery.period, delivery.delivery_id))
        found.update((delivery.source_id, code) for code in bad["code"])
    with (tmp_path / "truth" / "dirt.csv").open(encoding="utf-8") as file:
        said = Counter[tuple[str, str]]()
        for row in csv.DictReader(file):
            said[row["register"], row["code"]] += int(row["rows"])
    assert said.total() > 100
    assert found == said


@pytest.mark.parametrize("since", ["2011-12", "2025-01"])
def test_a_world_begins_in_a_month_of_which_the_levels_are_known(since: str) -> None:
    assert load_levels(since="2024-12").first_month == "2024-12"
    with pytest.raises(IpmonError, match=f"--since {since}: .* known from 2012-01 to 2024-12; give one of these months"):
        load_levels(since=since)


def test_a_folder_with_real_deliveries_is_refused(registers: dict[str, Register], tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "manifest.jsonl").write_text('{"delivery_id": "x"}\n', "utf-8")
    with pytest.raises(IpmonError, match="holds real deliveries") as error:
        simulate(tmp_path, 10, 1, 0, registers, silent)
    assert error.value.exit_code == 2
    assert not (tmp_path / "simulated").exists()


@pytest.mark.parametrize(("records", "seed", "dirt"), [(0, 1, 0.0), (10, -1, 0.0), (10, 1, 1.0)])
def test_senseless_numbers_are_refused(
    registers: dict[str, Register], tmp_path: Path, records: int, seed: int, dirt: float
) -> None:
    with pytest.raises(IpmonError):
        simulate(tmp_path, records, seed, dirt, registers, silent)


def test_apportioned_parts_sum_to_the_whole() -> None:
    assert apportioned(np.array([1.0, 1.0, 1.0]), 10).tolist() == [3, 4, 3]  # running sums 3.33, 6.67, 10 rounded: 3, 7, 10


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2024-01-31", "2024-07-30", 5),
        ("2024-01-31", "2024-07-31", 6),
        ("2020-02-29", "2025-02-28", 59),
        ("2020-02-29", "2025-03-01", 60),
        ("2023-12-15", "2023-12-31", 0),
    ],
)
def test_whole_months_have_passed_on_the_same_day_of_a_month(start: str, end: str, months: int) -> None:
    first, last = (np.array([day], "datetime64[D]").astype(np.int64) for day in (start, end))
    assert whole_months(first, last).tolist() == [months]


def test_statistics_of_four_cases_worked_by_hand() -> None:
    cases_by_days = np.zeros(2001, int)
    cases_by_days[[10, 20, 40, 2000]] = 1
    found = statistics(cases_by_days, 10.0, True)
    # mean 2070/4; median between 20 and 40; p10 at 0.3: 10 + 3; p90 at 2.7: 40 + 0.7 x 1960; one of four over 1095.75 days
    assert found == pytest.approx(
        {
            "mean": 51.75,
            "median": 3.0,
            "p10": 1.3,
            "p90": 141.2,
            "cases": 4,
            "days": 2070,
            "long": 1,
            "share_over_36_months": 25.0,
        }
    )


def test_distinct_counts_across_chunks() -> None:
    seen, nobody = Distinct(5, 1), np.zeros(3, int)
    first = seen.new(np.array([0, 0, 1]), nobody, np.array([2, 2, 2]))
    again = seen.new(np.array([1, 1, 2]), nobody, np.array([2, 3, 2]))
    assert first[0].tolist() == [0, 1]
    assert (again[0].tolist(), again[2].tolist()) == ([1, 2], [3, 2])


def test_every_register_has_flaws_of_its_own_rules(registers: dict[str, Register]) -> None:
    general = {"BAD_VALUE", "UNKNOWN_CODE", "REQUIRED", "RAGGED", "DUPLICATE"}
    for register in registers.values():
        rules = {rule.upper() for rule in register.rules}
        assert len({flaw.code for flaw in flaws(register)} & rules) == 1
        assert {flaw.code for flaw in flaws(register)} <= general | rules
        assert all(name in register.fields for flaw in flaws(register) for name in flaw.says)
