"""Figures of merit and their covariance, against scikit-learn and slow jackknives."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from cutis.stats.readers.merit import (
    MERITS,
    delong_covariance,
    jackknife_covariance,
    make_crossed,
)
from tests.stats.readers.roe_metz import simulate


def slow_jackknife(study, groups: np.ndarray) -> np.ndarray:
    rows = []
    for group in np.unique(groups):
        left = groups != group
        part = make_crossed(study.scores_ajn[:, :, left], study.truth_n[left], study.merit)
        rows.append(part.values().ravel())
    found = np.array(rows)
    return (len(found) - 1) * np.cov(found.T, bias=True)


@pytest.mark.parametrize("merit", MERITS)
@pytest.mark.parametrize("grouped", [False, True])
def test_the_jackknife_leaves_out_one_case_or_group_at_a_time(merit, grouped):
    ratings, truth = simulate(0, readers=3, cases=30)
    scores = ratings if merit == "auc" else (ratings.round(0) % 2 == 0).astype(float)
    groups = np.arange(30) // 3 if grouped else np.arange(30)
    study = make_crossed(scores, truth, merit, groups if grouped else None)
    np.testing.assert_allclose(
        jackknife_covariance(study), slow_jackknife(study, groups), atol=1e-12
    )


def test_values_equal_scikit_learn_also_when_weighted():
    ratings, truth = simulate(1, readers=2, cases=40)
    ratings = ratings.round(1)
    weights = np.random.default_rng(0).integers(0, 3, (2, 40)).astype(float)
    found = make_crossed(ratings, truth).values(weights)
    for b in range(2):
        expected = roc_auc_score(truth, ratings[1, 0], sample_weight=weights[b])
        assert found[b, 1, 0] == pytest.approx(expected, abs=1e-12)


def test_balanced_accuracy_of_several_classes_equals_scikit_learn():
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 3, 50)
    answers = np.where(generator.random(50) < 0.7, truth, generator.integers(0, 3, 50))
    study = make_crossed((answers == truth)[None, None].astype(float), truth, "balanced_accuracy")
    assert study.values()[0, 0, 0] == pytest.approx(balanced_accuracy_score(truth, answers))


def test_sensitivity_and_specificity_look_at_their_own_cases():
    right = np.array([[[1, 1, 0, 0, 1.0]]])
    truth = np.array([1, 1, 1, 0, 0])
    assert make_crossed(right, truth, "sensitivity").values().item() == pytest.approx(2 / 3)
    assert make_crossed(right, truth, "specificity").values().item() == 0.5


def test_delong_equals_the_other_room_of_statistics():
    from cutis.stats.delong import delong

    ratings, truth = simulate(2, readers=3, cases=50)
    expected = delong(truth == 1, ratings.reshape(6, 50))
    np.testing.assert_allclose(
        delong_covariance(make_crossed(ratings, truth)), expected.covariance_mm, atol=1e-12
    )


def test_delong_and_jackknife_agree_for_means_and_nearly_for_areas():
    ratings, truth = simulate(3, readers=2, cases=200)
    right = make_crossed((ratings > 0.5).astype(float), truth, "accuracy")
    np.testing.assert_allclose(delong_covariance(right), jackknife_covariance(right), atol=1e-12)
    areas = make_crossed(ratings, truth)
    np.testing.assert_allclose(
        delong_covariance(areas), jackknife_covariance(areas), rtol=0.1, atol=1e-5
    )


@pytest.mark.parametrize(
    ("scores", "truth", "merit", "said"),
    [
        (np.ones((2, 3)), np.zeros(3), "accuracy", "arms by readers by cases"),
        (np.full((1, 1, 2), np.nan), np.zeros(2), "accuracy", "fully crossed"),
        (np.ones((1, 1, 3)), np.array([0, 0, 1]), "auc", "two cases with the disease"),
        (np.ones((1, 1, 3)), np.array([0, 1, 1]), "specificity", "two cases without"),
        (np.ones((1, 1, 1)), np.array([0]), "accuracy", "At least two cases"),
    ],
)
def test_what_is_no_study_is_refused(scores, truth, merit, said):
    with pytest.raises(ValueError, match=said):
        make_crossed(scores, truth, merit)


def test_groups_and_delong_do_not_go_together():
    study = make_crossed(np.ones((1, 1, 4)), np.array([0, 0, 1, 1]), "auc", np.arange(4) // 2)
    with pytest.raises(ValueError, match="use the jackknife"):
        delong_covariance(study)


def test_a_class_with_one_group_has_no_jackknife():
    study = make_crossed(np.ones((1, 1, 4)), np.array([0, 0, 1, 1]), "auc", [1, 2, 3, 3])
    with pytest.raises(ValueError, match="undefined without some case"):
        jackknife_covariance(study)
