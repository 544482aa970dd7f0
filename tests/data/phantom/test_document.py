"""The page about the rule says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cutis.data.phantom.attributes import BY_NAME, CODES
from cutis.data.phantom.concepts import CONCEPTS
from cutis.data.phantom.document import fill
from cutis.data.phantom.rows import row
from cutis.data.phantom.spec import draw_spec

PAGE = Path(__file__).resolve().parents[3] / "docs" / "phantom.md"


def test_tables_in_the_page_are_fresh() -> None:
    """Otherwise: python -m cutis.data.phantom.document docs/phantom.md."""
    text = PAGE.read_text(encoding="utf-8")
    assert fill(text) == text


def test_a_number_of_the_page_is_the_number_drawn_from() -> None:
    line = re.search(r"^\| blue_white_veil \|.*\n(.*)$", PAGE.read_text(encoding="utf-8"), re.M)
    assert line is not None
    shown = [float(value) for value in line.group(1).split("|")[3:-1]]
    expected = 100 * BY_NAME["blue_white_veil"].probabilities()[1]
    assert shown == pytest.approx(expected.tolist())
    assert len(shown) == len(CODES)


def test_every_column_is_explained() -> None:
    text = PAGE.read_text(encoding="utf-8")
    groups = {f"posterior_{c}" for c in CODES} | {f"posterior_all_{c}" for c in CODES}
    groups |= set(CONCEPTS) | {"reader_2", "reader_3"}
    for column in set(row(draw_spec(0, 0), all_views=True)) - groups:
        assert f"`{column}`" in text, column


def test_a_page_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="exactly one"):
        fill("# nothing here")
