"""The block of operating points in metrics.json."""

from __future__ import annotations

import json

import numpy as np

from cutis.stats.clusters import make_clusters
from cutis.stats.estimate import Settings
from cutis.stats.operating import DEFAULT_WISHES, operating_points
from cutis.stats.operating_block import operating_block, wishes_for
from tests.stats.samples import make


def test_each_class_is_scored_against_all_others():
    made = make(n=90, c=3)
    clusters, settings = make_clusters(made.groups, 90), Settings(30)
    block = operating_block(made.labels, made.probs, "abc", clusters, settings, [0, 2])
    assert list(block) == ["a", "c"]
    expected = operating_points(
        made.labels == 2, made.probs[:, 2], clusters, settings, answered_n=made.predicted == 2
    )
    assert block["c"] == expected.to_json()
    assert block["c"]["points"][0]["rule"] == "answer"
    assert len(block["c"]["points"]) == len(DEFAULT_WISHES)
    json.dumps(block, allow_nan=False)


def test_a_class_without_images_has_no_points_and_says_why():
    made = make(n=40, c=3)
    labels = np.where(made.labels == 2, 0, made.labels)
    clusters = make_clusters(None, 40)
    block = operating_block(labels, made.probs, "abc", clusters, Settings(10), [2])
    assert block["c"] == {"points": None, "note": "no image is of this class"}


def test_wishes_of_targets():
    assert wishes_for([], []) == DEFAULT_WISHES
    names = [wish.name for wish in wishes_for([0.8, 0.95], [0.99])]
    assert names == [
        "answer", "at-specificity-0.8", "at-specificity-0.95", "at-sensitivity-0.99", "youden",
    ]  # fmt: skip
