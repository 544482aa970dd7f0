"""A plan says what is there and touches nothing."""

from __future__ import annotations

import pytest

from cutis.features import embed, features_key, plan
from cutis.features.plan import Plan
from tests.features.fakes import TinyModel, make_images, stores


@pytest.fixture
def dataset(tmp_path, monkeypatch):
    monkeypatch.setattr("cutis.features.describe.SHARD_ROWS", 4)
    return make_images(tmp_path / "images", 10, (0, 1, 2))


def test_nothing_is_cached_and_nothing_is_made(dataset, tmp_path):
    planned = plan(dataset, TinyModel(), tmp_path)
    assert (planned.n_rows, planned.n_cached, planned.n_absent) == (10, 0, 1)
    assert planned.images_per_second > 0
    assert stores(tmp_path) == []


def test_all_is_cached(dataset, tmp_path):
    features = embed(dataset, TinyModel(), tmp_path)
    model = TinyModel()
    planned = plan(dataset, model, tmp_path)
    assert (planned.n_cached, planned.images_per_second) == (10, None)
    assert (planned.key, planned.dir) == (features.key, features.dir)
    assert features_key(dataset, model, tmp_path) == features.key
    assert model.batches == []


def test_some_is_cached(dataset, tmp_path):
    features = embed(dataset, TinyModel(), tmp_path)
    (features.dir / "shard-00002.npy").unlink()
    assert plan(dataset, TinyModel(), tmp_path).n_cached == 8


def test_the_estimate_is_measured(dataset, tmp_path):
    slow = plan(dataset, TinyModel(seconds=0.5), tmp_path)
    assert slow.images_per_second < 10 / 0.5


def test_nothing_readable_gives_no_estimate(tmp_path):
    dataset = make_images(tmp_path / "images", 2, (0, 1))
    planned = plan(dataset, TinyModel(), tmp_path)
    assert planned.images_per_second is None
    assert planned.render().endswith("2 to compute.")


def test_the_text(tmp_path):
    text = Plan("k", tmp_path, 100, 40, 3, 2.0).render()
    assert "40 of 100 images are cached" in text
    assert "60 to compute, about 30.0 s (2.0 images/s)" in text
    assert text.endswith("Without an image file: 3 rows.")
    done = Plan("k", tmp_path, 100, 100, 0, None).render()
    assert "to compute" not in done
