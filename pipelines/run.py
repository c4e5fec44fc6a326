"""One release from the command line: the same job that the schedule runs, in this process.

Belongs here: running the job and turning its outcome into a sentence. Not here: the job (see jobs.py).
"""

import logging
import os
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

from ipmon.checked import kept
from ipmon.errors import IpmonError
from ipmon.gate import decide, gate
from ipmon.paths import CHECKOUT, data_root
from ipmon.release import current_id, discard


def run(as_of: date | None) -> str:
    """Builds, checks and publishes; says what was published, or that nothing changed. Raises IpmonError for what people can mend."""
    started, home = time.monotonic(), _dagster_home()
    import dagster as dg

    from assets.occasion import Occasion
    from pipelines.definitions import defs

    occasion = Occasion(as_of=as_of.isoformat() if as_of else "")
    job = defs.resolve_job_def("release")
    with dg.DagsterInstance.from_config(str(home)) as instance:
        result = job.execute_in_process(instance=instance, resources={"occasion": occasion, "io_manager": dg.mem_io_manager})
    print(type(result))
    return f"{current_id(data_root())} {time.monotonic()-started:.1f}"


def _dagster_home() -> Path:
    """Where Dagster keeps its runs, under the data root; the same folder as `make ui` looks at."""
    home = data_root().work / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    (home / "dagster.yaml").write_bytes((CHECKOUT / "pipelines" / "dagster.yaml").read_bytes())
    os.environ["DAGSTER_HOME"] = str(home)
    return home
