"""Every calibration number of a set of predictions, with intervals, before and after a repair."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cutis.stats.brier_parts import brier_parts
from cutis.stats.calibration import (
    N_BINS,
    Bin,
    brier_score,
    calibration_error_by_chance,
    expected_calibration_error,
    reliability_bins,
)
from cutis.stats.calibration_chance import class_errors_by_chance, error_by_chance
from cutis.stats.class_calibration import class_calibration_errors, class_error_by_chance
from cutis.stats.clusters import Clusters
from cutis.stats.counts import ratio
from cutis.stats.estimate import Basis, Estimate, Settings, or_null
from cutis.stats.intervals import Chance
from cutis.stats.likelihood import negative_log_likelihood
from cutis.stats.replicated import Replicated, replicate

METRICS = ("accuracy", "mean_confidence", "ece", "ece_equal_mass", "ece_by_class", "brier", "nll")
PARTS = ("reliability", "resolution", "uncertainty", "within_variance", "within_covariance")
# Never negative, so that resampling alone makes them larger.
_PUSHED_UP = ("reliability", "resolution")


@dataclass(frozen=True)
class CalibrationSummary:
    """How far stated probabilities can be trusted.

    Attributes
    ----------
    metrics
        ``accuracy``, ``mean_confidence`` (of the first answer), ``ece`` (equal-width bins),
        ``ece_equal_mass``, ``ece_by_class`` (mean of the classes' own), ``brier`` and ``nll``.
    parts
        The parts of the Brier score, whose signed sum is the score.
    per_class
        Calibration error of each class's probability against the rest.
    bins, bins_equal_mass
        The reliability bins of the first answer.
    by_chance
        What ``ece``, ``ece_equal_mass`` and ``ece_by_class`` would be for a perfectly calibrated
        model here.
    replicated
        The values behind, for a paired difference.
    """

    metrics: dict[str, Estimate]
    parts: dict[str, Estimate]
    per_class: dict[str, Estimate]
    bins: list[Bin]
    bins_equal_mass: list[Bin]
    by_chance: dict[str, float]
    replicated: Replicated

    def to_json(self) -> dict[str, Any]:
        """Return the record as strict JSON values."""
        return {
            "metrics": {name: v.to_json() for name, v in self.metrics.items()},
            "brier_parts": {name: v.to_json() for name, v in self.parts.items()},
            "per_class": {name: v.to_json() for name, v in self.per_class.items()},
            "bins": [_bin_json(item) for item in self.bins],
            "bins_equal_mass": [_bin_json(item) for item in self.bins_equal_mass],
            "by_chance": dict(self.by_chance),
        }


def _bin_json(item: Bin) -> dict[str, Any]:
    return {name: or_null(v) if name != "n" else v for name, v in item._asdict().items()}


def calibration_values(
    labels_n: np.ndarray, probs_nc: np.ndarray, n_bins: int = N_BINS
) -> Callable[[np.ndarray], dict[str, np.ndarray]]:
    """Return the function from weights (r, n) to all calibration numbers, each (r,) or (r, c).

    Examples
    --------
    >>> values = calibration_values(np.array([0, 1]), np.array([[0.8, 0.2], [0.4, 0.6]]))
    >>> print(values(np.ones((1, 2)))["brier"].round(3))
    [0.1]
    """
    top_n = probs_nc.max(axis=1)
    right_n = (probs_nc.argmax(axis=1) == labels_n).astype(float)

    def values(weights_rn: np.ndarray) -> dict[str, np.ndarray]:
        total_r = weights_rn.sum(axis=1)
        of_class = class_calibration_errors(labels_n, probs_nc, n_bins, weights_rn)
        parts = brier_parts(labels_n, probs_nc, weights_rn=weights_rn)
        return {
            "accuracy": ratio(weights_rn @ right_n, total_r),
            "mean_confidence": ratio(weights_rn @ top_n, total_r),
            "ece": expected_calibration_error(labels_n, probs_nc, n_bins, weights_rn),
            "ece_equal_mass": expected_calibration_error(
                labels_n, probs_nc, n_bins, weights_rn, "mass"
            ),
            "ece_by_class": of_class.mean(axis=1),
            "brier": brier_score(labels_n, probs_nc, weights_rn),
            "nll": negative_log_likelihood(labels_n, probs_nc, weights_rn),
            "per_class": of_class,
            **parts._asdict(),
        }

    return values


def calibration_summary(
    labels_n: np.ndarray,
    probs_nc: np.ndarray,
    classes: Sequence[str],
    clusters: Clusters,
    settings: Settings,
    n_bins: int = N_BINS,
) -> CalibrationSummary:
    """Compute every calibration number with its interval.

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
        How intervals are made.
    n_bins
        Number of bins of the calibration errors; the parts of the Brier score use 10 of equal
        mass.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> labels, probs = np.array([0, 1, 1]), np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]])
    >>> out = calibration_summary(labels, probs, ["a", "b"], make_clusters(None, 3),
    ...                           Settings(n_bootstrap=50))
    >>> round(out.metrics["brier"].value, 4), round(out.metrics["mean_confidence"].value, 4)
    (0.1367, 0.7667)
    """
    out = replicate(calibration_values(labels_n, probs_nc, n_bins), clusters, settings)

    chance = _chances(labels_n, probs_nc, clusters, settings, n_bins)

    def estimate(name: str, position: int = 0) -> Estimate:
        basis = Basis(
            int(labels_n.size), clusters.n_groups, name == "accuracy", name in _PUSHED_UP,
            chance.get((name, position)),
        )  # fmt: skip
        return out.estimate(name, basis, settings, position)

    return CalibrationSummary(
        metrics={name: estimate(name) for name in METRICS},
        parts={name: estimate(name) for name in PARTS},
        per_class={str(name): estimate("per_class", k) for k, name in enumerate(classes)},
        bins=reliability_bins(labels_n, probs_nc, n_bins, clusters.index_n, settings.confidence),
        bins_equal_mass=reliability_bins(
            labels_n, probs_nc, n_bins, clusters.index_n, settings.confidence, "mass"
        ),
        by_chance={
            "ece": calibration_error_by_chance(probs_nc, n_bins, seed=settings.seed),
            "ece_equal_mass": calibration_error_by_chance(
                probs_nc, n_bins, seed=settings.seed, binning="mass"
            ),
            "ece_by_class": class_error_by_chance(probs_nc, n_bins, seed=settings.seed),
        },
        replicated=out,
    )


def _chances(
    labels_n: np.ndarray,
    probs_nc: np.ndarray,
    clusters: Clusters,
    settings: Settings,
    n_bins: int,
) -> dict[tuple[str, int], Chance | None]:
    """Return what chance makes of every calibration error, by name and position."""
    given = (labels_n, probs_nc, clusters, settings, n_bins)
    of_class = class_errors_by_chance(*given)
    found: dict[tuple[str, int], Chance | None] = {
        ("ece", 0): error_by_chance(*given),
        ("ece_equal_mass", 0): error_by_chance(*given, "mass"),
    }
    if of_class is not None:
        found["ece_by_class", 0] = of_class[-1]
        found |= {("per_class", k): chance for k, chance in enumerate(of_class[:-1])}
    return found


def calibration_change(
    before: CalibrationSummary, after: CalibrationSummary, clusters: Clusters, settings: Settings
) -> dict[str, Estimate]:
    """Return after minus before of every metric, on the same replicates of the same images.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> labels, bold = np.array([0, 1, 1]), np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]])
    >>> settings, alone = Settings(n_bootstrap=50), make_clusters(None, 3)
    >>> before = calibration_summary(labels, bold, ["a", "b"], alone, settings)
    >>> after = calibration_summary(labels, (bold + 0.5) / 2, ["a", "b"], alone, settings)
    >>> round(calibration_change(before, after, alone, settings)["brier"].value, 4)
    0.035
    """
    old, new = before.replicated, after.replicated
    drawn = None
    if old.replicates is not None and new.replicates is not None:
        drawn = {name: new.replicates[name] - old.replicates[name] for name in METRICS}
    folds = None
    if old.jackknife is not None and new.jackknife is not None:
        folds = {name: new.jackknife[name] - old.jackknife[name] for name in METRICS}
    difference = Replicated({n: new.point[n] - old.point[n] for n in METRICS}, drawn, folds)
    return {
        name: difference.estimate(name, Basis(v.n, clusters.n_groups), settings)
        for name, v in before.metrics.items()
    }
