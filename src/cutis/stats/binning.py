"""Bins of scores between 0 and 1: of equal width, or of equal numbers of images."""

from __future__ import annotations

from typing import Literal

import numpy as np

Binning = Literal["width", "mass"]


def bin_edges(scores_n: np.ndarray, n_bins: int, binning: Binning = "width") -> np.ndarray:
    """Return the edges of the bins, rising from 0 to 1; a bin holds (low, high].

    Parameters
    ----------
    scores_n
        (n,) scores between 0 and 1.
    n_bins
        How many bins are wanted.
    binning
        ``width`` for bins of one width, ``mass`` for bins of (nearly) one number of images. Equal
        scores stay in one bin, so that ties can make equal-mass bins fewer and uneven.

    Raises
    ------
    ValueError
        If fewer than one bin is asked for, or the kind of bins is unknown.

    Examples
    --------
    >>> bin_edges(np.array([0.1, 0.2, 0.3, 0.9]), 2, "mass").tolist()
    [0.0, 0.25, 1.0]
    """
    if n_bins < 1:
        raise ValueError(f"{n_bins} bins were asked for; at least 1 is needed.")
    if binning == "width":
        return np.linspace(0, 1, n_bins + 1)
    if binning != "mass":
        raise ValueError(f"The bins '{binning}' are unknown; use 'width' or 'mass'.")
    ordered = np.sort(scores_n)
    first = np.searchsorted(ordered, ordered, "left")
    last = np.searchsorted(ordered, ordered, "right") - 1
    # A run of equal scores goes where its middle falls.
    bin_n = np.floor(((first + last) / 2 + 0.5) / ordered.size * n_bins).astype(int)
    last_of_bin = np.flatnonzero(np.diff(bin_n))
    below, above = ordered[last_of_bin], ordered[last_of_bin + 1]
    middle = (below + above) / 2
    # Between neighbouring floats there is no middle.
    return np.concatenate([[0.0], np.where(middle < above, middle, below), [1.0]])


def bin_of(scores_n: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return the bin of each score, (n,) int; scores beyond the edges go to the nearest bin.

    Examples
    --------
    >>> bin_of(np.array([0.0, 0.5, 0.51]), np.array([0.0, 0.5, 1.0]))
    array([0, 0, 1])
    """
    found: np.ndarray = np.clip(np.searchsorted(edges, scores_n, "left") - 1, 0, edges.size - 2)
    return found
