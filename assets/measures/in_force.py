"""Patents in force, how long they are maintained, how many survive five years.

Belongs here: what grants and ends leave in force. Not here: trademarks (trademarks.py), the flows themselves (filings.py).
"""

import ibis

from assets.measures.durations import DAYS_PER_YEAR, mean, spread, timed
from assets.measures.filings import DETAILED, NATIONAL, domestic
from ipmon.registers.measure import measure

SURVIVED_YEARS = 5
DOMESTIC = (("ip_type",), ("ip_type", "ref_area"), ("ip_type", "owner_kind"))


def stock(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """What grants add to the stock less what ended rights take off it. An end without a grant before it ends no right."""
    moved = events.filter((events.event == "granted") | ((events.event == "ended") & events.grant_date.notnull()))
    granted, ended = moved.event == "granted", moved.event == "ended"
    return moved.group_by(by).agg(in_force=moved.count(where=granted) - moved.count(where=ended))


def calendar_day(day: ibis.Column) -> ibis.Column:
    """A date as the number yyyymmdd, so that the same day n years later is n * 10000 more; also after a 29 February."""
    return day.year() * 10000 + day.month() * 100 + day.day()


@measure("patent_events", windows=("month",), slices=NATIONAL + DETAILED, kind="change")
def patents_in_force(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """What the month adds to the patents in force: granted less ended, by the dates of the events."""
    return stock(events, by)


@measure("patent_events", windows=("month",), slices=DOMESTIC, kind="change")
def domestic_patents_in_force(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """The same for domestic applicants, Hong Kong, Macao and Taiwan included."""
    return stock(domestic(events), by)


@measure("patent_events", slices=((), ("ip_type",)), finish=mean(DAYS_PER_YEAR))
def years_maintained(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Years of 365.25 days from filing to the end of the right, over rights ended in the period.

    Counted from filing, from which the term of a patent runs (methodology 2.3). Rights still in force are not in it, so that it
    says how old those that ended were, not how long a patent lives.
    """
    ended = timed(events.filter(events.event == "ended", events.grant_date.notnull()), "filing_date", "end_date")
    return ended.group_by(by).agg(**spread(ended.days, DAYS_PER_YEAR))


@measure("patent_events", windows=("month",), slices=((), ("ip_type",)), kind="cohort", matures=SURVIVED_YEARS)
def five_year_survival(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """By year of grant: patents granted, and those of them that have not ended before the fifth anniversary of grant.

    A year's cohort is told when five years have passed since its last day: until then more of it may still end, so that
    `survived` could only fall.
    """
    events = events.filter(events.grant_date.notnull()).mutate(cohort=events.grant_date.year())
    early = calendar_day(events.end_date) < calendar_day(events.grant_date) + SURVIVED_YEARS * 10000
    moved = events.filter((events.event == "granted") | ((events.event == "ended") & early))
    granted = moved.count(where=moved.event == "granted")
    return moved.group_by(by).agg(granted=granted, survived=granted - moved.count(where=moved.event == "ended"))
