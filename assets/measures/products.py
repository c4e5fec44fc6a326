"""Patent-intensive products, model enterprises and the public service network.

Belongs here: what stands on these lists on a date, and what is new on them. Not here: value added (see industries.py).
"""

import ibis
import ibis.expr.types as ir

from assets.measures.month_ends import month_ends, month_number
from ipmon.registers.measure import measure

SLICES: tuple[tuple[str, ...], ...] = ((), ("ref_area",))
NATIONAL = ("tisc", "university_centre", "registered_outlet")
PREFECTURE = "prefecture_institution"
MUNICIPALITIES = ("CN-BJ", "CN-CQ", "CN-SH", "CN-TJ")
PREFECTURE_CODE_LENGTH = len("CN-LN-210200")


def _net(events: ibis.Table, own: ir.BooleanValue) -> ir.IntegerValue:
    """What some of the records add to a stock: approvals less ends."""
    return events.count(where=own & (events.event == "approved")) - events.count(where=own & (events.event == "ended"))


@measure("product_events", windows=("month",), slices=SLICES, kind="change")
def products_in_force(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """What a month adds to the products `registered` and `certified`, and to all ever registered (`registered_ever`)."""
    registered, certified = events.kind == "registered", events.kind == "certified"
    return events.group_by(by).agg(
        registered=_net(events, registered),
        certified=_net(events, certified),
        registered_ever=events.count(where=registered & (events.event == "approved")),
    )


@measure("product_events", windows=("month", "to_date", "year"), yearly=(("ref_area",),))
def products_approved(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Products newly `registered` and `certified`, each with its `…_output`: CNY of the year before, and not value added."""
    new = events.filter(events.event == "approved")
    registered, certified = new.kind == "registered", new.kind == "certified"
    return new.group_by(by).agg(
        registered=new.count(where=registered),
        registered_output=new.output_cny.sum(where=registered),
        certified=new.count(where=certified),
        certified_output=new.output_cny.sum(where=certified),
    )


@measure("enterprise_events", windows=("month",), slices=SLICES, kind="change")
def model_enterprises_in_force(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """What a month adds to the model `enterprises`."""
    return events.group_by(by).agg(enterprises=_net(events, ibis.literal(True)))


@measure("enterprise_events", windows=("month", "to_date", "year"), yearly=(("ref_area",),))
def model_enterprises_approved(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Model `enterprises` newly approved, and their `output`: CNY of the year before approval."""
    new = events.filter(events.event == "approved")
    return new.group_by(by).agg(enterprises=new.count(), output=new.output_cny.sum())


@measure("network_events", windows=("history",), slices=SLICES, kind="stock")
def service_network(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """The service network at every month end; an institution with two capacities counts once.

    Out: `national_outlets`, and their parts `tisc`, `university_centres`, `registered_outlets`, which may add up to more;
    `prefecture_institutions`; `prefectures`, the prefectures that have one of these, and `prefectures_reached`, those with an
    institution of any kind. An area that is a whole province, or lies in a municipality, is no prefecture.
    """
    known = _standing(events)
    kind, number, area, stands = known.kind, known.id, known.area, known.standing > 0
    is_prefecture = (area.length() == PREFECTURE_CODE_LENGTH) & area.substr(0, 5).notin(MUNICIPALITIES)
    return known.group_by(by).agg(
        national_outlets=number.nunique(where=stands & kind.isin(NATIONAL)),
        tisc=number.nunique(where=stands & (kind == "tisc")),
        university_centres=number.nunique(where=stands & (kind == "university_centre")),
        registered_outlets=number.nunique(where=stands & (kind == "registered_outlet")),
        prefecture_institutions=number.nunique(where=stands & (kind == PREFECTURE)),
        prefectures=area.nunique(where=stands & is_prefecture & (kind == PREFECTURE)),
        prefectures_reached=area.nunique(where=stands & is_prefecture),
    )


@measure("network_events", windows=("month", "to_date", "year"), yearly=(("ref_area",),))
def service_network_approved(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Newly approved `national_outlets` and `prefecture_institutions`, an institution once."""
    new = events.filter(events.event == "approved")
    return new.group_by(by).agg(
        national_outlets=new.id.nunique(where=new.kind.isin(NATIONAL)),
        prefecture_institutions=new.id.nunique(where=new.kind == PREFECTURE),
    )


def _standing(events: ibis.Table) -> ibis.Table:
    """One row a month end and record known by then: `period`, the record's id, kind and area, `standing` 0 once it has ended."""
    ends = month_ends(events)
    steps = events.mutate(at=month_number(events.month), step=ibis.ifelse(events.event == "approved", 1, -1))
    until = ends.inner_join(steps, steps.at <= ends.number)
    return until.group_by(["period", "id", "kind", "area", "ref_area"]).agg(standing=until.step.sum())
