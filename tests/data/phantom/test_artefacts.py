"""Artefacts: drawn at their rates, visible where they are, and the planted bias."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from cutis.data.phantom.artefacts import add_artefacts
from cutis.data.phantom.artefacts.spec import (
    CLEAN,
    NAMES,
    RATES,
    draw_artefacts,
    ruler_probability,
)
from cutis.data.phantom.diagnosis import prior_vector
from cutis.data.phantom.spec import Population, draw_spec

MELANOMA = 4


def blank(size: int = 160) -> Image.Image:
    return Image.new("RGB", (size, size), (205, 160, 150))


def phi(bias: float, n: int = 1500) -> float:
    specs = [draw_spec(i, 3, Population(bias=bias)) for i in range(n)]
    ruler = [s.artefacts.ruler for s in specs]
    melanoma = [s.diagnosis == MELANOMA for s in specs]
    return float(np.corrcoef(ruler, melanoma)[0, 1])


@pytest.mark.parametrize("bias", [0.0, 0.5, 0.9])
def test_ruler_correlates_with_melanoma_as_asked(bias: float) -> None:
    assert phi(bias) == pytest.approx(bias, abs=0.1)


def test_full_bias_makes_the_ruler_a_label() -> None:
    for i in range(200):
        spec = draw_spec(i, 1, Population(bias=1.0))
        assert spec.artefacts.ruler == (spec.diagnosis == MELANOMA)


def test_bias_does_not_touch_the_lesion() -> None:
    for i in range(30):
        fair, biased = draw_spec(i, 6), draw_spec(i, 6, Population(bias=0.8))
        assert fair.attributes == biased.attributes
        assert fair.diagnosis == biased.diagnosis


def test_rates_are_kept() -> None:
    rng, prior = np.random.default_rng(9), prior_vector("clinic")
    drawn = [draw_artefacts(rng, 1.0, 0.0, prior, i % 7) for i in range(3000)]
    for name, rate in zip(NAMES, RATES, strict=True):
        share = np.mean([getattr(a, name) for a in drawn])
        assert share == pytest.approx(rate, abs=4.5 * np.sqrt(rate * (1 - rate) / 3000))


def test_rate_zero_means_none() -> None:
    clean = Population(artefact_rate=0.0)
    for i in range(100):
        assert not any(getattr(draw_spec(i, 2, clean).artefacts, name) for name in NAMES)


@pytest.mark.parametrize("melanoma_share", [0.1, 0.4])
def test_ruler_probabilities_give_exactly_the_bias(melanoma_share: float) -> None:
    q, b = melanoma_share, 0.7
    sick, well = (ruler_probability(1.0, b, q, m) for m in (True, False))
    total = q * sick + (1 - q) * well
    covariance = q * sick - q * total
    assert total == pytest.approx(q)
    assert covariance / (q * (1 - q)) == pytest.approx(b)


@pytest.mark.parametrize("name", NAMES)
def test_each_artefact_changes_the_image_and_only_it(name: str) -> None:
    view = draw_spec(0, 0).view
    image = blank()
    add_artefacts(image, CLEAN, view)
    assert np.array_equal(np.asarray(image), np.asarray(blank()))
    changed = 0.0
    for key in range(6):
        image = blank()
        add_artefacts(image, replace_artefact(name, key), view)
        changed += float((np.asarray(image) != np.asarray(blank())).any(axis=2).mean())
    assert 0.002 < changed / 6 < 0.6


def replace_artefact(name: str, key: int):
    return CLEAN._replace(**{name: 1, "key": key})


def test_hair_and_ruler_darken_corner_blackens_bubbles_shine() -> None:
    view = draw_spec(0, 0).view
    before = np.asarray(blank()).astype(int)

    def after(name: str) -> np.ndarray:
        images = []
        for key in range(8):
            image = blank()
            add_artefacts(image, replace_artefact(name, key), view)
            images.append(np.asarray(image).astype(int))
        return np.stack(images)

    assert after("hair").mean() < before.mean() - 1
    assert after("ruler").mean() < before.mean() - 0.3
    assert after("gel_bubbles").max() > before.max() + 30
    corner = after("dark_corner")
    assert corner[:, :6, :6].mean() < 60
    np.testing.assert_array_equal(
        corner[:, 70:90, 70:90], np.broadcast_to(before[70:90, 70:90], (8, 20, 20, 3))
    )
    ink = after("ink")
    stained = ink[..., 0] < before[0, 0, 0] - 60
    assert stained.mean() > 0.01
    assert ink[stained][:, 2].mean() > ink[stained][:, 0].mean()


def test_ruler_ticks_are_a_millimetre_apart() -> None:
    """The strongest period of the ticks of a straight ruler is a tenth of a 10 mm field."""
    view = draw_spec(0, 0).view._replace(field_mm=10.0)
    sharpest = 0.0
    for key in range(12):
        image = blank(400)
        add_artefacts(image, replace_artefact("ruler", key), view)
        dark = np.asarray(blank(400).convert("L"), float) - np.asarray(image.convert("L"), float)
        for axis in (0, 1):
            power = np.abs(np.fft.rfft(dark.sum(axis=axis))) ** 2
            # Ten millimetres, half-millimetre ticks between: ten or twenty periods.
            peak = int(np.argmax(power[5:60])) + 5
            if power[peak] / power[1:].sum() > 0.08 and peak in (10, 20):
                sharpest = max(sharpest, power[peak])
    assert sharpest > 0
