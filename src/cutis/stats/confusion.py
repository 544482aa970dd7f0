"""The confusion matrix."""

from __future__ import annotations

import numpy as np


def confusion_matrix(labels_n: np.ndarray, predicted_n: np.ndarray, n_classes: int) -> np.ndarray:
    """Count images by true class (rows) and predicted class (columns), (c, c) int64.

    Examples
    --------
    >>> confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), 2)
    array([[1, 1],
           [0, 1]])
    """
    cells = np.bincount(labels_n * n_classes + predicted_n, minlength=n_classes**2)
    return cells.reshape(n_classes, n_classes).astype(np.int64)
