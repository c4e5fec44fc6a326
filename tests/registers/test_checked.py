"""Fact files that have passed their checks, and those that have yet to."""

from pathlib import Path

from ipmon.paths import DataRoot
from ipmon.registers.checked import note_passed, unchecked
from ipmon.registers.ledger import Ledger
from ipmon.registers.store import Store


def lay(store: Store, period: str, content: bytes) -> Path:
    path = store.fact_file("pledges", period)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    Ledger(store.ledger).note(path, "given")
    return path


def test_a_file_is_checked_until_it_has_passed_with_its_present_content(tmp_path: Path) -> None:
    store = Store(DataRoot(tmp_path))
    january, february = lay(store, "2024-01", b"one"), lay(store, "2024-02", b"two")
    assert unchecked(store, ["pledges", "inventory"]) == {"pledges": [january, february]}
    assert unchecked(store, ["pledges"]) == {"pledges": [january, february]}  # a run that was refused notes nothing
    note_passed(store, {"pledges": [january]})
    assert unchecked(store, ["pledges"]) == {"pledges": [february]}
    note_passed(store, {"pledges": [february]})
    assert unchecked(store, ["pledges"]) == {}
    lay(store, "2024-01", b"corrected")
    assert unchecked(store, ["pledges"]) == {"pledges": [january]}


def test_where_nothing_is_remembered_everything_is_checked_again(tmp_path: Path) -> None:
    store = Store(DataRoot(tmp_path))
    january = lay(store, "2024-01", b"one")
    note_passed(store, {"pledges": [january]})
    store.checked.unlink()
    assert unchecked(store, ["pledges"]) == {"pledges": [january]}
