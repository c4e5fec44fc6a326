"""Which picture an indicator has, and the words under it.

Belongs here: choosing the values to draw, captions with the same numbers in both languages. Not here: the drawing (see
sketch.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise

from markupsafe import Markup

from ipmon.declared import Text
from ipmon.pages import sketch
from ipmon.pages.reading import Entry, Held, Library
from ipmon.pages.saying import kinds, shown, when
from ipmon.pages.words import Words
from ipmon.phrases import LANGS, spoken

MOST_BARS = 12
ENOUGH_YEARS = 4
FIRM = ("A", "B")
"""Observation statuses of values that are neither estimated nor provisional."""
STEP = {"A": 366, "S": 184, "Q": 92, "M": 31}
"""Days at most from the end of one period to that of the next."""


@dataclass(frozen=True)
class Picture:
    """A drawing with its caption; `is_line`: over time, with hollow dots and breaks, which want a key."""

    drawing: Markup
    caption: Text
    is_line: bool


def picture(entry: Entry, library: Library, words: Words) -> Picture | None:
    """The national total over time, else its largest areas or categories; None where there are too few values to draw."""
    national = [held for held in entry.values if held.is_national_total]
    groups = [[h for h in found if h.value is not None] for _, found in kinds(national)]
    # one value a period, the oldest first; published before derived
    series = [list({h.time_period: h for h in reversed(group)}.values()) for group in groups]
    best = max(series, key=_worth_drawing, default=[])
    return _line(entry, best, words) if len(best) > 1 else _bars(entry, library, words)


def _line(entry: Entry, series: Sequence[Held], words: Words) -> Picture:
    factor, breaks = entry.row["display_factor"], [row["starts_on"] for row in entry.breaks]
    dots = [
        sketch.Dot(h.period_end, float(h.value or 0) / factor, h.basis != "derived" and h.obs_status in FIRM, joined)
        for h, joined in zip(series, _joined(series, breaks), strict=True)
    ]
    first, last = series[0], series[-1]
    values = [h.value for h in series if h.value is not None]
    numbers = {"low": min(values), "high": max(values), "first_value": first.value, "last_value": last.value}
    caption = _caption(
        words,
        "line",
        {"title": entry.title, "unit": entry.unit, "first": when(first), "last": when(last)},
        {name: shown(value, factor) for name, value in numbers.items()},
    )
    return Picture(sketch.line(dots, breaks), caption, True)


def _bars(entry: Entry, library: Library, words: Words) -> Picture | None:
    """The largest cells of the latest period with at least two of them, if any; not the world, which is their sum."""
    others = [h for h in entry.values if not h.is_national_total and h.value is not None and h.cell[0] != "W0"]
    groups = [list(found) for _, found in groupby(others, key=lambda h: (h.time_period, h.accumulation))]
    newest = next((g for g in groups if len({h.cell for h in g}) > 1), None)
    if newest is None:
        return None
    factor, names = entry.row["display_factor"], library.cells([h.cell for h in others])
    largest = sorted({h.cell: h for h in reversed(newest)}.values(), key=lambda h: (-(h.value or 0), h.cell))[:MOST_BARS]
    bars = [sketch.Bar(names[h.cell], float(h.value or 0) / factor, h.written(factor)) for h in largest]
    caption = _caption(
        words,
        "bars",
        {"title": entry.title, "unit": entry.unit, "period": when(largest[0]), "name": bars[0].name},
        {"count": str(len(bars)), "value": bars[0].written},
    )
    return Picture(sketch.bars(bars), caption, False)


def _caption(words: Words, key: str, texts: Mapping[str, Text], numbers: Mapping[str, str]) -> Text:
    """What a drawing shows, with the same numbers in both languages."""
    zh, en = ({name: spoken(text, lang) for name, text in texts.items()} | dict(numbers) for lang in LANGS)
    return words.fill(key, zh, en)


def _worth_drawing(series: Sequence[Held]) -> tuple[bool, bool, int]:
    """Years if there are some, else what does not begin anew every January, else the longest."""
    last = series[-1]
    return last.freq == "A" and len(series) >= ENOUGH_YEARS, last.accumulation != "year_to_date", len(series)


def _joined(series: Sequence[Held], breaks: Sequence[date]) -> Iterator[bool]:
    """Whether a line leads to each value from the one before: not over a missing period and not over a break."""
    yield False
    for before, after in pairwise(series):
        broken = any(before.period_end < day <= after.period_end for day in breaks)
        yield not broken and (after.period_end - before.period_end).days <= STEP[after.freq]
