"""Time the linear probe's fit against scikit-learn's default on the same features.

Run: python benchmarks/bench_probe.py
"""

from __future__ import annotations

import argparse
import os
import warnings

os.environ.setdefault("OMP_NUM_THREADS", "2")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "2")

import numpy as np
from timing import machine, take_turns

from cutis.tasks.probe.choosing import Rows, fit_best
from cutis.tasks.probe.families import Standard
from cutis.tasks.probe.panderm import fit_panderm
from cutis.tasks.probe.standard import standard_path

STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)


def make_features(n: int, d: int, c: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draw features as unevenly scaled as a tower's, with classes as skewed as HAM10000's."""
    rng = np.random.default_rng(seed)
    shares = np.array([0.67, 0.11, 0.11, 0.05, 0.033, 0.014, 0.013])
    labels = rng.choice(c, n, p=shares if c == 7 else np.full(c, 1 / c))
    # The same directions whatever the seed, so that other rows can choose.
    space = np.random.default_rng(99)
    means, mixing = space.normal(size=(c, d)) * 0.5, space.normal(size=(64, d))
    x = means[labels] + rng.normal(size=(n, 64)) @ mixing * 0.3 + rng.normal(size=(n, d))
    return (x * space.lognormal(0, 0.5, d)).astype(np.float32), labels


def main() -> None:
    """Time the fits in turns and print seconds and ratios."""
    from sklearn.linear_model import LogisticRegression

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--features", type=int, default=1024)
    parser.add_argument("--classes", type=int, default=7)
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    x, y = make_features(options.images, options.features, options.classes)
    x_val, y_val = make_features(options.images // 5, options.features, options.classes, seed=1)
    c = options.classes
    train = Rows(x, y, np.arange(len(y)))
    val = Rows(x_val, y_val, np.arange(len(y_val)))

    def default() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            LogisticRegression().fit(x, y)

    contenders = {
        "scikit-learn, LogisticRegression()": default,
        "ours, C = 1, final fit": lambda: next(standard_path(x, y, c, [1.0])),
        "ours, C chosen of 6 on validation": lambda: fit_best(Standard(c, STRENGTHS), train, val),
        "published (PanDerm) objective": lambda: fit_panderm(x, y, c),
    }
    fit_panderm(x[:50], y[:50], c)  # loads torch, which is no part of a fit
    times = take_turns(contenders, options.turns)
    base = times["scikit-learn, LogisticRegression()"].best_wall()
    print(f"{options.images} x {options.features}, {c} classes; {machine()}")
    for name, found in times.items():
        wall = found.best_wall()
        print(
            f"{name:<36} {wall:7.2f} s, {found.best_processor():7.2f} s of processor, "
            f"{base / wall:5.1f} x scikit-learn's speed"
        )


if __name__ == "__main__":
    main()
