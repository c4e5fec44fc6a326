"""Bad deliveries, done for real: each is refused or taken in as the list of faults expects, and nothing else changes."""

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import polars as pl
import pytest

from ipmon.contracts import SourceContract, load_contracts
from ipmon.deliveries import chain, load_manifest, read_staged
from ipmon.dimensions import Dimensions, load_dimensions
from ipmon.durable import read_lines
from ipmon.errors import Rejected
from ipmon.intake import Receipt, receive
from ipmon.paths import CHECKOUT, DataRoot

REAL = CHECKOUT.parent / "shared" / "real" / "cnipa_tables"
needs_real_tables = pytest.mark.skipif(not REAL.is_dir(), reason="the office's own tables lie in ../shared, which is not here")
SOURCE, PERIOD = "pledge_financing", "2026-11"
NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
COLUMNS = ["series_id", "name_zh", "name_en", "ref_area", "dimension", "period", "period_kind", "value", "unit", "publisher"]
COLUMNS += ["source_title", "source_url", "published_on", "quality", "note"]


def row(**changed: str) -> list[str]:
    """One published figure: pledge financing of 2023, CNY 853.99 billion."""
    plain = dict.fromkeys(COLUMNS, "") | {
        "series_id": "pledge_amount",
        "name_zh": "质押融资登记金额",
        "name_en": "Registered pledge amount",
        "period": "2023",
        "period_kind": "annual",
        "value": "8539.9",
        "unit": "亿元",
        "publisher": "国家知识产权局",
        "source_title": "新闻发布会",
        "published_on": "2024-01-16",
        "quality": "official",
    }
    return list((plain | changed).values())


def csv_text(*rows: list[str], columns: list[str] = COLUMNS) -> str:
    return "".join(",".join(line) + "\n" for line in [columns, *rows])


@dataclass(frozen=True)
class Door:
    """An empty data root, an inbox and the declarations."""

    root: DataRoot
    folder: Path
    contracts: dict[str, SourceContract]
    dimensions: Dimensions

    def file(self, content: str | bytes, name: str = "pledge.csv") -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def book(self, fill: Callable[[Any], None], name: str = "pledge.xlsx") -> Path:
        book = openpyxl.Workbook()
        book.active.append(COLUMNS)
        fill(book.active)
        book.save(self.folder / name)
        return self.folder / name

    def take(self, file: Path, source: str = SOURCE, period: str = PERIOD, issued: date | None = None, **more: Any) -> Receipt:
        return receive(file, self.contracts[source], period, issued, self.root, NOON, self.dimensions, **more)

    def refuse(self, file: Path, code: str, source: str = SOURCE, period: str = PERIOD, **more: Any) -> str:
        """The reason of a rejection that has the code, exit 3, a line in the log, and left the raw folder alone."""
        before = load_manifest(self.root)
        with pytest.raises(Rejected) as caught:
            self.take(file, source, period, **more)
        assert (caught.value.code, caught.value.exit_code) == (code, 3)
        assert read_lines(self.root.quarantine / "rejections.jsonl")[-1]["code"] == code
        assert load_manifest(self.root) == before
        return caught.value.reason

    def rows(self, number: int = -1) -> pl.DataFrame:
        delivery = load_manifest(self.root)[number]
        return read_staged(delivery, self.contracts[delivery.source_id], self.dimensions, self.root)


@pytest.fixture(scope="module")
def declared() -> tuple[dict[str, SourceContract], Dimensions]:
    problems: list[str] = []
    found = load_contracts(CHECKOUT / "assets/sources", problems), load_dimensions(CHECKOUT / "assets/dimensions", problems)
    assert problems == []
    return found


@pytest.fixture
def door(tmp_path: Path, declared: tuple[dict[str, SourceContract], Dimensions]) -> Door:
    (tmp_path / "inbox").mkdir()
    return Door(DataRoot(tmp_path / "data"), tmp_path / "inbox", *declared)


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder with its hash."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


def test_f01_gb18030_gives_the_rows_of_its_utf8_twin(door: Door) -> None:
    text = csv_text(row(), row(ref_area="CN-SN", note="誠"))
    door.take(door.file(text, "utf8.csv"), period="2026-10")
    receipt = door.take(door.file(text.encode("gb18030"), "gb.csv"))
    assert receipt.delivery.encoding == "gb18030"
    assert door.rows(0).drop("delivery_id").rows() == door.rows(1).drop("delivery_id").rows()
    assert door.rows()["note"].to_list() == ["", "誠"]


@pytest.mark.parametrize("province", ["上海市", "天津市", "四川省"])
def test_f02_utf8_that_is_also_valid_gb18030_is_read_as_utf8(door: Door, province: str) -> None:
    text = csv_text(row(name_zh=province, publisher="A", source_title="B", unit="%"))
    receipt = door.take(door.file(text))
    assert (receipt.delivery.encoding, door.rows()["name_zh"].to_list()) == ("utf-8", [province])


def test_f04_a_byte_order_mark_is_dropped_and_undeclared_utf16_refused(door: Door) -> None:
    door.take(door.file("\ufeff" + csv_text(row())))
    assert door.rows()["series_id"].to_list() == ["pledge_amount"]
    reason = door.refuse(door.file(csv_text(row()).encode("utf-16"), "unicode.csv"), "ENCODING_INVALID")
    assert "UTF-16, which the contract does not allow" in reason


def test_f05_lost_or_invalid_bytes_are_refused_with_their_offset(door: Door) -> None:
    for byte_pattern in (b"\xef\xbf\xbd", b"\xff\xff"):  # U+FFFD where text was lost before; bytes of no encoding at all
        content = csv_text(row(note="LOST")).encode().replace(b"LOST", byte_pattern)
        offset = content.index(byte_pattern)
        assert f"at byte {offset} stands" in door.refuse(door.file(content), "ENCODING_INVALID")


@needs_real_tables
def test_f07_regions_are_known_by_every_alias_and_none_is_dropped(door: Door) -> None:
    text = (REAL / "2013-04_valid_inventions_gb18030.csv").read_bytes().decode("gb18030")
    respelled = (
        text.replace("北京", "北京市").replace("上海", "Shanghai").replace("天津", " 天津　").replace("内蒙古", "内蒙古自治区")
    )
    door.take(door.file(text.encode("gb18030")), "cnipa_inventions_in_force_monthly", "2013-04")
    door.take(door.file(respelled, "b.csv"), "cnipa_inventions_in_force_monthly", "2013-04", issued=date(2026, 1, 1))
    assert door.rows(0).drop("delivery_id", "published_on").rows() == door.rows(1).drop("delivery_id", "published_on").rows()
    reason = door.refuse(
        door.file(text.replace("湖北", "湖此"), "c.csv"), "UNKNOWN_REGION", "cnipa_inventions_in_force_monthly", "2013-04"
    )
    assert "line 5 names '湖此'" in reason


def test_f09_a_truncated_file_never_gives_its_cut_number(door: Door) -> None:
    whole = csv_text(row(), row(period="2022", note="999", quality="official"))
    shortened = whole.rstrip("\n")
    reason = door.refuse(door.file(shortened[:-2]), "TRUNCATED")  # the note 999 would have become 9
    assert "line 3" in reason
    for cut in range(1, 40):  # wherever the end is lost within the last line
        with pytest.raises(Rejected) as caught:
            door.take(door.file(whole[:-cut]))
        assert caught.value.code in {"TRUNCATED", "RAGGED"}
    assert load_manifest(door.root) == []


@needs_real_tables
def test_f09_an_office_table_cut_anywhere_in_its_last_lines_is_refused(door: Door) -> None:
    raw = (REAL / "2013-04_valid_inventions_gb18030.csv").read_bytes()
    for cut in (2, 3, 40, 120, 200, 300, 400, 600):
        with pytest.raises(Rejected) as caught:
            door.take(door.file(raw[:-cut]), "cnipa_inventions_in_force_monthly", "2013-04")
        assert caught.value.code in {"TRUNCATED", "ENCODING_INVALID"}, cut
    assert not (door.root.raw / "manifest.jsonl").exists()


def test_f10_a_row_with_other_fields_than_the_header_is_refused_with_its_line(door: Door) -> None:
    assert "line 3 has 16 fields" in door.refuse(door.file(csv_text(row(), [*row(period="2022"), "x"])), "RAGGED")
    assert "line 2 has 14 fields" in door.refuse(door.file(csv_text(row()[:-1], row(period="2022"))), "RAGGED")


def test_f12_columns_reordered_added_renamed_dropped(door: Door) -> None:
    door.take(door.file(csv_text(row()[::-1], columns=COLUMNS[::-1])))
    assert door.rows()["value"].to_list() == ["8539.9"]
    receipt = door.take(door.file(csv_text([*row(), "x"], columns=[*COLUMNS, "colour"]), "b.csv"), issued=date(2026, 11, 1))
    assert receipt.delivery.extra_columns == ("colour",)
    renamed = door.refuse(door.file(csv_text(row(), columns=["amount" if c == "value" else c for c in COLUMNS])), "SCHEMA")
    assert "value missing (found: series_id" in renamed and "amount" in renamed
    assert "note missing" in door.refuse(door.file(csv_text(row()[:-1], columns=COLUMNS[:-1])), "SCHEMA")


def test_f15_a_file_without_data_is_not_zero(door: Door) -> None:
    assert "no data is not zero" in door.refuse(door.file(""), "EMPTY")
    assert "no data is not zero" in door.refuse(door.file(csv_text()), "EMPTY")
    table = "2015年12月\n单位：件\n地区,本月,本年累计\n注：略\n"
    assert "no data is not zero" in door.refuse(door.file(table), "EMPTY", "cnipa_pct_received_monthly", "2015-12")


def test_f16_a_late_text_cell_in_a_number_column_is_reported(door: Door) -> None:
    def fill(sheet: Any) -> None:
        for n in range(1500):
            sheet.append(row(period=f"{1900 + n % 100}", dimension=f"d{n // 100}"))
            sheet.cell(sheet.max_row, 8).value = 8539.5 if n != 1203 else "x"

    assert "Sheet!1205 'x'" in door.refuse(door.book(fill), "BAD_VALUE")  # 1204th row, below the header


def test_f17_a_formula_without_a_value_is_refused_with_its_cell(door: Door) -> None:
    def fill(sheet: Any) -> None:
        sheet.append(row())
        sheet["H2"] = "=8000+539.9"

    assert "cell Sheet!H2 holds a formula without a value" in door.refuse(door.book(fill), "FORMULA_NO_VALUE")


@pytest.mark.parametrize("error", ["#REF!", "#DIV/0!", "#N/A"])
def test_f18_an_error_cell_is_refused_with_its_address(door: Door, error: str) -> None:
    def fill(sheet: Any) -> None:
        sheet.append(row())
        sheet.append(row(period="2022"))
        sheet["H3"] = error

    assert f"cell Sheet!H3 holds the error {error}" in door.refuse(door.book(fill), "EXCEL_ERROR")


@needs_real_tables
def test_f20_merged_cells_two_headers_title_and_notes_equal_the_tidy_twin(door: Door) -> None:
    door.take(REAL / "2014-09_invention_grants.xlsx", "cnipa_invention_grants_monthly", "2014-09")
    names = door.dimensions.area_aliases
    lines = [
        line.rsplit(" ", 4) for line in (REAL / "2014-09_t5_inv_grants.txt").read_text("utf-8").splitlines() if line[0] != "#"
    ]
    tidy = {("CN" if name == "Total" else names[name], n): float(text) for name, *texts in lines for n, text in enumerate(texts)}
    staged = {(r["ref_area"], n % 4): float(r["value"]) for n, r in enumerate(door.rows().to_dicts())}
    assert staged == tidy
    assert len(tidy) == 35 * 4


def test_f21_what_is_no_intact_workbook_is_refused_without_a_traceback(door: Door) -> None:
    whole = door.book(lambda sheet: sheet.append(row())).read_bytes()
    for cut in (1, 100, len(whole) // 2, len(whole) - 10):
        door.refuse(door.file(whole[:-cut], "cut.xlsx"), "BAD_CONTAINER")
    door.refuse(door.file("<html><table><tr><td>北京</td></tr></table></html>", "page.xlsx"), "BAD_CONTAINER")
    door.refuse(door.file(b"", "nothing.xlsx"), "BAD_CONTAINER")
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    assert "password" in door.refuse(door.file(locked, "locked.xlsx"), "BAD_CONTAINER")
    door.take(door.file(whole, "really_an_xlsx.xls"))  # the content decides
    assert door.rows()["value"].to_list() == ["8539.9"]


BOMB = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from ipmon.contracts import load_contracts
from ipmon.dimensions import load_dimensions
from ipmon.errors import Rejected
from ipmon.intake import receive
from ipmon.paths import CHECKOUT, DataRoot
contract = load_contracts(CHECKOUT / "assets/sources", [])["pledge_financing"]
try:
    receive(Path(sys.argv[1]), contract, "2026-11", None, DataRoot(Path(sys.argv[2])), datetime(2026, 11, 22, tzinfo=UTC),
            load_dimensions(CHECKOUT / "assets/dimensions", []))
except Rejected as rejected:
    # ru_maxrss would remember the size of the process that started this one
    peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print(rejected.code, peak)
"""


def bomb(folder: Path, size: int, lie: bool) -> Path:
    """A workbook of about 0.4 MB whose worksheet inflates to `size` bytes; `lie`: its directory says 1000."""
    book = openpyxl.Workbook()
    book.save(buffer := io.BytesIO())
    path = folder / "bomb.xlsx"
    with zipfile.ZipFile(buffer) as plain, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name in plain.namelist():
            if name != "xl/worksheets/sheet1.xml":
                made.writestr(name, plain.read(name))
        with made.open("xl/worksheets/sheet1.xml", "w") as entry:
            for _ in range(size // 10_000_000):
                entry.write(b"<c r='A1'/>" * 909_090 + b" " * 10)
    if lie:
        with zipfile.ZipFile(path) as made:
            told = made.getinfo("xl/worksheets/sheet1.xml").file_size.to_bytes(4, "little")
        path.write_bytes(path.read_bytes().replace(told, (1000).to_bytes(4, "little")))
    return path


@pytest.mark.parametrize("lie", [False, True])
def test_f22_a_zip_bomb_is_refused_before_it_is_parsed(tmp_path: Path, lie: bool) -> None:
    path = bomb(tmp_path, 400_000_000, lie)
    assert path.stat().st_size < 2_000_000
    command = [sys.executable, "-c", BOMB, str(path), str(tmp_path / "data")]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=True)
    code, peak_kilobytes = done.stdout.split()
    assert code == "ZIP_BOMB"
    assert int(peak_kilobytes) < 200 * 1024


@pytest.mark.parametrize(
    ("column", "damaged"),
    [("period", 45352), ("ref_area", 45352), ("series_id", 100000), ("period_kind", 45352), ("quality", 1e5)],
)
def test_f25_what_a_spreadsheet_made_of_a_code_is_refused(door: Door, column: str, damaged: float) -> None:
    def fill(sheet: Any) -> None:
        sheet.append(row())
        sheet.cell(2, COLUMNS.index(column) + 1).value = damaged

    assert f"column {column} must" in door.refuse(door.book(fill), "UNKNOWN_CODE")


def test_f37_the_same_bytes_again_have_no_effect_and_are_recorded(door: Door) -> None:
    first = door.take(door.file(csv_text(row())))
    before = tree(door.root.raw)
    again = door.take(door.file(csv_text(row()), "other name.csv"), issued=date(2026, 11, 20))
    assert (again.outcome, again.delivery) == ("known", first.delivery)
    assert tree(door.root.raw) == before
    assert [r["outcome"] for r in read_lines(door.root.work / "receipts.jsonl")] == ["accepted", "known"]


def test_f38_a_correction_stands_beside_what_it_corrects(door: Door) -> None:
    old = door.take(door.file(csv_text(row()))).delivery
    new = door.take(door.file(csv_text(row(value="8540.1"))), issued=date(2026, 11, 22)).delivery
    assert chain(load_manifest(door.root), SOURCE, PERIOD) == [old, new]
    assert [door.rows(n)["value"].to_list() for n in (0, 1)] == [["8539.9"], ["8540.1"]]
    assert (door.root.raw / old.path).read_bytes() == csv_text(row()).encode()


def test_f39_two_files_for_one_period_without_an_order_are_a_conflict(door: Door) -> None:
    door.take(door.file(csv_text(row())))
    second = door.file(csv_text(row(value="8540.1")))
    os.utime(second, (0, 0))  # neither the time of the file nor its name decides
    reason = door.refuse(second, "CONFLICT")
    assert "receive it with --issued DATE" in reason
    assert door.rows()["value"].to_list() == ["8539.9"]


def test_f59_paths_links_and_entries_that_lead_elsewhere_are_refused(door: Door, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.csv").write_text(csv_text(row()), "utf-8")
    before = tree(outside)
    inbox = door.folder
    door.refuse(inbox / ".." / "outside" / "x.csv", "BAD_PATH", inside=inbox)
    door.refuse(outside / "x.csv", "BAD_PATH", inside=inbox)
    (inbox / "link.csv").symlink_to(outside / "x.csv")
    door.refuse(inbox / "link.csv", "BAD_PATH", inside=inbox)
    door.refuse(inbox / "link.csv", "BAD_PATH")
    (inbox / "folder").symlink_to(outside)
    door.refuse(inbox / "folder" / "x.csv", "BAD_PATH", inside=inbox)
    door.refuse(inbox, "BAD_PATH")
    os.mkfifo(inbox / "pipe.csv")
    door.refuse(inbox / "pipe.csv", "BAD_PATH")
    slip = door.book(lambda sheet: sheet.append(row()), "slip.xlsx")
    with zipfile.ZipFile(slip, "a") as archive:
        archive.writestr("../../outside/evil.csv", "x")
    door.refuse(slip, "BAD_CONTAINER")
    assert tree(outside) == before
    copied = [path for path in door.root.quarantine.rglob("*") if path.is_file() and path.suffix != ".jsonl"]
    assert [path.name.partition("_")[2] for path in copied] == ["slip.xlsx"]  # what a link points to is never copied


def test_f60_brackets_and_stars_in_a_name_are_no_pattern(door: Door) -> None:
    for name, value in (("data1.csv", "8"), ("datax.csv", "9"), ("data[1].csv", "7"), ("*.csv", "6")):
        door.file(csv_text(row(value=value)), name)
    door.take(door.folder / "data[1].csv")
    assert door.rows()["value"].to_list() == ["7"]
    door.take(door.folder / "*.csv", period="2026-10")
    assert door.rows()["value"].to_list() == ["6"]


@pytest.mark.parametrize("name", ["a'b;--.csv", "a\nb.csv", "-rf.csv", "Ｑ3 数据 (终稿).csv", "x" * 240 + ".csv"])
def test_f60_any_name_becomes_a_harmless_one(door: Door, name: str) -> None:
    delivery = door.take(door.file(csv_text(row()), name)).delivery
    assert (door.root.raw / delivery.path).is_file()
    assert len(delivery.name) <= 120
    assert not set(delivery.name) & set("\n'\";/\\")
    assert json.loads((door.root.raw / "manifest.jsonl").read_text("utf-8"))["name"] == delivery.name


def test_f62_databases_and_parquet_are_no_deliveries_whatever_they_are_called(door: Door) -> None:
    pl.DataFrame({"a": [1]}).write_parquet(door.folder / "table.csv")
    assert "a Parquet file" in door.refuse(door.folder / "table.csv", "BAD_CONTAINER")
    with duckdb.connect(str(door.folder / "base.duckdb")) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS a")
    (door.folder / "base.duckdb").rename(door.folder / "base.xlsx")
    assert "a DuckDB database" in door.refuse(door.folder / "base.xlsx", "BAD_CONTAINER")


def test_f54_a_file_above_the_limit_is_not_read_and_kept_whole(door: Door) -> None:
    contract = door.contracts[SOURCE]
    limits = contract.format.limits.model_copy(update={"bytes": 1000})
    layout = contract.format.model_copy(update={"limits": limits})
    small = Door(door.root, door.folder, {SOURCE: contract.model_copy(update={"format": layout})}, door.dimensions)
    big = door.file(csv_text(*[row(period=str(y)) for y in range(1900, 2000)]))
    assert "more than 1,000 bytes" in small.refuse(big, "TOO_BIG")
    digest = sha256(big.read_bytes()).hexdigest()
    assert (door.root.quarantine / SOURCE / f"{digest[:12]}_pledge.csv").read_bytes() == big.read_bytes()
