"""The published linear probe, against the numbers its own code gave."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cutis.tasks.probe.panderm import fit_panderm
from cutis.tasks.probe.published import published_metrics

RUNS = {
    "train_only": ("", ("train",), 0),
    "train_only_seed1": ("", ("train",), 1),
    "train_plus_val": ("", ("train", "val"), 0),
    "binary": ("b", ("train",), 0),
}


@pytest.fixture(scope="module")
def published(shared):
    folder = shared / "parity" / "linear_probe"
    inputs, outputs = np.load(folder / "inputs.npz"), np.load(folder / "outputs.npz")
    return inputs, outputs, json.loads((folder / "metrics.json").read_text())


@pytest.mark.parametrize("name", RUNS)
def test_the_published_runs_come_out(published, name):
    inputs, outputs, metrics = published
    kind, splits, seed = RUNS[name]
    x = np.concatenate([inputs[f"X{kind}_{split}"] for split in splits])
    y = np.concatenate([inputs[f"y{kind}_{split}"] for split in splits])
    probe = fit_panderm(x, y, len(np.unique(y)), seed)
    probs = probe.probabilities(inputs[f"X{kind}_test"])
    expected = outputs[f"{name}_probs"]
    found = probs[:, 1] if expected.ndim == 1 else probs
    assert np.abs(found - expected).max() < 5e-4
    assert (probs.argmax(axis=1) == outputs[f"{name}_preds"]).all()
    ours = published_metrics(inputs[f"y{kind}_test"], probs)
    for metric, value in ours.items():
        assert value == pytest.approx(metrics[name][metric], abs=1e-6), metric


def test_the_first_weights_are_those_of_the_seed(published):
    inputs, outputs, _ = published
    start = fit_panderm(inputs["X_train"], inputs["y_train"], 6, seed=0, max_iterations=0)
    assert np.array_equal(start.weight_sd, outputs["init6_seed0_weight"])
    assert np.array_equal(start.bias_s, outputs["init6_seed0_bias"])


def objective(weight, bias, x, y, strength) -> float:
    """The published objective, written out in numpy and double precision."""
    logits = x.astype(np.float64) @ weight.T.astype(np.float64) + bias
    logits -= logits.max(axis=1, keepdims=True)
    log_probs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    entropy = -log_probs[np.arange(len(y)), y].mean()
    return float(entropy + 0.5 * np.sqrt((weight.astype(np.float64) ** 2).sum()) / strength)


def test_the_penalty_is_the_norm_and_not_its_square():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 50)).astype(np.float32)
    y = (x[:, 0] + 0.5 * rng.normal(size=200) > 0).astype(np.int64)
    probe = fit_panderm(x, y, 2)
    best = objective(probe.weight_sd, probe.bias_s, x, y, 50 * 2 / 100)
    for share in (0.97, 1.03):  # no weights in either direction do better
        assert objective(share * probe.weight_sd, probe.bias_s, x, y, 1.0) > best
    moved = probe.weight_sd + 0.01 * rng.normal(size=probe.weight_sd.shape)
    assert objective(moved, probe.bias_s, x, y, 1.0) > best


def test_a_class_without_images_counts_neither_in_the_strength_nor_in_the_answers():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(60, 8)).astype(np.float32), np.repeat([0, 2], 30)
    wide, narrow = fit_panderm(x, y, 3), fit_panderm(x, y // 2, 2)
    probs = wide.probabilities(x)
    assert (probs[:, 1] == 0).all()
    assert np.array_equal(probs[:, [0, 2]], narrow.probabilities(x))


def test_the_generator_of_others_is_left_alone():
    import torch

    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    fit_panderm(np.eye(4, dtype=np.float32), np.array([0, 0, 1, 1]), 2)
    assert torch.equal(torch.rand(3), expected)
