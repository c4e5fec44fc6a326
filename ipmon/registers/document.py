"""docs/registers.md: how a delivery of each register is written, in both languages, from the contracts alone.

Belongs here: what whoever prepares a delivery must know. Not here: the contracts themselves (assets/registers), or reading files.
"""

import csv
import io
from collections.abc import Mapping

from ipmon.markdown import joined, quoted, table
from ipmon.registers.contract import SQL_TYPES, Kind, Register, RegisterField
from ipmon.registers.reading import WORKBOOK_BYTES

OPENING = """\
# 登记簿报送格式 · Deliveries of the registers

本页由 `assets/registers/*.yaml` 生成，请改合同而不是本页。 This page is made from the contracts; change those, not the page:

    make docs

## 报送 · A delivery

    ipmon receive FILE --source patent_applications --period 2024-09

- 一次报送是一个登记簿一个时期的一个文件。每月登记簿的时期写作 `2024-09`，年度登记簿写作 `2024`；
  每个登记簿报送哪些行见其“报送内容”。
  A delivery is one file of one register for one period: `2024-09` for a monthly register, `2024` for a yearly one. Which rows
  belong to it is said under “Delivers” of each register.
- CSV：逗号分隔，含逗号或引号的值加双引号，值内不得换行，首行为下列英文字段名、次序不变；编码为 UTF-8（可带 BOM）或 GB18030。
  CSV: commas, double quotes around a value with a comma or quote in it and no line break in any value, the field names below
  as first line and in that order, UTF-8 (with or without a byte order mark) or GB18030.
- XLSX：第一张工作表，首行为字段名；日期用真正的日期单元格；编号存为文本，否则前导零会丢失；不得有错误值。
  XLSX: the first sheet, the field names in its first row; real date cells; numbers that identify stored as text, or leading
  zeros are lost; no error cells.
- 控制总数：末行为结束标记和数据行数（不含首行和末行），如 `#END,12345`；缺少结束标记或者行数不符的文件视为截断，整个退回。
  Control total: the last row is the end marker with the number of data rows (without the first and last), as in `#END,12345`;
  a file without it, or with another number of rows, was cut off and is refused whole.
- 以 `SIM` 开头的编号和以 `SYNTHETIC_` 开头的文件名只属于模拟数据，正式数据中出现即整个退回。
  Numbers that begin with `SIM` and file names that begin with `SYNTHETIC_` are simulated; among real data they are refused
  whole.

## 坏行、更正、迟报、撤回 · Bad rows, corrections, late months, withdrawals

- 坏行：不合字段要求或校验规则的行进入隔离区，注明行号、字段、值、原因和原文；收到的行数永远等于合格行数加隔离行数。
  坏行超过合同所定的比例，整个文件退回。
  Bad rows: a row that breaks a field or a rule goes to quarantine with its line, field, value, reason and raw text; rows in
  are always good rows plus quarantined rows. Above the share that the contract allows the file is refused whole.
- 重复：主键在一个文件内只出现一次；按事件报送的登记簿，当月没有任何事件的行是坏行（`NO_EVENT`）。
  指向其他登记簿而查无此号的行报告但保留。
  Repeats: a key occurs once in a file; where events are delivered, a row without an event in the month is bad (`NO_EVENT`). A
  row that refers to a record unknown to the other register is reported and kept.
- 更正：整月重报，并写明发布日期（`--issued 2024-11-05`）。新文件取代旧文件，只重算该月；旧的发布版本不变。
  Corrections: the whole period once more, with the date of issue (`--issued 2024-11-05`). The new file takes the old one's
  place, only that period is computed again, and releases already published stay as they are.
- 报告期在发布日（未写则为接收日）须已结束。
  A period must be over on the day of issue, or else of receipt.
- 同一时期两个内容不同的文件而未写发布日期，或发布日期相同，后者退回（`CONFLICT`）；内容完全相同的文件再次报送没有作用。
  A second, different file for a period is refused where it has no
  date of issue or the same one (`CONFLICT`); the same bytes once more have no effect.
- 迟报：迟到的月份随到随收；存量和队列只计到缺月之前，待补报后自动续上。
  Late months are taken in whenever they come; stocks and cohorts count the months before the one missing until it is there.
- 撤回：发布单位指明撤回的文件后，该时期退回到其前一个文件；没有前一个文件的，该时期不再有事实。已发布的版本不变。
  Withdrawals: where the publisher takes back a file, its period falls back to the file before it and, without one, has no facts.
  Releases already published stay.
- 当期没有任何记录时仍须报送：只有首行和 `#END,0`；快照和年度账户不得为空。
  A period without any record is delivered too: the first line and `#END,0`. Snapshots and yearly accounts are never empty.

## 值的写法 · How values are written
"""

WRITTEN: dict[Kind, tuple[str, str]] = {
    "id": ("照原样，区分大小写", "as it is; upper and lower case differ"),
    "text": ("照原样", "as it is"),
    "code": ("下列代码之一", "one of the codes listed"),
    "date": ("`2024-09-03`；XLSX 用日期单元格", "`2024-09-03`; a date cell in XLSX"),
    "month": ("`2024-09`", "`2024-09`"),
    "year": ("`2024`", "`2024`"),
    "integer": ("整数，不带千分位", "a whole number without thousands separators"),
    "amount": ("元，至多两位小数，不带千分位", "CNY, at most two decimals, no thousands separators"),
    "flag": ("`1` `true` `是` 或 `0` `false` `否`", "`1` `true` `是` or `0` `false` `否`"),
    "list": ("各项以分号 `;` 隔开", "items separated by semicolons `;`"),
}
DELIVERS = {
    "events": (
        "当月有下列任一事件的全部记录，整条，按月末状态",
        "every record with one of the events below in the month, whole, as at its end",
    ),
    "rows": ("`{by}` 在当月的全部行", "every row whose `{by}` lies in the month"),
    "snapshot": ("月末的全部状态，`{by}` 为该月", "the whole state at the month's end, with that month as `{by}`"),
    "year": ("`{by}` 为该年的全部行，一年一次", "every row of the year (`{by}`), once a year"),
}


def document(registers: Mapping[str, Register]) -> str:
    """The page as Markdown: what holds for all deliveries, then each register in the order of the mapping."""
    kinds = [(f"`{kind}`", zh, en, f"`{SQL_TYPES[kind]}`") for kind, (zh, en) in WRITTEN.items()]
    parts = [OPENING, table(["kind", "写法", "Written as", "存为 Stored as"], kinds), ""]
    return "\n".join(parts + [line for id_, register in registers.items() for line in _section(id_, register)])


def _section(id_: str, register: Register) -> list[str]:
    """All of one register."""
    parts = [f"## {id_}: {register.title.zh} · {register.title.en}", "", joined(register.about.zh), "", register.about.en, ""]
    parts += [*_facts_at_a_glance(register), "", _fields(register), ""]
    for heading, rows in (
        ("代码 · Codes", _codes(register)),
        ("校验规则 · Rules", _rules(register)),
        ("事件 · Events", _events(register)),
    ):
        parts += [f"### {heading}", "", rows, ""] if rows else []
    return [*parts, "### 示例 · Example", "", "```csv", *_example(register), "```", ""]


def _facts_at_a_glance(register: Register) -> list[str]:
    """The list that opens a register."""
    zh, en = (text.format(by=register.dated_by) for text in DELIVERS[register.delivers])
    signs = " ".join(f"`{sign}`" for sign in register.missing if sign)
    items = [
        f"发布单位 Publisher: {register.publisher.zh} · {register.publisher.en}",
        f"报送内容 Delivers: {zh} · {en}",
        f"报送期限 Due: {_due(register)}",
        f"主键 Key: {quoted(register.key)}",
        f"缺失 Missing: 空 · empty, {signs}",
        f"结束标记 End marker: `{register.end_marker}`" if register.end_marker else "",
        f"编码 Encodings: {quoted(register.encodings)}",
        f"上限 Limits: {register.bytes_limit:,} bytes; XLSX {WORKBOOK_BYTES:,} bytes, {register.xlsx_rows_limit:,} rows",
        f"坏行上限 Bad rows at most: {register.bad_share:.2%}",
        f"事实表 Facts: `{register.facts}`",
        *(f"引用 Reference: `{r.field}` → `{r.register_}.{r.to}`" for r in register.references),
        *(f"维度 Dimension: `{dimension}` ← `{field}`" for dimension, field in register.dimensions.items()),
    ]
    return [f"- {item}" for item in items if item]


def _due(register: Register) -> str:
    if register.delivers == "year":
        return f"次年 12 月 {register.due_day} 日 · {register.due_day} December of the year after"
    return f"次月 {register.due_day} 日 · day {register.due_day} of the month after"


def _fields(register: Register) -> str:
    head = ["#", "field", "中文名", "English name", "kind", "必填 required", "要求 must be", "示例 example"]
    rows = [(str(n), f"`{id_}`", *_described(field)) for n, (id_, field) in enumerate(register.fields.items(), 1)]
    return table(head, rows)


def _described(field: RegisterField) -> list[str]:
    """The cells of a field's row beyond its number and name."""
    example = f"`{field.example}`" if field.example else ""
    return [field.title.zh, field.title.en, field.kind, "是 yes" if field.required else "", _demand(field), example]


def _demand(field: RegisterField) -> str:
    """What a value must be beyond its kind."""
    demands = [f"`{field.pattern}`"] if field.pattern else []
    if field.codes == "areas":
        demands.append("`CN-BJ` …（ISO 3166-2）或国家代码 or a country `DE` …（ISO 3166-1）")
    elif field.codes:
        demands.append("代码见下 codes below")
    if field.minimum is not None:
        demands.append(f"≥ {field.minimum}")
    return "; ".join(demands)


def _codes(register: Register) -> str:
    lists = {id_: f.codes for id_, f in register.fields.items() if isinstance(f.codes, dict)}
    rows = [(f"`{id_}`", f"`{code}`", text.zh, text.en) for id_, codes in lists.items() for code, text in codes.items()]
    return table(["field", "code", "中文", "English"], rows)


def _rules(register: Register) -> str:
    """The rules; a comparison with an empty field is not a breach."""
    rows = [(f"`{id_}`", f"`{r.field}`", r.title.zh, r.title.en, f"`{r.holds}`") for id_, r in register.rules.items()]
    return table(["rule", "field", "规则", "Rule", "SQL（真或空值为合格 true or null is good）"], rows)


def _events(register: Register) -> str:
    rows = [(f"`{id_}`", event.title.zh, event.title.en, f"`{event.date}`") for id_, event in register.events.items()]
    return table(["event", "事件", "Event", "日期 dated by"], rows)


def _example(register: Register) -> list[str]:
    """A whole delivery of one row, as CSV lines."""
    rows = [list(register.fields), [field.example for field in register.fields.values()]]
    rows += [[register.end_marker, "1"]] if register.end_marker else []
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().splitlines()
