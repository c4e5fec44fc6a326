"""Old names of tables and columns, which stay readable for two releases of this software after a new one was given.

Belongs here: the declaration of a new name, and when its time is over. Not here: the views that keep the old ones (see marts.py).
"""

import re
from collections.abc import Mapping
from pathlib import Path

from ipmon.declared import ID, Declared, Text, read_entries, validated

RELEASES_KEPT = 2
OLD_NAME = re.compile(rf"{ID.pattern}(\.{ID.pattern})?")
SECTION = re.compile(r"^## (\S+)$", re.MULTILINE)


class Renamed(Declared):
    """The name that a table or column has now, and the version of this software that gave it."""

    now: str
    since: str

    def told(self, meant: Text) -> Text:
        """What the old name says of itself: where to look, and what it holds."""
        return Text(
            zh=f"旧名，自 {self.since} 起为 {self.now}。{meant.zh}", en=f"Old name of {self.now} since {self.since}. {meant.en}"
        )


def load_renamed(path: Path, columns: Mapping[str, list[str]], problems: list[str]) -> dict[str, Renamed]:
    """New names by old one, `table` or `table.column`. `columns`: by table or view, whose own are known only once it is made."""
    entries = read_entries(path, problems, OLD_NAME).items()
    where = f"marts/{path.name}"
    renamed = {old: r for old, entry in entries if (r := validated(Renamed, entry, f"{where}: {old}", problems))}
    for old, new in renamed.items():
        table, _, column = old.partition(".")
        known = columns.get(table) if column else list(columns)
        if known is None:
            problems.append(f"{where}: {old}: there is no table '{table}'; give the name that it has now")
        elif known and new.now not in known:
            problems.append(f"{where}: {old}: there is no '{new.now}'")
        elif (column or table) in known:
            problems.append(f"{where}: {old}: is a name in use; an old name is one that nothing else has")
    return renamed


def untold(renamed: Mapping[str, Renamed], changelog: str) -> list[str]:
    """New names of which the changelog's section of their version says nothing, and old ones whose two releases are over."""
    parts = SECTION.split(changelog)[1:]
    sections = dict(zip(parts[::2], parts[1::2], strict=True))  # newest first
    problems = []
    for old, new in renamed.items():
        said = sections.get(new.since, "")
        if f"`{old}`" not in said or f"`{new.now}`" not in said:
            problems.append(f"CHANGELOG.md: section {new.since} does not say that `{old}` is `{new.now}` now")
        elif list(sections).index(new.since) >= RELEASES_KEPT:
            problems.append(f"marts/renamed.yaml: {old}: its {RELEASES_KEPT} releases are over; take the entry out and say so")
    return problems
