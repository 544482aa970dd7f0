"""The summary of selective prediction against plain counting."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import entropy

from cutis.stats.clusters import make_clusters
from cutis.stats.estimate import Settings
from cutis.stats.selective import areas, queue
from cutis.stats.selective_summary import CURVE, certainty, selective_summary
from tests.stats.samples import make

MADE = make(n=200, c=4)
CLUSTERS = make_clusters(MADE.groups, 200)
RIGHT = MADE.predicted == MADE.labels


def summary(**more):
    return selective_summary(
        MADE.labels, MADE.probs, MADE.classes, CLUSTERS, Settings(100, grouping="lesion"), **more
    )


@pytest.mark.parametrize("score", ["top", "margin", "entropy"])
def test_answers_are_the_surest(score):
    sure = certainty(MADE.probs, score)
    found = summary(coverages=[0.25, 0.8], score=score)
    order = np.argsort(-sure)
    for point in found.answered:
        k = int(np.ceil(point.coverage * 200))
        assert point.accuracy.value == pytest.approx(RIGHT[order[:k]].mean())
        assert point.accuracy.n == k
        assert point.threshold == pytest.approx(sure[order[k - 1]])
        for c, name in enumerate(MADE.classes):
            inside = (sure >= point.threshold)[MADE.labels == c].mean()
            assert point.kept[name].value == pytest.approx(inside)
            assert point.kept[name].n == (MADE.labels == c).sum()


def test_areas_and_risk():
    found = summary()
    expected = areas(queue(~RIGHT, MADE.probs.max(axis=1)))
    assert found.metrics["aurc"].value == pytest.approx(expected.aurc[0])
    assert found.metrics["excess_aurc"].value == pytest.approx(expected.excess[0])
    assert found.metrics["risk"].value == pytest.approx((~RIGHT).mean())
    assert found.metrics["aurc"].low < found.metrics["aurc"].value < found.metrics["aurc"].high
    assert [point.coverage for point in found.curve] == list(CURVE)
    assert found.curve[-1].accuracy.value == pytest.approx(RIGHT.mean())


def test_certainty_against_scipy():
    assert certainty(MADE.probs, "entropy") == pytest.approx(
        1 - entropy(MADE.probs, axis=1) / np.log(4)
    )
    ordered = np.sort(MADE.probs, axis=1)
    assert certainty(MADE.probs, "margin") == pytest.approx(ordered[:, -1] - ordered[:, -2])
    assert certainty(np.array([[1.0, 0.0]]), "entropy")[0] == 1.0
    with pytest.raises(ValueError, match="'depth' is unknown; use 'top', 'margin' or 'entropy'"):
        certainty(MADE.probs, "depth")


def test_all_right_has_exact_intervals_and_no_risk():
    out = selective_summary(
        MADE.labels, np.eye(4)[MADE.labels], MADE.classes, CLUSTERS, Settings(50)
    )
    assert out.metrics["aurc"].value == 0
    assert out.answered[0].accuracy.method == "clopper-pearson"
    # equal confidences cannot be parted: the threshold lets everyone through
    assert out.answered[0].kept[MADE.classes[0]].value == 1.0


def test_an_absent_class_is_null_and_the_record_strict():
    out = selective_summary(
        np.array([0, 1, 0, 1]), np.tile([0.6, 0.3, 0.1], (4, 1)), ["a", "b", "c"],
        make_clusters(None, 4), Settings(50),
    ).to_json()  # fmt: skip
    json.dumps(out, allow_nan=False)
    assert out["answered"][0]["kept"]["c"]["note"] == "no images of this class"
    assert "kept" not in out["curve"][0]


def test_an_impossible_coverage_is_refused():
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        summary(coverages=[1.2])
