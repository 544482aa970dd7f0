"""Operating points of the classes that matter: the block of that name in ``metrics.json``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cutis.stats.clusters import Clusters
from cutis.stats.estimate import Settings
from cutis.stats.operating import DEFAULT_WISHES, MAX_FPR, Wish, operating_points


def wishes_for(
    at_specificity: Sequence[float], at_sensitivity: Sequence[float]
) -> tuple[Wish, ...]:
    """Return the wishes of given targets; without any, the usual ones.

    Examples
    --------
    >>> [wish.name for wish in wishes_for([0.95], [])]
    ['answer', 'at-specificity-0.95', 'youden']
    """
    if not at_specificity and not at_sensitivity:
        return DEFAULT_WISHES
    return (
        Wish("answer"),
        *(Wish("at-specificity", target) for target in at_specificity),
        *(Wish("at-sensitivity", target) for target in at_sensitivity),
        Wish("youden"),
    )


def operating_block(
    labels_n: np.ndarray,
    probs_nc: np.ndarray,
    classes: Sequence[str],
    clusters: Clusters,
    settings: Settings,
    positives: Sequence[int],
    *,
    wishes: Sequence[Wish] = DEFAULT_WISHES,
    prevalence: float | None = None,
    max_fpr: float = MAX_FPR,
) -> dict[str, Any]:
    """Return the operating points of some classes, each against all others, as JSON values.

    Parameters
    ----------
    labels_n
        (n,) int class indices, none missing.
    probs_nc
        (n, c) probabilities.
    classes
        The c class names.
    clusters
        The clusters of the images.
    settings
        How intervals are made.
    positives
        Indices of the classes.
    wishes, prevalence, max_fpr
        As in :func:`cutis.stats.operating.operating_points`.

    Returns
    -------
    dict
        Class name to its record; a class without images, or with all of them, has
        ``points: null`` and a note.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> probs = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.5, 0.5]])
    >>> labels, clusters = np.array([0, 1, 1, 0]), make_clusters(None, 4)
    >>> block = operating_block(labels, probs, ["nevus", "mel"], clusters, Settings(20), [1])
    >>> block["mel"]["points"][0]["sensitivity"]["value"]
    0.5
    """
    answers_n = probs_nc.argmax(axis=1)
    out: dict[str, Any] = {}
    for k in positives:
        positive = labels_n == k
        if positive.all() or not positive.any():
            said = "no image is of this class" if not positive.any() else "all images are of it"
            out[classes[k]] = {"points": None, "note": said}
            continue
        out[classes[k]] = operating_points(
            positive,
            probs_nc[:, k],
            clusters,
            settings,
            answered_n=answers_n == k,
            wishes=wishes,
            prevalence=prevalence,
            max_fpr=max_fpr,
        ).to_json()
    return out
