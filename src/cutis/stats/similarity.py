"""How alike two sets of features of the same items are, whatever their lengths and scales."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.floating[Any]]


def row_cosines(a_nd: Matrix, b_nd: Matrix) -> npt.NDArray[np.float64]:
    """Return the cosine of each item's two features.

    Parameters
    ----------
    a_nd, b_nd
        Features of the same items, of the same length.

    Returns
    -------
    numpy.ndarray
        n cosines; 0 where a feature is all zero.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> row_cosines(np.array([[1.0, 0.0], [3.0, 4.0]]), np.array([[2.0, 0.0], [4.0, 3.0]]))
    array([1.  , 0.96])
    """
    if a_nd.shape != b_nd.shape:
        raise ValueError(f"features of shapes {a_nd.shape} and {b_nd.shape} have no cosine")
    cosines: npt.NDArray[np.float64] = (_unit(a_nd) * _unit(b_nd)).sum(axis=1)
    return cosines


def linear_cka(a_nd: Matrix, b_ne: Matrix) -> float:
    """Return the linear centred kernel alignment of two sets of features.

    It is 1 when one set is the other rotated and scaled, and 0 when they have no linear relation.
    Kornblith et al., "Similarity of neural network representations revisited" (ICML 2019).

    Parameters
    ----------
    a_nd, b_ne
        Features of the same n items; their lengths may differ.

    Returns
    -------
    float
        From 0 to 1; ``nan`` when one set is constant.

    Raises
    ------
    ValueError
        If the numbers of items differ.

    Examples
    --------
    >>> a = np.array([[1.0, 2.0], [3.0, 1.0], [0.0, 5.0]])
    >>> round(linear_cka(a, 7 * a[:, ::-1] + 3), 6)
    1.0
    """
    if len(a_nd) != len(b_ne):
        raise ValueError(f"{len(a_nd)} and {len(b_ne)} items cannot be compared")
    a, b = (np.asarray(x, np.float64) - x.mean(axis=0, dtype=np.float64) for x in (a_nd, b_ne))
    if len(a) < max(a.shape[1], b.shape[1]):  # the n by n form is the smaller one
        gram_a, gram_b = a @ a.T, b @ b.T
        shared, own_a, own_b = (gram_a * gram_b).sum(), gram_a, gram_b
    else:
        shared, own_a, own_b = np.square(a.T @ b).sum(), a.T @ a, b.T @ b
    scale = float(np.linalg.norm(own_a) * np.linalg.norm(own_b))
    return min(float(shared) / scale, 1.0) if scale else float("nan")


def neighbour_agreement(a_nd: Matrix, b_ne: Matrix) -> float:
    """Return the share of items whose nearest other item is the same in both sets.

    Nearest by cosine; of equally near items the earliest counts.

    Parameters
    ----------
    a_nd, b_ne
        Features of the same n items, n at least 2; their lengths may differ.

    Raises
    ------
    ValueError
        If the numbers of items differ or there are fewer than two.

    Examples
    --------
    >>> a = np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.1, 0.9]])
    >>> neighbour_agreement(a, a[:, :1]), neighbour_agreement(a, a @ [[0.0, 2.0], [-2.0, 0.0]])
    (0.5, 1.0)
    """
    if len(a_nd) != len(b_ne) or len(a_nd) < 2:
        raise ValueError(f"{len(a_nd)} and {len(b_ne)} items have no nearest items to compare")
    return float(np.mean(_nearest(a_nd) == _nearest(b_ne)))


def _nearest(x_nd: Matrix) -> npt.NDArray[np.int64]:
    unit_nd = _unit(x_nd)
    cosine_nn = unit_nd @ unit_nd.T
    np.fill_diagonal(cosine_nn, -np.inf)
    nearest: npt.NDArray[np.int64] = cosine_nn.argmax(axis=1)
    return nearest


def _unit(x_nd: Matrix) -> npt.NDArray[np.float64]:
    x = np.asarray(x_nd, np.float64)
    unit: npt.NDArray[np.float64] = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-30)
    return unit
