"""docs/methodology/: one page an indicator in both languages, and the list of all, from the declarations alone.

Belongs here: what a page says and in which order. Not here: numbers (they are in the release), or any fact of its own.
"""

from collections.abc import Mapping

from ipmon.catalogue import FACTORS
from ipmon.declarations import Declarations
from ipmon.markdown import joined, quoted, table
from ipmon.registry import Indicator
from ipmon.shown import numeral
from ipmon.target_rules import NEEDS_ACCELERATION, ON_TRACK
from ipmon.targets import Target

FREQ = {"A": "年 annual", "S": "半年 half-yearly", "Q": "季 quarterly", "M": "月 monthly"}
NATURE = {"flow": "流量 flow", "stock": "存量 stock", "rate": "比率 rate"}
DIRECTION = {"higher": "上升 higher", "lower": "下降 lower", "stable": "稳定 stable", "none": "无 none"}
GRADE = {"public": "公开 public", "internal": "内部 internal", "restricted": "受限 restricted"}
OPERATOR = {"<=": "≤ ", ">=": "≥ ", ">": "> ", "=": "= ", None: ""}
OPENING = f"""\
# 指标方法 · Methodology of the indicators

每个指标一页：定义、计算、所服务的工作指引条目、目标、序列中断、核对与更正。由 `assets/` 中的声明生成（`make docs`），
请改声明而不是这些页。
One page an indicator: definition, calculation, the rows of the guideline that it serves, targets, breaks, checks and corrections.
Made from the declarations in `assets/` by `make docs`; change those, not these pages.

数值、来源与修订在发布中查询。 Values, sources and revisions are in the release:

```sh
.venv/bin/ipmon show pii_share_of_gdp
.venv/bin/ipmon trace pii_share_of_gdp 2023
```

## 共同规则 · Rules of all numbers

- 版本：任何数值都不覆盖；增长和变化的两边取同一版本。
  Vintages: nothing is overwritten; growth and changes take both sides from one vintage.
- 精度：公布值只精确到其印刷位数，按区间比较；区间相交即一致。
  Precision: a published value is known only to its printed digits, and compared as an interval; two that overlap agree.
- 来源优先次序：官方、官方转载、二手；其次取更精确者，再次取更晚者。其余保留在 `vintages` 中。
  Precedence of sources: official, official reprint, secondary; then the more exact, then the later. The others stay in
  `vintages`.
- 缺失不是零；除以零没有结果；四舍五入只在显示时进行，逢五进一。
  Missing is not zero; a division by zero has no result; numbers are rounded, halves up, only where they are shown.
- 登记数据计算值与公布值并列（`basis` 为 `records`），从不取代公布值。
  A figure counted from records stands beside the published one (`basis` is `records`), never in its place.

## 目标如何评价 · How targets are judged

进度 p 为已完成的变化占目标变化的比例，q 为已过时间占期限的比例，R = p / q：不低于 {ON_TRACK} 为进展正常，
不低于 {NEEDS_ACCELERATION} 为需加快，其余为偏离，负值为背离。截止后按最终值为达到或未达到。没有数值的目标不评价。
在公布精度、通常修订或项目容差之内会改变的结论标为脆弱。

Progress p is the share of the intended change that is achieved, q the share of the time that has passed, and R = p / q:
{ON_TRACK} or more is on track, {NEEDS_ACCELERATION} or more needs acceleration, less is off track, below zero moves away. After
the deadline a final value meets the target or misses it. A target without a number is not assessed. A status is fragile where it
would turn within printed precision, the usual revision, or without a tolerance of our own.
"""


def pages(d: Declarations, methods: Mapping[str, str]) -> dict[str, str]:
    """Every page by its file name. `methods`: how each measure over records is counted, by its id."""
    listed = [OPENING]
    for theme in sorted({i.theme for i in d.registry.indicators.values()}):
        own = [(id_, i) for id_, i in sorted(d.registry.indicators.items()) if i.theme == theme]
        rows = [(_link(id_), i.title.zh, i.title.en, " ".join(i.guideline)) for id_, i in own]
        listed += [f"## {theme}", "", table(["id", "名称", "Title", "工作指引 Guideline"], rows), ""]
    made = {f"{id_}.md": page(id_, i, d, methods) for id_, i in d.registry.indicators.items()}
    return {"README.md": "\n".join(listed), **made}


def page(id_: str, indicator: Indicator, d: Declarations, methods: Mapping[str, str]) -> str:
    """The page of one indicator."""
    sections = (
        ("定义 · Definition", [joined(indicator.definition.zh), "", indicator.definition.en]),
        ("计算 · Calculation", _calculation(id_, indicator, d)),
        ("登记数据的计数方法 · How records are counted", _method(indicator, methods)),
        ("工作指引 · Guideline", _guideline(indicator, d)),
        ("目标 · Targets", _targets(id_, indicator, d)),
        ("序列中断 · Breaks", _breaks(id_, d)),
        ("核对 · Checks", _checks(id_, d)),
        ("来源中的已知差错 · Known errors of sources", _corrections(id_, indicator, d)),
        ("用于 · Used by", [f"- {_link(i)}" for i, other in d.registry.indicators.items() if id_ in other.inputs]),
    )
    parts = [f"# {indicator.title.zh} · {indicator.title.en}", "", f"`{id_}` · [全部指标 All indicators](README.md)", ""]
    for heading, lines in sections:
        parts += [f"## {heading}", "", *lines, ""] if lines else []
    return "\n".join(parts)


def _calculation(id_: str, indicator: Indicator, d: Declarations) -> list[str]:
    unit = d.dimensions.units[indicator.unit]
    shown = unit.scales[indicator.display] if indicator.display else unit
    told = {
        "公式 Formula": f"`{indicator.formula}`",
        "输入 Inputs": ", ".join(map(_link, indicator.inputs)),
        "公布序列 Published series": quoted(_series(id_, indicator)),
        "单位 Unit": f"{shown.zh} · {shown.en}" + (f" (`{indicator.unit}`)" if indicator.display else ""),
        "性质 Nature": NATURE[indicator.nature],
        "频率 Frequency": FREQ[indicator.freq],
        "期望方向 Desired direction": DIRECTION[indicator.direction],
        "责任部门 Department": f"{indicator.department.zh} · {indicator.department.en}" if indicator.department else "",
        "数据分级 Grade": GRADE[indicator.grade],
        "声明 Declared in": f"`assets/indicators/{indicator.theme}.yaml`",
    }
    return [f"- {name}: {text}" for name, text in told.items() if text]


def _method(indicator: Indicator, methods: Mapping[str, str]) -> list[str]:
    """The measure's own words, which are English."""
    rule = indicator.measured
    if rule is None:
        return []
    where = "".join(f", {dimension} = {code}" for dimension, code in rule.where.items())
    return [f"`{rule.measure}.{rule.column}`{where}", "", *(f"> {line}".rstrip() for line in methods[rule.measure].splitlines())]


def _guideline(indicator: Indicator, d: Declarations) -> list[str]:
    items = [item for item in d.items if item.row_id in indicator.guideline]
    return [f"- {item.row_id} {item.title_zh} · {item.title_en}：“{item.quote_zh}”" for item in items]


def _targets(id_: str, indicator: Indicator, d: Declarations) -> list[str]:
    unit = d.dimensions.units[indicator.unit]
    shown = unit.scales[indicator.display] if indicator.display else unit
    own = [t for t in d.targets if t.indicator_id == id_]
    rows = [
        (f"{t.document_zh} · {t.document_en}", t.quote, _asked(t, FACTORS[indicator.display], f"{shown.zh} · {shown.en}"),
         t.deadline.isoformat(), "是 yes" if t.official_seen else "否 no")
        for t in own
    ]  # fmt: skip
    head = ["文件 Document", "原文 Words", "规则与目标值 Rule and value", "期限 Deadline", "见过官方原表 Official table seen"]
    return [table(head, rows)] if rows else []


def _asked(t: Target, factor: int, unit: str) -> str:
    """The rule with its number and tolerance in the unit shown."""
    number = "" if t.value is None else f" {OPERATOR[t.operator]}{numeral(t.value / factor)} {unit}"
    return f"`{t.rule}`{number}" + (f" (± {numeral(t.tolerance / factor)}, {t.tolerance_basis})" if t.tolerance else "")


def _breaks(id_: str, d: Declarations) -> list[str]:
    own = [b for b in d.dimensions.breaks if any(b.names(pattern, id_) for pattern in b.indicators)]
    return [f"- {b.start} ({b.ref_areas}): {joined(b.note.zh)} {b.note.en}" for b in own]


def _checks(id_: str, d: Declarations) -> list[str]:
    own = [(name, identity) for name, identity in d.identities.items() if id_ in identity.compared]
    return [f"- `{name}`: {identity.title.zh} · {identity.title.en}" for name, identity in own]


def _corrections(id_: str, indicator: Indicator, d: Declarations) -> list[str]:
    own = [c for c in d.corrections if c.match["series"] in _series(id_, indicator)]
    return [f"- `{c.id}` ({c.action}): {joined(c.reason.zh)} {c.reason.en}" for c in own]


def _series(id_: str, indicator: Indicator) -> list[str]:
    """The published series that an entry takes; its own where it names none."""
    return [id_] if indicator.series is None else indicator.series


def _link(id_: str) -> str:
    return f"[{id_}]({id_}.md)"
