"""Binding words to numbers: the placeholders of texts, filling them from the mart, and the lint of declared texts.

Belongs here: the syntax of a reference, and the lint that keeps unbound digits out of texts. Not here: finding a cell (see
cells.py), writing it (see phrases.py), what the texts say (assets/bulletin/) or the layout (see bulletin.py).
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from ipmon.cells import FILTERS, RANK, Cell, Cells
from ipmon.declared import Text
from ipmon.phrases import LANGS, Phrases, spoken

# {id@period}, {id[ref_area=CN-GD, freq=A]@latest}, {growth@level} (the latest period of `level`), {id@latest-1y.period},
# {id[rank=1]@latest.area} (the province that comes first)
REFERENCE = re.compile(
    r"\{(?P<id>[a-z]\w*)(?:\[(?P<where>[^\]]*)\])?"
    r"@(?P<period>\d{4}(?:-(?:[SQ]\d|\d\d))?|[a-z]\w*)(?:-(?P<back>\d+)y)?(?:\.(?P<show>period|change|area))?\}"
)
FIELD = re.compile(r"\{[^{}]*\}")


@dataclass
class Binder:
    """Fills texts of one language from the mart and remembers every cell it used."""

    cells: Cells
    phrases: Phrases
    used: dict[Cell, None] = field(default_factory=dict)

    def fill(self, template: Text, /, **given: str) -> str:
        """The text with every placeholder replaced; `given` fills plain names. Raises UnknownCell."""
        filled = REFERENCE.sub(self._words, spoken(template, self.phrases.lang))
        return filled.format_map(given)

    def _words(self, match: re.Match[str]) -> str:
        cell = self.cells.find(match["id"], _where(match), match["period"], int(match["back"] or 0), match[0])
        self.used.setdefault(cell)
        match match["show"]:
            case "period":
                return self.phrases.period(cell.time_period, cell.accumulation)
            case "change":
                return self.phrases.change(cell)
            case "area":
                return self.phrases.words(self.cells.area(cell.ref_area))
        return self.phrases.value(cell)


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
        rank = _where(match).get(RANK, "1")
        if not rank.isdigit() or (RANK in _where(match) and (match["period"] != "latest" or match["back"])):
            yield f"{match[0]}: a rank is a number, and is known of the latest period alone; write [rank=1]@latest."
    for field_ in FIELD.findall(template):
        if "@" in field_ and not REFERENCE.fullmatch(field_):
            yield f"{field_} is no reference; write {{a@2023}}, {{a@latest}}, or {{a@b}} for the latest period of b."


def _named(match: re.Match[str]) -> list[str]:
    anchor = match["period"]
    return [match["id"], *([anchor] if anchor != "latest" and not anchor[0].isdigit() else [])]
