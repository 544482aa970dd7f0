"""Projections: raw features in, and standardisation folded in without a trace."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.models.pairing.projections import TENSORS, Projections, standard


def made(seed: int = 0) -> Projections:
    rng = np.random.default_rng(seed)

    def draw(*shape: int) -> np.ndarray:
        return rng.normal(size=shape).astype(np.float32)

    return Projections(draw(4, 6), draw(4), draw(4, 5), draw(4), 12.5)


def test_projected_features_are_affine_maps():
    pair, rng = made(), np.random.default_rng(1)
    images, texts = rng.normal(size=(3, 6)), rng.normal(size=(2, 5))
    by_hand = np.array([[w @ x + b for w, b in zip(pair.image_weight, pair.image_bias, strict=True)]
                        for x in images])  # fmt: skip
    np.testing.assert_allclose(pair.images(images), by_hand, rtol=1e-6)
    assert pair.texts(texts).shape == (2, pair.dim) == (2, 4)
    np.testing.assert_allclose(pair.texts(texts)[1], pair.text_weight @ texts[1] + pair.text_bias)


def test_the_file_holds_the_logarithm_of_the_scale():
    tensors = made().tensors()
    assert tuple(tensors) == TENSORS
    assert all(value.dtype == np.float32 for value in tensors.values())
    assert tensors["logit_scale"].shape == ()
    assert np.exp(tensors["logit_scale"]) == pytest.approx(12.5)


def test_folding_is_standardising_first():
    rng = np.random.default_rng(2)
    features = (rng.normal(size=(40, 6)) * [1, 5, 0.8, 3, 1, 9] + 4).astype(np.float32)
    own, weight, bias = standard(features), rng.normal(size=(3, 6)), rng.normal(size=3)
    folded, shifted = own.fold(weight.astype(np.float32), bias.astype(np.float32))
    expected = (features - features.mean(0)) / features.std(0) @ weight.T + bias
    np.testing.assert_allclose(features @ folded.T + shifted, expected, atol=2e-4)
    assert folded.dtype == shifted.dtype == np.float32


def test_features_that_do_not_vary_are_not_blown_up():
    still = standard(np.ones((4, 3), np.float32))
    assert still.spread_d.tolist() == [1, 1, 1]
    half = standard(np.float32([[0, 7], [2, 7]]))
    assert half.spread_d[1] == pytest.approx(0.1 / np.sqrt(2), rel=1e-5)
