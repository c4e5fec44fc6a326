"""Which value held when: vintages of every key, and precedence among several sources of one value.

Belongs here: ranking, superseding, the book of what was known on a day. Not here: how rows are read (see figures.py).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ipmon.figures import QUALITIES, STAGES, Figure, Key

BASES = ("published", "records", "derived")
"""What speaks for a key, the first one first."""


@dataclass(frozen=True)
class Vintage:
    """A figure and the days on which it was the best known one: [since, until), None = still. Equal days: it never was."""

    figure: Figure
    since: date
    until: date | None

    @property
    def is_withdrawn(self) -> bool:
        """Whether it ended because its publisher took it back."""
        end, retired = self.until, self.figure.retired_on
        return bool(self.figure.retired_by and end and retired and retired <= end)

    def holds_on(self, day: date) -> bool:
        """Whether this was the value to quote on a day."""
        return self.since <= day and (self.until is None or day < self.until)


def weight(figure: Figure) -> tuple[int, bool, int, Decimal]:
    """Precedence but for time: later stage, value before bound, official before reprint before secondary, narrower."""
    bounded = figure.value is not None and figure.interval.is_bounded
    return (STAGES[figure.stage], bounded, QUALITIES.get(figure.quality, 0), -figure.interval.width())


def ranked(figures: Sequence[Figure]) -> list[Figure]:
    """Figures of one key, the best first. Of equal weight the value that was said later wins; who only repeats it comes after."""
    said: dict[tuple[object, ...], date] = {}
    for figure in figures:
        statement = (weight(figure), figure.value)
        said[statement] = min(said.get(statement, figure.released_on), figure.released_on)

    def order(figure: Figure) -> tuple[object, ...]:
        repeated = -figure.released_on.toordinal()
        return (*weight(figure), said[(weight(figure), figure.value)], repeated, figure.delivery_id, figure.locator)

    return sorted(figures, key=order, reverse=True)


def vintages_of(figures: Sequence[Figure]) -> list[Vintage]:
    """The stints of all figures of one key and basis. A figure that never was the best one gets an empty stint."""
    ordered = ranked(figures)
    days = sorted({f.released_on for f in figures} | {f.retired_on for f in figures if f.retired_on})
    held = [(day, _best(ordered, day)) for day in days]
    turns = [(day, figure) for n, (day, figure) in enumerate(held) if n == 0 or held[n - 1][1] is not figure]
    ends = [day for day, _ in turns[1:]] + [None]
    stints = [Vintage(figure, day, until) for (day, figure), until in zip(turns, ends, strict=True) if figure]
    shown = {id(v.figure) for v in stints}
    return stints + [Vintage(f, f.released_on, f.released_on) for f in figures if id(f) not in shown]


def brief(stints: Sequence[Vintage]) -> list[Vintage]:
    """Of all stints of one key those that held on no day, and yet held from when they came until they were withdrawn that day."""
    withdrawn = [v for v in stints if v.since == v.until and v.is_withdrawn]
    ordered = ranked([v.figure for v in stints]) if withdrawn else []
    return [v for v in withdrawn if _best_with(v.figure, ordered) is v.figure]


def _best_with(figure: Figure, ordered: Sequence[Figure]) -> Figure:
    """The first of the ranked figures on the day on which a figure came, as if its delivery had not been withdrawn."""
    day, file = figure.released_on, figure.delivery_id
    return next(f for f in ordered if _is_out(f, day) or (f.delivery_id == file and f.retired_by and f.released_on == day))


def _best(ordered: Sequence[Figure], day: date) -> Figure | None:
    """The first of the ranked figures that was out, and not yet retired, on a day."""
    return next((f for f in ordered if _is_out(f, day)), None)


def _is_out(figure: Figure, day: date) -> bool:
    return figure.released_on <= day and (figure.retired_on is None or day < figure.retired_on)


def _place(vintage: Vintage) -> tuple[date, str, str]:
    return vintage.since, vintage.figure.delivery_id, vintage.figure.locator


class Book:
    """All vintages, by key and basis: what is known, and what was known on a day."""

    def __init__(self) -> None:
        self._pages: dict[tuple[Key, str], list[Vintage]] = {}
        self._keys: dict[str, list[Key]] = defaultdict(list)

    def enter(self, figures: Iterable[Figure]) -> None:
        """Adds figures of keys that the book does not hold yet in that basis."""
        grouped: dict[tuple[Key, str], list[Figure]] = defaultdict(list)
        for figure in figures:
            grouped[(figure.key, figure.basis)].append(figure)
        for page, group in grouped.items():
            if page in self._pages:
                raise ValueError(f"{page} is in the book already")
            self._pages[page] = vintages_of(group)
            self._keys[page[0].indicator_id].append(page[0])

    def keys(self, indicator_id: str) -> list[Key]:
        """The keys of an indicator, published or derived, each once."""
        return list(dict.fromkeys(self._keys[indicator_id]))

    def stints(self, key: Key, basis: str | None = None) -> list[Vintage]:
        """The non-empty stints of a key in time order; without a basis those of the first of BASES that has any."""
        for b in (basis,) if basis else BASES:
            stints = [v for v in self._pages.get((key, b), []) if v.since != v.until]
            if stints:
                return stints
        return []

    def known(self, key: Key, day: date, basis: str | None = None) -> Figure | None:
        """The value of a key that was to be quoted on a day."""
        return next((v.figure for v in self.stints(key, basis) if v.holds_on(day)), None)

    def current(self, key: Key, basis: str | None = None) -> Figure | None:
        """The value of a key that holds now."""
        return next((v.figure for v in self.stints(key, basis) if v.until is None), None)

    def all(self) -> list[Vintage]:
        """Every vintage, those that never held included, in a stable order."""
        return [v for page in sorted(self._pages, key=str) for v in sorted(self._pages[page], key=_place)]
