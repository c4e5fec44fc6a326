"""The generated pages of docs/ are those that the declarations give, and say what a reader needs."""

from pathlib import Path

import duckdb
import pytest

from assets import declarations
from pipelines.documents import generated, stale, write

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = generated()


def test_the_pages_are_current() -> None:
    assert stale(DOCS) == [], "run: make docs"


def test_stale_pages_are_found_and_mended(tmp_path: Path) -> None:
    write(tmp_path)
    assert stale(tmp_path) == []
    (tmp_path / "methodology" / "gone.md").write_text("# an indicator that nobody declares\n", "utf-8")
    (tmp_path / "dictionary.md").write_text("old\n", "utf-8")
    (tmp_path / "methodology" / "pledge_amount.md").unlink()
    assert stale(tmp_path) == ["dictionary.md", "methodology/gone.md", "methodology/pledge_amount.md"]
    write(tmp_path)
    assert stale(tmp_path) == []


@pytest.mark.parametrize("id_", declarations().registry.indicators)
def test_an_indicator_has_a_page_in_both_languages(id_: str) -> None:
    indicator, page = declarations().registry.indicators[id_], PAGES[f"methodology/{id_}.md"]
    assert page.startswith(f"# {indicator.title.zh} · {indicator.title.en}\n")
    for words in (
        indicator.definition.en,
        indicator.formula,
        *indicator.guideline,
        *(f"[{i}]({i}.md)" for i in indicator.inputs),
    ):
        assert words in page
    assert f"[{id_}]({id_}.md)" in PAGES["methodology/README.md"]


def test_a_page_tells_targets_breaks_corrections_and_uses() -> None:
    page = PAGES["methodology/pii_share_of_gdp.md"]
    for told in (
        "| 稳步提高 | `rising` | 2023-12-31 |",
        "`at_least` ≥ 13 % · %",
        "- 2023-01-01 (national):",
        "`pii_share_2015_catalogue`",
        "[pii_share_of_gdp_change](pii_share_of_gdp_change.md)",
        "`pii_accounts.share_of_gdp`",
        "> Patent-intensive industries in the newest vintage of a year",
    ):
        assert told in page, told


def test_the_dictionary_page_has_every_column_of_the_mart(mart: duckdb.DuckDBPyConnection) -> None:
    page = PAGES["dictionary.md"]
    for table, column, type_ in mart.execute("select table_name, column_name, data_type from dictionary").fetchall():
        section = page.split(f"\n### {table}\n")[1].split("\n### ")[0]
        assert column == "" or f"| `{column}` | `{type_}` |" in section, f"{table}.{column}"
