"""The ballot in a browser: one sheet of A4 with twelve long names, whole on a phone, nothing for axe to find."""

from __future__ import annotations

import io
import shutil
from typing import TYPE_CHECKING

import pypdfium2
import pytest

from voice_of_care.ballots import LETTERS, MOST_CONTENDERS, Ballot, Contender
from voice_of_care.reporting.ballot_page import render_ballot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

pytestmark = pytest.mark.browser

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
A4_MILLIMETRES = (210, 297)
POINTS = 72 / 25.4


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sync_api.Page]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        opened = running.new_page()
        opened.goto(_ballot(tmp_path_factory.mktemp("ballot")).as_uri())
        yield opened
        running.close()


def _ballot(folder: Path) -> Path:
    long = "Being told in words that one can follow what happens next and when, "
    lines = tuple(
        Contender(
            f"T{place}", LETTERS[place], long * 2, long * 3, "too few to show", "fewer than 1%", 0.01, "11th to 12th"
        )
        for place in range(MOST_CONTENDERS)
    )
    ballot = Ballot(12, "0123456789ab", "What people told us " * 8, "A trust", "12,345 respondents were heard.", lines)
    path = folder / "ballot.html"
    path.write_text(render_ballot(ballot), encoding="utf-8")
    return path


def test_twelve_themes_of_long_names_fit_one_sheet_of_a4(page: sync_api.Page) -> None:
    printed = pypdfium2.PdfDocument(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    assert len(printed) == 1
    assert printed[0].get_size() == pytest.approx(tuple(side * POINTS for side in A4_MILLIMETRES), abs=1)


@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_and_nothing_is_cut_off(page: sync_api.Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = axe.Axe().run(page)
    assert [(item["id"], item["nodes"][0]["html"]) for item in found.response["violations"]] == []
