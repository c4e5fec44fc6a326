"""Patent filings and grants of a period, and how many applicants stand behind them.

Belongs here: counts of what happened in a period. Not here: stocks (in_force.py), what became of a year's filings (cohorts.py).
"""

import ibis

from ipmon.registers.measure import Window, measure

NATIONAL = ((), ("ip_type",), ("ip_type", "counterpart_area"))
DETAILED = (("ip_type", "ref_area"), ("ip_type", "technology"), ("ip_type", "owner_kind"))
ALWAYS: tuple[Window, ...] = ("month", "to_date", "year")
REGIONAL = ((), ("ip_type",), ("ip_type", "ref_area"))


def domestic(events: ibis.Table) -> ibis.Table:
    """The records of applicants in the provinces, Hong Kong, Macao and Taiwan: domestic as the regional tables count it."""
    return events.filter(events.ref_area.notnull())


@measure("patent_events", windows=ALWAYS, slices=NATIONAL, yearly=DETAILED, additive=True)
def filings(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Applications filed in the period, and those of them marked abnormal in the delivery of the month of filing."""
    filed = events.filter(events.event == "filed")
    return filed.group_by(by).agg(filings=filed.count(), abnormal=filed.count(where=filed.abnormal.fill_null(False)))


@measure("patent_events", windows=ALWAYS, slices=NATIONAL, yearly=DETAILED, additive=True)
def grants(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Patents granted in the period, by date of grant."""
    granted = events.filter(events.event == "granted")
    return granted.group_by(by).agg(grants=granted.count())


@measure("patent_events", windows=ALWAYS, slices=REGIONAL, additive=True)
def domestic_filings(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Applications filed in the period by domestic applicants, Hong Kong, Macao and Taiwan included."""
    filed = domestic(events.filter(events.event == "filed"))
    return filed.group_by(by).agg(filings=filed.count())


@measure("patent_events", windows=ALWAYS, slices=REGIONAL, additive=True)
def domestic_grants(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Patents granted in the period to domestic applicants, Hong Kong, Macao and Taiwan included."""
    granted = domestic(events.filter(events.event == "granted"))
    return granted.group_by(by).agg(grants=granted.count())


@measure("patent_events", slices=((), ("ip_type",), ("owner_kind",), ("ref_area",)))
def applicants(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Distinct applicants that filed in the period. One counts in every month and group in which it files: never add them."""
    filed = events.filter(events.event == "filed")
    return filed.group_by(by).agg(applicants=filed.applicant_id.nunique())
