"""From what a reader holds in hand, a chart or a printed number or sentence, to the cells of the mart behind it.

Belongs here: finding the cells. Not here: where a cell comes from (see tracing.py), or writing charts and bulletins.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from ipmon.answers import KEY, open_mart, release_path, rows, shown
from ipmon.declared import ID
from ipmon.dimensions import CODED
from ipmon.errors import IpmonError
from ipmon.intervals import round_half_up
from ipmon.paths import DataRoot
from ipmon.shown import numeral
from ipmon.tracing import VINTAGES, made, origin, trace, vintages_of

FILE = re.compile(r"(?:_zh|_en)?\.(?:png|svg|pdf|csv)$")
FIGURE = re.compile(r"(?:figure|图)\s*(\d+)", re.IGNORECASE)
DATE = re.compile(r"(?<![\d.,])((?:19|20)\d\d)(?:\s*年(?:\s*\d+\s*月(?:\s*\d+\s*日)?)?|(?:-\w\d){1,2})?(?![.,]?\d)")
SCALES = {"万亿": 10**12, "亿": 10**8, "万": 10**4, "trillion": 10**12, "billion": 10**9, "million": 10**6, "mln": 10**6, "": 1}
NUMBER = re.compile(rf"(\d[\d,]*(?:\.\d+)?)\s*({'|'.join(SCALES)})")
MOST_LISTED, MOST_TRACED = 20, 3
SHOWN = "title_zh, title_en, unit_zh, unit_en, display_factor"
CELLS = f"""
    select v.*, {SHOWN} from ({VINTAGES}) v join indicators i using (indicator_id)
    where superseded_on is distinct from released_on
    order by superseded_on is not null, ref_area <> 'CN', basis = 'derived', indicator_id, time_period desc, ref_area,
        {", ".join(CODED)}"""
TARGETS = f"""
    select t.*, {SHOWN}, target_value as value, year::varchar as time_period
    from targets t join indicators i using (indicator_id) where target_value is not null order by target_id"""
REVISIONS = f"""
    with revised as (select r.*, {SHOWN} from revisions r join indicators i using (indicator_id) where revision is not null)
    select *, true as is_revision, revision as value from revised
    union all by name
    select * replace (1 as display_factor, '%' as unit_zh, '%' as unit_en), true as is_revision, revision_percent as value
    from revised where revision_percent is not null
    order by released_on desc, indicator_id, time_period"""
KINDS = {"value": None, "target": "target_id", "revision": "is_revision"}
"""What a number may be, and the column that only this kind has."""
SEARCH = "Write the number as it is printed, with its unit and year: ipmon trace '13.04% in 2023'; or name a chart."
Row = dict[str, Any]


def traced(root: DataRoot, what: str, period: str | None, codes: Mapping[str, str]) -> Iterator[str]:
    """Where a number comes from: of an indicator and a period; or, without one, of a chart or of what is printed."""
    if period is None and (chart := chart_named(root, what)):
        return trace_chart(root, chart)
    if period is None and not ID.fullmatch(what):
        return trace_printed(root, what)
    return trace(root, what, period, codes)


def chart_named(root: DataRoot, name: str) -> Path | None:
    """The CSV of a chart of the current release, by its id, a file of it, or the number of the figure; None if there is none."""
    tables = sorted((release_path(root) / "charts").glob("*.csv"))
    if figure := FIGURE.fullmatch(name.strip()):
        tables = [path for path in tables if any(p["figure"] == figure[1] for p in _points(path)[:1])]
        if not tables:
            raise IpmonError(
                f"There is no figure {figure[1]} in the current release. Its charts are in {release_path(root)}/charts."
            )
        return tables[0]
    return next((path for path in tables if path.stem == FILE.sub("", Path(name).name)), None)


def trace_chart(root: DataRoot, table: Path) -> Iterator[str]:
    """Where every number of a chart comes from, series by series."""
    points = _points(table)
    with open_mart(root) as mart:
        yield from made(mart)
        yield f"chart {table.stem}: {len(points)} number(s), also in charts/{table.name}"
        known = vintages_of(mart, (p["indicator_id"] for p in points))
        for p in points:
            head = f"{p['series']} {p['time_period']} {p['ref_area']}: {p['shown']} {p['shown_unit_zh']} | {p['shown_unit_en']}"
            yield f"{head}, {p['indicator_id']}"
            if p["row"] == "target":
                yield f"    target, set by {p['source']}: {p['series']} in table targets"
            else:
                row = known[tuple(p[column] for column in (*KEY, "basis", "released_on"))]
                yield from (f"    {line}" for line in origin(mart, row))


def trace_printed(root: DataRoot, text: str) -> Iterator[str]:
    """Where the numbers of a printed text may come from: of each the cells that it may be, and of the likeliest their origin.

    Years, units and titles in the text narrow the search. Raises IpmonError where no number of it is a value of the release.
    """
    years, numbers = set(DATE.findall(text)), NUMBER.findall(DATE.sub(" ", text))
    with open_mart(root) as mart:
        known = [*rows(mart, CELLS), *rows(mart, TARGETS), *rows(mart, REVISIONS)]
        asked = dict.fromkeys(numbers or [(year, "") for year in sorted(years)])
        found = {(number, scale): _narrowed(known, number, scale, text, years) for number, scale in asked}
        if not any(found.values()):
            raise IpmonError(f"No value and no target of the current release is written as in '{text}'. {SEARCH}")
        yield from made(mart)
        for (number, scale), cells in found.items():
            values, targets, revisions = ([c for c in cells if _kind(c) == kind] for kind in KINDS)
            counts = f"{len(values)} value(s), {len(targets)} target(s), {len(revisions)} revision(s)"
            yield f"{number} {scale}".rstrip() + f": {counts}"
            yield from (f"    {line}" for line in (*_values(mart, values), *_targets(targets), *_revisions(revisions)))


def _values(mart: duckdb.DuckDBPyConnection, values: Sequence[Row]) -> Iterator[str]:
    """One line a cell and how to ask for it, of the first few also where it comes from."""
    places: dict[tuple[str, str, str], Row] = {}
    for value in values:
        places.setdefault((value["indicator_id"], value["time_period"], value["ref_area"]), value)
    for n, ((indicator, period, area), value) in enumerate(list(places.items())[:MOST_LISTED]):
        yield _said(value)
        yield f"    ipmon trace {indicator} {period}" + ("" if area == "CN" else f" --area {area}")
        yield from (f"    {line}" for line in (origin(mart, value) if n < MOST_TRACED else ()))
    if len(places) > MOST_LISTED:
        yield f"and {len(places) - MOST_LISTED} more. {SEARCH}"


def _targets(targets: Sequence[Row]) -> Iterator[str]:
    for t in targets[:MOST_LISTED]:
        yield f"target {t['target_id']}: {_said(t)}"
        yield f"    {t['document']}: {t['quote']} (read in {t['source_target']})"


def _revisions(revisions: Sequence[Row]) -> Iterator[str]:
    for r in revisions[:MOST_LISTED]:
        yield f"revision: {_said(r)}, {r['cause_zh']} | {r['cause']}, {r['released_on']}"
        area = "" if r["ref_area"] == "CN" else f" --area {r['ref_area']}"
        yield f"    ipmon trace {r['indicator_id']} {r['time_period']}{area}"


def _kind(cell: Row) -> str:
    return next((kind for kind, column in KINDS.items() if column in cell), "value")


def _said(row: Row) -> str:
    number = f"{shown(row['value'], row['display_factor'])} {row['unit_zh']} | {row['unit_en']}"
    return f"{number}, {row['time_period']}, {row['title_zh']} | {row['title_en']}"


def _narrowed(cells: Sequence[Row], number: str, scale: str, text: str, years: set[str]) -> list[Row]:
    """The cells that a number may stand for; each thing else that the text says narrows them, unless nothing would be left."""
    wanted, decimals, plain = Decimal(number.replace(",", "")), len(number.partition(".")[2]), " ".join(text.split()).lower()

    def is_exact(cell: Row) -> bool:
        value = abs(cell["value"])
        scaled = scale and round_half_up(value / SCALES[scale], decimals)
        return wanted in (value, Decimal(numeral(value / cell["display_factor"]).replace(",", "")), scaled)

    tests: tuple[Callable[[Row], bool], ...] = (
        lambda c: c["time_period"][:4] in years,
        lambda c: c["title_zh"] in plain or c["title_en"].lower() in plain,
        lambda c: c["unit_zh"].lower() in plain or c["unit_en"].lower() in plain,
    )
    found = [c for c in cells if is_exact(c)]
    found = found or [c for c in cells if round_half_up(abs(c["value"]) / c["display_factor"], decimals) == wanted]
    for test in tests:
        found = [c for c in found if test(c)] or found
    return found


def _points(table: Path) -> list[Mapping[str, str]]:
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
