from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from voice_of_care.reporting import render_report, write_report
from voice_of_care.reporting.service_pages import addresses, render_service_pages, write_service_pages
from voice_of_care.settings import parse_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

pytestmark = pytest.mark.browser

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PROJECT = {"title": "What people told us", "asked": "What could be better?"}
DESKTOP, PHONE, NARROWEST = 1280, 360, 320
PAGES = ("publish", "internal", "publish, one service", "internal, one service")
SECTIONS = ("four-questions", "not-said", "big-five", "other-measures", "consensus", "local")


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield running
        running.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, made_up: ModuleType, followed: ModuleType) -> dict[str, Path]:
    """Return the report in two profiles, and in each the page of one service, by name."""
    folder = tmp_path_factory.mktemp("report")
    written = {}
    settings = parse_settings({"project": PROJECT, "metrics": [followed.METRIC], "expected": {"services": ["Ward 9"]}})
    analysis = followed.follow(made_up.build(staff=120, users=190, carers=40))
    analysis = followed.refit(followed.propose(followed.add_a_run(followed.decide(analysis, settings))))
    for profile in ("publish", "internal"):
        written[profile] = folder / f"{profile}.html"
        services = render_service_pages(analysis, settings=settings, profile=profile, report=f"{profile}.html")
        linked = addresses(services, written[profile])
        report = render_report(analysis, settings=settings, profile=profile, service_pages=linked)
        write_report(report, written[profile], png=False)
        written[f"{profile}, one service"] = write_service_pages(services, written[profile])[0]
    return written


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("profile", PAGES)
def test_axe_finds_nothing(browser: sync_api.Browser, pages: dict[str, Path], profile: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(pages[profile].as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true; })")
    found = axe.Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    assert [(item["id"], len(item["nodes"])) for item in found.response["violations"]] == []
    assert len(found.response["passes"]) > 20
    page.close()


@pytest.mark.parametrize("profile", ["publish", "internal"])
def test_every_section_is_there_to_be_looked_at(
    browser: sync_api.Browser, pages: dict[str, Path], profile: str
) -> None:
    page = browser.new_page()
    page.goto(pages[profile].as_uri())
    assert [name for name in SECTIONS if page.locator(f"section[id='{name}'] h2").count() != 1] == []
    page.close()


def test_axe_is_awake(browser: sync_api.Browser) -> None:
    page = browser.new_page()
    page.set_content("<html lang='en'><body><svg role='img'></svg><a href='#x'></a></body></html>")
    found = axe.Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    assert {"svg-img-alt", "link-name"} <= {item["id"] for item in found.response["violations"]}
    page.close()


@pytest.mark.parametrize("profile", PAGES)
def test_nothing_is_requested_from_outside(browser: sync_api.Browser, pages: dict[str, Path], profile: str) -> None:
    asked: list[str] = []
    problems: list[str] = []
    page = browser.new_page(viewport={"width": DESKTOP, "height": 900})
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text))
    page.goto(pages[profile].as_uri())
    page.wait_for_load_state("load")
    assert asked
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert problems == []
    page.close()


@pytest.mark.parametrize("width", [NARROWEST, PHONE, 768, DESKTOP])
@pytest.mark.parametrize("profile", PAGES)
def test_the_page_never_scrolls_sideways(
    browser: sync_api.Browser, pages: dict[str, Path], profile: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(pages[profile].as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_nothing_is_missing_without_a_script(browser: sync_api.Browser, pages: dict[str, Path]) -> None:
    texts = []
    for is_scripted in (True, False):
        context = browser.new_context(java_script_enabled=is_scripted)
        page = context.new_page()
        page.goto(pages["publish"].as_uri())
        texts.append(page.locator("main").inner_text())
        assert page.locator("#theme-filter").is_visible() == is_scripted
        context.close()
    assert "What to improve first" in texts[1]
    lines = {line.strip() for line in texts[0].splitlines()} - {"Copy link", "Show themes with"}
    assert {line for line in lines if line} - {line.strip() for line in texts[1].splitlines()} == set()


def test_one_rendering_of_each_chart_is_shown(browser: sync_api.Browser, pages: dict[str, Path]) -> None:
    for width, shown in ((DESKTOP, ".wide"), (PHONE, ".narrow")):
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.goto(pages["publish"].as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true; })")
        drawn = page.locator("figure.chart svg[role=img]:visible")
        assert drawn.count() == page.locator("figure.chart").count()
        assert drawn.count() == page.locator(f"figure.chart {shown}:visible").count()
        page.close()


def test_a_link_to_a_quote_opens_what_hides_it(browser: sync_api.Browser, pages: dict[str, Path]) -> None:
    page = browser.new_page(viewport={"width": DESKTOP, "height": 900})
    page.goto(pages["internal"].as_uri())
    hidden = page.locator("details figure.quote").first
    anchor = hidden.get_attribute("id")
    assert not hidden.is_visible()
    page.goto(f"{pages['internal'].as_uri()}#{anchor}")
    assert page.locator(f"[id='{anchor}']").is_visible()
    page.close()


def test_tables_sort_and_themes_filter(browser: sync_api.Browser, pages: dict[str, Path]) -> None:
    page = browser.new_page(viewport={"width": DESKTOP, "height": 900})
    page.goto(pages["publish"].as_uri())
    names = page.locator("table.glance tbody th")
    page.locator("table.glance thead button").first.click()
    page.locator("table.glance thead button").first.click()
    found = [name.split("\n")[0].strip() for name in names.all_inner_texts()]
    assert found == sorted(found, key=str.casefold)
    page.fill("#theme-filter-input", "phone")
    assert page.locator("table.glance tbody tr:visible").count() == 1
    page.close()


def test_the_keyboard_reaches_the_report_first(browser: sync_api.Browser, pages: dict[str, Path]) -> None:
    page = browser.new_page(viewport={"width": DESKTOP, "height": 900})
    page.goto(pages["publish"].as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.close()


def test_it_prints_with_closed_parts_open(browser: sync_api.Browser, pages: dict[str, Path]) -> None:
    page = browser.new_page()
    page.goto(pages["internal"].as_uri())
    page.emulate_media(media="print")
    assert page.locator("details figure.quote").first.is_visible()
    printed = page.pdf(prefer_css_page_size=True, print_background=False)
    assert printed.startswith(b"%PDF")
    assert len(printed) < 3_000_000
    page.close()


def test_a_card_prints_its_chart_or_else_its_figures(browser: sync_api.Browser, pages: dict[str, Path]) -> None:
    page = browser.new_page()
    page.goto(pages["internal"].as_uri())
    page.emulate_media(media="print")
    told = page.evaluate(
        """() => Array.from(document.querySelectorAll("article.series:not(.action)")).map(card => [
            card.querySelectorAll("figure.chart .narrow").length > 0,
            Array.from(card.querySelectorAll("table.points")).some(table => table.checkVisibility()),
        ])"""
    )
    assert told
    assert any(is_drawn for is_drawn, _ in told)
    assert all(is_drawn != has_table for is_drawn, has_table in told)
    assert page.locator(".named").count() == page.locator(".named:visible").count()
    page.close()


def test_a_table_too_wide_for_a_phone_says_so(browser: sync_api.Browser, pages: dict[str, Path]) -> None:
    page = browser.new_page(viewport={"width": PHONE, "height": 900})
    page.goto(pages["internal"].as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true; })")
    page.wait_for_timeout(200)
    silent = page.evaluate(
        """() => Array.from(document.querySelectorAll(".scroll"))
            .filter(box => box.scrollWidth > box.clientWidth + 1)
            .filter(box => !box.previousElementSibling?.classList.contains("swipe"))
            .filter(box => !getComputedStyle(box, "::before").content.includes("Swipe"))
            .map(box => box.getAttribute("aria-label"))"""
    )
    assert silent == []
    assert page.locator(".scroll.is-wide").count() > 0
    page.close()
