"""What became of the applications filed in a year.

Belongs here: outcomes by year of filing. Not here: outcomes by year of closing (examination.py), survival after
grant (in_force.py).
"""

import ibis

from ipmon.registers.measure import measure

OUTCOMES = ("filed", "granted", "disposed")


@measure("patent_events", windows=("month",), slices=((), ("ip_type",), ("ip_type", "owner_kind")), kind="cohort")
def filing_cohorts(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """By year of filing: applications filed, marked abnormal when filed, and so far granted, refused, withdrawn.

    Granted by date of grant; withdrawn is withdrawn or deemed withdrawn; what is granted after reexamination is refused
    no more. Later months add to the outcomes of a year until the last of its applications is closed, so that the latest years are
    incomplete and years of different age are not compared. A year of filing is told as soon as its twelve months are there.
    """
    events = events.filter(events.event.isin(OUTCOMES)).mutate(cohort=events.filing_date.year())
    granted, closed, refused = events.event == "granted", events.event == "disposed", events.disposal == "refused"
    return events.group_by(by).agg(
        filed=events.count(where=events.event == "filed"),
        abnormal=events.count(where=(events.event == "filed") & events.abnormal.fill_null(False)),
        granted=events.count(where=granted),
        refused=events.count(where=closed & refused) - events.count(where=granted & refused),
        withdrawn=events.count(where=closed & events.disposal.isin(("withdrawn", "deemed_withdrawn"))),
    )
