"""The analysts' mart: every table and wide view of a candidate release, one DuckDB file a grade.

Belongs here: gathering the tables. Not here: columns and comments (tables.yaml, fields.yaml), storage (see ipmon/marts.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from assets import ROOT, declarations
from assets.indicators.assets import Compiled, Conformed
from assets.occasion import OWNERS, Occasion
from assets.registers.assets import Counted
from ipmon import catalogue, tables
from ipmon.assessment import Assessment
from ipmon.checking import Subject, findings
from ipmon.companions import Companion
from ipmon.content import Content, content_of
from ipmon.files.clerk import Order, write_files
from ipmon.files.declared import load_files
from ipmon.files.edition import Edition
from ipmon.grades import GRADES
from ipmon.marts import build, frame
from ipmon.release import discard, is_unchanged, open_candidate
from ipmon.synthetic import BOTH


@dataclass(frozen=True)
class Mart:
    """A candidate's mart files and the release that it will be. `facts`: the fact files that are checked with it."""

    folder: Path
    content: Content
    edition: Edition
    facts: dict[str, list[Path]]

    @property
    def release_id(self) -> str:
        """The id that its release will have."""
        return self.edition.release_id

    @property
    def public(self) -> Path:
        """The file for everybody."""
        return self.folder / "public.duckdb"

    def checked(self, staged: Path) -> Subject:
        """What is checked of it, and with it."""
        return Subject(self.public, list(declarations().schema.views), staged, self.facts)

    @property
    def order(self) -> Order:
        """What is written of it while its charts are drawn."""
        d = declarations()
        return Order(self.public, load_files(ROOT / "release", d.schema, d.dimensions, self.content.synthetic), self.edition)


@dg.asset(output_required=False, group_name="marts", owners=OWNERS, kinds={"duckdb"}, metadata={"declarations": "assets/marts"})
def mart(
    context: dg.AssetExecutionContext,
    occasion: Occasion,
    checker: dg.ResourceParam[Companion],
    clerk: dg.ResourceParam[Companion],
    records: Counted,
    figures: Conformed,
    indicators: Compiled,
    assessments: list[Assessment],
) -> Iterator[dg.Output[Mart]]:
    """All tables of a candidate release; nothing if the current release holds the same content already.

    The checks of the candidate and the writing of its tables begin here, and go on while its charts are drawn.
    """
    folder = open_candidate(occasion.root, context.run.run_id)
    rows = _gather(occasion, figures, indicators, assessments)
    grades, schema = occasion.declared.grades, occasion.declared.schema
    for grade in GRADES:
        graded = grades.share(rows, grade)
        if grade == "public" or graded["observations"]:
            frames = {name: frame(schema, name, table) for name, table in graded.items()}
            build(folder / f"{grade}.duckdb", schema, frames, BOTH if occasion.synthetic else "")
    content = content_of(folder, synthetic=occasion.synthetic)
    if is_unchanged(occasion.root, content):
        discard(folder)
        context.log.info("the current release holds the same content")
        return
    made = Mart(folder, content, Edition(content.release_id(occasion.day), occasion.day), records.unchecked)
    checker.begin(findings, made.checked(occasion.root.staged_public))
    clerk.begin(write_files, made.order)
    yield dg.Output(made, metadata=_metadata(folder, rows))


def _metadata(folder: Path, rows: dict[str, list[tables.Row]]) -> dict[str, dg.MetadataValue]:
    """Where the file lies, how many rows each table has, and where the SQL of each wide view is."""
    counts = [dg.TableRecord({"table": name, "rows": len(table)}) for name, table in rows.items()]
    views = "\n".join(f"- `assets/marts/{name}.sql`: {title.en}" for name, (title, _) in declarations().schema.views.items())
    return {
        "file": dg.MetadataValue.path(str(folder / "public.duckdb")),
        "dagster/row_count": dg.MetadataValue.int(len(rows["observations"])),
        "tables": dg.MetadataValue.table(counts),
        "wide views": dg.MetadataValue.md(views),
    }


def _gather(occasion: Occasion, figures: Conformed, compiled: Compiled, made: list[Assessment]) -> dict[str, list[tables.Row]]:
    """The rows of every table."""
    d, received = occasion.declared, occasion.received
    vintages = tables.vintages(compiled.book, d.dimensions)
    observations = tables.observations(vintages)
    return {
        "observations": observations,
        "vintages": vintages,
        "indicators": catalogue.indicators(d.registry, d.dimensions, observations, d.grades.indicators),
        "targets": catalogue.targets(d.targets),
        "assessments": tables.assessments(made, {id_: i.unit for id_, i in d.registry.indicators.items()}),
        "guideline_items": catalogue.guideline_items(d.items, d.grades.indicators),
        "sources": catalogue.sources(d.received, received),
        "deliveries": catalogue.deliveries(received, figures.excluded),
        "excluded": tables.excluded(figures.excluded),
        "reconciliations": tables.reconciliations(compiled.reconciliations),
        "lineage": list(tables.lineage(compiled.derivations)),
        "alerts": tables.alerts(compiled.alerts),
        "revisions": tables.revisions(compiled.revisions),
        "breaks": catalogue.breaks(d.dimensions),
        "corrections": catalogue.corrections(d.corrections, figures.corrected),
        "areas": catalogue.areas(d.dimensions),
        "codes": catalogue.codes(d.dimensions),
    }
