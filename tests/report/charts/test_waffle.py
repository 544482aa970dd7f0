"""A hundred dots, never more or fewer."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from cutis.report.charts.waffle import hundredths, waffle
from cutis.report.wording import hundred

shares = st.lists(st.floats(0, 1), min_size=1, max_size=6).filter(lambda v: sum(v) > 0.01)


@given(shares)
def test_hundredths_sum_to_a_hundred_and_stay_close(weights):
    exact = [w / sum(weights) for w in weights]
    whole = hundredths(exact)
    assert sum(whole) == 100
    assert all(abs(n - 100 * e) < 1 + 1e-6 for n, e in zip(whole, exact, strict=True))
    assert all(n >= 0 for n in whole)


@given(st.floats(0, 1), st.floats(0, 1))
def test_dots_and_words_never_disagree(right, part):
    close = (1 - right) * part
    first, second, _ = hundredths([right, close, 1 - right - close])
    assert (first, first + second) == (hundred(right), hundred(right + close))


@given(st.floats(0, 1), st.floats(0, 1))
def test_dots_are_counted(right, part):
    close = (1 - right) * part
    picture = waffle(right, close)
    dots = ElementTree.fromstring(f"<svg>{picture.body}</svg>")
    assert len(dots) == 100
    rings = [d for d in dots if "stroke" in d.attrib]
    filled = [d for d in dots if "stroke" not in d.attrib and float(d.attrib["r"]) > 3]
    first, second, _ = hundredths([right, close, 1 - right - close])
    assert (len(filled), len(rings)) == (first, second)
    assert f"{first} right" in picture.label
