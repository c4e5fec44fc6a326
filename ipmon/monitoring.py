"""Every target assessed from what was known on a day.

Belongs here: finding the like-vintage series that a target's rule looks at. Not here: the rules (see target_rules.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from ipmon.assessment import Assessment, assess
from ipmon.declared import Text
from ipmon.dimensions import Dimensions
from ipmon.figures import Figure, Key
from ipmon.periods import Freq, parse
from ipmon.reason_clauses import CLAUSES
from ipmon.registry import Registry
from ipmon.revisions import Revision, mean_absolute_revision
from ipmon.shown import Shown
from ipmon.target_rules import Point
from ipmon.targets import Target
from ipmon.vintages import BASES, Book


def assess_all(
    targets: Sequence[Target],
    registry: Registry,
    dimensions: Dimensions,
    book: Book,
    revised: list[Revision],
    as_of: date,
    clauses: Mapping[str, Text] = CLAUSES,
) -> list[Assessment]:
    """One assessment a target, in the targets' order. `clauses`: of the reasons."""
    return [_assess(t, registry, dimensions, book, revised, as_of, clauses) for t in targets]


def _assess(
    target: Target,
    registry: Registry,
    dimensions: Dimensions,
    book: Book,
    revised: list[Revision],
    as_of: date,
    clauses: Mapping[str, Text],
) -> Assessment:
    indicator = registry.indicators[target.indicator_id]
    grown = indicator.growth.of if indicator.growth else ""
    return assess(
        target,
        like_vintage_points(target.indicator_id, target.reference_period, registry, dimensions, book, as_of),
        as_of,
        Shown.of(indicator.unit, dimensions.units, indicator.display),
        mean_absolute_revision(revised, target.indicator_id),
        like_vintage_points(grown, target.reference_period, registry, dimensions, book, as_of) if grown else (),
        bool(grown) and registry.indicators[grown].distinct,
        clauses,
    )


def like_vintage_points(
    indicator_id: str, reference: str, registry: Registry, dimensions: Dimensions, book: Book, as_of: date
) -> list[Point]:
    """The national series of an indicator as it stood on `as_of`, with the year before the reference period in its vintage.

    What is counted or derived of a single month does not stand for a year: of a part of it only the year to date does. A value
    that the printed change of the year after implies replaces the first print: 12.60 for 2022, not 12.71, beside 13.04.
    Without it, a year before that a declared break parts from the reference period is left out: it is of another vintage.
    """
    keys = [key for key in book.keys(indicator_id) if key.is_national_total]
    known = _known(book, keys, parse(reference).freq, as_of)
    deciding = next((f for k, f in known.items() if k.time_period == reference), None)
    implied = {k: f for k in known if (f := _implied(k, deciding, registry, book, as_of))}
    alike = {k: implied.get(k, f) for k, f in known.items() if k in implied or not _parted(f, deciding, dimensions)}
    return [_point(figure) for figure in alike.values() if figure.value is not None]


def _known(book: Book, keys: Sequence[Key], freq: Freq, as_of: date) -> dict[Key, Figure]:
    """The values of a day: the published ones, derived ones where none was; those of records where nothing at all is published.

    A series never changes from what is published to what is counted: the two need not be defined alike.
    """
    published, *ours = ({k: f for k in keys if (f := book.known(k, as_of, basis))} for basis in BASES)
    records, derived = ({k: f for k, f in known.items() if _reaches_back(f, freq)} for known in ours)
    return derived | (published or records)


def _reaches_back(figure: Figure, freq: Freq) -> bool:
    """Whether a figure is of a period of this length, or of what has passed of it."""
    key = figure.key
    return key.freq == freq or key.accumulation != "period" or figure.period_start == date(figure.period_end.year, 1, 1)


def _parted(figure: Figure, deciding: Figure | None, dimensions: Dimensions) -> bool:
    """Whether it is the year before the deciding one, and the series breaks between them."""
    key = figure.key
    if deciding is None or len(key.time_period) != 4 or int(key.time_period) != int(deciding.key.time_period[:4]) - 1:
        return False
    between = (b for b in dimensions.breaks if figure.period_end < b.start <= deciding.period_end)
    return any(b.concerns(key.indicator_id, key.ref_area) for b in between)


def _implied(key: Key, deciding: Figure | None, registry: Registry, book: Book, as_of: date) -> Figure | None:
    """What the deciding year's printed change says of the year before it."""
    if deciding is None or int(key.time_period[:4]) != int(deciding.key.time_period[:4]) - 1:
        return None
    for id_, indicator in registry.indicators.items():
        if indicator.implied_previous and indicator.implied_previous.level == key.indicator_id:
            return book.known(replace(key, indicator_id=id_), as_of, "derived")
    return None


def _point(figure: Figure) -> Point:
    assert figure.value is not None
    return Point(
        time_period=figure.key.time_period,
        period_end=figure.period_end,
        value=figure.value,
        low=figure.interval.low,
        high=figure.interval.high,
        released_on=figure.released_on,
        obs_status=figure.obs_status,
        to_date=figure.key.accumulation == "year_to_date",
    )
