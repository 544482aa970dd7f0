"""Metrics of the predicted class against scikit-learn, plain and for every replicate."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn import metrics as reference

from cutis.stats.classification import (
    accuracy,
    balanced_accuracy,
    kappa,
    macro_f1,
    rank_of_truth,
    top_k_accuracy,
    weighted_f1,
)
from cutis.stats.counts import count
from tests.stats.samples import SITUATIONS, multiplicities, repeated, situation

PAIRS = {
    accuracy: reference.accuracy_score,
    balanced_accuracy: reference.balanced_accuracy_score,
    kappa: reference.cohen_kappa_score,
    weighted_f1: lambda y, p: reference.f1_score(y, p, average="weighted", zero_division=0),
    macro_f1: lambda y, p: reference.f1_score(
        y, p, average="macro", labels=np.unique(y), zero_division=0
    ),
}


@pytest.mark.parametrize("name", SITUATIONS)
@pytest.mark.parametrize("ours", PAIRS, ids=lambda f: f.__name__)
def test_point_values_equal_scikit_learn(name, ours):
    made = situation(name)
    value = ours(count(made.labels, made.predicted, made.probs.shape[1]))
    assert value.shape == (1,)
    assert value[0] == pytest.approx(PAIRS[ours](made.labels, made.predicted), abs=1e-12)


@pytest.mark.parametrize("name", SITUATIONS)
@pytest.mark.parametrize("ours", PAIRS, ids=lambda f: f.__name__)
def test_replicates_equal_scikit_learn_on_repeated_images(name, ours):
    made = situation(name)
    weights = multiplicities(made)
    values = ours(count(made.labels, made.predicted, made.probs.shape[1], weights))
    for value, weights_n in zip(values, weights, strict=True):
        drawn = repeated(made, weights_n)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            expected = PAIRS[ours](drawn.labels, drawn.predicted)
        assert value == pytest.approx(expected, abs=1e-12)


def test_macro_f1_equals_the_plain_call_when_every_class_has_images():
    made = situation("rare class")
    assert set(made.labels.tolist()) == set(range(7))
    expected = reference.f1_score(made.labels, made.predicted, average="macro", zero_division=0)
    assert macro_f1(count(made.labels, made.predicted, 7))[0] == pytest.approx(expected, abs=1e-12)


def test_a_class_without_images_pulls_no_average_to_zero():
    labels, predicted = np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2])
    counts = count(labels, predicted, 3)
    assert balanced_accuracy(counts)[0] == pytest.approx(0.75)
    assert macro_f1(counts)[0] == pytest.approx((1 + 2 / 3) / 2)


def test_kappa_is_undefined_when_everything_is_one_class():
    assert np.isnan(kappa(count(np.zeros(5, int), np.zeros(5, int), 2))[0])


@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_top_k_equals_scikit_learn_where_no_row_ties(k):
    made = situation("rare class")
    expected = reference.top_k_accuracy_score(made.labels, made.probs, k=k, labels=range(7))
    assert top_k_accuracy(made.labels, made.probs, k)[0] == pytest.approx(expected, abs=1e-12)


def test_top_k_of_replicates_is_the_weighted_mean():
    made = situation("balanced")
    weights = multiplicities(made)
    for value, weights_n in zip(
        top_k_accuracy(made.labels, made.probs, 2, weights), weights, strict=True
    ):
        expected = reference.top_k_accuracy_score(
            made.labels, made.probs, k=2, sample_weight=weights_n
        )
        assert value == pytest.approx(expected, abs=1e-12)


def test_top_1_is_accuracy_even_with_ties():
    probs = np.array([[0.4, 0.4, 0.2], [0.4, 0.4, 0.2], [0.2, 0.4, 0.4]])
    labels = np.array([0, 1, 2])
    hits = (probs.argmax(axis=1) == labels).mean()
    assert top_k_accuracy(labels, probs, 1)[0] == pytest.approx(hits)
    assert rank_of_truth(labels, probs).tolist() == [0, 1, 1]


def test_top_c_is_everything():
    made = situation("many ties")
    assert top_k_accuracy(made.labels, made.probs, 3)[0] == 1.0


@pytest.mark.parametrize("k", [0, 5])
def test_k_must_fit_the_classes(k):
    made = situation("balanced")
    with pytest.raises(ValueError, match="between 1 and the 4 classes"):
        top_k_accuracy(made.labels, made.probs, k)
