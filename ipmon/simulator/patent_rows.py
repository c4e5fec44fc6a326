"""Patent applications as rows of the deliveries: each record as it stood at the end of the month.

Belongs here: the text of each field. Not here: what happened (patents.py).
"""

import numpy as np
import polars as pl

from ipmon.simulator.applicants import Population
from ipmon.simulator.levels import IP_TYPES, KINDS, Levels
from ipmon.simulator.outbox import Outbox, appearances, state
from ipmon.simulator.patents import DISPOSALS, REASONS, Cases, symbols
from ipmon.simulator.world import NEVER, Ints, Span

DATES = {
    "filing_date": "filed", "exam_request_date": "requested", "exam_start_date": "started", "first_action_date": "acted",
    "disposal_date": "disposed", "grant_date": "granted", "end_date": "ended",
}  # fmt: skip
STEPS = (37, 59, 101)
"""How far the second, third and fourth symbol of an application lie from its main one in the list of symbols."""


def coded(codes: tuple[str, ...] | list[str], positions: Ints) -> pl.Series:
    """The code at each position, empty at -1."""
    return pl.Series([*codes, None], dtype=pl.String).gather(np.where(positions < 0, len(codes), positions))


def deliver(cases: Cases, levels: Levels, span: Span, people: Population, outbox: Outbox) -> None:
    """Appends the cases to the files of all months in which they have an event."""
    records, months = appearances(span, cases.dates)
    until = span.starts[months + 1] - 1
    days = {field: state(span, getattr(cases, name), records, months) for field, name in DATES.items()}
    ended, disposed = days["end_date"] < NEVER, days["disposal_date"] < NEVER
    applicant = cases.applicant[records]
    columns = {
        "application_no": "SIM" + pl.Series(cases.number[records]).cast(pl.String),
        "ip_type": coded(IP_TYPES, cases.ip[records]),
        **{field: span.text(found, until) for field, found in days.items()},
        "disposal": coded(DISPOSALS, np.where(disposed, cases.disposal[records], -1)),
        "end_reason": coded(REASONS, np.where(ended, cases.reason[records], -1)),
        "applicant_id": people.ids(applicant),
        "applicant_kind": coded(KINDS, people.kinds[applicant]),
        "applicant_area": coded(people.areas, people.area[applicant]),
        **_classes(cases, levels, records),
        "fast_track": coded(("0", "1"), cases.fast[records].astype(np.int64)),
        "abnormal": coded(("0", "1"), cases.abnormal[records].astype(np.int64)),
    }
    outbox.send(pl.DataFrame(columns), months)


def _classes(cases: Cases, levels: Levels, records: Ints) -> dict[str, pl.Series]:
    """The main symbol and all symbols: between the least and the most of them, as the application number decides."""
    known, main = symbols(levels), cases.symbol[records]
    least, most = levels.technology.symbols
    more = least - 1 + cases.number[records] * 7919 % (most - least + 1)
    others = [coded(known, np.where((main >= 0) & (more > n), (main + s) % len(known), -1)) for n, s in enumerate(STEPS)]
    all_of = pl.DataFrame([coded(known, main).alias("0"), *(o.alias(str(n + 1)) for n, o in enumerate(others))])
    joined = all_of.select(pl.concat_str(pl.all(), separator=";", ignore_nulls=True)).to_series()
    return {"ipc_main": all_of["0"], "ipc_all": joined}
