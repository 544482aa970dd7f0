"""From probabilities to a yes or no for what one wants to find: the decision that is judged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Decision(NamedTuple):
    """What is to be found, and where it was called.

    Attributes
    ----------
    positive_c
        (c,) bool, the classes that count as positive.
    positive_n, called_n
        (n,) bool: the truth, and the answer of the model.
    score_n
        (n,) probability of the positive classes together.
    rule
        How the answer was made, in words.
    """

    positive_c: np.ndarray
    positive_n: np.ndarray
    called_n: np.ndarray
    score_n: np.ndarray
    rule: str


def make_decision(
    labels_n: np.ndarray,
    probs_nc: np.ndarray,
    classes: Sequence[str],
    positive: Sequence[str],
    threshold: float | None = None,
) -> Decision:
    """Call an image positive by its most probable class, or by a threshold.

    Parameters
    ----------
    labels_n, probs_nc
        (n,) class indices and (n, c) probabilities.
    classes
        The c class names.
    positive
        Names of the classes that count as positive, for example all cancers.
    threshold
        Call positive where the probabilities of the positive classes together reach it; None
        calls positive where the most probable class is a positive one.

    Raises
    ------
    ValueError
        If a name is no class, if no or every class is positive, or the threshold is no share.

    Examples
    --------
    >>> probs = np.array([[0.4, 0.3, 0.3], [0.8, 0.1, 0.1]])
    >>> labels = np.array([1, 0])
    >>> make_decision(labels, probs, ["nv", "mel", "bcc"], ["mel", "bcc"]).called_n
    array([False, False])
    >>> make_decision(labels, probs, ["nv", "mel", "bcc"], ["mel", "bcc"], 0.5).called_n
    array([ True, False])
    """
    unknown = [name for name in positive if name not in classes]
    if unknown:
        raise ValueError(
            f"'{unknown[0]}' is not a class; the classes are {', '.join(map(str, classes))}."
        )
    positive_c = np.array([name in positive for name in classes])
    if not positive_c.any() or positive_c.all():
        raise ValueError(
            "At least one class must be positive and at least one must not be, or there is "
            f"nothing to decide; {int(positive_c.sum())} of {positive_c.size} are."
        )
    score_n = probs_nc[:, positive_c].sum(axis=1)
    if threshold is None:
        called_n, rule = positive_c[probs_nc.argmax(axis=1)], "most probable class"
    else:
        if not 0 < threshold < 1:
            raise ValueError(f"The threshold is {threshold}; it must lie between 0 and 1.")
        called_n, rule = score_n >= threshold, f"probability of at least {threshold:g}"
    return Decision(positive_c, positive_c[labels_n], called_n, score_n, rule)
