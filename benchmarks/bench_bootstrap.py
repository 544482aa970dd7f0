"""Time the grouped bootstrap of all metrics against the usual loop over scikit-learn.

Run: python benchmarks/bench_bootstrap.py
"""

from __future__ import annotations

import argparse
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from sklearn import metrics as sk

from cutis.stats import bootstrap_weights, evaluate, make_clusters, make_sample, measure_all


def make_predictions(n: int, c: int, n_groups: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw labels as skewed as HAM10000's, probabilities and lesions."""
    rng = np.random.default_rng(0)
    shares = np.array([0.67, 0.11, 0.11, 0.05, 0.033, 0.014, 0.013])
    shares = shares if c == shares.size else np.full(c, 1 / c)
    groups = rng.integers(0, n_groups, n)
    labels = rng.choice(c, n_groups, p=shares)[groups]
    logits = rng.normal(size=(n, c))
    logits[np.arange(n), labels] += 1.5
    powers = np.exp(logits)
    return labels, powers / powers.sum(axis=1, keepdims=True), groups


def loop_body(labels: np.ndarray, probs: np.ndarray) -> dict[str, float]:
    """Compute one replicate with scikit-learn, each function called once for all classes."""
    c = probs.shape[1]
    names = np.arange(c)
    predicted = probs.argmax(axis=1)
    one_hot = np.eye(c)[labels]
    matrix = sk.confusion_matrix(labels, predicted, labels=names)
    f1 = sk.f1_score(labels, predicted, labels=names, average=None, zero_division=0)
    sk.precision_score(labels, predicted, labels=names, average=None, zero_division=0)
    support = matrix.sum(axis=1)
    present = support > 0
    false_alarms = matrix.sum(axis=0) - matrix.diagonal()
    _ = 1 - false_alarms / (labels.size - support)
    return {
        "accuracy": sk.accuracy_score(labels, predicted),
        "balanced_accuracy": sk.balanced_accuracy_score(labels, predicted),
        "top3_accuracy": sk.top_k_accuracy_score(labels, probs, k=3, labels=names),
        "top5_accuracy": sk.top_k_accuracy_score(labels, probs, k=5, labels=names),
        "weighted_f1": float(f1 @ support / support.sum()),
        "macro_f1": float(f1[present].mean()),
        "auroc": float(sk.roc_auc_score(one_hot[:, present], probs[:, present], average="macro")),
        "average_precision": float(
            sk.average_precision_score(one_hot[:, present], probs[:, present], average="macro")
        ),
        "kappa": sk.cohen_kappa_score(labels, predicted),
        "brier": sk.brier_score_loss(labels, probs, labels=names),
    }


def main() -> None:
    """Time both on the same resamples, check that they agree, and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=1500)
    parser.add_argument("--classes", type=int, default=7)
    parser.add_argument("--lesions", type=int, default=1200)
    parser.add_argument("--replicates", type=int, default=1000)
    parser.add_argument("--loop", type=int, default=100, help="replicates of the slow loop")
    options = parser.parse_args()
    labels, probs, groups = make_predictions(options.images, options.classes, options.lesions)
    clusters = make_clusters(groups, labels.size)

    times = []
    for _ in range(3):
        start = time.process_time()
        sample = make_sample(labels, probs)
        found = measure_all(sample, bootstrap_weights(clusters, options.replicates, 0))
        times.append(time.process_time() - start)
    fast = min(times)
    start = time.process_time()
    evaluate(labels, probs, [str(k) for k in range(options.classes)], groups)
    whole = time.process_time() - start

    weights = np.concatenate(list(bootstrap_weights(clusters, options.loop, 0)))
    start = time.process_time()
    slow_values = []
    for weights_n in weights:
        rows = np.repeat(np.arange(labels.size), weights_n.astype(int))
        slow_values.append(loop_body(labels[rows], probs[rows]))
    slow = (time.process_time() - start) * options.replicates / options.loop
    worst = max(
        abs(found.metrics[name][r] - value)
        for r, values in enumerate(slow_values)
        for name, value in values.items()
    )
    print(
        f"{options.replicates} replicates of {options.lesions} lesions, {options.images} images, "
        f"{options.classes} classes, one thread, processor seconds"
    )
    print(f"scikit-learn loop   {slow:8.1f} s  (timed on {options.loop} replicates)")
    print(f"cutis.stats         {fast:8.2f} s  (best of 3)")
    print(f"evaluate() in all   {whole:8.2f} s")
    print(f"ratio               {slow / fast:8.0f} x")
    print(f"largest difference  {worst:8.1e}")


if __name__ == "__main__":
    main()
