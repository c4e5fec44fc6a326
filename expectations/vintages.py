"""Vintages: every value that ever held, with the days on which it did.

Belongs here: what holds among the vintages of one key. Not here: what holds of any single value (see values.py).
"""

import great_expectations as gx

from expectations.rules import no_rows, words
from expectations.values import KEY, TRACE, value_rules

BY_KEY = ", ".join([*KEY, "basis"])
TWO_CURRENT = f"select {BY_KEY} from {{batch}} where superseded_on is null group by all having count(*) > 1"
TWO_A_DAY = f"""select * from (
        select *, lead(released_on) over (partition by {BY_KEY} order by released_on) as successor
        from {{batch}} where superseded_on is null or superseded_on > released_on
    ) where successor < coalesce(superseded_on, date '9999-12-31')"""
UNOBSERVED = f"select v.* from {{batch}} v anti join observations o using ({BY_KEY}) where v.superseded_on is null"


def suite() -> gx.ExpectationSuite:
    """The rules of table `vintages`."""
    return gx.ExpectationSuite(
        name="vintages",
        expectations=[
            *value_rules(),
            no_rows(
                "select * from {batch} where superseded_on < released_on",
                words("superseded_later", "没有先被取代后公布的版本", "No vintage was superseded before it was released", TRACE),
            ),
            no_rows(TWO_CURRENT, words("one_current", "一个键只有一个现行版本", "A key has one current vintage", TRACE)),
            no_rows(
                TWO_A_DAY, words("one_a_day", "任一天一个键只有一个有效版本", "On any day a key has one vintage in force", TRACE)
            ),
            no_rows(
                UNOBSERVED, words("is_observed", "每个现行版本都在观测表中", "Every current vintage is an observation", TRACE)
            ),
        ],
    )
