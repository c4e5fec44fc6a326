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
from ipmon.mart_schema import Field
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
child = ElementTree.SubElement
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
    message = _Structure(declared, edition, lists).message()
    ElementTree.indent(message)
    (folder / "structure.xml").write_bytes(ElementTree.tostring(message, "utf-8", xml_declaration=True) + b"\n")
    copy(connection, _observations(declared, lists.keys()), folder / "observations.csv", "format csv, header")


def code_lists(connection: duckdb.DuckDBPyConnection, declared: Files) -> dict[str, Codes]:
    """By column of observations, its codes: from the mart where it holds them, else as declared."""
    named = declared.sdmx.codes | {"unit": declared.units}
    lists = {column: {id_: Code(zh=t.zh, en=t.en) for id_, t in sorted(codes.items())} for column, codes in named.items()}
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


class _Structure:
    """The structure message of one release."""

    def __init__(self, declared: Files, edition: Edition, lists: dict[str, Codes]) -> None:
        self._sdmx, self._fields, self._lists = declared.sdmx, declared.schema.fields, lists
        self._edition, self._title = edition, edition.titled(declared.about.title)

    def message(self) -> Element:
        """Header, code lists, concepts, dataflow and data structure, in the order of the standard's schema."""
        message, components = Element(f"{MESSAGE}Structure"), dict(_components(self._sdmx))
        self._header(child(message, f"{MESSAGE}Header"))
        parts = child(message, f"{MESSAGE}Structures")
        part = child(parts, f"{STRUCTURE}Codelists")
        for column, codes in sorted(self._lists.items(), key=lambda item: components[item[0]]):
            _fill(self._maintained(part, "Codelist", f"CL_{components[column]}", self._fields[column]), codes)
        concepts = self._maintained(child(parts, f"{STRUCTURE}ConceptSchemes"), "ConceptScheme", CONCEPTS, self._title)
        for column, component in components.items():
            _named(child(concepts, f"{STRUCTURE}Concept", id=component), self._fields[column])
        flow = self._maintained(child(parts, f"{STRUCTURE}Dataflows"), "Dataflow", FLOW, self._title)
        _leaf(flow, f"{STRUCTURE}Structure", self._urn("datastructure.DataStructure", FLOW))
        made = self._maintained(child(parts, f"{STRUCTURE}DataStructures"), "DataStructure", FLOW, self._title)
        self._define(child(made, f"{STRUCTURE}DataStructureComponents"))
        return message

    def _header(self, header: Element) -> None:
        _leaf(header, f"{MESSAGE}ID", self._edition.release_id)
        _leaf(header, f"{MESSAGE}Test", str(is_marked(self._edition.release_id)).lower())
        _leaf(header, f"{MESSAGE}Prepared", f"{self._edition.as_of}T00:00:00")
        child(header, f"{MESSAGE}Sender", id=self._sdmx.agency)

    def _define(self, parts: Element) -> None:
        """Dimensions, attributes (all of the observation) and the measure."""
        dimensions = child(parts, f"{STRUCTURE}DimensionList", id="DimensionDescriptor")
        for column, id_ in self._sdmx.dimensions.items():
            self._component(dimensions, "TimeDimension" if id_ == TIME else "Dimension", column, id_)
        attributes = child(parts, f"{STRUCTURE}AttributeList", id="AttributeDescriptor")
        for column, id_ in self._sdmx.attributes.items():
            attribute = self._component(attributes, "Attribute", column, id_)
            child(child(attribute, f"{STRUCTURE}AttributeRelationship"), f"{STRUCTURE}Observation")
        measures = child(parts, f"{STRUCTURE}MeasureList", id="MeasureDescriptor")
        self._component(measures, "Measure", self._sdmx.measure, MEASURE)

    def _component(self, parent: Element, kind: str, column: str, id_: str) -> Element:
        """A dimension, attribute or measure: its concept, and its codes or type."""
        made = child(parent, f"{STRUCTURE}{kind}", id=id_)
        _leaf(made, f"{STRUCTURE}ConceptIdentity", f"{self._urn('conceptscheme.Concept', CONCEPTS)}.{id_}")
        values = child(made, f"{STRUCTURE}LocalRepresentation")
        if column in self._lists:
            _leaf(values, f"{STRUCTURE}Enumeration", self._urn("codelist.Codelist", f"CL_{id_}"))
        else:
            text_type = "ObservationalTimePeriod" if id_ == TIME else FORMATS[self._fields[column].type]
            child(values, f"{STRUCTURE}TextFormat", textType=text_type)
        return made

    def _urn(self, kind: str, id_: str) -> str:
        return f"{URN}.{kind}={self._sdmx.agency}:{id_}({self._sdmx.version})"

    def _maintained(self, parent: Element, kind: str, id_: str, name: Text | Field) -> Element:
        owned = {"agencyID": self._sdmx.agency, "version": self._sdmx.version, "isExternalReference": "false"}
        return _named(child(parent, f"{STRUCTURE}{kind}", {"id": id_, **owned}), name)


def _fill(parent: Element, codes: Codes) -> None:
    for id_, code in codes.items():
        made = _named(child(parent, f"{STRUCTURE}Code", id=id_), code)
        if code.definition:
            _named(made, code.definition, "Description")


def _named(element: Element, name: Text | Field, kind: str = "Name") -> Element:
    for lang, words in (("zh", name.zh), ("en", name.en)):
        child(element, f"{COMMON}{kind}", {LANGUAGE: lang}).text = words
    return element


def _leaf(parent: Element, tag: str, text: str) -> None:
    child(parent, tag).text = text
