"""Facts: the rows that measures count, one suite a fact table.

Belongs here: what holds of facts whatever the measure. Not here: what a single delivery must hold (its contract says), or
what is published of facts (see observations.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import great_expectations as gx
from great_expectations.expectations.expectation import Expectation

from expectations.rules import in_set, matches, no_rows, words

Order = tuple[str, str]
KINDS = ["enterprises", "universities", "research_institutes", "institutions", "individuals"]
TYPES = ["invention", "utility_model", "design"]
LEVELS = ["national", "provincial", "prefecture"]
GROUPS = [
    "ict_manufacturing", "ict_services", "new_equipment", "new_materials",
    "pharma_medical", "environmental", "rd_design_services",
]  # fmt: skip
LOOK = "按月份和键在该月交付文件中查看该行。 Look the row up by its key in the delivery of its month."
REBUILD = "删除该表该月的事实文件后重新运行。 Remove the fact file of that month and run again."
RESTATED = "核对两个月的交付文件，保留一个日期。 Compare the deliveries of both months and keep one date."


@dataclass(frozen=True)
class Fact:
    """What is promised of a fact table.

    `events`: each event with the column that dates it. `dated_by`: the date of a row without events. `once`: a key stands in one
    month only. `ordered`: pairs of dates, the first never after the second. `together`: columns that are filled or empty alike.
    """

    name: str
    key: list[str]
    required: list[str]
    codes: dict[str, list[str]]
    events: dict[str, str] = field(default_factory=dict)
    dated_by: str = ""
    once: bool = True
    ordered: list[Order] = field(default_factory=list)
    together: list[Order] = field(default_factory=list)
    positive: list[str] = field(default_factory=list)
    not_negative: list[str] = field(default_factory=list)

    @property
    def named(self) -> list[str]:
        """The columns by which a reader finds a row again."""
        return ["month", *(["event", "event_date"] if self.events else []), *self.key]


APPROVED = {"approved": "approved_on", "ended": "ended_on"}
FACTS = [
    Fact(
        name="patent_events",
        key=["application_no"],
        required=["ip_type", "filing_date", "applicant_id", "applicant_kind", "applicant_area", "fast_track", "abnormal"],
        codes={
            "ip_type": TYPES,
            "disposal": ["granted", "refused", "withdrawn", "deemed_withdrawn"],
            "end_reason": ["expired", "lapsed", "abandoned", "invalidated"],
            "applicant_kind": KINDS,
        },
        events={
            "filed": "filing_date",
            "exam_requested": "exam_request_date",
            "exam_started": "exam_start_date",
            "first_action": "first_action_date",
            "disposed": "disposal_date",
            "granted": "grant_date",
            "ended": "end_date",
        },
        ordered=[
            ("filing_date", "exam_request_date"),
            ("filing_date", "exam_start_date"),
            ("exam_request_date", "exam_start_date"),
            ("exam_start_date", "first_action_date"),
            ("first_action_date", "disposal_date"),
            ("filing_date", "disposal_date"),
            ("disposal_date", "grant_date"),
            ("grant_date", "end_date"),
        ],
        together=[("disposal", "disposal_date"), ("end_reason", "end_date")],
    ),
    Fact(
        name="trademark_events",
        key=["application_no"],
        required=["filing_date", "nice_classes", "applicant_id", "applicant_area"],
        codes={"decision": ["registered", "partly_refused", "refused", "withdrawn"]},
        events={"filed": "filing_date", "decided": "decision_date", "registered": "registration_date", "ended": "end_date"},
        ordered=[
            ("filing_date", "decision_date"),
            ("decision_date", "registration_date"),
            ("registration_date", "end_date"),
        ],
        together=[("decision", "decision_date")],
    ),
    Fact(
        name="patent_transactions",
        key=["record_no"],
        required=["kind", "record_date", "patent_no", "from_id", "from_kind", "area"],
        codes={"kind": ["assignment", "licence", "open_licence"], "from_kind": KINDS, "to_kind": KINDS},
        dated_by="record_date",
        together=[("to_id", "to_kind")],
        positive=["amount_cny"],
    ),
    Fact(
        name="inventory",
        key=["patent_no", "snapshot"],
        required=["ip_type", "institution_id", "institution_kind", "area", "firm_grade", "in_library", "firms_matched"],
        codes={
            "ip_type": TYPES,
            "institution_kind": ["universities", "research_institutes", "hospitals"],
            "self_grade": ["good", "general", "unclear"],
            "firm_grade": ["good", "general", "unclear", "none"],
        },
        dated_by="snapshot",
        once=False,
        ordered=[("inventoried_on", "converted_on")],
        not_negative=["firms_matched"],
    ),
    Fact(
        name="pledges",
        key=["registration_no"],
        required=["right_kind", "registered_on", "amount_cny", "pledgor_id", "enterprise_size", "area"],
        codes={
            "right_kind": ["patent", "trademark", "mixed"],
            "enterprise_size": ["large", "medium", "small", "micro", "none"],
        },
        dated_by="registered_on",
        ordered=[("registered_on", "released_on")],
        positive=["amount_cny"],
    ),
    Fact(
        name="industry_accounts",
        key=["industry", "year", "vintage"],
        required=["value_added", "gdp", "employment"],
        codes={"vintage": ["first", "final", "census"], "group": GROUPS},
        dated_by="year",
        once=False,
        positive=["gdp"],
        not_negative=["employment"],
    ),
    Fact(
        name="product_events",
        key=["id"],
        required=["level", "kind", "area", "approved_on"],
        codes={"level": LEVELS, "kind": ["registered", "certified"]},
        events=APPROVED,
        ordered=[("approved_on", "ended_on")],
        positive=["output_cny"],
    ),
    Fact(
        name="enterprise_events",
        key=["id"],
        required=["level", "area", "approved_on"],
        codes={"level": LEVELS},
        events=APPROVED,
        ordered=[("approved_on", "ended_on")],
        positive=["output_cny"],
    ),
    Fact(
        name="network_events",
        key=["id", "kind"],
        required=["level", "kind", "area", "approved_on"],
        codes={"level": LEVELS},
        events=APPROVED,
        ordered=[("approved_on", "ended_on")],
    ),
]


def fact_suites() -> list[gx.ExpectationSuite]:
    """Every suite, named after its fact table; a table that has no facts yet is left out by whoever runs them."""
    return [gx.ExpectationSuite(name=fact.name, expectations=[*_rows(fact), *_dates(fact), *_values(fact)]) for fact in FACTS]


def _rows(fact: Fact) -> Iterator[Expectation]:
    required, keys = ["month", *fact.key, *fact.required], ", ".join(_key(fact))
    yield _none(
        fact, " or ".join(map(_empty, required)), ("required_filled", "必填列都有内容", "Every required column is filled", LOOK)
    )
    twice = f"{_candidates(f'month, {keys}')} group by month, {keys} having count(*) > 1"
    yield no_rows(twice, words("key_unique", "一个月内一个键只有一行", "A key stands once in a month", REBUILD))
    if fact.once:
        moved = f"{_candidates(keys, 'min(month) as first, max(month) as last')} group by {keys} having min(month) < max(month)"
        said = words("key_in_one_month", "一个键只在一个月中", "A key stands in one month", RESTATED)
        yield no_rows(moved, said, warning=True)


def _dates(fact: Fact) -> Iterator[Expectation]:
    day = "event_date" if fact.events else fact.dated_by
    late = f"month is distinct from substr(cast({day} as varchar), 1, 7)"
    yield _none(fact, late, ("dated_in_month", "日期在其月份之内", "Dates lie in their month", REBUILD))
    if fact.events:
        own = " ".join(f"when '{event}' then {column}" for event, column in fact.events.items())
        strange = f"event_date is distinct from case event {own} end"
        yield in_set("event", [*fact.events], words("event_known", "事件在代码表中", "Events are in their code list", REBUILD))
        yield _none(fact, strange, ("event_dated", "事件日期与记录一致", "An event has the date of its record", REBUILD))
    if fact.ordered:
        wrong = " or ".join(f"{earlier} > {later}" for earlier, later in fact.ordered)
        yield _none(fact, wrong, ("dates_ordered", "日期先后有序", "Dates are in order", LOOK))


def _values(fact: Fact) -> Iterator[Expectation]:
    for column, codes in fact.codes.items():
        said = words(f"{column}_known", f"{column} 在代码表中", f"Values of {column} are in their code list", LOOK)
        yield in_set(column, codes, said)
    if fact.together:
        apart = " or ".join(f"({one} is null) <> ({other} is null)" for one, other in fact.together)
        yield _none(fact, apart, ("filled_together", "成对的列同有同无", "Columns of a pair are filled alike", LOOK))
    below = [f"{column} <= 0" for column in fact.positive] + [f"{column} < 0" for column in fact.not_negative]
    if below:
        yield _none(
            fact,
            " or ".join(below),
            ("amounts_positive", "金额为正、计数不为负", "Amounts are positive, counts not negative", LOOK),
        )
    yield matches("technology", "^ipc_[a-h]$", words("technology_form", "技术为分类部", "Technology is an IPC section", REBUILD))
    yield matches("ref_area", "^CN-[A-Z]{2}$", words("ref_area_form", "地区为省级代码", "Areas are codes of provinces", REBUILD))
    sides = words("counterpart_area_known", "对方地区为国内或国外", "A counterpart is domestic or foreign", REBUILD)
    yield in_set("counterpart_area", ["DOM-ML", "FOR"], sides)


def _key(fact: Fact) -> list[str]:
    return [*(["event"] if fact.events else []), *fact.key]


def _candidates(columns: str, *more: str) -> str:
    """The rows whose columns may stand twice: hashes tell first, since numbers of eight bytes are few beside millions of keys."""
    again = f"select hash({columns}) as h from {{batch}} group by h having count(*) > 1"
    return f"select {', '.join([columns, *more])} from {{batch}} where hash({columns}) in ({again})"


def _empty(column: str) -> str:
    return f"coalesce(trim(cast({column} as varchar)), '') = ''"


def _none(fact: Fact, wrong: str, said: tuple[str, str, str, str]) -> Expectation:
    """No row is wrong; the rows shown are cut to what names them, or the message would be a whole record."""
    return no_rows(f"select {', '.join(fact.named)} from {{batch}} where {wrong}", words(*said))
