"""Whether an office table agrees with itself and with its neighbours in time.

Belongs here: parts against totals, totals that may not fall, growth against last year. Not here: repairing anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from ipmon.breaches import Breach
from ipmon.contracts import Series, SourceContract, TableFormat
from ipmon.dimensions import Area
from ipmon.intervals import printed
from ipmon.office_tables import Cell
from ipmon.staged import Remark

Row = Mapping[str, str]
SHOWN = 8


def check_totals(found: Sequence[Cell], areas: Mapping[str, Area]) -> list[Remark]:
    """One remark for each total row and count that its parts contradict, or that lacks parts. Nothing is changed."""
    by_key = {(cell.label if cell.total else cell.ref_area, cell.series): cell for cell in found}
    remarks = []
    for cell in found:
        if cell.total and cell.series.kind == "count" and cell.value is not None and (cell.total.of_levels or cell.total.of_rows):
            parts = [*cell.total.of_rows, *(code for code, area in areas.items() if area.level in cell.total.of_levels)]
            values = {part: c.value if (c := by_key.get((part, cell.series))) else None for part in parts}
            remarks += _compared(cell, values, areas)
    return remarks


def _compared(cell: Cell, values: Mapping[str, Decimal | None], areas: Mapping[str, Area]) -> list[Remark]:
    added = sum((value for value in values.values() if value is not None), Decimal(0))
    gap = (cell.value or Decimal(0)) - added
    missing = [areas.get(part) for part, value in values.items() if value is None]
    what = f"{cell.label} ({cell.series.headers[0]})"
    zh = f"{cell.place}：{what} 印为 {cell.value:,}，各部分相加为 {added:,}，相差 {gap:,}"
    en = f"{cell.place}: {what} is printed as {cell.value:,}, its parts add up to {added:,}, a gap of {gap:,}"
    if missing and gap >= 0:
        zh_names, en_names = "、".join(a.name_zh for a in missing if a), ", ".join(a.name_en for a in missing if a)
        zh, en = f"{zh}；未见{zh_names}的数值，不能核对。", f"{en}; no value for {en_names}, so it cannot be checked."
        return [Remark("INCOMPLETE", zh, en)]
    if gap:
        return [Remark("CONTRADICTION", f"{zh}。按印刷数收录，未作修改。", f"{en}. Taken in as printed, nothing was repaired.")]
    return []


def blanks(found: Iterable[Cell]) -> list[Remark]:
    """One remark that names the cells without anything in them."""
    places = [cell.place for cell in found if not cell.text]
    if not places:
        return []
    named = ", ".join(places[:SHOWN]) + (" …" if len(places) > SHOWN else "")
    zh, en = f"{len(places)} 个单元格为空（{named}），按缺失收录。", f"{len(places)} cells are blank ({named}); taken as missing."
    return [Remark("BLANK", zh, en)]


def check_never_falls(rows: Sequence[Row], others: Sequence[Row], contract: SourceContract, period: str) -> None:
    """Running totals of an area may only rise with time. Raises SINCE_1985_FELL with the areas and both numbers.

    This is what finds a page whose rows stand under the wrong regions while all of its sums are exact.
    """
    for series in (s for s in contract.columns if s.never_falls):
        here = _by_area(rows, series)
        for other in sorted({row["period"] for row in others} - {period}):
            there = _by_area([row for row in others if row["period"] == other], series)
            first, second = sorted([(other, there), (period, here)], key=lambda table: table[0])
            fell = [a for a in first[1] if a in second[1] and second[1][a] < first[1][a]]
            if fell:
                numbers = "; ".join(f"{area} {first[1][area]:,} -> {second[1][area]:,}" for area in fell)
                reason = f"running totals fall from {first[0]} to {second[0]}: {numbers}. {_remedy(other)}"
                raise Breach("SINCE_1985_FELL", reason, "", numbers)


def check_growth(rows: Sequence[Row], year_before: Sequence[Row], contract: SourceContract, layout: TableFormat) -> list[Remark]:
    """A remark that names the areas whose printed growth does not follow from the same month of the year before.

    Raises GROWTH_CONTRADICTS where so many areas are far off that rows must stand under wrong regions.
    """
    remarks = []
    for rate in (s for s in contract.columns if s.growth_of):
        of = next(s for s in contract.columns if rate.growth_of in s.headers)
        now, then, growth = _by_area(rows, of), _by_area(year_before, of), _by_area(rows, rate)
        computed = {area: (now[area] / then[area] - 1) * 100 for area in growth if area in now and then.get(area)}
        wrong = {area: value for area, value in computed.items() if not _rounds_to(value, growth[area])}
        named = [f"{area} {growth[area]}% ({value:.1f}%)" for area, value in wrong.items()]
        far = sum(abs(value - growth[area]) > layout.growth_off_points for area, value in wrong.items())
        if far > layout.growth_off_share * len(computed):
            raise _shuffled(f"{far} of {len(computed)}", named, year_before[0]["period"])
        remarks += [_growth_remark(rate, named)] if named else []
    return remarks


def _shuffled(areas: str, named: list[str], other: str) -> Breach:
    what = f"the printed growth of {areas} areas does not follow from {other} (computed in brackets)"
    return Breach("GROWTH_CONTRADICTS", f"{what}: {'; '.join(named)}. {_remedy(other)}", "", "; ".join(named))


def _remedy(other: str) -> str:
    return f"Rows stand under wrong regions, here or in the table of {other}: ask the publisher for a corrected page."


def _by_area(rows: Iterable[Row], series: Series) -> dict[str, Decimal]:
    """The numbers of one column by area; a city or XPCC by its dimension, since published figures put its province there."""
    found = {}
    for row in rows:
        if (row["series_id"], row["period_kind"]) == (series.series_id, series.period_kind):
            text, dimension = row["value"].replace(",", "").rstrip("%"), row["dimension"]
            area = dimension if dimension.startswith(("city:", "XPCC")) else row["ref_area"] or "CN"
            if text[-1:].isdigit():
                found[area] = Decimal(text)
    return found


def _rounds_to(computed: Decimal, text: Decimal) -> bool:
    known = printed(text, Decimal(1).scaleb(int(text.as_tuple().exponent)))
    return known.low is not None and known.high is not None and known.low <= computed <= known.high


def _growth_remark(rate: Series, wrong: list[str]) -> Remark:
    named = "; ".join(wrong[:SHOWN]) + (" …" if len(wrong) > SHOWN else "")
    zh = f"{len(wrong)} 个地区的{rate.headers[0]}与上年同月的数不符（括号内为计算值）：{named}。按印刷数收录。"
    en = f"{rate.name.en}: {len(wrong)} areas do not follow from the year before (computed in brackets): {named}."
    return Remark("GROWTH_DIFFERS", zh, f"{en} Taken in as printed.")
