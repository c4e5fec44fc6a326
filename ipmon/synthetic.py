"""How simulated data are told from real ones, wherever a reader may meet them.

Belongs here: the mark, putting it on, and choosing what is said of such data. Not here: making them (see simulator), refusing to
mix them (door.py), which declarations hold of them (declarations.py).
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipmon.declared import Text

if TYPE_CHECKING:  # the mark alone is wanted by processes that do not need what reads deliveries
    from ipmon.deliveries import Delivery

MARK = "SYNTHETIC"
WORDS = Text(zh="模拟数据", en="SYNTHETIC")
NAMED = f"{WORDS.zh} {WORDS.en}"
"""What stands where the publisher of real data is named."""
BOTH = f"{NAMED}. "
INSTEAD = "simulated"
KEPT = {".duckdb", ".json", ".cff", ""}
"""Files that are found by their name: the marts say it in every comment, the others in what they say of the release."""


def is_synthetic(deliveries: "Iterable[Delivery]") -> bool:
    """Whether any delivery was simulated; then everything made of them is."""
    return any(d.synthetic for d in deliveries)


def is_marked(release_id: str) -> bool:
    """Whether a release says by its name that it is made of simulated data."""
    return release_id.startswith(MARK)


def told(declared: Any, synthetic: bool) -> Any:
    """What a file under assets/ says of simulated data, or of real ones: an entry with the key `simulated` has it for the former.

    `simulated: null` is for what is not said of simulated data at all.
    """
    if isinstance(declared, list):
        return [told(part, synthetic) for part in declared]
    if not isinstance(declared, dict):
        return declared
    if synthetic and INSTEAD in declared:
        return declared[INSTEAD]
    return {key: told(part, synthetic) for key, part in declared.items() if key != INSTEAD}


def titled(title: str, release_id: str, lang: str) -> str:
    """A title of a page or chart, with the mark where the release has it."""
    if not is_marked(release_id):
        return title
    return f"【{WORDS.zh} {WORDS.en}】{title}" if lang == "zh" else f"[{WORDS.en}] {title}"


def named(path: str, release_id: str) -> str:
    """The path of a file in a release as a link must write it: with the mark before its name where `mark_names` puts it."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}{_marked(name)}" if is_marked(release_id) else path


def unmarked(name: str) -> str:
    """The name of a file without the mark."""
    return name.removeprefix(f"{MARK}_")


def mark_names(folder: Path) -> None:
    """Puts the mark before the name of every file below `folder` that is not found by its name."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if path.name != _marked(path.name):
            path.rename(path.with_name(_marked(path.name)))


def _marked(name: str) -> str:
    return name if Path(name).suffix in KEPT or name.startswith(MARK) else f"{MARK}_{name}"
