"""Measures: pure functions from facts to numbers, one module a subject."""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipmon.registers.measure import Measure  # which imports ibis


@cache
def measures() -> "tuple[Measure, ...]":
    """Every measure of the modules beside this one, in the order of their ids."""
    from ipmon.registers.measure import Measure

    modules = [import_module(f"{__name__}.{path.stem}") for path in sorted(Path(__file__).parent.glob("[!_]*.py"))]
    found = {id(m): m for module in modules for m in vars(module).values() if isinstance(m, Measure)}
    return tuple(sorted(found.values(), key=lambda m: m.id))
