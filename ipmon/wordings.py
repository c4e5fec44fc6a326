"""Printed values read as numbers with what their wording allows: 超过8000, 近3.5, 约16, 9000余, 7个月2天, —.

Belongs here: numerals, wordings and missing signs. Not here: units and scales (a reading is in the printed unit), nor the
rules themselves (assets/dimensions/wordings.yaml).
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import field_validator

from ipmon.declared import Declared, read_yaml, validated
from ipmon.intervals import Interval, printed, round_half_up

Kind = Literal[
    "more_than",
    "at_least",
    "nearly",
    "at_most",
    "less_than",
    "about",
    "and_some",
    "rounded",
    "months_and_days",
    "missing",
    "suppressed",
]
DAYS_PER_MONTH = Decimal("30.4375")
NUMERAL = re.compile(r"[+-]?(\d{1,3}([, ]\d{3})+|\d+)(\.\d+)?%?")


class Rule(Declared):
    """One wording: where it is looked for and what it makes of the number (`means`, where the wording is the number itself)."""

    pattern: str
    kind: Kind
    where: Literal["value", "note"]
    means: Decimal | None = None

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"is not a regular expression: {error}") from error
        return pattern


@dataclass(frozen=True)
class Reading:
    """A printed value in its printed unit: the number, its printed step, what the wording allows, and SDMX statuses.

    `value` is None where a sign stands for a number: obs_status M (not available), or Q with conf_status C (suppressed).
    `kind` is the wording that widened or opened the interval; None for a plain number.
    """

    value: Decimal | None
    step: Decimal
    interval: Interval
    kind: Kind | None = None
    obs_status: str = "A"
    conf_status: str = "F"

    @property
    def low_open(self) -> bool:
        """Whether nothing is known below."""
        return self.interval.low is None

    @property
    def high_open(self) -> bool:
        """Whether nothing is known above."""
        return self.interval.high is None


def load_rules(path: Path, problems: list[str]) -> list[Rule]:
    """The rules of wordings.yaml in their order; every problem is noted with the number of its rule."""
    data: Any = read_yaml(path, problems)
    rules = [validated(Rule, entry, f"{path.name}: rule {i}", problems) for i, entry in enumerate(data or [], 1)]
    return [rule for rule in rules if rule is not None]


def read(value: str, note: str, rules: Sequence[Rule]) -> Reading:
    """The printed `value` with the first rule that fits it or its note; without one, X ± half a unit of the last printed decimal.

    Semantics, in printed units: more_than and at_least X give [X, open); nearly, at_most and less_than X give (open, X];
    about X gives X ± one unit of the last significant digit, zeros at the end of a whole number not counted (project
    default: no publisher says how far 约 reaches); and_some X gives [X, X + one unit of the last non-zero digit]; rounded X gives
    X ± half that unit. Raises ValueError with a sentence where the value is neither a numeral nor a known wording.
    """
    text = value.strip()
    for rule in rules:
        match = re.search(rule.pattern, text if rule.where == "value" else note)
        if match:
            return _worded(text, rule, match)
    number = numeral(text)
    return Reading(number, _last_place(number), printed(number, _last_place(number)))


def numeral(text: str) -> Decimal:
    """A numeral with full-width digits, separators in threes and a percent sign allowed: '１,２３４' is 1234, '12.3%' is 12.3."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("−", "-")
    if not NUMERAL.fullmatch(plain):
        what = f"{text!r} is neither a number nor a known wording"
        raise ValueError(f"{what}: correct it, or add a rule to assets/dimensions/wordings.yaml.")
    return Decimal(re.sub("[, %]", "", plain))


def _worded(text: str, rule: Rule, match: re.Match[str]) -> Reading:
    """What `rule` makes of `text`."""
    groups = match.groupdict() if rule.where == "value" else {}
    if rule.kind == "missing":
        return Reading(None, Decimal(1), Interval(None, None), rule.kind, obs_status="M")
    if rule.kind == "months_and_days":
        return _duration(Decimal(groups["months"]), Decimal(groups["days"]))
    number = numeral(groups.get("number", text)) if rule.means is None else rule.means
    if rule.kind == "suppressed":
        return Reading(None, Decimal(1), Interval(None, number), rule.kind, obs_status="Q", conf_status="C")
    return _bounded(number, rule.kind)


def _bounded(x: Decimal, kind: Kind) -> Reading:
    """The interval of a wording around the number `x`, as `read` documents it."""
    last, unit = _last_place(x), _last_nonzero(x)
    if kind == "rounded" and unit == last:
        return Reading(x, last, printed(x, last))
    step = unit if kind in ("about", "and_some", "rounded") else last
    return Reading(x, step, _intervals(x, unit)[kind], kind)


def _intervals(x: Decimal, unit: Decimal) -> dict[str, Interval]:
    above, below = Interval(x, None), Interval(None, x)
    return {
        "more_than": above,
        "at_least": above,
        "nearly": below,
        "at_most": below,
        "less_than": below,
        "about": Interval(x - unit, x + unit),
        "and_some": Interval(x, x + unit),
        "rounded": printed(x, unit),
    }


def _duration(months: Decimal, days: Decimal) -> Reading:
    """Months and days as months of 30.4375 days, known to the day."""
    day = 1 / DAYS_PER_MONTH
    value = round_half_up(months + days * day, 6)
    return Reading(value, day, printed(value, day))


def _last_place(x: Decimal) -> Decimal:
    """One unit of the last printed decimal: 9.40 gives 0.01, 1700 gives 1."""
    exponent = x.as_tuple().exponent
    return Decimal(1).scaleb(min(0, exponent if isinstance(exponent, int) else 0))


def _last_nonzero(x: Decimal) -> Decimal:
    """One unit of the last digit that is not a zero before the point: 1700 gives 100, 9.40 gives 0.01."""
    last = _last_place(x)
    exponent = x.normalize().as_tuple().exponent
    return last if last < 1 or x == 0 or not isinstance(exponent, int) else Decimal(1).scaleb(exponent)
