"""The inbox: files named by contract are received as they arrive.

Belongs here: looking into data/inbox and reporting. Not here: taking files in (see ipmon/intake.py).
"""

import re
import time
from datetime import date
from pathlib import Path

import dagster as dg

from assets import declarations
from ipmon.errors import IpmonError
from ipmon.paths import DataRoot, data_root
from pipelines.jobs import release_job
from pipelines.receiving import receive

NAME = re.compile(
    r"(?P<source>[a-z][a-z0-9_]*)@(?P<period>\d{4}(?:-(?:S[12]|Q[1-4]|\d\d))?)(?:@(?P<issued>\d{4}-\d\d-\d\d))?\.\w+"
)
SETTLED = 1.0
"""Seconds over which a file must not have changed: one that is still being copied is left for the next look."""


@dg.sensor(
    job=release_job,
    minimum_interval_seconds=60,
    description="Receives files put into data/inbox as <source>@<period>[@<issued>].<ending>.",
)
def inbox(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Receives every file of the inbox, removes what was taken in or quarantined, and asks for a release if anything was new."""
    root = data_root()
    outcomes = [_receive(path, root) for path in _waiting(root.inbox)]
    for outcome in outcomes:
        context.log.info(outcome)
    accepted = [o for o in outcomes if o.startswith("accepted")]
    if not accepted:
        return dg.SkipReason("; ".join(outcomes) or "The inbox is empty.")
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=" ".join(accepted))])


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


def _receive(path: Path, root: DataRoot) -> str:
    """One sentence on what became of a file. It leaves the inbox once it lies in raw or in quarantine."""
    match, declared = NAME.fullmatch(path.name), declarations()
    if match is None or match["source"] not in {*declared.contracts, *declared.registers}:
        return f"left {path.name}: name it <source>@<period>.<ending> with a source of assets/sources or assets/registers"
    try:
        issued = date.fromisoformat(match["issued"]) if match["issued"] else None
        receipt = receive(path, match["source"], match["period"], issued, root, root.inbox)
    except ValueError:
        return f"left {path.name}: {match['issued']} is no date"
    except IpmonError as error:
        if error.exit_code == 3:
            path.unlink()
        return str(error)
    path.unlink()
    return f"{receipt.outcome} {receipt.delivery.delivery_id}"
