"""Training on features whose right answer is planted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cutis.models.pairing.fit import Material, Recipe, fit
from cutis.models.pairing.projections import Projections

QUICK = Recipe(dim=16, steps=120, batch_size=60, lr=3e-3, every=20, patience=10)
N, CLASSES = 240, 3


def planted(seed: int = 0, labels: bool = True, captions: bool = False) -> Material:
    """Images are noisy copies of their class, texts other noisy copies in another space."""
    rng = np.random.default_rng(seed)
    own = np.random.default_rng(99)
    see, read = own.normal(size=(CLASSES, 20)), own.normal(size=(CLASSES, 12))
    y = rng.integers(0, CLASSES, N)
    images = (see[y] + rng.normal(size=(N, 20))).astype(np.float32)
    of_text = np.repeat(np.arange(CLASSES), 5)
    texts = (read[of_text] + 0.3 * rng.normal(size=(15, 12))).astype(np.float32)
    nothing, none = np.zeros((0, 12), np.float32), np.zeros(0, np.int64)
    return Material(
        images_nd=images,
        labels_n=y if labels else np.full(N, -1),
        class_texts_md=texts if labels else nothing,
        class_of_text_m=of_text if labels else none,
        captions_md=texts if captions else nothing,
        captions_of_n=[[int(5 * k + rng.integers(5))] if captions else [] for k in y],
    )


def accuracy(pair: Projections, truth: Material) -> float:
    """Zero-shot accuracy with the class means of the texts."""
    full = planted(5)
    texts = pair.texts(full.class_texts_md)
    texts /= np.linalg.norm(texts, axis=1, keepdims=True)
    classes = np.stack([texts[full.class_of_text_m == k].mean(0) for k in range(CLASSES)])
    return float((np.argmax(pair.images(truth.images_nd) @ classes.T, 1) == truth.labels_n).mean())


@pytest.mark.parametrize(("labels", "captions"), [(True, False), (False, True), (True, True)])
def test_it_learns_what_is_planted(labels: bool, captions: bool):
    test = planted(7)
    found = fit(planted(1, labels, captions), QUICK, lambda pair: accuracy(pair, planted(3)))
    assert accuracy(found.projections, test) > 0.85
    assert found.looks[-1].loss < found.looks[0].loss
    assert found.projections.dim == 16
    assert 1 < found.projections.scale <= 100


def test_shuffled_labels_teach_nothing():
    material = planted(1)
    shuffled = replace(material, labels_n=np.random.default_rng(0).permutation(material.labels_n))
    found = fit(shuffled, QUICK, lambda pair: accuracy(pair, planted(3)))
    last = fit(shuffled, QUICK, lambda pair: 0.0).projections
    assert accuracy(last, planted(7)) < 0.6
    assert len(found.looks) <= 6


def test_the_seed_decides_everything():
    def train(seed: int) -> Projections:
        return fit(planted(1), replace(QUICK, seed=seed, steps=30), lambda pair: 0.0).projections

    first, again, other = train(0), train(0), train(1)
    for name, tensor in first.tensors().items():
        np.testing.assert_array_equal(tensor, again.tensors()[name])
    assert np.abs(first.image_weight - other.image_weight).max() > 1e-3


def test_rows_without_labels_or_captions_do_not_matter():
    material = planted(1)
    junk = replace(
        material,
        images_nd=np.concatenate([material.images_nd, material.images_nd[:40] * 0 + 3]),
        labels_n=np.concatenate([material.labels_n, np.full(40, -1)]),
        captions_of_n=[[]] * (N + 40),
    )
    found = fit(junk, QUICK, lambda pair: accuracy(pair, planted(3)))
    assert accuracy(found.projections, planted(7)) > 0.85


def test_the_best_step_wins_the_earliest_of_equals():
    values = iter([0.3, 0.9, 0.9, 0.5, 0.2, 0.1])
    found = fit(planted(1), QUICK, lambda pair: next(values))
    assert found.step == 40
    assert [look.score for look in found.looks] == [0.3, 0.9, 0.9, 0.5, 0.2, 0.1]
    assert [look.step for look in found.looks] == [20, 40, 60, 80, 100, 120]


def test_training_ends_when_nothing_gets_better():
    values = iter([0.5, 0.4, 0.4, 0.4, 0.9, 0.9])
    found = fit(planted(1), replace(QUICK, patience=3), lambda pair: next(values))
    assert (found.step, found.looks[-1].step) == (20, 80)


def test_a_score_that_is_no_number_is_the_worst():
    values = iter([float("nan"), 0.1, float("nan"), 0.05, 0.0, 0.0])
    assert fit(planted(1), QUICK, lambda pair: next(values)).step == 40


def test_the_last_step_is_looked_at():
    found = fit(planted(1), replace(QUICK, steps=27), lambda pair: 0.5)
    assert [look.step for look in found.looks] == [20, 27]


def test_nothing_to_learn_from_is_refused():
    with pytest.raises(ValueError, match="neither two classes nor two different captions"):
        fit(planted(1, labels=False), QUICK, lambda pair: 0.0)
    alone = replace(planted(1), labels_n=np.zeros(N, np.int64))
    with pytest.raises(ValueError, match="neither"):
        fit(alone, QUICK, lambda pair: 0.0)
    with pytest.raises(ValueError, match="at least one step"):
        fit(planted(1), replace(QUICK, steps=0), lambda pair: 0.0)


def test_a_caption_shared_by_images_is_right_for_all_of_them():
    """With one caption per class, captions teach as much as labels do."""
    material = planted(1, labels=False, captions=True)
    shared = replace(
        material, captions_of_n=[[5 * (given[0] // 5)] for given in material.captions_of_n]
    )
    found = fit(shared, QUICK, lambda pair: accuracy(pair, planted(3)))
    assert accuracy(found.projections, planted(7)) > 0.8
