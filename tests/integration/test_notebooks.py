"""The analysts' notebooks run in Jupyter from top to bottom against a real release, and are kept without outputs."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = {  # what a notebook must tell: figures as published (NBS, CNIPA), and what follows from them by hand
    "first_steps": ["from royalties", "3987.1", "1210207", "1204724", "line 22"],
    "is_the_target_on_track": [
        "2021: 7.5, progress 0.21, elapsed 0.20, pace 1.05: on track",  # 1.2 / 5.7 after one year of five
        "2023: 11.8, progress 0.96, elapsed 0.60, pace 1.61: on track",  # 5.5 / 5.7 after three
        "fragile: 2",
    ],
    "patent_intensive_industries": [
        "naive change: 0.33",
        "one vintage:  0.44",
        "as printed:   0.44",
        "2023-12-28 [('2021', Decimal('12.440000'))]",
        "2023-12-29 [('2022', Decimal('12.710000'))]",
        "2024-12-31 [('2023', Decimal('13.040000'))]",
        "pii_census_2023",
        "33418.0",
    ],
}
FOLDER = Path(__file__).resolve().parents[2] / "notebooks"


def test_every_notebook_is_held() -> None:
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == set(NOTEBOOKS)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs_and_tells_the_truth(name: str, release_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPMON_HOME", str(release_home))
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in cells)
    NotebookClient(notebook, kernel_name=notebook.metadata.kernelspec.name, resources={"metadata": {"path": FOLDER}}).execute()
    told = "".join(output.get("text", "") for cell in cells for output in cell.outputs)
    assert [words for words in NOTEBOOKS[name] if words not in told] == []
