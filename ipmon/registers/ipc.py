"""Technology themes: what a set of IPC places covers, and which records fall under it.

Belongs here: themes of assets/classifications, the IPC hierarchy, official tables, and the test of a record. Not here: measures
that count by theme (assets/measures/themes.py).
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import ibis
from pydantic import Field

from ipmon.declared import Declared, Text, read_yaml, validated
from ipmon.errors import DeclarationError

PLACE = re.compile(r"[A-H](\d\d([A-Z](\d{1,4}(/\d{2,6})?)?)?)?")
PADDED = re.compile(r"([A-H]\d\d[A-Z])(\d{4})(\d{6})")
Scope = Literal["subtree", "exact"]


class Place(Declared):
    """A place of the IPC, section to subgroup, with everything under it or (a symbol) alone. G06N3/00 is the main group G06N3."""

    ipc: Annotated[str, Field(pattern=f"^{PLACE.pattern}$")]
    scope: Scope = "subtree"


class Rule(Place):
    """A place that belongs to a theme, less what is excluded.

    `keyword_required`: only the records with certain words do, so a count by IPC alone is an upper bound.
    """

    excludes: list[Place] = []
    keyword_required: bool = False


@dataclass(frozen=True)
class Hierarchy:
    """The places directly under each symbol. Dots make it, not the digits: B01D53/38 lies under B01D53/34."""

    children: dict[str, list[str]]

    def subtree(self, symbol: str) -> set[str]:
        """The symbol and all under it."""
        found, waiting = {symbol}, [symbol]
        while waiting:
            below = set(self.children.get(waiting.pop(), ())) - found
            found |= below
            waiting += below
        return found


@dataclass(frozen=True)
class Places:
    """Places taken apart: sections, classes and subclasses by their first letters, main groups, and single symbols."""

    broad: frozenset[str]
    groups: frozenset[str]
    symbols: frozenset[str]

    def cover(self, symbol: str) -> bool:
        """Whether a symbol in its normal form lies in one of the places."""
        group = symbol.partition("/")[0]
        return symbol in self.symbols or group in self.groups or not self.broad.isdisjoint((symbol[0], symbol[:3], symbol[:4]))

    def pattern(self) -> str:
        """A regular expression that finds a covered symbol in a list with semicolons; empty if nothing is covered."""
        whole = [f"{symbol}\\b" for symbol in self.symbols]
        ways = sorted([*self.broad, *(f"{group}/" for group in self.groups), *whole])
        return f"(?:^|;)(?:{'|'.join(ways)})" if ways else ""


@dataclass(frozen=True)
class Coverage:
    """What a theme covers: places, each set with the places that are taken out of it."""

    parts: tuple[tuple[Places, Places], ...]

    def covers(self, symbol: str) -> bool:
        """Whether a symbol in its normal form belongs."""
        return any(inside.cover(symbol) and not outside.cover(symbol) for inside, outside in self.parts)

    def found_in(self, ipc_all: ibis.expr.types.StringValue) -> ibis.expr.types.BooleanValue:
        """The same of a column of lists such as `G06N3/08;G06F 17/16`: whether any item belongs. Null lists stay null."""
        written = ipc_all.replace(" ", "")
        return ibis.or_(*(_found(written, inside.pattern(), outside.pattern()) for inside, outside in self.parts))

    def hint(self) -> str:
        """A regular expression, quick to test, that any list with a covered symbol meets: the first letters of the places."""
        inside = [places for places, _ in self.parts]
        return "|".join(sorted({name[:4] for p in inside for name in (*p.broad, *p.groups, *p.symbols)}))


class Theme(Declared):
    """A technology that the IPC has no single place for. `basis` says that the choice of places is this project's own."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,62}$")]
    title: Text
    about: Text
    basis: Literal["project_default"]
    rules: list[Rule]

    @cached_property
    def coverage(self) -> "Coverage":
        """What the rules cover together."""
        return coverage(self.rules)

    @property
    def is_upper_bound(self) -> bool:
        """Whether some of its places hold more than the theme."""
        return any(rule.keyword_required for rule in self.rules)


def normal(symbol: str) -> str:
    """A symbol as this module writes it: `B01D  53/34`, `b01d53/34(2006.01)` and `B01D0053340000` are all B01D53/34."""
    text = re.sub(r"\s+|\(.*\)$", "", symbol.upper())
    padded = PADDED.fullmatch(text)
    if not padded:
        return text
    subclass, group, subgroup = padded.groups()
    return f"{subclass}{int(group)}/{subgroup.rstrip('0').ljust(2, '0')}"


def matches(symbols: Iterable[str], theme: Theme) -> bool:
    """Whether a record with these symbols, however written, belongs to a theme."""
    return any(theme.coverage.covers(normal(symbol)) for symbol in symbols)


def coverage(rules: Iterable[Rule], hierarchy: Hierarchy | None = None) -> Coverage:
    """What rules cover together. Subtrees of subgroups need the hierarchy; without it they raise DeclarationError."""
    alike: dict[tuple[tuple[str, Scope], ...], list[Place]] = defaultdict(list)
    for rule in rules:
        alike[tuple((place.ipc, place.scope) for place in rule.excludes)].append(rule)
    return Coverage(
        tuple(
            (_places(places, hierarchy), _places([Place(ipc=ipc, scope=scope) for ipc, scope in outside], hierarchy))
            for outside, places in alike.items()
        )
    )


def load_themes(folder: Path, problems: list[str]) -> dict[str, Theme]:
    """Every theme of a folder by id, its file's stem. Rules must be clear without a hierarchy; problems are noted by file."""
    themes: dict[str, Theme] = {}
    for path in sorted(folder.glob("*.yaml")):
        where, entry = f"{folder.name}/{path.name}", read_yaml(path, problems)
        theme = validated(Theme, {**entry, "id": path.stem} if isinstance(entry, dict) else entry, where, problems)
        if theme:
            themes[path.stem] = theme
            problems += [f"{where}: {problem}" for problem in _unclear(theme.rules)]
    return themes


def load_hierarchy(*paths: Path) -> Hierarchy:
    """The hierarchy of files with the columns symbol and parent_symbol; the first file that has a symbol counts."""
    parents: dict[str, str] = {}
    for path in reversed(paths):
        parents |= {row["symbol"]: row["parent_symbol"] for row in _rows(path)}
    children: dict[str, list[str]] = defaultdict(list)
    for symbol, parent in parents.items():
        children[parent].append(symbol)
    return Hierarchy(dict(children))


def load_official(path: Path, by: str) -> dict[str, list[Rule]]:
    """The rules of an official table (scheme, ipc_pattern, match, ipc_exclusions, keyword_required …) by one of its columns.

    An excluded symbol with `*` goes with all under it, as all do in the table of green technologies; any other goes alone.
    """
    rules: dict[str, list[Rule]] = defaultdict(list)
    for row in _rows(path):
        scope: Scope = "exact" if row["match"] == "exact" and "/" in row["ipc_pattern"] else "subtree"
        excluded = [_excluded(text, row["scheme"]) for text in (row.get("ipc_exclusions") or "").split()]
        needs = row["keyword_required"] == "true"
        rules[row[by]].append(Rule(ipc=row["ipc_pattern"], scope=scope, excludes=excluded, keyword_required=needs))
    return dict(rules)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _excluded(text: str, scheme: str) -> Place:
    symbol = text.rstrip("*")
    whole = text.endswith("*") or "/" not in symbol or "green" in scheme
    return Place(ipc=symbol, scope="subtree" if whole else "exact")


def _unclear(rules: Iterable[Rule]) -> Iterator[str]:
    for place in (place for rule in rules for place in (rule, *rule.excludes)):
        if _is_subgroup(place.ipc) and place.scope == "subtree":
            yield f"'{place.ipc}': what lies under a subgroup is not in its symbol; name a main group, or give it scope: exact"
        if "/" not in place.ipc and place.scope == "exact":
            yield f"'{place.ipc}': only a symbol can stand alone; write the main group as {place.ipc}/00, or drop scope: exact"


def _places(places: Iterable[Place], hierarchy: Hierarchy | None) -> Places:
    broad: set[str] = set()
    groups: set[str] = set()
    symbols: set[str] = set()
    for place in places:
        group, slash, subgroup = place.ipc.partition("/")
        if place.scope == "exact" and slash:
            symbols.add(place.ipc)
        elif not slash or subgroup == "00":
            (groups if len(group) > 4 else broad).add(group)
        elif hierarchy:
            symbols |= hierarchy.subtree(place.ipc)
        else:
            raise DeclarationError([f"'{place.ipc}': what lies under a subgroup is told by an IPC hierarchy; load one first"])
    return Places(frozenset(broad), frozenset(groups), frozenset(symbols))


def _is_subgroup(ipc: str) -> bool:
    return "/" in ipc and not ipc.endswith("/00")


def _found(ipc_all: ibis.expr.types.StringValue, inside: str, outside: str) -> ibis.expr.types.BooleanValue:
    """Whether an item is inside and not outside: a dash before what is left of an excluded one keeps it from being found."""
    found = ipc_all.re_search(inside)
    return found.ifelse(ipc_all.re_replace(outside, ";-").re_search(inside), found) if outside else found
