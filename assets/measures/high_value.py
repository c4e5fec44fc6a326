"""High-value inventions in force, as far as registers tell them.

Belongs here: the cases of high value that application records show. Not here: the official number, which has cases that they do
not show.
"""

import ibis

from assets.measures.month_ends import month_ends, month_number, month_of
from assets.measures.themes import ANY
from ipmon.registers.measure import measure

TEN_YEARS = 120
"""In months."""
CASES = ("over_ten_years", "themes", "either")


@measure("patent_events", windows=("history",), slices=((), ("ref_area",)))
def high_value_partial(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Domestic inventions in force at every month end in one of two of the five cases of high value; a union, never a sum.

    Out: `over_ten_years` (the tenth anniversary of filing has passed), `themes` (a theme of assets/classifications by its IPC,
    which stands in for the strategic emerging industries), `either`. The family abroad, the award and the sizeable pledge are
    missing: registers name no foreign patents and no prizes, and pledges name no patent. Domestic is without Hong Kong, Macao
    and Taiwan. Source: guideline/methodology, 2.3.
    """
    lives = _lives(events, by[1:])
    themes = ibis.ifelse(lives.themed, lives.granted, ibis.null("int64"))
    steps = _steps(lives.mutate(over_ten_years=lives.old, themes=themes, either=themes.fill_null(lives.old)), by[1:])
    ends = month_ends(events)
    until = ends.inner_join(steps, steps.at <= ends.number)
    return until.group_by(by).agg(**{case: until.step.sum(where=until.case == case).fill_null(0) for case in CASES})


def _lives(events: ibis.Table, slice_: tuple[str, ...]) -> ibis.Table:
    """Domestic inventions granted: how many `patents` share their months of grant, of old age and of end (null while in force).

    `old` is the month of the tenth anniversary of filing, but not before the grant; `themed` says that they belong to a theme.
    """
    own = events.filter(events.ip_type == "invention", events.counterpart_area == "DOM-ML")
    ended = own.filter(own.event == "ended").group_by("application_no").agg(ended=month_number(own.month).min())
    granted = own.filter(own.event == "granted").left_join(ended, "application_no")
    found = ibis.ifelse(granted.ipc_all.re_search(ANY.hint()), ANY.found_in(granted.ipc_all), False).fill_null(False)
    month = month_number(granted.month)
    marked = granted.mutate(granted=month, themed=found, old=ibis.greatest(month, month_of(granted.filing_date) + TEN_YEARS))
    return marked.group_by(["granted", "old", "ended", "themed", *slice_]).agg(patents=marked.count())


def _steps(lives: ibis.Table, slice_: tuple[str, ...]) -> ibis.Table:
    """What each case adds and takes `at` a month: inventions enter it with one date and leave it when the patents end."""
    entries = ibis.array([ibis.struct({"case": case, "start": lives[case]}) for case in CASES])
    entered = lives.select(*slice_, "ended", "patents", entry=entries.unnest()).unpack("entry")
    members = entered.filter(entered.start.notnull(), entered.ended.isnull() | (entered.start < entered.ended))
    moves = [(members.start, members.patents), (members.ended, -members.patents)]
    structs = ibis.array([ibis.struct({"at": at, "step": step}) for at, step in moves])
    steps = members.select(*slice_, "case", move=structs.unnest()).unpack("move").drop_null(["at"])
    return steps.group_by([*slice_, "case", "at"]).agg(step=steps.step.sum())
