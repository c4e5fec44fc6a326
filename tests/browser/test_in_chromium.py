"""The pages of a release in a real browser: nothing loaded, nothing cut off, usable by keyboard and without scripts."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1440, "height": 900}
PAGES = {
    "index": "current/index.html",
    "indicator": "current/indicators/pii_share_of_gdp.html",
    "areas": "current/indicators/overseas_invention_grants_origin_china.html",
    "changes": "current/changes.html",
    "quality": "current/quality.html",
    "archive": "archive.html",
}
RULED = {"exclude": [["figure svg > *"], ["#list section:nth-of-type(n+3)"]]}
"""What repeats itself is ruled by its first cases: texts in a chart, which is one picture, and rows of indicators."""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium; on Debian or Ubuntu: apt-get install chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        with playwright.chromium.launch(executable_path=CHROMIUM, args=options) as launched:
            yield launched


@pytest.fixture
def address(release_home: Path) -> str:
    return (release_home / "marts").as_uri()


def opened(browser: Browser, address: str, lang: str, scripts: bool = True) -> Page:
    """A page in a browser that speaks `lang`, at a desk."""
    context = browser.new_context(viewport=DESKTOP, locale=lang, java_script_enabled=scripts, accept_downloads=False)
    page = context.new_page()
    page.goto(address)
    return page


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_quiet_and_accessible(browser: Browser, address: str, name: str) -> None:
    page = browser.new_page(locale="zh-CN")
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    for lang, size in (("zh", PHONE), ("en", DESKTOP), ("zh", DESKTOP), ("en", PHONE)):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.goto(f"{address}/{PAGES[name]}#{lang}")
        page.reload()  # another hash alone is no new page
        assert page.locator("html").get_attribute("lang") == ("zh-CN" if lang == "zh" else "en")
        assert page.evaluate(WIDER) == 0, (lang, size)
        if (lang, size) == (("en", DESKTOP) if name == "index" else ("zh", PHONE)):
            found = Axe().run(page, context=RULED, options={"resultTypes": ["violations"]}).response["violations"]
            assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
    assert said == [] and asked
    assert [url for url in asked if not url.startswith("file:")] == []
    page.close()


def test_index_and_every_page_hold_all_they_show_in_themselves(browser: Browser, address: str) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in PAGES.values():
        page.goto(f"{address}/{path}")
    assert asked == [f"{address}/{path}" for path in PAGES.values()]
    page.close()


def test_without_scripts_everything_is_there_and_the_keyboard_switches(
    browser: Browser, address: str, mart: duckdb.DuckDBPyConnection
) -> None:
    page = opened(browser, f"{address}/{PAGES['index']}", "en-GB", scripts=False)
    heading, chinese = page.get_by_role("heading", level=1), "知识产权高质量发展监测简报"
    assert heading.all_inner_texts() == [chinese]
    assert not page.locator("#find").is_visible()
    ((indicators,),) = mart.execute("select count(*) from indicators").fetchall()
    assert page.locator("#list li").count() == indicators == page.locator("#list li:visible").count()
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text().startswith("跳到正文")
    page.locator("#zh").focus()
    page.keyboard.press("ArrowRight")
    assert heading.all_inner_texts() == ["Monitoring bulletin on high-quality IP development"]
    assert page.get_by_text(chinese).first.is_hidden()
    page.context.close()


def test_the_language_is_the_readers_and_follows_from_page_to_page(browser: Browser, address: str) -> None:
    page = opened(browser, f"{address}/{PAGES['index']}", "en-GB")
    page.get_by_role("link", name="Patent-intensive value added as a share of GDP").first.click()
    assert page.get_by_role("heading", level=1).inner_text() == "Patent-intensive value added as a share of GDP"
    page.get_by_text("中文", exact=True).click()
    page.get_by_role("link", name="发布首页").click()
    assert page.get_by_role("heading", level=1).inner_text() == "知识产权高质量发展监测简报"
    page.context.close()


def test_the_list_is_searched_and_filtered(browser: Browser, address: str, mart: duckdb.DuckDBPyConnection) -> None:
    page = opened(browser, f"{address}/{PAGES['index']}", "en-GB")
    rows, count = page.locator("#list li:visible"), page.locator(".count")
    page.get_by_label("Find by name or identifier").fill("PLEDGE growth")
    named = (
        "from indicators where concat_ws(' ', title_zh, title_en, indicator_id) ilike '%pledge%' and title_en ilike '%growth%'"
    )
    ((found,),) = mart.execute(f"select count(*) {named}").fetchall()
    assert 0 < found == rows.count() == int(count.inner_text())
    page.get_by_label("Only those with a target").check()
    ((aimed,),) = mart.execute(f"select count(*) {named} and indicator_id in (select indicator_id from targets)").fetchall()
    assert 0 < aimed < found and rows.count() == aimed
    page.get_by_label("Find by name or identifier").fill("")
    page.get_by_label("Only those with a target").uncheck()
    page.get_by_label("Theme").select_option("industries")
    ((of_theme,),) = mart.execute("select count(*) from indicators where theme = 'industries'").fetchall()
    assert rows.count() == of_theme
    page.get_by_label("Find by name or identifier").fill("no such thing")
    assert (rows.count(), count.inner_text()) == (0, "0")
    page.context.close()


def test_the_archive_is_found_however_a_release_was_opened(browser: Browser, address: str, release: Path) -> None:
    for way, above in (("current", ""), (f"releases/{release.resolve().name}", "releases/")):
        for path in ("index.html", "indicators/pii_share_of_gdp.html"):
            page = opened(browser, f"{address}/{way}/{path}", "en-GB", scripts=above == "")
            page.locator('label[for="en"]').click()
            page.get_by_role("link", name="All releases").click()
            assert page.url.partition("#")[0] == f"{address}/{above}archive.html"
            page.locator('label[for="en"]').click()
            page.get_by_role("link", name=release.resolve().name).click()
            page.locator('label[for="en"]').click()
            assert page.get_by_role("heading", level=1).inner_text() == "Monitoring bulletin on high-quality IP development"
            page.context.close()
