"""The documented rule: from attributes (and metadata) to the true posterior of the diagnosis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cutis.data.phantom.attributes import ATTRIBUTES, CLASSES, PRIORS
from cutis.data.phantom.people import log_likelihood_person, log_likelihood_site

Vector = NDArray[np.float64]

_LOG_TABLES = {a.name: np.log(a.probabilities()) for a in ATTRIBUTES}


def prior_vector(prior: str | Sequence[float]) -> Vector:
    """Return class frequencies that sum to one.

    Parameters
    ----------
    prior
        A name of :data:`~cutis.data.phantom.attributes.PRIORS` or one weight per class.

    Raises
    ------
    ValueError
        If the name is unknown or the weights are not seven non-negative numbers.

    Examples
    --------
    >>> prior_vector([0, 0, 0, 0, 1, 1, 0]).round(2).tolist()
    [0.0, 0.0, 0.0, 0.0, 0.5, 0.5, 0.0]
    """
    if isinstance(prior, str):
        if prior not in PRIORS:
            raise ValueError(f"unknown prior {prior!r}: one of {', '.join(PRIORS)}")
        weights = np.asarray(PRIORS[prior], np.float64)
    else:
        weights = np.asarray(prior, np.float64)
    if weights.shape != (len(CLASSES),) or not np.isfinite(weights).all() or weights.min() < 0:
        raise ValueError(f"a prior needs {len(CLASSES)} non-negative weights, got {prior!r}")
    if weights.sum() <= 0:
        raise ValueError("a prior needs at least one positive weight")
    return np.asarray(weights / weights.sum(), np.float64)


def posterior(
    attributes: Mapping[str, int],
    prior: Vector,
    age: int | None = None,
    sex: str | None = None,
    site: str | None = None,
) -> Vector:
    """Return P(diagnosis | attributes, and the metadata that are given), shape (classes,).

    The logarithm of the posterior is, up to a constant, the logarithm of the prior plus one
    table entry per attribute: the rule is log-linear.

    Examples
    --------
    >>> plain = dict.fromkeys((a.name for a in ATTRIBUTES), 0)
    >>> vascular = {**plain, "colour": 6, "lacunae": 1}
    >>> round(float(posterior(vascular, prior_vector("uniform"))[6]), 3)
    1.0
    """
    with np.errstate(divide="ignore"):
        score = np.log(prior)
    for name, level in attributes.items():
        score = score + _LOG_TABLES[name][level]
    if age is not None and sex is not None:
        score = score + log_likelihood_person(age, sex)
    if site is not None:
        score = score + log_likelihood_site(site)
    weights = np.exp(score - score.max())
    return np.asarray(weights / weights.sum(), np.float64)
