"""What a model would be worth if it answered only where it is sure, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from cutis.stats.clusters import Clusters
from cutis.stats.counts import one_hot, ratio
from cutis.stats.estimate import Basis, Estimate, Settings
from cutis.stats.replicated import Replicated, replicate
from cutis.stats.selective import Queue, accuracy_at, areas, check_coverages, queue

Score = Literal["top", "margin", "entropy"]
COVERAGES = (0.5, 0.7, 0.8, 0.9, 0.95, 1.0)
CURVE = tuple(round(0.05 * k, 2) for k in range(1, 21))


class Answered(NamedTuple):
    """What happens when a share of the images is answered.

    Attributes
    ----------
    coverage
        The share that is answered, the surest first.
    threshold
        The lowest confidence that is answered.
    accuracy
        Share of right answers among them.
    kept
        Class to the share of its images that is answered; the others would go to a doctor.
    """

    coverage: float
    threshold: float
    accuracy: Estimate
    kept: dict[str, Estimate]

    def to_json(self) -> dict[str, Any]:
        """Return the record as strict JSON values."""
        record: dict[str, Any] = {
            "coverage": self.coverage,
            "threshold": self.threshold,
            "accuracy": self.accuracy.to_json(),
        }
        if self.kept:
            record["kept"] = {name: estimate.to_json() for name, estimate in self.kept.items()}
        return record


class SelectiveSummary(NamedTuple):
    """Selective prediction in numbers.

    Attributes
    ----------
    score
        What orders the images: the ``top`` probability, its ``margin`` over the second, or the
        negative ``entropy``.
    metrics
        ``aurc``, ``excess_aurc`` and ``risk``, the share of wrong answers when all are answered.
    answered
        At the coverages that were asked for.
    curve
        On an even grid of coverages, for drawing; without ``kept``.
    """

    score: Score
    metrics: dict[str, Estimate]
    answered: tuple[Answered, ...]
    curve: tuple[Answered, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the record as strict JSON values."""
        return {
            "score": self.score,
            "metrics": {name: estimate.to_json() for name, estimate in self.metrics.items()},
            "answered": [point.to_json() for point in self.answered],
            "curve": [point.to_json() for point in self.curve],
        }


def certainty(probs_nc: np.ndarray, score: Score = "top") -> np.ndarray:
    """Return how sure a model is of its first answer, (n,); larger is surer.

    Parameters
    ----------
    probs_nc
        (n, c) probabilities.
    score
        ``top``: the highest probability. ``margin``: that minus the second. ``entropy``: one
        minus the entropy divided by its largest value, the logarithm of c.

    Raises
    ------
    ValueError
        If the score is unknown.

    Examples
    --------
    >>> probs = np.array([[0.5, 0.25, 0.25]])
    >>> [certainty(probs, s).round(3).item() for s in ("top", "margin", "entropy")]
    [0.5, 0.25, 0.054]
    """
    top: np.ndarray
    if score == "top":
        top = probs_nc.max(axis=1)
        return top
    if score == "margin":
        two = np.partition(probs_nc, -2, axis=1)[:, -2:]
        top = two[:, 1] - two[:, 0]
        return top
    if score == "entropy":
        logs = np.log(np.where(probs_nc > 0, probs_nc, 1.0))
        top = 1 + (probs_nc * logs).sum(axis=1) / np.log(probs_nc.shape[1])
        return top
    raise ValueError(f"The confidence '{score}' is unknown; use 'top', 'margin' or 'entropy'.")


def selective_summary(
    labels_n: np.ndarray,
    probs_nc: np.ndarray,
    classes: Sequence[str],
    clusters: Clusters,
    settings: Settings,
    coverages: Sequence[float] = COVERAGES,
    score: Score = "top",
) -> SelectiveSummary:
    """Compute areas, accuracies at coverages and the curve, with intervals.

    Parameters
    ----------
    labels_n
        (n,) int class indices.
    probs_nc
        (n, c) probabilities.
    classes
        The c class names.
    clusters
        The clusters of the rows.
    settings
        How intervals are made. In each replicate the coverage is met anew.
    coverages
        Shares of the images that are answered.
    score
        What orders the images.

    Raises
    ------
    ValueError
        If a coverage is not above 0 and up to 1, or the score is unknown.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> labels, probs = np.array([0, 1, 1]), np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]])
    >>> out = selective_summary(labels, probs, ["a", "b"], make_clusters(None, 3),
    ...                         Settings(n_bootstrap=50), [0.6, 1.0])
    >>> [round(point.accuracy.value, 3) for point in out.answered]
    [1.0, 0.667]
    """
    sure_n = certainty(probs_nc, score)
    line = queue(probs_nc.argmax(axis=1) != labels_n, sure_n)
    wanted = np.array([*coverages, *CURVE], dtype=float)
    check_coverages(wanted)
    # Where coverages are met on the images as they are: kept there also in every replicate.
    threshold_m = [_threshold(line, sure_n, coverage) for coverage in wanted]
    of_nc = one_hot(labels_n, len(classes))
    kept_nk = np.hstack([of_nc * (sure_n >= t)[:, None] for t in threshold_m[: len(coverages)]])

    def values(weights_rn: np.ndarray) -> dict[str, np.ndarray]:
        found = areas(line, weights_rn)
        of_class_rk = np.tile(weights_rn @ of_nc, len(coverages))
        return {
            "aurc": found.aurc,
            "excess_aurc": found.excess,
            "risk": ratio(weights_rn @ line.wrong_n, weights_rn.sum(axis=1)),
            "accuracy": accuracy_at(line, wanted, weights_rn),
            "kept": ratio(weights_rn @ kept_nk, of_class_rk),
        }

    out = replicate(values, clusters, settings)
    n = int(labels_n.size)
    metrics = {
        name: out.estimate(name, Basis(n, clusters.n_groups, name == "risk"), settings)
        for name in ("aurc", "excess_aurc", "risk")
    }
    points = []
    for m, coverage in enumerate(wanted.tolist()):
        answered = int(np.ceil(coverage * n - 1e-9))
        basis = Basis(answered, clusters.count(sure_n >= threshold_m[m]), proportion=True)
        accuracy = out.estimate("accuracy", basis, settings, m)
        kept = _kept(out, m, of_nc, classes, clusters, settings) if m < len(coverages) else {}
        points.append(Answered(coverage, threshold_m[m], accuracy, kept))
    return SelectiveSummary(
        score, metrics, tuple(points[: len(coverages)]), tuple(points[len(coverages) :])
    )


def _threshold(line: Queue, sure_n: np.ndarray, coverage: float) -> float:
    """Return the confidence of the last image answered."""
    return float(sure_n[line.order_n[int(np.ceil(coverage * sure_n.size - 1e-9)) - 1]])


def _kept(
    out: Replicated,
    m: int,
    of_nc: np.ndarray,
    classes: Sequence[str],
    clusters: Clusters,
    settings: Settings,
) -> dict[str, Estimate]:
    """Return the share of every class's images that the m-th threshold lets through."""
    kept = {}
    for k, name in enumerate(classes):
        mine = of_nc[:, k] > 0
        undefined = "no images of this class"
        basis = Basis(int(mine.sum()), clusters.count(mine), True, undefined=undefined)
        kept[str(name)] = out.estimate("kept", basis, settings, m * len(classes) + k)
    return kept
