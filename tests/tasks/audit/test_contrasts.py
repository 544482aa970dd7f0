"""Clusters and contrasts from arrays alone, against scipy and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import fisher_exact
from statsmodels.stats.multitest import multipletests

from cutis.stats.estimate import Settings
from cutis.stats.failure_clusters import Clustering, Contrast
from cutis.tasks.audit.contrasts import cluster_records, contrast_records, share_estimate

QUICK = Settings(n_bootstrap=200)
NAMES = ("planted", "noise", "rare")


@pytest.fixture
def clustering():
    cluster = np.repeat([0, 1, 2], [30, 20, 10])
    return Clustering(cluster, np.array([[0.0], [1.0], [5.0]]), np.zeros(60), 1)


@pytest.fixture
def correct():
    right = np.ones(60, bool)
    right[30:45] = False
    right[[0, 1, 2]] = False
    return right


@pytest.fixture
def scores(clustering):
    rng = np.random.default_rng(0)
    low = clustering.cluster_n == 1
    planted = np.where(low, 0.8, 0.2) + rng.normal(0, 0.05, 60)
    return np.stack([planted, rng.uniform(0, 1, 60), rng.uniform(0, 0.1, 60)], axis=1)


def test_accuracy_of_every_cluster(clustering, correct):
    records = cluster_records(clustering, correct, QUICK, None)
    assert [(r["cluster"], r["n"], r["n_right"]) for r in records] == [
        (0, 30, 27),
        (1, 20, 5),
        (2, 10, 10),
    ]
    for record, value in zip(records, [0.9, 0.25, 1.0], strict=True):
        assert record["accuracy"]["value"] == pytest.approx(value)
        assert record["accuracy"]["low"] < value
    assert records[2]["accuracy"]["method"] == "clopper-pearson"


def test_every_cluster_is_tested_against_all_others(clustering, correct):
    records = cluster_records(clustering, correct, QUICK, None)
    expected = []
    for record in records:
        n, right = record["n"], record["n_right"]
        others, right_others = 60 - n, int(correct.sum()) - right
        table = [[right, n - right], [right_others, others - right_others]]
        expected.append(fisher_exact(table).pvalue)
    np.testing.assert_allclose([r["p"] for r in records], expected)
    corrected = multipletests(expected, method="fdr_bh")[1]
    np.testing.assert_allclose([r["p_bh"] for r in records], corrected)


def test_clusters_of_patients_have_no_test_of_lone_images(clustering, correct):
    patients = np.array([f"p{i // 5}" for i in range(60)])
    for record in cluster_records(clustering, correct, QUICK, patients):
        assert record["p"] is record["p_bh"] is None
        assert record["accuracy"]["low"] is not None
    each_its_own = np.array([f"p{i}" for i in range(60)])
    alone = cluster_records(clustering, correct, QUICK, None)
    for record, expected in zip(
        cluster_records(clustering, correct, QUICK, each_its_own), alone, strict=True
    ):
        assert record["p"] == expected["p"]


def test_a_share_resamples_patients():
    yes = np.repeat([True, False, True, False], 10)
    alone = share_estimate(yes, None, QUICK)
    grouped = share_estimate(yes, np.repeat(["a", "b", "c", "d"], 10), QUICK)
    assert alone["value"] == grouped["value"] == 0.5
    assert grouped["high"] - grouped["low"] > 2 * (alone["high"] - alone["low"])
    assert "only 4 groups" in grouped["note"]


def test_the_planted_concept_marks_the_bad_cluster(clustering, scores):
    (record,) = contrast_records(
        [Contrast(1, 0)], clustering, scores, NAMES, None, QUICK, n_permutations=99
    )
    assert (record["cluster"], record["reference"], record["test"]) == (1, 0, "mann-whitney")
    assert record["concepts"][0]["name"] == "planted"
    assert "planted" in record["over"]
    assert "rare" not in record["over"] + record["under"]
    first = record["concepts"][0]
    assert first["mean_a"] == pytest.approx(scores[30:50, 0].mean())
    assert first["mean_b"] == pytest.approx(scores[:30, 0].mean())
    assert (first["share_a"], first["share_b"]) == (1.0, 0.0)
    assert first["fisher_p"] == pytest.approx(fisher_exact([[20, 0], [0, 30]]).pvalue)


def test_less_of_a_concept_is_listed_apart(clustering, scores):
    scores[:, 2] = np.where(clustering.cluster_n == 1, 0.6, 0.9)
    (record,) = contrast_records(
        [Contrast(1, 0)], clustering, scores, NAMES, None, QUICK, n_permutations=99
    )
    assert "rare" in record["under"]
    assert record["over"][0] == "planted"


def test_all_contrasts_are_corrected_together(clustering, scores):
    pairs = [Contrast(1, 0), Contrast(2, 0)]
    records = contrast_records(pairs, clustering, scores, NAMES, None, QUICK, 99)
    every = [concept for record in records for concept in record["concepts"]]
    assert len(every) == 6
    for raw, corrected, method in (
        ("p", "p_holm", "holm"),
        ("p", "p_bh", "fdr_bh"),
        ("fisher_p", "fisher_p_bh", "fdr_bh"),
    ):
        wanted = multipletests([c[raw] for c in every], method=method)[1]
        np.testing.assert_allclose([c[corrected] for c in every], wanted)


def test_with_patients_the_test_moves_patients(clustering, scores):
    patients = np.array([f"p{i // 5}" for i in range(60)])
    (record,) = contrast_records([Contrast(1, 0)], clustering, scores, NAMES, patients, QUICK, 999)
    assert record["test"] == "permutation"
    planted = next(c for c in record["concepts"] if c["name"] == "planted")
    # ten patients, four of them in the bad cluster: no p-value below 2 / 210 is possible
    assert 0.003 < planted["p"] < 0.03
    assert planted["fisher_p"] is planted["fisher_p_bh"] is None


def test_a_constant_score_is_no_test(clustering, scores):
    scores[:, 2] = 0.5
    (record,) = contrast_records([Contrast(1, 0)], clustering, scores, NAMES, None, QUICK, 99)
    constant = record["concepts"][-1]
    assert constant["name"] == "rare"
    assert constant["p"] is constant["p_bh"] is constant["p_holm"] is None
    assert constant["standardised"]["value"] is None


def test_no_contrast_is_no_record(clustering, scores):
    assert contrast_records([], clustering, scores, NAMES, None, QUICK, 99) == []
