"""Arrivals: files named by contract are received as they come, and months that lost all their files are marked.

Belongs here: looking into data/inbox and at withdrawals, reporting, asking for what follows. Not here: taking files in (see
receiving.py) or back (ipmon/withdrawals.py).
"""

import logging
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import dagster as dg

from assets import declarations
from assets.registers.assets import MONTHLY, facts, months
from ipmon.deliveries import CHINA, Delivery, load_manifest, received_by
from ipmon.errors import IpmonError
from ipmon.paths import DataRoot, data_root
from ipmon.registers.arrivals import arrivals
from pipelines.jobs import registers_job, release_job
from pipelines.receiving import receive

NAME = re.compile(
    r"(?P<source>[a-z][a-z0-9_]*)@(?P<period>\d{4}(?:-(?:S[12]|Q[1-4]|\d\d))?)(?:@(?P<issued>\d{4}-\d\d-\d\d))?\.\w+"
)
SETTLED = 1.0
"""Seconds over which a file must not have changed: one that is still being copied is left for the next look."""
RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")


@dataclass(frozen=True)
class _Outcome:
    """One sentence on what became of a file; the delivery that it is, the fault if this software is at fault."""

    told: str
    delivery: Delivery | None = None
    fault: Exception | None = None


@dg.sensor(
    jobs=[registers_job, release_job],
    minimum_interval_seconds=60,
    description="Receives files put into data/inbox as <source>@<period>[@<issued>].<ending>.",
)
def inbox(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Receives every file of the inbox, removes what was taken in or quarantined, and asks for what follows from what is new."""
    root = data_root()
    outcomes = [_receive(path, root) for path in _waiting(root.inbox)]
    for outcome in outcomes:
        context.log.log(logging.ERROR if outcome.fault else logging.INFO, outcome.told, exc_info=outcome.fault)
    deliveries = [o.delivery for o in outcomes if o.delivery]  # a known one too: the look that took it in may have been cut short
    if not deliveries:
        return dg.SkipReason("; ".join(o.told for o in outcomes) or "The inbox is empty.")
    return dg.SensorResult(run_requests=[_request(deliveries)])


def _request(deliveries: Sequence[Delivery]) -> dg.RunRequest:
    """The months of registers, all in one run, after which a release follows; where there is none, a release at once.

    Never both: while one of them runs the other would find the data root locked.
    """
    key, known = " ".join(d.delivery_id for d in deliveries), set(months.get_partition_keys())
    new = sorted({d.period for d in deliveries if d.source_id in declarations().registers} & known)
    if not new:
        return dg.RunRequest(run_key=key, job_name=release_job.name)
    if len(new) == 1:
        return dg.RunRequest(run_key=key, job_name=registers_job.name, partition_key=new[0])
    return dg.RunRequest(run_key=key, job_name=registers_job.name, tags=dict(zip(RANGE, (new[0], new[-1]), strict=True)))


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitored_jobs=[registers_job],
    request_job=release_job,
    description="Asks for a release after every run of the job registers that ended well.",
)
def release_after_registers(context: dg.RunStatusSensorContext) -> dg.RunRequest:
    """The release of the facts that the run has made."""
    return dg.RunRequest(run_key=f"after {context.dagster_run.run_id}")


@dg.sensor(
    job=registers_job,
    minimum_interval_seconds=60,
    description="Turns months of registers red in the grid whose deliveries were all withdrawn.",
)
def withdrawn_months(context: dg.SensorEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
    """A run for each month that is still green, which fails with the reason: Dagster's storage cannot forget one month alone."""
    today, known, made = datetime.now(CHINA).date(), months.get_partition_keys(), dg.AssetPartitionStatus.MATERIALIZED
    received = received_by(load_manifest(data_root()), today)
    requests: list[dg.RunRequest] = []
    for register, asset in zip(MONTHLY, facts, strict=True):
        gone = {row.period for row in arrivals({register.id: register}, received, today) if row.status == "withdrawn"}
        grid = context.instance.get_status_by_partition(asset.key, sorted(gone & {*known}), months) if gone else None
        still_green = [month for month, status in (grid or {}).items() if status == made]
        requests += [dg.RunRequest(partition_key=month, asset_selection=[asset.key]) for month in still_green]
    return requests or dg.SkipReason("No month that is green in the grid has lost all its deliveries.")


def _waiting(folder: Path) -> list[Path]:
    """The visible files and links of the inbox that are no longer being written."""
    before = _state(folder)
    if before:
        time.sleep(SETTLED)
    now = _state(folder)
    return sorted(path for path in before if before[path] == now.get(path))


def _state(folder: Path) -> dict[Path, tuple[int, int]]:
    seen = {path: path.lstat() for path in folder.glob("[!.]*") if path.is_symlink() or path.is_file()}
    return {path: (found.st_size, found.st_mtime_ns) for path, found in seen.items()}


def _receive(path: Path, root: DataRoot) -> _Outcome:
    """What became of a file. It leaves the inbox once it lies in raw or in quarantine."""
    match, declared = NAME.fullmatch(path.name), declarations()
    if match is None or match["source"] not in {*declared.contracts, *declared.registers}:
        return _Outcome(
            f"left {path.name}: name it <source>@<period>.<ending> with a source of assets/sources or assets/registers"
        )
    try:
        issued = date.fromisoformat(match["issued"]) if match["issued"] else None
    except ValueError:
        return _Outcome(f"left {path.name}: {match['issued']} is no date")
    try:
        receipt = receive(path, match["source"], match["period"], issued, root, root.inbox)
    except IpmonError as error:
        if error.exit_code == 3:
            path.unlink()
        return _Outcome(str(error))
    except Exception as error:  # it must not hold up the other files, nor lose what those already taken in ask for
        return _Outcome(f"left {path.name}: {type(error).__name__}: {error}", fault=error)
    path.unlink()
    return _Outcome(f"{receipt.outcome} {receipt.delivery.delivery_id}", receipt.delivery)
