"""How surprised the stated probabilities are by the truth: the negative log-likelihood."""

from __future__ import annotations

import numpy as np

from cutis.stats.counts import ratio, unit_weights

# The smallest probability a logarithm is taken of: that of the truth may be stated as 0.
FLOOR = float(np.finfo(np.float64).eps)


def negative_log_likelihood(
    labels_n: np.ndarray, probs_nc: np.ndarray, weights_rn: np.ndarray | None = None
) -> np.ndarray:
    """Mean negative natural logarithm of the probability given to the true class, (r,).

    A true class with the probability 0 would make it infinite; probabilities are therefore raised
    to 2.2e-16, as scikit-learn does, which costs such an image 36.

    Parameters
    ----------
    labels_n
        (n,) int class indices.
    probs_nc
        (n, c) probabilities.
    weights_rn
        (r, n) how often each row counts in each replicate; None means once.

    Examples
    --------
    >>> probs = np.array([[0.5, 0.5], [0.25, 0.75]])
    >>> print(negative_log_likelihood(np.array([0, 1]), probs).round(4))
    [0.4904]
    """
    weights = unit_weights(labels_n.size) if weights_rn is None else weights_rn
    own_n = np.take_along_axis(probs_nc, labels_n[:, None], axis=1)[:, 0]
    loss_n = -np.log(np.clip(own_n, FLOOR, 1.0))
    return ratio(weights @ loss_n, weights.sum(axis=1))
