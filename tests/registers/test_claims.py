"""What indicators claim of measures: the shipped claims all hold, and each way to break one is named."""

import pytest

from assets import declarations
from assets.measures import measures
from ipmon.registers.claims import problems
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
