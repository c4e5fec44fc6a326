"""One release from the command line: the same job that the schedule runs, in this process.

Belongs here: running the job and turning its outcome into a sentence. Not here: the job (see jobs.py).
"""

import logging
import os
import time
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from ipmon.checking import checker
from ipmon.deliveries import CHINA, load_manifest, received_by
from ipmon.errors import GateRefused, IpmonError
from ipmon.gate import checks_of, decide, gate
from ipmon.locks import single_writer
from ipmon.paths import CHECKOUT, DataRoot, data_root
from ipmon.release import DiskFull, candidate_folder, current_id, discard, is_disk_full, is_repeat


def run(as_of: date | None) -> str:
    """Builds, checks and publishes; says what was published, or that nothing changed.

    Raises IpmonError for what people can mend, GateRefused for a candidate that failed its checks. A candidate is kept only then.
    """
    started, root, run_id = time.monotonic(), data_root(), str(uuid4())
    before = current_id(root)
    day = as_of or datetime.now(CHINA).date()
    if is_repeat(root, day, (d.delivery_id for d in received_by(load_manifest(root), day) if not d.withdrawal)):
        return f"Nothing new: release {before} already says what these deliveries say on {day}."
    with single_writer(root):
        pass  # who comes second is told at once, not when all is imported; the run takes the lock itself (assets/occasion.py)
    try:
        _execute(_dagster_home(root), as_of, run_id)
    except BaseException as error:
        raise _explained(error, root, run_id) from None
    after = current_id(root)
    if after == before:
        return f"Nothing new: release {after} holds this content already."
    return f"Published release {after} in {time.monotonic() - started:.0f} s: {root.current.relative_to(root.root)}/"


def _execute(home: Path, as_of: date | None, run_id: str) -> None:
    """Runs the job in this process, its values handed on in memory; its record goes where `make ui` looks.

    The process that checks has most to import: it comes first, while this one imports Dagster. Those that draw and write start
    with the run.
    """
    with checker() as checks:
        import dagster as dg

        from assets.occasion import Occasion
        from pipelines.definitions import defs

        # Where nothing changed there is no mart to check; that each check says so is no news to a reader.
        logging.getLogger("dagster._core.execution.plan.active").setLevel(logging.ERROR)
        occasion = Occasion(as_of=as_of.isoformat() if as_of else "")
        resources: dict[str, Any] = {"occasion": occasion, "checker": checks, "io_manager": dg.mem_io_manager}
        with dg.DagsterInstance.from_config(str(home)) as instance:
            job = defs.resolve_job_def("release")
            job.execute_in_process(
                instance=instance, resources=resources, run_id=run_id, run_config={"loggers": {"progress": {}}}
            )


def _explained(error: BaseException, root: DataRoot, run_id: str) -> BaseException:
    """What to tell the user: the refusal of the gate, a full disk, an interruption, a sentence of ours, or the error itself."""
    folder = candidate_folder(root, run_id)
    if type(error).__name__ == "DagsterAssetCheckFailedError":
        try:
            gate(decide(checks_of(folder / "public.duckdb")))
        except GateRefused as refused:
            return GateRefused(f"{refused} It is {(folder / 'quality.html').relative_to(root.root)} in the data root.")
    discard(folder)
    if is_disk_full(error):
        return DiskFull("DISK_FULL: the disk became full while the release was built. Free some space and run again.")
    if type(error).__name__ == "DagsterExecutionInterruptedError":
        return KeyboardInterrupt()
    return error.__cause__ if isinstance(error.__cause__, IpmonError) else error  # Dagster wraps what a resource raises


def _dagster_home(root: DataRoot) -> Path:
    """Where Dagster keeps its runs, under the data root; the same folder as `make ui` looks at."""
    home = root.work / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    (home / "dagster.yaml").write_bytes((CHECKOUT / "pipelines" / "dagster.yaml").read_bytes())
    os.environ["DAGSTER_HOME"] = str(home)
    return home
