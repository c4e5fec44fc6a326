"""Pages without a release: what changed between two marts, the archive, phrases of the mart in both languages, small pictures."""

import json
import re
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from assets import declarations
from ipmon.declared import Text
from ipmon.errors import DeclarationError
from ipmon.pages import archive, sketch
from ipmon.pages.layout import Layout, both
from ipmon.pages.saying import exact, shown
from ipmon.pages.words import load_words
from ipmon.paths import CHECKOUT, DataRoot
from ipmon.synthetic import named
from ipmon.verify import canonical, fingerprint

FOLDER = CHECKOUT / "assets" / "pages"
OLD, NEW, BROKEN = "2024-05-01-aaaaaaaa", "2024-06-01-bbbbbbbb", "2024-07-01-cccccccc"


def test_every_theme_and_every_kind_of_code_has_words() -> None:
    words = load_words(FOLDER)
    for indicator in declarations().registry.indicators.values():
        for kind in ("nature", "freq", "direction"):
            assert words.code(kind, getattr(indicator, kind))
        assert indicator.theme in words.themes


def test_a_theme_without_a_title_stands_under_other() -> None:
    words = load_words(FOLDER)
    assert (words.theme("astrology"), words.theme("patents")) == ("other", "patents")
    assert words.themes["other"].zh == "其他"


@pytest.mark.parametrize(
    ("phrase", "zh"),
    [
        ("as published", "直接采用公布值"),
        (
            "grants of the measure grants over records; or as published",
            "由登记记录计算（度量 grants 的 grants 列），或采用公布值",
        ),
        ("a / b * 100", None),
    ],
)
def test_phrases_of_the_mart_are_said_in_chinese(phrase: str, zh: str | None) -> None:
    said = load_words(FOLDER).say(phrase)
    assert (said.zh if said else None) == zh


def test_words_are_escaped_and_said_once_where_both_are_the_same() -> None:
    assert both(Text(zh="<甲>", en="a&b")) == '<span lang="zh">&lt;甲&gt;</span><span lang="en">a&amp;b</span>'
    assert both(Text(zh="13 < 14", en="13 < 14")) == "13 &lt; 14"


def test_numbers_are_shown_in_the_unit_and_bounds_with_all_their_decimals() -> None:
    assert shown(Decimal("853990000000"), 10**8) == "8,539.9"
    assert (shown(Decimal("13.035"), 1), exact(Decimal("13.035000"), 1)) == ("13.04", "13.035")
    assert (shown(None, 1), exact(Decimal("1200000"), 1)) == ("", "1,200,000")


def test_a_line_leaves_gaps_and_marks_what_is_not_firm() -> None:
    dots = [
        sketch.Dot(date(2020, 12, 31), 10.0, True, False),
        sketch.Dot(date(2021, 12, 31), 20.0, False, True),
        sketch.Dot(date(2023, 12, 31), 30.0, True, False),
    ]
    drawn = sketch.line(dots, [date(2023, 1, 1), date(2030, 1, 1)])
    way = re.search(r'<path d="(M[^"]*)" fill="none"', drawn)
    assert way is not None and re.sub(r"[^ML]", "", way[1]) == "MLM"
    assert drawn.count('r="3.2" fill="#FFFFFF"') == 1 and drawn.count("stroke-dasharray") == 1
    assert re.findall(r'text-anchor="middle">(\d{4})<', drawn) == ["2023", "2021", "2020"]
    assert re.findall(r'text-anchor="end">(\d+)<', drawn) == ["0", "10", "20", "30"]


@pytest.mark.parametrize("mistake", ["{{ word.archve }}", "{% endfor %}"])
def test_a_mistake_in_a_template_is_told_with_its_file(mistake: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "pages"))
    (folder / "archive.html").write_text(mistake, "utf-8")
    with pytest.raises(DeclarationError, match=r"pages/archive\.html: .*(archve|endfor).* Mend the template\."):
        Layout(folder, NEW).page("archive", releases=[], prefix="")


def test_links_to_files_of_a_simulated_release_have_its_mark() -> None:
    assert named("indicators/a.html", "SYNTHETIC-2024-01-01-aaaaaaaa") == "indicators/SYNTHETIC_a.html"
    assert named("public.duckdb", "SYNTHETIC-2024-01-01-aaaaaaaa") == "public.duckdb"
    assert named("index.html", OLD) == "index.html"


def published(root: DataRoot, name: str, before: str | None, decided_at: str, new: int) -> None:
    """As much of a release as the archive reads."""
    folder = root.releases / name
    folder.mkdir(parents=True)
    manifest = {"release_id": name, "as_of": name[:10], "tables": {"indicators": 502, "observations": 7738}}
    manifest["previous"] = {"release_id": before, "manifest_sha256": "0"} if before else None
    (folder / "manifest.json").write_bytes(canonical(manifest | {"self_sha256": fingerprint(manifest)}))
    (folder / "verdict.json").write_bytes(canonical({"decided_at": decided_at}))
    counts = {"previous": before or "", "values": {"new": new, "revised": 2, "withdrawn": 0}, "indicators": {}}
    (folder / "changes.json").write_bytes(canonical(counts))
    for file in ("index.html", "changes.html", "bulletin_zh.pdf"):
        (folder / file).write_text(file)


def test_the_archive_lists_every_release_with_what_it_changed(tmp_path: Path) -> None:
    root = DataRoot(tmp_path)
    published(root, OLD, None, "2024-05-02T01:02:03+00:00", 0)
    published(root, NEW, OLD, "2024-06-02T01:02:03+00:00", 1234)
    published(root, BROKEN, NEW, "2024-07-02T01:02:03+00:00", 5)
    (root.releases / BROKEN / "manifest.json").write_text(json.dumps({"release_id": BROKEN}))
    root.current.symlink_to(Path("releases") / NEW)
    archive.write(root, Layout(FOLDER, NEW))
    page = (tmp_path / "marts" / "archive.html").read_text("utf-8")
    rows = re.findall(r'<tr><th scope="row">(.*?)</tr>', page, re.DOTALL)
    assert [re.search(r"\d{4}-\d\d-\d\d-[a-z]{8}", row)[0] for row in rows] == [NEW, OLD, BROKEN]  # type: ignore[index]
    assert f'href="releases/{NEW}/index.html"' in rows[0] and "当前发布" in rows[0] and "当前发布" not in rows[1]
    assert f'href="releases/{NEW}/changes.html"' in rows[0] and "新增 1,234、修订 2、撤回 0" in rows[0]
    assert "2024-06-02 01:02 UTC" in rows[0] and "7,738" in rows[0] and "bulletin_en.pdf" not in page
    assert "首个发布" in rows[1] and "清单不可读" in rows[2]
    among = (root.releases / "archive.html").read_text("utf-8")
    assert f'href="{NEW}/index.html"' in among and 'href="releases/' not in among
    archive.write(root, Layout(FOLDER, NEW))  # an archive that is there is replaced
    assert sorted(path.name for path in (tmp_path / "marts").iterdir()) == ["archive.html", "current", "releases"]
