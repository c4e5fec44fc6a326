"""Windows, slices, what is made anew, running sums: every expected number is counted by hand from EVENTS."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import ibis
import polars as pl
import pytest

from assets.measures.month_ends import month_ends, month_number
from ipmon.declared import Text
from ipmon.deliveries import Delivery
from ipmon.dimensions import DIMENSIONS
from ipmon.figures import Figure
from ipmon.paths import DataRoot
from ipmon.registers.cells import Cells, scopes
from ipmon.registers.engines import DuckEngine
from ipmon.registers.ledger import Ledger
from ipmon.registers.measure import Measure, basis, measure
from ipmon.registers.measuring import Measuring, Outcome
from ipmon.registers.records import Records
from ipmon.registers.store import Store
from ipmon.registry import Indicator, Measured, Registry
from ipmon.staged import Remark

SCHEMA = {"month": "VARCHAR", "event": "VARCHAR", "days": "BIGINT", "filed_in": "VARCHAR", **dict.fromkeys(DIMENSIONS, "VARCHAR")}
EVENTS = [  # month, event, days, filed_in, ref_area, ip_type
    ("2023-11", "granted", 10, "2022", "CN-BJ", "invention"),
    ("2023-12", "granted", 20, "2022", "CN-BJ", "invention"),
    ("2023-12", "granted", 60, "2023", "CN-GD", "design"),
    ("2024-01", "granted", 40, "2023", None, "invention"),
    ("2024-01", "ended", 5, "2022", "CN-BJ", "invention"),
    ("2024-02", "ended", 5, "2023", "CN-GD", "design"),
]


@measure("events", windows=("month", "to_date", "year"), slices=((), ("ref_area",), ("ip_type", "ref_area")))
def granted(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    found = events.filter(events.event == "granted")
    return found.group_by(by).agg(grants=found.count(), mean_days=found.days.cast("float64").mean())


@measure("events", windows=("month", "to_date"), slices=((), ("ref_area",)), additive=True)
def ends(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    found = events.filter(events.event == "ended")
    return found.group_by(by).agg(ends=found.count())


@measure("events", windows=("month",), slices=((), ("ref_area",)), kind="change")
def stock(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    return events.group_by(by).agg(in_force=ibis.ifelse(events.event == "granted", 1, -1).sum())


@measure("events", windows=("month",), kind="cohort")
def cohorts(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    return events.mutate(cohort=events.filed_in).group_by(by).agg(grants=(events.event == "granted").sum())


@measure("events", windows=("month",), kind="cohort", matures=1)
def cohorts_a_year_old(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    return cohorts(events, by=by)


@measure("events", windows=("month",), kind="steps")
def from_the_month_after(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    found = events.filter(events.event == "granted")
    later = found.mutate(
        cohort=found.month.cases(("2023-11", "2023-12"), ("2023-12", "2024-01"), ("2024-01", "2024-02"), else_=None)
    )
    return later.group_by(by).agg(begun=later.count())


@measure("events", windows=("history",), slices=((), ("ref_area",)), kind="stock")
def areas_with_rights(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    step = ibis.ifelse(events.event == "granted", 1, -1)
    moved = events.mutate(step=step, at=month_number(events.month), area=events.ref_area).filter(events.ref_area.notnull())
    until = month_ends(events).inner_join(moved, ibis._.number >= moved.at)
    areas = until.group_by([*by, "area"]).agg(rights=until.step.sum())
    return areas.group_by(by).agg(areas=areas.count(where=areas.rights > 0))


@measure("events", windows=("month", "year"), slices=((),), yearly=(("ref_area",),), additive=True)
def by_area_of_years(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    found = events.filter(events.event == "granted")
    return found.group_by(by).agg(grants=found.count())


@measure("events", windows=("month", "to_date"), slices=((), ("ref_area",)))
def years_of_filing(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    return events.group_by(by).agg(years=events.filed_in.nunique())


@measure("events", windows=("month", "to_date"), slices=((), ("ref_area",)))
def events_and_years(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    return events.group_by(by).agg(events=events.count(), years=events.filed_in.nunique())


@measure(
    "events", windows=("month", "to_date"), slices=((), ("ref_area",)), sums=("cases", "days"),
    finish=lambda waits: waits.with_columns(mean=pl.col("days") / pl.col("cases").replace(0, None)),
)  # fmt: skip
def waits(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    return events.group_by(by).agg(cases=events.count(), days=events.days.sum(), longest=events.days.max().cast("float64"))


@measure("others", windows=("year",))
def kinds_of_years(others: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    return others.group_by(by).agg(kinds=others.filed_in.nunique())


@measure("events", windows=("month",))
def weighed(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    weights = ibis.memtable(pl.DataFrame({"event": ["granted", "ended"], "weight": [10, 1]}))
    return events.inner_join(weights, "event").group_by(by).agg(weight=ibis._.weight.sum())


@measure(by_area_of_years, windows=("history",))
def greatest(grants: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    national = grants.filter(grants.ref_area == "_T").mutate(period=grants.period.substr(0, 4))
    return national.group_by(by).agg(greatest=national.grants.max())


@basis("events", "others", columns=("event", "ip_type"), frozen="others")
def at_first(events: ibis.Table, others: ibis.Table) -> ibis.Table:
    """Events that took no longer than the first of the others."""
    return events.filter(events.days <= others.days.max().as_scalar()).select("event", "ip_type")


@measure("others", at_first, windows=("month",))
def beside_the_start(others: ibis.Table, first: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    beside = others.select("period").cross_join(first.agg(events=first.count()))
    return beside.group_by(by).agg(seen=beside.count(), events=beside.events.max())


@basis("others", columns=("event", "month"))
def first_seen(others: ibis.Table, known: ibis.Table) -> ibis.Table:
    """Each kind of event with its first month."""
    new = others.anti_join(known, "event")
    return known.union(new.group_by("event").agg(month=new.month.min()))


@measure("others", first_seen, windows=("month",))
def kinds_so_far(others: ibis.Table, seen: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    months = others.select("period").distinct()
    until = months.inner_join(seen, seen.month <= months.period)
    return until.group_by(by).agg(kinds=until.count())


MEASURES: list[Measure] = [granted, ends, stock, cohorts]


class Desk:
    """A store with the events as facts, and everything that measures them."""

    def __init__(self, root: Path) -> None:
        self.store, self.said = Store(DataRoot(root)), list[str]()
        for month in sorted({event[0] for event in EVENTS}):
            self.lay(month, [event for event in EVENTS if event[0] == month])

    def lay(self, month: str, events: Sequence[tuple[str, str, int, str | None, str | None, str]], fact: str = "events") -> None:
        names = ["month", "event", "days", "filed_in", "ref_area", "ip_type"]
        frame = pl.DataFrame(events, schema=names, orient="row", infer_schema_length=None)
        missing = [pl.lit(None, pl.String).alias(d) for d in DIMENSIONS if d not in names]
        path = self.store.fact_file(fact, month)
        path.parent.mkdir(parents=True, exist_ok=True)
        texts = frame.with_columns(pl.col(n).cast(pl.Int64 if n == "days" else pl.String) for n in names)
        texts.with_columns(*missing).select(list(SCHEMA)).write_parquet(path)
        Ledger(self.store.ledger).note(path, "given")

    def measure(self, *measures: Measure) -> Outcome:
        running = DuckEngine(self.store.scratch)
        try:
            measuring = Measuring(self.store, Ledger(self.store.ledger), running, {"events": SCHEMA, "others": SCHEMA})
            return measuring.bring_up_to_date(measures or MEASURES, self.said.append)
        finally:
            running.close()

    def cells(self, id_: str, window: str, period: str) -> dict[tuple[str, str], dict[str, object]]:
        frame = Cells(self.store.cells(id_, window)).read()
        assert frame is not None
        rows = frame.filter(pl.col("period") == period).to_dicts()
        return {(row["ip_type"], row["ref_area"]): row for row in rows}

    def held(self, id_: str, window: str) -> set[str]:
        return {*Cells(self.store.cells(id_, window)).held()}

    def figures(self, *sparse: str, **indicators: Indicator) -> dict[tuple[str, str, str, str], Figure]:
        months = self.store.periods("events")
        behind = {month: delivery(month, day) for day, month in enumerate(months, 1)}
        behind |= {month: replace(behind[month], findings=(Remark("ABSENT_COLUMN", "", ""),)) for month in sparse}
        more = (areas_with_rights, cohorts_a_year_old, from_the_month_after, by_area_of_years, waits)
        known = {m.id: m for m in (*MEASURES, *more)}
        records = Records(Registry(indicators), known, self.store, {"events": behind}, {"reg": "登记机关"})
        return {(f.key.indicator_id, f.key.ref_area, f.key.time_period, f.key.accumulation): f for f in records.figures()}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    yield Desk(tmp_path)


def delivery(period: str, day: int) -> Delivery:
    came = datetime(2024, 5, day, tzinfo=UTC)
    return Delivery(f"reg-{period}", "reg", period, f"{period}.csv", "", "", 0, "utf-8", "csv", came, None, 1)


def indicator(column: str, of: str = "granted", **more: object) -> Indicator:
    text = Text(zh="甲", en="a")
    entry = {"unit": "items", "nature": "flow", "freq": "M", "direction": "none", "measured": Measured(measure=of, column=column)}
    return Indicator(title=text, definition=text, **(entry | more))  # type: ignore[arg-type]


def test_a_year_needs_twelve_months_and_a_year_to_date_all_since_january() -> None:
    months = ["2023-11", "2023-12", "2024-01", "2024-02", "2024-04"]
    assert scopes("month", months) == {month: [month] for month in months}
    assert scopes("year", months) == {}
    assert scopes("to_date", months) == {"2024-01": ["2024-01"], "2024-02": ["2024-01", "2024-02"]}
    whole = [f"2023-{n:02d}" for n in range(1, 13)]
    assert scopes("year", whole) == {"2023": whole}
    assert scopes("year", ["2022", "2023"]) == {"2022": ["2022"], "2023": ["2023"]}
    assert scopes("history", months) == {"all": months}


def test_slices_stand_side_by_side_and_leave_out_what_they_cannot_divide(desk: Desk) -> None:
    desk.measure()
    december = desk.cells("granted", "month", "2023-12")
    assert {key: (row["grants"], row["mean_days"]) for key, row in december.items()} == {
        ("_T", "_T"): (2, 40.0),  # (20 + 60) / 2
        ("_T", "CN-BJ"): (1, 20.0),
        ("_T", "CN-GD"): (1, 60.0),
        ("invention", "CN-BJ"): (1, 20.0),
        ("design", "CN-GD"): (1, 60.0),
    }
    assert list(desk.cells("granted", "month", "2024-01")) == [("_T", "_T")]  # its one grant is of no area


def test_the_year_to_date_counts_every_month_since_january(desk: Desk) -> None:
    desk.measure()
    assert desk.cells("granted", "to_date", "2024-02")["_T", "_T"]["grants"] == 1
    assert desk.held("granted", "to_date") == {"2024-01", "2024-02"}


def test_nothing_is_measured_twice_and_a_change_costs_its_own_periods(desk: Desk) -> None:
    first = desk.measure()
    assert len(first.made) == 4 + 2 + 4 + 4 + 4  # granted by month and to date, ends, stock, cohorts; no whole year
    assert desk.measure() == Outcome([], 18)
    desk.lay("2024-02", [("2024-02", "granted", 30, "2024", "CN-BJ", "invention")])
    again = desk.measure()
    assert sorted(again.made) == [
        ("cohorts", "month", "2024-02"),
        ("ends", "month", "2024-02"),
        ("granted", "month", "2024-02"),
        ("granted", "to_date", "2024-02"),
        ("stock", "month", "2024-02"),
    ]
    assert again.left == 13


def test_untouched_facts_are_not_read(desk: Desk) -> None:
    desk.measure()
    desk.store.fact_file("events", "2023-11").write_bytes(b"no parquet")
    desk.lay("2024-02", [("2024-02", "granted", 30, "2024", "CN-BJ", "invention")])
    assert len(desk.measure().made) == 5


def test_a_month_that_is_withdrawn_takes_its_cells_with_it(desk: Desk) -> None:
    desk.measure()
    path = desk.store.fact_file("events", "2024-02")
    Ledger(desk.store.ledger).forget(path)
    path.unlink()
    desk.measure()
    assert desk.held("granted", "month") == {"2023-11", "2023-12", "2024-01"}
    assert desk.held("granted", "to_date") == {"2024-01"}


def test_what_may_be_added_is_added_up_to_date(desk: Desk) -> None:
    desk.measure()
    found = desk.figures(ends=indicator("ends", "ends"))
    to_date = {(area, period): f.value for (_, area, period, way), f in found.items() if way == "year_to_date"}
    assert to_date == {
        ("CN", "2024-01"): 1,
        ("CN", "2024-02"): 2,
        ("CN-BJ", "2024-01"): 1,
        ("CN-BJ", "2024-02"): 1,
        ("CN-GD", "2024-01"): 0,
        ("CN-GD", "2024-02"): 1,
    }


def test_stocks_run_on_and_december_is_the_year_s(desk: Desk) -> None:
    desk.measure()
    found = desk.figures(in_force=indicator("in_force", "stock", nature="stock"))
    national = {period: f.value for (_, area, period, _), f in found.items() if area == "CN"}
    # +1, then +2, then +1 - 1, then -1
    assert national == {"2023-11": 1, "2023-12": 3, "2023": 3, "2024-01": 3, "2024-02": 2}
    assert found["in_force", "CN-GD", "2023-11", "stock"].value == 0
    assert found["in_force", "CN-BJ", "2024-02", "stock"].value == 1  # 1, 2, 1, 1


def test_beyond_a_missing_month_there_is_no_stock(desk: Desk) -> None:
    desk.store.fact_file("events", "2023-12").unlink()
    Ledger(desk.store.ledger).forget(desk.store.fact_file("events", "2023-12"))
    desk.measure()
    found = desk.figures(in_force=indicator("in_force", "stock", nature="stock"))
    assert {period for _, _, period, _ in found} == {"2023-11"}


def test_a_stock_that_cannot_be_summed_is_told_for_every_month_up_to_the_first_one_missing(desk: Desk) -> None:
    """Beijing has rights in November, Guangdong from December until February; March comes without events, April does not come.

    November has one right of Beijing, December two and one of Guangdong; January takes one of Beijing, February Guangdong's.
    """
    desk.lay("2024-03", [])
    desk.lay("2024-05", [("2024-05", "granted", 1, "2024", "CN-SC", "invention")])
    desk.measure(areas_with_rights)
    found = desk.figures(areas=indicator("areas", "areas_with_rights", nature="stock"))
    national = {period: (f.value, f.released_on.day) for (_, area, period, _), f in found.items() if area == "CN"}
    assert national == {
        "2023-11": (1, 1), "2023-12": (2, 2), "2023": (2, 2), "2024-01": (2, 3), "2024-02": (1, 4), "2024-03": (1, 5)
    }  # fmt: skip
    guangdong = {period: f.value for (_, area, period, _), f in found.items() if area == "CN-GD"}
    assert guangdong == {"2023-11": 0, "2023-12": 1, "2023": 1, "2024-01": 1, "2024-02": 0, "2024-03": 0}


def lay_two_years(desk: Desk) -> None:
    """2024 and 2025 after the two months of 2023: in every month one grant of an application filed in 2022 and one in 2024."""
    for month in (f"{year}-{n:02d}" for year in (2024, 2025) for n in range(1, 13)):
        desk.lay(month, [(month, "granted", 1, filed, "CN-BJ", "invention") for filed in ("2022", "2024")])


def cohorts_told(desk: Desk, of: str = "cohorts") -> dict[str, tuple[int, int]]:
    """The grants of each cohort told, with the day of May on which they were known: each month came a day later."""
    found = desk.figures(of_cohort=indicator("grants", of, freq="A"))
    return {period: (int(f.value), f.released_on.day) for (_, _, period, _), f in found.items()}


def test_cohorts_are_summed_over_all_months_and_told_if_their_own_are_all_there(desk: Desk) -> None:
    """The months of 2022, and ten of 2023, are not there; 2024 has 12 grants in its own year and 12 in the next, 2025 none."""
    desk.measure(cohorts)
    assert cohorts_told(desk) == {}
    lay_two_years(desk)
    desk.measure(cohorts)
    assert cohorts_told(desk) == {"2024": (24, 26), "2025": (0, 26)}


@pytest.mark.parametrize(("missing", "told"), [("2024-06", {}), ("2025-03", {"2024": (14, 16)})])
def test_no_cohort_counts_what_lies_beyond_a_missing_month(desk: Desk, missing: str, told: dict[str, tuple[int, int]]) -> None:
    """Until February 2025 there are 12 + 2 grants, known with the sixteenth month."""
    lay_two_years(desk)
    desk.store.fact_file("events", missing).unlink()
    Ledger(desk.store.ledger).forget(desk.store.fact_file("events", missing))
    desk.measure(cohorts)
    assert cohorts_told(desk) == told


def test_a_cohort_that_matures_is_told_when_its_years_have_passed_in_full(desk: Desk) -> None:
    lay_two_years(desk)
    last = desk.store.fact_file("events", "2025-12")
    kept = last.read_bytes()
    last.unlink()
    Ledger(desk.store.ledger).forget(last)
    desk.measure(cohorts_a_year_old, cohorts)
    assert (cohorts_told(desk), cohorts_told(desk, "cohorts_a_year_old")) == ({"2024": (23, 25)}, {})
    last.write_bytes(kept)
    Ledger(desk.store.ledger).note(last, "given")
    desk.measure(cohorts_a_year_old)
    assert cohorts_told(desk, "cohorts_a_year_old") == {"2024": (24, 26)}


def test_a_figure_says_where_it_comes_from_and_when_it_was_known(desk: Desk) -> None:
    desk.measure()
    figure = desk.figures(days=indicator("mean_days", nature="rate"))["days", "CN", "2024-01", "year_to_date"]
    assert (figure.value, figure.interval.low, figure.basis, figure.decimals) == (Decimal(40), Decimal(40), "records", 2)
    assert (figure.delivery_id, figure.locator, figure.publisher) == ("reg-2024-01", "granted.mean_days", "登记机关")
    assert figure.released_on == date(2024, 5, 3)
    assert (figure.period_start, figure.period_end) == (date(2024, 1, 1), date(2024, 1, 31))


def test_where_picks_one_code_as_the_total(desk: Desk) -> None:
    desk.measure()
    rule = Measured(measure="granted", column="grants", where={"ip_type": "invention"})
    found = desk.figures(inventions=indicator("grants", measured=rule))
    assert {(area, f.key.ip_type) for (_, area, _, _), f in found.items()} == {("CN-BJ", "_T")}


def test_steps_count_from_their_month_on(desk: Desk) -> None:
    """One grant of November counts from December on, two of December from January, one of January from February."""
    desk.measure(from_the_month_after)
    found = desk.figures(begun=indicator("begun", "from_the_month_after", nature="stock"))
    national = {period: f.value for (_, area, period, _), f in found.items() if area == "CN"}
    assert national == {"2023-11": 0, "2023-12": 1, "2023": 1, "2024-01": 3, "2024-02": 4}


def test_years_that_add_up_are_added_up_and_only_they_are_divided_further(desk: Desk) -> None:
    for month in (f"2024-{n:02d}" for n in range(3, 13)):
        desk.lay(month, [(month, "granted", 1, "2024", "CN-GD", "design")])
    desk.measure(by_area_of_years)
    found = desk.figures(grants=indicator("grants", "by_area_of_years"))
    assert {area for _, area, period, _ in found if period.startswith("2024-")} == {"CN"}
    years = {area: f.value for (_, area, period, _), f in found.items() if period == "2024"}
    assert years == {
        "CN": 11,
        "CN-BJ": 0,
        "CN-GD": 10,
    }  # one of January is of no area; Beijing's are of 2023, not delivered whole


def test_a_year_to_date_pools_the_cases_of_its_months_and_nothing_else_of_them(desk: Desk) -> None:
    """January 40 and 5 days, February 5: 50 / 3 and not the mean of 22.5 and 5. What cannot be added is told of months alone."""
    desk.measure(waits)
    told = {c: desk.figures(some=indicator(c, "waits")) for c in ("cases", "mean", "longest")}
    to_date = {c: [f.value for (_, area, _, acc), f in told[c].items() if (area, acc) == ("CN", "year_to_date")] for c in told}
    assert to_date == {"cases": [2, 3], "mean": [Decimal("22.5"), Decimal("16.666667")], "longest": []}
    months = {period: f.value for (_, area, period, acc), f in told["longest"].items() if (area, acc) == ("CN", "period")}
    assert months == {"2023-11": 10, "2023-12": 60, "2024-01": 40, "2024-02": 5}


def test_a_month_with_facts_says_of_every_group_that_there_was_nothing(desk: Desk) -> None:
    """Guangdong has nothing in November and January, Beijing nothing in February; a mean of nothing is no number."""
    desk.measure(waits)
    cases, means = (desk.figures(some=indicator(c, "waits")) for c in ("cases", "mean"))
    none = {(area, period) for (_, area, period, acc), f in cases.items() if acc == "period" and f.value == 0}
    assert none == {("CN-GD", "2023-11"), ("CN-GD", "2024-01"), ("CN-BJ", "2024-02")}
    assert none & {(area, period) for _, area, period, acc in means if acc == "period"} == set()
    assert cases["some", "CN-GD", "2024-01", "year_to_date"].value == 0


def test_of_a_month_whose_file_lacked_a_column_what_is_not_counted_is_not_known(desk: Desk) -> None:
    """Guangdong's January; ends of March, and so of the year to March and to April. February has an end, and is known."""
    desk.lay("2024-03", [])
    desk.lay("2024-04", [("2024-04", "ended", 5, "2023", "CN-GD", "design")])
    desk.measure(ends, waits)
    found = desk.figures("2024-01", "2024-02", "2024-03", ends=indicator("ends", "ends"), cases=indicator("cases", "waits"))
    told = {(period, acc): f.value for (id_, area, period, acc), f in found.items() if (id_, area) == ("ends", "CN")}
    assert {period: value for (period, acc), value in told.items() if acc == "period"} == {
        "2023-11": 0, "2023-12": 0, "2024-01": 1, "2024-02": 1, "2024-04": 1,
    }  # fmt: skip
    assert {period: value for (period, acc), value in told.items() if acc == "year_to_date"} == {"2024-01": 1, "2024-02": 2}
    assert ("cases", "CN-GD", "2023-11", "period") in found and ("cases", "CN-GD", "2024-01", "period") not in found


def test_a_month_without_any_case_is_nought_and_not_absent(desk: Desk) -> None:
    desk.lay("2024-03", [])
    desk.measure(ends)
    found = desk.figures(ends=indicator("ends", "ends"))
    assert {period: f.value for (_, area, period, acc), f in found.items() if (area, acc) == ("CN", "period")} == {
        "2023-11": 0, "2023-12": 0, "2024-01": 1, "2024-02": 1, "2024-03": 0,
    }  # fmt: skip


def test_a_measure_may_rest_on_the_cells_of_another(desk: Desk) -> None:
    assert desk.measure(greatest, by_area_of_years).made[-1] == ("greatest", "history", "all")  # whatever their order
    assert desk.cells("greatest", "history", "2023")["_T", "_T"]["greatest"] == 2
    desk.lay("2024-02", [("2024-02", "granted", 30, "2024", "CN-BJ", "invention")] * 3)
    assert desk.measure(greatest, by_area_of_years).left == 3
    assert desk.cells("greatest", "history", "2024")["_T", "_T"]["greatest"] == 3


def test_a_month_with_nothing_to_sum_comes_to_the_measures_that_rest_on_it_as_0(desk: Desk) -> None:
    desk.lay("2025-01", [("2025-01", "ended", 5, "2022", "CN-BJ", "invention")])
    desk.measure(by_area_of_years, greatest)
    assert [desk.cells("greatest", "history", year)["_T", "_T"]["greatest"] for year in ("2024", "2025")] == [1, 0]


def test_without_the_cells_it_rests_on_there_is_nothing_to_measure(desk: Desk) -> None:
    assert desk.measure(greatest) == Outcome([], 0)


def test_a_basis_and_what_rests_on_it_are_made_anew_only_where_rows_have_changed(desk: Desk) -> None:
    """Frozen by the first of the others, of 30 days: the events of 10 days in November and of 20 in December, not that of 60."""

    def told(month: str) -> tuple[object, object]:
        cell = desk.cells("beside_the_start", "month", month)["_T", "_T"]
        return cell["seen"], cell["events"]

    granted = ("granted", 5, "2024", "CN-BJ", "invention")
    desk.lay("2024-01", [("2024-01", "seen", 30, "", None, "")], "others")
    desk.measure(beside_the_start)
    assert told("2024-01") == (1, 2)
    made = desk.store.basis("at_first").stat().st_mtime_ns
    desk.lay("2024-02", [("2024-02", *granted)])
    assert desk.measure(beside_the_start) == Outcome([], 1)
    desk.lay("2024-02", [("2024-02", "seen", 99, "", None, "")] * 2, "others")  # with these, that of 60 days would be in it
    assert desk.measure(beside_the_start) == Outcome([("beside_the_start", "month", "2024-02")], 1)
    assert (told("2024-02"), desk.store.basis("at_first").stat().st_mtime_ns) == ((2, 2), made)
    desk.lay("2023-12", [("2023-12", *granted)] * 2)
    months = ["2024-01", "2024-02"]
    assert desk.measure(beside_the_start).made == [("beside_the_start", "month", month) for month in months]
    assert [told(month) for month in months] == [(1, 3), (2, 3)]
    desk.lay("2023-12", [("2023-12", "granted", 6, "2023", "CN-GD", "invention")] * 2)  # of which the basis shows nothing new
    assert desk.measure(beside_the_start) == Outcome([], 2)


def lay_kinds(desk: Desk, month: str, kinds: str) -> None:
    desk.lay(month, [(month, kind, 1, "", None, "") for kind in kinds], "others")


def kinds(desk: Desk) -> list[object]:
    return [desk.cells("kinds_so_far", "month", m)["_T", "_T"]["kinds"] for m in sorted(desk.held("kinds_so_far", "month"))]


def test_a_basis_grows_by_the_months_that_are_new_and_starts_again_where_an_old_one_has_changed(desk: Desk) -> None:
    lay_kinds(desk, "2024-01", "ab")
    lay_kinds(desk, "2024-02", "bc")
    desk.measure(kinds_so_far)
    assert kinds(desk) == [2, 3]
    for month in ("2024-01", "2024-02"):
        desk.store.fact_file("others", month).write_bytes(b"no parquet")  # and nobody reads it
    lay_kinds(desk, "2024-03", "acd")
    assert desk.measure(kinds_so_far) == Outcome([("kinds_so_far", "month", "2024-03")], 2)
    assert kinds(desk) == [2, 3, 4]
    lay_kinds(desk, "2024-01", "ab")
    lay_kinds(desk, "2024-02", "bcef")
    assert desk.measure(kinds_so_far) == Outcome([("kinds_so_far", "month", month) for month in ("2024-02", "2024-03")], 1)
    assert kinds(desk) == [2, 5, 6]
    last = desk.store.fact_file("others", "2024-03")
    Ledger(desk.store.ledger).forget(last)
    last.unlink()
    lay_kinds(desk, "2024-01", "a")
    assert desk.measure(kinds_so_far).left == 0
    assert kinds(desk) == [1, 5]


def test_what_rests_on_a_basis_that_grows_is_known_with_the_last_to_come_of_the_months_up_to_it(desk: Desk) -> None:
    for month in ("2024-01", "2024-02", "2024-03"):
        lay_kinds(desk, month, "a")
    desk.measure(kinds_so_far)
    came = {"2024-01": delivery("2024-01", 8), "2024-02": delivery("2024-02", 5), "2024-03": delivery("2024-03", 20)}
    registry = Registry({"kinds": indicator("kinds", of="kinds_so_far")})
    figures = Records(registry, {"kinds_so_far": kinds_so_far}, desk.store, {"others": came}, {"reg": "登记机关"}).figures()
    assert [f.released_on.day for f in sorted(figures, key=lambda f: f.key.time_period)] == [8, 8, 20]


@pytest.mark.parametrize(
    ("late", "known"),
    [
        ({}, (5, 20)),
        ({"2023-12": 25}, (25, 25)),  # it lies beneath both
        ({"2024-01": 25}, (5, 20)),  # of this month no event is asked for
    ],
)
def test_what_rests_on_a_basis_is_known_with_its_own_month_and_all_that_lies_beneath(
    desk: Desk, late: dict[str, int], known: tuple[int, int]
) -> None:
    """Events came on 1 to 4 May, but for the late; the others of January on 5 May, those of February on the 20th."""
    for month in ("2024-01", "2024-02"):
        desk.lay(month, [(month, "seen", 30, "", None, "")], "others")
    desk.measure(beside_the_start)
    events = {month: delivery(month, late.get(month, day)) for day, month in enumerate(desk.store.periods("events"), 1)}
    others = {"2024-01": delivery("2024-01", 5), "2024-02": delivery("2024-02", 20)}
    registry = Registry({"seen": indicator("seen", of="beside_the_start")})
    behind = {"events": events, "others": others}
    figures = Records(registry, {"beside_the_start": beside_the_start}, desk.store, behind, {"reg": "登记机关"}).figures()
    assert sorted((f.key.time_period, f.released_on.day) for f in figures) == [("2024-01", known[0]), ("2024-02", known[1])]


def test_a_measure_may_look_at_a_table_of_its_own(desk: Desk) -> None:
    """Ten for a grant, one for an end: two grants in December; a grant and an end in January."""
    desk.measure(weighed)
    assert [desk.cells("weighed", "month", month)["_T", "_T"]["weight"] for month in ("2023-12", "2024-01")] == [20, 11]


def test_different_values_of_months_and_to_date_are_never_added(desk: Desk) -> None:
    """January has 2022 (of Beijing) and 2023 (of no area), February 2023 (of Guangdong): two in all, one in either area."""
    desk.measure(years_of_filing)

    def told(window: str, month: str) -> dict[tuple[str, str], object]:
        return {key: cell["years"] for key, cell in desk.cells("years_of_filing", window, month).items()}

    assert told("month", "2024-01") == {("_T", "_T"): 2, ("_T", "CN-BJ"): 1}
    assert told("month", "2024-02") == {("_T", "_T"): 1, ("_T", "CN-GD"): 1}
    assert told("to_date", "2024-02") == {("_T", "_T"): 2, ("_T", "CN-BJ"): 1, ("_T", "CN-GD"): 1}
    assert desk.held("years_of_filing", "to_date") == {"2024-01", "2024-02"}


@pytest.mark.parametrize("at_once", [1, 1 << 24])
def test_months_to_date_are_the_same_read_one_by_one_and_together(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("ipmon.registers.measuring.FEWER_AT_ONCE", at_once)
    desk.lay("2024-03", [("2024-03", "ended", 5, "2021", "CN-BJ", "invention")])
    desk.measure(events_and_years)

    def told(month: str) -> dict[tuple[str, str], tuple[object, object]]:
        cells = desk.cells("events_and_years", "to_date", month)
        return {key: (cell["events"], cell["years"]) for key, cell in cells.items()}

    assert told("2024-01") == {("_T", "_T"): (2, 2), ("_T", "CN-BJ"): (1, 1)}
    assert told("2024-02") == {("_T", "_T"): (3, 2), ("_T", "CN-BJ"): (1, 1), ("_T", "CN-GD"): (1, 1)}
    assert told("2024-03") == {("_T", "_T"): (4, 3), ("_T", "CN-BJ"): (2, 2), ("_T", "CN-GD"): (1, 1)}


def test_different_values_are_counted_in_the_facts_of_years_too_and_none_are_0(desk: Desk) -> None:
    desk.lay(
        "2022",
        [("2022", "seen", 0, "a", None, ""), ("2022", "seen", 0, "b", None, ""), ("2022", "seen", 0, "a", None, "")],
        "others",
    )
    desk.lay("2023", [("2023", "seen", 0, None, None, "")], "others")
    desk.measure(kinds_of_years)
    assert [desk.cells("kinds_of_years", "year", year)["_T", "_T"]["kinds"] for year in ("2022", "2023")] == [2, 0]
