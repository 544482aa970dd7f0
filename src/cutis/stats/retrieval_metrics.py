"""Recall@k, mean and median rank, MRR and mAP@R of retrieval, with intervals over groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cutis.stats.clusters import Clusters, make_clusters
from cutis.stats.estimate import Basis, Estimate, Settings, make_estimate, or_null
from cutis.stats.resampling import bootstrap_weights
from cutis.stats.retrieval import Ranks
from cutis.stats.retrieval_expected import expected_hit, expected_rank, expected_reciprocal
from cutis.stats.retrieval_images import ImageRetrieval


class Column(NamedTuple):
    """One metric as one value per query.

    Attributes
    ----------
    values_n
        The value of every query.
    chance
        What a random order reaches; NaN when unknown.
    proportion
        Whether it is a share of queries, so that an exact interval exists at 0 and 1.
    median, floored
        Whether the metric is the median of the values, not the mean, and rounded down.
    missing
        Why the metric is not defined; empty when it is.
    """

    values_n: np.ndarray
    chance: float
    proportion: bool = False
    median: bool = False
    floored: bool = False
    missing: str = ""


@dataclass(frozen=True)
class RetrievalResult:
    """Every metric of one direction of retrieval.

    Attributes
    ----------
    n, n_groups
        Queries, and groups they fall into.
    n_gallery
        Items each query was ranked against (at most).
    metrics
        Metric name to estimate.
    chance
        What a random order of the gallery reaches, by metric name.
    """

    n: int
    n_groups: int
    n_gallery: int
    metrics: dict[str, Estimate]
    chance: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """Return strict JSON values, with null for NaN."""
        return {
            "n": self.n,
            "n_groups": self.n_groups,
            "n_gallery": self.n_gallery,
            "metrics": {name: estimate.to_json() for name, estimate in self.metrics.items()},
            "chance": {name: or_null(value) for name, value in self.chance.items()},
        }


def evaluate_ranks(
    ranks: Ranks,
    n_gallery: int,
    n_right: ArrayLike,
    ks: Sequence[int],
    groups_n: ArrayLike | None = None,
    settings: Settings | None = None,
    published: bool = False,
) -> RetrievalResult:
    """Turn ranks into R@k, their mean ("mean recall"), mean and median rank, and MRR.

    Each query counts with its expected value over all orders of level items. The gallery is held
    fixed; groups of queries are resampled, so intervals speak of other queries to the same gallery.

    Parameters
    ----------
    ranks
        Of n queries.
    n_gallery
        Items in the gallery.
    n_right
        Right items of each query, or one number for all: what chance is computed from.
    ks
        Lengths of the lists to judge.
    groups_n
        Lesion or patient of each query; queries without one stand alone.
    settings
        How intervals are made.
    published
        Round the median rank down and judge lists that are longer than the gallery, as the
        published evaluation does.

    Examples
    --------
    >>> ranks = Ranks(np.array([0, 4]), np.zeros(2), np.ones(2), np.zeros((2, 0)), np.zeros((2, 0)))
    >>> result = evaluate_ranks(ranks, 10, 1, [1, 5])
    >>> {name: e.value for name, e in result.metrics.items()}
    {'recall_at_1': 0.5, 'recall_at_5': 1.0, 'mean_recall': 0.75, 'mean_rank': 3.0, \
'median_rank': 3.0, 'mrr': 0.6}
    """
    counts = (ranks.better_n, ranks.wrong_n, ranks.right_n)
    right_n = np.broadcast_to(np.asarray(n_right, dtype=np.int64), (len(ranks.better_n),))
    random = (np.zeros_like(right_n), n_gallery - right_n, right_n)
    columns: dict[str, Column] = {}
    for k in ks:
        missing = "" if published or k < n_gallery else _whole_gallery(k, n_gallery)
        chance = float(expected_hit(*random, k).mean())
        columns[f"recall_at_{k}"] = Column(expected_hit(*counts, k), chance, True, missing=missing)
    columns["mean_recall"] = mean_of(columns)
    rank_n = expected_rank(*counts)
    chance_n = expected_rank(*random)
    columns["mean_rank"] = Column(rank_n, float(chance_n.mean()))
    columns["median_rank"] = Column(
        rank_n, float(np.median(chance_n)), median=True, floored=published
    )
    columns["mrr"] = Column(
        expected_reciprocal(*counts), float(expected_reciprocal(*random).mean())
    )
    return _result(columns, n_gallery, groups_n, settings or Settings())


def evaluate_images(
    found: ImageRetrieval,
    ks: Sequence[int],
    groups_n: ArrayLike | None = None,
    settings: Settings | None = None,
) -> RetrievalResult:
    """Turn image-to-image retrieval into P@k, hit@k, mAP@R and MRR.

    Parameters
    ----------
    found
        Of q queries.
    ks
        The lengths ``found`` was made with.
    groups_n
        Lesion or patient of every image of the dataset.
    settings
        How intervals are made.
    """
    wrong_q = found.candidates_q - found.right_q
    random = (np.zeros_like(wrong_q), wrong_q, found.right_q)
    share_q = found.right_q / np.maximum(found.candidates_q, 1)
    most = int(found.candidates_q.max(initial=0))
    columns: dict[str, Column] = {}
    for i, k in enumerate(ks):
        missing = "" if k < most else _whole_gallery(k, most)
        columns[f"precision_at_{k}"] = Column(
            found.precision_qk[:, i], float(share_q.mean()), missing=missing
        )
    for i, k in enumerate(ks):
        missing = "" if k < most else _whole_gallery(k, most)
        chance = float(expected_hit(*random, k).mean())
        columns[f"hit_at_{k}"] = Column(found.hit_qk[:, i], chance, True, missing=missing)
    columns["map_at_r"] = Column(
        found.average_precision_q, float(chance_map_at_r(found.right_q, found.candidates_q).mean())
    )
    columns["mrr"] = Column(found.reciprocal_q, float(expected_reciprocal(*random).mean()))
    groups = None if groups_n is None else np.asarray(groups_n, object)[found.queries_q]
    return _result(columns, most, groups, settings or Settings())


def chance_map_at_r(right_q: np.ndarray, candidates_q: np.ndarray) -> np.ndarray:
    """Return the average precision at R of a random order, float64 (q,).

    Examples
    --------
    >>> chance_map_at_r(np.array([1, 4]), np.array([4, 4])).tolist()
    [0.25, 1.0]
    """
    values = {}
    for right, total in {*zip(right_q.tolist(), candidates_q.tolist(), strict=True)}:
        place = np.arange(right)
        precision = (1 + place * (right - 1) / max(total - 1, 1)) / (place + 1)
        values[right, total] = float(precision.sum()) / total
    pairs = zip(right_q.tolist(), candidates_q.tolist(), strict=True)
    return np.array([values[pair] for pair in pairs], dtype=np.float64)


def mean_of(recalls: Mapping[str, Column]) -> Column:
    """Return the mean of the recalls that are defined, query by query."""
    defined = [column for column in recalls.values() if not column.missing]
    if not defined:
        return next(iter(recalls.values()))._replace(proportion=False)
    values_n = np.mean([column.values_n for column in defined], axis=0)
    return Column(values_n, float(np.mean([column.chance for column in defined])))


def _whole_gallery(k: int, n_gallery: int) -> str:
    return f"a list of {k} holds all {n_gallery} items of the gallery"


def _result(
    columns: dict[str, Column], n_gallery: int, groups_n: ArrayLike | None, settings: Settings
) -> RetrievalResult:
    n = len(next(iter(columns.values())).values_n)
    clusters = make_clusters(groups_n, n)
    replicates = _replicates(columns, clusters, settings)
    metrics = {}
    for name, column in columns.items():
        value = float("nan") if column.missing or not n else _point(column)
        basis = Basis(
            n=n,
            n_groups=clusters.n_groups,
            proportion=column.proportion,
            undefined=column.missing or "no queries",
        )
        metrics[name] = make_estimate(value, replicates.get(name), None, basis, settings)
    chance = {name: column.chance for name, column in columns.items()}
    return RetrievalResult(n, clusters.n_groups, n_gallery, metrics, chance)


def _point(column: Column) -> float:
    value = float(np.median(column.values_n) if column.median else column.values_n.mean())
    return float(np.floor(value)) if column.floored else value


def _replicates(
    columns: Mapping[str, Column], clusters: Clusters, settings: Settings
) -> dict[str, np.ndarray]:
    if not settings.n_bootstrap or not clusters.n_groups:
        return {}
    means = {name: c for name, c in columns.items() if not c.median}
    table_nm = np.stack([column.values_n for column in means.values()], axis=1)
    parts: dict[str, list[np.ndarray]] = {name: [] for name in columns}
    for weights_bn in bootstrap_weights(clusters, settings.n_bootstrap, settings.seed):
        averages_bm = weights_bn @ table_nm / weights_bn.sum(axis=1, keepdims=True)
        for name, values_b in zip(means, averages_bm.T, strict=True):
            parts[name].append(values_b)
        for name, column in columns.items():
            if column.median:
                middle_b = weighted_median(column.values_n, weights_bn)
                parts[name].append(np.floor(middle_b) if column.floored else middle_b)
    return {name: np.concatenate(blocks) for name, blocks in parts.items()}


def weighted_median(values_n: np.ndarray, weights_bn: np.ndarray) -> np.ndarray:
    """Return the median of values that count several times, for each row of weights, (b,).

    Examples
    --------
    >>> weighted_median(np.array([3.0, 1.0, 2.0]), np.array([[1, 1, 1], [2, 0, 2]]))
    array([2. , 2.5])
    """
    order_n = np.argsort(values_n, kind="stable")
    sorted_n, summed_bn = values_n[order_n], weights_bn[:, order_n].cumsum(axis=1)
    half_b1 = summed_bn[:, -1:] / 2
    lower_b = np.argmax(summed_bn >= half_b1, axis=1)
    upper_b = np.argmax(summed_bn > half_b1, axis=1)
    medians_b: np.ndarray = (sorted_n[lower_b] + sorted_n[upper_b]) / 2
    return medians_b
