"""Resampled cases against scikit-learn and against evaluation as a whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

from cutis.predictions import write_predictions
from cutis.stats import Ranks, evaluate_ranks
from cutis.tasks.benchmark.concept_scores import ConceptScores, concept_scores
from cutis.tasks.benchmark.scores import prediction_scores, retrieval_scores
from cutis.tasks.benchmark.standing import lower_is_better, seed_of
from tests.tasks.benchmark.fake_runs import invented


@pytest.fixture(scope="module")
def weights_rn() -> np.ndarray:
    return np.random.default_rng(5).integers(0, 4, (6, 90)).astype(float)


ORACLES = {
    "accuracy": lambda y, p, w: sk.accuracy_score(y, p.argmax(1), sample_weight=w),
    "balanced_accuracy": lambda y, p, w: sk.balanced_accuracy_score(
        y, p.argmax(1), sample_weight=w
    ),
    "macro_f1": lambda y, p, w: sk.f1_score(y, p.argmax(1), average="macro", sample_weight=w),
    "weighted_f1": lambda y, p, w: sk.f1_score(y, p.argmax(1), average="weighted", sample_weight=w),
    "kappa": lambda y, p, w: sk.cohen_kappa_score(y, p.argmax(1), sample_weight=w),
    "auroc": lambda y, p, w: sk.roc_auc_score(
        y, p, multi_class="ovr", average="macro", sample_weight=w
    ),
}


@pytest.mark.parametrize("metric", ORACLES)
def test_a_weighted_metric_is_that_of_scikit_learn(metric, tmp_path, weights_rn):
    predictions = invented(3, 0.5)
    write_predictions(tmp_path / "predictions.parquet", predictions)
    scored = prediction_scores(tmp_path / "predictions.parquet", metric)
    labels, probs = predictions.labels_n, predictions.probs_nc
    found = scored.values(weights_rn)
    expected = [ORACLES[metric](labels, probs, w) for w in weights_rn]
    np.testing.assert_allclose(found, expected, atol=1e-12)
    np.testing.assert_allclose(
        scored.values(), ORACLES[metric](labels, probs, np.ones(90)), atol=1e-12
    )


def test_rows_without_a_label_take_no_part(tmp_path):
    predictions = invented(3, 0.5)
    predictions.table.loc[:9, "label"] = None
    write_predictions(tmp_path / "predictions.parquet", predictions)
    scored = prediction_scores(tmp_path / "predictions.parquet", "accuracy")
    assert len(scored.ids) == len(scored.truth) == 80
    assert scored.ids[0] == "i010"
    assert set(scored.truth) <= {"a", "b", "c"}


def write_retrieval(folder: Path, n: int = 40) -> tuple[dict, Ranks]:
    """The ranks of a retrieval run with level items, and its metrics.json."""
    rng = np.random.default_rng(0)
    empty = np.zeros((n, 0))
    ranks = Ranks(
        rng.integers(0, 12, n), rng.integers(0, 3, n), rng.integers(1, 3, n), empty, empty
    )
    result = evaluate_ranks(ranks, 60, 2, [1, 5, 10]).to_json()["metrics"]
    table = pd.DataFrame(
        {
            "direction": "text-to-image",
            "query": [f"i{k // 2}" for k in range(n)],
            "caption": [f"c{k}" for k in range(n)],
            "group": None,
            "rank": ranks.better_n + 1 + ranks.wrong_n / (ranks.right_n + 1),
            "better": ranks.better_n,
            "level_wrong": ranks.wrong_n,
            "level_right": ranks.right_n,
        }
    )
    table.to_parquet(folder / "retrieval.parquet")
    named = {f"text_to_image_{name}": record for name, record in result.items()}
    return {"ks": [1, 5, 10], "metrics": named}, ranks


@pytest.mark.parametrize("name", ["recall_at_1", "recall_at_10", "mean_recall", "mean_rank", "mrr"])
def test_queries_average_to_the_metric_of_the_run(name, tmp_path):
    metrics, _ = write_retrieval(tmp_path)
    scored = retrieval_scores(tmp_path, f"text_to_image_{name}", metrics)
    value = metrics["metrics"][f"text_to_image_{name}"]["value"]
    assert scored.values()[0] == pytest.approx(value)
    assert len(set(scored.ids)) == len(scored.ids) == 40
    assert scored.ids[0] == "i0 c0"
    twice = scored.select(np.arange(40).repeat(2))
    assert twice.values()[0] == pytest.approx(value)


def test_the_mean_recall_leaves_out_lists_as_long_as_the_gallery(tmp_path):
    metrics, _ = write_retrieval(tmp_path)
    metrics["metrics"]["text_to_image_recall_at_10"]["value"] = None
    scored = retrieval_scores(tmp_path, "text_to_image_mean_recall", metrics)
    parts = [metrics["metrics"][f"text_to_image_recall_at_{k}"]["value"] for k in (1, 5)]
    assert scored.values()[0] == pytest.approx(np.mean(parts))


def test_a_median_is_no_mean_over_queries(tmp_path):
    metrics, _ = write_retrieval(tmp_path)
    assert retrieval_scores(tmp_path, "text_to_image_median_rank", metrics) is None


@pytest.fixture
def concepts() -> ConceptScores:
    rng = np.random.default_rng(2)
    labels = (rng.random((90, 4)) < 0.3).astype(float)
    labels[rng.random((90, 4)) < 0.1] = np.nan
    scores = np.nan_to_num(labels) * 0.4 + rng.random((90, 4))
    names = tuple(f"i{k}" for k in range(90))
    return ConceptScores(names, None, scores, labels, "mean_auroc")


def mean_auroc(scored: ConceptScores, weights_n: np.ndarray) -> float:
    found = []
    for scores, labels in zip(scored.scores_nk.T, scored.labels_nk.T, strict=True):
        known = ~np.isnan(labels)
        found.append(sk.roc_auc_score(labels[known], scores[known], sample_weight=weights_n[known]))
    return float(np.mean(found))


def test_the_mean_over_concepts_is_that_of_scikit_learn(concepts, weights_rn):
    expected = [mean_auroc(concepts, w) for w in weights_rn]
    np.testing.assert_allclose(concepts.values(weights_rn), expected, atol=1e-12)
    assert concepts.values()[0] == pytest.approx(mean_auroc(concepts, np.ones(90)))
    assert set("".join(concepts.truth)) == set("01?")


def test_a_concept_that_a_resample_lacks_leaves_its_mean(concepts):
    positive = np.flatnonzero(concepts.labels_nk[:, 0] == 1)
    weights = np.ones((1, 90))
    weights[0, positive] = 0
    others = ConceptScores(
        concepts.ids, None, concepts.scores_nk[:, 1:], concepts.labels_nk[:, 1:], "mean_auroc"
    )
    assert concepts.values(weights)[0] == pytest.approx(others.values(weights)[0])


def test_concepts_are_read_by_name_and_only_those_that_count(tmp_path):
    table = pd.DataFrame(
        {"id": ["a", "b", "c", "d"], "group": ["g", "g", "h", None],
         "c:scale": [0.9, 0.1, 0.2, 0.8], "c:crust": [0.1, 0.2, 0.3, 0.4],
         "label:crust": [1, 0, np.nan, np.nan], "label:scale": [1, 0, 0, np.nan]}
    )  # fmt: skip
    table.to_parquet(tmp_path / "annotations.parquet")
    scored = concept_scores(tmp_path, "mean_auroc", {"counted": ["scale"]})
    assert scored.ids == ("a", "b", "c")
    assert scored.values()[0] == 1.0
    assert list(scored.groups_n) == ["g", "g", "h"]
    assert concept_scores(tmp_path, "concepts_above_0.7", {"counted": ["scale"]}) is None
    assert concept_scores(tmp_path, "mean_auroc", {"counted": []}) is None


def test_measures_where_low_is_good_and_seeds():
    assert lower_is_better("text_to_image_median_rank")
    assert not lower_is_better("mean_average_precision")
    assert len({seed_of(s, name) for s in (0, 1) for name in ("a", "b")}) == 4
