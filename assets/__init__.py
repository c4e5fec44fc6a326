"""What exists: the declarations of every layer, and beside them the assets that Dagster makes of them."""

from functools import cache
from pathlib import Path

from ipmon.declarations import Declarations, load

ROOT = Path(__file__).resolve().parent


@cache
def declarations() -> Declarations:
    """Every declaration, read once a process. Raises DeclarationError naming all problems."""
    return load(ROOT)
