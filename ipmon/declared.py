"""How every declaration under assets/ is read and checked.

Belongs here: YAML and CSV reading, the strict base model, collecting all problems. Not here: what any declaration means.
"""

import csv
import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

M = TypeVar("M", bound=BaseModel)
ID = re.compile(r"[a-z][a-z0-9_]{1,62}")


class Declared(BaseModel):
    """A declaration: unknown keys are errors, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Declared):
    """The same words in both languages of a release; neither may be missing."""

    zh: str
    en: str


class _Loader(yaml.CSafeLoader):
    """Safe YAML that refuses a key written twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = sorted({str(k) for k in keys if keys.count(k) > 1})
        if twice:
            raise yaml.YAMLError(f"key(s) written twice: {', '.join(twice)} (line {node.start_mark.line + 1})")
        return super().construct_mapping(node, deep)


def read_yaml(path: Path, problems: list[str]) -> Any:
    """The file's content, or None after noting why it cannot be read."""
    try:
        return yaml.load(path.read_text("utf-8"), Loader=_Loader)
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        problems.append(f"{path.name}: {error}")
        return None


def read_entries(path: Path, problems: list[str], ids: re.Pattern[str] = ID) -> dict[str, Any]:
    """The entries of a file that maps ids to them; anything else, and any id not written as the pattern says, is noted."""
    content = read_yaml(path, problems) or {}
    if not isinstance(content, dict):
        problems.append(f"{path.name}: holds no entries; write each as 'id:' with its keys indented below")
        return {}
    problems += [f"{path.name}: '{id_}' is no id; ids match {ids.pattern}" for id_ in content if not ids.fullmatch(str(id_))]
    return {str(id_): entry for id_, entry in content.items()}


def read_items(path: Path, problems: list[str]) -> list[Any]:
    """The items of a file that lists them; anything else is noted."""
    content = read_yaml(path, problems) or []
    if not isinstance(content, list):
        problems.append(f"{path.name}: holds no list; begin each item with '- '")
        return []
    return content


def read_csv(path: Path, problems: list[str]) -> list[dict[str, str]]:
    """The rows of one of our own CSV declarations, UTF-8, keyed by header; none after noting why it cannot be read."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        problems.append(f"{path.name}: {error}")
        return []


def validated(model: type[M], data: Any, where: str, problems: list[str]) -> M | None:
    """`data` as `model`, or None after noting every problem as `<where>: <key>: <what>`."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for e in error.errors():
            key = ".".join(str(part) for part in e["loc"]) or "entry"
            problems.append(f"{where}: {key}: {e['msg']} (found: {str(e['input'])[:60]!r})")
        return None
