"""How answers to validation rows are judged, to choose a setting."""

from __future__ import annotations

import numpy as np

Score = tuple[float, ...]


def log_score(
    labels_v: np.ndarray, probs_vc: np.ndarray, seen_s: np.ndarray, balanced: bool = False
) -> Score:
    """Return minus the mean log loss, of the rows whose class was learnt.

    Parameters
    ----------
    labels_v, probs_vc
        Validation labels and probabilities.
    seen_s
        Classes that had training images; no strength can help the others.
    balanced
        Average within each class first.

    Examples
    --------
    >>> probs = np.array([[0.5, 0.5], [0.25, 0.75]])
    >>> round(log_score(np.array([0, 1]), probs, np.array([0, 1]))[0], 4)
    -0.4904
    """
    rows = np.flatnonzero(np.isin(labels_v, seen_s))
    if not len(rows):
        return (float("-inf"),)
    labels = labels_v[rows]
    logs = np.log(np.maximum(probs_vc[rows, labels], 1e-30))
    if not balanced:
        return (float(logs.mean()),)
    return (float(np.mean([logs[labels == c].mean() for c in np.unique(labels)])),)


def balanced_score(labels_v: np.ndarray, probs_vc: np.ndarray, seen_s: np.ndarray) -> Score:
    """Return the balanced accuracy; the log score decides between equals.

    Examples
    --------
    >>> probs = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]])
    >>> balanced_score(np.array([0, 1, 1]), probs, np.array([0, 1]))[0]
    0.75
    """
    rows = np.flatnonzero(np.isin(labels_v, seen_s))
    if not len(rows):
        return (float("-inf"),)
    labels, right = labels_v[rows], probs_vc[rows].argmax(axis=1) == labels_v[rows]
    recall = [right[labels == c].mean() for c in np.unique(labels)]
    return (float(np.mean(recall)), *log_score(labels_v, probs_vc, seen_s))
