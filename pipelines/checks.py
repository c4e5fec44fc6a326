"""The checks of a candidate as Dagster asset checks, one a table and severity.

Belongs here: running the suites once and reporting them to Dagster. Not here: the rules (see expectations/) or the gate.
"""

from collections.abc import Iterator
from dataclasses import asdict

import dagster as dg

from assets import ROOT, declarations
from assets.marts.assets import Mart
from assets.occasion import Occasion
from ipmon.checking import findings
from ipmon.companions import Companion
from ipmon.content import code_version
from ipmon.gate import decide, write_verdict
from ipmon.gx_duckdb import CheckResult
from ipmon.marts import fill, frame
from ipmon.pages.layout import Layout
from ipmon.quality_page import render
from ipmon.registers.checked import note_passed
from ipmon.registers.store import Store
from ipmon.release import current_id

FACTS = "facts"
"""All facts are one subject: the rows of a check's result say which table they are about."""
TABLES = (FACTS, "figures", "observations", "vintages", "targets", "assessments", "dictionary")
WITHOUT_WARNINGS = ("vintages", "targets", "assessments")
SEVERITIES = {"error": dg.AssetCheckSeverity.ERROR, "warning": dg.AssetCheckSeverity.WARN}
KINDS = [(t, s) for t in TABLES for s in SEVERITIES if s == "error" or t not in WITHOUT_WARNINGS]
SHOWN = dg.TableSchema([dg.TableColumn(name) for name in ("check", "status", "exceptions", "message", "observed")])
CANDIDATE = dg.AssetKey("candidate")


def _spec(table: str, severity: str) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        f"{table}_{severity}",
        asset=CANDIDATE,
        blocking=severity == "error",
        description=f"Rules of severity {severity} on {table}.",
        metadata={"rules": "expectations/"},
    )


@dg.multi_asset_check(name="expectations", specs=[_spec(*kind) for kind in KINDS])
def expectations(occasion: Occasion, checker: dg.ResourceParam[Companion], candidate: Mart) -> Iterator[dg.AssetCheckResult]:
    """Every suite, run once on the candidate's public mart since that was built, and on the facts that never passed before."""
    found = checker.result(findings, candidate.checked(occasion.root.staged_public))
    if decide([r for r in found if _subject(r.table_name) == FACTS]).verdict == "passed":
        note_passed(Store(occasion.root), candidate.facts)
    _record(candidate, occasion, found)
    for kind in KINDS:
        yield _reported(*kind, [r for r in found if (_subject(r.table_name), r.severity) == kind])


def _subject(table: str) -> str:
    facts = {register.facts for register in declarations().registers.values()}
    return FACTS if table in facts else table


def _record(mart: Mart, occasion: Occasion, results: list[CheckResult]) -> None:
    """Completes the candidate's marts with the results and the release's identity, and writes its quality page.

    One that is refused gets its verdict too.
    """
    schema, decision = declarations().schema, decide(results)
    identity = {
        "release_id": mart.release_id,
        "as_of": occasion.day,
        "content_hash": mart.content.content_hash,
        "code_version": code_version(),
        "previous_release_id": current_id(occasion.root),
        "is_synthetic": mart.content.synthetic,
    }
    rows = {"checks": frame(schema, "checks", [asdict(r) for r in results]), "release": frame(schema, "release", [identity])}
    for path in sorted(mart.folder.glob("*.duckdb")):
        fill(path, rows)
    titles = {id_: identity.title for id_, identity in declarations().identities.items()}
    (mart.folder / "quality.html").write_text(
        render(mart.public, decision, Layout(ROOT / "pages", mart.release_id), titles), "utf-8"
    )
    if decision.verdict == "refused":  # otherwise it is written when all files are there
        write_verdict(mart.folder, decision, release_id=mart.release_id)


def _reported(table: str, severity: str, results: list[CheckResult]) -> dg.AssetCheckResult:
    records = [
        dg.TableRecord(
            {
                "check": r.check_id,
                "status": r.status,
                "exceptions": r.unexpected_count,
                "message": r.message_en,
                "observed": r.observed,
            }
        )
        for r in results
    ]
    return dg.AssetCheckResult(
        asset_key=CANDIDATE,
        check_name=f"{table}_{severity}",
        passed=all(r.status == "passed" for r in results),
        severity=SEVERITIES[severity],
        metadata={"rules": len(results), "results": dg.MetadataValue.table(records, SHOWN)},
    )
