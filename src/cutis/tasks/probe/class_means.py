"""The nearest class mean answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cutis.tasks.probe.fitted import softmax, spread_out, unit_rows


@dataclass(frozen=True)
class MeanProbe:
    """Softmax of minus half the squared distance to each class mean, over the spread of images.

    Attributes
    ----------
    means_sd
        Mean unit feature of each of the s classes that had training images.
    spread
        Mean squared distance of the training images to the mean of their class.
    seen_s
        The number of each of these classes among the c classes.
    n_classes
        c.
    """

    means_sd: np.ndarray
    spread: float
    seen_s: np.ndarray
    n_classes: int
    kind: str = "mean"

    def probabilities(self, features_nd: np.ndarray) -> np.ndarray:
        """Return probabilities, n images by c classes; the nearest mean has the highest.

        Examples
        --------
        >>> probe = fit_means(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0, 1]), 2)
        >>> probe.probabilities(np.array([[1.0, 1.0]])).tolist()
        [[0.5, 0.5]]
        """
        x, means = unit_rows(features_nd).astype(np.float64), self.means_sd
        squared = (x**2).sum(axis=1)[:, None] - 2 * x @ means.T + (means**2).sum(axis=1)
        return spread_out(softmax(-squared / (2 * self.spread)), self.seen_s, self.n_classes)

    def tensors(self) -> dict[str, np.ndarray]:
        """Return its arrays by name."""
        return {"means": self.means_sd, "seen": self.seen_s}

    def settings(self) -> dict[str, Any]:
        """Return its other facts as JSON values."""
        return {"spread": self.spread, "n_classes": self.n_classes}

    @classmethod
    def read(cls, tensors: dict[str, np.ndarray], settings: dict[str, Any]) -> MeanProbe:
        """Return the probe that was written down."""
        spread, n_classes = float(settings["spread"]), int(settings["n_classes"])
        return cls(tensors["means"], spread, tensors["seen"], n_classes)


def fit_means(features_nd: np.ndarray, labels_n: np.ndarray, n_classes: int) -> MeanProbe:
    """Average the unit features of each class.

    With one image per class the images have no spread; that of the means around their own mean
    stands for it.

    Examples
    --------
    >>> fit_means(np.array([[2.0, 0.0], [0.0, 1.0]]), np.array([0, 2]), 3).means_sd.tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    seen, labels = np.unique(labels_n, return_inverse=True)
    x = unit_rows(features_nd).astype(np.float64)
    sums = np.zeros((len(seen), x.shape[1]))
    np.add.at(sums, labels, x)
    means = sums / np.bincount(labels)[:, None]
    spread = float(((x - means[labels]) ** 2).sum(axis=1).mean())
    if spread < 1e-9:
        spread = float(((means - means.mean(axis=0)) ** 2).sum(axis=1).mean())
    return MeanProbe(means, max(spread, 1e-9), seen.astype(np.int64), n_classes)
