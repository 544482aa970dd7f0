"""How badly a class fits an image, by three rules; a set holds the classes that fit well enough."""

from __future__ import annotations

from typing import Literal

import numpy as np

Rule = Literal["lac", "aps", "raps"]
RAPS_PENALTY = 0.05
RAPS_FREE = 2


def lac_scores(probs_nc: np.ndarray) -> np.ndarray:
    """Return one minus the probability of every class, (n, c).

    "Least ambiguous set-valued classifiers" (Sadinle, Lei and Wasserman, 2019): the smallest sets
    on average, at the price of too small (even empty) ones for difficult images.

    Examples
    --------
    >>> lac_scores(np.array([[0.75, 0.25]]))
    array([[0.25, 0.75]])
    """
    scores: np.ndarray = 1.0 - probs_nc
    return scores


def aps_scores(probs_nc: np.ndarray, uniform_n: np.ndarray | None = None) -> np.ndarray:
    """Return the probability collected on the way down to every class, (n, c).

    "Adaptive prediction sets" (Romano, Sesia and Candes, 2020): classes are taken from the most
    probable down (ties: the earlier class first) and their probabilities added up, so that sets
    grow where the model hesitates. The randomised rule takes off a random part of the class's own
    probability, which makes the coverage exact instead of too high.

    Parameters
    ----------
    probs_nc
        (n, c) probabilities.
    uniform_n
        (n,) random numbers between 0 and 1, one per image; None for the rule without chance.

    Examples
    --------
    >>> aps_scores(np.array([[0.25, 0.5, 0.25]]))
    array([[0.75, 0.5 , 1.  ]])
    """
    order_nc = np.argsort(-probs_nc, axis=1, kind="stable")
    ordered_nc = np.take_along_axis(probs_nc, order_nc, axis=1)
    reached_nc = np.cumsum(ordered_nc, axis=1)
    if uniform_n is not None:
        reached_nc = reached_nc - uniform_n[:, None] * ordered_nc
    scores_nc = np.empty_like(reached_nc)
    np.put_along_axis(scores_nc, order_nc, reached_nc, axis=1)
    return scores_nc


def raps_scores(
    probs_nc: np.ndarray,
    uniform_n: np.ndarray | None = None,
    penalty: float = RAPS_PENALTY,
    free: int = RAPS_FREE,
) -> np.ndarray:
    """Return the adaptive scores plus a penalty for every place below the first few, (n, c).

    "Regularized adaptive prediction sets" (Angelopoulos, Bates, Malik and Jordan, 2021): the
    penalty keeps long tails of improbable classes out of the sets.

    Parameters
    ----------
    probs_nc
        (n, c) probabilities.
    uniform_n
        (n,) random numbers between 0 and 1; None for the rule without chance.
    penalty
        Added for every place beyond the free ones.
    free
        How many of the most probable classes are not penalised.

    Raises
    ------
    ValueError
        If the penalty or the number of free places is negative.

    Examples
    --------
    >>> raps_scores(np.array([[0.25, 0.5, 0.25]]), penalty=0.1, free=1)
    array([[0.85, 0.5 , 1.2 ]])
    """
    if penalty < 0 or free < 0:
        raise ValueError("The penalty and the number of free places must not be negative.")
    order_nc = np.argsort(-probs_nc, axis=1, kind="stable")
    place_nc = np.argsort(order_nc, axis=1, kind="stable") + 1
    extra_nc = penalty * np.maximum(0, place_nc - free)
    scores: np.ndarray = aps_scores(probs_nc, uniform_n) + extra_nc
    return scores


def conformity(
    rule: Rule,
    probs_nc: np.ndarray,
    uniform_n: np.ndarray | None = None,
    penalty: float = RAPS_PENALTY,
    free: int = RAPS_FREE,
) -> np.ndarray:
    """Return the scores of a rule by its name, (n, c); see the rules themselves.

    Raises
    ------
    ValueError
        If the rule is unknown.

    Examples
    --------
    >>> conformity("lac", np.array([[0.75, 0.25]]))
    array([[0.25, 0.75]])
    """
    if rule == "lac":
        return lac_scores(probs_nc)
    if rule == "aps":
        return aps_scores(probs_nc, uniform_n)
    if rule == "raps":
        return raps_scores(probs_nc, uniform_n, penalty, free)
    raise ValueError(f"The rule '{rule}' is unknown; use 'lac', 'aps' or 'raps'.")
