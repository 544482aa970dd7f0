"""Area under the part of the ROC curve that a clinic could use, standardised."""

from __future__ import annotations

import numpy as np

from cutis.stats.counts import ratio, unit_weights
from cutis.stats.steps import Steps, cross, make_steps


def partial_areas(steps: Steps, max_fpr: float, weights_rn: np.ndarray) -> np.ndarray:
    """Return the standardised area up to a false-positive rate in every replicate, (r,).

    The area between rates 0 and ``max_fpr`` is scaled so that chance is 0.5 and perfection 1
    (McClish, "Analyzing a portion of the ROC curve", 1989); the curve is straight between its
    thresholds. NaN in a replicate without positives or without negatives.

    Parameters
    ----------
    steps
        The sorted scores.
    max_fpr
        The largest false-positive rate, above 0 and at most 1.
    weights_rn
        (r, n) how often each row counts in each replicate.

    Raises
    ------
    ValueError
        If the rate is not above 0 and at most 1.

    Examples
    --------
    >>> steps = make_steps(np.array([False, True, False, True]), np.array([0.1, 0.4, 0.5, 0.8]))
    >>> partial_areas(steps, 0.5, np.ones((1, 4))).round(4)
    array([0.6667])
    """
    if not 0 < max_fpr <= 1:
        raise ValueError(
            f"The false-positive rate is {max_fpr}; it must be above 0 and at most 1, for example "
            "0.1."
        )
    found_rt, false_rt = cross(steps, weights_rn)
    tpr_rt = ratio(found_rt, found_rt[:, -1:])
    fpr_rt = ratio(false_rt, false_rt[:, -1:])
    width_rs = np.diff(fpr_rt, axis=1)
    inside_rs = np.clip(max_fpr - fpr_rt[:, :-1], 0, width_rs)
    share_rs = np.divide(inside_rs, width_rs, out=np.zeros_like(width_rs), where=width_rs > 0)
    rise_rs = np.diff(tpr_rt, axis=1)
    area_r = (inside_rs * (tpr_rt[:, :-1] + rise_rs * share_rs / 2)).sum(axis=1)
    chance = max_fpr**2 / 2
    return np.asarray((1 + (area_r - chance) / (max_fpr - chance)) / 2)


def partial_auroc(positive_n: np.ndarray, scores_n: np.ndarray, max_fpr: float) -> float:
    """Return the standardised area up to a false-positive rate; see :func:`partial_areas`.

    Examples
    --------
    >>> partial_auroc(np.array([False, True, False, True]), np.array([0.1, 0.4, 0.5, 0.8]), 1.0)
    0.75
    """
    steps = make_steps(positive_n, scores_n)
    return float(partial_areas(steps, max_fpr, unit_weights(len(positive_n)))[0])
