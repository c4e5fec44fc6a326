"""Patent applications as rows of the deliveries: each record as it stood at the end of the month.

Belongs here: the text of each field. Not here: what happened (patents.py).
"""

import numpy as np
import polars as pl

from ipmon.simulator.applicants import Population
from ipmon.simulator.levels import IP_TYPES, KINDS, Levels
from ipmon.simulator.outbox import Outbox, appearances
from ipmon.simulator.patents import DISPOSALS, REASONS, Cases, symbol_lists
from ipmon.simulator.world import Ints, Span

DATES = {
    "filing_date": "filed", "exam_request_date": "requested", "exam_start_date": "started", "first_action_date": "acted",
    "disposal_date": "disposed", "grant_date": "granted", "end_date": "ended",
}  # fmt: skip


def coded(codes: tuple[str, ...] | list[str], positions: Ints) -> pl.Series:
    """The code at each position, empty at -1."""
    return pl.Series([*codes, None], dtype=pl.String).gather(np.where(positions < 0, len(codes), positions))


def deliver(cases: Cases, levels: Levels, span: Span, people: Population, outbox: Outbox) -> None:
    """Appends the cases to the files of all months in which they have an event."""
    records, months = appearances(span, cases.dates)
    until = span.starts[months + 1] - 1
    rows = _lasting(cases, levels, people)[records]
    dates = {field: span.text(getattr(cases, name)[records], until) for field, name in DATES.items()}
    outbox.send(
        rows.with_columns(
            **dates,
            disposal=pl.when(dates["disposal_date"].is_not_null()).then("disposal"),
            end_reason=pl.when(dates["end_date"].is_not_null()).then("end_reason"),
        ),
        months,
    )


def _lasting(cases: Cases, levels: Levels, people: Population) -> pl.DataFrame:
    """What does not change from one delivery of a case to the next: made once a case."""
    lists = symbol_lists(levels)
    return pl.DataFrame(
        {
            "application_no": "SIM" + pl.Series(cases.number).cast(pl.String),
            "ip_type": coded(IP_TYPES, cases.ip),
            "disposal": coded(DISPOSALS, cases.disposal),
            "reopened": coded(("0",), np.zeros_like(cases.disposal)),
            "end_reason": coded(REASONS, cases.reason),
            "applicant_id": people.ids(cases.applicant),
            "applicant_kind": coded(KINDS, people.kinds[cases.applicant]),
            "applicant_area": coded(people.areas, people.area[cases.applicant]),
            "ipc_main": coded([symbols[0] for symbols in lists], cases.classes),
            "ipc_all": coded([";".join(symbols) for symbols in lists], cases.classes),
            "fast_track": coded(("0", "1"), cases.fast.astype(np.int64)),
            "abnormal": coded(("0", "1"), cases.abnormal.astype(np.int64)),
        }
    )
