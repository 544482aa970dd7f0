"""Weighted hits, class sizes and predicted-class sizes: what most metrics are made of.

Every statistic here takes ``weights_rn``, the number of times each of n rows counts in each of
r replicates. The plain estimate is one replicate of ones; a bootstrap is a thousand replicates
of multiplicities. One matrix product then does the work of a thousand loops.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Counts(NamedTuple):
    """Weighted numbers of images per replicate and class, each of shape (r, c).

    Attributes
    ----------
    hits_rc
        Images of the class that were predicted as it (true positives).
    true_rc
        Images of the class.
    predicted_rc
        Images predicted as the class.
    """

    hits_rc: np.ndarray
    true_rc: np.ndarray
    predicted_rc: np.ndarray

    @property
    def total_r1(self) -> np.ndarray:
        """Images per replicate, (r, 1)."""
        total: np.ndarray = self.true_rc.sum(axis=1, keepdims=True)
        return total


def count(
    labels_n: np.ndarray,
    predicted_n: np.ndarray,
    n_classes: int,
    weights_rn: np.ndarray | None = None,
) -> Counts:
    """Count hits, true and predicted images of every class in every replicate.

    Parameters
    ----------
    labels_n, predicted_n
        (n,) int class indices from 0 to ``n_classes - 1``.
    n_classes
        The number of classes.
    weights_rn
        (r, n) how often each row counts in each replicate; None means once.

    Examples
    --------
    >>> count(np.array([0, 0, 1]), np.array([0, 1, 1]), 2).hits_rc
    array([[1., 1.]])
    """
    weights = unit_weights(labels_n.size) if weights_rn is None else weights_rn
    true_nc = one_hot(labels_n, n_classes)
    predicted_nc = one_hot(predicted_n, n_classes)
    return Counts(weights @ (true_nc * predicted_nc), weights @ true_nc, weights @ predicted_nc)


def unit_weights(n: int) -> np.ndarray:
    """Return (1, n) ones: every image counts once.

    Examples
    --------
    >>> unit_weights(3)
    array([[1., 1., 1.]])
    """
    return np.ones((1, n))


def one_hot(index_n: np.ndarray, n_classes: int) -> np.ndarray:
    """Return (n, c) float64 with a one in the column of each row's class.

    Examples
    --------
    >>> one_hot(np.array([1, 0]), 2)
    array([[0., 1.],
           [1., 0.]])
    """
    out = np.zeros((index_n.size, n_classes))
    out[np.arange(index_n.size), index_n] = 1.0
    return out


def ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """Divide, with NaN (undefined) where the denominator is zero.

    Examples
    --------
    >>> ratio(np.array([1.0, 0.0]), np.array([2.0, 0.0]))
    array([0.5, nan])
    """
    out = np.full(np.broadcast_shapes(top.shape, bottom.shape), np.nan)
    np.divide(top, bottom, out=out, where=bottom != 0)
    return out


def mean_over(values_rc: np.ndarray, mask_rc: np.ndarray) -> np.ndarray:
    """Average each replicate over the classes where the mask holds; NaN where there is none.

    Examples
    --------
    >>> mean_over(np.array([[0.5, 1.0, np.nan]]), np.array([[True, True, False]]))
    array([0.75])
    """
    return ratio(np.where(mask_rc, values_rc, 0.0).sum(axis=1), mask_rc.sum(axis=1).astype(float))
