"""The gate: what the checks say about a candidate, in sentences and on paper.

Belongs here: the decision, its record, the refusal. Not here: the checks (see expectations/), or publishing (see release.py).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import duckdb

from ipmon.declared import Text
from ipmon.errors import GateRefused
from ipmon.gx_duckdb import CheckResult
from ipmon.verify import UNJUDGED, VERDICT, canonical, fingerprint, listing


@dataclass(frozen=True)
class Decision:
    """The gate's verdict on a candidate, with its reasons in both languages and how the checks ended."""

    verdict: Literal["passed", "refused"]
    reasons: list[Text]
    counts: dict[str, int]


def checks_of(mart: Path) -> list[CheckResult]:
    """The results that table `checks` of a mart holds; none if the candidate was never checked."""
    with duckdb.connect(str(mart), read_only=True) as connection:
        cursor = connection.execute("select * from checks")
        names = [column[0] for column in cursor.description or []]
        return [CheckResult(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def decide(checks: Sequence[CheckResult]) -> Decision:
    """Refused if a check of severity error failed or could not be made; no checks at all is no pass."""
    blocking = [c for c in checks if c.severity == "error" and c.status != "passed"]
    reasons = [Text(zh=f"{c.table_name}：{c.message_zh}", en=f"{c.table_name}: {c.message_en}") for c in blocking]
    if not checks:
        reasons = [Text(zh="没有做任何检查。", en="No check was made.")]
    counts = Counter(c.status if c.status == "passed" else f"{c.severity}_{c.status}" for c in checks)
    return Decision("refused" if reasons else "passed", reasons, dict(sorted(counts.items())))


def write_verdict(folder: Path, decision: Decision, decided_at: datetime | None = None, release_id: str = "") -> None:
    """verdict.json: the decision, bound by sha256 to every file that the candidate holds now."""
    verdict = {
        "release": release_id,
        "candidate_sha256": fingerprint(listing(folder, without=UNJUDGED)),
        "verdict": decision.verdict,
        "reasons": [reason.model_dump() for reason in decision.reasons],
        "checks": decision.counts,
        "decided_at": (decided_at or datetime.now(UTC)).isoformat(timespec="seconds"),
    }
    (folder / VERDICT).write_bytes(canonical(verdict))


def gate(decision: Decision) -> None:
    """Raises GateRefused with the reasons unless the checks were passed."""
    if decision.verdict == "refused":
        reasons = "\n".join(f"  - {reason.en}" for reason in decision.reasons)
        raise GateRefused(
            f"The release is refused for {len(decision.reasons)} reason(s); the current release stays as it was.\n{reasons}\n"
            "The candidate's quality.html shows every check with examples and what to do."
        )
