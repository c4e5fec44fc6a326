"""Who imports whom: ipmon <- assets <- pipelines; expectations stand alone; each heavy library has one owner."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
OURS = ("ipmon", "assets", "pipelines", "expectations")
MAY_IMPORT = {
    "ipmon": {"ipmon"},
    "assets": {"ipmon", "assets"},
    "pipelines": {"ipmon", "assets", "pipelines", "expectations"},
    "expectations": {"expectations"},
}
OWNERS = {  # library: where it may be imported
    "dagster": ("assets/", "pipelines/"),
    "great_expectations": ("ipmon/gx_duckdb.py", "expectations/"),
    "matplotlib": ("ipmon/charts/",),
    "typst": ("ipmon/bulletin.py", "ipmon/charts/pdf.py"),
    "jinja2": ("ipmon/pages/layout.py",),
    "xlsxwriter": ("ipmon/files/",),
    "ibis": ("ipmon/registers/", "assets/measures/"),
    "pyspark": ("ipmon/registers/spark.py",),
}
MODULES = [path for package in OURS for path in sorted((CHECKOUT / package).rglob("*.py"))]


def module_name(path: Path) -> str:
    parts = path.relative_to(CHECKOUT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path) -> Iterator[str]:
    """Everything that `path` imports, at its top or inside a function, by its full name: modules, or names in modules."""
    package = module_name(path).split(".")[: None if path.name == "__init__.py" else -1]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def top(name: str) -> str:
    return name.split(".")[0]


def label(path: Path) -> str:
    return path.relative_to(CHECKOUT).as_posix()


def test_there_is_something_to_hold() -> None:
    assert {module_name(path).split(".")[0] for path in MODULES} == set(OURS)


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_our_packages_import_one_way(path: Path) -> None:
    package = top(module_name(path))
    assert {top(name) for name in imported(path)} & set(OURS) <= MAY_IMPORT[package]


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_a_heavy_library_is_imported_by_its_owner_only(path: Path) -> None:
    foreign = [name for name in imported(path) if not label(path).startswith(OWNERS.get(top(name), ""))]
    assert foreign == []


@pytest.mark.parametrize("path", sorted((CHECKOUT / "expectations").rglob("*.py")), ids=label)
def test_expectations_know_only_their_library(path: Path) -> None:
    outside = {top(name) for name in imported(path)} - sys.stdlib_module_names - {"great_expectations", "expectations"}
    assert outside == set()


def test_no_import_cycles_in_the_library() -> None:
    modules = {module_name(path): path for path in MODULES if top(module_name(path)) == "ipmon"}
    graph = {}
    for module, path in modules.items():
        named = {name if name in modules else name.rpartition(".")[0] for name in imported(path)}
        graph[module] = named & modules.keys() - {module}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_the_package_itself_imports_nothing_but_what_sets_the_environment() -> None:
    assert list(imported(CHECKOUT / "ipmon" / "__init__.py")) == ["os"]


WATCH = """
import os, sys
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "polars":
            print("allocator set" if "_RJEM_MALLOC_CONF" in os.environ else "allocator not set")
sys.meta_path.insert(0, Watch())
import """


@pytest.mark.parametrize("entry", ["pipelines.run", "pipelines.definitions", "ipmon.registers.intake"])
def test_polars_finds_its_allocator_set_whichever_way_it_comes_in(entry: str) -> None:
    bare = {name: value for name, value in os.environ.items() if name != "_RJEM_MALLOC_CONF"}
    done = subprocess.run(
        [sys.executable, "-c", WATCH + entry], cwd=CHECKOUT, capture_output=True, text=True, check=True, env=bare
    )
    assert done.stdout.split("\n")[0] == "allocator set"


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    heavy = ("dagster", "great_expectations", "matplotlib", "typst")
    program = f"import sys, pipelines.cli; print(*(name for name in {heavy!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
