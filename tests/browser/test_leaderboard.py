"""The leaderboard and the page of retrieval in a real browser: wide, narrow and on paper."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cutis.report import build_report
from cutis.report.leaderboard import FailedRun, write_leaderboard
from tests.browser.test_report import (
    A4_POINTS,
    A4_WIDTH,
    CLIPPED,
    FAINT,
    OVERFLOW,
    PRINTED_WIDTH,
    opened,
    printed,
)
from tests.report.fake_retrieval import make_retrieval
from tests.report.leaderboard.grid import make_grid

pytestmark = pytest.mark.browser
KINDS = ("small", "large", "retrieval")


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    failed = [FailedRun("a-model", "a-table", "There is no such file. " * 9)]
    small, large = folder / "small", folder / "large"
    return {
        "small": write_leaderboard(make_grid(small, 2, 2), small, failed),
        "large": write_leaderboard(make_grid(large, 6, 5), large),
        "retrieval": build_report(make_retrieval(folder / "retrieval", cut=2)),
    }


@pytest.mark.parametrize("width", [1280, 768, 390, 320])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_wider_than_the_window(browser, pages, kind, width):
    with opened(browser, pages[kind], width) as page:
        assert page.evaluate(OVERFLOW) <= 0


@pytest.mark.parametrize("kind", KINDS)
def test_letters_are_whole_and_have_contrast(browser, pages, kind):
    with opened(browser, pages[kind]) as page:
        assert page.evaluate(CLIPPED) == []
        assert page.evaluate(FAINT) == []


def test_it_asks_for_nothing_and_needs_no_script(browser, pages):
    context = browser.new_context(offline=True, java_script_enabled=False)
    page = context.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(pages["small"].as_uri())
    assert page.locator("section").count() == 5
    assert page.locator("table.board tbody tr").count() == 2
    context.close()
    assert requests == [pages["small"].as_uri()]


def test_on_a_phone_every_value_stands_beside_its_dataset(browser, pages):
    with opened(browser, pages["small"], 390) as page:
        cells = page.locator("table.board tbody td")
        assert cells.count() == 6
        for cell in cells.all():
            label = cell.evaluate("e => getComputedStyle(e, '::before').content")
            assert "Set" in label or "Mean" in label
            box = cell.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390


def test_the_heading_of_a_column_leads_to_its_dataset(browser, pages):
    with opened(browser, pages["large"]) as page:
        page.locator("table.board thead a").nth(3).click()
        target = page.url.split("#")[1]
        assert abs(page.locator(f"[id='{target}']").bounding_box()["y"]) < 5


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_cut_on_paper(browser, pages, kind):
    with opened(browser, pages[kind], A4_WIDTH) as page:
        page.emulate_media(media="print")
        page.add_style_tag(content=f"body {{ width: {PRINTED_WIDTH}px }}")
        too_wide = page.evaluate(
            "[...document.querySelectorAll('main *')].filter(e => "
            f"e.getBoundingClientRect().right > {PRINTED_WIDTH} + 1).map(e => e.outerHTML"
            ".slice(0, 80))"
        )
        assert too_wide == []


@pytest.mark.parametrize(("kind", "fewest", "most"), [("small", 3, 8), ("retrieval", 4, 12)])
def test_it_prints_on_a4(browser, pages, tmp_path, kind, fewest, most):
    content = printed(browser, pages[kind], tmp_path / "a4.pdf")
    assert fewest <= len(re.findall(rb"/Type\s*/Page\b", content)) <= most
    boxes = re.findall(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]", content)
    assert {(round(float(w)), round(float(h))) for w, h in boxes} == {A4_POINTS}
