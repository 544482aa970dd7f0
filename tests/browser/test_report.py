"""The report in a real browser: offline, without scripts, wide, narrow and on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.browser.conftest import PARTS

pytestmark = pytest.mark.browser
PATIENCE_MS = 120_000  # a busy machine is slow, not wrong
A4_POINTS = (595, 842)
A4_WIDTH, PRINTED_WIDTH = 794, 672  # 210 mm, and 178 mm between the margins, in pixels

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CLIPPED = """
() => [...document.querySelectorAll('svg')].flatMap(svg => {
  const box = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].filter(text => {
    const inside = text.getBoundingClientRect();
    return inside.left < box.left - 1 || inside.right > box.right + 1
      || inside.top < box.top - 1 || inside.bottom > box.bottom + 1;
  }).map(text => text.textContent);
})
"""
FAINT = """
() => {
  const channels = colour => colour.match(/[\\d.]+/g).map(Number);
  const luminance = rgb => {
    const [r, g, b] = rgb.slice(0, 3).map(v => {
      v /= 255;
      return v <= 0.04045 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4);
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const c = channels(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll('body *:not(svg *)')) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || element.closest('svg') || element.closest('.hidden, .skip')) continue;
    const pair = [luminance(channels(getComputedStyle(element).color)), luminance(behind(element))];
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (ratio < 4.5) found.push([element.className, element.textContent.slice(0, 40), ratio]);
  }
  return found;
}
"""


@contextmanager
def opened(browser, report: Path, width: int = 1280, **options) -> Iterator[object]:
    """Open a report in a window of its own, cut off from the network."""
    context = browser.new_context(viewport={"width": width, "height": 900}, offline=True, **options)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(report.as_uri())
    yield page
    context.close()


@pytest.mark.parametrize("kind", PARTS)
def test_it_opens_offline_without_errors_or_requests(browser, reports, kind):
    context = browser.new_context(offline=True)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    requests, complaints = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(reports[kind].as_uri())
    context.close()
    assert complaints == []
    outside = [url for url in requests if not url.startswith("data:")]
    assert outside == [reports[kind].as_uri()]


@pytest.mark.parametrize("kind", ["seven", "unlabelled"])
def test_every_section_is_visible_without_scripts(browser, reports, kind):
    with opened(browser, reports[kind], java_script_enabled=False) as page:
        sections = page.locator("section")
        assert sections.count() >= 6
        for i in range(sections.count()):
            assert sections.nth(i).is_visible()
            assert sections.nth(i).bounding_box()["height"] > 60


@pytest.mark.parametrize("width", [1280, 1000, 768, 390, 320])
@pytest.mark.parametrize("kind", PARTS)
def test_nothing_is_wider_than_the_window(browser, reports, kind, width):
    with opened(browser, reports[kind], width) as page:
        assert page.evaluate(OVERFLOW) <= 0


@pytest.mark.parametrize("kind", PARTS)
def test_no_letter_of_a_drawing_is_cut(browser, reports, kind):
    with opened(browser, reports[kind]) as page:
        assert page.evaluate(CLIPPED) == []


@pytest.mark.parametrize("kind", ["seven", "without-pictures"])
def test_all_letters_have_contrast(browser, reports, kind):
    with opened(browser, reports[kind]) as page:
        assert page.evaluate(FAINT) == []


def test_pictures_decode(browser, reports):
    with opened(browser, reports["seven"]) as page:
        sizes = page.evaluate("[...document.images].map(i => [i.complete, i.naturalWidth])")
    assert len(sizes) > 20
    assert all(complete and width >= 100 for complete, width in sizes)


def test_the_contents_lead_to_the_sections(browser, reports):
    with opened(browser, reports["seven"]) as page:
        page.locator("nav a", has_text="Confusion matrix").click()
        top = page.locator("#confusion").bounding_box()["y"]
        assert abs(top) < 5


def test_the_keyboard_reaches_what_scrolls(browser, reports):
    with opened(browser, reports["seven"], 390) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        unreachable = page.evaluate(
            "[...document.querySelectorAll('*')].filter(e => e.scrollWidth > e.clientWidth + 1"
            " && getComputedStyle(e).overflowX === 'auto' && e.tabIndex < 0).length"
        )
    assert unreachable == 0


def test_on_a_phone_the_words_beside_each_measure_are_shown(browser, reports):
    with opened(browser, reports["seven"], 390) as page:
        for box in page.locator("td.reading").all():
            edges = box.bounding_box()
            assert edges["x"] >= 0
            assert edges["x"] + edges["width"] <= 390


def printed(browser, report: Path, target: Path) -> bytes:
    with opened(browser, report) as page:
        page.pdf(path=str(target), prefer_css_page_size=True)
    return target.read_bytes()


@pytest.mark.parametrize(
    ("kind", "fewest", "most"), [("seven", 8, 14), ("two", 6, 12), ("unlabelled", 3, 7)]
)
def test_it_prints_on_a_sensible_number_of_a4_pages(browser, reports, tmp_path, kind, fewest, most):
    content = printed(browser, reports[kind], tmp_path / "a4.pdf")
    pages = len(re.findall(rb"/Type\s*/Page\b", content))
    assert fewest <= pages <= most
    boxes = re.findall(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]", content)
    assert boxes
    assert all((round(float(w)), round(float(h))) == A4_POINTS for w, h in boxes)


@pytest.mark.parametrize("kind", PARTS)
def test_nothing_is_cut_on_paper(browser, reports, kind):
    with opened(browser, reports[kind], A4_WIDTH) as page:
        page.emulate_media(media="print")
        page.add_style_tag(content=f"body {{ width: {PRINTED_WIDTH}px }}")
        too_wide = page.evaluate(
            "[...document.querySelectorAll('main *')].filter(e => "
            f"e.getBoundingClientRect().right > {PRINTED_WIDTH} + 1).length"
        )
        assert too_wide == 0
        tallest = page.evaluate(
            "Math.max(...[...document.querySelectorAll('.keep, svg, .case, .tile')]"
            ".map(e => e.getBoundingClientRect().height))"
        )
    assert tallest <= 980  # 259 mm between the margins


def test_the_disclaimer_is_on_every_printed_page(browser, reports, tmp_path):
    import shutil
    import subprocess

    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    printed(browser, reports["seven"], tmp_path / "a4.pdf")
    text = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "a4.pdf"), "-"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    pages = text.split("\f")[:-1]
    assert len(pages) > 5
    assert all("Research use only, not a medical device" in page for page in pages)
