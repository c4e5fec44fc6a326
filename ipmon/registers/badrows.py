"""The rows of a register's file that break its contract: which, where, why, and what they say.

Belongs here: reasons of bad lines, one row a record. Not here: finding which lines are bad (staging.py).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from polars import selectors as cs

from ipmon.registers.checks import Check, as_text
from ipmon.registers.contract import Register
from ipmon.registers.reading import Plain

SCHEMA = {
    "line": pl.Int64(), "field": pl.String(), "value": pl.String(), "code": pl.String(), "reason_zh": pl.String(),
    "reason_en": pl.String(), "raw": pl.String(),
}  # fmt: skip
MANY = 500_000
"""Bad lines looked into in one file: beyond it the file is refused anyway."""
Row = dict[str, Any]


def reasons(
    made: Plain, register: Register, texts: pl.Expr | Sequence[pl.Expr], names: list[str], demands: Sequence[Check],
    found: Mapping[int, str], repeats: Mapping[int, int],
) -> pl.DataFrame:  # fmt: skip
    """One row a bad record among the lines `found`, by number in order; blank lines and the end marker are none.

    `names`: the text columns in the order of the file; `texts`: what makes the typed columns of them; `repeats`: of a line whose
    key was there before, the line that had it.
    """
    filled = {line: raw for line, raw in found.items() if raw.strip()}
    if made.is_marked and filled and [*filled.values()][-1].strip() == made.last:
        filled.popitem()
    is_whole = dict(zip(filled, pl.Series(filled.values(), dtype=pl.String()).str.contains(made.record), strict=True))
    whole = {line: raw for line, raw in filled.items() if is_whole[line]}
    broken = {line: raw for line, raw in filled.items() if not is_whole[line]}
    rows = _broken(made, broken, found) + _judged(made, register, texts, names, demands, whole, repeats)
    return pl.DataFrame(rows, SCHEMA).sort("line")


_LINE_BREAK = {
    "code": "LINE_BREAK",
    "reason_zh": "字段内有换行，应删去",
    "reason_en": "a field holds a line break; take it out",
}


def _broken(made: Plain, broken: Mapping[int, str], found: Mapping[int, str]) -> list[Row]:
    """Lines that hold no record: too many or too few fields, quotation marks astray, or parts of a record over several lines.

    Lines are parts of one record only if they are a record when put together; `found` has the blank ones among them too.
    """
    rows: list[Row] = []
    taken = 0
    for line, raw in broken.items():
        if line <= taken:
            continue
        parts = [raw]
        while sum(part.count('"') for part in parts) % 2 == 1:
            after = line + len(parts)
            if after not in broken and (after not in found or found[after].strip()):
                break
            parts.append(found[after])
        joined = "\n".join(parts)
        is_record = len(parts) > 1 and re.fullmatch(made.record, joined) is not None
        taken = line + len(parts) - 1 if is_record else line
        told = {"raw": joined, **_LINE_BREAK} if is_record else {"raw": raw, **_shape(raw, len(made.header))}
        rows.append({"line": line, "field": "", "value": "", **told})
    return rows


def _shape(raw: str, width: int) -> Row:
    if raw.count('"') % 2:
        return {"code": "BAD_QUOTES", "reason_zh": "引号不成对", "reason_en": "a quotation mark has no partner"}
    fields = 1 + re.sub('"[^"]*"', "", raw).count(",")
    if fields == width:
        return {"code": "BAD_QUOTES", "reason_zh": "引号位置不当", "reason_en": "a quotation mark stands inside a field"}
    zh, en = f"该行有 {fields} 个字段，表头有 {width} 个", f"the row has {fields} fields, the header {width}"
    return {"code": "RAGGED", "reason_zh": zh, "reason_en": en}


def _judged(
    made: Plain, register: Register, texts: pl.Expr | Sequence[pl.Expr], names: list[str], demands: Sequence[Check],
    found: Mapping[int, str], repeats: Mapping[int, int],
) -> list[Row]:  # fmt: skip
    """The first demand that each whole record breaks."""
    if not found:
        return []
    text = "".join(f"{raw}\n" for raw in found.values()).encode()
    read = made.scan(names, register.missing, text).drop("line").with_columns(texts).collect()
    broken = read.select(d.broken.alias(f"{n}") for n, d in enumerate(demands))
    first = [next((n for n, is_broken in enumerate(row) if is_broken), None) for row in broken.iter_rows()]
    shown = read.select(cs.ends_with("@text"), pl.col(register.key).cast(pl.String()))  # as text: any day may stand in a bad row
    rows = []
    for (line, raw), n, cells in zip(found.items(), first, shown.iter_rows(named=True), strict=True):
        if n is None:
            rows.append({**_repeated(register, cells, repeats.get(line)), "line": line, "raw": raw})
            continue
        d = demands[n]
        value = cells.get(as_text(d.field)) or ""
        said = {"field": d.field, "value": value, "code": d.code, "reason_zh": d.zh, "reason_en": d.en}
        rows.append({**said, "line": line, "raw": raw})
    return rows


def _repeated(register: Register, cells: Row, first: int | None) -> Row:
    """Why a record is no row that keeps every demand: its key is there already, or it looks like the end of the file."""
    if first is None:
        said = {"code": "END_MARKER", "reason_zh": "以结束标记开头", "reason_en": "it begins with the end marker"}
        return {"field": "", "value": register.end_marker or "", **said}
    key = ", ".join(cells[name] or "" for name in register.key)
    zh, en = f"键值与第 {first} 行重复", f"line {first} has the same key already"
    return {"field": register.key[0], "value": key, "code": "DUPLICATE", "reason_zh": zh, "reason_en": en}
