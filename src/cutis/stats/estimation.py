"""Estimates of every metric of a sample, overall and per class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cutis.stats.calibration_chance import error_by_chance
from cutis.stats.clusters import Clusters
from cutis.stats.estimate import FEW_GROUPS, Basis, Estimate, Settings, make_estimate
from cutis.stats.measures import Measures, Sample, measure, measure_all
from cutis.stats.resampling import bootstrap_weights, jackknife_weights

_PROPORTIONS = ("accuracy", "top3_accuracy", "top5_accuracy")
_MACRO = ("balanced_accuracy", "macro_f1", "auroc", "average_precision")


class ClassEstimates(NamedTuple):
    """Estimates of one class against the rest.

    Attributes
    ----------
    n, n_groups
        Images of the class, and clusters that hold them.
    metrics
        Metric name to estimate.
    """

    n: int
    n_groups: int
    metrics: dict[str, Estimate]


class SampleEstimates(NamedTuple):
    """Estimates of a whole sample and of each of its classes, by name."""

    metrics: dict[str, Estimate]
    per_class: dict[str, ClassEstimates]


def estimate_sample(
    sample: Sample, clusters: Clusters, classes: Sequence[str], settings: Settings
) -> SampleEstimates:
    """Compute every metric with its interval.

    Parameters
    ----------
    sample
        The prepared labels and probabilities.
    clusters
        The clusters of its rows.
    classes
        The c class names.
    settings
        How intervals are made.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> from cutis.stats.measures import make_sample
    >>> sample = make_sample(np.array([0, 1, 1]), np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]]))
    >>> out = estimate_sample(sample, make_clusters(None, 3), ["a", "b"], Settings(n_bootstrap=50))
    >>> round(out.metrics["accuracy"].value, 3), out.per_class["b"].n
    (0.667, 2)
    """
    draws = bootstrap_weights(clusters, settings.n_bootstrap, settings.seed)
    replicates = measure_all(sample, draws)
    jackknife = None
    if settings.interval == "bca" and replicates is not None:
        jackknife = measure_all(sample, jackknife_weights(clusters))
    point = measure(sample)
    notes = _macro_notes(sample, clusters, classes, replicates)
    by_chance = error_by_chance(sample.labels_n, sample.probs_nc, clusters, settings, sample.n_bins)
    metrics = {}
    for name, value in point.metrics.items():
        macro = name in _MACRO and not (sample.n_classes == 2 and name.startswith("a"))
        basis = Basis(
            n=sample.labels_n.size,
            n_groups=clusters.n_groups,
            proportion=name in _PROPORTIONS,
            by_chance=by_chance if name == "ece" else None,
            notes=notes if macro else (),
        )
        metrics[name] = make_estimate(
            float(value[0]),
            None if replicates is None else replicates.metrics[name],
            None if jackknife is None else jackknife.metrics[name],
            basis,
            settings,
        )
    per_class = {
        str(classes[k]): _estimate_class(
            k, sample, clusters, point, replicates, jackknife, settings
        )
        for k in range(sample.n_classes)
    }
    return SampleEstimates(metrics, per_class)


def _estimate_class(
    k: int,
    sample: Sample,
    clusters: Clusters,
    point: Measures,
    replicates: Measures | None,
    jackknife: Measures | None,
    settings: Settings,
) -> ClassEstimates:
    of_class = sample.labels_n == k
    predicted = sample.predicted_n == k
    n, n_groups = int(of_class.sum()), clusters.count(of_class)
    everything = Basis(of_class.size, n_groups, undefined="no images of this class")
    bases = {
        "sensitivity": _share(clusters, of_class, "no images of this class"),
        "specificity": _share(clusters, ~of_class, "no images of other classes"),
        "precision": _share(clusters, predicted, "never predicted as this class"),
        "f1": everything,
        "auroc": everything,
        "average_precision": everything,
    }
    metrics = {
        name: make_estimate(
            float(point.per_class[name][0, k]),
            None if replicates is None else replicates.per_class[name][:, k],
            None if jackknife is None else jackknife.per_class[name][:, k],
            basis,
            settings,
        )
        for name, basis in bases.items()
    }
    return ClassEstimates(n, n_groups, metrics)


def _share(clusters: Clusters, of: np.ndarray, undefined: str) -> Basis:
    """Return the basis of a share of the images where a mask holds."""
    return Basis(int(of.sum()), clusters.count(of), proportion=True, undefined=undefined)


def _macro_notes(
    sample: Sample, clusters: Clusters, classes: Sequence[str], replicates: Measures | None
) -> tuple[str, ...]:
    """Say which classes a macro average lacks, or rests on too few images of."""
    sizes = [clusters.count(sample.labels_n == k) for k in range(sample.n_classes)]
    notes = []
    absent = [str(classes[k]) for k, size in enumerate(sizes) if size == 0]
    if absent:
        notes.append("averaged over the classes that have images, so without " + _listed(absent))
    rare = [f"{classes[k]} ({size})" for k, size in enumerate(sizes) if 0 < size < FEW_GROUPS]
    if rare and replicates is not None:
        notes.append(f"the interval is rough, for classes with few groups: {_listed(rare)}")
        present = [k for k, size in enumerate(sizes) if size > 0]
        missed_r = np.isnan(replicates.per_class["sensitivity"][:, present]).any(axis=1)
        if missed_r.any():
            notes.append(
                f"{int(missed_r.sum())} of {missed_r.size} replicates lack such a class and "
                "average the others"
            )
    return tuple(notes)


def _listed(names: Sequence[str], most: int = 5) -> str:
    """Join names, cutting a long list short."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
