"""What the tests of deliveries share: the declarations of the checkout, a small figures file, an office workbook, a door."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from ipmon.contracts import SourceContract, load_contracts
from ipmon.deliveries import load_manifest, read_staged
from ipmon.dimensions import Dimensions, load_dimensions
from ipmon.intake import Receipt, receive
from ipmon.paths import CHECKOUT, DataRoot

HEADER = (
    "series_id,name_zh,name_en,ref_area,dimension,period,period_kind,value,unit,"
    "publisher,source_title,source_url,published_on,quality,note"
)
ROW = "pledge_amount,质押金额,Pledge amount,,,2023,annual,8539.9,亿元,国家知识产权局,发布会,,2024-01-16,official,"
NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)  # noon in Beijing
COLUMNS = ["本月", "本年累计", "同比增长(%)", "1985年以来累计"]


@dataclass(frozen=True)
class Door:
    """An empty data root and the declarations: files are handed in as the command line does."""

    root: DataRoot
    contracts: dict[str, SourceContract]
    dimensions: Dimensions

    def take(
        self, file: Path, source: str, period: str, issued: date | None = None, now: datetime = NOON, **more: Any
    ) -> Receipt:
        return receive(file, self.contracts[source], period, issued, self.root, now, self.dimensions, **more)

    def rows(self, number: int = -1) -> pl.DataFrame:
        delivery = load_manifest(self.root)[number]
        return read_staged(delivery, self.contracts[delivery.source_id], self.dimensions, self.root)


@pytest.fixture(scope="session")
def dimensions() -> Dimensions:
    problems: list[str] = []
    lists = load_dimensions(CHECKOUT / "assets" / "dimensions", problems)
    assert problems == []
    return lists


@pytest.fixture(scope="session")
def contracts() -> dict[str, SourceContract]:
    problems: list[str] = []
    loaded = load_contracts(CHECKOUT / "assets" / "sources", problems)
    assert problems == []
    return loaded


@pytest.fixture
def door(tmp_path: Path, contracts: dict[str, SourceContract], dimensions: Dimensions) -> Door:
    return Door(DataRoot(tmp_path / "data"), contracts, dimensions)


@pytest.fixture
def figures(tmp_path: Path) -> Callable[..., Path]:
    """Writes a figures CSV of the given rows."""

    def write(*rows: str, header: str = HEADER, name: str = "figures.csv", encoding: str = "utf-8", end: str = "\n") -> Path:
        path = tmp_path / name
        path.write_bytes(("\n".join([header, *rows]) + end).encode(encoding))
        return path

    return write


@pytest.fixture
def office(tmp_path: Path) -> Callable[..., Path]:
    """Writes a workbook in the office's layout: merged title, unit row, two header rows, two panels, notes."""

    def write(
        regions: dict[str, list[Any]],
        title: str = "2015年12月国内发明专利申请受理状况",
        columns: list[str] = COLUMNS,
        extra_titles: tuple[str, ...] = (),
        unit: str = "单位：件",
        notes: tuple[str, ...] = ("注：城市已包含在所在省内。",),
        name: str = "table.xlsx",
    ) -> Path:
        book = openpyxl.Workbook()
        sheet = book.active
        width, half = len(columns) + 1, -(-len(regions) // 2)
        for text in (title, *extra_titles, unit):
            sheet.append([text])
            sheet.merge_cells(start_row=sheet.max_row, end_row=sheet.max_row, start_column=1, end_column=2 * width)
        top = sheet.max_row + 1
        for left in (1, width + 1):
            sheet.cell(top, left, "地区")
            sheet.merge_cells(start_row=top, end_row=top + 1, start_column=left, end_column=left)
            sheet.cell(top, left + 1, "件数")
            sheet.merge_cells(start_row=top, end_row=top, start_column=left + 1, end_column=left + width - 1)
            for offset, column in enumerate(columns, 1):
                sheet.cell(top + 1, left + offset, column)
        for n, (region, values) in enumerate(regions.items()):
            row, left = top + 2 + n % half, 1 + width * (n // half)
            for offset, value in enumerate([region, *values]):
                sheet.cell(row, left + offset, value)
        for n, note in enumerate(notes):
            sheet.cell(top + 2 + half + n, 1, note)
        book.save(tmp_path / name)
        return tmp_path / name

    return write
