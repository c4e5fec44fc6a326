"""The repository keeps its own promises: no machine in it, a complete lock, a README that tells the truth."""

import ast
import re
import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh-CN.md")
PACKAGES = ("ipmon", "assets", "pipelines", "expectations")
MACHINE_PATH = re.compile(r"(?:^|[^A-Za-z0-9.])/(?:work|tmp|root|home|Users|farm)/[A-Za-z]")
REGISTRY_ADDRESS = re.compile(r"https?://[^ \"]*/simple|files\.pythonhosted|--(?:extra-)?index-url|--find-links")
LAYERS = {  # folder under assets/: what declares something in it
    "guideline": "*.csv",
    "sources": "*.yaml",
    "registers": "*.yaml",
    "measures": "[!_]*.py",
    "classifications": "*.yaml",
    "dimensions": "*.csv",
    "indicators": "*.yaml",
    "marts": "*.sql",
    "charts": "*.yaml",
    "bulletin": "*.typ",
    "pages": "*.html",
    "release": "*.yaml",
}

LOCKS = {"requirements.lock": 51, "requirements-spark.lock": 2}
"""Each lock with the fewest entries that it can have: what it is for and what that needs."""
GUIDES = (*READMES, "docs/operations.md", "docs/onboarding.md")
"""What people follow word by word."""


@cache
def written_files() -> tuple[Path, ...]:
    """Every file of ours in the repository, or about to be; the deliveries under data/ are other people's words."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout.splitlines()
    return tuple(CHECKOUT / name for name in names if not name.startswith("data/") and (CHECKOUT / name).is_file())


def text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", text(CHECKOUT / "Makefile"), re.MULTILINE))


@pytest.mark.parametrize("pattern", [MACHINE_PATH, REGISTRY_ADDRESS], ids=["machine path", "registry address"])
def test_no_file_names_a_machine_or_a_registry(pattern: re.Pattern[str]) -> None:
    here = Path(__file__).resolve()
    hits = [f"{path}: {found[0]}" for path in written_files() if path != here and (found := pattern.search(text(path)))]
    assert hits == []


def test_the_patterns_see_what_they_are_for() -> None:
    assert MACHINE_PATH.search("open('" + "/home/" + "ann/x')") and not MACHINE_PATH.search("data/work/dagster")
    assert REGISTRY_ADDRESS.search("https://pypi.example/simple/duckdb")


@pytest.mark.parametrize(("lock", "fewest"), LOCKS.items(), ids=LOCKS)
def test_every_locked_requirement_is_exact_and_hashed(lock: str, fewest: int) -> None:
    entries = re.split(r"\n(?=\S)", text(CHECKOUT / lock).strip())
    assert len(entries) >= fewest
    assert [e.splitlines()[0] for e in entries if "==" not in e.splitlines()[0] or "--hash=sha256:" not in e] == []
    assert "://" not in "".join(entries)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_named_requirement_is_locked(lock: str) -> None:
    named = re.findall(r"^([a-z][a-z0-9-]*)", text((CHECKOUT / lock).with_suffix(".in")), re.MULTILINE)
    locked = re.findall(r"^([a-z][a-z0-9-]*)(?:\[|==)", text(CHECKOUT / lock), re.MULTILINE)
    assert named and set(named) <= set(locked)


def test_the_two_locks_name_nothing_in_two_versions() -> None:
    pins = [dict(re.findall(r"^([a-z][a-z0-9-]*)(?:\[[^]]*\])?==(\S+)", text(CHECKOUT / lock), re.MULTILINE)) for lock in LOCKS]
    assert [name for name in pins[0].keys() & pins[1].keys() if pins[0][name] != pins[1][name]] == []


def test_the_installed_duckdb_is_the_one_the_dialect_is_made_for() -> None:
    assert version("duckdb") == "1.5.6"


@pytest.mark.parametrize(("layer", "declarations"), LAYERS.items(), ids=LAYERS)
def test_every_layer_declares_something(layer: str, declarations: str) -> None:
    assert list((CHECKOUT / "assets" / layer).glob(declarations))


def modules() -> list[Path]:
    return [path for path in written_files() if path.suffix == ".py" and path.relative_to(CHECKOUT).parts[0] in PACKAGES]


def test_modules_stay_short() -> None:
    assert {str(path): lines for path in modules() if (lines := len(text(path).splitlines())) >= 250} == {}


def test_every_module_says_what_belongs_in_it_and_what_does_not() -> None:
    library = [path for path in modules() if path.parent.name != "expectations" and path.name != "__init__.py"]
    openings = {path: ast.get_docstring(ast.parse(text(path))) or "" for path in library}
    assert [
        str(p) for p, words in openings.items() if not ("Belongs here:" in words and re.search(r"\bNot (?:here|of)\b", words))
    ] == []


def commands() -> set[str]:
    pipelines = "".join(text(path) for path in modules() if "pipelines" in path.parts)
    return set(re.findall(r"add_parser\(\s*\"([a-z]+)\"", pipelines))


@pytest.mark.parametrize("name", READMES)
def test_the_readme_names_every_target_and_every_command(name: str) -> None:
    readme = text(CHECKOUT / name)
    assert targets() == set(re.findall(r"`make ([a-z]+)\b", readme))
    assert commands() == set(re.findall(r"`ipmon ([a-z]+)\b", readme))


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_names_only_targets_and_commands_that_exist(name: str) -> None:
    guide = text(CHECKOUT / name)
    used = set(re.findall(r"(?:`|/bin/)ipmon ([a-z]+)\b", guide))
    assert set(re.findall(r"(?:`|^)make ([a-z]+)\b", guide, re.MULTILINE)) <= targets()
    assert used and used <= commands()


@pytest.mark.parametrize("name", READMES)
def test_the_readme_leads_to_the_registers(name: str) -> None:
    readme = text(CHECKOUT / name)
    told = (
        "docs/registers.md",
        "docs/operations.md",
        "assets/registers/",
        "assets/measures/",
        "IPMON_ENGINE",
        "requirements-spark.lock",
    )
    assert [what for what in told if what not in readme] == []
    assert ("Nine" in readme or "九个" in readme) and len(list((CHECKOUT / "assets" / "registers").glob("*.yaml"))) == 9


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_names_only_files_that_exist(name: str) -> None:
    guide, folder = text(CHECKOUT / name), (CHECKOUT / name).parent
    linked = re.findall(r"\]\(([^)#:]+)\)", guide)
    quoted = re.findall(r"`((?:assets|ipmon|pipelines|expectations|tests|docs|notebooks|bench)/[\w./-]*)`", guide)
    assert linked and (quoted or name not in READMES)
    assert [path for path in linked if not (folder / path).exists()] == []
    assert [path for path in quoted if not (CHECKOUT / path).exists()] == []


def test_both_readmes_show_the_same_code() -> None:
    blocks = [re.findall(r"^```(?:sh|yaml|sql)\n(.*?)^```", text(CHECKOUT / name), re.MULTILINE | re.DOTALL) for name in READMES]
    assert len(blocks[0]) >= 3
    assert blocks[0] == blocks[1]
