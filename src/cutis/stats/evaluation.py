"""Labels and probabilities in, every honest number out: the content of ``metrics.json``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cutis.stats.arrays import UNLABELLED, check_classes, check_labels, check_probabilities
from cutis.stats.baseline import Baseline, majority_baseline
from cutis.stats.calibration import N_BINS, Bin, calibration_error_by_chance, reliability_bins
from cutis.stats.clusters import Clusters, make_clusters, stratify
from cutis.stats.confusion import confusion_matrix
from cutis.stats.estimate import Estimate, IntervalMethod, Settings, or_null
from cutis.stats.estimation import ClassEstimates, estimate_sample
from cutis.stats.fairness.brief import brief_audit
from cutis.stats.measures import Sample, make_sample
from cutis.stats.proportion import check_confidence
from cutis.stats.subgroups import Subgroup, estimate_subgroups, subgroup_values

FORMAT = "cutis.metrics/1"
MIN_SUBGROUP = 20


@dataclass(frozen=True)
class Evaluation:
    """How good a set of predictions is.

    Attributes
    ----------
    n, n_groups, n_unlabelled
        Labelled images, clusters they fall into, and images left out because they have no label.
    settings
        How intervals were made.
    classes
        The c class names.
    metrics, per_class, subgroups
        The estimates; subgroups by column, then by value.
    confusion_cc
        (c, c) int64, true class by row, predicted class by column.
    bins, ece_by_chance
        The reliability bins, and the ECE a perfectly calibrated model would show here.
    baseline
        The majority class.
    notes
        What a reader must know, one sentence each.
    fairness
        The keys ``subgroup_gaps`` and ``missing_values``; empty without subgroups.
    """

    n: int
    n_groups: int
    n_unlabelled: int
    settings: Settings
    classes: tuple[str, ...]
    metrics: dict[str, Estimate]
    per_class: dict[str, ClassEstimates]
    subgroups: dict[str, dict[str, Subgroup]]
    confusion_cc: np.ndarray
    bins: list[Bin]
    ece_by_chance: float
    baseline: Baseline
    notes: tuple[str, ...]
    fairness: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the content of ``metrics.json``; undefined values are null and carry a note."""
        return {
            "format": FORMAT,
            "n": self.n,
            "n_groups": self.n_groups,
            "n_unlabelled": self.n_unlabelled,
            "grouping": self.settings.grouping,
            "confidence": self.settings.confidence,
            "n_bootstrap": self.settings.n_bootstrap,
            "interval": self.settings.interval,
            "seed": self.settings.seed,
            "classes": list(self.classes),
            "positive_class": self.classes[1] if len(self.classes) == 2 else None,
            "metrics": {name: estimate.to_json() for name, estimate in self.metrics.items()},
            "per_class": {name: _class_json(result) for name, result in self.per_class.items()},
            "subgroups": {
                column: {value: part.to_json() for value, part in parts.items()}
                for column, parts in self.subgroups.items()
            },
            **self.fairness,
            "confusion": self.confusion_cc.tolist(),
            "calibration": {
                "n_bins": len(self.bins),
                "confidence_of": "predicted class",
                "ece_by_chance": self.ece_by_chance,
                "bins": [_bin_json(item) for item in self.bins],
            },
            "baseline": self.baseline.to_json(self.classes),
            "notes": list(self.notes),
        }


def _class_json(result: ClassEstimates) -> dict[str, Any]:
    estimates = {name: estimate.to_json() for name, estimate in result.metrics.items()}
    return {"n": result.n, "n_groups": result.n_groups, **estimates}


def _bin_json(item: Bin) -> dict[str, Any]:
    return {name: or_null(v) if name != "n" else v for name, v in item._asdict().items()}


def evaluate(
    labels_n: ArrayLike,
    probs_nc: ArrayLike,
    classes: Sequence[str],
    groups_n: ArrayLike | None = None,
    subgroups: Mapping[str, ArrayLike] | None = None,
    n_bootstrap: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
    min_subgroup: int = MIN_SUBGROUP,
    interval: IntervalMethod = "percentile",
    grouping: str | None = None,
    n_bins: int = N_BINS,
    stratified: bool = False,
) -> Evaluation:
    """Compute every metric of a classifier, with intervals that resample groups, not images.

    Parameters
    ----------
    labels_n
        (n,) class index of each image, -1 where missing (left out and counted).
    probs_nc
        (n, c) probabilities; each row sums to 1. With two classes the second is the positive one.
    classes
        The c class names. A class without images keeps its column but enters no average.
    groups_n
        (n,) lesion or patient of each image; None when images are independent.
    subgroups
        Column name to (n,) values, few and repeated: cut ages into bands first.
    n_bootstrap
        Bootstrap replicates; 0 for no intervals.
    confidence
        Coverage of the intervals.
    seed
        Seed of every draw.
    min_subgroup
        Subgroups with fewer groups are counted but not measured.
    interval
        ``percentile``, or ``bca`` for bias-corrected and accelerated.
    grouping
        Name of the group column, for the record.
    n_bins
        Number of calibration bins.
    stratified
        Whether replicates keep the number of groups of every class.

    Raises
    ------
    ValueError
        If the arrays do not fit, lack labelled images of two classes, or are no probabilities.

    Examples
    --------
    >>> probs = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.5, 0.5]])
    >>> evaluate([0, 1, 1, 0], probs, ["nev", "mel"], n_bootstrap=9).metrics["auroc"].value
    0.75
    """
    names = check_classes(classes)
    keep, labels, probs = _labelled(labels_n, probs_nc, names)
    settings = _settings(n_bootstrap, confidence, seed, interval, groups_n, grouping)
    clusters = _clusters(groups_n, keep, labels, stratified)
    sample = make_sample(labels, probs, n_bins)
    metrics, per_class = estimate_sample(sample, clusters, names, settings)
    columns = _subgroup_columns(subgroups or {}, keep)
    return Evaluation(
        n=labels.size,
        n_groups=clusters.n_groups,
        n_unlabelled=keep.size - labels.size,
        settings=settings,
        classes=names,
        metrics=metrics,
        per_class=per_class,
        subgroups=_parts(sample, columns, clusters, names, settings, min_subgroup),
        confusion_cc=confusion_matrix(labels, sample.predicted_n, len(names)),
        bins=reliability_bins(labels, probs, n_bins, clusters.index_n, confidence),
        ece_by_chance=calibration_error_by_chance(probs, n_bins, seed=seed),
        baseline=majority_baseline(labels, clusters, settings),
        notes=_notes(labels, names, keep.size - labels.size),
        fairness=_fairness(labels, probs, names, columns, clusters, settings, min_subgroup),
    )


def _parts(
    sample: Sample,
    columns: Mapping[str, np.ndarray],
    clusters: Clusters,
    names: tuple[str, ...],
    settings: Settings,
    min_subgroup: int,
) -> dict[str, dict[str, Subgroup]]:
    return {
        column: estimate_subgroups(sample, clusters, names, values_n, settings, min_subgroup)
        for column, values_n in columns.items()
    }


def _fairness(
    labels_n: np.ndarray,
    probs_nc: np.ndarray,
    names: tuple[str, ...],
    columns: Mapping[str, np.ndarray],
    clusters: Clusters,
    settings: Settings,
    min_subgroup: int,
) -> dict[str, Any]:
    if not columns:
        return {}
    return brief_audit(labels_n, probs_nc, names, columns, clusters, settings, min_subgroup)


def _clusters(
    groups_n: ArrayLike | None, keep: np.ndarray, labels_n: np.ndarray, stratified: bool
) -> Clusters:
    clusters = make_clusters(groups_n, keep.size).select(keep)
    return stratify(clusters, labels_n) if stratified else clusters


def _labelled(
    labels_n: ArrayLike, probs_nc: ArrayLike, classes: tuple[str, ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which rows are labelled, and their labels and probabilities, checked."""
    everything = check_labels(labels_n, len(classes))
    keep = everything != UNLABELLED
    given = np.asarray(probs_nc)
    if given.shape[:1] != keep.shape:
        check_probabilities(given, keep.size, len(classes))
    labels = everything[keep]
    probs = check_probabilities(given[keep], labels.size, len(classes))
    present = np.unique(labels)
    if present.size == 0:
        raise ValueError(f"None of the {keep.size} images has a label; nothing can be scored.")
    if present.size == 1:
        raise ValueError(
            f"All {labels.size} labelled images are of one class, '{classes[int(present[0])]}'; "
            "images of at least two classes are needed to say how well they are told apart."
        )
    return keep, labels, probs


def _subgroup_columns(
    subgroups: Mapping[str, ArrayLike], keep: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the subgroups of the labelled rows as text."""
    columns = {column: subgroup_values(values) for column, values in subgroups.items()}
    for column, values_n in columns.items():
        if values_n.shape != (keep.size,):
            raise ValueError(
                f"The subgroup column '{column}' has {values_n.size} values for {keep.size} "
                "images; one value per image is needed."
            )
    return {column: values_n[keep] for column, values_n in columns.items()}


def _settings(
    n_bootstrap: int,
    confidence: float,
    seed: int,
    interval: IntervalMethod,
    groups_n: ArrayLike | None,
    grouping: str | None,
) -> Settings:
    check_confidence(confidence)
    if n_bootstrap < 0:
        raise ValueError(
            f"n_bootstrap is {n_bootstrap}; it must be 0 (no intervals) or a number of replicates."
        )
    if interval not in ("percentile", "bca"):
        raise ValueError(f"The interval '{interval}' is unknown; use 'percentile' or 'bca'.")
    name = "none" if groups_n is None else grouping or "group"
    return Settings(n_bootstrap, confidence, seed, interval, name)


def _notes(labels_n: np.ndarray, classes: tuple[str, ...], n_unlabelled: int) -> tuple[str, ...]:
    notes = []
    if n_unlabelled:
        notes.append(f"{n_unlabelled} images without a label were left out of every metric.")
    absent = [name for k, name in enumerate(classes) if not (labels_n == k).any()]
    if absent:
        notes.append(
            f"No image is labelled {', '.join(absent)}; averages over classes run over the others."
        )
    return tuple(notes)
