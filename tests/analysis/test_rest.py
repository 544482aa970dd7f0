"""One class against all others."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.analysis.cases import JoinConfig, read_cases
from cutis.analysis.rest import against_rest, class_index
from cutis.errors import CutisError


@pytest.fixture
def cases(ours, tmp_path):
    return read_cases(ours(), JoinConfig(output=tmp_path / "run"))


def test_probabilities_of_the_others_add_up(cases):
    two = against_rest(cases, "Melanoma")
    assert two.classes == ("not melanoma", "melanoma")
    np.testing.assert_array_equal(two.labels_n, cases.labels_n == 1)
    np.testing.assert_allclose(two.probs_nc[:, 1], cases.probs_nc[:, 1])
    np.testing.assert_allclose(two.probs_nc.sum(axis=1), 1)


def test_two_classes_keep_the_name_of_the_other(ours, tmp_path):
    path = ours(classes=("benign", "malignant"))
    two = against_rest(read_cases(path, JoinConfig(output=tmp_path / "run")), "benign")
    assert two.classes == ("malignant", "benign")


def test_classes_are_found_by_name_or_number(cases):
    assert class_index(cases, "KERATOSIS") == class_index(cases, "2") == 2
    with pytest.raises(CutisError, match="no class 'melanom'") as raised:
        class_index(cases, "melanom")
    assert "melanoma" in str(raised.value)
    with pytest.raises(CutisError, match="no class '7'"):
        class_index(cases, "7")
