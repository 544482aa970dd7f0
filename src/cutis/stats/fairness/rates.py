"""Rates of every subgroup from its sums: accuracy, sensitivity, false alarms, trust."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from cutis.stats.counts import mean_over, ratio
from cutis.stats.fairness.sums import Sums


class Rate(NamedTuple):
    """What a rate means.

    Attributes
    ----------
    better
        ``high``, ``low``, ``zero`` (closest to it), or ``none`` (no direction is worse).
    of
        Among which images it is taken: ``all``, ``positive``, ``negative``, ``called`` or
        ``class`` (each class apart).
    proportion
        Whether it is a share of those images.
    """

    better: Literal["high", "low", "zero", "none"]
    of: Literal["all", "positive", "negative", "called", "class"]
    proportion: bool = True


RATES: dict[str, Rate] = {
    "accuracy": Rate("high", "all"),
    "balanced_accuracy": Rate("high", "class", proportion=False),
    "overconfidence": Rate("zero", "all", proportion=False),
    "true_positive_rate": Rate("high", "positive"),
    "false_positive_rate": Rate("low", "negative"),
    "positive_predictive_value": Rate("high", "called"),
    "selection_rate": Rate("none", "all"),
    "calibration_in_the_large": Rate("zero", "all", proportion=False),
    "auroc": Rate("high", "class", proportion=False),
}
# Rates that exist without naming what is to be found.
UNDIRECTED = ("accuracy", "balanced_accuracy", "overconfidence")


def rates(sums: Sums, positive_c: np.ndarray | None) -> dict[str, np.ndarray]:
    """Return the rates of every subgroup, name to (r, g); NaN where there is nothing to divide by.

    ``overconfidence`` is mean top probability minus accuracy; ``calibration_in_the_large`` is mean
    probability of the positive classes minus their share. Both are 0 for a calibrated model.

    Parameters
    ----------
    sums
        Sums by subgroup and class.
    positive_c
        (c,) bool, the positive classes; None for the rates that need none.

    Examples
    --------
    >>> total, called = np.array([[[8.0, 2.0], [5.0, 5.0]]]), np.array([[[2.0, 1.0], [1.0, 4.0]]])
    >>> sums = Sums(total, total * 0.5, called, total * 0.7, total * 0.4)
    >>> rates(sums, np.array([False, True]))["true_positive_rate"]
    array([[0.5, 0.8]])
    """
    total_rg, right_rg = sums.total_rgc.sum(axis=2), sums.right_rgc.sum(axis=2)
    r, g, c = sums.total_rgc.shape
    per_class = ratio(sums.right_rgc, sums.total_rgc).reshape(-1, c)
    found = {
        "accuracy": ratio(right_rg, total_rg),
        "balanced_accuracy": mean_over(per_class, ~np.isnan(per_class)).reshape(r, g),
        "overconfidence": ratio(sums.confidence_rgc.sum(axis=2) - right_rg, total_rg),
    }
    if positive_c is None:
        return found
    positives_rg = sums.total_rgc[:, :, positive_c].sum(axis=2)
    hits_rg = sums.called_rgc[:, :, positive_c].sum(axis=2)
    called_rg = sums.called_rgc.sum(axis=2)
    return found | {
        "true_positive_rate": ratio(hits_rg, positives_rg),
        "false_positive_rate": ratio(
            sums.called_rgc[:, :, ~positive_c].sum(axis=2),
            sums.total_rgc[:, :, ~positive_c].sum(axis=2),
        ),
        "positive_predictive_value": ratio(hits_rg, called_rg),
        "selection_rate": ratio(called_rg, total_rg),
        "calibration_in_the_large": ratio(sums.score_rgc.sum(axis=2) - positives_rg, total_rg),
    }


def auroc_by_group(
    positive_n: np.ndarray, score_n: np.ndarray, codes_n: np.ndarray, weights_rn: np.ndarray, g: int
) -> np.ndarray:
    """Return the area under the ROC curve within each of g subgroups, (r, g).

    Examples
    --------
    >>> auroc_by_group(np.array([True, False, True]), np.array([0.9, 0.5, 0.2]),
    ...                np.array([0, 0, 1]), np.ones((1, 3)), 2)
    array([[ 1., nan]])
    """
    from cutis.stats.ranking import rank, score_ranking

    out = np.full((weights_rn.shape[0], g), np.nan)
    for part in range(g):
        inside = codes_n == part
        if positive_n[inside].any() and not positive_n[inside].all():
            ranking = rank(positive_n[inside], score_n[inside])
            out[:, part] = score_ranking(ranking, weights_rn[:, inside]).auroc_r
    return out
