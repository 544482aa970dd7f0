"""AUROC of several models, class by class against the rest, by DeLong's test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from cutis.stats.clusters import Clusters
from cutis.stats.delong import AreaDifference, compare_areas, delong
from cutis.stats.estimate import or_null
from cutis.stats.multiplicity import holm


class AreaComparison(NamedTuple):
    """The areas of one class.

    Attributes
    ----------
    n_positive, n_negative
        Images of the class, and of all others.
    test
        ``delong``, or ``delong-clustered`` when images come in groups.
    auroc
        Model to area.
    differences
        Model (all but the anchor) to its difference from the anchor.
    p_holm
        Model to p-value, corrected for the number of models and classes.
    """

    n_positive: int
    n_negative: int
    test: str
    auroc: dict[str, float]
    differences: dict[str, AreaDifference]
    p_holm: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """Return the record as strict JSON values."""
        return {
            "n_positive": self.n_positive,
            "n_negative": self.n_negative,
            "test": self.test,
            "auroc": dict(self.auroc),
            "differences": {
                name: {
                    "value": d.difference,
                    "low": or_null(d.interval.low),
                    "high": or_null(d.interval.high),
                    "p": or_null(d.p),
                    "p_holm": or_null(self.p_holm[name]),
                }
                for name, d in self.differences.items()
            },
        }


def compare_class_areas(
    labels_n: np.ndarray,
    probs: Mapping[str, np.ndarray],
    classes: Sequence[str],
    clusters: Clusters,
    anchor: str,
    confidence: float = 0.95,
    n_comparisons: int | None = None,
) -> dict[str, AreaComparison]:
    """Compare the one-against-rest AUROC of every class that has images.

    With two classes only the second, positive one is compared.

    Parameters
    ----------
    labels_n
        (n,) int class indices.
    probs
        Model to (n, c) probabilities.
    classes
        The c class names.
    clusters
        The clusters of the images.
    anchor
        The model that the others are compared with.
    confidence
        Coverage of the intervals.
    n_comparisons
        Pairs of models that p-values of one class are corrected for; those with the anchor if left
        out.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> labels = np.array([0, 0, 0, 1, 1, 1])
    >>> first = np.array([0.1, 0.2, 0.6, 0.5, 0.8, 0.9])
    >>> probs = {name: np.stack([1 - s, s], 1) for name, s in [("a", first), ("b", 1 - first)]}
    >>> out = compare_class_areas(labels, probs, ["nevus", "mel"], make_clusters(None, 6), "a")
    >>> round(out["mel"].differences["b"].difference, 3)
    -0.778
    """
    names = list(probs)
    place = names.index(anchor)
    out = {}
    for k in [1] if len(classes) == 2 else range(len(classes)):
        positive = labels_n == k
        if positive.all() or not positive.any():
            continue
        scores = np.stack([probs[name][:, k] for name in names])
        areas = delong(positive, scores, clusters)
        out[str(classes[k])] = AreaComparison(
            int(positive.sum()),
            int((~positive).sum()),
            "delong-clustered" if clusters.grouped else "delong",
            dict(zip(names, areas.auroc_m.tolist(), strict=True)),
            {
                name: compare_areas(areas, i, place, confidence)
                for i, name in enumerate(names)
                if name != anchor
            },
            {},
        )
    return _corrected(out, n_comparisons or len(names) - 1)


def _corrected(areas: dict[str, AreaComparison], n_comparisons: int) -> dict[str, AreaComparison]:
    keys = [(name, model) for name, area in areas.items() for model in area.differences]
    n_tests = n_comparisons * len(areas)
    p_holm = holm(np.array([areas[name].differences[model].p for name, model in keys]), n_tests)
    found = dict(zip(keys, p_holm.tolist(), strict=True))
    return {
        name: area._replace(p_holm={model: found[name, model] for model in area.differences})
        for name, area in areas.items()
    }
