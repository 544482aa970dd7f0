"""Which diagnoses each subgroup holds: what confounds a comparison of subgroups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from cutis.stats.clusters import Clusters
from cutis.stats.fairness.association import Association, associate
from cutis.stats.fairness.partition import Partition

# A class needs this many images in every subgroup to enter a standardised comparison.
MIN_COMMON = 5


class Mix(NamedTuple):
    """The classes of every subgroup.

    Attributes
    ----------
    counts_gc
        (g, c) images.
    association
        How strongly subgroup and class go together, among the subgroups compared.
    target_c
        (c,) the mix that standardised values have: the shares of all compared images, over the
        classes that every compared subgroup has enough images of; all 0 if fewer than two.
    covered
        Share of the compared images that are of those classes.
    """

    counts_gc: np.ndarray
    association: Association
    target_c: np.ndarray
    covered: float

    def to_json(self, names: Sequence[str], classes: Sequence[str]) -> dict[str, Any]:
        """Return the record as strict JSON values."""
        return {
            "counts": {
                name: {str(k): int(v) for k, v in zip(classes, row, strict=True)}
                for name, row in zip(names, self.counts_gc, strict=True)
            },
            **self.association.to_json(),
            "standard_mix": {
                str(k): float(v) for k, v in zip(classes, self.target_c, strict=True) if v > 0
            },
            "covered": self.covered,
        }


def class_mix(
    labels_n: np.ndarray,
    partition: Partition,
    compared_g: np.ndarray,
    clusters: Clusters,
    n_classes: int,
    n_permutations: int = 1000,
    seed: int = 0,
) -> Mix:
    """Count the classes of every subgroup and find the mix they can all be brought to.

    Parameters
    ----------
    labels_n
        (n,) class index.
    partition
        The subgroups.
    compared_g
        (g,) bool, the subgroups that are compared.
    clusters
        The clusters of the rows.
    n_classes
        The number of classes c.
    n_permutations, seed
        Of the test of association.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> labels, codes = np.array([0, 1] * 20), np.array([0] * 20 + [1] * 20)
    >>> class_mix(labels, Partition(("f", "m"), codes), np.array([True, True]),
    ...           make_clusters(None, 40), 3, 99).target_c
    array([0.5, 0.5, 0. ])
    """
    g = len(partition.names)
    flat = np.bincount(partition.codes_n * n_classes + labels_n, minlength=g * n_classes)
    counts_gc = flat.reshape(g, n_classes)
    rows = compared_g[partition.codes_n]
    if compared_g.sum() < 2:
        nothing = Association(float("nan"), float("nan"))
        return Mix(counts_gc, nothing, np.zeros(n_classes), 0.0)
    shared_c = (counts_gc[compared_g] >= MIN_COMMON).all(axis=0)
    totals_c = counts_gc[compared_g].sum(axis=0)
    kept_c = np.where(shared_c, totals_c, 0)
    enough = shared_c.sum() >= 2
    return Mix(
        counts_gc,
        associate(
            partition.codes_n[rows], labels_n[rows], clusters.select(rows), n_permutations, seed
        ),
        kept_c / kept_c.sum() if enough else np.zeros(n_classes),
        float(kept_c.sum() / totals_c.sum()) if enough else 0.0,
    )
