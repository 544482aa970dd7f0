"""The recorded cosine is the cosine."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.features.precision import cosine_summary, cosine_to_fp32
from tests.features.fakes import TinyModel, make_images


def test_fp32_has_nothing_to_compare(tmp_path):
    assert cosine_to_fp32(TinyModel(), make_images(tmp_path, 3).image_paths) is None


def test_cosine_of_a_reduced_model(tmp_path):
    dataset = make_images(tmp_path, 40, (0, 10))
    found = cosine_to_fp32(TinyModel(precision="bf16"), dataset.image_paths)
    assert found["n"] == 3  # rows 0, 13, 26, 39, of which row 0 is broken
    assert 0.99 < found["min"] <= found["mean"] < 1.0


def test_cosine_agrees_with_the_formula():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(6, 4)), rng.normal(size=(6, 4))
    cosines = [x @ y / np.sqrt((x @ x) * (y @ y)) for x, y in zip(a, b, strict=True)]
    found = cosine_summary(a, b)
    assert found["mean"] == pytest.approx(np.mean(cosines), abs=1e-6)
    assert found["min"] == pytest.approx(min(cosines), abs=1e-6)


def test_no_image_no_cosine(tmp_path):
    dataset = make_images(tmp_path, 2, (0, 1))
    assert cosine_to_fp32(TinyModel(precision="bf16"), dataset.image_paths) is None


def test_zero_features_have_cosine_zero():
    assert cosine_summary(np.zeros((1, 3)), np.ones((1, 3))) == {"n": 1, "mean": 0.0, "min": 0.0}
