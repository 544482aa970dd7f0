"""Readers answer with the skill their table says."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.data.phantom.attributes import CLASSES
from cutis.data.phantom.readers import READERS, read_answers


def test_confusion_tables_are_distributions_with_the_stated_sensitivity() -> None:
    for reader in READERS:
        table = reader.confusion()
        np.testing.assert_allclose(table.sum(axis=1), 1.0)
        np.testing.assert_allclose(np.diag(table), reader.sensitivity)


@pytest.mark.parametrize("diagnosis", [1, 4, 5])
def test_answers_follow_the_confusion_table(diagnosis: int) -> None:
    rng = np.random.default_rng(diagnosis)
    n = 6000
    answers = np.array([read_answers(diagnosis, rng) for _ in range(n)])
    for k, reader in enumerate(READERS):
        share = np.bincount(answers[:, k], minlength=len(CLASSES)) / n
        expected = reader.confusion()[diagnosis]
        assert np.all(
            np.abs(share - expected) < 4.5 * np.sqrt(expected * (1 - expected) / n) + 1e-9
        )


def test_readers_err_independently() -> None:
    rng = np.random.default_rng(0)
    right = np.array([read_answers(4, rng) for _ in range(6000)]) == 4
    correlation = np.corrcoef(right.T) - np.eye(len(READERS))
    assert np.abs(correlation).max() < 4.5 / np.sqrt(6000)


def test_readers_are_listed_best_first() -> None:
    means = [np.mean(reader.sensitivity) for reader in READERS]
    assert means == sorted(means, reverse=True)
