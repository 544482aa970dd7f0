"""What acting on a model is worth at every threshold: net benefit and decision curves."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cutis.stats.counts import ratio, unit_weights


class NetBenefit(NamedTuple):
    """Net benefit at m thresholds in r replicates, each (r, m).

    Attributes
    ----------
    model
        Of treating those whose probability reaches the threshold.
    treat_all
        Of treating everyone; treating no one has the net benefit 0.
    standardised
        Of the model, divided by the share of positives: 1 is the most there is to gain.
    gain
        Of the model above the better of treating everyone and treating no one.
    """

    model: np.ndarray
    treat_all: np.ndarray
    standardised: np.ndarray
    gain: np.ndarray


def check_thresholds(thresholds_m: np.ndarray) -> np.ndarray:
    """Return thresholds as floats strictly between 0 and 1, (m,).

    Raises
    ------
    ValueError
        If one is not, or there is none.

    Examples
    --------
    >>> check_thresholds([0.1, 0.2])
    array([0.1, 0.2])
    """
    thresholds = np.atleast_1d(np.asarray(thresholds_m, dtype=float))
    if thresholds.size == 0 or not ((thresholds > 0) & (thresholds < 1)).all():
        raise ValueError(
            "Decision thresholds are probabilities strictly between 0 and 1, for example 0.05 "
            "to 0.5."
        )
    return thresholds


def net_benefit(
    positive_n: np.ndarray,
    scores_n: np.ndarray,
    thresholds_m: np.ndarray,
    weights_rn: np.ndarray | None = None,
    prevalence: float | None = None,
) -> NetBenefit:
    """Return the net benefit of acting on a probability (Vickers and Elkin, 2006).

    At threshold t a false alarm is held to cost t / (1 - t) of what finding a case is worth:
    net benefit = true positives / n - false positives / n x t / (1 - t), in true positives per
    image. Everyone whose probability is at least t is treated.

    Parameters
    ----------
    positive_n
        (n,) bool, whether the image is of the positive class.
    scores_n
        (n,) probability of the positive class.
    thresholds_m
        (m,) thresholds between 0 and 1.
    weights_rn
        (r, n) how often each row counts in each replicate; None means once.
    prevalence
        Share of positives where the model would be used; that of the images if not given. With
        it, sensitivity and specificity are taken from the images and the share from here.

    Returns
    -------
    NetBenefit
        NaN in replicates without a positive or without a negative.

    Raises
    ------
    ValueError
        If a threshold or the prevalence is not between 0 and 1.

    Examples
    --------
    >>> positive, scores = np.array([True, True, False, False]), np.array([0.9, 0.4, 0.6, 0.1])
    >>> out = net_benefit(positive, scores, np.array([0.2, 0.5]))
    >>> print(out.model.round(4), out.treat_all.round(4))
    [[0.4375 0.    ]] [[0.375 0.   ]]
    """
    thresholds = check_thresholds(thresholds_m)
    if prevalence is not None and not 0 < prevalence < 1:
        raise ValueError(
            f"The prevalence is {prevalence}; it must lie between 0 and 1, for example 0.02."
        )
    positive = np.asarray(positive_n, dtype=bool)
    weights = unit_weights(positive.size) if weights_rn is None else weights_rn
    total_r1 = weights.sum(axis=1, keepdims=True)
    found_rm, positives_r1 = _above(weights, positive, scores_n, thresholds)
    alarms_rm, negatives_r1 = _above(weights, ~positive, scores_n, thresholds)
    share_r1 = ratio(positives_r1, total_r1) if prevalence is None else np.array([[prevalence]])
    odds_m = thresholds / (1 - thresholds)
    hit_rm, false_rm = ratio(found_rm, positives_r1), ratio(alarms_rm, negatives_r1)
    model = hit_rm * share_r1 - false_rm * (1 - share_r1) * odds_m
    treat_all = share_r1 - (1 - share_r1) * odds_m + np.where(np.isnan(model), np.nan, 0.0)
    gain = model - np.maximum(treat_all, 0.0)
    return NetBenefit(model, treat_all, ratio(model, share_r1), gain)


def _above(
    weights_rn: np.ndarray, mask_n: np.ndarray, scores_n: np.ndarray, thresholds_m: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Count masked images at or above each threshold, (r, m), and all of them, (r, 1)."""
    rows = np.flatnonzero(mask_n)
    rows = rows[np.argsort(scores_n[rows], kind="stable")]
    taken_rk = np.take(weights_rn, rows, axis=1)
    running = np.zeros((weights_rn.shape[0], rows.size + 1))
    np.cumsum(taken_rk, axis=1, out=running[:, 1:])
    below_m = np.searchsorted(scores_n[rows], thresholds_m, "left")
    all_r1 = running[:, -1:]
    return all_r1 - running[:, below_m], all_r1
