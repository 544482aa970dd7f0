"""Figures of merit of every reader in every arm, for any weights of the cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cutis.stats.clusters import Clusters, make_clusters
from cutis.stats.ranking import rank, score_ranking
from cutis.stats.resampling import jackknife_weights

Merit = Literal["accuracy", "balanced_accuracy", "sensitivity", "specificity", "auc"]
MERITS: tuple[Merit, ...] = (
    "accuracy",
    "balanced_accuracy",
    "sensitivity",
    "specificity",
    "auc",
)


@dataclass(frozen=True)
class Crossed:
    """A fully crossed study: every reader read every case in every arm.

    Attributes
    ----------
    scores_ajn
        a arms by j readers by n cases, float64. For ``auc`` a rating, higher for disease;
        otherwise 1 where the answer was right and 0 where it was wrong (shares are allowed).
    truth_n
        Class of every case; for ``auc``, ``sensitivity`` and ``specificity`` 1 for disease.
    merit
        What is computed of the scores.
    clusters
        The cases that stay together when cases are resampled.
    """

    scores_ajn: np.ndarray
    truth_n: np.ndarray
    merit: Merit
    clusters: Clusters

    @property
    def n_arms(self) -> int:
        """Number of arms."""
        return int(self.scores_ajn.shape[0])

    @property
    def n_readers(self) -> int:
        """Number of readers."""
        return int(self.scores_ajn.shape[1])

    def values(self, weights_bn: np.ndarray | None = None) -> np.ndarray:
        """Return the figure of merit for every row of case weights, (b, a, j); NaN if undefined."""
        weights = np.ones((1, len(self.truth_n))) if weights_bn is None else weights_bn
        a, j, n = self.scores_ajn.shape
        flat = self.scores_ajn.reshape(a * j, n)
        with np.errstate(invalid="ignore", divide="ignore"):
            values = (
                _areas(self, flat, weights) if self.merit == "auc" else _means(self, flat, weights)
            )
        return values.reshape(len(weights), a, j)


def make_crossed(
    scores_ajn: np.ndarray,
    truth_n: np.ndarray,
    merit: Merit = "auc",
    groups_n: np.ndarray | None = None,
) -> Crossed:
    """Check the scores of a crossed study.

    Parameters
    ----------
    scores_ajn, truth_n, merit
        See :class:`Crossed`.
    groups_n
        Lesion or patient of every case, or None when cases are independent.

    Raises
    ------
    ValueError
        If a reading is missing, the shapes differ, or a class the figure needs has fewer than two
        cases.

    Examples
    --------
    >>> study = make_crossed(np.array([[[0.1, 0.2, 0.8, 0.7]]]), np.array([0, 0, 1, 1]))
    >>> study.values().tolist()
    [[[1.0]]]
    """
    scores = np.asarray(scores_ajn, dtype=np.float64)
    truth = np.asarray(truth_n, dtype=np.int64)
    if scores.ndim != 3 or scores.shape[2] != truth.size:
        raise ValueError(
            f"Scores of shape {scores.shape} do not fit {truth.size} cases; arms by readers by "
            "cases are needed."
        )
    if not np.isfinite(scores).all():
        raise ValueError("A reading is missing; the study must be fully crossed.")
    needed = {"auc": (0, 1), "sensitivity": (1,), "specificity": (0,)}.get(merit, ())
    for kind in needed:
        if int((truth == kind).sum()) < 2:
            word = "with" if kind else "without"
            raise ValueError(f"There are fewer than two cases {word} the disease.")
    if truth.size < 2:
        raise ValueError("At least two cases are needed.")
    return Crossed(scores, truth, merit, make_clusters(groups_n, truth.size))


def _strata(study: Crossed) -> list[np.ndarray]:
    if study.merit == "accuracy":
        return [np.ones(study.truth_n.size, dtype=bool)]
    if study.merit == "balanced_accuracy":
        return [study.truth_n == k for k in np.unique(study.truth_n)]
    return [study.truth_n == (1 if study.merit == "sensitivity" else 0)]


def _means(study: Crossed, flat: np.ndarray, weights_bn: np.ndarray) -> np.ndarray:
    parts = []
    for inside in _strata(study):
        chosen = weights_bn[:, inside]
        parts.append(chosen @ flat[:, inside].T / chosen.sum(axis=1, keepdims=True))
    return np.asarray(np.mean(parts, axis=0))


def _areas(study: Crossed, flat: np.ndarray, weights_bn: np.ndarray) -> np.ndarray:
    positive = study.truth_n == 1
    columns = [score_ranking(rank(positive, scores), weights_bn).auroc_r for scores in flat]
    return np.stack(columns, axis=1)


def jackknife_covariance(study: Crossed) -> np.ndarray:
    """Return the covariance of all figures over samples of cases, (a*j, a*j), arm by arm.

    One case (or group) is left out at a time; with more than 1,000, parcels of them are.

    Examples
    --------
    >>> study = make_crossed(np.array([[[1.0, 0.0, 1.0, 1.0]]]), np.zeros(4), "accuracy")
    >>> jackknife_covariance(study).round(4).tolist()
    [[0.0625]]
    """
    blocks = [study.values(w).reshape(len(w), -1) for w in jackknife_weights(study.clusters)]
    left_out = np.concatenate(blocks)
    folds = len(left_out)
    if folds < 2 or np.isnan(left_out).any():
        raise ValueError(
            "The figure of merit is undefined without some case; each class needs two or more."
        )
    gaps = left_out - left_out.mean(axis=0)
    return np.asarray(gaps.T @ gaps * (folds - 1) / folds)


def delong_covariance(study: Crossed) -> np.ndarray:
    """Return the same covariance from structural components (DeLong et al., 1988).

    Raises
    ------
    ValueError
        If cases are grouped, which these components do not know.

    Examples
    --------
    >>> study = make_crossed(np.array([[[1.0, 2.0, 2.0, 3.0]]]), np.array([0, 0, 1, 1]))
    >>> delong_covariance(study).round(4).tolist()
    [[0.0312]]
    """
    if study.clusters.grouped:
        raise ValueError("DeLong's covariance takes cases as independent; use the jackknife.")
    flat = study.scores_ajn.reshape(-1, study.truth_n.size)
    if study.merit != "auc":
        strata = _strata(study)
        total = sum(np.cov(flat[:, s]) / s.sum() for s in strata)
        return np.atleast_2d(np.asarray(total) / len(strata) ** 2)
    high, low = flat[:, study.truth_n == 1], flat[:, study.truth_n == 0]
    over_p, over_q = [], []
    for positives, negatives in zip(high, low, strict=True):
        wins = (positives[:, None] > negatives) + 0.5 * (positives[:, None] == negatives)
        over_p.append(wins.mean(axis=1))
        over_q.append(wins.mean(axis=0))
    parts = [np.cov(np.stack(rows)) / len(rows[0]) for rows in (over_p, over_q)]
    return np.atleast_2d(np.asarray(parts[0] + parts[1]))
