"""Bootstrap over readers and cases together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from cutis.stats.clusters import Clusters
from cutis.stats.estimate import or_null
from cutis.stats.intervals import percentile_interval
from cutis.stats.readers.merit import Crossed
from cutis.stats.resampling import bootstrap_weights, multiplicities

MOST_UNDEFINED = 1 / 3


class Drawn(NamedTuple):
    """A bootstrap interval, and how many replicates had no value and were left out.

    ``low`` and ``high`` are NaN where there is no interval; ``note`` says why, or how many
    replicates were left out.
    """

    low: float
    high: float
    n_undefined: int
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the record as strict JSON values."""
        return {**self._asdict(), "low": or_null(self.low), "high": or_null(self.high)}


def drawn_interval(replicates_r: np.ndarray, confidence: float = 0.95) -> Drawn:
    """Return the percentile interval of replicates that vary and are mostly defined.

    Parameters
    ----------
    replicates_r
        (r,) values; NaN where undefined. With more than a third of those there is no interval,
        for what is left is no sample of what could have been drawn.
    confidence
        Coverage.

    Examples
    --------
    >>> found = drawn_interval(np.array([0.1, 0.2, 0.3, float("nan")]), 0.5)
    >>> round(found.low, 3), round(found.high, 3), found.n_undefined
    (0.15, 0.25, 1)
    >>> drawn_interval(np.zeros(9)).note
    'readers and cases drawn again always give the same'
    """
    nan = float("nan")
    defined = replicates_r[np.isfinite(replicates_r)]
    missing = int(replicates_r.size - defined.size)
    said = f"{missing} of {replicates_r.size} replicates have no value" if missing else ""
    if missing > MOST_UNDEFINED * replicates_r.size or not defined.size:
        return Drawn(nan, nan, missing, f"{said}, too many for an interval")
    if float(np.ptp(defined)) < 1e-12:
        return Drawn(nan, nan, missing, "readers and cases drawn again always give the same")
    bounds = percentile_interval(defined, confidence)
    note = f"{said} and were left out" if missing else ""
    return Drawn(bounds.low, bounds.high, missing, note)


def draw_readers(n_readers: int, n_replicates: int, seed: int) -> np.ndarray:
    """Draw readers with replacement: how often each counts, (r, j) float64.

    Examples
    --------
    >>> draw_readers(3, 2, seed=0).sum(axis=1).tolist()
    [3.0, 3.0]
    """
    generator = np.random.default_rng([seed, 1])
    drawn = generator.integers(0, n_readers, size=(n_replicates, n_readers))
    return multiplicities(drawn, n_readers)


def arm_replicates(
    study: Crossed, n_replicates: int, seed: int = 0, *, random_readers: bool = True
) -> np.ndarray:
    """Return the mean over readers of every arm, with readers and cases drawn again, (r, a).

    Parameters
    ----------
    study
        A crossed study.
    n_replicates, seed
        Of the resampling.
    random_readers
        Whether readers are drawn too, or only cases.

    Examples
    --------
    >>> from cutis.stats.readers.merit import make_crossed
    >>> right = np.array([[[1, 0, 1, 1], [0, 1, 1, 0]], [[1, 1, 1, 1], [0, 1, 1, 1]]], float)
    >>> study = make_crossed(right, np.zeros(4), "accuracy")
    >>> arm_replicates(study, 3).shape
    (3, 2)
    """
    readers_rj = draw_readers(study.n_readers, n_replicates, seed)
    if not random_readers:
        readers_rj = np.ones_like(readers_rj)
    parts, start = [], 0
    for weights_bn in bootstrap_weights(study.clusters, n_replicates, seed):
        chosen = readers_rj[start : start + len(weights_bn)]
        values_baj = study.values(weights_bn)
        parts.append((values_baj * chosen[:, None, :]).sum(axis=2) / chosen.sum(axis=1)[:, None])
        start += len(weights_bn)
    return np.concatenate(parts)


def mean_replicates(
    values_mjn: np.ndarray, clusters: Clusters, n_replicates: int, seed: int = 0
) -> np.ndarray:
    """Return the mean over readers of each reader's mean, readers and cases drawn again, (r, m).

    Readers need not have read the same cases. A reader none of whose cases was drawn is left out
    of that replicate.

    Parameters
    ----------
    values_mjn
        m quantities by j readers by n cases; NaN where a reader did not read a case.
    clusters
        The cases that stay together.
    n_replicates, seed
        Of the resampling.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> values = np.array([[[1.0, 0.0, np.nan], [1.0, 1.0, 1.0]]])
    >>> mean_replicates(values, make_clusters(None, 3), 2).shape
    (2, 1)
    """
    m, j, n = values_mjn.shape
    known = np.isfinite(values_mjn).reshape(m * j, n).astype(np.float64)
    filled = np.nan_to_num(values_mjn).reshape(m * j, n)
    readers_rj = draw_readers(j, n_replicates, seed)
    parts = []
    for weights_bn, chosen_bj in _paired(clusters, readers_rj, n_replicates, seed):
        seen = (weights_bn @ known.T).reshape(-1, m, j)
        total = (weights_bn @ filled.T).reshape(-1, m, j)
        with np.errstate(invalid="ignore", divide="ignore"):
            means = total / seen
            share = np.where(seen > 0, chosen_bj[:, None, :], 0.0)
            parts.append((np.nan_to_num(means) * share).sum(axis=2) / share.sum(axis=2))
    return np.concatenate(parts)


def _paired(
    clusters: Clusters, readers_rj: np.ndarray, n_replicates: int, seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    start = 0
    for weights_bn in bootstrap_weights(clusters, n_replicates, seed):
        yield weights_bn, readers_rj[start : start + len(weights_bn)]
        start += len(weights_bn)
