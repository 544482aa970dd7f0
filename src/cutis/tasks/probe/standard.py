"""Logistic regression on standardised features, along a path of strengths."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np

from cutis.tasks.probe.linear import LinearProbe

MAX_ITERATIONS = 1000


class Scaling(NamedTuple):
    """Mean and deviation of each feature on the training rows, float64 (d,)."""

    mean_d: np.ndarray
    deviation_d: np.ndarray


def scaling(features_nd: np.ndarray) -> Scaling:
    """Return how features are standardised; a constant feature is only shifted.

    Examples
    --------
    >>> scaling(np.array([[0.0, 7.0], [2.0, 7.0]])).deviation_d.tolist()
    [1.0, 1.0]
    """
    mean_d = features_nd.mean(axis=0, dtype=np.float64)
    deviation_d = features_nd.std(axis=0, dtype=np.float64)
    # Equal float32 values can leave a deviation of rounding error, which must not be blown up.
    constant = deviation_d <= 1e-6 * np.maximum(np.abs(mean_d), 1e-30)
    return Scaling(mean_d, np.where(constant, 1.0, deviation_d))


def standard_path(
    features_nd: np.ndarray,
    labels_n: np.ndarray,
    n_classes: int,
    strengths: Sequence[float],
    class_weight: Literal["none", "balanced"] = "none",
) -> Iterator[LinearProbe]:
    """Yield a probe for each strength, each fit starting from the one before.

    The features are standardised by the training rows, so that one list of strengths suits every
    model; the result folds this into its weights and takes raw features. The arithmetic of the
    fit is float32: what it rounds is far below what the stopping rule leaves.

    Parameters
    ----------
    features_nd
        float32 (n, d), as the model gives them.
    labels_n
        (n,) class numbers.
    n_classes
        c of the results.
    strengths
        Inverse strengths C of scikit-learn, strongest penalty first.
    class_weight
        ``balanced`` weighs every class alike.

    Examples
    --------
    >>> x = np.array([[-1.0], [-0.8], [0.9], [1.0]])
    >>> probe = next(standard_path(x, np.array([0, 0, 1, 1]), 2, [1.0]))
    >>> probe.probabilities(np.array([[-0.9], [0.95]])).argmax(axis=1).tolist()
    [0, 1]
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    seen, labels = np.unique(labels_n, return_inverse=True)
    scale = scaling(features_nd)
    x = np.asarray(features_nd, np.float32) - scale.mean_d.astype(np.float32)
    x /= scale.deviation_d.astype(np.float32)
    model = LogisticRegression(
        max_iter=MAX_ITERATIONS,
        warm_start=True,
        class_weight="balanced" if class_weight == "balanced" else None,
    )
    for strength in strengths:
        model.set_params(C=strength)
        with warnings.catch_warnings():
            # A weak penalty on separable rows has its optimum at infinity; validation decides.
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(x, labels)
        yield _folded(model.coef_, model.intercept_, scale, seen, n_classes)


def _folded(
    coef: np.ndarray, intercept: np.ndarray, scale: Scaling, seen: np.ndarray, n_classes: int
) -> LinearProbe:
    """Return the map of raw features; of two classes the first has the logit 0."""
    weight, bias = coef.astype(np.float64), intercept.astype(np.float64)
    if len(seen) == 2:
        weight = np.concatenate([np.zeros_like(weight), weight])
        bias = np.array([0.0, bias[0]])
    weight = weight / scale.deviation_d
    return LinearProbe(weight, bias - weight @ scale.mean_d, seen.astype(np.int64), n_classes)
