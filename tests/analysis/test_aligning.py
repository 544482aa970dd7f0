"""Several files on the same cases."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cutis.analysis.aligning import align, load_many
from cutis.analysis.cases import CasesConfig, JoinConfig, load_cases
from cutis.errors import CutisError

CLASSES = ("nevus", "melanoma", "keratosis")


def read(path, **more):
    return load_cases(CasesConfig(predictions=path, output=path.parent / "run", **more))


def test_order_of_rows_and_classes_does_not_matter(published, tmp_path):
    one = published("one.csv", seed=1)
    frame = pd.read_csv(one)
    turned = frame.iloc[::-1].copy()
    turned["true_label"] = [[2, 0, 1][k] for k in turned["true_label"]]
    for old, new in enumerate([2, 0, 1]):
        turned[f"probability_class_{new}"] = frame.iloc[::-1][f"probability_class_{old}"]
    turned.to_csv(tmp_path / "two.csv", index=False)
    first = read(one, classes=",".join(CLASSES))
    second = read(tmp_path / "two.csv", classes="melanoma,keratosis,nevus")
    a, b = align([first, second])
    assert a.ids == b.ids
    assert a.classes == b.classes == CLASSES
    np.testing.assert_array_equal(a.labels_n, b.labels_n)
    np.testing.assert_allclose(a.probs_nc, b.probs_nc)


def test_numbers_take_the_names_of_the_other_file(published, ours):
    numbered, named = read(published()), read(ours())
    numbered = numbered.__class__(**{**vars(numbered), "ids": named.ids})
    a, b = align([numbered, named])
    assert a.classes == b.classes == named.classes
    assert a.grouping == "group"
    assert a.groups_n is not None
    assert "have only numbers" in a.notes[-1]


def test_different_cases_need_to_be_asked_for(published, tmp_path):
    paths = [published("a.csv", n=10), published("b.csv", n=7)]
    config = JoinConfig(output=tmp_path / "run")
    with pytest.raises(CutisError, match="7 are in all") as raised:
        load_many(paths, config)
    assert "--common" in str(raised.value)
    assert [len(c) for c in load_many(paths, config, common=True)] == [7, 7]
    other = published("c.csv", image_path=[f"z{i}.jpg" for i in range(10)])
    with pytest.raises(CutisError, match="No image is in all"):
        load_many([paths[0], other], config, common=True)


def test_other_classes_and_other_truths_are_refused(published, ours):
    a = read(ours())
    with pytest.raises(CutisError, match=r"different classes.*psoriasis"):
        align([a, read(ours("b.parquet", classes=("nevus", "melanoma", "psoriasis")))])
    turned = a.__class__(**{**vars(a), "labels_n": np.roll(a.labels_n, 1)})
    with pytest.raises(CutisError, match="disagree on the truth of 9 images"):
        align([a, turned])
