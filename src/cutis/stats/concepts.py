"""How well scores of concepts agree with expert answers, concept by concept and on average."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cutis.stats.clusters import Clusters, make_clusters
from cutis.stats.counts import ratio
from cutis.stats.estimate import Basis, Estimate, Settings
from cutis.stats.ranking import Ranking, rank, score_ranking
from cutis.stats.replicated import Replicated, replicate

FORMAT = "cutis.annotation/1"
FEW_POSITIVES = 30
GOOD = 0.7


class ConceptEstimates(NamedTuple):
    """How well one concept is recognised.

    Attributes
    ----------
    n, n_positive, n_missing
        Images with an answer, images that show it, images nobody judged.
    n_groups
        Clusters of the images that show it.
    auroc, average_precision
        The estimates.
    """

    n: int
    n_positive: int
    n_missing: int
    n_groups: int
    auroc: Estimate
    average_precision: Estimate


@dataclass(frozen=True)
class ConceptEvaluation:
    """Every concept, and the mean over those that could be judged.

    Attributes
    ----------
    n, n_groups
        Images with an answer to any concept, and their clusters.
    settings
        How intervals were made.
    mean_auroc, mean_average_precision
        Means over the concepts that count.
    above
        How many of them have an AUROC above 0.7, the published count.
    concepts
        Estimates by name, in the order given.
    counted
        The names that count in the means.
    notes
        What a reader must know.
    """

    n: int
    n_groups: int
    settings: Settings
    mean_auroc: Estimate
    mean_average_precision: Estimate
    above: Estimate
    concepts: dict[str, ConceptEstimates]
    counted: tuple[str, ...]
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the content of ``metrics.json``."""
        return {
            "format": FORMAT,
            "n": self.n,
            "n_groups": self.n_groups,
            "grouping": self.settings.grouping,
            "confidence": self.settings.confidence,
            "n_bootstrap": self.settings.n_bootstrap,
            "interval": self.settings.interval,
            "seed": self.settings.seed,
            "metrics": {
                "mean_auroc": self.mean_auroc.to_json(),
                "mean_average_precision": self.mean_average_precision.to_json(),
                "concepts_above_0.7": self.above.to_json(),
            },
            "n_concepts": len(self.counted),
            "counted": list(self.counted),
            "per_concept": {
                name: {
                    "n": part.n,
                    "n_positive": part.n_positive,
                    "n_missing": part.n_missing,
                    "n_groups": part.n_groups,
                    "auroc": part.auroc.to_json(),
                    "average_precision": part.average_precision.to_json(),
                }
                for name, part in self.concepts.items()
            },
            "notes": list(self.notes),
        }


def evaluate_concepts(
    scores_nk: ArrayLike,
    labels_nk: ArrayLike,
    names: Sequence[str],
    groups_n: ArrayLike | None = None,
    settings: Settings | None = None,
    min_positives: int = 1,
) -> ConceptEvaluation:
    """Compare scores of concepts with expert answers.

    A concept is judged on the images that have an answer to it. AUROC and average precision are
    undefined, never 0, when all answers are the same. All concepts are resampled together, so that
    the interval of their mean counts what they share.

    Parameters
    ----------
    scores_nk
        (n, k) scores, higher for more of the concept.
    labels_nk
        (n, k) 1 where the concept is there, 0 where not, NaN where nobody said.
    names
        The k names.
    groups_n
        (n,) lesion or patient of each image; None when images are independent.
    settings
        How intervals are made.
    min_positives
        Fewest images with and without a concept for it to count in the means.

    Raises
    ------
    ValueError
        If shapes differ, a score is not finite, a label is another number, or no image has any
        answer.

    Examples
    --------
    >>> scores = np.array([[0.9, 0.1], [0.8, 0.6], [0.3, 0.7], [0.1, 0.2]])
    >>> labels = np.array([[1, 0], [0, 1], [0, np.nan], [0, 0]])
    >>> found = evaluate_concepts(scores, labels, ["scale", "crust"])
    >>> found.concepts["scale"].auroc.value, found.mean_auroc.value, found.above.value
    (1.0, 1.0, 2.0)
    """
    settings = settings or Settings()
    scores, labels = _checked(scores_nk, labels_nk, names)
    clusters = make_clusters(groups_n, len(scores))
    used = ~np.isnan(labels).all(axis=1)
    scores, labels, clusters = scores[used], labels[used], clusters.select(used)
    known = ~np.isnan(labels)
    positive = labels == 1
    sides_k = np.minimum(positive.sum(axis=0), (known & ~positive).sum(axis=0))
    counted_k = sides_k >= min_positives
    rows = [np.flatnonzero(known[:, i]) for i in range(len(names))]
    rankings = [
        rank(positive[part, i], scores[part, i]) if sides_k[i] else None
        for i, part in enumerate(rows)
    ]

    def statistic(weights_rn: np.ndarray) -> dict[str, np.ndarray]:
        return _measure(rankings, rows, counted_k, weights_rn)

    values = replicate(statistic, clusters, settings)
    concepts = {
        name: _estimates(values, i, known[:, i], positive[:, i], clusters, settings, len(used))
        for i, name in enumerate(names)
    }
    unanswered = len(used) - int(used.sum())
    notes = _notes(names, counted_k, min_positives, unanswered)
    return _together(values, concepts, counted_k, clusters, settings, notes)


def _together(
    values: Replicated,
    concepts: dict[str, ConceptEstimates],
    counted_k: np.ndarray,
    clusters: Clusters,
    settings: Settings,
    notes: tuple[str, ...],
) -> ConceptEvaluation:
    names = list(concepts)
    n = int(clusters.index_n.size)
    basis = Basis(
        n=n,
        n_groups=clusters.n_groups,
        undefined="no concept has enough images with and without it",
        notes=_mean_notes(values, counted_k, names),
    )
    return ConceptEvaluation(
        n=n,
        n_groups=clusters.n_groups,
        settings=settings,
        mean_auroc=values.estimate("mean_auroc", basis, settings),
        mean_average_precision=values.estimate("mean_average_precision", basis, settings),
        above=values.estimate("above", basis, settings),
        concepts=concepts,
        counted=tuple(name for name, yes in zip(names, counted_k, strict=True) if yes),
        notes=notes,
    )


def _checked(
    scores_nk: ArrayLike, labels_nk: ArrayLike, names: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    scores = np.asarray(scores_nk, dtype=np.float64)
    labels = np.asarray(labels_nk, dtype=np.float64)
    if scores.ndim != 2 or scores.shape != labels.shape or scores.shape[1] != len(names):
        raise ValueError(
            f"The scores have shape {scores.shape}, the labels {labels.shape}, and there are "
            f"{len(names)} names; both must be (images, concepts)."
        )
    if len(set(names)) != len(names):
        raise ValueError("A concept is named twice; every column needs a name of its own.")
    if not np.isfinite(scores).all():
        raise ValueError("A score is not finite; leave the image out.")
    if not np.isin(labels[~np.isnan(labels)], (0.0, 1.0)).all():
        raise ValueError("A label is neither 0, nor 1, nor NaN.")
    if np.isnan(labels).all():
        raise ValueError("No image has an answer to any concept.")
    return scores, labels


def _measure(
    rankings: Sequence[Ranking | None],
    rows: Sequence[np.ndarray],
    counted_k: np.ndarray,
    weights_rn: np.ndarray,
) -> dict[str, np.ndarray]:
    """Return every concept's measures and their means for every replicate."""
    shape = (weights_rn.shape[0], len(rankings))
    auroc_rk, precision_rk = np.full(shape, np.nan), np.full(shape, np.nan)
    for i, (ranking, part) in enumerate(zip(rankings, rows, strict=True)):
        if ranking is not None:
            found = score_ranking(ranking, np.take(weights_rn, part, axis=1))
            auroc_rk[:, i], precision_rk[:, i] = found
    defined_rk = ~np.isnan(auroc_rk) & counted_k
    n_r = defined_rk.sum(axis=1).astype(np.float64)
    above_r = (defined_rk & (np.nan_to_num(auroc_rk) > GOOD)).sum(axis=1).astype(np.float64)
    return {
        "auroc": auroc_rk,
        "average_precision": precision_rk,
        "mean_auroc": ratio(np.where(defined_rk, auroc_rk, 0).sum(axis=1), n_r),
        "mean_average_precision": ratio(np.where(defined_rk, precision_rk, 0).sum(axis=1), n_r),
        "above": np.where(n_r > 0, above_r, np.nan),
    }


def _estimates(
    values: Replicated,
    position: int,
    known_n: np.ndarray,
    positive_n: np.ndarray,
    clusters: Clusters,
    settings: Settings,
    n_all: int,
) -> ConceptEstimates:
    n, n_positive = int(known_n.sum()), int(positive_n.sum())
    which = "no image has an answer"
    if n:
        which = "no image shows it" if not n_positive else "every image shows it"
    few = min(n_positive, n - n_positive)
    side = "show it" if n_positive <= n - n_positive else "do not show it"
    notes = (f"only {few} images {side}",) if 0 < few < FEW_POSITIVES else ()
    basis = Basis(
        n,
        min(clusters.count(positive_n), clusters.count(known_n & ~positive_n)),
        undefined=which,
        notes=notes,
    )
    return ConceptEstimates(
        n,
        n_positive,
        n_all - n,
        clusters.count(positive_n),
        values.estimate("auroc", basis, settings, position),
        values.estimate("average_precision", basis, settings, position),
    )


def _mean_notes(values: Replicated, counted_k: np.ndarray, names: Sequence[str]) -> tuple[str, ...]:
    notes = []
    if not counted_k.all():
        notes.append(f"averaged over {int(counted_k.sum())} of {len(names)} concepts")
    if values.replicates is not None and counted_k.any():
        lacking = np.isnan(values.replicates["auroc"][:, counted_k]).any(axis=1)
        if lacking.any():
            notes.append(
                f"{int(lacking.sum())} of {lacking.size} replicates lack a rare concept and "
                "average the others"
            )
    return tuple(notes)


def _notes(
    names: Sequence[str], counted_k: np.ndarray, min_positives: int, unanswered: int
) -> tuple[str, ...]:
    left = [name for name, yes in zip(names, counted_k, strict=True) if not yes]
    notes = []
    if unanswered:
        notes.append(f"{unanswered} images have no answer to any concept and were left out.")
    if left:
        notes.append(
            f"Not in the means, for fewer than {min_positives} images with or without them: "
            f"{', '.join(left)}."
        )
    return tuple(notes)
