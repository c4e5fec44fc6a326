"""What the files of a register's delivery are made from: its bytes, its contract with the areas it knows, and the code.

Belongs here: a hash of each. Not here: making the files (staging.py, facts.py), what cells are made from (inputs.py).
"""

import hashlib
from functools import cache
from pathlib import Path

import ipmon
from ipmon.deliveries import Delivery
from ipmon.dimensions import DIMENSIONS
from ipmon.registers.areas import area_codes
from ipmon.registers.contract import SQL_TYPES, Register

STAGING = (
    "registers/staging.py", "registers/repeats.py", "registers/checks.py", "registers/lines.py", "registers/reading.py",
    "registers/survey.py", "containers.py", "workbooks.py", "sheets.py",
)  # fmt: skip
"""The modules that decide which rows of a delivery are good, and as what values they are staged."""


def staged_from(delivery: Delivery, register: Register) -> str:
    """sha256 over all that the staged rows of a delivery are made from."""
    return _over(delivery, register, *STAGING)


def facts_from(delivery: Delivery, register: Register) -> str:
    """sha256 over all that the facts of a delivery are made from."""
    return _over(delivery, register, *STAGING, "registers/facts.py")


def _over(delivery: Delivery, register: Register, *modules: str) -> str:
    areas = area_codes() if any(field.codes == "areas" for field in register.fields.values()) else ()
    types = [str(SQL_TYPES), str(DIMENSIONS)]
    parts = [delivery.sha256, register.model_dump_json(), *areas, *types, *(_source(module) for module in modules)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@cache
def _source(module: str) -> str:
    return (Path(ipmon.__file__).parent / module).read_text("utf-8")
