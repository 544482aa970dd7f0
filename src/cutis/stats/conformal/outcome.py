"""How often sets held the truth, for whom, and how large they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cutis.stats.clusters import Clusters
from cutis.stats.counts import ratio
from cutis.stats.estimate import Basis, Estimate, Settings
from cutis.stats.replicated import replicate


@dataclass(frozen=True)
class SetOutcome:
    """What became of prediction sets on labelled images.

    Attributes
    ----------
    coverage, mean_size, singletons, empty
        Share of sets that hold the truth, classes in a set, share of sets of one class, share of
        empty sets (which never hold the truth).
    by_class, by_group, by_size
        Coverage among the images of each class, of each group, and with each set size that occurs.
    size_of_class
        Mean set size among the images of each class.
    sizes
        Number of images with each set size, from 0 to c.
    """

    coverage: Estimate
    mean_size: Estimate
    singletons: Estimate
    empty: Estimate
    by_class: dict[str, Estimate]
    by_group: dict[str, Estimate]
    by_size: dict[str, Estimate]
    size_of_class: dict[str, Estimate]
    sizes: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the record as strict JSON values."""
        single = {
            name: getattr(self, name).to_json()
            for name in ("coverage", "mean_size", "singletons", "empty")
        }
        several = {
            name: {key: estimate.to_json() for key, estimate in getattr(self, name).items()}
            for name in ("by_class", "by_group", "by_size", "size_of_class")
        }
        return {**single, **several, "sizes": list(self.sizes)}


def set_outcome(
    labels_n: np.ndarray,
    sets_nc: np.ndarray,
    classes: Sequence[str],
    clusters: Clusters,
    settings: Settings,
    groups_n: np.ndarray | None = None,
) -> SetOutcome:
    """Measure coverage and size of prediction sets, with intervals over clusters.

    Parameters
    ----------
    labels_n
        (n,) int class indices.
    sets_nc
        (n, c) bool, which classes are in each image's set.
    classes
        The c class names.
    clusters
        The clusters of the rows.
    settings
        How intervals are made.
    groups_n
        (n,) group of each image as text, for coverage per group.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> sets = np.array([[True, False], [True, True], [True, False]])
    >>> out = set_outcome(np.array([0, 1, 1]), sets, ["a", "b"], make_clusters(None, 3),
    ...                   Settings(n_bootstrap=50))
    >>> round(out.coverage.value, 3), round(out.mean_size.value, 3), out.sizes
    (0.667, 1.333, (0, 2, 1))
    """
    size_n = sets_nc.sum(axis=1)
    covered_n = sets_nc[np.arange(labels_n.size), labels_n]
    everyone = np.ones(labels_n.size, dtype=bool)
    of_class = {str(name): labels_n == k for k, name in enumerate(classes)}
    groups = [] if groups_n is None else sorted({str(name) for name in groups_n})
    group_n = np.asarray(groups_n)
    of_group = {name: group_n == name for name in groups}
    of_size = {str(size): size_n == size for size in np.unique(size_n).tolist()}
    means = _Means(clusters, settings)
    return SetOutcome(
        coverage=means.of(covered_n, {"all": everyone}, "")["all"],
        mean_size=means.of(size_n, {"all": everyone}, "", share=False)["all"],
        singletons=means.of(size_n == 1, {"all": everyone}, "")["all"],
        empty=means.of(size_n == 0, {"all": everyone}, "")["all"],
        by_class=means.of(covered_n, of_class, "no images of this class"),
        by_group=means.of(covered_n, of_group, "no images of this group"),
        by_size=means.of(covered_n, of_size, ""),
        size_of_class=means.of(size_n, of_class, "no images of this class", share=False),
        sizes=tuple(np.bincount(size_n, minlength=sets_nc.shape[1] + 1).tolist()),
    )


class _Means:
    """Means of a value over parts of the images, with intervals."""

    def __init__(self, clusters: Clusters, settings: Settings) -> None:
        self.clusters = clusters
        self.settings = settings

    def of(
        self,
        values_n: np.ndarray,
        parts: Mapping[str, np.ndarray],
        undefined: str,
        share: bool = True,
    ) -> dict[str, Estimate]:
        """Return the mean of the values in each part; ``share`` says they are 0 or 1."""
        if not parts:
            return {}
        masks_nk = np.stack(list(parts.values()), axis=1).astype(float)
        sums_nk = masks_nk * values_n[:, None]
        out = replicate(
            lambda w: {"mean": ratio(w @ sums_nk, w @ masks_nk)}, self.clusters, self.settings
        )
        return {
            name: out.estimate("mean", self._basis(mask, undefined, share), self.settings, k)
            for k, (name, mask) in enumerate(parts.items())
        }

    def _basis(self, mask_n: np.ndarray, undefined: str, share: bool) -> Basis:
        return Basis(int(mask_n.sum()), self.clusters.count(mask_n), share, undefined=undefined)
