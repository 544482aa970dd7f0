"""One model against a sample of readers on the same cases."""

from __future__ import annotations

import numpy as np

from cutis.stats.readers.merit import Crossed, jackknife_covariance
from cutis.stats.readers.obuchowski_rockette import Generalise, Inference, one_arm


def readers_minus_model(
    study: Crossed,
    generalise: Generalise = "readers_and_cases",
    confidence: float = 0.95,
) -> Inference:
    """Return the mean of (reader - model) with the one-arm test of Hillis.

    The model is fixed, but its figure of merit is estimated on the same cases as the readers', so
    its share of the error belongs in: the differences of every reader from the model are analysed
    as one arm (Hillis, Obuchowski and Berbaum, 2005).

    Parameters
    ----------
    study
        One arm; the model is its last reader.
    generalise, confidence
        See :func:`cutis.stats.readers.obuchowski_rockette.analyse`.

    Raises
    ------
    ValueError
        If there is not one arm with a model and at least two readers.

    Examples
    --------
    >>> from cutis.stats.readers.merit import make_crossed
    >>> right = np.array([[[1, 0, 1, 1, 0, 1], [0, 1, 1, 0, 0, 1], [1, 1, 1, 1, 0, 1]]], float)
    >>> found = readers_minus_model(make_crossed(right, np.zeros(6), "accuracy"))
    >>> round(found.value, 4), found.low < 0
    (-0.25, True)
    """
    if study.n_arms != 1 or study.n_readers < 3:
        raise ValueError("One arm with a model and at least two readers is needed.")
    theta = study.values()[0, 0]
    covariance = jackknife_covariance(study)
    contrast = np.eye(len(theta))[:-1] - np.eye(len(theta))[-1]
    return one_arm(contrast @ theta, contrast @ covariance @ contrast.T, generalise, confidence)
