"""What the files of a release say of themselves, from assets/release/*.yaml.

Belongs here: the shape of these declarations and how they are read. Not here: any file (see the modules beside this one).
"""

from dataclasses import dataclass
from pathlib import Path

from ipmon.declared import Declared, Text, read_yaml, validated
from ipmon.dimensions import Dimensions
from ipmon.errors import DeclarationError
from ipmon.mart_schema import MartSchema
from ipmon.synthetic import told

LONGEST_SHEET_NAME = 31


class About(Declared):
    """A release as a work: what every file that describes it says."""

    title: Text
    description: Text
    author: str
    cite: Text
    keywords: list[str]


class Note(Declared):
    """One line of the workbook's notes: what it is about (a mark in square brackets, a subject), and the words."""

    about: str
    zh: str
    en: str


class Workbook(Declared):
    """The workbook: its front sheets, and its tables in order with the columns that are taken from each (none named: all)."""

    cover: str
    contents: str
    notes: str
    words: dict[str, Text]
    note_lines: list[Note]
    sheets: dict[str, list[str]]


class Sdmx(Declared):
    """Observations as SDMX: whose structure it is, which column is which component, and the code lists that are in no table."""

    agency: str
    version: str
    dimensions: dict[str, str]
    attributes: dict[str, str]
    measure: str
    total: Text
    codes: dict[str, dict[str, Text]]


@dataclass(frozen=True)
class Files:
    """Everything that is declared of a release's files, with the mart's schema and the names of units."""

    about: About
    workbook: Workbook
    sdmx: Sdmx
    schema: MartSchema
    units: dict[str, Text]


def load_files(folder: Path, schema: MartSchema, dimensions: Dimensions, synthetic: bool = False) -> Files:
    """about.yaml, workbook.yaml and sdmx.yaml of one folder, as they speak of real or of simulated data.

    Raises DeclarationError naming all problems.
    """
    problems: list[str] = []
    read = {name: told(read_yaml(folder / f"{name}.yaml", problems), synthetic) for name in ("about", "workbook", "sdmx")}
    about = validated(About, read["about"], "release/about.yaml", problems)
    workbook = validated(Workbook, read["workbook"], "release/workbook.yaml", problems)
    sdmx = validated(Sdmx, read["sdmx"], "release/sdmx.yaml", problems)
    if workbook:
        known = schema.tables.keys() | schema.views.keys()
        problems += [f"release/workbook.yaml: no table '{name}'" for name in workbook.sheets if name not in known]
        long = [name for name in workbook.sheets if len(name) > LONGEST_SHEET_NAME]
        problems += [
            f"release/workbook.yaml: '{name}' is longer than a sheet's name may be ({LONGEST_SHEET_NAME})" for name in long
        ]
    if sdmx:
        components = [*sdmx.dimensions, *sdmx.attributes, sdmx.measure]
        observed = schema.tables["observations"].columns
        problems += [f"release/sdmx.yaml: observations has no column '{c}'" for c in components if c not in observed]
    if problems or not (about and workbook and sdmx):
        raise DeclarationError(problems)
    units = {code: Text(zh=unit.zh, en=unit.en) for code, unit in dimensions.units.items()}
    return Files(about, workbook, sdmx, schema, units)
