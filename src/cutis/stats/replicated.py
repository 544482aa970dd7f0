"""A statistic on the data as they are, and on every bootstrap replicate of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import numpy as np

from cutis.stats.clusters import Clusters
from cutis.stats.counts import unit_weights
from cutis.stats.estimate import Basis, Estimate, Settings, make_estimate
from cutis.stats.resampling import bootstrap_weights, jackknife_weights

Statistic = Callable[[np.ndarray], Mapping[str, np.ndarray]]


class Replicated(NamedTuple):
    """Named values of a statistic.

    Attributes
    ----------
    point
        Name to (m,) values on the data as they are; m is 1 for a single number.
    replicates
        Name to (r, m) values, one row per replicate; None without resampling.
    jackknife
        Name to (f, m) values with clusters left out; None unless BCa intervals are asked for.
    """

    point: dict[str, np.ndarray]
    replicates: dict[str, np.ndarray] | None
    jackknife: dict[str, np.ndarray] | None

    def estimate(self, name: str, basis: Basis, settings: Settings, position: int = 0) -> Estimate:
        """Return one of the values with its interval."""
        drawn = None if self.replicates is None else self.replicates[name][:, position]
        folds = None if self.jackknife is None else self.jackknife[name][:, position]
        return make_estimate(float(self.point[name][position]), drawn, folds, basis, settings)


def replicate(statistic: Statistic, clusters: Clusters, settings: Settings) -> Replicated:
    """Compute a statistic once on all rows, and once for every resample of the clusters.

    Parameters
    ----------
    statistic
        From (r, n) weights to named values, each (r,) or (r, m).
    clusters
        The clusters of the n rows.
    settings
        How intervals are made.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> ages = np.array([30.0, 50.0, 70.0])
    >>> mean = lambda w: {"mean": w @ ages / w.sum(axis=1)}
    >>> out = replicate(mean, make_clusters(None, 3), Settings(n_bootstrap=200))
    >>> out.point["mean"].item(), out.replicates["mean"].shape
    (50.0, (200, 1))
    """
    draws = bootstrap_weights(clusters, settings.n_bootstrap, settings.seed)
    wanted = settings.interval == "bca" and settings.n_bootstrap > 0
    n = int(clusters.index_n.size)
    point = {name: values[0] for name, values in _joined(statistic, [unit_weights(n)]).items()}
    return Replicated(
        point,
        _joined(statistic, draws) or None,
        (_joined(statistic, jackknife_weights(clusters)) or None) if wanted else None,
    )


def _joined(statistic: Statistic, blocks: Iterable[np.ndarray]) -> dict[str, np.ndarray]:
    parts = [statistic(weights_rn) for weights_rn in blocks]
    names = parts[0].keys() if parts else ()
    joined = {name: np.concatenate([part[name] for part in parts]) for name in names}
    return {name: v[:, None] if v.ndim == 1 else v for name, v in joined.items()}
