"""What indicators claim of measures: the shipped claims all hold, and each way to break one is named."""

from typing import Any

import ibis
import pytest

from assets import declarations
from assets.measures import inventory, measures
from ipmon.registers.claims import problems
from ipmon.registers.measure import basis, measure
from ipmon.registry import Measured, Registry

SHIPPED = declarations()
SOME = "invention_applications"


def told(**changes: object) -> list[str]:
    indicators = dict(SHIPPED.registry.indicators)
    rule = Measured.model_validate({"measure": "filings", "column": "filings", "where": {"ip_type": "invention"}, **changes})
    indicators[SOME] = indicators[SOME].model_copy(update={"measured": rule})
    return problems(Registry(indicators), measures(), SHIPPED.registers)


def test_every_shipped_claim_is_met_and_every_measure_claimed() -> None:
    assert problems(SHIPPED.registry, measures(), SHIPPED.registers) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"measure": "no_such"}, "unknown measure 'no_such'"),
        ({"column": "sum"}, "'filings' has no number 'sum', only filings, abnormal"),
        ({"where": {"industry": "x"}}, "'filings' is not divided by industry"),
    ],
)
def test_a_claim_that_no_measure_meets_is_named(change: dict[str, object], words: str) -> None:
    assert [p for p in told(**change) if SOME in p and words in p]


@pytest.mark.parametrize(
    ("given", "frozen", "words"),
    [
        (["patent_events"], "inventry", "'inventry' is no fact table of months"),
        (["patent_events", "industry_accounts"], "inventory", "'industry_accounts' is no fact table of months"),
        (["patent_events"], "inventory", "two have this name"),
    ],
)
def test_what_is_wrong_with_a_basis_is_named(given: list[str], frozen: str, words: str) -> None:
    @basis(*given, columns=("application_no",), frozen=frozen)
    def universe(events: ibis.Table) -> ibis.Table:
        return events

    @measure("inventory", universe, windows=("month",))
    def counted(inventory: ibis.Table, universe: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
        return inventory.group_by(by).agg(n=inventory.count())

    found = problems(SHIPPED.registry, [*measures(), counted], SHIPPED.registers)
    assert [p for p in found if p == f"assets/measures: basis 'universe': {words}"]


@pytest.mark.parametrize(
    ("given", "more"),
    [
        (("inventory", "patent_events"), {"windows": ("month",)}),
        (("inventory", measures()[0]), {"windows": ("month",)}),
        (("inventory", inventory.universe), {}),
        (("inventory", inventory.universe), {"windows": ("month",), "additive": True}),
        (("inventory", inventory.universe), {"windows": ("month",), "kind": "change"}),
    ],
)
def test_a_measure_that_cannot_be_kept_up_to_date_is_refused(given: tuple[Any, ...], more: dict[str, Any]) -> None:
    def function(*tables: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
        return tables[0]

    with pytest.raises(TypeError, match="beside its facts"):
        measure(*given, **more)(function)
