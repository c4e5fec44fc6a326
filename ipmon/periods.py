"""Reporting periods: read what is printed, order, shift and label them the SDMX way.

Belongs here: anything that needs only a period. Not here: when deliveries are due (see duedates.py).
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

Freq = Literal["A", "S", "Q", "M"]
Accumulation = Literal["period", "year_to_date", "stock"]
Nature = Literal["flow", "stock", "rate"]
Kind = Literal["annual", "monthly", "quarterly", "cumulative-to-date", "end-of-period", "cumulative-since-1985"]

PRINTED = re.compile(
    r"(?:(?P<since>\d{4})/)?(?P<year>\d{4})(?:-(?:H(?P<half>[12])|Q(?P<quarter>[1-4])"
    r"|(?P<month>0[1-9]|1[0-2])(?:-(?P<day>0[1-9]|[12]\d|3[01]))?))?"
)
_MONTHS_IN: dict[str, int] = {"A": 12, "S": 6, "Q": 3, "M": 1}


@dataclass(frozen=True, order=True)
class Period:
    """A calendar period: frequency and its SDMX label (2024, 2024-S1, 2024-Q1, 2024-01)."""

    freq: Freq
    label: str

    @property
    def year(self) -> int:
        """Calendar year."""
        return int(self.label[:4])

    @property
    def index(self) -> int:
        """1-based place in the year: the month, quarter or half; 1 for a year."""
        return 1 if self.freq == "A" else int(re.sub(r"^\d{4}-[SQ]?", "", self.label))

    @property
    def start(self) -> date:
        """First day."""
        return date(self.year, (self.index - 1) * _MONTHS_IN[self.freq] + 1, 1)

    @property
    def end(self) -> date:
        """Last day."""
        month = self.index * _MONTHS_IN[self.freq]
        return month_end(self.year, month)

    def shift_years(self, years: int) -> "Period":
        """The like period some years later (negative: earlier)."""
        return Period(self.freq, f"{self.year + years:04d}{self.label[4:]}")


def month_end(year: int, month: int) -> date:
    """Last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def period(freq: Freq, year: int, index: int = 1) -> Period:
    """The period of a frequency by its place in the year."""
    tail = {"A": "", "S": f"-S{index}", "Q": f"-Q{index}", "M": f"-{index:02d}"}[freq]
    return Period(freq, f"{year:04d}{tail}")


def parse(label: str) -> Period:
    """An SDMX label as a Period. Raises ValueError for anything else."""
    for freq, pattern in (("A", r"\d{4}"), ("S", r"\d{4}-S[12]"), ("Q", r"\d{4}-Q[1-4]"), ("M", r"\d{4}-(0[1-9]|1[0-2])")):
        if re.fullmatch(pattern, label):
            return Period(freq, label)  # type: ignore[arg-type]
    raise ValueError(f"'{label}' is no period; write 2024, 2024-S1, 2024-Q1 or 2024-01.")


@dataclass(frozen=True)
class Span:
    """What a printed period means: the period it is filed under, how the value accumulates, and the days it covers."""

    period: Period
    accumulation: Accumulation
    start: date
    end: date


def read(printed: str, kind: Kind, nature: Nature) -> Span:
    """A period as a publisher prints it, with its kind, for an indicator of a given nature.

    Stocks are stocks whatever the page calls them; a running total over several years is a stock of what has happened;
    halves and the first quarter are periods of their own, other cumulative months and quarters are year to date.
    Raises ValueError where the text is no period.
    """
    match = PRINTED.fullmatch(printed)
    if match is None or (match["since"] or "") > match["year"]:
        raise ValueError(f"'{printed}' is no period; write 2024, 2024-09, 2024-09-30, 2024-H1, 2024-Q3 or 2020/2024.")
    year, since = int(match["year"]), match["since"]
    month = _last_month(match)
    if since or kind == "cumulative-since-1985":
        filed = period("M", year, month) if _is_part_of_year(match) else period("A", year)
        return Span(filed, "period" if nature == "rate" else "stock", date(int(since or 1985), 1, 1), filed.end)
    if nature == "stock" or (kind == "end-of-period" and nature == "flow"):
        filed = period("A", year) if (match["day"] and month == 12) or not _is_part_of_year(match) else period("M", year, month)
        return Span(filed, "stock", filed.start, filed.end)
    filed, to_date = _flow_period(match, kind, year, month)
    if kind == "cumulative-to-date" and filed.freq == "A" and nature == "flow":
        return Span(filed, "stock", filed.start, filed.end)
    return Span(filed, "year_to_date" if to_date else "period", date(year, 1, 1) if to_date else filed.start, filed.end)


def _flow_period(match: re.Match[str], kind: Kind, year: int, month: int) -> tuple[Period, bool]:
    """The period of a flow or rate, and whether it accumulates since January."""
    if match["half"]:
        return period("S", year, int(match["half"])), False
    if match["quarter"]:
        if kind == "cumulative-to-date" and match["quarter"] != "1":
            return period("M", year, month), True
        return period("Q", year, int(match["quarter"])), False
    if match["month"] and not (match["day"] and month == 12 and kind == "end-of-period"):
        return period("M", year, month), kind == "cumulative-to-date"
    return period("A", year), False


def _is_part_of_year(match: re.Match[str]) -> bool:
    return bool(match["half"] or match["quarter"] or match["month"])


def _last_month(match: re.Match[str]) -> int:
    if match["half"]:
        return int(match["half"]) * 6
    if match["quarter"]:
        return int(match["quarter"]) * 3
    return int(match["month"] or 12)
