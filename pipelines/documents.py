"""The generated pages of docs/, written by `make docs` and held current by the tests.

Belongs here: which page comes from which declarations. Not here: what a page says (see ipmon/methodology.py and the others).
"""

import sys
from inspect import getdoc
from pathlib import Path

from assets import declarations
from assets.measures import measures
from ipmon import methodology
from ipmon.dictionary_page import dictionary_page
from ipmon.registers.document import document

METHODOLOGY = "methodology"


def generated() -> dict[str, str]:
    """Every generated page, by its path in docs/."""
    d = declarations()
    methods = {m.id: getdoc(m.function) or "" for m in measures()}
    indicators = {f"{METHODOLOGY}/{name}": text for name, text in methodology.pages(d, methods).items()}
    return {"registers.md": document(d.registers), "dictionary.md": dictionary_page(d.schema), **indicators}


def stale(folder: Path) -> list[str]:
    """The pages in a folder that are not what the declarations give, or that nothing declares any more."""
    made = generated()
    kept = {f"{METHODOLOGY}/{path.name}" for path in (folder / METHODOLOGY).glob("*.md")}
    unlike = {n for n, text in made.items() if not (folder / n).is_file() or (folder / n).read_text("utf-8") != text}
    return sorted(unlike | (kept - made.keys()))


def write(folder: Path) -> None:
    """Makes the pages of a folder current."""
    made = generated()
    (folder / METHODOLOGY).mkdir(exist_ok=True)
    for name in stale(folder):
        if name in made:
            (folder / name).write_text(made[name], "utf-8")
        else:
            (folder / name).unlink()


if __name__ == "__main__":
    write(Path(sys.argv[1]))
