"""A linear classifier of features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cutis.tasks.probe.fitted import softmax, spread_out


@dataclass(frozen=True)
class LinearProbe:
    """Softmax of a linear map of the features as the model gives them.

    Attributes
    ----------
    weight_sd, bias_s
        The map to the s classes that had training images.
    seen_s
        The number of each of them among the c classes.
    n_classes
        c.
    """

    weight_sd: np.ndarray
    bias_s: np.ndarray
    seen_s: np.ndarray
    n_classes: int
    kind: str = "linear"

    def probabilities(self, features_nd: np.ndarray) -> np.ndarray:
        """Return probabilities, n images by c classes.

        Examples
        --------
        >>> probe = LinearProbe(np.array([[0.0], [1.0]]), np.zeros(2), np.array([0, 1]), 2)
        >>> probe.probabilities(np.array([[0.0]])).tolist()
        [[0.5, 0.5]]
        """
        weight = self.weight_sd.astype(np.float64)
        logits = np.asarray(features_nd, np.float64) @ weight.T + self.bias_s
        return spread_out(softmax(logits), self.seen_s, self.n_classes)

    def tensors(self) -> dict[str, np.ndarray]:
        """Return its arrays by name."""
        return {"weight": self.weight_sd, "bias": self.bias_s, "seen": self.seen_s}

    def settings(self) -> dict[str, Any]:
        """Return its other facts as JSON values."""
        return {"n_classes": self.n_classes}

    @classmethod
    def read(cls, tensors: dict[str, np.ndarray], settings: dict[str, Any]) -> LinearProbe:
        """Return the probe that was written down."""
        return cls(tensors["weight"], tensors["bias"], tensors["seen"], int(settings["n_classes"]))
