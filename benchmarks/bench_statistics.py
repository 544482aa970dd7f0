"""Time the published bootstrap job and DeLong's test of many models.

The job: 15 models, 7 metrics, 1,000 replicates each, as the published scripts resample, against a
loop over scikit-learn with the same replicates. DeLong: the covariance of 15 models' AUROC on
50,000 images, with and without lesions, and the memory it takes.

Run: python benchmarks/bench_statistics.py [--inputs FOLDER of published CSVs of one dataset]
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from sklearn import metrics as sk

from cutis.stats import Sample, delong, make_clusters, make_sample
from cutis.stats.published_bootstrap import (
    METRICS,
    published_draws,
    published_measure,
    published_weights,
)

SIZES = (37, 177, 155, 46, 38, 8)  # of the classes of PAD-UFES-20's published test images


def read_models(folder: Path, n_models: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return labels and probabilities of the published files in a folder, repeated as needed."""
    from cutis import read_predictions
    from cutis.analysis.finding import find_predictions

    found = [read_predictions(entry.path) for entry in find_predictions([folder]).entries]
    pairs = [(p.labels_n, p.probs_nc) for p in found]
    return [pairs[i % len(pairs)] for i in range(n_models)]


def make_models(n_models: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Draw models of the size of the published files: 461 images, 6 classes."""
    labels = np.repeat(np.arange(len(SIZES)), SIZES)
    out = []
    for seed in range(n_models):
        rng = np.random.default_rng(seed)
        logits = rng.normal(size=(labels.size, len(SIZES)))
        logits[np.arange(labels.size), labels] += 0.5 + 0.15 * seed
        powers = np.exp(logits)
        out.append((labels, powers / powers.sum(axis=1, keepdims=True)))
    return out


def loop_body(labels: np.ndarray, probs: np.ndarray) -> dict[str, float]:
    """Compute the seven metrics of one replicate with scikit-learn."""
    predicted = probs.argmax(axis=1)
    matrix = sk.confusion_matrix(labels, predicted, labels=np.arange(probs.shape[1]))
    hits, true, called = matrix.diagonal(), matrix.sum(axis=1), matrix.sum(axis=0)
    others = labels.size - true
    return {
        "accuracy": sk.accuracy_score(labels, predicted),
        "balanced_accuracy": sk.balanced_accuracy_score(labels, predicted),
        "macro_f1": sk.f1_score(labels, predicted, average="macro", zero_division=0),
        "weighted_f1": sk.f1_score(labels, predicted, average="weighted", zero_division=0),
        "sensitivity": float((hits / true).mean()),
        "specificity": float(((others - (called - hits)) / others).mean()),
        "auroc": sk.roc_auc_score(labels, probs, multi_class="ovr"),
    }


def time_bootstrap(options: argparse.Namespace) -> None:
    """Time the job both ways and compare the values."""
    models = (
        read_models(options.inputs, options.models)
        if options.inputs
        else make_models(options.models)
    )
    n = models[0][0].size
    times = []
    for _ in range(3):
        start = time.process_time()
        blocks = published_weights(n, options.replicates)
        samples: list[Sample] = [make_sample(*model) for model in models]
        fast = [[published_measure(sample, w) for w in blocks] for sample in samples]
        times.append(time.process_time() - start)
    draws = published_draws(n, options.loop)
    start = time.process_time()
    slow = [loop_body(models[0][0][rows], models[0][1][rows]) for rows in draws]
    per_replicate = (time.process_time() - start) / options.loop
    whole = per_replicate * options.replicates * options.models
    first = {name: np.concatenate([part[name] for part in fast[0]]) for name in METRICS}
    worst = max(abs(first[k][r] - v) for r, values in enumerate(slow) for k, v in values.items())
    print(
        f"Published bootstrap: {options.models} models x {len(METRICS)} metrics x "
        f"{options.replicates} replicates of {n} images, one thread, processor seconds"
    )
    print(f"scikit-learn loop   {whole:8.1f} s  (extrapolated from {options.loop} replicates)")
    print(f"cutis.stats         {min(times):8.2f} s  (best of 3)")
    print(f"ratio               {whole / min(times):8.0f} x")
    print(f"largest difference  {worst:8.1e}")


def time_delong(options: argparse.Namespace) -> None:
    """Time the covariance of many areas, and say how much memory the process took at most."""
    rng = np.random.default_rng(0)
    positive = rng.random(options.images) < 0.1
    scores = rng.normal(size=(options.models, options.images)) + positive
    lesions = rng.integers(0, options.images // 2, options.images)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nDeLong: {options.models} models on {options.images} images, one thread")
    for name, clusters in (
        ("independent", None),
        ("by lesion", make_clusters(lesions, options.images)),
    ):
        start = time.perf_counter()
        delong(positive, scores, clusters)
        print(f"{name:<19} {time.perf_counter() - start:8.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory              {peak:8.0f} MiB at most, {before:.0f} before")


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=Path, help="folder of published CSVs of one dataset")
    parser.add_argument("--models", type=int, default=15)
    parser.add_argument("--replicates", type=int, default=1000)
    parser.add_argument("--loop", type=int, default=50, help="replicates of the slow loop")
    parser.add_argument("--images", type=int, default=50_000, help="images for DeLong")
    options = parser.parse_args()
    time_bootstrap(options)
    time_delong(options)


if __name__ == "__main__":
    main()
