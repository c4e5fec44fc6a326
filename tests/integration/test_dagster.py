"""What Dagster sees: definitions that load, the graph's layers, checks that are registered, the schedule, the inbox."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from assets.registers.assets import months
from ipmon.deliveries import CHINA, load_manifest
from ipmon.door import Receipt
from ipmon.paths import DataRoot
from ipmon.withdrawals import withdraw
from pipelines.checks import KINDS
from pipelines.definitions import defs
from pipelines.receiving import receive
from pipelines.sensors import inbox, release_after_registers, withdrawn_months

CHECKOUT = Path(__file__).resolve().parents[2]
FIGURES = "examination_cycles"


def test_the_definitions_load_as_the_web_server_loads_them() -> None:
    dg.Definitions.validate_loadable(defs)


def test_the_graph_has_the_layers_that_a_statistician_knows() -> None:
    graph = defs.resolve_asset_graph()
    groups = {graph.get(key).group_name for key in graph.get_all_asset_keys()}
    assert groups == {
        *("raw", "facts", "measures", "staging", "figures", "observations"),
        *("indicators", "marts", "charts", "bulletin", "pages", "release"),
    }
    for key in graph.get_all_asset_keys():
        assert graph.get(key).description, key
        assert graph.get(key).owners, key


def test_every_rule_that_ran_is_reported_by_a_registered_check(mart: duckdb.DuckDBPyConnection) -> None:
    reported = set(mart.execute("select distinct table_name, severity from checks").fetchall())
    assert reported == {kind for kind in KINDS if kind[0] != "facts"}  # of which the shipped deliveries give none


def test_a_release_is_scheduled_monthly_in_beijing_time() -> None:
    schedule = defs.resolve_schedule_def("monthly_release")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("30 9 20 * *", "Asia/Shanghai")


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IPMON_HOME", str(tmp_path))
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def shipped(source: str) -> Path:
    return next((CHECKOUT / "data" / "raw" / source).rglob("*.csv"))


def test_a_file_named_by_contract_is_received_and_a_release_asked_for(box: Path) -> None:
    shutil.copy(shipped(FIGURES), box / f"{FIGURES}@2026-11.csv")
    outcome = inbox(dg.build_sensor_context())
    assert isinstance(outcome, dg.SensorResult)
    assert len(outcome.run_requests or []) == 1
    assert [d.source_id for d in load_manifest(DataRoot(box.parent))] == [FIGURES]
    assert list(box.iterdir()) == []


def test_a_broken_file_leaves_the_inbox_for_quarantine(box: Path) -> None:
    (box / f"{FIGURES}@2026-11.csv").write_bytes(shipped(FIGURES).read_bytes()[:-5])
    outcome = inbox(dg.build_sensor_context())
    assert isinstance(outcome, dg.SkipReason)
    assert "REJECTED TRUNCATED" in (outcome.skip_message or "")
    assert list(box.iterdir()) == []
    assert len(list((box.parent / "work" / "quarantine" / FIGURES).iterdir())) == 1


def test_a_file_on_which_the_software_fails_stays_and_holds_up_no_other(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(path: Path, source: str, *more: Any) -> Receipt:
        if source == FIGURES:
            raise ZeroDivisionError("a fault")
        return receive(path, source, *more)

    monkeypatch.setattr("pipelines.sensors.receive", failing)
    first = box / f"{FIGURES}@2026-11.csv"
    shutil.copy(shipped(FIGURES), first)
    pledges(box, "2024-09")
    assert [run.partition_key for run in asked()] == ["2024-09"]
    assert list(box.iterdir()) == [first]
    outcome = inbox(dg.build_sensor_context())
    assert isinstance(outcome, dg.SkipReason)
    assert outcome.skip_message == f"left {first.name}: ZeroDivisionError: a fault"


def test_a_file_with_another_name_stays_and_is_explained(box: Path) -> None:
    (box / "notes.txt").write_text("hello")
    outcome = inbox(dg.build_sensor_context())
    assert isinstance(outcome, dg.SkipReason)
    assert "name it <source>@<period>.<ending>" in (outcome.skip_message or "")
    assert (box / "notes.txt").exists()


HEADER = "registration_no,right_kind,registered_on,released_on,amount_cny,pledgor_id,enterprise_size,area"


def pledges(box: Path, month: str) -> None:
    """A file of the register of pledges for a month, in the inbox."""
    row = f"P{month},patent,{month}-02,,100,ORG1,small,CN-JS"
    (box / f"pledge_registrations@{month}.csv").write_text(f"{HEADER}\n{row}\n#END,1\n", "utf-8")


def asked() -> list[dg.RunRequest]:
    """What the sensor asks for, as the daemon sees it."""
    return list(inbox.evaluate_tick(dg.build_sensor_context(definitions=defs)).run_requests or [])


def test_a_register_asks_for_its_month_before_a_release(box: Path) -> None:
    pledges(box, "2024-09")
    shutil.copy(shipped(FIGURES), box / f"{FIGURES}@2026-11.csv")
    assert [(r.job_name, r.partition_key) for r in asked()] == [("registers", "2024-09")]
    assert asked() == []


def test_a_delivery_taken_in_by_a_look_that_was_cut_short_is_asked_for_by_the_next(box: Path) -> None:
    """The file still lies in the inbox, and nobody has asked for its month."""
    pledges(box, "2024-09")
    file = next(box.iterdir())
    receive(file, "pledge_registrations", "2024-09", None, DataRoot(box.parent), box)
    assert file.exists()
    assert [(r.job_name, r.partition_key) for r in asked()] == [("registers", "2024-09")]
    assert list(box.iterdir()) == []


def test_registers_of_several_months_ask_for_one_run_over_all_of_them(box: Path) -> None:
    pledges(box, "2024-09")
    pledges(box, "2024-07")
    (request,) = asked()
    assert (request.job_name, request.partition_key) == ("registers", None)
    with dg.DagsterInstance.ephemeral() as instance:
        job = defs.resolve_job_def("registers")
        assert job.execute_in_process(instance=instance, tags=dict(request.tags)).success
        assert instance.get_materialized_partitions(dg.AssetKey("fct_pledges")) == {"2024-07", "2024-09"}
        assert instance.get_materialized_partitions(dg.AssetKey("fct_inventory")) == set()
    facts = box.parent / "work" / "registers" / "facts" / "pledges"
    assert sorted(path.stem for path in facts.glob("*.parquet")) == ["2024-07", "2024-09"]


def grid(instance: dg.DagsterInstance, *keys: str) -> dict[str, str | None]:
    """How months of the pledges look in the grid."""
    found = instance.get_status_by_partition(dg.AssetKey("fct_pledges"), keys, months) or {}
    return {month: status and status.value for month, status in found.items()}


def marking(instance: dg.DagsterInstance) -> list[dg.RunRequest]:
    """What the sensor asks for to mark months that lost their files."""
    context = dg.build_sensor_context(instance=instance, definitions=defs)
    return list(withdrawn_months.evaluate_tick(context).run_requests or [])


def test_f42_a_month_whose_files_were_all_withdrawn_is_red_until_it_comes_again(box: Path) -> None:
    """August stays green. A run over all registers does not fail, for it would turn months red that never came."""
    root, today = DataRoot(box.parent), datetime.now(UTC).astimezone(CHINA).date()
    for month in ("2024-08", "2024-09"):
        pledges(box, month)
    with dg.DagsterInstance.ephemeral() as instance:
        job = defs.resolve_job_def("registers")
        job.execute_in_process(instance=instance, tags=dict(asked()[0].tags))
        assert marking(instance) == []
        september = next(d for d in load_manifest(root) if d.period == "2024-09")
        withdraw(september.delivery_id, today, "Two counties were missing.", root, datetime.now(UTC))
        assert job.execute_in_process(instance=instance, partition_key="2024-09").success
        assert grid(instance, "2024-08", "2024-09") == {"2024-08": "MATERIALIZED", "2024-09": "MATERIALIZED"}

        (request,) = marking(instance)
        assert (request.partition_key, request.asset_selection) == ("2024-09", [dg.AssetKey("fct_pledges")])
        narrow = {"partition_key": request.partition_key, "asset_selection": request.asset_selection}
        run = job.execute_in_process(instance=instance, raise_on_error=False, **narrow)
        assert grid(instance, "2024-08", "2024-09") == {"2024-08": "MATERIALIZED", "2024-09": "FAILED"}
        (failure,) = [e.step_failure_data.user_failure_data for e in run.all_events if e.is_step_failure]
        cause = f"delivery {september.delivery_id} withdrawn by its publisher on {today}: Two counties were missing."
        assert failure and failure.description and failure.description.endswith(cause)
        assert "2024-09：全部交付已撤回" in failure.description
        assert marking(instance) == []

        pledges(box, "2024-09")
        (request,) = asked()
        assert job.execute_in_process(instance=instance, partition_key=request.partition_key).success
        assert grid(instance, "2024-08", "2024-09") == {"2024-08": "MATERIALIZED", "2024-09": "MATERIALIZED"}


def test_a_month_outside_the_grid_asks_for_a_release_at_once(box: Path) -> None:
    pledges(box, "2011-12")
    assert [(r.job_name, r.partition_key) for r in asked()] == [("release", None)]


def test_a_release_follows_a_run_of_the_registers(box: Path) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = defs.resolve_job_def("registers").execute_in_process(instance=instance, partition_key="2024-09")
        context = dg.build_run_status_sensor_context(
            sensor_name="release_after_registers",
            dagster_instance=instance,
            dagster_run=run.dagster_run,
            dagster_event=next(e for e in run.all_events if e.event_type == dg.DagsterEventType.RUN_SUCCESS),
        )
        request = release_after_registers(context)
    assert isinstance(request, dg.RunRequest)
    assert request.run_key == f"after {run.run_id}"
    sensor = defs.get_repository_def().get_sensor_def("release_after_registers")
    assert [target.job_name for target in sensor.targets] == ["release"]
