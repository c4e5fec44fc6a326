"""From whatever a reader holds to the bytes of a delivery: a number of the mart, of a chart, of a bulletin."""

import hashlib
import json
import re
import shutil
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import pages_of

from ipmon.errors import IpmonError
from ipmon.paths import DataRoot
from ipmon.printed import traced

FILE = re.compile(
    r"file (?P<name>.+) \((?P<source>\w+), (?P<period>[\w-]+)\), line (?P<line>\d+), sha256 (?P<sha256>[0-9a-f]{64})$"
)
DECIMALS = re.compile(r"(?<![\d.,-])\d[\d,]*\.\d+(?![\d.])\s*(?:万亿|亿|万|trillion|million|mln)?")
NOT_FOUND = re.compile(r"^\S+(?: \w+)?: 0 value\(s\), 0 target\(s\), 0 revision\(s\)$")


@pytest.fixture(scope="module")
def root(release_home: Path, tmp_path_factory: pytest.TempPathFactory) -> DataRoot:
    """A copy: in one process DuckDB opens a file locked down, as here, or as the fixture `mart` does."""
    home = tmp_path_factory.mktemp("traced") / "data"
    shutil.copytree(release_home, home, symlinks=True, ignore=shutil.ignore_patterns("work"))
    return DataRoot(home)


def files(lines: Iterable[str]) -> set[re.Match[str]]:
    return {found for line in lines if (found := FILE.search(line))}


def test_a_journalist_asks_where_13_04_percent_comes_from(root: DataRoot) -> None:
    lines = list(traced(root, "In 2023 it was 13.04 % of GDP", None, {}))
    assert (
        lines[2]
        .split(" (")[0]
        .endswith("13.04 % | %, 2023, 专利密集型产业增加值占国内生产总值比重 | Patent-intensive value added as a share of GDP")
    )
    first = next(found for line in lines if (found := FILE.search(line)))
    kept = next((root.raw / first["source"] / first["period"]).glob(f"*_{first['name']}"))
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == first["sha256"]
    printed = kept.read_text("utf-8").splitlines()[int(first["line"]) - 1]
    assert "13.04" in printed and "公告" in printed


@pytest.mark.parametrize(
    ("sentence", "cell"),
    [
        (
            "每万人口高价值发明专利拥有量：2025 年为 16 件（期限 2025 年 12 月 31 日）",
            "ipmon trace hv_invention_patents_per_10k 2025",
        ),
        ("Trademark registrations, down 12.03% in 2025", "ipmon trace trademark_registrations_growth 2025"),
        ("登记金额 7,922.3 亿元", "ipmon trace pledge_amount 2024-09"),
        ("the revised 129.4 trillion yuan of 2023", "ipmon trace gdp_current 2023"),
        ("at least CNY 3,500 hundred million", "target plan_2025_ip_royalty_trade_total"),
    ],
)
def test_a_sentence_of_the_bulletin_leads_to_its_cell(root: DataRoot, sentence: str, cell: str) -> None:
    assert any(line.strip().startswith(cell) for line in traced(root, sentence, None, {}))


def test_every_number_with_decimals_in_the_bulletins_is_found(root: DataRoot, release: Path) -> None:
    for lang in ("zh", "en"):
        pages = " ".join(pages_of(release / f"bulletin_{lang}.pdf"))
        numbers = sorted({found.strip() for found in DECIMALS.findall(pages)})
        assert len(numbers) > 20
        assert [line for line in traced(root, " ; ".join(numbers), None, {}) if NOT_FOUND.match(line)] == []


def test_every_number_of_every_chart_is_traced_to_files(root: DataRoot, release: Path) -> None:
    known = {entry["sha256"] for entry in json.loads((release / "manifest.json").read_text("utf-8"))["inputs"]}
    tables = sorted((release / "charts").glob("*.csv"))
    assert tables
    for table in tables:
        lines = list(traced(root, table.stem, None, {}))
        assert "number(s), also in charts/" in lines[1]
        starts = [n for n, line in enumerate(lines) if n > 1 and not line.startswith(" ")] + [len(lines)]
        for start, end in pairwise(starts):
            told = lines[start + 1 : end]
            assert files(told) or told[0].startswith("    target, set by"), lines[start]
        assert {found["sha256"] for found in files(lines)} <= known


def test_a_chart_is_named_by_id_file_or_figure(root: DataRoot, release: Path) -> None:
    by_id = list(traced(root, "pii_share_of_gdp", None, {}))
    assert list(traced(root, "charts/pii_share_of_gdp_zh.svg", None, {})) == by_id
    number = (release / "charts" / "pii_share_of_gdp.csv").read_text("utf-8").splitlines()[1].split(",")[0]
    assert list(traced(root, f"Figure {number}", None, {})) == list(traced(root, f"图{number}", None, {})) == by_id
    assert any(line.startswith("first 2022 CN: 12.71 % | %, pii_share_of_gdp") for line in by_id)


def test_an_indicator_is_narrowed_by_any_dimension(root: DataRoot) -> None:
    lines = list(traced(root, "pii_value_added", "2023", {"ref_area": "CN", "industry": "pharma_medical"}))
    values = [line.split(" (")[0] for line in lines if not line.startswith((" ", "release", "query"))]
    assert values == ["1369500000000 CNY pharma_medical"]


@pytest.mark.parametrize(
    ("what", "period", "codes", "told"),
    [
        ("pii_value_added", None, {}, r"pii_value_added needs a period.*Periods known there: 2018, 2019"),
        ("pii_value_added", "2023", {"industri": "_T"}, r"There is no dimension 'industri'. Write one of ref_area"),
        ("9,876,543.21%", None, {}, r"No value and no target of the current release is written as in '9,876,543.21%'"),
        ("Figure 999", None, {}, r"There is no figure 999"),
        ("no_such_chart", None, {}, r"There is no indicator 'no_such_chart'"),
    ],
)
def test_what_cannot_be_traced_is_told(root: DataRoot, what: str, period: str | None, codes: dict[str, str], told: str) -> None:
    with pytest.raises(IpmonError, match=told):
        list(traced(root, what, period, codes))
