"""What a register's contract demands of a row, as Polars expressions over its text and its typed fields.

Belongs here: reading text into types, and every check of a single row with its reason. Not here: files (reading.py), nor checks
that need more than one row (staging.py, wholes.py).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import polars as pl

from ipmon import periods
from ipmon.registers.areas import area_codes
from ipmon.registers.contract import Kind, Register, RegisterField

TYPES: dict[Kind, pl.DataType] = {
    "id": pl.String(), "text": pl.String(), "code": pl.String(), "list": pl.String(), "month": pl.String(), "year": pl.Int32(),
    "date": pl.Date(), "integer": pl.Int64(), "amount": pl.Decimal(20, 2), "flag": pl.Boolean(),
}  # fmt: skip
"""contract.SQL_TYPES as Polars names them."""
YES, NO = ["1", "true", "True", "TRUE", "是"], ["0", "false", "False", "FALSE", "否"]
FLAGS = pl.Enum([*YES, *NO])
DEMANDS: dict[Kind, tuple[str, str]] = {
    "date": ("不是日期，应写作 2024-09-30", "is no date; write 2024-09-30"),
    "month": ("不是月份，应写作 2024-09", "is no month; write 2024-09"),
    "year": ("不是年份，应写作 2024", "is no year; write 2024"),
    "integer": ("不是整数", "is no whole number"),
    "amount": ("不是至多两位小数的金额", "is no amount with at most two decimals"),
    "flag": ("不是 0 或 1", "is neither 0 nor 1"),
}
AMOUNT, MONTH = r"^-?[0-9]{1,18}(?:\.[0-9]{1,2}0*)?$", r"^[0-9]{4}-(?:0[1-9]|1[0-2])$"
DATE, INTEGER = r"^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$", r"^-?[0-9]+$"
EARLIEST_YEAR = 1000
"""A year before has no four digits of its own: 0000 is mostly a filler."""


@dataclass(frozen=True)
class Check:
    """One demand: the code and reason of a row that breaks it, the field to blame, and when it is broken (null: it is not).

    `of_values`: it is on a text that many rows share and that is its field's value, so that each different one may be looked at
    once.
    """

    code: str
    field: str
    broken: pl.Expr
    zh: str
    en: str
    of_values: bool = False


def as_text(name: str) -> str:
    """The column that holds a field's text, beside the typed one of the field's own name."""
    return f"{name}@text"


def typed(name: str, field: RegisterField, blanks: bool = True) -> pl.Expr:
    """The field's value; null where its text is missing or cannot be read. `blanks`: whether any text may hold a blank."""
    text = pl.col(as_text(name))
    if field.kind == "date":
        return text.str.to_date("%Y-%m-%d", strict=False)
    if field.kind in ("year", "integer"):
        return text.cast(TYPES[field.kind], strict=False)
    if field.kind == "amount":
        return text.cast(TYPES["amount"], strict=False)
    if field.kind == "flag":
        rare = text.cast(FLAGS, strict=False).to_physical() < len(YES)  # looking up takes four times as long as comparing
        return pl.when(text == YES[0]).then(True).when(text == NO[0]).then(False).otherwise(rare)
    if field.kind == "code" and field.codes:
        return text.cast(pl.Enum(_codes(field)), strict=False)
    if field.kind == "list" and blanks:
        return text.str.replace_all("; ", ";", literal=True)
    return text if field.kind in ("list", "month") or field.pattern else text.str.strip_chars()


def has_signs(register: Register, text: str) -> bool:
    """Whether a sign for what is missing stands in a field of these lines, which have no quotation marks."""
    signs = "|".join(re.escape(sign) for sign in register.missing if sign)
    return bool(signs) and re.search(f"(?:^|,)(?:{signs})(?:,|\r?$)", text, re.MULTILINE) is not None


def passed_signs(register: Register, present: list[str]) -> list[pl.Expr]:
    """Where a field might take a sign for what is missing as its value; all other fields refuse such a text."""
    signs = [sign for sign in register.missing if sign]
    passed = {name: [sign for sign in signs if _might_be(register.fields[name], sign)] for name in present}
    return [pl.col(as_text(name)).is_in(some) for name, some in passed.items() if some]


def _might_be(field: RegisterField, text: str) -> bool:
    if field.pattern and not re.fullmatch(field.pattern, text):
        return False
    if field.codes:
        return text in _codes(field)
    return field.kind not in DEMANDS or text in (*YES, *NO) or any(sign.isdigit() for sign in text)


def checks(register: Register, period: str, present: list[str], signs: bool = True) -> list[Check]:
    """Every demand on a row, in the order in which they are named to a reader; fields absent from the file are not asked for.

    `signs`: whether any text may hold a blank or a plus sign.
    """
    fields = [check for name in present for check in _of_field(name, register.fields[name], signs)]
    return [*fields, _in_period(register, period), *_rules(register)]


def _of_field(name: str, field: RegisterField, signs: bool) -> Iterator[Check]:
    text, value = pl.col(as_text(name)), pl.col(name)

    def check(code: str, broken: pl.Expr, zh: str, en: str, of_values: bool = False) -> Check:
        return Check(code, name, broken, f"{field.title.zh}{zh}", f"{field.title.en} {en}", of_values)

    shared = (field.kind == "text" and bool(field.pattern)) or (field.kind == "list" and not signs)
    if field.required:
        yield check("REQUIRED", text.is_null(), "不能为空", "is empty and must not be")
    if field.kind in DEMANDS:
        yield check("BAD_VALUE", _unreadable(field.kind, text, value, signs), *DEMANDS[field.kind])
    if field.pattern:
        broken = ~text.str.contains(f"^(?:{field.pattern})$")
        yield check("BAD_VALUE", broken, f"不符合格式 {field.pattern}", f"is not written as {field.pattern}", shared)
    if field.codes:
        yield check("UNKNOWN_CODE", _not_among(field, text, value), "不是已知代码", "is no code of the contract", shared)
    if field.minimum is not None:
        yield check("TOO_SMALL", value < field.minimum, f"小于 {field.minimum}", f"is less than {field.minimum}")


def _unreadable(kind: Kind, text: pl.Expr, value: pl.Expr, signs: bool) -> pl.Expr:
    """Where a text is not written as its kind must be. Polars reads more dates than that: +2024-9-03, 2024-09- 3, 0000-01-01."""
    unread = value.is_null() & text.is_not_null()
    if kind == "month":
        return ~text.str.contains(MONTH)
    if kind == "amount":
        return ~text.str.contains(AMOUNT) | unread
    if kind == "integer":
        return ~text.str.contains(INTEGER) | unread
    if kind == "year":
        return unread | (text.str.len_bytes() != 4) | (value < EARLIEST_YEAR)
    if kind == "date":  # the pattern takes four times as long, and without a sign it comes to the same
        plain = (text.str.len_bytes() != 10) | (value < pl.date(EARLIEST_YEAR, 1, 1))
        return unread | (~text.str.contains(DATE) if signs else plain)
    return unread


def _codes(field: RegisterField) -> list[str]:
    return list(area_codes() if field.codes == "areas" else field.codes or ())


def _not_among(field: RegisterField, text: pl.Expr, value: pl.Expr) -> pl.Expr:
    if field.kind == "code":
        return value.is_null() & text.is_not_null()
    one = "|".join(re.escape(code) for code in _codes(field))
    return ~text.str.contains(f"^(?:{one})(?:; ?(?:{one}))*$")


def _in_period(register: Register, period: str) -> Check:
    """That a row belongs to the period it was delivered for."""
    about = periods.parse(period)
    if register.delivers == "events":
        dates = [event.date for event in register.events.values()]
        within = [pl.col(name).is_between(about.start, about.end) for name in dict.fromkeys(dates)]
        zh, en = f"{period} 内没有任何事件", f"no event of the record lies in {period}"
        return Check("NO_EVENT", dates[0], ~pl.any_horizontal(within).fill_null(False), zh, en)
    name = register.dated_by or ""
    kind, value = register.fields[name].kind, pl.col(name)
    same = {"month": value == period, "year": value == about.year}.get(kind, pl.lit(True))
    broken = ~(value.is_between(about.start, about.end) if kind == "date" else same)
    title = register.fields[name].title
    return Check("WRONG_PERIOD", name, broken, f"{title.zh}不在 {period} 内", f"{title.en} does not lie in {period}")


@cache
def _parsed(holds: str) -> pl.Expr:
    """A rule's SQL, the same for every file."""
    return pl.sql_expr(holds)


def _rules(register: Register) -> Iterator[Check]:
    for id_, rule in register.rules.items():
        zh, en = f"须满足：{rule.title.zh}", f"must hold: {rule.title.en}"
        yield Check(id_.upper(), rule.field, ~_parsed(rule.holds), zh, en)
