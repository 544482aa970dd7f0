"""Operating points of the class that must not be missed: a part of ``metrics.json``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cutis.errors import CutisError, nearest_names
from cutis.predictions import Predictions

if TYPE_CHECKING:
    from cutis.data.cards import DatasetCard


def operating(
    predictions: Predictions,
    positives: Sequence[int],
    n_bootstrap: int,
    confidence: float,
    seed: int,
    grouping: str,
) -> dict[str, Any]:
    """Return ``operating_points`` of labelled predictions; nothing without positive classes.

    Parameters
    ----------
    predictions
        The predictions; rows without a label are left out.
    positives
        Indices of the classes, as by :func:`positive_classes`.
    n_bootstrap, confidence, seed
        How intervals are made.
    grouping
        Name of what is resampled.
    """
    from cutis.stats.clusters import make_clusters
    from cutis.stats.estimate import Settings
    from cutis.stats.operating_block import operating_block

    if not positives:
        return {}
    known = predictions.labels_n >= 0
    block = operating_block(
        predictions.labels_n[known],
        predictions.probs_nc[known],
        predictions.classes,
        make_clusters(predictions.groups_n, known.size).select(known),
        Settings(n_bootstrap, confidence, seed, "percentile", grouping),
        positives,
    )
    return {"operating_points": block}


def positive_classes(
    classes: Sequence[str], card: DatasetCard | None, given: Sequence[str] = ()
) -> list[int]:
    """Return which classes are to be told from all others.

    Those that are given; else the second of two classes; else those that the dataset's card
    calls malignant; else none.

    Raises
    ------
    CutisError
        If a given class is none of the classes.

    Examples
    --------
    >>> positive_classes(["benign", "malignant"], None)
    [1]
    >>> positive_classes(["nevus", "melanoma", "keratosis"], None, ["melanoma"])
    [1]
    """
    from cutis.data.cards import plain

    places = {plain(name): k for k, name in enumerate(classes)}
    for name in given:
        if plain(name) not in places:
            raise CutisError(
                f"There is no class '{name}'.",
                allowed=f"The classes are {', '.join(classes)}.",
                nearest=nearest_names(name, list(classes)),
            )
    if given:
        return [places[plain(name)] for name in given]
    if len(classes) == 2:
        return [1]
    flagged = card.malignant if card is not None else ()
    return [places[plain(name)] for name in flagged if plain(name) in places]
