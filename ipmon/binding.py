"""Binding words to numbers: placeholders in texts, the mart cells they name, and how a cell is written in both languages.

Belongs here: finding a cell, writing its number, and the lint that keeps unbound digits out of texts. Not here: what the texts
say (assets/bulletin/) or the layout (see bulletin.py).
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

import duckdb

from ipmon import sql
from ipmon.declared import Declared, Text
from ipmon.errors import IpmonError
from ipmon.periods import parse
from ipmon.shown import numeral, said

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")

# {id@period}, {id[ref_area=CN-GD, freq=A]@latest}, {growth@level} (the latest period of `level`), {id@latest-1y.period}
REFERENCE = re.compile(
    r"\{(?P<id>[a-z]\w*)(?:\[(?P<where>[^\]]*)\])?"
    r"@(?P<period>\d{4}(?:-(?:[SQ]\d|\d\d))?|[a-z]\w*)(?:-(?P<back>\d+)y)?(?:\.(?P<show>period|change))?\}"
)
FIELD = re.compile(r"\{[^{}]*\}")
TOTALS = {
    "ref_area": "CN",
    "ip_type": "_T",
    "owner_kind": "_T",
    "industry": "_T",
    "technology": "_T",
    "counterpart_area": "_T",
}
FILTERS = (*TOTALS, "freq", "accumulation")
# The day of publication as printed; null where only the day of receipt is known.
PRINTED_DAY = "case when released_basis not like 'day of receipt%' then o.released_on end"


class UnknownCell(IpmonError):
    """A text names a cell that the mart does not hold."""


@dataclass(frozen=True)
class Cell:
    """One current observation, with what is needed to write and to cite it."""

    indicator_id: str
    freq: str
    time_period: str
    accumulation: str
    value: Decimal
    value_low: Decimal | None
    value_high: Decimal | None
    unit: str
    factor: int
    publisher: str
    source_title: str
    released_on: date | None


class Change(Declared):
    """The words for a change of one unit, by its direction; {n} is its size."""

    up: Text
    down: Text
    flat: Text


class Wording(Declared):
    """How numbers are put into words: by unit (`CNY` or `CNY/100000000`), changes by unit, and values open on one side."""

    units: dict[str, Text]
    changes: dict[str, Change]
    more_than: Text
    nearly: Text

    def quantity(self, number: Decimal, unit: str, factor: int, lang: Lang) -> str:
        """A number in base units as it is written: 853990000000 CNY, factor 1e8 -> 8,539.9亿元 / CNY 8,539.9 hundred million."""
        pattern = self.units.get(f"{unit}/{factor}" if factor != 1 else unit)
        if pattern is None:
            raise IpmonError(
                f"the unit '{unit}' shown by {factor} has no wording; add it under `units` in assets/bulletin/content.yaml."
            )
        return spoken(pattern, lang).format(n=f"{Decimal(numeral(number / factor)):,f}")

    def value(self, cell: Cell, lang: Lang) -> str:
        """A cell's value; a bound that the printed wording leaves open is said."""
        text = self.quantity(cell.value, cell.unit, cell.factor, lang)
        if cell.value_high is None and cell.value_low is not None:
            return spoken(self.more_than, lang).format(n=text)
        if cell.value_low is None and cell.value_high is not None:
            return spoken(self.nearly, lang).format(n=text)
        return text

    def change(self, cell: Cell, lang: Lang) -> str:
        """A growth or difference with its direction in words: 增长75.4% / rose by 75.4%."""
        words = self.changes.get(cell.unit)
        if words is None:
            raise IpmonError(f"{cell.indicator_id} is no change: its unit is '{cell.unit}'. Drop `.change` from the reference.")
        pattern = words.up if cell.value > 0 else words.down if cell.value < 0 else words.flat
        return spoken(pattern, lang).format(n=self.quantity(abs(cell.value), cell.unit, cell.factor, lang))


def period_words(label: str, accumulation: str, lang: Lang) -> str:
    """A period as it is read; months that accumulate since January say so. Raises ValueError for a malformed label."""
    period = parse(label)
    if accumulation == "year_to_date" and period.freq == "M":
        months = Text(zh=f"{period.year}年前{period.index}个月", en=f"the first {period.index} months of {period.year}")
        return spoken(months, lang)
    return spoken(said(label), lang)


def day_words(day: date, lang: Lang) -> str:
    """A day as it is read: 2024年12月31日 / 2024-12-31."""
    return f"{day.year}年{day.month}月{day.day}日" if lang == "zh" else day.isoformat()


def spoken(text: Text, lang: Lang) -> str:
    """The words of one language."""
    return text.zh if lang == "zh" else text.en


@dataclass
class Binder:
    """Fills texts from the mart and remembers every cell it used."""

    mart: duckdb.DuckDBPyConnection
    wording: Wording
    used: dict[Cell, None] = field(default_factory=dict)
    _read: dict[tuple[object, ...], list[Cell]] = field(default_factory=dict)

    def fill(self, template: str, lang: Lang, **given: str) -> str:
        """The text with every placeholder replaced; `given` fills plain names. Raises UnknownCell."""
        filled = REFERENCE.sub(lambda match: self._words(match, lang), template)
        return filled.format_map(given)

    def _words(self, match: re.Match[str], lang: Lang) -> str:
        cell = self.cell(match)
        self.used.setdefault(cell)
        if match["show"] == "period":
            return period_words(cell.time_period, cell.accumulation, lang)
        return self.wording.change(cell, lang) if match["show"] == "change" else self.wording.value(cell, lang)

    def cell(self, match: re.Match[str]) -> Cell:
        """The current cell that a reference names; published before derived, the whole period before year to date.

        Where anything of the series is published, what is counted from records does not stand in for it.
        """
        where = TOTALS | _where(match)
        label = match["period"]
        if not label[0].isdigit():
            label = self._latest(match["id"] if label == "latest" else label, where, match[0])
        if match["back"]:
            label = parse(label).shift_years(-int(match["back"])).label
        rows = self._rows(match["id"], where, label)
        if not rows:
            raise UnknownCell(f"{match[0]}: {self._what_there_is(match['id'], where)}")
        return rows[0]

    def latest_of(self, indicator_ids: Sequence[str], since: date) -> list[Cell]:
        """The latest national value of each indicator that ends on `since` or later."""
        rows = (self._rows(i, TOTALS)[:1] for i in indicator_ids)
        return [cell for (cell,) in filter(None, rows) if parse(cell.time_period).end >= since]

    def _latest(self, indicator_id: str, where: Mapping[str, str], reference: str) -> str:
        rows = self._rows(indicator_id, where)
        if not rows:
            raise UnknownCell(f"{reference}: {self._what_there_is(indicator_id, where)}")
        return rows[0].time_period

    def _rows(self, indicator_id: str, where: Mapping[str, str], label: str | None = None) -> list[Cell]:
        """Cells of an indicator, the latest first."""
        series = (indicator_id, *where.items())
        if series not in self._read:
            self._read[series] = [Cell(*row) for row in self.mart.execute(_series(indicator_id, where)).fetchall()]
        return [cell for cell in self._read[series] if label in (None, cell.time_period)]

    def _what_there_is(self, indicator_id: str, where: Mapping[str, str]) -> str:
        known = sorted({c.time_period for c in self._rows(indicator_id, where)})
        if known:
            return f"the mart has no such period of {indicator_id}; it has {', '.join(known)}. Write one of these, or `latest`."
        at = "".join(f" at {key}={code}" for key, code in where.items() if code != TOTALS.get(key))
        return f"the mart holds no value of '{indicator_id}'{at}; see `ipmon show {indicator_id}`, or change the text."


def _series(indicator_id: str, where: Mapping[str, str]) -> str:
    """Codes are written into the query: a bound parameter would make DuckDB import pandas, for longer than all queries take."""
    asked = "".join(f" and o.{column} = {sql.literal(code)}" for column, code in where.items())
    return f"""
        select indicator_id, o.freq, time_period, accumulation, value, value_low, value_high, o.unit, i.display_factor, publisher,
               source_title, {PRINTED_DAY}
        from observations o join indicators i using (indicator_id)
        where indicator_id = {sql.literal(indicator_id)} and value is not null {asked}
        qualify basis <> 'records' or not bool_or(basis = 'published') over ()
        order by period_end desc, o.freq, accumulation, basis = 'derived'"""


def _where(match: re.Match[str]) -> dict[str, str]:
    pairs = (part.partition("=") for part in (match["where"] or "").split(",") if part)
    return {key.strip(): value.strip() for key, _, value in pairs}


def references(template: str) -> Iterator[re.Match[str]]:
    """Every reference to a cell in a text."""
    return REFERENCE.finditer(template)


def lint(text: Text, where: str, literals: Sequence[str], known: Collection[str]) -> list[str]:
    """What is wrong with a text: unbound digits, unknown indicators or filters, and languages that bind different cells.

    `literals`: document numbers and the like, which may hold digits. `known`: the ids of the registry.
    """
    problems = [f"{where}.{lang}: {p}" for lang in LANGS for p in _lint_one(spoken(text, lang), literals, known)]
    bound = [Counter(FIELD.findall(spoken(text, lang))) for lang in LANGS]
    for what in (bound[0] - bound[1]) + (bound[1] - bound[0]):
        problems.append(f"{where}: {what} stands in one language only or more often; both must show the same numbers.")
    return problems


def _lint_one(template: str, literals: Sequence[str], known: Collection[str]) -> Iterator[str]:
    bare = FIELD.sub("", template)
    for literal in literals:
        bare = bare.replace(literal, "")
    for digits in re.findall(r"\d[\d.,]*", bare):
        yield f"the number {digits} is bound to no cell; write {{indicator@period}}, or list a document number in `literals`."
    for match in references(template):
        yield from (f"{match[0]}: no indicator '{i}' in the registry." for i in _named(match) if i not in known)
        yield from (
            f"{match[0]}: '{key}' is no dimension; use {', '.join(FILTERS)}." for key in _where(match) if key not in FILTERS
        )
    for field_ in FIELD.findall(template):
        if "@" in field_ and not REFERENCE.fullmatch(field_):
            yield f"{field_} is no reference; write {{a@2023}}, {{a@latest}}, or {{a@b}} for the latest period of b."


def _named(match: re.Match[str]) -> list[str]:
    anchor = match["period"]
    return [match["id"], *([anchor] if anchor != "latest" and not anchor[0].isdigit() else [])]
