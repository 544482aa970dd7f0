"""Sums by subgroup and class, against loops over the images."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.stats.fairness.decision import make_decision
from cutis.stats.fairness.partition import Partition
from cutis.stats.fairness.sums import Sums, make_facts, standardise, sum_by_codes, sum_by_group
from tests.stats.fairness.people import CANCERS, CLASSES, people

MADE = people(60)
DECISION = make_decision(MADE.labels, MADE.probs, tuple(CLASSES), CANCERS, None)
FACTS = make_facts(MADE.labels, MADE.probs, DECISION)
CODES = (MADE.sex == "male").astype(np.int64)
SEXES = Partition(("female", "male"), CODES)


def by_hand(codes_n: np.ndarray, weights_n: np.ndarray, g: int = 2) -> list[np.ndarray]:
    found = [np.zeros((g, 4)) for _ in range(5)]
    top = MADE.probs.max(axis=1)
    for i, (code, label) in enumerate(zip(codes_n, MADE.labels, strict=True)):
        right = MADE.predicted[i] == label
        for sums, value in zip(
            found, (1.0, right, MADE.called[i], top[i], MADE.score[i]), strict=True
        ):
            sums[code, label] += weights_n[i] * value
    return found


def test_once_each_is_counting():
    for found, expected in zip(
        sum_by_group(FACTS, SEXES), by_hand(CODES, np.ones(60)), strict=True
    ):
        assert found.shape == (1, 2, 4)
        assert found[0] == pytest.approx(expected)


def test_every_row_of_weights_is_a_replicate_of_its_own():
    weights = np.random.default_rng(0).integers(0, 4, (3, 60)).astype(float)
    found = sum_by_group(FACTS, SEXES, weights)
    for r in range(3):
        for part, expected in zip(found, by_hand(CODES, weights[r]), strict=True):
            assert part[r] == pytest.approx(expected)


def test_dealt_subgroups_are_summed_like_given_ones():
    rng = np.random.default_rng(1)
    codes = np.stack([CODES, rng.permutation(CODES), rng.permutation(CODES)])
    dealt = sum_by_codes(FACTS, codes, 2)
    for p in range(3):
        alone = sum_by_group(FACTS, Partition(("a", "b"), codes[p]))
        for many, one in zip(dealt, alone, strict=True):
            assert many[p] == pytest.approx(one[0])


def test_a_part_that_nobody_is_dealt_is_zero_not_missing():
    found = sum_by_codes(FACTS, np.zeros((1, 60), dtype=np.int64), 3)
    assert found.total_rgc.shape == (1, 3, 4)
    assert found.total_rgc[0, 1:].sum() == 0
    assert found.total_rgc[0, 0].sum() == 60


def test_without_a_decision_nothing_is_called():
    facts = make_facts(MADE.labels, MADE.probs, None)
    found = sum_by_group(facts, SEXES)
    assert not found.called_rgc.any()
    assert not found.score_rgc.any()
    assert found.right_rgc == pytest.approx(sum_by_group(FACTS, SEXES).right_rgc)


def test_standardised_accuracy_is_the_mean_of_the_classes_recalls():
    even = standardise(sum_by_group(FACTS, SEXES), np.full(4, 0.25))
    accuracy = even.right_rgc.sum(axis=2)[0] / even.total_rgc.sum(axis=2)[0]
    for code in (0, 1):
        recalls = [
            (MADE.predicted == k)[(code == CODES) & (MADE.labels == k)].mean() for k in range(4)
        ]
        assert accuracy[code] == pytest.approx(np.mean(recalls))


def test_a_class_of_weight_zero_is_left_out():
    even = standardise(sum_by_group(FACTS, SEXES), np.array([0.5, 0.5, 0.0, 0.0]))
    assert not even.right_rgc[..., 2:].any()
    assert even.total_rgc.sum(axis=2) == pytest.approx(np.ones((1, 2)))


def test_a_class_a_subgroup_lacks_is_left_out_there_without_nan():
    sums = Sums(*(np.array([[[4.0, 0.0], [2.0, 6.0]]]),) * 5)
    even = standardise(sums, np.array([0.3, 0.7]))
    assert even.total_rgc[0] == pytest.approx(np.array([[0.3, 0.0], [0.3, 0.7]]))
    assert not any(np.isnan(part).any() for part in even)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 50), min_size=4, max_size=4), st.integers(0, 3))
def test_standardising_does_not_depend_on_how_many_images_a_class_has(counts, right):
    total = np.array([[counts[:2], counts[2:]]], dtype=float)
    share = right / 3
    even = standardise(Sums(total, total * share, total, total, total), np.array([0.4, 0.6]))
    assert even.right_rgc.sum(axis=2) == pytest.approx(np.full((1, 2), share))
