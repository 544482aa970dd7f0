"""Clusters of images, how often a model is right in each, and which good cluster is nearest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

MAX_COMPONENTS, MAX_CLUSTERS, MIN_CLUSTER = 50, 40, 10


class Clustering(NamedTuple):
    """Images sorted by likeness.

    Attributes
    ----------
    cluster_n
        (n,) int64, the cluster of every image, numbered from the largest.
    centres_cd
        (c, d) centres in the reduced space.
    distance_n
        (n,) distance of every image from its centre.
    n_components
        Principal components that were kept.
    """

    cluster_n: np.ndarray
    centres_cd: np.ndarray
    distance_n: np.ndarray
    n_components: int


def cluster_features(
    features_nd: np.ndarray,
    n_components: int = MAX_COMPONENTS,
    n_clusters: int = MAX_CLUSTERS,
    min_cluster: int = MIN_CLUSTER,
    seed: int = 0,
) -> Clustering:
    """Reduce unit features to principal components and divide them by k-means.

    The published audit (Kim et al., 2024) keeps 50 components and makes 40 clusters. Here both
    are limits: no more components than the data have, and no more clusters than leave
    ``2 * min_cluster`` images to each on average.

    Parameters
    ----------
    features_nd
        (n, d) image features of any length, none of them zero.
    n_components, n_clusters
        Most components and clusters.
    min_cluster
        Fewest images of a cluster that will be judged.
    seed
        Seed of the start of k-means; the same seed gives the same clusters.

    Raises
    ------
    ValueError
        If there are fewer than ``4 * min_cluster`` images, or a feature has no direction.

    Examples
    --------
    >>> corner = np.repeat(np.eye(3), [30, 20, 25], axis=0)
    >>> noise = np.random.default_rng(0).normal(0, 0.05, corner.shape)
    >>> found = cluster_features(corner + noise, n_clusters=3)
    >>> np.bincount(found.cluster_n).tolist(), found.n_components
    ([30, 25, 20], 3)
    """
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA

    features = np.asarray(features_nd, dtype=np.float64)
    n = features.shape[0]
    if n < 4 * min_cluster:
        raise ValueError(
            f"{n} images are too few to find clusters; at least {4 * min_cluster} are needed for "
            f"clusters of {min_cluster}."
        )
    length_n1 = np.linalg.norm(features, axis=1, keepdims=True)
    if not (np.isfinite(length_n1).all() and (length_n1 > 0).all()):
        raise ValueError("An image feature is zero or not finite, so it has no direction.")
    components = min(n_components, features.shape[1], n - 1)
    # the full decomposition: the random one differs between machines
    reduced = PCA(components, svd_solver="full").fit_transform(features / length_n1)
    wanted = max(2, min(n_clusters, n // (2 * min_cluster)))
    fitted = KMeans(wanted, n_init=10, random_state=seed).fit(reduced)
    order = np.argsort(-np.bincount(fitted.labels_, minlength=wanted), kind="stable")
    place = np.empty(wanted, dtype=np.int64)
    place[order] = np.arange(wanted)
    centres = fitted.cluster_centers_[order]
    cluster = place[fitted.labels_]
    distance = np.linalg.norm(reduced - centres[cluster], axis=1)
    return Clustering(cluster, centres, distance, components)


class Contrast(NamedTuple):
    """A cluster in which the model is worse than overall, and the nearest in which it is better.

    Attributes
    ----------
    low, reference
        Their numbers.
    """

    low: int
    reference: int


def find_contrasts(
    cluster_n: np.ndarray,
    centres_cd: np.ndarray,
    correct_n: np.ndarray,
    min_cluster: int = MIN_CLUSTER,
) -> tuple[Contrast, ...]:
    """Return every cluster below the overall accuracy with its nearest neighbour above it.

    Clusters of fewer than ``min_cluster`` images are neither. Worst first.

    Parameters
    ----------
    cluster_n
        (n,) the cluster of every image.
    centres_cd
        (c, d) centres.
    correct_n
        (n,) bool, whether the model was right.
    min_cluster
        Fewest images.

    Examples
    --------
    >>> cluster = np.repeat([0, 1, 2], 4)
    >>> right = np.array([1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0], bool)
    >>> find_contrasts(cluster, np.array([[0.0], [2.0], [3.0]]), right, min_cluster=2)
    (Contrast(low=1, reference=2),)
    """
    n_c = np.bincount(cluster_n, minlength=len(centres_cd))
    right_c = np.bincount(cluster_n, weights=correct_n, minlength=len(centres_cd))
    judged = np.flatnonzero(n_c >= min_cluster)
    overall = float(np.mean(correct_n))
    share = right_c[judged] / n_c[judged]
    low, good = judged[share < overall], judged[share > overall]
    if not good.size:
        return ()
    pairs = []
    for cluster in low[np.argsort(right_c[low] / n_c[low], kind="stable")]:
        apart = np.linalg.norm(centres_cd[good] - centres_cd[cluster], axis=1)
        pairs.append(Contrast(int(cluster), int(good[apart.argmin()])))
    return tuple(pairs)


def fisher_exact_p(yes_a: int, n_a: int, yes_b: int, n_b: int) -> float:
    """Return the two-sided p-value of Fisher's exact test of two shares.

    Examples
    --------
    >>> round(fisher_exact_p(8, 10, 1, 10), 4)
    0.0055
    """
    from scipy.stats import fisher_exact

    return float(fisher_exact([[yes_a, n_a - yes_a], [yes_b, n_b - yes_b]]).pvalue)
