"""What must be true of every release: Great Expectations suites, one file a table.

Belongs here: the list of suites. Not here: running them (see ipmon.gx_duckdb), or any import of ours outside this package.
"""

from collections.abc import Sequence

import great_expectations as gx

from expectations import assessments, figures, observations, targets, vintages, wide_views


def suites(views: Sequence[str]) -> list[gx.ExpectationSuite]:
    """Every suite, named after the table it runs on; `views` are the wide views of the mart."""
    tables = [module.suite() for module in (figures, observations, vintages, targets, assessments)]
    return tables + [wide_views.suite(view) for view in views]
