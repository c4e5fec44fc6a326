"""The pages of a release as files: links that lead somewhere, the same numbers in both languages, numbers that are the mart's."""

import json
import re
from html import unescape
from html.parser import HTMLParser
from os.path import normpath
from pathlib import Path
from urllib.parse import unquote, urlsplit

import duckdb
import pytest

from ipmon.charts.inline import inline
from ipmon.errors import IpmonError

NUMBERS = re.compile(r"\d[\d.,]*\d|\d")


class Links(HTMLParser):
    """Everything that a page links to or loads."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.ids += [str(named["id"])] if "id" in named else []
        if tag == "a":
            self.links.append(str(named["href"]))
        elif tag in ("img", "script", "link", "iframe", "source"):
            self.loaded += [str(named[name]) for name in ("src", "href") if name in named]


def read(path: Path) -> Links:
    page = Links()
    page.feed(path.read_text("utf-8"))
    return page


@pytest.fixture(scope="module")
def pages(release: Path) -> dict[Path, Links]:
    """Every page of the release, and the archive beside it."""
    archives = [folder / "archive.html" for folder in (release.parent, release.resolve().parent)]
    found = [*sorted(release.rglob("*.html")), *archives]
    return {path: read(path) for path in found}


def test_every_indicator_has_its_page_and_its_values(release: Path, mart: duckdb.DuckDBPyConnection) -> None:
    ids = {id_ for (id_,) in mart.execute("select indicator_id from indicators").fetchall()}
    assert {path.stem for path in (release / "indicators").glob("*.html")} == ids
    counts = dict(mart.execute("select indicator_id, count(*) from vintages group by 1").fetchall())
    assert {path.stem for path in (release / "indicators").glob("*.csv")} == counts.keys()
    lines = (release / "indicators" / "pii_share_of_gdp.csv").read_text("utf-8").splitlines()
    assert len(lines) == 1 + counts["pii_share_of_gdp"]
    assert lines[0] == (release / "csv" / "vintages.csv").read_text("utf-8").splitlines()[0]


def test_every_link_leads_to_a_file_or_to_a_source(pages: dict[Path, Links]) -> None:
    assert len(pages) > 500
    for path, page in pages.items():
        assert page.loaded == [], path
        assert len(set(page.ids)) == len(page.ids), path
        for link in set(page.links):
            parts = urlsplit(link)
            if parts.scheme:
                assert parts.scheme in ("http", "https"), link
            elif parts.path:
                assert Path(normpath(path.parent / unquote(parts.path))).is_file(), (path.name, link)
            else:
                assert parts.fragment in page.ids, (path.name, link)


def test_the_page_of_an_indicator_says_what_was_published(release: Path) -> None:
    """CNIPA's announcement 562 gave 12.71 % for 2022, NBS and CNIPA 13.04 % for 2023; the census made 12.60 of the former."""
    text = plain((release / "indicators" / "pii_share_of_gdp.html").read_text("utf-8"))
    for said in (
        "2023年 13.04 [ 口径中断 ] 13.035 – 13.045 2024-12-31 公布",
        "2022年 12.71 12.6 -0.11 (-0.87%) 2024-12-31 由后来公布的变化推知 · 由2023年公布的水平和变化推得",
        "pii_value_added / gdp_current * 100",
        "2023-01-01: 2023年数以第五次全国经济",
        "2024年值13.38%，比2023年的13.04%上升0.34个百分点",
    ):
        assert said in text, said


def plain(page: str) -> str:
    """What a Chinese reader sees, with single blanks between."""
    body = re.sub(r"<(style|script).*?</\1>", "", page, flags=re.DOTALL)
    chinese = re.sub(r'<span lang="en">.*?</span>', "", body, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", chinese)).split())


def test_both_languages_have_the_same_numbers(release: Path) -> None:
    index = (release / "index.html").read_text("utf-8")
    found = re.findall(r'^<div lang="(zh|en)">\n(.*?)^</div>$', index, re.DOTALL | re.MULTILINE)
    assert [lang for lang, _ in found] == ["zh", "en"]
    tables = [re.findall(r'<td data-label="[^"]*">(.*?)</td>', block) for _, block in found]
    assert len(tables[0]) == len(tables[1]) > 100
    values = [[NUMBERS.findall(cell) for n, cell in enumerate(cells) if n % 3 == 1] for cells in tables]
    assert values[0] == values[1]
    for path in [*(release / "indicators").glob("*.html"), release / "changes.html"]:
        pairs = re.findall(r'<span lang="zh">(.*?)</span><span lang="en">(.*?)</span>', path.read_text("utf-8"))
        captions = [pair for pair in pairs if "最低" in pair[0] and "lowest" in pair[1]]
        assert all(len(NUMBERS.findall(zh)) >= 4 for zh, _ in captions)
        assert [p for p in captions if set(decimals(p[0])) != set(decimals(p[1]))] == [], path.name


def decimals(text: str) -> list[str]:
    """The values of a caption, which alone have decimals."""
    return [number for number in NUMBERS.findall(text) if "." in number]


def test_a_first_release_says_that_nothing_came_before_it(release: Path) -> None:
    assert json.loads((release / "changes.json").read_bytes()) == {
        "release": json.loads((release / "manifest.json").read_bytes())["release_id"],
        "previous": "",
        "values": {"new": 0, "revised": 0, "withdrawn": 0},
        "indicators": {"added": [], "redefined": [], "removed": []},
        "withdrawn_deliveries": [],
    }
    assert "这是第一个发布" in (release / "changes.html").read_text("utf-8")
    assert "首个发布" in (release.parent / "archive.html").read_text("utf-8")


def test_charts_in_the_page_have_text_as_wide_as_it_was_drawn() -> None:
    drawn = (
        '<svg><title>t</title><defs>\n<path id="u41" d="M0 0"/>\n</defs>\n'
        '<g fill="#123456" transform="translate(10 20) scale(0.01200)" aria-label="A&amp;A">'
        '<use href="#u41" x="0"/><use href="#u26" x="600"/><use href="#u41" x="1200"/></g></svg>'
    )
    assert inline(drawn) == (  # (1200 + 560) thousandths of 12
        '<svg><title>t</title><text x="10" y="20" font-size="12" textLength="21.1" lengthAdjust="spacingAndGlyphs" '
        'fill="#123456">A&amp;A</text></svg>'
    )
    with pytest.raises(IpmonError, match=r"inline\.py"):
        inline(drawn.replace("aria-label", "data-label"))
