"""Where a model fails, in words: each cluster of low accuracy against its nearest good one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.stats.estimate import or_null

if TYPE_CHECKING:
    from cutis.stats.estimate import Settings
    from cutis.stats.failure_clusters import Clustering, Contrast

HIGH = 0.5


def cluster_records(
    clustering: Clustering, correct_n: np.ndarray, settings: Settings, groups_n: np.ndarray | None
) -> list[dict[str, Any]]:
    """Return size and accuracy of every cluster, tested against all other images.

    The interval resamples lesions or patients. The test is Fisher's, corrected by Benjamini and
    Hochberg over the clusters. It takes images as independent, so where several show one lesion
    or patient there is none, and the interval speaks alone.

    Parameters
    ----------
    clustering
        The clusters.
    correct_n
        (n,) bool, whether the model was right.
    settings
        How intervals are made.
    groups_n
        Lesion or patient of each image.
    """
    from cutis.stats.failure_clusters import fisher_exact_p
    from cutis.stats.multiplicity import benjamini_hochberg

    grouped = _grouped(groups_n, len(correct_n))
    records: list[dict[str, Any]] = []
    for cluster in range(len(clustering.centres_cd)):
        inside = clustering.cluster_n == cluster
        n, right = int(inside.sum()), int(correct_n[inside].sum())
        others, right_others = int((~inside).sum()), int(correct_n[~inside].sum())
        tested = others > 0 and not grouped
        p = fisher_exact_p(right, n, right_others, others) if tested else float("nan")
        part = None if groups_n is None else groups_n[inside]
        accuracy = share_estimate(correct_n[inside], part, settings)
        records.append({"cluster": cluster, "n": n, "n_right": right, "accuracy": accuracy, "p": p})
    corrected = benjamini_hochberg(np.array([record["p"] for record in records]))
    for record, p_bh in zip(records, corrected, strict=True):
        record["p"], record["p_bh"] = or_null(record["p"]), or_null(float(p_bh))
    return records


def _grouped(groups_n: np.ndarray | None, n: int) -> bool:
    """Tell whether several images belong to one group."""
    from cutis.stats.clusters import make_clusters

    return make_clusters(groups_n, n).n_groups < n


def share_estimate(
    yes_n: np.ndarray, groups_n: np.ndarray | None, settings: Settings
) -> dict[str, Any]:
    """Return a share with its interval, resampling groups.

    Examples
    --------
    >>> from cutis.stats.estimate import Settings
    >>> record = share_estimate(np.ones(5, bool), None, Settings(n_bootstrap=100))
    >>> record["value"], round(record["low"], 3), record["method"]
    (1.0, 0.478, 'clopper-pearson')
    """
    from cutis.stats.clusters import make_clusters
    from cutis.stats.counts import ratio
    from cutis.stats.estimate import Basis
    from cutis.stats.replicated import replicate

    clusters = make_clusters(groups_n, len(yes_n))
    yes = yes_n.astype(np.float64)
    values = replicate(lambda w: {"share": ratio(w @ yes, w.sum(axis=1))}, clusters, settings)
    basis = Basis(len(yes), clusters.n_groups, proportion=True)
    return values.estimate("share", basis, settings).to_json()


def contrast_records(
    contrasts: Sequence[Contrast],
    clustering: Clustering,
    scores_nk: np.ndarray,
    names: Sequence[str],
    groups_n: np.ndarray | None,
    settings: Settings,
    n_permutations: int,
) -> list[dict[str, Any]]:
    """Return the concepts that differ between each bad cluster and its good neighbour.

    All p-values are corrected together, over clusters and concepts. ``over`` and ``under`` are the
    published lists: concepts whose mean score in the bad cluster is above one half, and higher or
    lower than in the good one.

    Parameters
    ----------
    contrasts
        Pairs of clusters.
    clustering
        The clusters.
    scores_nk
        (n, k) scores of concepts.
    names
        The k concepts.
    groups_n
        Lesion or patient of each image.
    settings, n_permutations
        How intervals and tests are made.
    """
    records = []
    for pair in contrasts:
        rows = np.flatnonzero(np.isin(clustering.cluster_n, pair))
        low = clustering.cluster_n[rows] == pair.low
        part = None if groups_n is None else groups_n[rows]
        found = _compared(scores_nk[rows], low, names, part, settings, n_permutations)
        over = [d for d in found["differences"] if d["mean_a"] > HIGH and _gap(d) > 0]
        under = [d for d in found["differences"] if d["mean_a"] > HIGH and _gap(d) < 0]
        records.append({
            "cluster": pair.low,
            "reference": pair.reference,
            "test": found["test"],
            "over": [d["name"] for d in sorted(over, key=_gap, reverse=True)],
            "under": [d["name"] for d in sorted(under, key=_gap)],
            "concepts": found["differences"],
        })  # fmt: skip
    _correct_together(records)
    for record in records:
        record["concepts"].sort(key=lambda d: -abs(d["standardised"]["value"] or 0.0))
    return records


def _compared(
    scores_nk: np.ndarray,
    low_n: np.ndarray,
    names: Sequence[str],
    groups_n: np.ndarray | None,
    settings: Settings,
    n_permutations: int,
) -> dict[str, Any]:
    """Return differences of one pair of clusters; of lone images with Fisher's test of shares."""
    from cutis.stats.failure_clusters import fisher_exact_p
    from cutis.stats.two_groups import compare_groups

    found = compare_groups(scores_nk, low_n, names, groups_n, settings, n_permutations).to_json()
    grouped = _grouped(groups_n, len(low_n))
    n_low, n_good = int(low_n.sum()), int((~low_n).sum())
    for i, record in enumerate(found["differences"]):
        high = scores_nk[:, i] > HIGH
        yes_low, yes_good = int(high[low_n].sum()), int(high[~low_n].sum())
        record["share_a"], record["share_b"] = yes_low / n_low, yes_good / n_good
        record["fisher_p"] = None if grouped else fisher_exact_p(yes_low, n_low, yes_good, n_good)
    return found


def _gap(record: dict[str, Any]) -> float:
    return float(record["difference"]["value"])


def _correct_together(records: list[dict[str, Any]]) -> None:
    from cutis.stats.multiplicity import benjamini_hochberg, holm

    every = [concept for record in records for concept in record["concepts"]]
    p = np.array([np.nan if c["p"] is None else c["p"] for c in every])
    fisher = np.array([np.nan if c["fisher_p"] is None else c["fisher_p"] for c in every])
    columns = zip(holm(p), benjamini_hochberg(p), benjamini_hochberg(fisher), strict=True)
    for concept, (by_holm, by_bh, fisher_bh) in zip(every, columns, strict=True):
        concept["p_holm"], concept["p_bh"] = or_null(float(by_holm)), or_null(float(by_bh))
        concept["fisher_p_bh"] = or_null(float(fisher_bh))
