"""A bound chart as a picture in one language: title, subtitle, notes, source, alternative text.

Belongs here: composing texts from facts. Not here: formats (words.py), points (panels.py), queries (cells.py) or pixels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from ipmon.charts import facts, findings, words
from ipmon.charts.bound import Bound, breaks_within, on_one_basis, pairs_of, series_by
from ipmon.charts.cells import Cell, TargetCell
from ipmon.charts.declaration import BY_CATEGORY, OVER_TIME, Publisher
from ipmon.charts.mart import Mart
from ipmon.charts.numerals import same_numbers
from ipmon.charts.panels import panels_of
from ipmon.charts.picture import LANGUAGES, Kind, Lang, Panel, Picture, StatusRow, Tile
from ipmon.charts.rows import status_row, tiles_of
from ipmon.charts.vocabulary import VOCABULARY, say
from ipmon.synthetic import titled

HEADS: dict[Kind, str] = {"status_strip": "columns", "heat_table": "months", "share_over_time": "others"}
"""The words of the vocabulary that a kind prints beside its values."""


@dataclass(frozen=True)
class Edition:
    """What every chart of one release says about it."""

    release_id: str
    as_of: date
    publishers: Sequence[Publisher]
    grid: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def pictures(bound: Bound, mart: Mart, edition: Edition) -> list[Picture]:
    """The chart in every language. Raises ChartError where a text breaks a rule, or the languages show different numbers."""
    known = {lang: _facts(bound, mart, lang) for lang in LANGUAGES}
    titles = words.titles(bound.chart.title, known, bound.chart.id)
    made = [_picture(bound, mart, edition, lang, titles[lang], known[lang]) for lang in LANGUAGES]
    wordings = mart.wordings({c.indicator_id for c in bound.all_cells} | {a.indicator_id for a in bound.assessed})
    same_numbers(made, [*wordings, *(a.document for a in bound.assessed)])
    return made


def _picture(bound: Bound, mart: Mart, edition: Edition, lang: Lang, title: str, known: dict[str, str]) -> Picture:
    chart = bound.chart
    subtitle = _subtitle(bound, mart, lang)
    panels = panels_of(bound, mart, lang)
    tiles = tiles_of(bound, mart, edition.grid, lang) if chart.kind == "tile_map" else ()
    rows = tuple(status_row(a, mart, lang) for a in bound.assessed)
    alt = words.fill(getattr(chart.alt, lang), known, chart.id) if chart.alt else _told(panels, tiles, rows, lang)
    return Picture(
        chart=chart.id,
        kind=chart.kind,
        lang=lang,
        figure=say("figure", lang).format(n=bound.number),
        title=titled(title, edition.release_id, lang),
        subtitle=subtitle,
        notes=_notes(bound, known, lang),
        source=_source(bound, edition, lang),
        description=words.SENTENCES[lang].join(filter(None, (_closed(subtitle, lang), alt))),
        panels=panels,
        from_zero=chart.from_zero,
        tiles=tiles,
        rows=rows,
        columns=tuple(say(HEADS[chart.kind], lang).split("|")) if chart.kind in HEADS else (),
    )


def _facts(bound: Bound, mart: Mart, lang: Lang) -> dict[str, str]:
    chart, found = bound.chart, dict[str, dict[str, str]]()
    for id_, cells in bound.cells.items():
        by = series_by(chart.all_series[id_])
        if by and chart.kind in BY_CATEGORY:
            found[id_] = facts.of_categories(cells, by, mart, lang)
            continue
        indicator, target = mart.indicator(cells[-1].indicator_id), facts.held_against(cells[-1], _targets_of(id_, bound, mart))
        found[id_] = facts.of_time(cells, indicator, lang)
        found[id_]["news"] = findings.news(cells, target, bool(breaks_within(cells, mart)), lang)
        found[id_] |= facts.of_target(cells[-1], target, indicator, lang) if target else {}
    plain = found[next(iter(found))] if found else {}
    if bound.by and chart.kind == "small_multiples":
        plain |= facts.of_panels(bound.all_cells, bound.by, mart, lang)
    if bound.by and chart.kind in ("dumbbell", "slope", "waterfall"):
        on_one_basis(bound, mart)
        plain |= facts.of_change(pairs_of(bound), bound.by, mart, lang)
    if chart.kind == "interval":
        plain |= facts.of_agreement(*bound.cells.values())
    return facts.named(found) | facts.of_status(bound.assessed)


def _targets_of(series: str, bound: Bound, mart: Mart) -> list[TargetCell]:
    indicator_id = bound.cells[series][-1].indicator_id
    if bound.chart.kind == "progress":
        return mart.targets(indicator_id, bound.chart.target_ids)
    return [t for t in bound.targets if t.indicator_id == indicator_id]


def _subtitle(bound: Bound, mart: Mart, lang: Lang) -> str:
    if not bound.cells:
        return str(getattr(bound.chart.measure, lang)) if bound.chart.measure else ""
    chart, first = bound.chart, bound.all_cells[0]
    indicator = mart.indicator(first.indicator_id)
    place = chart.place or mart.name("ref_area", first.ref_area if bound.by != "ref_area" else "CN")
    parts = [getattr(chart.measure or indicator.title, lang)]
    parts += [] if chart.kind == "progress" else [getattr(indicator.unit, lang)]
    parts += [getattr(place, lang), words.span(bound.all_cells, lang)]
    if chart.coverage:
        found = len({c.ref_area for c in bound.all_cells})
        parts.append(say("coverage", lang).format(found=found, total=len(mart.areas(chart.coverage))))
    if chart.top:
        parts.append(say("largest", lang).format(n=chart.top))
    return words.COMMA[lang].join(parts)


def _notes(bound: Bound, known: dict[str, str], lang: Lang) -> tuple[str, ...]:
    cells, chart = bound.all_cells, bound.chart
    notes = [words.fill(getattr(chart.note, lang), known, chart.id)] if chart.note else []
    notes += [getattr(note, lang) for _, note in bound.breaks]
    notes += [say(f"note_{chart.kind}", lang)] if f"note_{chart.kind}" in VOCABULARY else []
    notes += [say("strip_note", lang)] if any(a.fragile for a in bound.assessed) else []
    notes += _gaps(bound, lang)
    signs = {words.mark(c) for c in cells}
    notes += [say(sign, lang) for sign in "pre" if sign in signs]
    notes += [say("more", lang)] if any(c.is_bound and c.value_high is None for c in cells) else []
    notes += [say("less", lang)] if any(c.is_bound and c.value_low is None for c in cells) else []
    return tuple([words.SENTENCES[lang].join(notes)] if notes else [])


def _gaps(bound: Bound, lang: Lang) -> list[str]:
    """Which years a chart over time leaves open."""
    if bound.chart.kind not in OVER_TIME:
        return []
    lines = [
        [c for c in cells if getattr(c, bound.by or "ref_area") == code]
        for cells in bound.cells.values()
        for code in _codes(cells, bound)
    ]
    missing = [words.missing_years(line) for line in lines]
    within = {year for line in missing for year in line}
    latest = max(c.period_end.year for c in bound.all_cells)
    awaited = range(latest + 1, max((t.year for t in bound.targets), default=latest) + 1)
    years = sorted(within | set(awaited))
    word = "gaps" if all(set(line) == within for line in missing) else "some_gaps"
    return [say(word, lang).format(years=words.years(years, lang))] if years else []


def _codes(cells: Sequence[Cell], bound: Bound) -> list[str]:
    return list(dict.fromkeys(getattr(c, bound.by or "ref_area") for c in cells))


def _source(bound: Bound, edition: Edition, lang: Lang) -> str:
    names = words.publishers(bound.all_cells, edition.publishers, lang)
    names = names or words.LIST[lang].join(dict.fromkeys(getattr(a.document, lang) for a in bound.assessed))
    reprinted = any(c.quality not in ("official", "derived") for c in bound.all_cells) and names != say("press", lang)
    reprints = say("reprints", lang) if reprinted else ""
    day = words.day(edition.as_of, lang)
    return say("source", lang).format(names=names, reprints=reprints, release=edition.release_id, day=day)


def _told(panels: Sequence[Panel], tiles: Sequence[Tile], rows: Sequence[StatusRow], lang: Lang) -> str:
    """The values of every line and tile, the targets and their statuses, as sentences."""
    told = [_closed(words.LIST[lang].join(f"{tile.name} {tile.text}" for tile in tiles), lang)]
    for name, *texts in (row.texts for row in rows):
        told.append(say("told", lang).format(name=name, values=words.LIST[lang].join(filter(None, texts))))
    for panel in panels:
        for line in filter(lambda line: line.points, (*panel.lines, *panel.band)):
            name = words.COMMA[lang].join(filter(None, (panel.title, line.name)))
            values = words.LIST[lang].join(f"{p.tick} {p.text}" for p in line.points)
            told.append(say("told", lang).format(name=name, values=values))
        told += [_closed(target.text, lang) for target in panel.targets]
    return words.SENTENCES[lang].join(filter(None, told))


def _closed(sentence: str, lang: Lang) -> str:
    return sentence + ("。" if lang == "zh" else ".") if sentence else ""
