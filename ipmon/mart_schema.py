"""What is declared of the marts: tables, columns, wide views and old names, from assets/marts.

Belongs here: reading these declarations, and what a name means. Not here: making tables of them (see marts.py).
"""

from dataclasses import dataclass, field
from pathlib import Path

from ipmon.declared import Declared, Text, read_entries, validated
from ipmon.renames import Renamed, load_renamed

TYPES = ("VARCHAR", "DATE", "DECIMAL(28,6)", "INTEGER", "BIGINT", "DOUBLE", "BOOLEAN")


class Table(Declared):
    """A table or view: its title in both languages; for a table its columns in order, for a view a query that shows its use."""

    zh: str
    en: str
    columns: list[str] = []
    example: str = ""


@dataclass(frozen=True)
class Field:
    """A column name: type and description, the same wherever it occurs."""

    type: str
    zh: str
    en: str


@dataclass(frozen=True)
class MartSchema:
    """Everything of assets/marts: fields, tables, the wide views with their SELECTs, and new names by old ones."""

    fields: dict[str, Field]
    tables: dict[str, Table]
    views: dict[str, tuple[Table, str]]
    renamed: dict[str, Renamed] = field(default_factory=dict)

    def title(self, name: str) -> Text:
        """What a table or view is called, also by its old name."""
        if name in self.renamed:
            return self.renamed[name].told(self.title(self.renamed[name].now))
        table = self.tables[name] if name in self.tables else self.views[name][0]
        return Text(zh=table.zh, en=table.en)

    def example(self, name: str) -> str:
        """The query that shows the use of a wide view; empty for a table."""
        return self.views[name][0].example if name in self.views else ""

    def described(self, table: str, column: str) -> Text:
        """What a column holds, also by its old name and in a table by its old name. Raises KeyError for an unknown one."""
        if table in self.renamed:
            return self.described(self.renamed[table].now, column)
        if old := self.renamed.get(f"{table}.{column}"):
            return old.told(self.described(table, old.now))
        return Text(zh=self.fields[column].zh, en=self.fields[column].en)

    def old_columns(self, table: str) -> dict[str, str]:
        """The columns of a table or view that have old names, by these."""
        renamed = {old.partition("."): new.now for old, new in self.renamed.items()}
        return {column: now for (of, _, column), now in renamed.items() if of == table and column}

    def old_tables(self) -> dict[str, str]:
        """The tables and views that have old names, by these."""
        return {old: new.now for old, new in self.renamed.items() if "." not in old}


def load_schema(folder: Path, problems: list[str]) -> MartSchema:
    """fields.yaml, tables.yaml, views.yaml, renamed.yaml and the .sql files of one folder."""
    fields = _fields(folder / "fields.yaml", problems)
    tables = _tables(folder / "tables.yaml", problems)
    titles = _tables(folder / "views.yaml", problems)
    queries = {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.sql"))}
    problems += [f"marts/{name}: needs both a title in views.yaml and a .sql file" for name in queries.keys() ^ titles.keys()]
    problems += [f"marts/views.yaml: {name}: needs an example" for name, title in titles.items() if not title.example]
    unknown = {c for table in tables.values() for c in table.columns} - fields.keys()
    problems += [f"marts/tables.yaml: column '{c}' is not described in fields.yaml" for c in sorted(unknown)]
    views = {name: (titles[name], queries[name]) for name in sorted(queries.keys() & titles.keys())}
    columns = {name: table.columns for name, table in tables.items()} | {name: [] for name in views}
    return MartSchema(fields, tables, views, load_renamed(folder / "renamed.yaml", columns, problems))


def _fields(path: Path, problems: list[str]) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for name, entry in read_entries(path, problems).items():
        if isinstance(entry, list) and len(entry) == 3 and entry[0] in TYPES and all(isinstance(e, str) and e for e in entry):
            fields[name] = Field(*entry)
        else:
            problems.append(f"marts/{path.name}: {name}: write [type, zh, en] with a type of {', '.join(TYPES)}")
    return fields


def _tables(path: Path, problems: list[str]) -> dict[str, Table]:
    entries = read_entries(path, problems).items()
    return {name: t for name, entry in entries if (t := validated(Table, entry, f"marts/{path.name}: {name}", problems))}
