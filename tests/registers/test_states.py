"""What was said before a correction: told once, known since, retired on. Days and values by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from assets import declarations
from assets.measures import measures
from ipmon.deliveries import Delivery, Withdrawal
from ipmon.figures import Figure, Key
from ipmon.intervals import Interval
from ipmon.paths import DataRoot
from ipmon.registers.states import Ending, State, before, endings, history
from ipmon.registers.update import Registers
from ipmon.vintages import vintages_of

FIRST, SECOND, THIRD = date(2024, 2, 5), date(2024, 3, 5), date(2024, 4, 5)


def delivery(period: str, day: date, source: str = "reg") -> Delivery:
    came = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    return Delivery(f"{source}-{period}-{day}", source, period, "a.csv", "", "", 0, "utf-8", "csv", came, None, 1)


def figure(period: str, value: int, known: date) -> Figure:
    key = Key("grants", "CN", "_T", "_T", "_T", "_T", "_T", "M", period, "period")
    number = Decimal(value)
    return Figure(
        key, known, known, number, Interval(number, number), "items", 0, "A", "F", known, "day of receipt", "", "official",
        f"d{value}", "grants.grants", "", "", "", "", basis="records",
    )  # fmt: skip


def test_only_a_file_in_another_s_place_ends_a_state() -> None:
    came = [
        delivery("2024-01", FIRST),
        delivery("2024-02", SECOND),
        delivery("2024-01", THIRD),
        delivery("2024-01", SECOND, "tables"),
    ]
    (ending,) = endings(came, {"reg"})
    assert (ending.day, ending.withdrawn) == (THIRD, ())
    assert [d.period for d in before(came, ending)] == ["2024-01", "2024-02", "2024-01"]


def test_f42_what_moves_with_every_snapshot_is_not_said_to_be_withdrawn(tmp_path: Path) -> None:
    """A month's own numbers go with its file; cohorts by the latest snapshot may have moved for another reason."""
    declared = declarations()
    registers = Registers(DataRoot(tmp_path), declared.registers, measures())
    gone = delivery("2024-02", SECOND, "university_inventory")
    told = registers._withdrawn(declared.registry, Ending((SECOND, gone.received_at), (gone,)))
    assert told["inventory_patents_listed"] == told["univ_stock_patents_inventoried"] == (gone.delivery_id,)
    assert {told[id_] for id_ in ("inventory_cohort_patents", "inventory_converted_within_6", "pledge_amount")} == {()}


def test_f42_what_was_withdrawn_on_the_day_it_came_was_known_before() -> None:
    """In March a file came for February and was taken back an hour later; the other one stays."""
    gone = delivery("2024-02", SECOND)
    gone = replace(gone, withdrawal=Withdrawal(SECOND, gone.received_at + timedelta(hours=1), "wrong"))
    came = [delivery("2024-01", FIRST), gone]
    (ending,) = endings(came, {"reg"})
    assert (ending.day, ending.withdrawn) == (SECOND, (gone,))
    assert [(d.period, d.withdrawal) for d in before(came, ending)] == [("2024-01", None), ("2024-02", None)]


def test_f42_corrections_and_withdrawals_of_one_day_end_two_states() -> None:
    gone = delivery("2024-02", FIRST)
    gone = replace(gone, withdrawal=Withdrawal(THIRD, gone.received_at + timedelta(days=99), "wrong"))
    came = [delivery("2024-01", FIRST), gone, delivery("2024-01", THIRD)]
    assert [(e.day, len(e.withdrawn), e.name) for e in endings(came, {"reg"})] == [
        (THIRD, 0, "2024-04-05"),
        (THIRD, 1, "2024-04-05-withdrawn"),
    ]


def test_f42_a_value_names_the_withdrawals_that_ended_it() -> None:
    told = history([State(None, [figure("2024-01", 10, FIRST)]), State(THIRD, [], {"grants": ("reg-1",), "other": ("reg-2",)})])
    assert [(f.value, f.retired_on, f.retired_by) for f in told] == [(10, THIRD, ("reg-1",))]


def test_a_corrected_value_is_known_since_the_correction_and_the_old_one_until_then() -> None:
    told = history(
        [State(None, [figure("2024-01", 10, FIRST)]), State(THIRD, [figure("2024-01", 12, THIRD), figure("2024-02", 7, SECOND)])]
    )
    assert {(f.key.time_period, f.value, f.released_on, f.retired_on) for f in told} == {
        ("2024-01", 10, FIRST, THIRD),
        ("2024-01", 12, THIRD, None),
        ("2024-02", 7, SECOND, None),
    }
    january = vintages_of([f for f in told if f.key.time_period == "2024-01"])
    assert [(v.figure.value, v.since, v.until) for v in january] == [(10, FIRST, THIRD), (12, THIRD, None)]


def test_an_unchanged_value_keeps_the_day_it_was_first_said() -> None:
    told = history([State(None, [figure("2024-01", 10, FIRST)]), State(THIRD, [figure("2024-01", 10, THIRD)])])
    assert [(f.value, f.released_on) for f in told] == [(10, FIRST)]


def test_a_value_of_a_withdrawn_month_is_retired() -> None:
    told = history([State(None, [figure("2024-01", 10, FIRST)]), State(THIRD, [])])
    assert [(f.value, f.retired_on) for f in told] == [(10, THIRD)]
    assert [(v.since, v.until) for v in vintages_of(told)] == [(FIRST, THIRD)]


def test_a_running_sum_behind_a_correction_changes_on_its_day() -> None:
    """The stock of February rests on February's file of March, but changes because January was corrected in April."""
    told = history([State(None, [figure("2024-02", 17, SECOND)]), State(THIRD, [figure("2024-02", 19, SECOND)])])
    assert [(f.value, f.released_on) for f in told] == [(17, SECOND), (19, THIRD)]
