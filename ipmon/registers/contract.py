"""What a register's deliveries look like, and which facts are made of them.

Belongs here: the models of assets/registers/*.yaml, and loading them. Not here: reading files (staging.py), facts (facts.py).
"""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ipmon.contracts import Id, Pattern
from ipmon.declared import Declared, Text, read_yaml, validated

Kind = Literal["id", "text", "code", "date", "month", "year", "integer", "amount", "flag", "list"]
SQL_TYPES: dict[Kind, str] = {
    "id": "VARCHAR", "text": "VARCHAR", "code": "VARCHAR", "list": "VARCHAR", "month": "VARCHAR", "year": "INTEGER",
    "date": "DATE", "integer": "BIGINT", "amount": "DECIMAL(20,2)", "flag": "BOOLEAN",
}  # fmt: skip
"""How a field of a kind is stored: a list is text with semicolons between its items, a month is text such as 2024-09."""
RULE_WORDS = {
    "and", "or", "not", "is", "null", "true", "false", "in", "case", "when", "then", "end", "try_cast", "as", "integer",
    "replace", "extract", "year", "month", "day", "from", "date", "interval",
}  # fmt: skip
"""The words of SQL that a rule may use: DuckDB and polars.SQLContext read each of them alike."""


class RegisterField(Declared):
    """One field of a register, in the order of the file.

    `required`: never empty. `pattern`: what its text must match whole. `codes`: what a code (or an item of a list) may be;
    `areas` stands for the codes of areas.csv and all ISO 3166-1 alpha-2 codes. `example` is shown in the documentation and must
    be valid.
    """

    title: Text
    kind: Kind
    required: bool = False
    pattern: Pattern | None = None
    codes: dict[str, Text] | Literal["areas"] | None = None
    minimum: int | None = None
    example: str = ""

    @model_validator(mode="after")
    def _is_coded(self) -> "RegisterField":
        """Codes are those of a code, or of the items of a list."""
        if self.codes and self.kind not in ("code", "list"):
            raise ValueError(f"codes are for fields of kind code or list, and this is of kind {self.kind}")
        return self


class Rule(Declared):
    """What must be true of a row beyond its single fields: SQL that is true or null for a good row, over typed fields.

    Rules speak plain SQL that DuckDB and polars.SQLContext both understand, in the words of RULE_WORDS; none of them can fail on
    a field that holds anything else than it should.
    """

    title: Text
    holds: str
    field: str

    @property
    def names(self) -> set[str]:
        """The fields that the rule speaks of: each word outside quotation marks that is none of SQL's, and the one it blames."""
        words = re.findall(r"[a-z_][a-z0-9_]*", re.sub(r"'[^']*'", "", self.holds), re.IGNORECASE)
        return {word for word in words if word.lower() not in RULE_WORDS} | {self.field}


class Event(Declared):
    """What happens to a record on a date: one fact row for each record whose `date` field lies in the delivery's month."""

    date: str
    title: Text


class Reference(Declared):
    """A field that names a record of another register; a stranger is reported and kept."""

    field: str
    register_: Annotated[str, Field(alias="register")]
    to: str


class Register(Declared):
    """One register: who keeps it, what a delivery holds, and the facts that it yields.

    `delivers`: events (every record with an event in the month, whole), rows (the rows of the month, by `dated_by`), snapshot
    (the state at the month's end) or year (accounts of a year). `facts`: the name of the fact table. `dimensions`: which field
    becomes which dimension of the facts. `bad_share`: the share of bad rows above which a delivery is refused whole.
    """

    id: Id
    title: Text
    publisher: Text
    about: Text
    delivers: Literal["events", "rows", "snapshot", "year"]
    due_day: Annotated[int, Field(ge=1, le=31)]
    grade: Literal["public", "internal", "restricted"] = "public"
    key: list[str]
    fields: dict[str, RegisterField]
    missing: list[str] = [""]
    rules: dict[str, Rule] = {}
    references: list[Reference] = []
    events: dict[str, Event] = {}
    dated_by: str | None = None
    facts: Id
    dimensions: dict[str, str] = {}
    end_marker: str | None = None
    encodings: list[Literal["utf-8", "gb18030"]] = ["utf-8", "gb18030"]
    bad_share: Annotated[float, Field(ge=0, le=1)] = 0.01
    bytes_limit: int = 20_000_000_000
    xlsx_rows_limit: int = 200_000

    @property
    def cadence(self) -> Literal["monthly", "annual"]:
        """How often a delivery comes."""
        return "annual" if self.delivers == "year" else "monthly"

    @model_validator(mode="after")
    def _names_known_fields(self) -> "Register":
        """Everything that names a field names one of this register's."""
        strangers = [f"{who} names '{name}'" for who, name in self._mentions() if name not in self.fields]
        if strangers:
            raise ValueError(f"{'; '.join(strangers)}: no such field. Write one of: {', '.join(self.fields)}")
        undated = sorted(f"'{id_}'" for id_, event in self.events.items() if self.fields[event.date].kind != "date")
        if undated:
            raise ValueError(f"event {', '.join(undated)} is dated by a field that is no date. Name a field of kind date.")
        return self

    def _mentions(self) -> list[tuple[str, str]]:
        """Who in the contract names which field."""
        said = [("key", name) for name in self.key] + [("dated_by", name) for name in [self.dated_by] if name]
        said += [(f"event '{id_}'", event.date) for id_, event in self.events.items()]
        said += [(f"rule '{id_}'", name) for id_, rule in self.rules.items() for name in sorted(rule.names)]
        said += [("reference", reference.field) for reference in self.references]
        return said + [(f"dimension '{id_}'", name) for id_, name in self.dimensions.items()]

    @model_validator(mode="after")
    def _is_dated(self) -> "Register":
        """A register says by what its rows belong to a period: events, or one field."""
        if (self.delivers == "events") != bool(self.events):
            raise ValueError("a register that delivers events declares them, and no other does")
        if (self.delivers != "events") != bool(self.dated_by):
            raise ValueError("a register of rows, snapshots or years says by which field they are dated (dated_by)")
        return self


def load_registers(folder: Path, problems: list[str]) -> dict[str, Register]:
    """Every register of assets/registers by id, which is its file's stem; problems are noted by file."""
    found = {path: read_yaml(path, problems) for path in sorted(folder.glob("*.yaml"))}
    made: dict[str, Register] = {}
    for path, entry in found.items():
        data = {**entry, "id": path.stem} if isinstance(entry, dict) else entry
        if register := validated(Register, data, f"registers/{path.name}", problems):
            made[path.stem] = register
    for id_, register in made.items():
        problems += [
            f"registers/{id_}.yaml: references: no register '{r.register_}' with a field '{r.to}'"
            for r in register.references
            if r.register_ not in made or r.to not in made[r.register_].fields
        ]
    return made
