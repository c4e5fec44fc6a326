"""quality.html: what was checked in a release, what was found, and what was left out, on one page that loads nothing.

Belongs here: the page, from the tables of a mart and the gate's decision. Not here: the checks or the decision themselves.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
from markupsafe import Markup

from ipmon.declared import Text
from ipmon.gate import Decision
from ipmon.pages.layout import Layout, both

Row = dict[str, Any]
WORDS = {
    "passed": Text(zh="通过", en="passed"),
    "failed": Text(zh="不符", en="failed"),
    "errored": Text(zh="未能执行", en="could not be made"),
    "error": Text(zh="必须满足", en="required"),
    "warning": Text(zh="仅作提醒", en="advisory"),
    "info": Text(zh="仅供参考", en="for information"),
    "agrees": Text(zh="一致", en="agrees"),
    "contradicts": Text(zh="矛盾", en="contradicts"),
    "cannot tell": Text(zh="无法判断", en="cannot tell"),
}
VERDICTS = {
    "passed": Text(zh="通过检查，可以发布", en="The checks were passed: fit to publish"),
    "refused": Text(zh="未通过检查，不予发布", en="The checks were not passed: not published"),
}
TWIN = Text(zh="公布值 = 推导值", en="Published = derived")
COUNTED = Text(zh="公布值 = 登记数据计算值", en="Published = counted from records")
QUERIES = {
    "release": "from release",
    "checks": "from checks order by table_name, status = 'passed', check_id",
    "deliveries": "from deliveries order by source_id, period, file_name",
    "excluded": "select reason_zh, reason_en, count(*) as n from excluded group by all order by n desc, reason_en",
    "identities": """select identity_id, count(*) filter (verdict = 'agrees') as agrees, count(*) filter (verdict = 'contradicts')
        as contradicts, count(*) filter (verdict = 'cannot tell') as unknown from reconciliations group by all order by all""",
    "contradictions": """select r.*, i.title_zh, i.title_en, i.unit_zh, i.unit_en, i.display_factor
        from reconciliations r join indicators i using (indicator_id) where verdict = 'contradicts'
        order by identity_id, indicator_id, time_period, ref_area""",
}


def render(mart: Path, decision: Decision, layout: Layout, identities: Mapping[str, Text] | None = None) -> str:
    """The page of one release, framed by `layout`; `identities` are the titles of the reconciled identities."""
    with duckdb.connect(str(mart), read_only=True) as connection:
        tables = {name: _rows(connection, query) for name, query in QUERIES.items()}
    release = (tables["release"] or [{"release_id": "–", "as_of": "–"}])[0]
    titles = {"twin": TWIN, "records": COUNTED, **(identities or {})}
    sections = [
        _decision(decision, tables["checks"]),
        _section("检查", "Checks", _checks(tables["checks"])),
        _section("交付文件", "Deliveries", _deliveries(tables["deliveries"])),
        _section("未采用的行", "Rows that were not taken", _excluded(tables["excluded"])),
        _section("勾稽核对", "Reconciliation", _reconciled(tables["identities"], titles)),
        _section("公布数字之间的矛盾", "Where published figures contradict", _contradictions(tables["contradictions"], titles)),
    ]
    return layout.page("quality", release=release, body=Markup("".join(sections)))


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _decision(decision: Decision, checks: Sequence[Row]) -> str:
    reasons = "".join(f"<li>{_both(r.zh, r.en)}</li>" for r in decision.reasons)
    tiles = [
        (len(checks), Text(zh="项检查", en="checks")),
        (_count(checks, status="passed"), Text(zh="项通过", en="passed")),
        (_count(checks, status="failed", severity="error"), Text(zh="项不符（必须满足）", en="failed (required)")),
        (_count(checks, status="failed", severity="warning"), Text(zh="项不符（仅作提醒）", en="failed (advisory)")),
        (_count(checks, status="errored"), Text(zh="项未能执行", en="could not be made")),
    ]
    shown = "".join(f'<div class="tile"><b>{number:,}</b>{both(words)}</div>' for number, words in tiles)
    verdict = f'<div class="verdict {decision.verdict}"><strong>{both(VERDICTS[decision.verdict])}</strong></div>'
    return f'{verdict}<ul>{reasons}</ul><div class="tiles">{shown}</div>'


def _checks(checks: Sequence[Row]) -> str:
    return "".join(_checked(table, list(rows)) for table, rows in groupby(checks, key=lambda check: str(check["table_name"])))


def _checked(table: str, checks: Sequence[Row]) -> str:
    passed = _count(checks, status="passed")
    items = "".join(_check(check) for check in checks)
    opened = "" if passed == len(checks) else " open"
    return (
        f'<details{opened}><summary>{escape(table)}<span class="num">{passed} / {len(checks)}</span></summary>{items}</details>'
    )


def _check(check: Row) -> str:
    status, severity = check["status"], check["severity"]
    chip = f'<span class="chip {status} {severity}">{both(WORDS[status])}</span>'
    words = f'{chip}{_both(check["message_zh"], check["message_en"])} <span class="soft">{both(WORDS[severity])}</span>'
    if status == "passed":
        return f'<div class="item">{words}</div>'
    examples = "".join(f"<p><code>{escape(example)}</code></p>" for example in check["observed"].split("; "))
    found = f'{examples}<p class="soft">{escape(check["guidance"])}</p>'
    return f'<div class="item">{words}{found}</div>'


def _deliveries(deliveries: Sequence[Row]) -> str:
    heads = [("文件", "File"), ("行数", "Rows"), ("未采用", "Not taken")]
    return _table(heads, map(_delivery, deliveries), numbers=2)


def _withdrawal(delivery: Row) -> str:
    if delivery["withdrawn_on"] is None:
        return ""
    day, reason = delivery["withdrawn_on"], delivery["withdrawal_reason"]
    return f"<p>{_both(f'发布者于{day}撤回：{reason}', f'Withdrawn by its publisher on {day}: {reason}')}</p>"


def _delivery(delivery: Row) -> list[str]:
    findings = f"<p>{escape(delivery['findings'])}</p>" if delivery["findings"] else ""
    origin = f"{escape(delivery['source_id'])} · {escape(delivery['period'])} · sha256 {delivery['sha256'][:12]}"
    name = f'{escape(delivery["file_name"])}<p class="soft">{origin}</p>{_withdrawal(delivery)}{findings}'
    return [name, _number(delivery["rows_count"]), _number(delivery["rows_excluded"])]


def _excluded(reasons: Sequence[Row]) -> str:
    return _table(
        [("理由", "Reason"), ("行数", "Rows")],
        ([_both(r["reason_zh"], r["reason_en"]), _number(r["n"])] for r in reasons),
        numbers=1,
    )


def _reconciled(rows: Sequence[Row], titles: Mapping[str, Text]) -> str:
    heads = [("关系", "Identity"), *((WORDS[v].zh, WORDS[v].en) for v in ("agrees", "contradicts", "cannot tell"))]
    cells = ([_identity(r, titles), *(_number(r[c]) for c in ("agrees", "contradicts", "unknown"))] for r in rows)
    return _table(heads, cells, numbers=3)


def _contradictions(rows: Sequence[Row], titles: Mapping[str, Text]) -> str:
    groups = groupby(rows, key=lambda row: _identity(row, titles))
    parts = ((identity, [_contradiction(row) for row in found]) for identity, found in groups)
    return "".join(
        f'<details><summary>{identity}<span class="num">{len(items)}</span></summary>{"".join(items)}</details>'
        for identity, items in parts
    )


def _contradiction(row: Row) -> str:
    factor = Decimal(row["display_factor"] or 1)
    published, implied = (_numeral(row[column], factor) for column in ("published_value", "implied_value"))
    place = " ".join(
        str(row[c]) for c in ("time_period", "ref_area", "counterpart_area", "ip_type", "industry") if row[c] != "_T"
    )
    zh = f"{row['title_zh']}（{place}）：公布 {published}，推算 {implied}，单位 {row['unit_zh']}"
    en = f"{row['title_en']} ({place}): published {published}, implied {implied}, unit {row['unit_en']}"
    return f'<div class="item">{_both(zh, en)}</div>'


def _identity(row: Row, titles: Mapping[str, Text]) -> str:
    title = titles.get(row["identity_id"])
    return both(title) if title else escape(row["identity_id"])


def _section(zh: str, en: str, content: str) -> str:
    return f"<section><h2>{_both(zh, en)}</h2>{content or _both('没有。', 'None.')}</section>"


def _table(heads: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]], numbers: int) -> str:
    """A table whose last `numbers` columns are numbers; empty without rows."""
    classes = [""] * (len(heads) - numbers) + [' class="num"'] * numbers
    head = "".join(f"<th{c}>{_both(zh, en)}</th>" for c, (zh, en) in zip(classes, heads, strict=True))
    lines = ["".join(f"<td{c}>{cell}</td>" for c, cell in zip(classes, cells, strict=True)) for cells in rows]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if body else ""


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _numeral(value: Decimal | None, factor: Decimal) -> str:
    if value is None:
        return "–"
    text = f"{value / factor:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _count(rows: Iterable[Row], **wanted: str) -> int:
    return sum(all(row[key] == value for key, value in wanted.items()) for row in rows)


def _both(zh: object, en: object) -> str:
    return both(Text(zh=str(zh), en=str(en)))
