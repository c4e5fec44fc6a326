"""How charts write numbers, periods and findings: the same numerals in Chinese and in English.

Belongs here: formats, marks, filling of templates. Not here: which values are shown, vocabulary.py.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from ipmon import shown
from ipmon.charts.cells import Cell, Indicator, TargetCell
from ipmon.charts.declaration import PLACEHOLDER, Publisher
from ipmon.charts.picture import ChartError, Lang
from ipmon.charts.vocabulary import say
from ipmon.declared import Text
from ipmon.intervals import round_half_up
from ipmon.periods import parse

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
TITLE_LIMIT = {"zh": 25, "en": 15}
COMMA = {"zh": "，", "en": ", "}
LIST = {"zh": "、", "en": ", "}
SENTENCES = {"zh": "", "en": " "}
MARKS = {"P": "p", "E": "e"}
BANDS = frozenset({"band"})


def decimals_shown(cell: Cell) -> int:
    """The decimals that the printed precision supports in the displayed unit, two at most."""
    width = cell.value_high - cell.value_low if cell.value_low is not None and cell.value_high is not None else None
    return shown.decimals_known(cell.value, width, cell.factor, cell.decimals)


def numeral(cell: Cell) -> str:
    """The value of a cell in its displayed unit, to the printed precision, an open side said: ＞50."""
    # Two decimals at most even where they show nothing of a tiny number: a title has no room for more.
    text = f"{round_half_up(cell.value / cell.factor, decimals_shown(cell)):,f}"
    if cell.is_bound:
        return ("＞" if cell.value_high is None else "＜") + text
    return text


def amount(cell: Cell, indicator: Indicator, lang: Lang) -> str:
    """The numeral with its unit, as everywhere in a release: 15个月, 15 months; 8,539.9亿元, CNY 8,539.9 hundred million."""
    return with_unit(numeral(cell), indicator, lang)


def size(cell: Cell, indicator: Indicator, lang: Lang) -> str:
    """The amount without its sign, for a growth whose direction is said in words."""
    return with_unit(numeral(cell).replace("-", ""), indicator, lang)


def with_unit(text: str, indicator: Indicator, lang: Lang) -> str:
    """A numeral with the displayed unit."""
    return shown.with_unit(text, getattr(indicator.unit, lang), lang)


def mark(cell: Cell) -> str:
    """Provisional, survey estimate or revised, as one letter; empty for neither."""
    return MARKS.get(cell.obs_status, "r" if cell.revised else "")


def marked(cell: Cell, estimates: bool = False) -> str:
    """The numeral followed by its mark: 13.38 [p]. That a whole series is estimated is said in the notes alone."""
    sign = mark(cell)
    return f"{numeral(cell)} [{sign}]" if sign and (sign != "e" or estimates) else numeral(cell)


def plain(value: Decimal) -> str:
    """A target's number without trailing zeros: 15.5, 90,000."""
    return f"{value.normalize():,f}"


def period(label: str, accumulation: str, lang: Lang) -> str:
    """A period as a title says it: 2024年1—9月 / Jan–Sep 2024; end of year for stocks is left to the subtitle."""
    p = parse(label)
    to_date = accumulation == "year_to_date" and p.freq == "M" and p.index > 1
    if lang == "zh":
        month = f"1—{p.index}月" if to_date else f"{p.index}月"
        return f"{p.year}年" + {"A": "", "S": f"{'上下'[(p.index - 1) % 2]}半年", "Q": f"第{p.index}季度", "M": month}[p.freq]
    month = f"Jan–{MONTHS[p.index - 1]} " if to_date else f"{MONTHS[(p.index - 1) % 12]} "
    return {"A": "", "S": f"H{p.index} ", "Q": f"Q{p.index} ", "M": month}[p.freq] + str(p.year)


def span(cells: Sequence[Cell], lang: Lang) -> str:
    """The periods that cells cover: 2016—2025年 / 2016–2025."""
    first, last = min(cells, key=lambda c: c.period_end), max(cells, key=lambda c: c.period_end)
    if first.time_period == last.time_period:
        return period(last.time_period, last.accumulation, lang)
    if first.freq == last.freq == "A":
        return f"{first.time_period}—{last.time_period}年" if lang == "zh" else f"{first.time_period}–{last.time_period}"
    dash = "—" if lang == "zh" else " – "
    return dash.join(period(c.time_period, c.accumulation, lang) for c in (first, last))


def years(found: Sequence[int], lang: Lang) -> str:
    """Years with runs joined: 2017—2019、2022 / 2017–2019, 2022."""
    runs: list[list[int]] = []
    for year in found:
        if runs and runs[-1][-1] == year - 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    dash = "—" if lang == "zh" else "–"
    return LIST[lang].join(str(run[0]) if len(run) == 1 else f"{run[0]}{dash}{run[-1]}" for run in runs)


def day(of: date, lang: Lang) -> str:
    """A day: 2026年1月31日 / 31 Jan 2026."""
    return f"{of.year}年{of.month}月{of.day}日" if lang == "zh" else f"{of.day} {MONTHS[of.month - 1]} {of.year}"


def target_number(target: TargetCell, indicator: Indicator) -> str:
    """A target's number in the displayed unit, with its band: 4±0.5."""
    text = plain(target.value / indicator.factor)
    return f"{text}±{plain(target.tolerance / indicator.factor)}" if target.rule in BANDS and target.tolerance else text


def target_text(target: TargetCell, indicator: Indicator) -> str:
    """The number with the side on which it is met: ≤15.5, ≥90,000, 4±0.5."""
    sign = "" if target.rule in BANDS else {"<=": "≤", ">=": "≥", ">": "＞"}.get(target.operator, "")
    return sign + target_number(target, indicator)


def fill(template: str, facts: dict[str, str], where: str) -> str:
    """A template with its placeholders filled. Raises ChartError for a fact that the chart's cells do not give."""
    unknown = [name for name in PLACEHOLDER.findall(template) if name not in facts]
    if unknown:
        raise ChartError(f"{where}: no fact '{unknown[0]}'; known: {', '.join(sorted(facts))}.")
    return PLACEHOLDER.sub(lambda match: facts[match[1]], template)


def titles(template: Text, facts: dict[Lang, dict[str, str]], where: str) -> dict[Lang, str]:
    """The filled titles; where either would be too long, without their {news}, and then with the plainest word for {moved}.

    Raises ChartError beyond 25 characters in Chinese or 15 words in English.
    """
    made: dict[Lang, str] = {}
    for short in ((), ("news",), ("news", "moved")):
        made = {lang: fill(getattr(template, lang), _plain(known, short, lang), where) for lang, known in facts.items()}
        if all(_length(text, lang) <= TITLE_LIMIT[lang] for lang, text in made.items()):
            break
    for lang, text in made.items():
        if (length := _length(text, lang)) > TITLE_LIMIT[lang]:
            counted = "characters" if lang == "zh" else "words"
            raise ChartError(
                f"{where}: the {lang} title '{text}' has {length} {counted}, more than {TITLE_LIMIT[lang]}; shorten its template."
            )
    return {lang: text[0].upper() + text[1:] for lang, text in made.items()}


def _plain(facts: dict[str, str], short: Sequence[str], lang: Lang) -> dict[str, str]:
    """The facts with the shortest words for some: no news, and that a value is what it is."""
    words = {"news": "", "moved": say("stood", lang)}
    return facts | {name: words[word] for name in facts for word in short if word == name.rpartition(".")[2]}


def _length(title: str, lang: Lang) -> int:
    return len(title) if lang == "zh" else len(title.split())


def publishers(cells: Iterable[Cell], known: Sequence[Publisher], lang: Lang) -> str:
    """Who published the cells, each once, in the order of the declaration; the press is named only where it alone is known."""
    printed = {c.publisher for c in cells}
    named = [getattr(p, lang) for p in known if any(word in name for name in printed for word in p.found_by)]
    return LIST[lang].join(named) if named or not printed else say("press", lang)


def missing_years(cells: Sequence[Cell]) -> list[int]:
    """Years without a cell between the first and the last one."""
    present = {parse(c.time_period).year for c in cells}
    return [year for year in range(min(present), max(present)) if year not in present]
