"""High-value inventions in force, as far as registers tell them.

Belongs here: the cases of high value that application records show. Not here: the official number, which has cases that they do
not show.
"""

import ibis

from assets.measures.month_ends import month_label, month_number, month_of
from assets.measures.themes import ANY
from ipmon.registers.measure import measure

TEN_YEARS = 120
"""In months."""
CASES = ("over_ten_years", "themes", "either")


@measure("patent_events", windows=("month",), slices=((), ("ref_area",)), kind="steps")
def high_value_partial(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Domestic inventions in force in one of two of the five cases of high value; a union, never a sum.

    What the month adds and takes, and from which month (`cohort`) on: a grant adds each case from the month in which it begins,
    which may be years ahead; an end takes it off again, from its own month or from that beginning, whichever is later. Out:
    `over_ten_years` (the tenth anniversary of filing has passed), `themes` (a theme of assets/classifications by its IPC, which
    stands in for the strategic emerging industries), `either`. The family abroad, the award and the sizeable pledge are missing:
    registers name no foreign patents and no prizes, and pledges name no patent. Domestic is without Hong Kong, Macao and Taiwan.
    An end without a grant before it ends no right. Source: guideline/methodology, 2.3.
    """
    lives = _lives(events)
    alike = lives.group_by(["month", "event", *CASES, *(key for key in by if key != "cohort")]).agg(lives=lives.count())
    steps = _steps(alike)
    return steps.group_by(by).agg(**{case: steps.step.sum(where=steps.case == case).fill_null(0) for case in CASES})


def _lives(events: ibis.Table) -> ibis.Table:
    """Grants and ends of domestic inventions, with the months in which each case begins; null where it never does."""
    own = events.filter(
        events.ip_type == "invention",
        events.counterpart_area == "DOM-ML",
        (events.event == "granted") | ((events.event == "ended") & events.grant_date.notnull()),
    )
    marked = own.left_join(_themed(own), "ipc_all")
    granted = month_of(marked.grant_date)
    old = ibis.greatest(granted, month_of(marked.filing_date) + TEN_YEARS)
    themes = ibis.ifelse(marked.themed.fill_null(False), granted, ibis.null("int64"))
    return marked.mutate(over_ten_years=old, themes=themes, either=themes.fill_null(old))


def _themed(inventions: ibis.Table) -> ibis.Table:
    """Each list of symbols once, and whether it is of a theme: as a column, for a filter would be moved to all inventions."""
    lists = inventions.select("ipc_all").distinct()
    likely = lists.ipc_all.re_search(ANY.hint())
    return lists.mutate(themed=likely.ifelse(ANY.found_in(lists.ipc_all), False))


def _steps(lives: ibis.Table) -> ibis.Table:
    """A row a case of grants or ends that are alike: `step`, what they add or take off, and from which month on as `cohort`."""
    entries = ibis.array([ibis.struct({"case": case, "start": lives[case]}) for case in CASES])
    steps = lives.mutate(entry=entries.unnest()).unpack("entry").drop_null(["start"])
    ends = steps.event == "ended"
    at = ibis.ifelse(ends, ibis.greatest(steps.start, month_number(steps.month)), steps.start)
    return steps.mutate(cohort=month_label(at), step=ibis.ifelse(ends, -steps.lives, steps.lives))
