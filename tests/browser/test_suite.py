"""The page of a benchmark suite in a real browser: wide, narrow and on paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from cutis.report.suite import render_suite
from tests.browser.test_report import (
    A4_WIDTH,
    CLIPPED,
    FAINT,
    OVERFLOW,
    PRINTED_WIDTH,
    opened,
)
from tests.report.suite.fake_record import make_suite_record

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page_file(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("suite")
    path = folder / "leaderboard.html"
    path.write_text(render_suite(make_suite_record(4, 7), folder), encoding="utf-8")
    return path


@pytest.mark.parametrize("width", [1280, 768, 390, 320])
def test_nothing_is_wider_than_the_window(browser, page_file, width):
    with opened(browser, page_file, width) as page:
        assert page.evaluate(OVERFLOW) <= 0


def test_letters_are_whole_and_have_contrast(browser, page_file):
    with opened(browser, page_file) as page:
        assert page.evaluate(CLIPPED) == []
        assert page.evaluate(FAINT) == []


def test_on_a_phone_every_value_stands_beside_its_dataset(browser, page_file):
    with opened(browser, page_file, 390) as page:
        cells = page.locator("table.board tbody td")
        assert cells.count() >= 32
        for cell in cells.all():
            label = cell.evaluate("e => getComputedStyle(e, '::before').content")
            assert "Set" in label or "Average" in label
            box = cell.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390


def test_the_heading_of_a_column_leads_to_its_dataset(browser, page_file):
    with opened(browser, page_file) as page:
        page.locator("table.board thead a").nth(3).click()
        target = page.url.split("#")[1]
        assert abs(page.locator(f"[id='{target}']").bounding_box()["y"]) < 5


def test_nothing_is_cut_on_paper(browser, page_file):
    with opened(browser, page_file, A4_WIDTH) as page:
        page.emulate_media(media="print")
        page.add_style_tag(content=f"body {{ width: {PRINTED_WIDTH}px }}")
        too_wide = page.evaluate(
            "[...document.querySelectorAll('main *')].filter(e => "
            f"e.getBoundingClientRect().right > {PRINTED_WIDTH} + 1).map(e => e.outerHTML"
            ".slice(0, 80))"
        )
        assert too_wide == []
