"""Wide views: the tables analysts open first.

Belongs here: what any wide view promises; one query over all of them is much faster than one a view. Not here: what a view shows.
"""

from collections.abc import Sequence

import great_expectations as gx

from expectations.rules import no_rows, words

TOLD = "select distinct table_name from {batch} where table_name in (select found from ("
REPEATED = "select '%(view)s' as found from (select * from %(view)s group by all having count(*) > 1)"
EMPTY = """select '%(view)s' as found
    from (unpivot (select count(columns('(.*)')) as '\\1' from %(view)s) on columns(*) into name cell value told)
    where told = 0 and exists (from observations where basis = 'published')"""
"""A view without rows is one whose columns are all empty. It does not stop a release: a data root may lack the figures for it."""
OPEN = "打开 assets/marts/ 中同名的 SQL 文件。 Open the SQL file of that name in assets/marts/."


def suite(views: Sequence[str]) -> gx.ExpectationSuite:
    """The rules of all wide views, on the table that lists them."""
    unique = words("views_rows_unique", "宽视图没有重复行", "No wide view repeats a row", OPEN)
    filled = words(
        "views_filled",
        "有公布值时宽视图不为空，也没有全空的列",
        "Where figures are published no wide view is empty, nor any column of one",
        OPEN,
    )
    rules = [no_rows(_of(REPEATED, views), unique), no_rows(_of(EMPTY, views), filled, warning=True)]
    return gx.ExpectationSuite(name="dictionary", expectations=rules)


def _of(rule: str, views: Sequence[str]) -> str:
    """The names of the views that break a rule."""
    return TOLD + " union all ".join(rule % {"view": view} for view in views) + "))"
