"""What holds of any published value, whether current or superseded.

Belongs here: rules shared by observations and vintages. Not here: what only one of the two tables promises.
"""

from great_expectations.expectations.expectation import Expectation

from expectations.rules import decoded, filled, has_rows, in_set, matches, no_rows, words

AREAS = ["ref_area", "counterpart_area"]
CODED = ["ip_type", "owner_kind", "industry", "technology"]
SERIES = ["indicator_id", *AREAS, *CODED, "freq", "accumulation"]
KEY = [*SERIES, "time_period"]
REQUIRED = [*KEY, "period_start", "period_end", "unit", "decimals", "obs_status", "conf_status", "basis", "released_on"]
CODES = {
    "freq": list("ASQM"),
    "accumulation": ["period", "year_to_date", "stock"],
    "basis": ["published", "records", "derived"],
    "obs_status": list("ABDEFGHIJKLMNOPQSTUVW"),
    "conf_status": list("FNCDSAORTEGMPIBU"),
}
COUNTS = "unit in ('items', 'institutions', 'persons')"
A_CHANGE = "regexp_matches(indicator_id, '(growth|yoy|change)')"
TRACE = "用 ipmon trace 查该值的来源。 Follow the value to its source with `ipmon trace`."
DECLARE = "在 assets/ 中补充声明。 Add the missing declaration under assets/."
TYPE = "检查 assets/marts/fields.yaml。 Check assets/marts/fields.yaml."
ISSUED = "检查交付文件的发布日期。 Check the delivery's date of issue."

WRONG_PERIOD = """select * from {batch} where not case freq
    when 'A' then regexp_full_match(time_period, '[0-9]{{4}}')
    when 'S' then regexp_full_match(time_period, '[0-9]{{4}}-S[12]')
    when 'Q' then regexp_full_match(time_period, '[0-9]{{4}}-Q[1-4]')
    else regexp_full_match(time_period, '[0-9]{{4}}-(0[1-9]|1[0-2])') end"""
WRONG_YEAR = "select * from {batch} where cast(year(period_end) as varchar) <> left(time_period, 4)"
UNMARKED = "select * from {batch} where value is null and obs_status not in ('M', 'O', 'L', 'Q')"
TOO_NEW = "select * from {batch} where released_on > (select max(as_of) from assessments)"
NO_SHARE = f"select * from {{batch}} where unit = 'percent' and not {A_CHANGE} and not value between 0 and 100"
BELOW_ZERO = f"select * from {{batch}} where {COUNTS} and not {A_CHANGE} and value < 0"
BROKEN = f"select * from {{batch}} where {COUNTS} and basis = 'published' and obs_status <> 'E' and value <> floor(value)"


def value_rules() -> list[Expectation]:
    """The shared rules, in the order in which a reader would ask them."""
    return [*_form(), *_periods(), *_codes(), *_intervals(), *_magnitudes()]


def _form() -> list[Expectation]:
    return [
        has_rows(words("has_rows", "至少有一个值", "There is at least one value", TRACE)),
        filled(REQUIRED, words("required_filled", "必填列都有内容", "Every required column is filled", TRACE)),
        no_rows(
            "select * from {batch} where typeof(value) <> 'DECIMAL(28,6)'",
            words("value_is_decimal", "数值为定点小数", "Values are exact decimals", TYPE),
        ),
        matches(
            "indicator_id",
            "^[a-z][a-z0-9_]{1,62}$",
            words("indicator_id_form", "指标编号格式正确", "Indicator ids are well formed", DECLARE),
        ),
        decoded(["locator", "note"], TRACE),
    ]


def _periods() -> list[Expectation]:
    return [
        no_rows(WRONG_PERIOD, words("period_form", "时期写法与频率一致", "Periods are written as their frequency asks", TRACE)),
        no_rows(
            "select * from {batch} where period_end < period_start",
            words("period_ordered", "时期不早于其开始就结束", "No period ends before it starts", TRACE),
        ),
        no_rows(
            WRONG_YEAR,
            words("period_dated", "时期的年份与其结束日期一致", "The year of a period is the year in which it ends", TRACE),
        ),
        no_rows(TOO_NEW, words("released_by_now", "没有晚于统计时点的数据", "Nothing was released after the as-of date", ISSUED)),
    ]


def _codes() -> list[Expectation]:
    fixed = [
        in_set(column, values, words(f"{column}_known", f"{column} 在代码表中", f"{column} is in its code list", TRACE))
        for column, values in CODES.items()
    ]
    declared = [
        no_rows(_undeclared(column), words(f"{column}_declared", f"{column} 已在声明中", f"{column} is declared", DECLARE))
        for column in [*AREAS, *CODED]
    ]
    unit = no_rows(
        "select b.* from {batch} b anti join indicators i using (indicator_id, unit)",
        words("unit_declared", "指标与单位同指标目录一致", "Indicator and unit are those of the registry", DECLARE),
    )
    return [*fixed, *declared, unit]


def _undeclared(column: str) -> str:
    codes = f"select code from codes where dimension = '{column}'"
    places = "select area_code from areas union all " if column in AREAS else ""
    return f"""select b.* from {{batch}} b anti join ({places}{codes}) d(code) on d.code = b.{column} where b.{column} <> '_T'"""


def _intervals() -> list[Expectation]:
    return [
        no_rows(
            "select * from {batch} where value_low > value_high",
            words("interval_ordered", "区间下限不大于上限", "No interval is upside down", TRACE),
        ),
        no_rows(
            "select * from {batch} where value < value_low or value > value_high",
            words("value_in_interval", "数值在其区间内", "Every value lies in its own interval", TRACE),
        ),
        no_rows(UNMARKED, words("missing_marked", "空值都有缺失标记", "Every empty value is marked as missing", TRACE)),
    ]


def _magnitudes() -> list[Expectation]:
    return [
        no_rows(NO_SHARE, words("share_within_100", "占比在 0 到 100 之间", "Shares lie between 0 and 100 percent", TRACE)),
        no_rows(BELOW_ZERO, words("count_not_negative", "计数不为负", "No count is negative", TRACE)),
        no_rows(BROKEN, words("count_is_whole", "公布的计数为整数", "Published counts are whole numbers", TRACE)),
    ]
