"""High-value inventions in force, as far as registers tell them.

Belongs here: the cases of high value that application records show. Not here: the official number, which has cases that they do
not show.
"""

import ibis
import ibis.expr.types as ir

from assets.measures.month_ends import month_ends, month_number, month_of
from assets.measures.themes import ANY
from ipmon.registers.measure import measure

MONTHS_TO_TEN_YEARS = 120
CASES = ("over_ten_years", "themes", "either")


@measure("patent_events", windows=("history",), slices=((), ("ref_area",)))
def high_value_partial(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Domestic inventions in force at every month end in one of two of the five cases of high value; a union, never a sum.

    Out: `over_ten_years` (the tenth anniversary of filing has passed), `themes` (a theme of assets/classifications by its IPC,
    which stands in for the strategic emerging industries), `either`. The family abroad, the award and the sizeable pledge are
    missing: registers name no foreign patents and no prizes, and pledges name no patent. Domestic is without Hong Kong, Macao
    and Taiwan. Source: guideline/methodology, 2.3.
    """
    lives = _lives(events)
    themed, granted = lives.themed, lives.granted
    old = ibis.greatest(granted, month_of(lives.filing_date) + MONTHS_TO_TEN_YEARS)
    entries = lives.mutate(
        over_ten_years=old, themes=ibis.ifelse(themed, granted, ibis.null("int64")), either=ibis.ifelse(themed, granted, old)
    )
    steps = ibis.union(*(_steps(entries, case, by[1:]) for case in CASES))
    ends = month_ends(events)
    until = ends.inner_join(steps, steps.at <= ends.number)
    return until.group_by(by).agg(**{case: until.step.sum(where=until.case == case).fill_null(0) for case in CASES})


def _lives(events: ibis.Table) -> ibis.Table:
    """One row a domestic invention granted: the months of its grant and end (null while in force), and if it is `themed`."""
    own = events.filter(events.ip_type == "invention", events.counterpart_area == "DOM-ML")
    granted = own.filter(own.event == "granted")
    ended = own.filter(own.event == "ended").group_by("application_no").agg(ended=month_number(own.month).min())
    found = ANY.found_in(granted.ipc_all).fill_null(False)
    marked = granted.mutate(granted=month_number(granted.month), themed=found)
    return marked.left_join(ended, "application_no")


def _steps(entries: ibis.Table, case: str, slice_: tuple[str, ...]) -> ibis.Table:
    """What a case adds and takes in each month: an invention enters it with one date and leaves it when the patent ends."""
    entered: ir.IntegerColumn = entries[case]
    members = entries.filter(entered.notnull(), entries.ended.isnull() | (entered < entries.ended))
    kept = members.select(*slice_, at=members[case], step=1)
    left = members.filter(members.ended.notnull()).select(*slice_, at=members.ended, step=-1)
    steps = ibis.union(kept, left)
    return steps.group_by(["at", *slice_]).agg(step=steps.step.sum()).mutate(case=ibis.literal(case))
