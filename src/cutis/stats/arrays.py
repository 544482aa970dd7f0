"""The one gate through which labels and probabilities enter the statistics."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

UNLABELLED = -1


def check_classes(classes: Sequence[str]) -> tuple[str, ...]:
    """Return the class names as a tuple of at least two different strings.

    Raises
    ------
    ValueError
        If there are fewer than two classes or a name occurs twice.

    Examples
    --------
    >>> check_classes(["nevus", "melanoma"])
    ('nevus', 'melanoma')
    """
    names = tuple(str(name) for name in classes)
    if len(names) < 2:
        raise ValueError(
            f"{len(names)} class was given ({', '.join(names)}); at least 2 are needed."
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"The class '{twice[0]}' is listed twice; every class needs its own name.")
    return names


def check_labels(labels_n: ArrayLike, n_classes: int) -> np.ndarray:
    """Return labels as int64 of shape (n,), each a class index or -1 for a missing label.

    Raises
    ------
    ValueError
        If they are not whole numbers of one dimension between -1 and ``n_classes - 1``.

    Examples
    --------
    >>> check_labels([0, 1, -1], 2)
    array([ 0,  1, -1])
    """
    labels = np.asarray(labels_n)
    if labels.ndim != 1:
        raise ValueError(f"The labels have shape {labels.shape}; they must be one row of n labels.")
    if labels.size == 0:
        raise ValueError("There are no labels; at least two labelled images are needed.")
    whole = labels.dtype.kind == "f" and np.array_equal(labels, np.round(labels))
    if labels.dtype.kind not in "iub" and not whole:
        raise ValueError(
            f"The labels have type {labels.dtype}; they must be whole numbers, the index of each "
            "image's class, or -1 where the label is missing."
        )
    labels = labels.astype(np.int64)
    wrong = np.flatnonzero((labels < UNLABELLED) | (labels >= n_classes))
    if wrong.size:
        raise ValueError(
            f"Label {labels[wrong[0]]} in row {wrong[0]} is not a class; labels must be between 0 "
            f"and {n_classes - 1}, or -1 where the label is missing."
        )
    return labels


def check_probabilities(probs_nc: ArrayLike, n: int, n_classes: int) -> np.ndarray:
    """Return probabilities as float64 of shape (n, c) whose rows sum to one.

    Raises
    ------
    ValueError
        If the shape is wrong, a value is not finite or outside 0 to 1, or a row does not sum to 1
        within 0.001 (single-precision and rounded files pass).

    Examples
    --------
    >>> check_probabilities([[0.25, 0.75]], 1, 2)
    array([[0.25, 0.75]])
    """
    probs = np.asarray(probs_nc)
    if probs.shape != (n, n_classes):
        raise ValueError(
            f"The probabilities have shape {probs.shape}; for {n} labels and {n_classes} classes "
            f"they must be ({n}, {n_classes})."
        )
    probs = probs.astype(np.float64)
    rows = np.flatnonzero(~np.isfinite(probs).all(axis=1))
    if rows.size:
        raise ValueError(
            f"The probabilities of row {rows[0]} are not all finite ({rows.size} such rows); "
            "leave out the images that have no prediction."
        )
    outside = np.flatnonzero((probs < 0).any(axis=1) | (probs > 1 + 1e-6).any(axis=1))
    if outside.size:
        raise ValueError(
            f"Row {outside[0]} has values outside 0 to 1; probabilities are needed, so apply a "
            "softmax to logits first."
        )
    off = np.flatnonzero(np.abs(probs.sum(axis=1) - 1) > 1e-3)
    if off.size:
        raise ValueError(
            f"The probabilities of row {off[0]} sum to {probs[off[0]].sum():.4g}; each row must "
            "sum to 1, so apply a softmax to logits or divide each row by its sum first."
        )
    return probs
