"""The inventory of patents of universities and institutes: its progress, grades, and what became of the patents.

Belongs here: numbers over the snapshots of the inventory. Not here: recorded transactions by themselves (see transactions.py).
"""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from assets.measures.durations import DAYS_PER_MONTH, mean, spread, timed
from assets.measures.month_ends import month_label, month_number, month_of, percent
from ipmon.registers.measure import basis, measure

PUBLIC_OWNERS = ("universities", "research_institutes")
GRADES = ("good", "general", "unclear")
COHORT_MONTHS = (6, 12, 24)
SLICES: tuple[tuple[str, ...], ...] = ((), ("ip_type",), ("ref_area",))
PATENTS = ("patent_no", "month", "ip_type", "ref_area")
INSTITUTIONS = ("institution_id", "month", "ref_area")


@measure("inventory", windows=("month",), slices=SLICES)
def inventory_state(patents: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """The inventory as one snapshot shows it.

    In: one row a patent on the list and snapshot. Out: patents `listed`; `converted` (since their inventory), and in percent of
    those inventoried (`conversion_rate`); `matched`, patents matched with at least one firm, and `matches`, their firms added up,
    where a firm counts once for each patent. Source: guideline/methodology, 2.11.
    """
    converted = (patents.converted_on >= patents.inventoried_on).fill_null(False)
    return patents.group_by(by).agg(
        listed=patents.count(),
        converted=patents.count(where=converted),
        conversion_rate=percent(patents.count(where=converted), patents.count(where=patents.inventoried_on.notnull())),
        matched=patents.count(where=patents.firms_matched >= 1),
        matches=patents.firms_matched.sum(),
    )


@measure("inventory", windows=("month",), slices=SLICES)
def inventory_grades(patents: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Grades by the institution and by firms, two attributes that are never merged.

    Out, each for `self` and `firm`: `<who>_graded` inventoried patents, and `<who>_<grade>_share` in percent of these. Not yet
    graded by a firm is no grade. Source: guideline/methodology, 2.11: share = good / inventoried with a grade.
    """
    done = patents.inventoried_on.notnull()
    numbers: dict[str, ir.NumericScalar] = {}
    for who, given in {"self": patents.self_grade, "firm": patents.firm_grade}.items():
        grade = given.fill_null("")
        graded = patents.count(where=done & grade.isin(GRADES))
        numbers |= {f"{who}_graded": graded}
        numbers |= {f"{who}_{g}_share": percent(patents.count(where=done & (grade == g)), graded) for g in GRADES}
    return patents.group_by(by).agg(**numbers)


@measure("inventory", windows=("month",), slices=SLICES, finish=mean(DAYS_PER_MONTH))
def conversion_time(patents: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Months from inventory to conversion, over the `cases` converted by a snapshot: `mean`, `median`, `p10`, `p90`.

    Who is not converted yet is not in it, so it is short while an inventory is young; the cohorts do not have this fault.
    """
    converted = timed(patents.filter(patents.converted_on >= patents.inventoried_on), "inventoried_on", "converted_on")
    return converted.group_by(by).agg(**spread(converted.days, DAYS_PER_MONTH))


@measure("inventory", windows=("history",), slices=((), ("ip_type",)))
def conversion_cohorts(snapshots: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Patents inventoried in a month (the period) and what had become of them, by the latest snapshot.

    Out: `patents`, and `within_6`, `within_12`, `within_24`: percent converted before that many months had passed since the
    inventory of each. A cohort is left out (null) until the months of all its patents have passed at the end of the latest
    snapshot's month.
    """
    last = snapshots.month.max().as_scalar()
    latest = snapshots.filter(snapshots.month == last, snapshots.inventoried_on.notnull())
    number = month_of(latest.inventoried_on)
    cohorts = latest.mutate(period=month_label(number), observed=month_number(last) - number, waited=_whole_months(latest))
    shares = {
        f"within_{months}": ibis.ifelse(
            cohorts.observed.min() >= months,
            percent(cohorts.count(where=(cohorts.waited < months).fill_null(False)), cohorts.count()),
            ibis.null("float64"),
        )
        for months in COHORT_MONTHS
    }
    return cohorts.group_by(by).agg(patents=cohorts.count(), **shares)


def _whole_months(patents: ibis.Table) -> ir.IntegerValue:
    """Whole months between inventory and conversion: 31 January to 30 July are five. Null without conversion."""
    start, end = patents.inventoried_on, patents.converted_on
    return month_of(end) - month_of(start) - (end.day() < start.day()).cast("int64")


OWNED = ("application_no", "applicant_id", *sorted({dimension for slice_ in SLICES for dimension in slice_}))


@basis("patent_events", "patent_transactions", "inventory", columns=OWNED, frozen="inventory")
def universe(events: ibis.Table, transactions: ibis.Table, first: ibis.Table) -> ibis.Table:
    """Patents of the listed universities and research institutes in force, in their hands and not converted before the inventory.

    One row each: granted to a mainland institution of the `first` snapshot, not ended, neither transferred nor licensed by it in
    any month before that snapshot, and not converted before its month as it says itself; what later ones say of the time before
    changes a universe no more. Only a record with a party that takes gives a patent away: no mere declaration of an open licence,
    and no assignment to the owner. The owner is the applicant at grant. That it is frozen there is a project default; the notice
    names no day.
    """
    converted = first.filter(month_of(first.converted_on) < month_number(first.month)).select(application_no=ibis._.patent_no)
    left = events.filter(events.event == "ended").select("application_no").union(converted)
    given = transactions.filter(transactions.to_id.notnull()).select(application_no="patent_no", applicant_id="from_id")
    listed = first.select(applicant_id=first.institution_id)
    granted = events.filter(events.event == "granted", events.owner_kind.isin(PUBLIC_OWNERS), events.counterpart_area == "DOM-ML")
    owned = granted.semi_join(listed, "applicant_id").anti_join(left, "application_no")
    return owned.anti_join(given, ["application_no", "applicant_id"]).select(*OWNED)


@basis("inventory", columns=PATENTS)
def shown_inventoried(snapshots: ibis.Table, known: ibis.Table) -> ibis.Table:
    """Patents with the `month` of the first snapshot that shows each as inventoried; `known` are those of earlier ones."""
    return _first_shown(snapshots.filter(snapshots.inventoried_on.notnull()), known)


@basis("inventory", columns=PATENTS)
def shown_in_library(snapshots: ibis.Table, known: ibis.Table) -> ibis.Table:
    """The same of the first snapshot that shows each in the library."""
    return _first_shown(snapshots.filter(snapshots.in_library), known)


@basis("inventory", columns=INSTITUTIONS)
def shown_complete(snapshots: ibis.Table, known: ibis.Table) -> ibis.Table:
    """Institutions with the `month` of the first snapshot in which every patent that it lists of theirs is inventoried."""
    waiting = snapshots.count(where=snapshots.inventoried_on.isnull())
    states = snapshots.group_by(["institution_id", "month"]).agg(waiting=waiting, ref_area=snapshots.ref_area.min())
    return _first_shown(states.filter(states.waiting == 0), known)


def _first_shown(shown: ibis.Table, known: ibis.Table) -> ibis.Table:
    """The rows of `known`, and of what is not in them by its first column one with the first month, as it was then."""
    whose, _, *dimensions = known.columns
    new = shown.anti_join(known, whose)
    then = {dimension: new[dimension].argmin(new.month) for dimension in dimensions}
    return known.union(new.group_by(whose).agg(month=new.month.min(), **then))


@measure("inventory", shown_inventoried, shown_in_library, windows=("month",), slices=SLICES)
def inventory_to_date(inventory: ibis.Table, done: ibis.Table, pooled: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Patents that the snapshots up to each have shown as `inventoried`, and in the library (`in_library`).

    They stay counted when they lapse and are listed no more, as in the running totals that are published. `library_rate`: one as
    a percentage of the other. Source: guideline/methodology, 2.11.
    """
    counted = _so_far(inventory, {"inventoried": done, "in_library": pooled}, by)
    return counted.mutate(library_rate=percent(counted.in_library, counted.inventoried))


@measure("inventory", shown_complete, windows=("month",), slices=((), ("ref_area",)))
def inventoried_institutions(inventory: ibis.Table, complete: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Institutions on the list of a snapshot (`listed`), and those once shown with all their patents inventoried (`complete`).

    Complete they stay when more of their patents are listed later.
    """
    listed = inventory.group_by(by).agg(listed=inventory.institution_id.nunique())
    both = _so_far(inventory, {"complete": complete}, by).left_join(listed, by)
    return both.select(*by, listed=both.listed.fill_null(0), complete=both.complete)


def _so_far(inventory: ibis.Table, shown: Mapping[str, ibis.Table], by: tuple[str, ...]) -> ibis.Table:
    """How many of each of the tables `shown` had been shown by each snapshot; 0 for what it lists and none of which was."""
    periods, zero = inventory.select("period").distinct(), ibis.literal(0, "int64")
    rows = [inventory.select(*by).distinct().mutate(**dict.fromkeys(shown, zero))]
    for name, table in shown.items():
        added = table.group_by(["month", *by[1:]]).agg(added=table.count())
        until = periods.inner_join(added, added.month <= periods.period)
        rows.append(until.select(*by, **{other: until.added if other == name else zero for other in shown}))
    together = ibis.union(*rows)
    return together.group_by(by).agg(**{name: together[name].sum().cast("int64") for name in shown})


@measure("inventory", universe, shown_inventoried, windows=("month",), slices=SLICES)
def inventory_coverage(inventory: ibis.Table, universe: ibis.Table, shown: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """How much of a fixed universe the snapshots up to each have inventoried, by dimensions of the universe.

    The `universe`: patents in force of the mainland universities and research institutes that the first snapshot lists, neither
    transferred, licensed nor, as that snapshot says, converted, at the end of the month before it; the owner is the applicant at
    grant. That day is a project default, for the notice names none. Out: `universe` patents and those `inventoried`, which they
    stay when they lapse and are listed no more, `patents` in percent; `owners` and those of which all patents of the universe are
    inventoried (`complete`), `institutions` in percent. Source: guideline/methodology, 2.11: coverage = inventoried ∩ U / U, U
    frozen because it moves.
    """
    cells = _by_owner(universe, inventory, shown, by[1:])
    patents, inventoried, complete = (
        cells.patents.sum(),
        cells.inventoried.sum(),
        cells.count(where=cells.inventoried == cells.patents),
    )
    return cells.group_by(by).agg(
        universe=patents,
        inventoried=inventoried,
        patents=percent(inventoried, patents),
        owners=cells.count(),
        complete=complete,
        institutions=percent(complete, cells.count()),
    )


def _by_owner(owned: ibis.Table, inventory: ibis.Table, shown: ibis.Table, slice_: tuple[str, ...]) -> ibis.Table:
    """Of every snapshot and owner the `patents` of the universe and those `inventoried` by then, 0 where none is."""
    whose, periods = ["applicant_id", *slice_], inventory.select(period=inventory.month).distinct()
    done = owned.inner_join(shown.select(application_no="patent_no", since="month"), "application_no")
    added = done.group_by(["since", *whose]).agg(added=done.count())
    until = periods.inner_join(added, added.since <= periods.period)
    found = until.group_by(["period", *whose]).agg(inventoried=until.added.sum().cast("int64"))
    every = periods.cross_join(owned.group_by(whose).agg(patents=owned.count()))
    cells = every.left_join(found, ["period", *whose])
    return cells.mutate(inventoried=cells.inventoried.fill_null(0))
