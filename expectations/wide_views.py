"""Wide views: the tables analysts open first.

Belongs here: what any wide view promises. Not here: what one of them shows.
"""

import great_expectations as gx

from expectations.rules import no_rows, words

EMPTY = """select 'empty' as found where not exists (from {batch}) and exists (from observations where basis = 'published')"""
REPEATED = "select * from {batch} group by all having count(*) > 1"
ALL_NULL = "select column_name from (summarize select * from {batch}) where null_percentage = 100"
OPEN = "打开 assets/marts/ 中同名的 SQL 文件。 Open the SQL file of that name in assets/marts/."


def suite(view: str) -> gx.ExpectationSuite:
    """The rules of one wide view."""
    return gx.ExpectationSuite(
        name=view,
        expectations=[
            no_rows(EMPTY, words("has_rows", "有公布值时视图不为空", "The view is not empty where figures are published", OPEN)),
            no_rows(REPEATED, words("rows_unique", "视图没有重复行", "The view repeats no row", OPEN)),
            no_rows(
                ALL_NULL,
                words("columns_filled", "视图没有全空的列", "No column of the view is empty throughout", OPEN),
                warning=True,
            ),
        ],
    )
