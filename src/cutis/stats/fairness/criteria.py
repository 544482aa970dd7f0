"""The named fairness criteria, each from the rates of the subgroups."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cutis.stats.counts import ratio


class Criterion(NamedTuple):
    """A fairness criterion: the rates that must agree, and its usual meaning.

    Attributes
    ----------
    rates
        Names of the rates; with two, the larger difference and the smaller ratio count.
    meaning
        What it asks for, in plain words.
    """

    rates: tuple[str, ...]
    meaning: str


CRITERIA: dict[str, Criterion] = {
    "demographic_parity": Criterion(
        ("selection_rate",), "every subgroup is called positive equally often"
    ),
    "equal_opportunity": Criterion(
        ("true_positive_rate",), "what is to be found is found equally often in every subgroup"
    ),
    "equalized_odds": Criterion(
        ("true_positive_rate", "false_positive_rate"),
        "it is found equally often, and falsely seen equally often, in every subgroup",
    ),
    "predictive_parity": Criterion(
        ("positive_predictive_value",), "a positive answer is right equally often in every subgroup"
    ),
}


def differences(rates_rg: dict[str, np.ndarray], criterion: str) -> np.ndarray:
    """Return how far a criterion is missed, (r,): the largest difference of its rates.

    Parameters
    ----------
    rates_rg
        Rate name to (r, g); subgroups whose rate is undefined (NaN) are left out of it.
    criterion
        A name of ``CRITERIA``.

    Examples
    --------
    >>> rates = {"true_positive_rate": np.array([[0.9, 0.6]]),
    ...          "false_positive_rate": np.array([[0.1, 0.2]])}
    >>> differences(rates, "equalized_odds").round(3)
    array([0.3])
    """
    found = [_range(rates_rg[name])[1] for name in CRITERIA[criterion].rates]
    return np.asarray(np.max(np.stack(found), axis=0))


def ratios(rates_rg: dict[str, np.ndarray], criterion: str) -> np.ndarray:
    """Return lowest divided by highest rate, (r,); the smaller one where two rates count.

    Examples
    --------
    >>> ratios({"selection_rate": np.array([[0.2, 0.5]])}, "demographic_parity")
    array([0.4])
    """
    found = [_range(rates_rg[name])[0] for name in CRITERIA[criterion].rates]
    return np.asarray(np.min(np.stack(found), axis=0))


def _range(values_rg: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return lowest divided by highest, and highest minus lowest; NaN below two values."""
    known = ~np.isnan(values_rg)
    low = np.where(known, values_rg, np.inf).min(axis=1)
    high = np.where(known, values_rg, -np.inf).max(axis=1)
    enough = known.sum(axis=1) > 1
    share = ratio(np.where(enough, low, 0.0), np.where(enough, high, 0.0))
    return share, np.where(enough, high - np.where(enough, low, 0.0), np.nan)
