"""The guides are followed word by word in a checkout of their own: their files are made, and every command in them is run."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest
from conftest import CHECKOUT, TRIAL, blocks, commands

from pipelines.cli import _parser

GUIDES = (
    "docs/onboarding.md",  # first: it publishes a release with a source more, which the others then find
    "README.md",
    "README.zh-CN.md",
    "docs/dictionary.md",
    "docs/methodology/README.md",
    "docs/operations.md",
)
HELD_ELSEWHERE = {
    **dict.fromkeys((c for c in commands("docs/operations.md") if TRIAL in c), "test_synthetic_release.py"),
    'IPMON_ENGINE="local[2]" .venv/bin/ipmon run': "test_spark.py, where Spark and Java are there",
}
"""Commands that are typed in another test, and one that needs Java."""


@dataclass
class Project:
    """A checkout of its own, what was exported in its shell, and what each command printed."""

    folder: Path
    environment: dict[str, str]
    told: dict[str, str] = field(default_factory=dict)

    def type(self, command: str) -> None:
        """Runs a line as a user types it. Fails where it does."""
        if command.startswith("export "):
            name, _, value = command.removeprefix("export ").partition("=")
            self.environment[name] = value.strip('"').replace("$PWD", str(self.folder))
            return
        words = ["bash", "-c", command]
        done = subprocess.run(words, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=900)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        self.told[command] = done.stdout


@pytest.fixture(scope="module")
def project(release_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The code and declarations, a data root with a release, and the delivery that docs/registers.md shows of the pledges."""
    folder = tmp_path_factory.mktemp("guides") / "project"
    for name in ("assets", "ipmon", "pipelines", "expectations"):
        shutil.copytree(CHECKOUT / name, folder / name, ignore=shutil.ignore_patterns("*.pyc.*"))  # half written
    for file in (*CHECKOUT.glob("requirements*.lock"), CHECKOUT / "CHANGELOG.md"):
        shutil.copy(file, folder)
    shutil.copytree(release_home, folder / "data", symlinks=True)
    (folder / ".venv").symlink_to(CHECKOUT / ".venv")
    registers = (CHECKOUT / "docs" / "registers.md").read_text("utf-8").split("\n## pledge_registrations: ")[1]
    (folder / "pledges.csv").write_text(registers.split("```csv\n")[1].split("```")[0], "utf-8")
    environment = {k: v for k, v in os.environ.items() if k != "IPMON_HOME"} | {"PYTHONPATH": str(folder)}
    yield Project(folder, environment)


def test_every_page_with_commands_is_followed() -> None:
    pages = [path.relative_to(CHECKOUT).as_posix() for path in (CHECKOUT / "docs").rglob("*.md")]
    assert {page for page in pages if commands(page)} <= set(GUIDES)


def test_commands_held_elsewhere_are_well_formed_and_still_in_a_guide() -> None:
    said = {command for guide in GUIDES for command in commands(guide)}
    for command, where in HELD_ELSEWHERE.items():
        assert command in said and list((CHECKOUT / "tests").rglob(where.split(",")[0]))
        words = shlex.split(command)
        _parser().parse_args(words[words.index(".venv/bin/ipmon") + 1 :])


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_can_be_followed(guide: str, project: Project) -> None:
    for _, name, text in blocks(guide):
        if name:
            (project.folder / name).write_text(text, "utf-8")
    todo = [c for c in commands(guide) if c not in HELD_ELSEWHERE and not c.startswith("make ")]
    assert todo
    for command in todo:
        project.type(command)


def test_the_attach_line_opens_the_mart(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [text for kind, _, text in blocks("docs/dictionary.md") if kind == "sql" and "ATTACH" in text]
    assert lines and any("ATTACH" in text for _, _, text in blocks("README.md"))
    monkeypatch.chdir(project.folder)
    with duckdb.connect() as client:
        attach, use, *queries = lines[0].strip().split(";\n")
        client.execute(attach)
        client.execute(use)
        assert len(queries) == 2
        for query in queries:
            assert client.execute(query).fetchone()


def test_the_new_source_gives_what_its_guide_says(project: Project) -> None:
    told = project.told
    if not told:
        pytest.skip("follows test_a_guide_can_be_followed")
    assert "-10.779551 percent (derived" in told[".venv/bin/ipmon trace wdi_resident_applications_growth 2019"]
    new = [line for line in told[".venv/bin/ipmon diff"].splitlines() if line.startswith("new")]
    assert len(new) == 5 and all(" wdi_resident_applications" in line for line in new)
    calendar = next(text for command, text in told.items() if "delivery_calendar" in command)
    assert "2022" in calendar and "2023-12-30" in calendar  # a year is due in December of the year after
