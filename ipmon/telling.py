"""How far long work has come, for a person at the terminal.

Belongs here: when to say something. Not here: what is said.
"""

import sys
import time
from collections.abc import Callable

PATIENCE = 3.0
"""Seconds after which, and then between which, something is said."""


def teller() -> Callable[[str], None]:
    """Passes on to stderr what it is told, but not more often than every few seconds."""
    told = time.monotonic()

    def say(what: str) -> None:
        nonlocal told
        if time.monotonic() - told >= PATIENCE:
            told = time.monotonic()
            print(f"  {what}", file=sys.stderr, flush=True)

    return say
