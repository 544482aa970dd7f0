"""From calibration cases to the threshold below which a class enters the set."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from cutis.stats.proportion import Interval


def check_alpha(alpha: float) -> None:
    """Refuse a share of misses that is not strictly between 0 and 1.

    Raises
    ------
    ValueError
        If it is not.

    Examples
    --------
    >>> check_alpha(0.1)
    """
    if not 0 < alpha < 1:
        raise ValueError(
            f"alpha is {alpha}; it must lie between 0 and 1: 0.1 promises sets that hold the "
            "truth for 9 of 10 images."
        )


def cases_needed(alpha: float) -> int:
    """Return the least number of calibration cases that give a finite threshold.

    Examples
    --------
    >>> cases_needed(0.1), cases_needed(0.05)
    (9, 19)
    """
    check_alpha(alpha)
    return math.ceil(1 / alpha - 1 - 1e-9)


def conformal_quantile(scores_m: np.ndarray, alpha: float) -> float:
    """Return the ceil((m + 1)(1 - alpha))-th smallest score; infinity when m is too small.

    With it, a new case from the same source has its true score at or below the threshold with
    probability at least 1 - alpha (Vovk, Gammerman and Shafer, 2005). An infinite threshold lets
    every class in: with too few cases the only set that keeps the promise is the full one.

    Parameters
    ----------
    scores_m
        (m,) scores of the true class of the calibration cases.
    alpha
        Share of misses that is accepted.

    Raises
    ------
    ValueError
        If alpha is not between 0 and 1.

    Examples
    --------
    >>> conformal_quantile(np.arange(1, 20) / 20, 0.1), conformal_quantile(np.array([0.5]), 0.1)
    (0.9, inf)
    """
    check_alpha(alpha)
    place = math.ceil((scores_m.size + 1) * (1 - alpha) - 1e-9)
    if place > scores_m.size:
        return float("inf")
    return float(np.partition(scores_m, place - 1)[place - 1])


def calibration_luck(n: int, alpha: float, confidence: float = 0.95) -> Interval:
    """Return the range in which the true coverage lies, by the luck of drawing n cases.

    The promise holds on average over calibration sets. Given one, the coverage on endless new
    cases is a draw from a beta distribution (Vovk, 2012); these are its central quantiles.

    Parameters
    ----------
    n
        Calibration cases.
    alpha
        Share of misses that is accepted.
    confidence
        Share of calibration sets whose coverage lies in the range.

    Examples
    --------
    >>> low, high = calibration_luck(100, 0.1)
    >>> round(low, 3), round(high, 3)
    (0.836, 0.951)
    """
    from scipy.special import betaincinv

    beyond = n + 1 - math.ceil((n + 1) * (1 - alpha) - 1e-9)
    if beyond < 1:
        return Interval(1.0, 1.0)
    tail = (1 - confidence) / 2
    ends = betaincinv(n + 1 - beyond, beyond, [tail, 1 - tail])
    return Interval(float(ends[0]), float(ends[1]))


class Thresholds(NamedTuple):
    """One threshold for all images, one per class, or one per group of images.

    Attributes
    ----------
    by
        ``all``, ``class`` or ``group``.
    names
        What each threshold is for: ``all``, the class names, or the groups.
    value_k
        (k,) the thresholds; infinity where there were too few cases.
    n_k
        (k,) int, calibration cases behind each.
    """

    by: str
    names: tuple[str, ...]
    value_k: np.ndarray
    n_k: np.ndarray

    def of_rows(self, n: int, n_classes: int, groups_n: np.ndarray | None = None) -> np.ndarray:
        """Return the threshold of every image and class, (n, c).

        Images of a group without calibration cases have infinite thresholds: the full set.
        """
        if self.by == "class":
            return np.tile(self.value_k, (n, 1))
        if self.by == "group" and groups_n is not None:
            known = dict(zip(self.names, self.value_k.tolist(), strict=True))
            values_n = [known.get(str(name), float("inf")) for name in groups_n]
            return np.tile(np.array(values_n)[:, None], (1, n_classes))
        return np.full((n, n_classes), self.value_k[0])

    def to_json(self) -> list[dict[str, Any]]:
        """Return one record per threshold; an infinite one is null with a note."""
        return [
            {"of": name, "n": int(n), "threshold": float(value)}
            if math.isfinite(value)
            else {
                "of": name,
                "n": int(n),
                "threshold": None,
                "note": "too few calibration cases: every class is in the set",
            }
            for name, value, n in zip(self.names, self.value_k, self.n_k, strict=True)
        ]


def calibrate(
    scores_nc: np.ndarray,
    labels_n: np.ndarray,
    alpha: float,
    classes: Sequence[str] | None = None,
    groups_n: np.ndarray | None = None,
) -> Thresholds:
    """Find the thresholds from calibration cases.

    Parameters
    ----------
    scores_nc
        (n, c) scores of the calibration cases.
    labels_n
        (n,) their class indices.
    alpha
        Share of misses that is accepted.
    classes
        The c class names, for one threshold per class ("Mondrian": the promise then holds for the
        images of every class, not only on average over them).
    groups_n
        (n,) group of each case as text, for one threshold per group.

    Raises
    ------
    ValueError
        If both classes and groups are given, or alpha is not between 0 and 1.

    Examples
    --------
    >>> scores = np.array([[0.1, 0.9], [0.3, 0.7], [0.6, 0.4], [0.8, 0.2]])
    >>> calibrate(scores, np.array([0, 0, 1, 1]), 0.5).value_k
    array([0.3])
    >>> calibrate(scores, np.array([0, 0, 1, 1]), 0.5, classes=["a", "b"]).value_k
    array([0.3, 0.4])
    """
    if classes is not None and groups_n is not None:
        raise ValueError("Thresholds are per class or per group, not both.")
    own_n = np.take_along_axis(scores_nc, labels_n[:, None], axis=1)[:, 0]
    if classes is not None:
        by, names = "class", tuple(str(name) for name in classes)
        members = [labels_n == k for k in range(len(names))]
    elif groups_n is not None:
        by, names = "group", tuple(sorted({str(name) for name in groups_n}))
        members = [groups_n == name for name in names]
    else:
        by, names, members = "all", ("all",), [np.ones(labels_n.size, dtype=bool)]
    values = [conformal_quantile(own_n[inside], alpha) for inside in members]
    return Thresholds(by, names, np.array(values), np.array([int(m.sum()) for m in members]))
