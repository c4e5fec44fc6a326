"""An office's months: first, late, corrected, withdrawn, empty ones; what was said stays sayable. Numbers counted by hand."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from assets import declarations
from assets.measures import measures
from ipmon.answers import diff
from ipmon.deliveries import Delivery, load_manifest
from ipmon.dimensions import CODED
from ipmon.door import Receipt
from ipmon.errors import Rejected
from ipmon.figures import Figure, Key
from ipmon.intervals import Interval
from ipmon.paths import DataRoot
from ipmon.registers.arrivals import Arrival, arrivals, owed
from ipmon.registers.contract import Register
from ipmon.registers.facts import FactsOutcome
from ipmon.registers.intake import receive
from ipmon.registers.measuring import Outcome
from ipmon.registers.references import told as strangers_told
from ipmon.registers.states import State, earlier_root, history
from ipmon.registers.store import Store
from ipmon.registers.update import Registers, Update
from ipmon.registry import Registry
from ipmon.revisions import revisions
from ipmon.vintages import Book, vintages_of
from ipmon.withdrawals import withdraw
from pipelines.receiving import told

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
REGISTERS = declarations().registers
PLEDGES, PRODUCTS, TRANSACTIONS = (REGISTERS[id_] for id_ in ("pledge_registrations", "patent_products", "patent_transactions"))
AMOUNT, STOCK = "pledge_amount", "patent_products_registered_in_force"
MEASURED = ("pledges", "products_in_force")
ALL = declarations().registry
FEW = Registry({id_: ALL.indicators[id_] for id_ in (AMOUNT, STOCK)})


def text(register: Register, *rows: str) -> str:
    return "\n".join([",".join(register.fields), *rows, f"#END,{len(rows)}\n"])


def pledge(number: int, day: str, amount: str) -> str:
    return f"P{number},patent,{day},,{amount},ORG{number},small,CN-JS"


def product(number: int, day: str) -> str:
    return f"E{number},national,registered,CN-SD,{day},,"


class Office:
    """A data root, and an office that receives files into it and says what the registers then say."""

    def __init__(self, folder: Path) -> None:
        self.root, self.folder = DataRoot(folder / "data"), folder

    def take(self, register: Register, period: str, issued: str | None, *rows: str, name: str = "file.csv") -> Receipt:
        file = self.folder / name
        file.write_text(text(register, *rows), "utf-8")
        return receive(file, register, period, date.fromisoformat(issued) if issued else None, self.root, NOW)

    def withdraw(self, delivery: Delivery, day: str) -> None:
        withdraw(delivery.delivery_id, date.fromisoformat(day), "recalled", self.root, NOW)

    def book(self) -> Book:
        """All that the registers said and say, after bringing them up to date."""
        made = Registers(self.root, REGISTERS, [m for m in measures() if m.id in MEASURED])
        deliveries = load_manifest(self.root)
        made.update(deliveries, lambda _: None)
        book = Book()
        book.enter(made.figures(FEW, declarations().grades, deliveries))
        return book

    def said(self, indicator: str, period: str, day: str, accumulation: str = "period") -> Decimal | None:
        return value(self.book(), indicator, period, day, accumulation)


def value(book: Book, indicator: str, period: str, day: str, accumulation: str = "period") -> Decimal | None:
    """The national total as it was known on a day."""
    found = [k for k in book.keys(indicator) if (k.time_period, k.accumulation) == (period, accumulation)]
    total = [k for k in found if k.ref_area == "CN" and {k.ip_type, k.owner_kind, k.technology} == {"_T"}]
    figure = book.known(total[0], date.fromisoformat(day)) if total else None
    return figure and figure.value


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def january(office: Office) -> Delivery:
    """100 + 50 = 150 yuan pledged in January, known since 10 February."""
    taken = office.take(PLEDGES, "2024-01", "2024-02-10", pledge(1, "2024-01-05", "100"), pledge(2, "2024-01-31", "50"))
    return taken.delivery


def test_after_a_correction_the_old_day_keeps_the_old_number(office: Office) -> None:
    january(office)
    assert office.said(AMOUNT, "2024-01", "2026-11-22") == 150
    office.take(PLEDGES, "2024-01", "2024-07-01", pledge(1, "2024-01-05", "130"), pledge(2, "2024-01-31", "50"))
    book = office.book()
    days = ("2024-02-09", "2024-02-10", "2024-06-30", "2024-07-01")
    assert [value(book, AMOUNT, "2024-01", day) for day in days] == [None, 150, 150, 180]


def test_a_withdrawn_correction_gives_way_to_what_held_before_it(office: Office) -> None:
    """150 until July, 180 in July, 150 again from August on, nothing from September on, 150 again from October on."""
    first = january(office)
    second = office.take(PLEDGES, "2024-01", "2024-07-01", pledge(1, "2024-01-05", "180")).delivery
    office.withdraw(second, "2024-08-01")
    days = ("2024-06-30", "2024-07-01", "2024-07-31", "2024-08-01", "2024-08-31", "2024-09-01", "2024-09-30", "2024-10-01")
    book = office.book()
    assert [value(book, AMOUNT, "2024-01", day) for day in days] == [150, 180, 180, *[150] * 5]
    office.withdraw(first, "2024-09-01")
    again = office.take(PLEDGES, "2024-01", "2024-10-01", pledge(1, "2024-01-05", "100"), pledge(2, "2024-01-31", "50"))
    assert again.outcome == "accepted" and again.delivery.delivery_id == f"{first.delivery_id}-2"
    book = office.book()
    assert [value(book, AMOUNT, "2024-01", day) for day in days] == [150, 180, 180, 150, 150, None, None, 150]


def test_f42_a_number_that_was_withdrawn_on_the_day_it_came_is_told_with_the_reason(office: Office) -> None:
    """January's 150 stays; February's 70 came and went on 10 March."""
    january(office)
    february = office.take(PLEDGES, "2024-02", "2024-03-10", pledge(3, "2024-02-05", "70")).delivery
    office.withdraw(february, "2024-03-10")
    book = office.book()
    assert value(book, AMOUNT, "2024-02", "2024-03-10") is None
    withdrawals = {d.delivery_id: d.withdrawal for d in load_manifest(office.root) if d.withdrawal}
    found = [r for r in revisions(book, FEW, withdrawals) if r.key.indicator_id == AMOUNT and r.key.is_national_total]
    assert {(r.key.time_period, r.kind, r.released_on, r.old.value, r.new) for r in found if r.key.freq == "M"} >= {
        ("2024-02", "withdrawn", date(2024, 3, 10), Decimal(70), None)
    }
    cause = f"delivery {february.delivery_id} withdrawn by its publisher on 2024-03-10: recalled"
    assert {r.cause.en for r in found} == {cause}
    assert value(book, AMOUNT, "2024-01", "2024-03-10") == 150


def figure(number: int, known: date) -> Figure:
    key = Key("grants", "CN", "_T", "_T", "_T", "_T", "_T", "M", "2024-01", "period")
    said = Decimal(number)
    return Figure(
        key, known, known, said, Interval(said, said), "items", 0, "A", "F", known, "day of receipt", "", "official",
        f"d{number}", "grants.grants", "", "", "", "", basis="records",
    )  # fmt: skip


def test_a_number_that_goes_and_comes_back_was_not_known_in_between() -> None:
    first, gone, back = date(2024, 2, 10), date(2024, 7, 1), date(2024, 8, 1)
    said = history([State(None, [figure(10, first)]), State(gone, []), State(back, [figure(10, first)])])
    assert [(v.since, v.until) for v in vintages_of(said)] == [(first, gone), (back, None)]


def test_a_stock_is_known_since_its_own_month_came_and_a_new_month_does_not_change_that(office: Office) -> None:
    """2 products stand at the end of January and 3 at the end of February."""
    office.take(PRODUCTS, "2024-01", "2024-02-10", product(1, "2024-01-02"), product(2, "2024-01-03"))
    office.take(PRODUCTS, "2024-02", "2024-03-10", product(3, "2024-02-02"))
    book = office.book()
    assert [value(book, STOCK, "2024-01", day, "stock") for day in ("2024-02-09", "2024-02-10", "2024-03-10")] == [None, 2, 2]
    assert [value(book, STOCK, "2024-02", day, "stock") for day in ("2024-03-09", "2024-03-10")] == [None, 3]


def test_a_late_month_ends_the_gap_in_a_stock_on_the_day_it_comes(office: Office) -> None:
    office.take(PRODUCTS, "2024-01", "2024-02-10", product(1, "2024-01-02"))
    office.take(PRODUCTS, "2024-03", "2024-04-10", product(3, "2024-03-02"))
    assert office.said(STOCK, "2024-03", "2026-11-22", "stock") is None
    office.take(PRODUCTS, "2024-02", "2024-05-20", product(2, "2024-02-02"))
    book = office.book()
    assert [value(book, STOCK, "2024-03", day, "stock") for day in ("2024-05-19", "2024-05-20")] == [None, 3]


def test_months_without_records_are_delivered_as_such_though_their_bytes_are_alike(office: Office) -> None:
    """1 product in January, none in February and March, 1 in April: the stock goes on."""
    office.take(PRODUCTS, "2024-01", "2024-02-10", product(1, "2024-01-02"))
    none = [office.take(PRODUCTS, month, issued) for month, issued in (("2024-02", "2024-03-10"), ("2024-03", "2024-04-10"))]
    assert [(r.outcome, r.delivery.rows) for r in none] == [("accepted", 0), ("accepted", 0)]
    assert none[0].delivery.delivery_id != none[1].delivery.delivery_id
    assert office.take(PRODUCTS, "2024-03", None).outcome == "known"
    office.take(PRODUCTS, "2024-04", "2024-05-10", product(2, "2024-04-02"))
    book = office.book()
    stocks = [value(book, STOCK, f"2024-0{n}", "2026-11-22", "stock") for n in (1, 2, 3, 4)]
    assert stocks == [1, 1, 1, 2]


def test_a_header_without_a_count_is_still_not_zero(office: Office) -> None:
    bare = office.folder / "bare.csv"
    bare.write_text(",".join(PRODUCTS.fields) + "\n", "utf-8")
    with pytest.raises(Rejected, match="TRUNCATED"):
        receive(bare, PRODUCTS, "2024-01", None, office.root, NOW)


@pytest.mark.parametrize(("register", "row"), [(PLEDGES, pledge(1, "2024-02-05", "9")), (PRODUCTS, product(1, "2024-02-05"))])
def test_a_file_of_another_month_points_to_the_period(office: Office, register: Register, row: str) -> None:
    with pytest.raises(Rejected, match="See whether --period is that of the file"):
        office.take(register, "2024-01", None, row)
    assert load_manifest(office.root) == []


def test_a_file_that_was_corrected_since_says_which_one_holds(office: Office) -> None:
    first = january(office)
    second = office.take(PLEDGES, "2024-01", "2024-07-01", pledge(1, "2024-01-05", "180")).delivery
    again = office.take(PLEDGES, "2024-01", "2024-08-01", pledge(1, "2024-01-05", "100"), pledge(2, "2024-01-31", "50"))
    assert (again.outcome, again.delivery.delivery_id) == ("known", first.delivery_id)
    assert [line for line in told(again, office.root) if f"ipmon withdraw {second.delivery_id}" in line]


def test_a_removed_work_folder_is_made_again_with_the_same_numbers(office: Office) -> None:
    january(office)
    office.take(PLEDGES, "2024-01", "2024-07-01", pledge(1, "2024-01-05", "180"))
    office.take(PRODUCTS, "2024-01", "2024-02-10", product(1, "2024-01-02"))
    before = [(v.figure, v.since, v.until) for v in office.book().all()]
    shutil.rmtree(office.root.work)
    assert [(v.figure, v.since, v.until) for v in office.book().all()] == before
    assert len(before) > 1


def test_an_earlier_state_that_was_half_made_is_made_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    january(office)
    office.take(PLEDGES, "2024-01", "2024-07-01", pledge(1, "2024-01-05", "180"))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "symlink_to", killed)
        with pytest.raises(KeyboardInterrupt):
            office.book()
    assert office.said(AMOUNT, "2024-01", "2024-06-30") == 150
    assert earlier_root(office.root, "2024-07-01").raw.is_dir()


def test_what_is_owed_is_told_most_urgent_first_and_in_twenty_lines(office: Office) -> None:
    """Pledges are due on day 10 of the month after: of June on 10 July. On 5 August July is due, and June is late."""
    withdrawn = office.take(PLEDGES, "2024-05", "2024-06-08", pledge(1, "2024-05-05", "9")).delivery
    office.withdraw(withdrawn, "2024-06-20")
    grid = arrivals({PLEDGES.id: PLEDGES}, load_manifest(office.root), date(2024, 8, 5))
    assert owed(grid) == [
        "GONE pledge_registrations 2024-05, due on 2024-06-10, all that came was withdrawn",
        "LATE pledge_registrations 2024-06, due on 2024-07-10",
        "due  pledge_registrations 2024-07, due on 2024-08-10",
    ]
    many = [Arrival("r", f"{year}", "missing", date(year, 12, 31), 0, ()) for year in range(2000, 2025)]
    assert len(owed(many)) == 21
    assert owed(many)[0] == "LATE r 2000, due on 2000-12-31"
    assert owed(many)[-1] == "and 5 more periods of registers"


def test_unknown_records_are_told_with_their_number_and_examples(office: Office) -> None:
    """Of two patents that change hands in January the register of applications knows one."""
    cells = {"application_no": "2024100000017", "ip_type": "invention", "filing_date": "2024-01-02", "applicant_id": "ORG1"}
    cells |= {"applicant_kind": "enterprises", "applicant_area": "CN-BJ", "fast_track": "0", "abnormal": "0"}
    patents = REGISTERS["patent_applications"]
    office.take(patents, "2024-01", None, ",".join(cells.get(name, "") for name in patents.fields))
    sold = {"kind": "assignment", "record_date": "2024-01-09", "from_id": "ORG1", "from_kind": "enterprises", "to_id": "ORG2"}
    sold |= {"to_kind": "enterprises", "area": "CN-BJ"}
    rows = [{**sold, "record_no": f"T{n}", "patent_no": no} for n, no in enumerate(("2024100000017", "2024100000099"))]
    office.take(TRANSACTIONS, "2024-01", None, *(",".join(row.get(name, "") for name in TRANSACTIONS.fields) for row in rows))
    office.book()
    assert strangers_told(Store(office.root)) == [
        "note: patent_transactions.patent_no names 1 unknown record(s) in 1 period(s), such as 2024100000099"
    ]


def test_a_difference_says_of_what_slice_and_accumulation_it_is(tmp_path: Path) -> None:
    root = DataRoot(tmp_path)
    for name, number in (("a", 5), ("b", 7)):
        (root.releases / name).mkdir(parents=True)
        with duckdb.connect(str(root.releases / name / "public.duckdb")) as mart:
            columns = ", ".join(f"'_T' as {d}" for d in CODED if d != "owner_kind")
            mart.execute(
                f"""create table observations as select 'grants' as indicator_id, 'CN' as ref_area, {columns},
                'universities' as owner_kind, 'M' as freq, '2024-03' as time_period, 'year_to_date' as accumulation,
                'records' as basis, {number}::decimal(28, 6) as value, 'official' as quality, date '2024-07-01' as released_on,
                'd' as delivery_id"""
            )
            none = "'' as kind, '' as cause, '' as cause_zh, '' as old_delivery_id, '' as input_delivery_id"
            for table in ("revisions", "lineage"):
                mart.execute(f"create table {table} as select *, value as old_value, {none} from observations limit 0")
    assert list(diff(root, "a", "b"))[1:] == [
        "revised   grants CN universities 2024-03 (records, year_to_date): 5 -> 7  official source of 2024-07-01, delivery d"
    ]


def test_a_run_tells_what_it_removed_as_well() -> None:
    facts = FactsOutcome([("a", "2024-01")], [("b", "2024-02"), ("b", "2024-03")], [("a", "2024-02")])
    update = Update(facts, Outcome([("m", "month", "2024-01")], 4), [], {})
    assert update.told == (
        "1 month(s) of facts and 1 of measures made, 1 and 4 unchanged and skipped, 2 month(s) of facts removed"
    )
    assert not replace(update, facts=FactsOutcome()).told.endswith("removed")
