"""datapackage.json: the CSV tables of a release, every column with its type and description, as a tabular data package.

Belongs here: the descriptor. Not here: the CSV files (see ipmon/exports.py), what a column holds (assets/marts/fields.yaml).
Source: Data Package 1.0, profiles tabular-data-package and tabular-data-resource.
"""

from pathlib import Path
from typing import Any

import duckdb

from ipmon import sql
from ipmon.files.declared import About
from ipmon.files.edition import Edition
from ipmon.synthetic import unmarked
from ipmon.verify import canonical

PACKAGE = "datapackage.json"
TYPES = {
    "VARCHAR": "string",
    "DATE": "date",
    "BOOLEAN": "boolean",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "HUGEINT": "integer",
    "DOUBLE": "number",
    "DECIMAL": "number",
}
DICTIONARY = """select column_name, data_type, description_zh, description_en from dictionary
where table_name = ? order by column_name <> '', rowid"""


def write_package(connection: duckdb.DuckDBPyConnection, about: About, edition: Edition, folder: Path) -> None:
    """The descriptor of every file in csv/, from the dictionary of the mart behind `connection`."""
    title = edition.titled(about.title)
    package = {
        "profile": "tabular-data-package",
        "name": f"{about.author}-{edition.release_id}".lower(),
        "title": f"{title.zh} {title.en}",
        "description": f"{about.description.zh} {about.description.en}",
        "version": edition.release_id,
        "keywords": about.keywords,
        "contributors": [{"title": about.author, "role": "author"}],
        "resources": [_resource(connection, path, folder) for path in sorted((folder / "csv").glob("*.csv"))],
    }
    (folder / PACKAGE).write_bytes(canonical(package))


def _resource(connection: duckdb.DuckDBPyConnection, path: Path, folder: Path) -> dict[str, Any]:
    table = unmarked(path.stem)
    (_, _, zh, en), *columns = connection.execute(sql.bound(DICTIONARY, [table])).fetchall()
    return {
        "profile": "tabular-data-resource",
        "name": table,
        "path": path.relative_to(folder).as_posix(),
        "title": zh,
        "description": f"{zh} {en}",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {"fields": [_field(*column) for column in columns], "missingValues": [""]},
    }


def _field(name: str, type_: str, zh: str, en: str) -> dict[str, str]:
    return {"name": name, "type": TYPES[type_.partition("(")[0]], "description": f"{zh} {en}"}
