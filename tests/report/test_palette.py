"""Contrast by the examples of the WCAG, and colours people can tell apart."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from cutis.report import palette


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#767676", "#ffffff", 4.54), ("#ff0000", "#ffffff", 4.0), ("#0000ff", "#ffffff", 8.59)],
)
def test_contrast_equals_published_ratios(one, other, ratio):
    assert palette.contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert palette.contrast(other, one) == palette.contrast(one, other)


@pytest.mark.parametrize("colour", [palette.INK, palette.MUTED, "#a83f00", "#4d3800", "#005a8e"])
def test_letters_can_be_read_on_white(colour):
    assert palette.contrast(colour, palette.PAPER) >= 4.5


def test_lines_can_be_seen_on_white():
    assert palette.contrast(palette.BLUE, palette.PAPER) >= 3


def test_the_scale_only_gets_darker():
    shades = [palette.luminance(palette.sequential(s)) for s in np.linspace(0, 1, 101)]
    assert all(light > dark for light, dark in pairwise(shades))


@pytest.mark.parametrize("share", np.linspace(0, 1, 41))
def test_numbers_can_be_read_on_every_shade(share):
    shade = palette.sequential(share)
    assert palette.contrast(palette.text_on(shade), shade) >= 4.5


def test_shares_outside_are_drawn_at_the_ends():
    assert palette.sequential(-1) == palette.sequential(0)
    assert palette.sequential(2) == palette.sequential(1)
