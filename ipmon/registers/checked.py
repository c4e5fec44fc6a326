"""Which fact files have passed their checks: one that has not is checked again, however often a run was refused or cut short.

Belongs here: remembering what passed, by content. Not here: the checks (see expectations/facts.py), or making facts (facts.py).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ipmon.durable import keep
from ipmon.registers.ledger import Ledger
from ipmon.registers.store import Store


def unchecked(store: Store, facts: Iterable[str]) -> dict[str, list[Path]]:
    """By fact table, the files whose present content has not passed yet; tables without any are left out."""
    ledger, passed = Ledger(store.ledger), _passed(store)
    files = {fact: [store.fact_file(fact, period) for period in store.periods(fact)] for fact in facts}
    fresh = {fact: [f for f in own if passed.get(_name(store, f)) != ledger.content(f)] for fact, own in files.items()}
    return {fact: own for fact, own in fresh.items() if own}


def note_passed(store: Store, files: Mapping[str, Sequence[Path]]) -> None:
    """Remembers that these files passed with the content that they have now."""
    ledger = Ledger(store.ledger)
    fresh = {_name(store, file): ledger.content(file) for own in files.values() for file in own}
    if fresh:
        keep(json.dumps(_passed(store) | fresh, indent=0, sort_keys=True).encode(), store.checked)


def _passed(store: Store) -> dict[str, str | None]:
    """Nothing where there is no such file: then everything is checked again."""
    return dict(json.loads(store.checked.read_bytes())) if store.checked.exists() else {}


def _name(store: Store, file: Path) -> str:
    return file.relative_to(store.folder).as_posix()
