"""Patent-intensive products, model enterprises and the public service network.

Belongs here: what stands on these lists on a date, and what is new on them. Not here: value added (see industries.py).
"""

import ibis
import ibis.expr.types as ir

from assets.measures.amounts import stated
from assets.measures.month_ends import month_ends, month_number
from ipmon.registers.measure import measure

SLICES: tuple[tuple[str, ...], ...] = ((), ("ref_area",))
NATIONAL = ("tisc", "university_centre", "registered_outlet")
PREFECTURE = "prefecture_institution"
MUNICIPALITIES = ("CN-BJ", "CN-CQ", "CN-SH", "CN-TJ")
PREFECTURE_CODE = r"^CN-[A-Z]{2}-[0-9]{2}(0[1-9]|[1-8][0-9])00$"
"""GB/T 2260: two digits for the province, two for the prefecture (00 is none, 90 the counties directly under the province) and
two for the county (00 is none)."""
SUB_PROVINCIAL = (
    "CN-LN-210100", "CN-LN-210200", "CN-JL-220100", "CN-HL-230100", "CN-JS-320100", "CN-ZJ-330100", "CN-ZJ-330200",
    "CN-FJ-350200", "CN-SD-370100", "CN-SD-370200", "CN-HB-420100", "CN-GD-440100", "CN-GD-440300", "CN-SC-510100",
    "CN-SN-610100",
)  # fmt: skip
"""The fifteen cities of sub-provincial rank: prefectures by area, but their institutions are counted with those of provinces."""


def _is_prefecture(area: ir.StringValue) -> ir.BooleanValue:
    """Whether an area is a prefecture: no county of one, no whole province, and not in a municipality."""
    return area.re_search(PREFECTURE_CODE) & area.substr(0, 5).notin(MUNICIPALITIES)


def _is_national(outlets: ibis.Table) -> ir.BooleanValue:
    """Which records are of important national outlets."""
    return outlets.kind.isin(NATIONAL) & (outlets.level == "national")


def _is_of_prefecture(outlets: ibis.Table) -> ir.BooleanValue:
    """Which records are of comprehensive institutions of prefectures, without those of sub-provincial cities."""
    at_its_level = (outlets.kind == PREFECTURE) & (outlets.level == "prefecture")
    return at_its_level & _is_prefecture(outlets.area) & outlets.area.notin(SUB_PROVINCIAL)


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
        registered_output=stated(new.output_cny, registered),
        certified=new.count(where=certified),
        certified_output=stated(new.output_cny, certified),
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

    Out: `national_outlets`, those of level national, and their parts `tisc`, `university_centres`, `registered_outlets`, which
    may add up to more; `prefecture_institutions`, those of level prefecture in prefectures that are no sub-provincial cities;
    `prefectures`, the prefectures that have one of these, and `prefectures_reached`, all with an institution of any kind and
    level. A county, a whole province and an area in a municipality are no prefectures.
    """
    known = _standing(events)
    kind, number, area, stands = known.kind, known.id, known.area, known.standing > 0
    national, of_prefecture = stands & _is_national(known), stands & _is_of_prefecture(known)
    return known.group_by(by).agg(
        national_outlets=number.nunique(where=national),
        tisc=number.nunique(where=national & (kind == "tisc")),
        university_centres=number.nunique(where=national & (kind == "university_centre")),
        registered_outlets=number.nunique(where=national & (kind == "registered_outlet")),
        prefecture_institutions=number.nunique(where=of_prefecture),
        prefectures=area.nunique(where=of_prefecture),
        prefectures_reached=area.nunique(where=stands & _is_prefecture(area)),
    )


@measure("network_events", windows=("month", "to_date", "year"), yearly=(("ref_area",),))
def service_network_approved(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Newly approved `national_outlets` and `prefecture_institutions` as `service_network` counts them, an institution once."""
    new = events.filter(events.event == "approved")
    return new.group_by(by).agg(
        national_outlets=new.id.nunique(where=_is_national(new)),
        prefecture_institutions=new.id.nunique(where=_is_of_prefecture(new)),
    )


def _standing(events: ibis.Table) -> ibis.Table:
    """One row a month end and record known by then: `period`, what it is, and `standing`, 0 once it has ended.

    Level and area are those of the approval: what the end says of them does not keep the record standing.
    """
    ends = month_ends(events)
    steps = events.mutate(at=month_number(events.month), step=ibis.ifelse(events.event == "approved", 1, -1))
    until = ends.inner_join(steps, steps.at <= ends.number)
    approved = until.event == "approved"
    where = {name: ibis.coalesce(until[name].max(where=approved), until[name].max()) for name in ("level", "area", "ref_area")}
    return until.group_by(["period", "id", "kind"]).agg(standing=until.step.sum(), **where)
