"""The inbox: files named by contract are received as they arrive.

Belongs here: looking into data/inbox and reporting. Not here: taking files in (see ipmon/intake.py).
"""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg

from assets import declarations
from ipmon.errors import IpmonError
from ipmon.intake import receive
from ipmon.paths import DataRoot, data_root
from pipelines.jobs import release_job

NAME = re.compile(r"(?P<source>[a-z][a-z0-9_]*)@(?P<period>\d{4}(?:-(?:S[12]|Q[1-4]|\d\d))?)(?:@(?P<issued>\d{4}-\d\d-\d\d))?\.\w+")


@dg.sensor(job=release_job, minimum_interval_seconds=60, description="Receives files put into data/inbox as <source>@<period>[@<issued>].<ending>.")
def inbox(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Receives every file of the inbox, removes what was taken in or quarantined, and asks for a release if anything was new."""
    root = data_root()
    outcomes = [_receive(path, root) for path in sorted(root.inbox.glob("*")) if not path.name.startswith(".")] if root.inbox.is_dir() else []
    for outcome in outcomes:
        context.log.info(outcome)
    accepted = [o for o in outcomes if o.startswith("accepted")]
    if not accepted:
        return dg.SkipReason("; ".join(outcomes) or "The inbox is empty.")
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=" ".join(accepted))])


def _receive(path: Path, root: DataRoot) -> str:
    """One sentence on what became of a file. It leaves the inbox once it lies in raw or in quarantine."""
    match, contracts = NAME.fullmatch(path.name), declarations().contracts
    if match is None or match["source"] not in contracts:
        return f"left {path.name}: name it <source>@<period>.<ending> with a source of assets/sources"
    issued = date.fromisoformat(match["issued"]) if match["issued"] else None
    try:
        receipt = receive(
            path, contracts[match["source"]], match["period"], issued, root, datetime.now(UTC), declarations().dimensions, root.inbox
        )
    except IpmonError as error:
        if error.exit_code == 3:
            path.unlink()
        return str(error)
    path.unlink()
    return f"{receipt.outcome} {receipt.delivery.delivery_id}"
