"""The published bootstrap: recorded replicates, the recorded edge case, and the legacy seed."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics as reference

from cutis.stats.measures import make_sample
from cutis.stats.published_bootstrap import (
    METRICS,
    published_draws,
    published_measure,
    published_replicates,
    published_summary,
)
from tests.stats.samples import make

RECORDED = [
    ("zs_PAD_DermFM-Zero_seed42", "zero_shot/PAD/DermFM-Zero.csv", 42),
    ("lp_PAD_PanDerm_seed7739", "linear_probe/PAD_100pct/PanDerm_PAD/pad-lp-ws0.csv", 7739),
]


def read(path: Path):
    with path.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    labels = np.array([int(row["true_label"]) for row in rows])
    return labels, np.array([[float(r[f"probability_class_{k}"]) for k in range(6)] for r in rows])


@pytest.mark.shared
@pytest.mark.parametrize(("key", "table", "seed"), RECORDED)
def test_recorded_replicates_and_summaries_come_out_again(key, table, seed, shared: Path):
    folder = shared / "parity" / "stats"
    found = published_replicates(make_sample(*read(folder / "inputs" / table)), 1000, seed)
    recorded = np.load(folder / "bootstrap_values.npz")
    summaries = json.loads((folder / "run.json").read_text())[key]["summary"]
    for metric in METRICS:
        np.testing.assert_allclose(found[metric], recorded[f"{key}/{metric}"], atol=1e-12)
        assert published_summary(found[metric]) == pytest.approx(tuple(summaries[metric]))


@pytest.mark.shared
def test_the_recorded_edge_case_comes_out_again(shared: Path):
    folder = shared / "parity" / "stats"
    labels, probs = read(folder / "inputs" / RECORDED[1][1])
    recorded = json.loads((folder / "edge_missing_class.json").read_text())
    sample, predicted = make_sample(labels, probs), probs.argmax(axis=1)
    without = published_measure(sample, (labels != 5).astype(float)[None])
    assert {k: v.item() for k, v in without.items()} == pytest.approx(
        recorded["rows y!=5 (class 5 still predicted: 2 times)"]
    )
    assert recorded["rows y!=5 and pred!=5"] is None
    never = ((labels != 5) & (predicted != 5)).astype(float)[None]
    assert published_measure(sample, never)["accuracy"].size == 0


def test_the_draws_are_those_of_the_global_legacy_generator():
    state = np.random.get_state()  # noqa: NPY002
    try:
        np.random.seed(7)  # noqa: NPY002 (the published procedure)
        expected = [np.random.choice(20, 20) for _ in range(3)]  # noqa: NPY002
    finally:
        np.random.set_state(state)  # noqa: NPY002
    np.testing.assert_array_equal(published_draws(20, 3, seed=7), expected)


@pytest.mark.parametrize("c", [2, 5])
def test_complete_replicates_equal_scikit_learn(c):
    made = make(n=120, c=c)
    sample = make_sample(made.labels, made.probs)
    found = published_replicates(sample, 4, seed=1)
    for r, rows in enumerate(published_draws(120, 4, seed=1)):
        labels, predicted = made.labels[rows], made.predicted[rows]
        recalls = reference.recall_score(labels, predicted, average=None)
        area = (
            reference.roc_auc_score(labels, made.probs[rows, 1])
            if c == 2
            else reference.roc_auc_score(labels, made.probs[rows], multi_class="ovr")
        )
        assert found["auroc"][r] == pytest.approx(area)
        expected = recalls[1] if c == 2 else recalls.mean()
        assert found["sensitivity"][r] == pytest.approx(expected)
        expected = reference.f1_score(labels, predicted, average="macro")
        assert found["macro_f1"][r] == pytest.approx(expected)


def test_the_lower_bound_of_zero_is_lifted_only_on_request():
    values = np.array([0.0] * 10 + [0.5] * 90)
    assert published_summary(values).low == 0.0
    assert published_summary(values, lift_zero=True).low == pytest.approx(0.045)
    assert published_summary(np.zeros(5), lift_zero=True).low == 0.0


def test_no_replicate_kept_is_said():
    with pytest.raises(ValueError, match="kept no replicate"):
        published_summary(np.array([]))
