"""Observations as SDMX 3.0: structure.xml (data structure, concepts, code lists, dataflow) and observations.csv (SDMX-CSV 2.0).

Belongs here: the two files. Not here: which column is which component, and code lists of our own (assets/release/sdmx.yaml).
Source: SDMX 3.0 technical specifications, section 3A (SDMX-ML) and SDMX-CSV 2.0.0.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import duckdb

from ipmon import sql
from ipmon.declared import Text
from ipmon.exports import copy, harmless
from ipmon.files.declared import Files, Sdmx
from ipmon.files.edition import Edition
from ipmon.marts import Field
from ipmon.synthetic import is_marked

SCHEMAS = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0"
MESSAGE, STRUCTURE, COMMON = (f"{{{SCHEMAS}/{part}}}" for part in ("message", "structure", "common"))
PREFIXES = {"message": "mes", "structure": "str", "common": "com"}
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
URN = "urn:sdmx:org.sdmx.infomodel"
FLOW, CONCEPTS, MEASURE, TIME = "OBSERVATIONS", "CONCEPTS", "OBS_VALUE", "TIME_PERIOD"
FORMATS = {"VARCHAR": "String", "DATE": "GregorianDay", "INTEGER": "Integer", "BIGINT": "Long", "DECIMAL(28,6)": "Decimal"}
AREAS = "select area_code, name_zh, name_en from areas order by 1"
CODES = "select dimension, code, name_zh, name_en from codes order by all"
INDICATORS = "select indicator_id, title_zh, title_en, definition_zh, definition_en from indicators order by 1"
Element = ElementTree.Element
Codes = dict[str, "Code"]


class Code(Text):
    """A code's name, and its definition where it has one."""

    definition: Text | None = None


def write_sdmx(connection: duckdb.DuckDBPyConnection, declared: Files, edition: Edition, folder: Path) -> None:
    """structure.xml and observations.csv in `folder`, from the mart behind `connection`."""
    folder.mkdir(parents=True, exist_ok=True)
    lists = code_lists(connection, declared)
    for part, prefix in PREFIXES.items():
        ElementTree.register_namespace(prefix, f"{SCHEMAS}/{part}")
    message = _message(declared, edition, lists)
    ElementTree.indent(message)
    (folder / "structure.xml").write_bytes(ElementTree.tostring(message, "utf-8", xml_declaration=True) + b"\n")
    copy(connection, _observations(declared, lists.keys()), folder / "observations.csv", "format csv, header")


def code_lists(connection: duckdb.DuckDBPyConnection, declared: Files) -> dict[str, Codes]:
    """By column of observations, its codes: from the mart where it holds them, else as declared."""
    lists = {column: {id_: Code(zh=t.zh, en=t.en) for id_, t in codes.items()} for column, codes in declared.sdmx.codes.items()}
    lists["unit"] = {id_: Code(zh=t.zh, en=t.en) for id_, t in sorted(declared.units.items())}
    lists["indicator_id"] = {
        id_: Code(zh=zh, en=en, definition=Text(zh=long_zh, en=long_en))
        for id_, zh, en, long_zh, long_en in connection.execute(INDICATORS).fetchall()
    }
    lists["ref_area"] = {id_: Code(zh=zh, en=en) for id_, zh, en in connection.execute(AREAS).fetchall()}
    total = {"_T": Code(zh=declared.sdmx.total.zh, en=declared.sdmx.total.en)}
    for column in declared.sdmx.dimensions.keys() - lists.keys() - {TIME.lower()}:
        lists[column] = dict(total)
    for dimension, id_, zh, en in connection.execute(CODES).fetchall():
        lists[dimension][id_] = Code(zh=zh, en=en)
    lists["counterpart_area"] |= lists["ref_area"]
    return lists


def _observations(declared: Files, coded: Iterable[str]) -> str:
    """The SELECT of the data: what the structure names, in its order; free text as in any CSV of a release."""
    sdmx, types = declared.sdmx, declared.schema.fields
    columns = [
        f"{harmless(column) if types[column].type == 'VARCHAR' and column not in coded else column} as {component}"
        for column, component in _components(sdmx)
    ]
    flow = sql.literal(f"{sdmx.agency}:{FLOW}({sdmx.version})")
    fixed = f"'dataflow' as STRUCTURE, {flow} as STRUCTURE_ID, 'I' as ACTION"
    return f"select {fixed}, {', '.join(columns)} from observations order by all"


def _components(sdmx: Sdmx) -> Iterator[tuple[str, str]]:
    """Columns and the components that they are: dimensions, the measure, attributes."""
    yield from sdmx.dimensions.items()
    yield sdmx.measure, MEASURE
    yield from sdmx.attributes.items()


def _message(declared: Files, edition: Edition, lists: dict[str, Codes]) -> Element:
    sdmx, name = declared.sdmx, edition.titled(declared.about.title)
    message = Element(f"{MESSAGE}Structure")
    header = ElementTree.SubElement(message, f"{MESSAGE}Header")
    _leaf(header, f"{MESSAGE}ID", edition.release_id)
    _leaf(header, f"{MESSAGE}Test", str(is_marked(edition.release_id)).lower())
    _leaf(header, f"{MESSAGE}Prepared", f"{edition.as_of}T00:00:00")
    ElementTree.SubElement(header, f"{MESSAGE}Sender", id=sdmx.agency)
    structures = ElementTree.SubElement(message, f"{MESSAGE}Structures")
    part = ElementTree.SubElement(structures, f"{STRUCTURE}Codelists")
    components = dict(_components(sdmx))
    for column in sorted(lists, key=components.__getitem__):
        _code_list(_maintained(part, "Codelist", f"CL_{components[column]}", sdmx, declared.schema.fields[column]), lists[column])
    part = ElementTree.SubElement(structures, f"{STRUCTURE}ConceptSchemes")
    scheme = _maintained(part, "ConceptScheme", CONCEPTS, sdmx, name)
    for column, component in components.items():
        _named(ElementTree.SubElement(scheme, f"{STRUCTURE}Concept", id=component), declared.schema.fields[column])
    part = ElementTree.SubElement(structures, f"{STRUCTURE}Dataflows")
    flow = _maintained(part, "Dataflow", FLOW, sdmx, name)
    _leaf(flow, f"{STRUCTURE}Structure", f"{URN}.datastructure.DataStructure={sdmx.agency}:{FLOW}({sdmx.version})")
    part = ElementTree.SubElement(structures, f"{STRUCTURE}DataStructures")
    _data_structure(_maintained(part, "DataStructure", FLOW, sdmx, name), declared, lists)
    return message


def _data_structure(parent: Element, declared: Files, lists: dict[str, Codes]) -> None:
    parts = ElementTree.SubElement(parent, f"{STRUCTURE}DataStructureComponents")
    dimensions = ElementTree.SubElement(parts, f"{STRUCTURE}DimensionList", id="DimensionDescriptor")
    for column, component in declared.sdmx.dimensions.items():
        _component(dimensions, "TimeDimension" if component == TIME else "Dimension", column, component, declared, lists)
    attributes = ElementTree.SubElement(parts, f"{STRUCTURE}AttributeList", id="AttributeDescriptor")
    for column, component in declared.sdmx.attributes.items():
        attribute = _component(attributes, "Attribute", column, component, declared, lists)
        relation = ElementTree.SubElement(attribute, f"{STRUCTURE}AttributeRelationship")
        ElementTree.SubElement(relation, f"{STRUCTURE}Observation")
    measures = ElementTree.SubElement(parts, f"{STRUCTURE}MeasureList", id="MeasureDescriptor")
    _component(measures, "Measure", declared.sdmx.measure, MEASURE, declared, lists)


def _component(parent: Element, kind: str, column: str, id_: str, declared: Files, lists: dict[str, Codes]) -> Element:
    """A dimension, attribute or measure: its concept, and its codes or type."""
    sdmx = declared.sdmx
    made = ElementTree.SubElement(parent, f"{STRUCTURE}{kind}", id=id_)
    concept = f"{URN}.conceptscheme.Concept={sdmx.agency}:{CONCEPTS}({sdmx.version}).{id_}"
    _leaf(made, f"{STRUCTURE}ConceptIdentity", concept)
    values = ElementTree.SubElement(made, f"{STRUCTURE}LocalRepresentation")
    if column in lists:
        _leaf(values, f"{STRUCTURE}Enumeration", f"{URN}.codelist.Codelist={sdmx.agency}:CL_{id_}({sdmx.version})")
    else:
        text_type = "ObservationalTimePeriod" if id_ == TIME else FORMATS[declared.schema.fields[column].type]
        ElementTree.SubElement(values, f"{STRUCTURE}TextFormat", textType=text_type)
    return made


def _code_list(parent: Element, codes: Codes) -> None:
    for id_, code in codes.items():
        made = _named(ElementTree.SubElement(parent, f"{STRUCTURE}Code", id=id_), code)
        if code.definition:
            _named(made, code.definition, "Description")


def _maintained(parent: Element, kind: str, id_: str, sdmx: Sdmx, name: Text | Field) -> Element:
    return _named(
        ElementTree.SubElement(
            parent, f"{STRUCTURE}{kind}", id=id_, agencyID=sdmx.agency, version=sdmx.version, isExternalReference="false"
        ),
        name,
    )


def _named(element: Element, name: Text | Field, kind: str = "Name") -> Element:
    for lang, words in (("zh", name.zh), ("en", name.en)):
        ElementTree.SubElement(element, f"{COMMON}{kind}", {LANGUAGE: lang}).text = words
    return element


def _leaf(parent: Element, tag: str, text: str) -> None:
    ElementTree.SubElement(parent, tag).text = text
