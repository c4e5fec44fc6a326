"""Observations: the current value of every key.

Belongs here: what holds among current values. Not here: what holds of any single value (see values.py).
"""

import great_expectations as gx
from great_expectations.expectations.expectation import Expectation

from expectations.rules import no_rows, unique, words
from expectations.values import COUNTS, KEY, SERIES, TRACE, value_rules

KEYS = [*KEY, "basis"]
BY_KEY = ", ".join(KEYS)
BY_NATION = ", ".join(column for column in KEYS if column != "ref_area")
LIKE = " and ".join(f"a.{column} = b.{column}" for column in [*SERIES, "basis", "unit"])
AREA_CODES = "检查该表各地区的代码。 Check the area codes of that table."
PRINTED_UNITS = "核对两年所印单位。 Compare the units printed in both years."
PRINTED_TABLES = "核对两期公布的原表。 Compare the two published tables."

NO_VINTAGE = f"select o.* from {{batch}} o anti join (from vintages where superseded_on is null) v using ({BY_KEY})"
OVERFULL = f"""select n.* from {{batch}} n join (
        select {BY_NATION}, sum(coalesce(value_low, value)) as parts
        from {{batch}} join areas on area_code = ref_area and level = 'province' and not is_of_which
        where {COUNTS} group by all
    ) p using ({BY_NATION}) where n.ref_area = 'CN' and p.parts > coalesce(n.value_high, n.value)"""
LEAP = f"""select a.* from {{batch}} a join {{batch}} b on {LIKE} and b.period_end = last_day(a.period_end - interval 1 year)
    where a.ref_area = 'CN' and a.value > 0 and b.value > 100 and not a.value / b.value between 0.2 and 5"""
FALL = f"""select distinct a.* from {{batch}} a
    join {{batch}} b on {LIKE} and b.period_end < a.period_end and year(b.period_end) = year(a.period_end)
    where a.accumulation = 'year_to_date' and (a.{COUNTS} or a.unit = 'CNY')
    and coalesce(a.value_high, a.value) < coalesce(b.value_low, b.value)"""


def suite() -> gx.ExpectationSuite:
    """The rules of table `observations`."""
    return gx.ExpectationSuite(name="observations", expectations=[*value_rules(), *_keys(), *_movements()])


def _keys() -> list[Expectation]:
    return [
        unique(KEYS, words("key_unique", "一个键只有一个现值", "A key has one current value", TRACE)),
        no_rows(NO_VINTAGE, words("has_vintage", "每个现值都在版本表中", "Every current value is a current vintage", TRACE)),
        no_rows(
            OVERFULL,
            words(
                "parts_within_total",
                "各省之和不超过全国（城市、兵团不重复计入）",
                "Provinces together do not exceed the nation (cities and XPCC are not counted again)",
                AREA_CODES,
            ),
            warning=True,
        ),
    ]


def _movements() -> list[Expectation]:
    return [
        no_rows(
            LEAP,
            words(
                "unit_guard",
                "全国值与上年同期之比在 0.2 到 5 之间，否则可能单位有误",
                "The national ratio to a year before lies between 0.2 and 5; else a unit may be wrong",
                PRINTED_UNITS,
            ),
            warning=True,
        ),
        no_rows(
            FALL,
            words("to_date_rises", "年内累计数不下降", "Year-to-date values do not fall within a year", PRINTED_TABLES),
            warning=True,
        ),
    ]
