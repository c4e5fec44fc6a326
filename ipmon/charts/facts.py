"""The facts that titles, notes and alternative texts may name, each read from a chart's own cells, values with their unit.

Belongs here: {last}, {first_period}, {moved}, {grew}, {news}, {versus}, {top} and the like. Not here: the rules behind them
(findings.py), formats (words.py).
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from ipmon.charts import findings, words
from ipmon.charts.cells import Assessed, Cell, Indicator, TargetCell
from ipmon.charts.declaration import Dimension
from ipmon.charts.mart import Mart
from ipmon.charts.picture import STATUSES, Lang
from ipmon.charts.vocabulary import say


def of_time(cells: Sequence[Cell], indicator: Indicator, lang: Lang) -> dict[str, str]:
    """Facts of a series in time order."""
    first, last = cells[0], cells[-1]
    highest = max(cells, key=lambda c: c.value)
    lowest = min(cells, key=lambda c: c.value)
    facts = {
        "moved": say(findings.moved(cells), lang),
        "moved_overall": say(findings.moved([first, last]), lang),
        "grew": say("grew" if last.value >= 0 else "shrank", lang).format(n=words.size(last, indicator, lang)),
        "count": str(len(cells)),
    }
    for name, cell in (("first", first), ("last", last), ("highest", highest), ("lowest", lowest), ("previous", cells[-2:][0])):
        facts[name] = words.amount(cell, indicator, lang)
        facts[f"{name}_period"] = words.period(cell.time_period, cell.accumulation, lang)
    return facts


def of_categories(cells: Sequence[Cell], by: Dimension, mart: Mart, lang: Lang) -> dict[str, str]:
    """Facts of a series with one cell a code: the largest ones, how many, and the period."""
    indicator = mart.indicator(cells[0].indicator_id)
    ranked = sorted(cells, key=lambda c: c.value, reverse=True)
    facts = {"count": str(len(cells)), "last_period": words.period(cells[0].time_period, cells[0].accumulation, lang)}
    for name, cell in zip(("top", "second", "third"), ranked, strict=False):
        facts[name] = getattr(mart.name(by, getattr(cell, by)), lang)
        facts[f"{name}_value"] = words.amount(cell, indicator, lang)
    facts["bottom"] = getattr(mart.name(by, getattr(ranked[-1], by)), lang)
    facts["bottom_value"] = words.amount(ranked[-1], indicator, lang)
    return facts


def of_panels(cells: Sequence[Cell], by: Dimension, mart: Mart, lang: Lang) -> dict[str, str]:
    """How many codes there are, and how many rose between the first period and the last one on the same basis."""
    ends = sorted({c.period_end for c in cells})
    breaks = [day for day, _ in mart.breaks(cells[0].indicator_id, cells[0].ref_area) if ends[0] < day <= ends[-1]]
    last = max(end for end in ends if not breaks or end < breaks[0])
    by_code = {
        code: {c.period_end: c for c in cells if getattr(c, by) == code} for code in dict.fromkeys(getattr(c, by) for c in cells)
    }
    both = [found for found in by_code.values() if ends[0] in found and last in found]
    end = next(c for c in cells if c.period_end == last)
    return {
        "codes": str(len(both)),
        "risen": str(sum(findings.step(found[ends[0]], found[last]) > 0 for found in both)),
        "unbroken_period": words.period(end.time_period, end.accumulation, lang),
    }


def of_change(pairs: Mapping[str, tuple[Cell, Cell]], by: Dimension, mart: Mart, lang: Lang) -> dict[str, str]:
    """Of codes with an earlier and a later cell: how many certainly rose and fell, and the largest gain and loss."""
    steps = Counter(findings.step(*pair) for pair in pairs.values())
    by_change = sorted(pairs, key=lambda code: pairs[code][1].value - pairs[code][0].value)
    indicator = mart.indicator(next(iter(pairs.values()))[0].indicator_id)
    facts = {"pairs": str(len(pairs)), "rises": str(steps[1]), "falls": str(steps[-1])}
    for name, code in (("gainer", by_change[-1]), ("loser", by_change[0])):
        facts[name] = getattr(mart.name(by, code), lang)
        facts[f"{name}_moved"] = say(findings.moved(pairs[code]), lang)
        for when, cell in zip(("from", "to"), pairs[code], strict=True):
            facts[f"{name}_{when}"] = words.amount(cell, indicator, lang)
    return facts


def of_agreement(one: Sequence[Cell], other: Sequence[Cell]) -> dict[str, str]:
    """Of the periods that two series share, in how many their intervals overlap."""
    others = {c.time_period: c for c in other}
    agreed = [findings.agree(c, others[c.time_period]) for c in one if c.time_period in others]
    return {"compared": str(len(agreed)), "agreed": str(sum(agreed)), "apart": str(len(agreed) - sum(agreed))}


def held_against(cell: Cell, targets: Sequence[TargetCell]) -> TargetCell | None:
    """The latest target that the cell's year can be held against, else the first to come."""
    due = [t for t in targets if t.year <= int(cell.time_period[:4])]
    return due[-1] if due else next(iter(targets), None)


def of_target(cell: Cell, target: TargetCell, indicator: Indicator, lang: Lang) -> dict[str, str]:
    """A target, and on which side of it the cell lies."""
    low, high = target.value - target.tolerance, target.value + target.tolerance
    side = "at" if low <= cell.value <= high else findings.compared(cell.value, target.value, ("above", "below", "at"))
    return {
        "target": words.with_unit(words.target_number(target, indicator), indicator, lang),
        "target_year": str(target.year),
        "versus": say(side, lang),
    }


def of_status(assessed: Sequence[Assessed]) -> dict[str, str]:
    """How many targets there are and how many have each status."""
    counts = Counter(a.status for a in assessed)
    return {"targets": str(len(assessed)), **{status: str(counts[status]) for status in STATUSES}} if assessed else {}


def named(facts_of: Mapping[str, dict[str, str]]) -> dict[str, str]:
    """Facts of several series: those of the first plainly, all of them as series.fact."""
    plain = next(iter(facts_of.values()), {})
    return plain | {f"{series}.{name}": text for series, facts in facts_of.items() for name, text in facts.items()}
