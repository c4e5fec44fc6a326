"""The bulletin and the annual report of a real release: what a reader holds, and that every digit in it is bound."""

import re
import shutil
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pypdf
import pytest
import yaml
from conftest import pages_of

from ipmon import marks
from ipmon.bulletin import composed, typeset
from ipmon.bulletin_issue import Issue
from ipmon.duedates import next_release_day

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "bulletin"
LITERALS = yaml.safe_load((FOLDER / "content.yaml").read_text("utf-8"))["literals"]
PAGES = {"bulletin": range(4, 9), "annual_report": range(10, 31)}
DOCUMENTS = [f"{edition}_{lang}" for edition in PAGES for lang in ("zh", "en")]


@pytest.fixture(scope="module")
def pages(release: Path) -> dict[str, dict[str, Any]]:
    """The marked texts of every document, composed again from the release."""
    with duckdb.connect(str(release / "public.duckdb"), read_only=True) as connection:
        release_id, as_of = connection.execute("select release_id, as_of from release").fetchall()[0]
    issue = Issue(release_id, as_of, next_release_day(as_of))
    return dict(composed(release / "public.duckdb", release / "charts", FOLDER, issue))


def chapters(reader: pypdf.PdfReader) -> list[Any]:
    return [entry for entry in reader.outline if not isinstance(entry, list)]


def loose_numerals(pdf: Path, words: dict[str, Any]) -> Counter[str]:
    """The numerals on the pages of a document that stand there more often than its composed texts say.

    What the layout counts itself is left aside: pages, main points, the pages of the contents; and heads that it repeats.
    """
    reader, plain = pypdf.PdfReader(pdf), marks.printed(words)
    found = Counter(numeral for page in pages_of(pdf) for numeral in marks.numerals(page))
    own = [str(n) for n in range(1, len(plain["points"]) + 1)]
    if plain["full"]:
        own += [str((reader.get_destination_page_number(entry) or 0) + 1) for entry in chapters(reader)]
        own += [numeral for group in plain["targets"] for numeral in marks.numerals(group["document"])]
    for n in range(1, len(reader.pages) + 1):
        own += marks.numerals(plain["words"]["page"].format(n=n, total=len(reader.pages)))
        own += marks.numerals(plain["words"]["release"] + plain["words"]["title"] + plain["words"]["issue"]) if n > 1 else []
    said = Counter(numeral for text in marks.texts(plain) for numeral in marks.numerals(text))
    return found - Counter(own) - said


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_digit_on_the_built_pages_is_unbound(release: Path, pages: dict[str, dict[str, Any]], name: str) -> None:
    assert marks.unbound(pages[name], LITERALS) == []
    assert loose_numerals(release / f"{name}.pdf", pages[name]) == Counter()


def test_a_digit_that_the_layout_adds_is_found(release: Path, pages: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    layout = tmp_path / "bulletin.typ"
    layout.write_text((FOLDER / "bulletin.typ").read_text("utf-8") + "\n#parbreak()\nChapter 4711\n", "utf-8")
    made = tmp_path / "made.pdf"
    made.write_bytes(typeset(layout, release / "charts", marks.printed(pages["bulletin_en"])))
    assert loose_numerals(made, pages["bulletin_en"]) == Counter({"4711": 1})


@pytest.mark.parametrize("edition", PAGES)
def test_both_languages_carry_the_same_numbers_in_the_same_places(pages: dict[str, dict[str, Any]], edition: str) -> None:
    zh, en = ([sorted(marks.bound_numerals(t)) for t in marks.texts(pages[f"{edition}_{lang}"])] for lang in ("zh", "en"))
    assert len([numeral for numerals in zh for numeral in numerals]) > 100
    assert zh == en


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_has_its_length_language_title_and_bookmarks(release: Path, name: str) -> None:
    edition, _, lang = name.rpartition("_")
    reader = pypdf.PdfReader(release / f"{name}.pdf")
    root: Any = reader.trailer["/Root"]
    assert len(reader.pages) in PAGES[edition]
    assert root["/Lang"] == {"zh": "zh-CN", "en": "en-GB"}[lang]
    assert root["/MarkInfo"]["/Marked"] and reader.metadata and reader.metadata.title
    bookmarks = [entry.title for entry in chapters(reader)]
    wanted = {"zh": ("要点", "目标进展", "与上期相比", "各省份", "预警与说明", "资料来源", "联系与下期")}
    wanted["en"] = ("Main points", "Where the targets stand", "What changed since the last issue", "Provinces", "Sources")
    assert set(wanted[lang]) <= set(bookmarks)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_archival_and_accessible(release: Path, name: str) -> None:
    """PDF/A-2a and PDF/UA-1 as far as no validator is needed: the claims, an output intent, embedded fonts, no scripts."""
    reader = pypdf.PdfReader(release / f"{name}.pdf")
    root: Any = reader.trailer["/Root"]
    xmp = root["/Metadata"].get_object().get_data().decode()
    claims = {key: re.search(rf"{key}(?:>|=\")(\w+)", xmp) for key in ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part")}
    assert {key: found and found[1] for key, found in claims.items()} == {
        "pdfaid:part": "2",
        "pdfaid:conformance": "A",
        "pdfuaid:part": "1",
    }
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1" and "/StructTreeRoot" in root
    assert "/JavaScript" not in str(root.get("/Names", "")) and not reader.is_encrypted
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"].get("/Font", {}).values()]  # type: ignore[attr-defined]
    descriptors = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts]
    assert fonts and all({"/FontFile2", "/FontFile3"} & set(descriptor) for descriptor in descriptors)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_annual_report_lists_every_indicator_with_a_recent_national_value(
    mart: duckdb.DuckDBPyConnection, pages: dict[str, dict[str, Any]], lang: str
) -> None:
    (as_of,) = mart.execute("select as_of from release").fetchall()[0]
    known = mart.execute(
        f"""select distinct title_{lang} from observations join indicators using (indicator_id)
            where ref_area = 'CN' and ip_type = '_T' and owner_kind = '_T' and industry = '_T' and technology = '_T'
                and counterpart_area = '_T' and value is not null and period_end >= ?""",
        [date(as_of.year - 5, 1, 1)],  # the five years up to the one before
    ).fetchall()
    listed = [
        row[0] for section in marks.printed(pages[f"annual_report_{lang}"])["sections"] for row in section["indicators"]["rows"]
    ]
    assert len(listed) > 100 and {title for (title,) in known} == set(listed)


def test_the_provinces_are_ranked_in_their_latest_complete_period(pages: dict[str, dict[str, Any]]) -> None:
    """PCT applications received in 2023: Guangdong 23,676 and Beijing 11,438 (CNIPA, statistics annual report 2023)."""
    (table,) = [s["provinces"] for s in marks.printed(pages["annual_report_en"])["sections"] if s["provinces"]["rows"]]
    assert table["columns"][0]["period"] == "2023"
    assert [row[:2] for row in table["rows"][:2]] == [["Guangdong", "23,676"], ["Beijing", "11,438"]]
    assert len(table["rows"]) == 31


@pytest.fixture(scope="module")
def before(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release in the place of the one before: what had not been published by the middle of 2025 is taken away."""
    folder = tmp_path_factory.mktemp("releases") / "2025-07-01-0a1b2c3d"
    folder.mkdir()
    shutil.copy(release / "public.duckdb", folder)
    with duckdb.connect(str(folder / "public.duckdb")) as connection:
        for table in ("observations", "revisions"):
            connection.execute(f"delete from {table} where released_on > '2025-06-30'")
        connection.execute("delete from breaks where starts_on > '2025-06-30'")
        connection.execute("update indicators set definition_en = 'Old.' where indicator_id in ('pledge_amount', 'gdp_current')")
        connection.execute("delete from indicators where theme = 'copyright'")
    return folder


def test_an_issue_with_much_news_keeps_its_length_and_names_them(release: Path, before: Path, tmp_path: Path) -> None:
    issue = Issue(release.resolve().name, date(2026, 11, 26), date(2026, 12, 20), before)
    documents = dict(composed(release / "public.duckdb", release / "charts", FOLDER, issue))
    for name, words in documents.items():
        made = tmp_path / f"{name}.pdf"
        made.write_bytes(typeset(FOLDER / "bulletin.typ", release / "charts", marks.printed(words)))
        assert len(pypdf.PdfReader(made).pages) in PAGES[name.rpartition("_")[0]]
        assert loose_numerals(made, words) == Counter()
    told = marks.printed(documents["bulletin_en"])
    assert told["breaks"][0][0] == "2025-07-01 [n]"
    assert "Indicators with a changed definition or formula (2): Gross domestic product" in " ".join(told["changes"])
    assert "Indicators added (6): " in " ".join(told["changes"])
    # CNIPA, 2026-01-23: 16 high-value inventions for every ten thousand inhabitants at the end of 2025
    assert {row[0]: row[3] for row in told["new_values"]}["High-value invention patents per 10,000 people"] == "16"


def test_a_document_is_the_same_bytes_again(release: Path, pages: dict[str, dict[str, Any]]) -> None:
    again = typeset(FOLDER / "bulletin.typ", release / "charts", marks.printed(pages["annual_report_en"]))
    assert again == (release / "annual_report_en.pdf").read_bytes()
