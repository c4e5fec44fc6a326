"""Revisions: how a value changed from one vintage to the next, by how much and why.

Belongs here: comparing consecutive vintages of one key. Not here: warnings about them (see alerts.py).
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from ipmon.declared import Text
from ipmon.figures import Figure, Key
from ipmon.registry import Registry
from ipmon.vintages import Book, Vintage

STAGE_CAUSES = {
    "preliminary": Text(zh="发布者的初步核算", en="preliminary figure of the publisher"),
    "final": Text(zh="发布者最终核实", en="final verification by the publisher"),
    "census": Text(zh="经济普查后修订", en="revision after an economic census"),
}
QUALITY_WORDS = {
    "official": Text(zh="官方", en="official"),
    "official-reprint": Text(zh="官方转载", en="official-reprint"),
    "secondary": Text(zh="二手", en="secondary"),
    "derived": Text(zh="推算", en="derived"),
}
INPUT_REVISED = Text(zh="计算所用数值已修订", en="an input was revised")
CORRECTED = Text(zh="更正后重新交付", en="corrected delivery")
RESTATED = Text(zh="更精确或更晚的表述", en="more precise or later statement")


@dataclass(frozen=True)
class Revision:
    """One value replaced by another.

    revised: they cannot both be right; refined: the new one is only more precise or better sourced; implied: the new one is not
    printed but follows from a later printed change.
    """

    key: Key
    basis: str
    released_on: date
    old: Figure
    new: Figure
    kind: Literal["revised", "refined", "implied"]
    cause: Text

    @property
    def size(self) -> Decimal:
        """New less old, in base units."""
        return (self.new.value or Decimal(0)) - (self.old.value or Decimal(0))


def revisions(book: Book, registry: Registry) -> list[Revision]:
    """Every change of a value that once held, published or derived, and those that a later printed change implies."""
    pages: dict[tuple[Key, str], list[Vintage]] = defaultdict(list)
    for vintage in book.all():
        if vintage.since != vintage.until and vintage.figure.value is not None:
            pages[(vintage.figure.key, vintage.figure.basis)].append(vintage)
    found = [r for (key, basis), stints in pages.items() for r in _changes(key, basis, stints)]
    return found + list(_implied(book, registry))


def mean_absolute_revision(found: list[Revision], indicator_id: str) -> Decimal | None:
    """The usual revision of an indicator's national total in base units; None where none is known."""
    own = [r for r in found if r.key.indicator_id == indicator_id and r.key.is_national_total]
    sizes = [abs(r.size) for r in own if r.kind != "refined"]
    return sum(sizes, Decimal(0)) / len(sizes) if sizes else None


def _changes(key: Key, basis: str, stints: list[Vintage]) -> Iterator[Revision]:
    for old, new in pairwise(stints):
        if old.figure.value != new.figure.value:
            kind: Literal["refined", "revised"] = "refined" if old.figure.interval.overlaps(new.figure.interval) else "revised"
            yield Revision(key, basis, new.since, old.figure, new.figure, kind, _cause(old, new))


def _cause(old: Vintage, new: Vintage) -> Text:
    if new.figure.basis == "derived":
        return INPUT_REVISED
    if old.figure.retired_on == new.since:
        return CORRECTED
    if new.figure.stage != old.figure.stage and new.figure.stage in STAGE_CAUSES:
        return STAGE_CAUSES[new.figure.stage]
    if new.figure.quality != old.figure.quality:
        now, before = QUALITY_WORDS[new.figure.quality], QUALITY_WORDS[old.figure.quality]
        return Text(zh=f"{now.zh}来源取代{before.zh}来源", en=f"{now.en} source instead of {before.en}")
    return RESTATED


def _implied(book: Book, registry: Registry) -> Iterator[Revision]:
    for id_, indicator in registry.indicators.items():
        if indicator.implied_previous is None:
            continue
        for key in book.keys(id_):
            new = book.current(key)
            level_key = replace(key, indicator_id=indicator.implied_previous.level)
            old = book.current(level_key, "published")
            if new and old and not old.interval.overlaps(new.interval):
                year = int(key.time_period[:4]) + 1
                cause = Text(zh=f"由{year}年公布的水平和变化推得", en=f"implied by the level and change printed for {year}")
                yield Revision(level_key, "published", new.released_on, old, new, "implied", cause)
