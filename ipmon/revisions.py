"""Revisions: how a value changed from one vintage to the next, or was withdrawn, by how much and why.

Belongs here: comparing consecutive vintages of one key. Not here: warnings about them (see alerts.py).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from ipmon.declared import Text
from ipmon.deliveries import Withdrawal
from ipmon.figures import Figure, Key
from ipmon.registry import Registry
from ipmon.vintages import Book, Vintage, brief

Kind = Literal["revised", "refined", "implied", "withdrawn"]
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
TAKEN_BACK = Text(
    zh="发布者于{day}撤回交付 {delivery}：{reason}", en="delivery {delivery} withdrawn by its publisher on {day}: {reason}"
)
INPUT_REVISED = Text(zh="计算所用数值已修订", en="an input was revised")
CORRECTED = Text(zh="更正后重新交付", en="corrected delivery")
RESTATED = Text(zh="更精确或更晚的表述", en="more precise or later statement")


@dataclass(frozen=True)
class Revision:
    """One value replaced by another, or by none.

    revised: they cannot both be right; refined: the new one is only more precise or better sourced; implied: the new one is not
    printed but follows from a later printed change; withdrawn: a delivery was taken back, `new` is what holds in its place.
    """

    key: Key
    basis: str
    released_on: date
    old: Figure
    new: Figure | None
    kind: Kind
    cause: Text

    @property
    def size(self) -> Decimal | None:
        """New less old, in base units; None where nothing holds in its place."""
        return (self.new.value or Decimal(0)) - (self.old.value or Decimal(0)) if self.new else None


def revisions(book: Book, registry: Registry, withdrawals: Mapping[str, Withdrawal]) -> list[Revision]:
    """Every change of a value that once held, also for less than a day, and those that a later printed change implies.

    `withdrawals`: by delivery.
    """
    pages: dict[tuple[Key, str], list[Vintage]] = defaultdict(list)
    for vintage in book.all():
        if vintage.figure.value is not None:
            pages[(vintage.figure.key, vintage.figure.basis)].append(vintage)
    found = [r for (key, basis), stints in pages.items() for r in _changes(key, basis, stints, withdrawals)]
    return found + list(_implied(book, registry))


def mean_absolute_revision(found: list[Revision], indicator_id: str) -> Decimal | None:
    """The usual revision of an indicator's national total in base units; None where none is known. A withdrawal is not usual."""
    own = [r for r in found if r.key.indicator_id == indicator_id and r.key.is_national_total]
    sizes = [abs(r.size) for r in own if r.size is not None and r.kind in ("revised", "implied")]
    return sum(sizes, Decimal(0)) / len(sizes) if sizes else None


def _changes(key: Key, basis: str, stints: list[Vintage], withdrawals: Mapping[str, Withdrawal]) -> Iterator[Revision]:
    held, short = [v for v in stints if v.since != v.until], brief(stints)
    steps = list[tuple[Vintage, Vintage | None]]()
    for old, new in zip(held, [*held[1:], None], strict=False):
        between = [v for v in short if v.since == old.until]  # what came and went on the day on which it ended
        steps += zip([old, *between], [*between, new], strict=True)
    for v in (v for v in short if v.since not in {h.until for h in held}):
        around = next((h for h in held if h.holds_on(v.since)), None)
        steps += [(around, v)] if around and around.since < v.since else []
        steps.append((v, around))
    for old, new in steps:
        yield from _step(key, basis, old, new, withdrawals)


def _step(key: Key, basis: str, old: Vintage, new: Vintage | None, withdrawals: Mapping[str, Withdrawal]) -> Iterator[Revision]:
    if new and old.is_withdrawn and old.until and new.since > old.until:
        new = None  # what is said after a gap is new, and revises nothing
    if new and old.figure.value == new.figure.value:
        return
    if old.is_withdrawn and old.until:
        cause = taken_back(old.figure.retired_by, withdrawals)
        yield Revision(key, basis, old.until, old.figure, new.figure if new else None, "withdrawn", cause)
    elif new:
        kind: Kind = "refined" if old.figure.interval.overlaps(new.figure.interval) else "revised"
        yield Revision(key, basis, new.since, old.figure, new.figure, kind, _cause(old, new))


def taken_back(ids: Sequence[str], withdrawals: Mapping[str, Withdrawal]) -> Text:
    """That deliveries were withdrawn, with the day and the reason."""
    told = [{"delivery": id_, "day": withdrawals[id_].issued_on, "reason": withdrawals[id_].reason} for id_ in ids]
    zh, en = ([words.format_map(one) for one in told] for words in (TAKEN_BACK.zh, TAKEN_BACK.en))
    return Text(zh="；".join(zh), en="; ".join(en))


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
