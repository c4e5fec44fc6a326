"""The targets of the guideline and its sister documents, assessed.

Belongs here: the one asset of the assessments. Not here: the rules (see ipmon/target_rules.py).
"""

from collections import Counter

import dagster as dg

from assets.indicators.assets import Compiled
from assets.occasion import OWNERS, Occasion
from ipmon.assessment import Assessment
from ipmon.monitoring import assess_all
from ipmon.reason_clauses import CLAUSES, SIMULATED


@dg.asset(group_name="indicators", owners=OWNERS, kinds={"python"}, metadata={"declarations": "assets/guideline/targets.csv"})
def assessments(context: dg.AssetExecutionContext, occasion: Occasion, indicators: Compiled) -> list[Assessment]:
    """The status of every target on the day of the run, each with its reason in both languages."""
    declared = occasion.declared
    made = assess_all(
        declared.targets,
        declared.registry,
        declared.dimensions,
        indicators.book,
        indicators.revisions,
        occasion.day,
        SIMULATED if occasion.synthetic else CLAUSES,
    )
    context.add_output_metadata(dict(Counter(a.status for a in made)))
    return made
