"""Reconciliation: published twins of derived values, and the identities that published figures must keep.

Belongs here: which cells an identity compares, and the verdict by intervals. Not here: repairing anything; a contradiction is
reported and stays.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import model_validator

from ipmon.declared import Declared, Text, read_entries, validated
from ipmon.derive import Derivation, total_of
from ipmon.dimensions import Area
from ipmon.figures import Figure, Key
from ipmon.intervals import Interval, Verdict
from ipmon.periods import Period, parse, period
from ipmon.vintages import Book


class Identity(Declared):
    """An identity that published figures keep: what it compares, and the words for it.

    kinds: codes (total = sum over codes of a dimension), series (total = sum of indicators), areas (national = provinces and,
    where `with_sar`, Hong Kong, Macao and Taiwan), differences (a month = year to date less the year to date before), year_end
    (December = the year, June = the first half, March = the first quarter), at_most (one indicator never exceeds another), same
    (one quantity under two ids; `total` says at which codes the other one stands).
    """

    kind: Literal["codes", "series", "areas", "differences", "year_end", "at_most", "same"]
    title: Text
    indicators: list[str]
    dimension: str = ""
    parts: list[str] = []
    total: dict[str, str] = {}
    with_sar: bool = False
    source: str

    @model_validator(mode="after")
    def _has_parts(self) -> "Identity":
        """Every kind has what it compares."""
        least, most = {"codes": (2, 999), "series": (2, 999), "at_most": (1, 1), "same": (1, 1)}.get(self.kind, (0, 0))
        if not least <= len(self.parts) <= most:
            raise ValueError(f"kind '{self.kind}' takes {f'{least} or more' if least > 1 else least} parts")
        if (self.kind == "codes") != bool(self.dimension):
            raise ValueError("kind 'codes' needs a dimension, and no other kind takes one")
        return self

    @property
    def compared(self) -> list[str]:
        """Every indicator that it reads."""
        return [*self.indicators, *(self.parts if self.kind in ("series", "at_most", "same") else [])]


@dataclass(frozen=True)
class Reconciliation:
    """Two statements of one quantity: as published, and as it follows from other figures."""

    identity_id: str
    key: Key
    published: Figure
    implied: Decimal | None
    implied_interval: Interval
    verdict: Verdict
    parts: int
    parts_expected: int
    note: str


def load_identities(folder: Path, problems: list[str]) -> dict[str, Identity]:
    """Every identity of <folder>/*.yaml by id."""
    found: dict[str, Identity] = {}
    for path in sorted(folder.glob("*.yaml")):
        for id_, entry in read_entries(path, problems).items():
            where = f"identities/{path.name}: {id_}"
            if id_ in found:
                problems.append(f"{where}: is declared twice")
            if identity := validated(Identity, entry, where, problems):
                found[id_] = identity
    return found


def twins(derivations: Iterable[Derivation], book: Book) -> list[Reconciliation]:
    """Each derived value that holds now beside the published value of its day, where one was published."""
    found: list[Reconciliation] = []
    for key in dict.fromkeys(d.figure.key for d in derivations):
        derived, published = book.current(key, "derived"), book.current(key, "published")
        if derived and published:
            found.append(_compared("twin", published, (derived.value, derived.interval), 1, 1, f"derived as {derived.locator}"))
    return found


def record_twins(figures: Iterable[Figure], book: Book) -> list[Reconciliation]:
    """Each value counted from records beside the published value of the same thing, where there is one."""
    found: list[Reconciliation] = []
    for figure in figures:
        published = book.current(figure.key, "published")
        if published and book.current(figure.key, "records") == figure:
            note = f"counted from records as {figure.locator}"
            found.append(_compared("records", published, (figure.value, figure.interval), 1, 1, note))
    return found


def reconcile(identities: dict[str, Identity], book: Book, areas: dict[str, Area]) -> list[Reconciliation]:
    """Every identity on every key that the current published figures allow."""
    checks = {
        "codes": _codes,
        "series": _series,
        "differences": _differences,
        "year_end": _year_end,
        "at_most": _at_most,
        "same": _same,
    }
    found: list[Reconciliation] = []
    for id_, identity in identities.items():
        for indicator in identity.indicators:
            for key in book.keys(indicator):
                made = (
                    _areas(id_, identity, key, book, areas)
                    if identity.kind == "areas"
                    else checks[identity.kind](id_, identity, key, book)
                )
                found += made
    return found


def _codes(id_: str, identity: Identity, key: Key, book: Book) -> Iterator[Reconciliation]:
    if getattr(key, identity.dimension) != identity.total.get(identity.dimension, "_T"):
        return
    yield from _sum(id_, key, [replace(key, **{identity.dimension: code}) for code in identity.parts], book)


def _series(id_: str, identity: Identity, key: Key, book: Book) -> Iterator[Reconciliation]:
    yield from _sum(id_, key, [replace(key, indicator_id=part) for part in identity.parts], book)


def _areas(id_: str, identity: Identity, key: Key, book: Book, areas: dict[str, Area]) -> Iterator[Reconciliation]:
    """The national figure beside its provinces; cities and the Corps are inside their provinces and never added."""
    if key.ref_area != "CN" or any(getattr(key, d) != code for d, code in identity.total.items()):
        return
    levels = ("province", "sar") if identity.with_sar else ("province",)
    codes = [code for code, area in areas.items() if area.level in levels and not area.is_of_which]
    yield from _sum(id_, key, [replace(key, ref_area=code, **dict.fromkeys(identity.total, "_T")) for code in codes], book)


def _sum(id_: str, key: Key, part_keys: list[Key], book: Book) -> Iterator[Reconciliation]:
    """Total and parts; with parts missing a sum can only contradict by exceeding the total."""
    total = book.current(key, "published")
    parts = [p for k in part_keys if (p := book.current(k, "published")) and p.value is not None]
    if total is None or total.value is None or len(parts) < 2:
        return
    value, interval = total_of(*((p.value, p.interval) for p in parts if p.value is not None))
    if len(parts) < len(part_keys):
        interval = Interval(interval.low, None)
    yield _compared(id_, total, (value, interval), len(parts), len(part_keys), "")


def _differences(id_: str, identity: Identity, key: Key, book: Book) -> Iterator[Reconciliation]:
    if key.freq != "M" or key.accumulation != "period":
        return
    month = Period("M", key.time_period)
    now = book.current(replace(key, accumulation="year_to_date"), "published")
    monthly = book.current(key, "published")
    if now is None or monthly is None or now.value is None:
        return
    value, interval, parts = now.value, now.interval, 1
    if month.index > 1:
        before = book.current(replace(now.key, time_period=period("M", month.year, month.index - 1).label), "published")
        if before is None or before.value is None:
            return
        value, interval, parts = value - before.value, interval - before.interval, 2
    yield _compared(id_, monthly, (value, interval), parts, parts, "year to date less the month before")


LAST_MONTHS = {("A", 1): 12, ("S", 1): 6, ("Q", 1): 3}


def _year_end(id_: str, identity: Identity, key: Key, book: Book) -> Iterator[Reconciliation]:
    whole = parse(key.time_period)
    month = LAST_MONTHS.get((whole.freq, whole.index))
    if month is None:
        return
    published = book.current(key, "published")
    accumulation = "year_to_date" if key.accumulation == "period" else key.accumulation
    dated = {"freq": "M", "time_period": period("M", whole.year, month).label, "accumulation": accumulation}
    monthly = book.current(replace(key, **dated), "published")
    if published and monthly and monthly.value is not None:
        yield _compared(id_, published, (monthly.value, monthly.interval), 1, 1, f"the figure to {monthly.key.time_period}")


def _same(id_: str, identity: Identity, key: Key, book: Book) -> Iterator[Reconciliation]:
    published = book.current(key, "published")
    other = book.current(replace(key, indicator_id=identity.parts[0], **identity.total), "published")
    if published and other and other.value is not None:
        yield _compared(id_, published, (other.value, other.interval), 1, 1, f"also printed as {identity.parts[0]}")


def _at_most(id_: str, identity: Identity, key: Key, book: Book) -> Iterator[Reconciliation]:
    part = book.current(key, "published")
    whole = book.current(replace(key, indicator_id=identity.parts[0]), "published")
    if part and whole and whole.value is not None:
        allowed = Interval(None, whole.interval.high)
        verdict = _within(part.interval, whole.interval)
        yield Reconciliation(id_, key, part, whole.value, allowed, verdict, 1, 1, f"no more than {identity.parts[0]}")


def _within(part: Interval, whole: Interval) -> Verdict:
    """Contradicts if the part is certainly more, agrees if it is certainly no more."""
    if part.high is not None and whole.low is not None and part.high <= whole.low:
        return "agrees"
    return "cannot tell" if part.overlaps(Interval(None, whole.high)) else "contradicts"


def _compared(
    id_: str, published: Figure, implied: tuple[Decimal | None, Interval], parts: int, expected: int, note: str
) -> Reconciliation:
    verdict = published.interval.compare(implied[1])
    return Reconciliation(id_, published.key, published, implied[0], implied[1], verdict, parts, expected, note)
