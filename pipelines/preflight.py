"""What must be in place before anything runs: declarations, the font, pinned versions, a writable data root.

Belongs here: looking, and saying what is wrong. Not here: mending it.
"""

import os
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ipmon.errors import DeclarationError
from ipmon.paths import CHECKOUT, data_root

PINNED = (
    *("dagster", "duckdb", "duckdb-sqlalchemy", "great-expectations", "ibis-framework", "matplotlib", "polars", "typst"),
    *("pylopdf-fonts-zh-cn", "xlsxwriter"),
)


def problems() -> list[str]:
    """Every reason not to run, as sentences."""
    return [*_declarations(), *_font(), *_versions(), *_writable()]


def _declarations() -> list[str]:
    from assets import ROOT
    from assets.measures import measures
    from ipmon.declarations import load
    from ipmon.files.declared import load_files
    from ipmon.registers import claims
    from ipmon.renames import untold

    try:
        declared = load(ROOT)
        load_files(ROOT / "release", declared.schema, declared.dimensions)
    except DeclarationError as error:
        return error.problems
    changelog = (CHECKOUT / "CHANGELOG.md").read_text("utf-8")
    return [*claims.problems(declared.registry, measures(), declared.registers), *untold(declared.schema.renamed, changelog)]


def _font() -> list[str]:
    try:
        import pylopdf_fonts_zh_cn
    except ImportError:
        return ["The Chinese font is not installed. Set the environment up with: make test."]
    path = Path(pylopdf_fonts_zh_cn.sans_path())
    return [] if path.is_file() else [f"The Chinese font {path.name} is missing. Set the environment up again with: make test."]


def _versions() -> list[str]:
    lock = (CHECKOUT / "requirements.lock").read_text("utf-8")
    wanted = dict(re.findall(r"^([a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==([^\s;\\]+)", lock, re.MULTILINE))
    return [found for name in PINNED if (found := _version_problem(name, wanted[name]))]


def _version_problem(name: str, wanted: str) -> str | None:
    try:
        installed = version(name)
    except PackageNotFoundError:
        return f"{name} {wanted} is not installed. Set the environment up with: make test."
    return (
        None if installed == wanted else f"{name} is {installed} and not {wanted}. Set the environment up again with: make test."
    )


def _writable() -> list[str]:
    folder = data_root().root
    while not folder.exists():
        folder = folder.parent
    if folder.is_dir() and os.access(folder, os.W_OK):
        return []
    return [f"The data root {data_root().root} cannot be written. Change its permissions, or set IPMON_HOME to another folder."]
