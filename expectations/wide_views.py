"""Wide views: the tables analysts open first.

Belongs here: what any wide view promises. Not here: what one of them shows.
"""

import great_expectations as gx

from expectations.rules import has_rows, no_rows, words

REPEATED = "select * from {batch} group by all having count(*) > 1"
ALL_NULL = "select column_name from (summarize select * from {batch}) where null_percentage = 100"
OPEN = "打开 assets/marts/ 中同名的 SQL 文件。 Open the SQL file of that name in assets/marts/."


def suite(view: str) -> gx.ExpectationSuite:
    """The rules of one wide view."""
    return gx.ExpectationSuite(
        name=view,
        expectations=[
            has_rows(words("has_rows", "视图不为空", "The view is not empty", OPEN)),
            no_rows(REPEATED, words("rows_unique", "视图没有重复行", "The view repeats no row", OPEN)),
            no_rows(
                ALL_NULL,
                words("columns_filled", "视图没有全空的列", "No column of the view is empty throughout", OPEN),
                warning=True,
            ),
        ],
    )
