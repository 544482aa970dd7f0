"""How scores differ between two groups of images: size of the difference, and tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cutis.stats.clusters import Clusters, make_clusters
from cutis.stats.counts import ratio
from cutis.stats.estimate import Basis, Estimate, Settings, or_null
from cutis.stats.multiplicity import benjamini_hochberg, holm
from cutis.stats.replicated import replicate

N_PERMUTATIONS = 9999
_BLOCK = 256


@dataclass(frozen=True)
class Difference:
    """One score in group A against group B.

    Attributes
    ----------
    name
        The score.
    mean_a, mean_b
        Means in the groups.
    difference
        Mean of A less mean of B, with interval.
    standardised
        The same in units of the pooled standard deviation (Cohen's d), with interval.
    superiority
        Probability that an image of A scores higher than one of B, ties counting one half.
    p, p_holm, p_bh
        Two-sided p-value, and corrected over all scores by Holm and by Benjamini and Hochberg;
        NaN where no test is possible.
    """

    name: str
    mean_a: float
    mean_b: float
    difference: Estimate
    standardised: Estimate
    superiority: float
    p: float
    p_holm: float
    p_bh: float

    def to_json(self) -> dict[str, Any]:
        """Return the record, with null for what is undefined."""
        return {
            "name": self.name,
            "mean_a": or_null(self.mean_a),
            "mean_b": or_null(self.mean_b),
            "difference": self.difference.to_json(),
            "standardised": self.standardised.to_json(),
            "superiority": or_null(self.superiority),
            "p": or_null(self.p),
            "p_holm": or_null(self.p_holm),
            "p_bh": or_null(self.p_bh),
        }


@dataclass(frozen=True)
class Comparison:
    """All scores, and how they were tested.

    Attributes
    ----------
    n_a, n_b
        Images of the groups.
    groups_a, groups_b, groups_both
        Clusters with images in A, in B, and in both.
    test
        ``mann-whitney`` or ``permutation``.
    differences
        One per score, in the order given.
    """

    n_a: int
    n_b: int
    groups_a: int
    groups_b: int
    groups_both: int
    test: str
    differences: tuple[Difference, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the numbers of images and clusters, and every difference."""
        counts = ("n_a", "n_b", "groups_a", "groups_b", "groups_both", "test")
        record: dict[str, Any] = {name: getattr(self, name) for name in counts}
        return record | {"differences": [d.to_json() for d in self.differences]}


def compare_groups(
    scores_nk: ArrayLike,
    in_a_n: ArrayLike,
    names: Sequence[str],
    groups_n: ArrayLike | None = None,
    settings: Settings | None = None,
    n_permutations: int = N_PERMUTATIONS,
) -> Comparison:
    """Compare every score between the images of A and the others, B.

    Without lesions or patients the test is that of Mann and Whitney. With them, images of one
    cluster are no independent witnesses: the mean rank is then tested by permutation, in which
    clusters that lie wholly in A or B exchange their places, and clusters with images in both
    shuffle them within themselves. Intervals resample clusters.

    Parameters
    ----------
    scores_nk
        (n, k) scores.
    in_a_n
        (n,) bool, whether the image is of group A.
    names
        The k names of the scores.
    groups_n
        (n,) lesion or patient of each image, or None.
    settings
        How intervals are made, and the seed.
    n_permutations
        Draws of the permutation test; the smallest p-value is 1 / (draws + 1).

    Raises
    ------
    ValueError
        If shapes differ, a score is not finite, or a group has no image.

    Examples
    --------
    >>> scores = np.array([[0.9], [0.8], [0.7], [0.2], [0.1], [0.3]])
    >>> found = compare_groups(scores, [True, True, True, False, False, False], ["scale"])
    >>> d = found.differences[0]
    >>> round(d.difference.value, 3), d.superiority, round(d.p, 3), found.test
    (0.6, 1.0, 0.1, 'mann-whitney')
    """
    settings = settings or Settings()
    scores, in_a = np.asarray(scores_nk, dtype=np.float64), np.asarray(in_a_n, dtype=bool)
    if scores.ndim != 2 or in_a.shape != scores.shape[:1] or scores.shape[1] != len(names):
        raise ValueError(
            f"The scores have shape {scores.shape} for {in_a.size} images and {len(names)} names."
        )
    if not np.isfinite(scores).all():
        raise ValueError("A score is not finite; leave the image out.")
    if in_a.all() or not in_a.any():
        raise ValueError("Both groups need at least one image.")
    clusters = make_clusters(groups_n, len(scores))
    ranks = _ranks(scores)
    singles = clusters.n_groups == len(scores)
    p_k = (
        _mann_whitney(scores, in_a)
        if singles
        else _permuted(ranks, in_a, clusters, settings, n_permutations)
    )
    p_k[np.ptp(scores, axis=0) == 0] = np.nan
    return Comparison(
        n_a=int(in_a.sum()),
        n_b=int((~in_a).sum()),
        groups_a=clusters.count(in_a),
        groups_b=clusters.count(~in_a),
        groups_both=clusters.count(in_a) + clusters.count(~in_a) - clusters.n_groups,
        test="mann-whitney" if singles else "permutation",
        differences=_differences(scores, ranks, in_a, names, clusters, settings, p_k),
    )


def _differences(
    scores: np.ndarray,
    ranks: np.ndarray,
    in_a: np.ndarray,
    names: Sequence[str],
    clusters: Clusters,
    settings: Settings,
    p_k: np.ndarray,
) -> tuple[Difference, ...]:
    values = replicate(lambda w: mean_differences(scores, in_a, w), clusters, settings)
    smaller = min(clusters.count(in_a), clusters.count(~in_a))
    basis = Basis(len(scores), smaller, undefined="the score does not vary within the groups")
    n_a, n_b = int(in_a.sum()), int((~in_a).sum())
    superiority = (ranks[in_a].sum(axis=0) - n_a * (n_a + 1) / 2) / (n_a * n_b)
    corrected = zip(p_k, holm(p_k), benjamini_hochberg(p_k), strict=True)
    return tuple(
        Difference(
            name=str(name),
            mean_a=float(scores[in_a, i].mean()),
            mean_b=float(scores[~in_a, i].mean()),
            difference=values.estimate("difference", basis, settings, i),
            standardised=values.estimate("standardised", basis, settings, i),
            superiority=float(superiority[i]),
            p=float(p),
            p_holm=float(by_holm),
            p_bh=float(by_bh),
        )
        for i, (name, (p, by_holm, by_bh)) in enumerate(zip(names, corrected, strict=True))
    )


def mean_differences(
    scores_nk: np.ndarray, in_a_n: np.ndarray, weights_rn: np.ndarray
) -> dict[str, np.ndarray]:
    """Return differences of means, plain and standardised, for every replicate.

    The standard deviation is the pooled one within the groups, with n - 1 (Cohen, 1988).

    Examples
    --------
    >>> out = mean_differences(
    ...     np.array([[1.0], [3.0], [0.0], [2.0]]), np.array([True, True, False, False]),
    ...     np.ones((1, 4)))
    >>> out["difference"].tolist(), out["standardised"].round(4).tolist()
    ([[1.0]], [[0.7071]])
    """
    sums = []
    for mask in (in_a_n, ~in_a_n):
        weights = weights_rn[:, mask]
        n_r1 = weights.sum(axis=1, keepdims=True)
        mean_rk = ratio(
            weights @ scores_nk[mask], np.broadcast_to(n_r1, (len(weights), scores_nk.shape[1]))
        )
        centre_k = scores_nk[mask].mean(axis=0)
        apart_rk = weights @ (scores_nk[mask] - centre_k) ** 2 - n_r1 * (mean_rk - centre_k) ** 2
        sums.append((n_r1, mean_rk, apart_rk))
    (n_a, mean_a, apart_a), (n_b, mean_b, apart_b) = sums
    freedom = np.broadcast_to(np.maximum(n_a + n_b - 2, 0), mean_a.shape)
    variance = ratio(np.maximum(apart_a + apart_b, 0), freedom)
    gap = mean_a - mean_b
    spread = np.sqrt(np.where(variance > 1e-24, variance, 0))
    return {"difference": gap, "standardised": ratio(gap, spread)}


def _ranks(scores_nk: np.ndarray) -> np.ndarray:
    from scipy.stats import rankdata

    return np.asarray(rankdata(scores_nk, axis=0), dtype=np.float64)


def _mann_whitney(scores_nk: np.ndarray, in_a_n: np.ndarray) -> np.ndarray:
    from scipy.stats import mannwhitneyu

    found = mannwhitneyu(scores_nk[in_a_n], scores_nk[~in_a_n], axis=0)
    return np.array(found.pvalue, dtype=np.float64)


def _permuted(
    ranks_nk: np.ndarray,
    in_a_n: np.ndarray,
    clusters: Clusters,
    settings: Settings,
    n_permutations: int,
) -> np.ndarray:
    generator = np.random.default_rng(settings.seed)
    centred = ranks_nk - ranks_nk.mean(axis=0)
    observed_k = np.abs(_mean_rank(in_a_n[None, :], centred)[0])
    extreme_k = np.ones(ranks_nk.shape[1])
    for start in range(0, n_permutations, _BLOCK):
        count = min(_BLOCK, n_permutations - start)
        drawn = permuted_groups(in_a_n, clusters, count, generator)
        extreme_k += (np.abs(_mean_rank(drawn, centred)) >= observed_k - 1e-9).sum(axis=0)
    return extreme_k / (n_permutations + 1)


def _mean_rank(in_a_rn: np.ndarray, centred_nk: np.ndarray) -> np.ndarray:
    """Return the mean rank of A less that of B, for every draw."""
    inside = in_a_rn.astype(np.float64)
    n_a = inside.sum(axis=1, keepdims=True)
    total = inside @ centred_nk
    return np.asarray(total / n_a + total / (inside.shape[1] - n_a))


def permuted_groups(
    in_a_n: np.ndarray, clusters: Clusters, count: int, generator: np.random.Generator
) -> np.ndarray:
    """Draw memberships of A that are as likely as the observed one when groups do not matter.

    Parameters
    ----------
    in_a_n
        (n,) bool, the observed membership.
    clusters
        The clusters of the n images.
    count
        How many to draw.
    generator
        Source of the draws.

    Returns
    -------
    (count, n) bool. As many pure clusters are in A as were observed, and within a mixed cluster
    as many images.

    Examples
    --------
    >>> clusters = make_clusters(["a", "a", "b", "b"], 4)
    >>> in_a = np.array([True, True, False, False])
    >>> drawn = permuted_groups(in_a, clusters, 4, np.random.default_rng(0))
    >>> sorted({tuple(row) for row in drawn.astype(int).tolist()})
    [(0, 0, 1, 1), (1, 1, 0, 0)]
    """
    index = clusters.index_n
    size_g = np.bincount(index, minlength=clusters.n_groups)
    inside_g = np.bincount(index, weights=in_a_n, minlength=clusters.n_groups)
    pure_g = (inside_g == 0) | (inside_g == size_g)
    pure = np.flatnonzero(pure_g)
    member_rg = np.zeros((count, clusters.n_groups), dtype=bool)
    order = generator.random((count, pure.size)).argsort(axis=1)
    member_rg[:, pure] = (inside_g[pure] > 0)[order]
    out = member_rg[:, index]
    for cluster in np.flatnonzero(~pure_g):
        rows = np.flatnonzero(index == cluster)
        order = generator.random((count, rows.size)).argsort(axis=1)
        out[:, rows] = in_a_n[rows][order]
    return out
