"""Results of the checks on a candidate, kept beside it between the steps of a run.

Belongs here: writing and reading that one file. Not here: making checks (see gx_duckdb.py), judging by them (see gate.py).
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from ipmon.errors import IpmonError
from ipmon.gx_duckdb import CheckResult


def keep(folder: Path, checks: Sequence[CheckResult]) -> None:
    """Writes the results beside the candidate's folder, which holds only what is published."""
    _file(folder).write_text(json.dumps([asdict(c) for c in checks], ensure_ascii=False), "utf-8")


def kept(folder: Path) -> list[CheckResult]:
    """The results. Raises IpmonError if the candidate was never checked."""
    try:
        return [CheckResult(**entry) for entry in json.loads(_file(folder).read_text("utf-8"))]
    except FileNotFoundError:
        raise IpmonError("The candidate was not checked, so it cannot be published. Run the whole job `release`.") from None


def _file(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}-checks.json")
