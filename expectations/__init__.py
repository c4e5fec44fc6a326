"""What must be true of every release: Great Expectations suites, one file a table.

Belongs here: the list of suites. Not here: running them (see ipmon.gx_duckdb), or any import of ours outside this package.
"""

from collections.abc import Sequence

import great_expectations as gx

from expectations import assessments, facts, figures, observations, targets, vintages, wide_views


def suites(views: Sequence[str], fact_tables: Sequence[str] = ()) -> list[gx.ExpectationSuite]:
    """Every suite, named after the table it runs on; `views` are the wide views of the mart, `fact_tables` those to look at."""
    tables = [module.suite() for module in (figures, observations, vintages, targets, assessments)]
    counted = [suite for suite in facts.fact_suites() if suite.name in fact_tables]
    return [*tables, *counted, *([wide_views.suite(views)] if views else [])]
