"""Derived indicators: ratios, growth, changes, shares and sums, each from like vintages only.

Belongs here: the arithmetic of the registry's derivations and the record of their inputs. Not here: comparing the result with a
published twin (see identities.py).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from ipmon.dimensions import DIMENSIONS, Dimensions
from ipmon.figures import DECIMALS, Figure, Key
from ipmon.intervals import Interval, round_half_up
from ipmon.periods import Period, parse
from ipmon.registry import Indicator, Registry
from ipmon.vintages import Book, Vintage

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Derivation:
    """A derived figure, the figures it was computed from, in the formula's order, and the formula."""

    figure: Figure
    inputs: tuple[Figure, ...]
    formula: str


def derive(registry: Registry, book: Book, dimensions: Dimensions) -> list[Derivation]:
    """Computes every derived indicator in dependency order, entering the results in `book` with basis `derived`.

    A derived value holds for as long as the vintage that it starts from; that of the other input is the one known then.
    """
    made: list[Derivation] = []
    for id_ in registry.in_dependency_order():
        indicator = registry.indicators[id_]
        derivations = list(_Deriver(id_, indicator, book, dimensions).derivations())
        book.enter(d.figure for d in derivations)
        made += derivations
    return made


@dataclass(frozen=True)
class _Deriver:
    """One derived indicator over the book."""

    id_: str
    indicator: Indicator
    book: Book
    dimensions: Dimensions

    def derivations(self) -> Iterator[Derivation]:
        kinds: dict[str, Callable[[Key], Iterator[Derivation]]] = {
            "ratio": self._ratio,
            "growth": self._growth,
            "change": self._change,
            "share": self._share,
            "sum": self._sum,
            "implied_previous": self._implied_previous,
        }
        compute = kinds[self.indicator.derivation or ""]
        for key in self.book.keys(self.indicator.inputs[0]):
            yield from compute(key)

    def _ratio(self, key: Key) -> Iterator[Derivation]:
        rule = self.indicator.ratio
        assert rule is not None
        for of in self.book.stints(key):
            to = self._like(self._denominator_keys(rule.to, key), of)
            if to and (of.figure.basis == "records" or comparable(of, to)):
                yield from self._make(key, (of, to), lambda a, b: quotient(a, b, Decimal(rule.scale)))

    def _denominator_keys(self, id_: str, key: Key) -> list[Key]:
        """Where the denominator may stand: at the same dimensions, else at the area's total; as a flow or as a stock."""
        same = replace(key, indicator_id=id_)
        total = replace(same, **dict.fromkeys((d for d in DIMENSIONS if d != "ref_area"), "_T"))
        return [replace(k, accumulation=a) for k in (same, total) for a in (key.accumulation, "period", "stock")]

    def _growth(self, key: Key) -> Iterator[Derivation]:
        for now, before in self._with_year_before(key):
            yield from self._make(key, (now, before), growth_of)

    def _change(self, key: Key) -> Iterator[Derivation]:
        for now, before in self._with_year_before(key):
            yield from self._make(key, (now, before), difference)

    def _with_year_before(self, key: Key) -> Iterator[tuple[Vintage, Vintage]]:
        """Each vintage of a value with the year before as it stood that day, where no break lies between them."""
        earlier = replace(key, time_period=_period(key).shift_years(-1).label)
        for now in self.book.stints(key):
            before = self._like([earlier], now)
            if before and comparable(now, before) and not self._broken(key, before.figure.period_end, now.figure.period_end):
                yield now, before

    def _broken(self, key: Key, after: date, until: date) -> bool:
        return any(after < b.start <= until and b.concerns(key.indicator_id, key.ref_area) for b in self.dimensions.breaks)

    def _share(self, key: Key) -> Iterator[Derivation]:
        rule = self.indicator.share
        assert rule is not None
        if getattr(key, rule.over) == "_T":
            return
        for part in self.book.stints(key):
            whole = self._like([replace(key, **{rule.over: "_T"})], part)
            if whole:
                yield from self._make(key, (part, whole), lambda a, b: quotient(a, b, HUNDRED))

    def _sum(self, key: Key) -> Iterator[Derivation]:
        keys = [replace(key, indicator_id=i) for i in self.indicator.inputs]
        stints = [self.book.stints(k) for k in keys]
        for day in sorted({v.since for of_one in stints for v in of_one}):
            parts = tuple(v for of_one in stints for v in of_one if v.holds_on(day))
            if len(parts) == len(keys):
                until = min((v.until for v in parts if v.until), default=None)
                yield from self._make(key, (replace(parts[0], until=until), *parts[1:]), total_of)

    def _implied_previous(self, key: Key) -> Iterator[Derivation]:
        rule = self.indicator.implied_previous
        assert rule is not None
        before = _period(key).shift_years(-1)
        for level in self.book.stints(key):
            change = self._like([replace(key, indicator_id=rule.change)], level, "published")
            if change:
                for made in self._make(key, (level, change), difference):
                    at = replace(made.figure.key, time_period=before.label)
                    yield replace(made, figure=replace(made.figure, key=at, period_start=before.start, period_end=before.end))

    def _like(self, keys: Sequence[Key], of: Vintage, basis: str | None = None) -> Vintage | None:
        """The other input as it stood when `of` became known; if nothing was known then, as it first became known."""
        for key in keys:
            stints = self.book.stints(key, basis)
            if stints:
                return next((v for v in stints if v.holds_on(of.since) or v.since > of.since), None)
        return None

    def _make(
        self, key: Key, stints: tuple[Vintage, ...], compute: Callable[..., tuple[Decimal, Interval] | None]
    ) -> Iterator[Derivation]:
        inputs = tuple(v.figure for v in stints)
        if any(i.value is None for i in inputs):
            return
        result = compute(*((i.value, i.interval) for i in inputs))
        if result is not None:
            yield Derivation(self._figure(key, *result, stints), inputs, self.indicator.formula)

    def _figure(self, key: Key, value: Decimal, interval: Interval, stints: tuple[Vintage, ...]) -> Figure:
        interval, statuses = interval.outward(DECIMALS), {v.figure.obs_status for v in stints}
        value = round_half_up(value, DECIMALS)
        return replace(
            stints[0].figure,
            key=replace(key, indicator_id=self.id_, accumulation=_accumulation(self.indicator, key)),
            value=value,
            interval=interval,
            unit=self.indicator.unit,
            decimals=_supported(value, interval, self.dimensions.units[self.indicator.unit].decimals),
            obs_status=next((status for status in ("P", "E") if status in statuses), "A"),
            conf_status="F",
            released_on=max(v.since for v in stints),
            released_basis="latest of its inputs",
            stage="",
            note="",
            locator=self.indicator.formula,
            basis="derived",
            **self._end(stints),
        )

    def _end(self, stints: tuple[Vintage, ...]) -> dict[str, Any]:
        """When the first input is replaced, or another one goes with nothing in its place, and by which withdrawals, if any."""
        first, *others = stints
        gone = [v.until for v in others if v.until and self.book.known(v.figure.key, v.until) is None]
        day = min((day for day in [first.until, *gone] if day), default=None)
        ended = (v.figure.retired_by for v in stints if day and v.until == day and v.is_withdrawn)
        return {"retired_on": day, "retired_by": tuple(dict.fromkeys(id_ for ids in ended for id_ in ids))}


def comparable(a: Vintage, b: Vintage) -> bool:
    """Whether both come from records or neither does: what is counted and what is announced need not be defined alike."""
    return (a.figure.basis == "records") == (b.figure.basis == "records")


def quotient(a: tuple[Decimal, Interval], b: tuple[Decimal, Interval], scale: Decimal) -> tuple[Decimal, Interval] | None:
    """a / b * scale with its interval; None where b is zero or may be, so never an infinite value."""
    if b[0] == 0:
        return None
    interval = a[1].divided_by(b[1])
    return None if interval is None else (a[0] / b[0] * scale, interval.scaled(scale))


def difference(a: tuple[Decimal, Interval], b: tuple[Decimal, Interval]) -> tuple[Decimal, Interval]:
    """a - b with its interval."""
    return a[0] - b[0], a[1] - b[1]


def total_of(*parts: tuple[Decimal, Interval]) -> tuple[Decimal, Interval]:
    """The sum with its interval."""
    interval = Interval(Decimal(0), Decimal(0))
    for _, i in parts:
        interval = interval + i
    return sum((v for v, _ in parts), Decimal(0)), interval


def growth_of(a: tuple[Decimal, Interval], b: tuple[Decimal, Interval]) -> tuple[Decimal, Interval] | None:
    """(a / b - 1) * 100, in percent (methodology 2.5)."""
    result = quotient(a, b, HUNDRED)
    return None if result is None else (result[0] - HUNDRED, result[1] + Interval(-HUNDRED, -HUNDRED))


def _supported(value: Decimal, interval: Interval, otherwise: int) -> int:
    """The decimals that an interval's width supports: 2 for a width of 0.02, those that an exact value has; else `otherwise`."""
    if not interval.is_bounded:
        return otherwise
    known = interval.width().adjusted() if interval.width() else int(value.normalize().as_tuple().exponent)
    return min(DECIMALS, max(0, -known))


def _accumulation(indicator: Indicator, key: Key) -> str:
    """A rate is of the period or year to date; other natures keep what their inputs are."""
    if indicator.nature == "rate":
        return "year_to_date" if key.accumulation == "year_to_date" else "period"
    return "stock" if indicator.nature == "stock" else key.accumulation


def _period(key: Key) -> Period:
    return parse(key.time_period)
