"""Every derivation on figures as announced: <indicator>[.<case>].yaml gives what was published when and what must follow from it.

given: indicator, period, released_on, value in base units; where needed low and high (~ = open; without them it is exact), stage,
status, acc and dimensions. expect: period, as_of, and value rounded to `decimals`, or `value: none` where nothing may be derived.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from ipmon.derive import derive
from ipmon.dimensions import Dimensions, load_dimensions
from ipmon.figures import Figure, Key
from ipmon.intervals import Interval, round_half_up
from ipmon.periods import parse
from ipmon.registry import Registry, load_registry
from ipmon.vintages import Book

ASSETS = Path(__file__).resolve().parents[2] / "assets"
FILES = sorted(Path(__file__).parent.glob("*.yaml"))
CODED = ("ip_type", "owner_kind", "industry", "technology", "counterpart_area")
Entry = Mapping[str, Any]


@pytest.fixture(scope="module")
def registry() -> Registry:
    problems: list[str] = []
    registry = load_registry(ASSETS / "indicators", problems)
    assert problems == []
    return registry


@pytest.fixture(scope="module")
def dimensions() -> Dimensions:
    problems: list[str] = []
    dimensions = load_dimensions(ASSETS / "dimensions", problems)
    assert problems == []
    return dimensions


def key_of(indicator: str, entry: Entry) -> Key:
    period = parse(entry["period"])
    dims = {name: entry.get(name, "_T") for name in CODED}
    dated = {"freq": period.freq, "time_period": period.label, "accumulation": entry.get("acc", "period")}
    return Key(indicator, entry.get("ref_area", "CN"), **dims, **dated)


def figure_of(number: int, entry: Entry, registry: Registry) -> Figure:
    period, value = parse(entry["period"]), Decimal(entry["value"])
    low, high = (None if entry.get(end) == "~" else Decimal(entry.get(end, value)) for end in ("low", "high"))
    return Figure(
        key=key_of(entry["indicator"], entry),
        period_start=period.start,
        period_end=period.end,
        value=value,
        interval=Interval(low, high),
        unit=registry.indicators[entry["indicator"]].unit,
        decimals=0,
        obs_status=entry.get("status", "A"),
        conf_status="F",
        released_on=date.fromisoformat(entry["released_on"]),
        released_basis="printed date",
        stage=entry.get("stage", ""),
        quality="official",
        delivery_id="given",
        locator=f"line {number}",
        publisher="publisher",
        source_title="title",
        source_url="",
        note="",
    )


def cases() -> Iterator[Any]:
    for path in FILES:
        content = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)
        for entry in content["expect"]:
            name = f"{path.stem}-{entry['period']}-{entry['as_of']}"
            yield pytest.param(path.stem.split(".")[0], content["given"], entry, id=name)


@pytest.mark.parametrize(("indicator", "given", "expected"), list(cases()))
def test_an_indicator_follows_from_what_was_known(
    indicator: str, given: list[Entry], expected: Entry, registry: Registry, dimensions: Dimensions
) -> None:
    book = Book()
    book.enter(figure_of(number, entry, registry) for number, entry in enumerate(given, 1))
    derive(registry, book, dimensions)
    key = key_of(indicator, expected)
    found = book.known(key, date.fromisoformat(expected["as_of"]), "derived")
    if expected["value"] == "none":
        assert found is None
        return
    assert found is not None and found.value is not None
    places = int(expected["decimals"])
    assert round_half_up(found.value, places) == Decimal(expected["value"])
    assert found.obs_status == expected.get("status", found.obs_status)
    for end, known in (("low", found.interval.low), ("high", found.interval.high)):
        if end in expected:
            wanted = None if expected[end] == "~" else Decimal(expected[end])
            assert (None if known is None else round_half_up(known, places)) == wanted


def test_every_kind_of_derivation_has_a_case(registry: Registry) -> None:
    kinds = {registry.indicators[path.stem.split(".")[0]].derivation for path in FILES}
    assert kinds == {indicator.derivation for indicator in registry.indicators.values() if indicator.derivation}
