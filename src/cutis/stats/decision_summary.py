"""A decision curve with intervals: where a model is worth acting on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from cutis.stats.clusters import Clusters
from cutis.stats.decision import check_thresholds, net_benefit
from cutis.stats.estimate import Basis, Estimate, Settings
from cutis.stats.proportion import exact_interval
from cutis.stats.replicated import replicate

THRESHOLDS = tuple(round(0.01 * k, 2) for k in range(1, 61))
# With fewer groups on a side of a threshold its interval is not to be trusted.
FEWEST = 10
_VALUES = ("net_benefit", "treat_all", "standardised", "gain")


class DecisionPoint(NamedTuple):
    """What acting at one threshold is worth.

    Attributes
    ----------
    threshold
        Everyone at or above it is treated.
    net_benefit, treat_all
        Of the model and of treating everyone, in true positives per image.
    standardised
        Net benefit of the model divided by the share of positives.
    gain
        Net benefit of the model above the better of treating everyone and treating no one.
    """

    threshold: float
    net_benefit: Estimate
    treat_all: Estimate
    standardised: Estimate
    gain: Estimate

    def to_json(self) -> dict[str, Any]:
        """Return the record as strict JSON values."""
        return {
            "threshold": self.threshold,
            **{name: getattr(self, name).to_json() for name in _VALUES},
        }


class DecisionSummary(NamedTuple):
    """A decision curve.

    Attributes
    ----------
    n, n_positive
        Images, and those of the positive class.
    prevalence
        The share of positives that was stated; None for that of the images.
    points
        The curve.
    useful
        Runs of thresholds (low, high) over which the interval of the gain lies above 0, each
        threshold taken alone. At least 10 groups lie on each side of it, and the gain outlasts
        what exact intervals leave open where an outcome does not occur on its wrong side.
    n_thin
        Thresholds whose interval lies above 0 but which fail these conditions.
    """

    n: int
    n_positive: int
    prevalence: float | None
    points: tuple[DecisionPoint, ...]
    useful: tuple[tuple[float, float], ...]
    n_thin: int

    def to_json(self) -> dict[str, Any]:
        """Return the record as strict JSON values."""
        return {
            "n": self.n,
            "n_positive": self.n_positive,
            "prevalence": self.prevalence,
            "points": [point.to_json() for point in self.points],
            "useful": [list(ends) for ends in self.useful],
            "n_thin": self.n_thin,
            "fewest_groups": FEWEST,
        }


def decision_summary(
    positive_n: np.ndarray,
    scores_n: np.ndarray,
    clusters: Clusters,
    settings: Settings,
    thresholds: Sequence[float] = THRESHOLDS,
    prevalence: float | None = None,
) -> DecisionSummary:
    """Compute net benefit against the defaults at every threshold, with pointwise intervals.

    Parameters
    ----------
    positive_n
        (n,) bool, whether the image is of the positive class.
    scores_n
        (n,) probability of the positive class.
    clusters
        The clusters of the rows.
    settings
        How intervals are made.
    thresholds
        Probabilities at which one might act.
    prevalence
        Share of positives where the model would be used; that of the images if not given.

    Raises
    ------
    ValueError
        If there is no positive or no negative, or a threshold or the prevalence is impossible.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> positive, scores = np.array([True, True, False, False]), np.array([0.9, 0.4, 0.6, 0.1])
    >>> out = decision_summary(positive, scores, make_clusters(None, 4), Settings(n_bootstrap=50),
    ...                        [0.2])
    >>> out.points[0].net_benefit.value, out.points[0].treat_all.value
    (0.4375, 0.375)
    """
    wanted = np.sort(check_thresholds(np.asarray(thresholds)))
    positive = np.asarray(positive_n, dtype=bool)
    if positive.all() or not positive.any():
        raise ValueError(
            f"{int(positive.sum())} of {positive.size} images are of the positive class; a "
            "decision curve needs at least one that is and one that is not."
        )

    def values(weights_rn: np.ndarray) -> dict[str, np.ndarray]:
        found = net_benefit(positive, scores_n, wanted, weights_rn, prevalence)
        return dict(zip(_VALUES, found, strict=True))

    out = replicate(values, clusters, settings)
    basis = Basis(int(positive.size), clusters.count(positive))
    points = tuple(
        DecisionPoint(threshold, *(out.estimate(name, basis, settings, k) for name in _VALUES))
        for k, threshold in enumerate(wanted.tolist())
    )
    above = [point.gain.low > 0 for point in points]
    share = float(positive.mean()) if prevalence is None else prevalence
    shown = [
        point.gain.low > _unseen(positive, scores_n >= point.threshold, clusters, share,
                                 point.threshold, settings.confidence)
        for point in points
    ]  # fmt: skip
    return DecisionSummary(
        int(positive.size), int(positive.sum()), prevalence, points, _runs(points, shown),
        sum(above) - sum(shown),
    )  # fmt: skip


def _unseen(
    positive_n: np.ndarray,
    treated_n: np.ndarray,
    clusters: Clusters,
    share: float,
    threshold: float,
    confidence: float,
) -> float:
    """Return the loss that resampling cannot see; infinite with too few groups on a side.

    Where no positive is missed, or no negative is treated, every resample repeats that; the exact
    interval of a share of 0 says how many may yet be.
    """
    if min(clusters.count(treated_n), clusters.count(~treated_n)) < FEWEST:
        return float("inf")
    loss = 0.0
    wrong = ((positive_n, ~treated_n, share),
             (~positive_n, treated_n, (1 - share) * threshold / (1 - threshold)))  # fmt: skip
    for outcome_n, side_n, worth in wrong:
        if not (outcome_n & side_n).any():
            loss += worth * exact_interval(0, clusters.count(outcome_n), confidence).high
    return loss


def _runs(
    points: Sequence[DecisionPoint], shown: Sequence[bool]
) -> tuple[tuple[float, float], ...]:
    """Return the runs of neighbouring thresholds at which a gain is shown."""
    runs: list[list[float]] = []
    before = False
    for point, above in zip(points, shown, strict=True):
        if above and before:
            runs[-1][1] = point.threshold
        elif above:
            runs.append([point.threshold, point.threshold])
        before = above
    return tuple((low, high) for low, high in runs)
