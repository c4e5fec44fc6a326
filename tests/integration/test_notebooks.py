"""The analysts' notebooks run from top to bottom against a real release, and are kept without outputs."""

import json
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_runs_and_tells_the_truth(
    path: Path, release_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IPMON_HOME", str(release_home))
    cells = [c for c in json.loads(path.read_text("utf-8"))["cells"] if c["cell_type"] == "code"]
    assert all(c["outputs"] == [] and c["execution_count"] is None for c in cells)
    space: dict[str, Any] = {}
    for cell in cells:
        exec("".join(cell["source"]), space)
    told = capsys.readouterr().out
    assert "1210207" in told and "1204724" in told  # GDP 2022, preliminary and final (NBS)
    space["mart"].close()
