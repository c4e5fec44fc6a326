"""Wide views: the tables analysts open first.

Belongs here: what any wide view promises; one query over all of them is much faster than one a view. Not here: what a view shows.
"""

from collections.abc import Sequence

import great_expectations as gx

from expectations.rules import no_rows, words

TOLD = "select distinct table_name from {batch} where table_name in (select found from ("
EMPTY_OR_REPEATED = """select '%(view)s' as found
    from (select count(*) as given, count(distinct cells) as told from %(view)s cells)
    where told < given or (given = 0 and exists (from observations where basis = 'published'))"""
ALL_NULL = """select '%(view)s' as found
    from (unpivot (select count(columns('(.*)')) as '\\1' from %(view)s) on columns(*) into name cell value told)
    where told = 0 and exists (from %(view)s)"""
OPEN = "打开 assets/marts/ 中同名的 SQL 文件。 Open the SQL file of that name in assets/marts/."


def suite(views: Sequence[str]) -> gx.ExpectationSuite:
    """The rules of all wide views, on the table that lists them."""
    told = "No wide view is empty where figures are published, and none repeats a row"
    filled = "No column of a wide view is empty throughout"
    return gx.ExpectationSuite(
        name="dictionary",
        expectations=[
            no_rows(_of(EMPTY_OR_REPEATED, views), words("views_tell", "有公布值时宽视图不为空，且没有重复行", told, OPEN)),
            no_rows(_of(ALL_NULL, views), words("views_columns_filled", "宽视图没有全空的列", filled, OPEN), warning=True),
        ],
    )


def _of(rule: str, views: Sequence[str]) -> str:
    """The names of the views that break a rule."""
    return TOLD + " union all ".join(rule % {"view": view} for view in views) + "))"
