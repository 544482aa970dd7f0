"""How good a pair is on validation rows: by class prompts, by captions, and at which scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from cutis.models.pairing.projections import Projections

KS = (1, 5, 10)
SCALES = tuple(float(s) for s in np.round(np.geomspace(1, 200, 60), 2))


@dataclass(frozen=True)
class Validation:
    """Features, labels and captions of the validation rows.

    Attributes
    ----------
    images_nd, labels_n, groups_n
        Image features, class numbers (-1 for none), lesion or patient (or None).
    class_texts_md, class_of_text_m, classes
        Features of the prompts, the class each describes, and the c class names; empty without
        labels.
    captions_md, captions_of_n
        Features of the captions, and the numbers of those of each image.
    """

    images_nd: np.ndarray
    labels_n: np.ndarray
    groups_n: np.ndarray | None
    class_texts_md: np.ndarray
    class_of_text_m: np.ndarray
    classes: tuple[str, ...]
    captions_md: np.ndarray
    captions_of_n: Sequence[Sequence[int]]

    def labelled(self) -> np.ndarray:
        """Return the rows with a label, when labels are used."""
        return np.flatnonzero(self.labels_n >= 0) if self.classes else np.zeros(0, np.int64)

    def captioned(self) -> np.ndarray:
        """Return the rows with a caption."""
        return np.array([i for i, given in enumerate(self.captions_of_n) if len(given)], np.int64)


def score(pair: Projections, validation: Validation) -> float:
    """Return what the best step is chosen by: balanced accuracy, mean recall, or their mean.

    Parameters
    ----------
    pair
        The projections at some step.
    validation
        Rows that are not trained on.
    """
    parts = []
    if len(np.unique(validation.labels_n[validation.labelled()])) > 1:
        parts.append(balanced_accuracy(pair, validation))
    if len(validation.captioned()) > 1:
        parts.append(mean_recall(pair, validation))
    return float(np.mean(parts)) if parts else float("nan")


def cosines(pair: Projections, validation: Validation) -> np.ndarray:
    """Return the cosines (n, c) of the labelled images with the class directions."""
    from cutis.prompts import text_classifier
    from cutis.stats.retrieval import unit_rows

    weights_cd = text_classifier(
        pair.texts(validation.class_texts_md), validation.class_of_text_m, len(validation.classes)
    )
    images_nd = unit_rows(pair.images(validation.images_nd[validation.labelled()]))
    cosines_nc: np.ndarray = images_nd.astype(np.float64) @ weights_cd.astype(np.float64).T
    return cosines_nc


def balanced_accuracy(pair: Projections, validation: Validation) -> float:
    """Return the mean sensitivity of zero-shot diagnosis over the classes that have images."""
    labels_n = validation.labels_n[validation.labelled()]
    hit_n = cosines(pair, validation).argmax(axis=1) == labels_n
    return float(np.mean([hit_n[labels_n == k].mean() for k in np.unique(labels_n)]))


def mean_recall(pair: Projections, validation: Validation) -> float:
    """Return the mean of recall at 1, 5 and 10 over both directions of caption retrieval."""
    from cutis.stats.retrieval_expected import expected_hit

    values = [
        float(expected_hit(ranks.better_n, ranks.wrong_n, ranks.right_n, k).mean())
        for ranks, _, _ in _ranked(pair, validation)
        for k in KS
    ]
    return float(np.mean(values))


def _ranked(pair: Projections, validation: Validation) -> list[tuple[Any, int, np.ndarray]]:
    """Return ranks, gallery size and right answers per query, image to text and text to image."""
    from cutis.stats import Correct, first_correct

    rows = validation.captioned()
    used = sorted({number for row in rows for number in validation.captions_of_n[row]})
    place = {number: i for i, number in enumerate(used)}
    pairs = np.array(
        [(i, place[c]) for i, row in enumerate(rows) for c in validation.captions_of_n[row]]
    )
    images_nd = pair.images(validation.images_nd[rows])
    texts_md = pair.texts(validation.captions_md[used])
    turned = pairs[np.argsort(pairs[:, 1], kind="stable")][:, ::-1]
    found = []
    for queries, gallery, both in ((images_nd, texts_md, pairs), (texts_md, images_nd, turned)):
        ranks = first_correct(queries, gallery, Correct(both[:, 0], both[:, 1]))
        found.append((ranks, len(gallery), np.bincount(both[:, 0])))
    return found


def fit_scale(cosines_nc: np.ndarray, labels_n: np.ndarray) -> float:
    """Return the factor on the cosine that makes the probabilities fit best, classes counted alike.

    Parameters
    ----------
    cosines_nc
        Cosines of images with class directions.
    labels_n
        Class of each image.

    Examples
    --------
    >>> cosines = np.array([[0.9, 0.1], [0.1, 0.9], [0.6, 0.4], [0.6, 0.4]])
    >>> fit_scale(cosines, np.array([0, 1, 0, 1]))
    3.85
    """
    size_c = np.bincount(labels_n, minlength=cosines_nc.shape[1])
    weight_n = 1.0 / size_c[labels_n]
    rows = np.arange(len(labels_n))

    def surprise(scale: float) -> float:
        probs_n = probabilities(cosines_nc, scale)[rows, labels_n]
        return -float((weight_n * np.log(np.maximum(probs_n, 1e-300))).sum())

    return min(SCALES, key=surprise)


def probabilities(cosines_nc: np.ndarray, scale: float) -> np.ndarray:
    """Return softmax(scale * cosine), row by row.

    Examples
    --------
    >>> probabilities(np.array([[0.5, 0.0]]), 2.0).round(3).tolist()
    [[0.731, 0.269]]
    """
    powers_nc = np.exp(scale * (cosines_nc - cosines_nc.max(axis=1, keepdims=True)))
    shares_nc: np.ndarray = powers_nc / powers_nc.sum(axis=1, keepdims=True)
    return shares_nc


def measure(
    pair: Projections,
    validation: Validation,
    scale: float,
    n_bootstrap: int,
    confidence: float,
    seed: int,
    grouping: str | None,
) -> dict[str, Any]:
    """Return every validation metric with intervals over groups, as JSON.

    Parameters
    ----------
    pair
        The chosen projections.
    validation
        The rows that chose them.
    scale
        Factor on the cosine for the probabilities.
    n_bootstrap, confidence, seed, grouping
        How the intervals are made, and the name of the group column.
    """
    from cutis.stats import Settings, evaluate, evaluate_ranks

    metrics: dict[str, Any] = {}
    rows = validation.labelled()
    if len(np.unique(validation.labels_n[rows])) > 1:
        metrics["zero_shot"] = evaluate(
            validation.labels_n[rows],
            probabilities(cosines(pair, validation), scale),
            validation.classes,
            groups_n=None if validation.groups_n is None else validation.groups_n[rows],
            n_bootstrap=n_bootstrap,
            confidence=confidence,
            seed=seed,
            grouping=grouping,
        ).to_json()
    if len(validation.captioned()) > 1:
        settings = Settings(n_bootstrap, confidence, seed, grouping=grouping or "none")
        for name, (ranks, n_gallery, n_right) in zip(
            ("image_to_text", "text_to_image"), _ranked(pair, validation), strict=True
        ):
            groups = validation.groups_n if name == "image_to_text" else None
            if groups is not None:
                groups = groups[validation.captioned()]
            found = evaluate_ranks(ranks, n_gallery, n_right, KS, groups, settings)
            metrics[name] = found.to_json()
    return metrics
