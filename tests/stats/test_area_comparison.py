"""Class by class: what DeLong says of each, and correction over models and classes."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.stats.area_comparison import compare_class_areas
from cutis.stats.clusters import make_clusters
from cutis.stats.delong import compare_areas, delong
from cutis.stats.multiplicity import holm
from tests.stats.samples import make


def models(c, n=150):
    made = {name: make(n=n, c=c, seed=1, skill=skill) for name, skill in
            (("weak", 0.2), ("fair", 1.0), ("good", 2.5))}  # fmt: skip
    return made["good"].labels, {name: m.probs for name, m in made.items()}, made["good"].groups


def test_every_class_is_compared_and_p_values_are_corrected_together():
    labels, probs, groups = models(3)
    clusters = make_clusters(groups, 150)
    out = compare_class_areas(labels, probs, ["a", "b", "c"], clusters, "weak", 0.9)
    raw, corrected = [], []
    for k, name in enumerate("abc"):
        scores = np.stack([p[:, k] for p in probs.values()])
        areas = delong(labels == k, scores, clusters)
        assert out[name].auroc == dict(zip(probs, areas.auroc_m, strict=True))
        assert out[name].differences["good"] == compare_areas(areas, 2, 0, 0.9)
        assert out[name].test == "delong-clustered"
        raw += [out[name].differences[m].p for m in ("fair", "good")]
        corrected += [out[name].p_holm[m] for m in ("fair", "good")]
    np.testing.assert_allclose(corrected, holm(np.array(raw)))


def test_two_classes_have_one_positive():
    labels, probs, _ = models(2)
    clusters = make_clusters(None, 150)
    out = compare_class_areas(labels, probs, ["benign", "malignant"], clusters, "good")
    assert list(out) == ["malignant"]
    assert out["malignant"].test == "delong"
    assert out["malignant"].n_positive == (labels == 1).sum()


def test_a_class_without_images_is_left_out():
    labels, probs, _ = models(3)
    keep = labels != 1
    chosen = {name: p[keep] for name, p in probs.items()}
    clusters = make_clusters(None, int(keep.sum()))
    out = compare_class_areas(labels[keep], chosen, ["a", "b", "c"], clusters, "good")
    assert list(out) == ["a", "c"]


def test_the_record_is_strict_json():
    labels = np.array([0, 0, 1, 1])
    right = np.array([0.1, 0.2, 0.8, 0.9])
    probs = {k: np.stack([1 - s, s], 1) for k, s in (("x", right), ("y", 1 - right))}
    record = compare_class_areas(labels, probs, ["n", "m"], make_clusters(None, 4), "x")
    found = record["m"].to_json()["differences"]["y"]
    assert found == {"value": pytest.approx(-1.0), "low": None, "high": None, "p": None,
                     "p_holm": None}  # fmt: skip
