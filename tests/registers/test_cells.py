"""Cells as they are kept and read: what holds a period, what is added up from months, and what damage costs."""

from pathlib import Path

import polars as pl
import pytest

from ipmon.dimensions import DIMENSIONS
from ipmon.registers.cells import EVERYTHING, INDEX, Cells, rolled


def frame(*rows: tuple[str, int]) -> pl.DataFrame:
    return pl.DataFrame([(period, number) for period, number in rows], ["period", "number"], orient="row")


def held(cells: Cells) -> dict[str, int]:
    found = cells.read()
    return {} if found is None else dict(sorted(found.select("period", "number").rows()))


@pytest.fixture
def cells(tmp_path: Path) -> Cells:
    made = Cells(tmp_path / "filings" / "month")
    made.change(frame(("2024-01", 1), ("2024-02", 2)), {"2024-01": "a", "2024-02": "b"}, ())
    return made


def parquet(cells: Cells) -> list[str]:
    return sorted(path.name for path in cells.folder.glob("*.parquet"))


def test_a_new_period_leaves_the_file_of_the_others_alone(cells: Cells) -> None:
    (before,) = parquet(cells)
    written = (cells.folder / before).stat().st_mtime_ns
    cells.change(frame(("2024-03", 3)), {"2024-03": "c"}, ())
    assert held(cells) == {"2024-01": 1, "2024-02": 2, "2024-03": 3}
    assert len(parquet(cells)) == 2 and (cells.folder / before).stat().st_mtime_ns == written


def test_a_period_made_again_counts_once(cells: Cells) -> None:
    cells.change(frame(("2024-02", 9)), {"2024-02": "b2"}, ())
    assert held(cells) == {"2024-01": 1, "2024-02": 9}
    assert {period: entry.inputs for period, entry in cells.held().items()} == {"2024-01": "a", "2024-02": "b2"}


def test_a_file_that_holds_nothing_any_more_goes(cells: Cells) -> None:
    cells.change(frame(("2024-01", 5), ("2024-02", 6)), {"2024-01": "a2", "2024-02": "b2"}, ())
    assert held(cells) == {"2024-01": 5, "2024-02": 6} and len(parquet(cells)) == 1
    cells.change(None, {}, ["2024-01", "2024-02"])
    assert held(cells) == {} and parquet(cells) == []


def test_a_period_without_any_row_is_held_all_the_same(cells: Cells) -> None:
    cells.change(frame(("2024-04", 1)).clear(), {"2024-04": "d"}, ())
    assert "2024-04" in cells.held() and held(cells) == {"2024-01": 1, "2024-02": 2}


@pytest.mark.parametrize("damage", ["index", "index of another shape", "file"])
def test_what_is_damaged_is_not_held(cells: Cells, damage: str) -> None:
    if damage == "file":
        (cells.folder / parquet(cells)[0]).unlink()
    else:
        (cells.folder / INDEX).write_text("{" if damage == "index" else '{"2024-01": 5}')
    assert cells.held() == {} and cells.read() is None


def test_history_is_read_whole(tmp_path: Path) -> None:
    cells = Cells(tmp_path)
    cells.change(frame(("2023", 1), ("2024", 2)), {EVERYTHING: "a"}, ())
    assert held(cells) == {"2023": 1, "2024": 2}


def test_slices_leave_out_what_they_cannot_divide() -> None:
    """Of 1 + 2 + 4 in January, 1 is of Beijing, 2 of Guangdong, and 4 of no area."""
    counted = pl.DataFrame({"period": ["2024-01"] * 3, "ref_area": ["CN-BJ", "CN-GD", None], "number": [1, 2, 4]})
    found = rolled(counted, [(), ("ref_area",)])
    assert found.columns == ["period", *DIMENSIONS, "number"]
    assert dict(found.select("ref_area", "number").rows()) == {"_T": 7, "CN-BJ": 1, "CN-GD": 2}
    assert found["ip_type"].unique().to_list() == ["_T"]
