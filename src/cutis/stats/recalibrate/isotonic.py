"""A rising staircase from each class's stated probability to how often it came true."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cutis.stats.recalibrate.presence import refuse_absent_classes

_DECIMALS = 12


class Stairs(NamedTuple):
    """One class's rising map: corners joined by straight lines, level beyond the ends.

    Attributes
    ----------
    stated_m, came_m
        (m,) stated probabilities, rising, and the shares that came true.
    """

    stated_m: np.ndarray
    came_m: np.ndarray


class Isotonic(NamedTuple):
    """Fitted isotonic maps.

    Attributes
    ----------
    stairs
        One map per class; with two classes only that of the second.
    note
        What to know about the fit; may be empty.
    """

    stairs: tuple[Stairs, ...]
    note: str = ""

    def apply(self, probs_nc: np.ndarray) -> np.ndarray:
        """Return recalibrated probabilities, (n, c), each row divided by its sum.

        With two classes the first is one minus the second. A row in which every map gives 0 keeps
        the probabilities it had.

        Examples
        --------
        >>> stairs = Stairs(np.array([0.2, 0.8]), np.array([0.0, 1.0]))
        >>> Isotonic((stairs,)).apply(np.array([[0.5, 0.5], [0.1, 0.9]])).round(2)
        array([[0.5, 0.5],
               [0. , 1. ]])
        """
        first = probs_nc.shape[1] - len(self.stairs)
        columns = [
            np.interp(probs_nc[:, first + k], step.stated_m, step.came_m)
            for k, step in enumerate(self.stairs)
        ]
        if first:
            return np.stack([1 - columns[0], columns[0]], axis=1)
        mapped_nc = np.stack(columns, axis=1)
        total_n1 = mapped_nc.sum(axis=1, keepdims=True)
        shares: np.ndarray = np.where(
            total_n1 > 0, mapped_nc / np.where(total_n1 > 0, total_n1, 1.0), probs_nc
        )
        return shares

    def to_json(self) -> dict[str, Any]:
        """Return the parameters as strict JSON values."""
        return {
            "stairs": [
                {"stated": step.stated_m.tolist(), "came": step.came_m.tolist()}
                for step in self.stairs
            ]
        }


def fit_isotonic(labels_n: np.ndarray, probs_nc: np.ndarray) -> Isotonic:
    """Fit a rising map for every class against the rest (Zadrozny and Elkan, 2002).

    It can repair any rising distortion, and needs many cases of each class to do so without
    copying chance: with fewer than about a hundred a temperature is the safer choice. Equal stated
    probabilities are one step. Ranks within a class can only become ties, but the most probable
    class of an image can change.

    Parameters
    ----------
    labels_n
        (n,) int class indices of the validation cases; every class must occur.
    probs_nc
        (n, c) their probabilities.

    Raises
    ------
    ValueError
        If a class has no validation case, so that its map would be 0 everywhere.

    Examples
    --------
    >>> probs = np.array([[0.9, 0.1], [0.6, 0.4], [0.5, 0.5], [0.2, 0.8]])
    >>> fit_isotonic(np.array([0, 1, 0, 1]), probs).stairs[0].came_m
    array([0. , 0.5, 0.5, 1. ])
    """
    n_classes = probs_nc.shape[1]
    refuse_absent_classes(labels_n, n_classes, "Isotonic recalibration")
    classes = [1] if n_classes == 2 else range(n_classes)
    fewest = int(np.bincount(labels_n, minlength=n_classes).min())
    note = f"the rarest class has only {fewest} validation images" if fewest < 100 else ""
    return Isotonic(tuple(_stairs(labels_n == k, probs_nc[:, k]) for k in classes), note)


def _stairs(positive_n: np.ndarray, scores_n: np.ndarray) -> Stairs:
    from scipy.optimize import isotonic_regression

    # Probabilities that differ by rounding alone are one step.
    rounded_n = np.round(scores_n, _DECIMALS)
    _, first, inverse, counts = np.unique(
        rounded_n, return_index=True, return_inverse=True, return_counts=True
    )
    stated = scores_n[first]
    share = np.bincount(inverse, weights=positive_n.astype(float)) / counts
    came = np.clip(isotonic_regression(share, weights=counts).x, 0.0, 1.0)
    # Inner points of a level stretch change nothing.
    level = np.zeros(came.size, dtype=bool)
    level[1:-1] = (came[1:-1] == came[:-2]) & (came[1:-1] == came[2:])
    return Stairs(stated[~level], came[~level])
