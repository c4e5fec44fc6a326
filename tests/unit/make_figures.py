"""Keys, figures, registries and books made by hand, for the unit tests of the statistical core."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from ipmon.declared import Text
from ipmon.dimensions import Break, Dimensions, Labels, Unit
from ipmon.figures import Figure, Key
from ipmon.intervals import Interval, printed
from ipmon.periods import parse
from ipmon.registry import Indicator, Registry
from ipmon.vintages import Book

UNITS = {
    "items": Unit(zh="件", en="items", printed={"件": Decimal(1), "万件": Decimal(10000)}),
    "CNY": Unit(zh="元", en="CNY", printed={"元": Decimal(1), "亿元": Decimal(10) ** 8}),
    "USD": Unit(zh="美元", en="USD", printed={"亿美元": Decimal(10) ** 8}),
    "percent": Unit(zh="%", en="percent", decimals=1, printed={"%": Decimal(1)}),
}


def day(text: str) -> date:
    return date.fromisoformat(text)


def key(indicator: str = "grants", period: str = "2024", accumulation: str = "period", area: str = "CN", **codes: str) -> Key:
    dims = dict.fromkeys(("ip_type", "owner_kind", "industry", "technology", "counterpart_area"), "_T") | codes
    return Key(indicator, area, **dims, freq=parse(period).freq, time_period=period, accumulation=accumulation)


def figure(value: str | None, released: str, about: Key | None = None, step: str = "1", **changes: Any) -> Figure:
    """A figure of `about` printed to the nearest `step`, official and final unless told otherwise."""
    about = about or key()
    number = None if value is None else Decimal(value)
    made = Figure(
        key=about,
        period_start=parse(about.time_period).start,
        period_end=parse(about.time_period).end,
        value=number,
        interval=Interval(None, None) if number is None else printed(number, Decimal(step)),
        unit="items",
        decimals=0,
        obs_status="A",
        conf_status="F",
        released_on=day(released),
        released_basis="printed date",
        stage="",
        quality="official",
        delivery_id="source-000000000001",
        locator="line 2",
        publisher="CNIPA",
        source_title="a page",
        source_url="",
        note="",
    )
    return replace(made, **changes)


def indicator(**entry: Any) -> Indicator:
    words = {"title": Text(zh="指标", en="Indicator"), "definition": Text(zh="定义。", en="Definition.")}
    return Indicator(**{**words, "unit": "items", "nature": "flow", "freq": "A", "direction": "higher", **entry})


def registry(**entries: dict[str, Any]) -> Registry:
    return Registry({id_: indicator(**entry) for id_, entry in entries.items()})


def dimensions(breaks: Iterable[Break] = ()) -> Dimensions:
    return Dimensions(areas={}, units=UNITS, labels=Labels(), readings=[], breaks=list(breaks), codes={})


def book(*figures: Figure) -> Book:
    made = Book()
    made.enter(figures)
    return made


def between(low: str | None, high: str | None) -> Interval:
    return Interval(None if low is None else Decimal(low), None if high is None else Decimal(high))
