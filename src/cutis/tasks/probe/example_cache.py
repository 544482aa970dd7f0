"""Zero-shot helped by a cache of labelled examples, without training."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cutis.tasks.probe.fitted import softmax, unit_rows

ALPHA, BETA = 1.0, 5.5
ALPHAS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
BETAS = (1.0, 2.0, 5.5, 10.0, 20.0)
BLOCK = 512


@dataclass(frozen=True)
class CacheProbe:
    """Zero-shot logits plus what similar examples say (Zhang et al., "Tip-Adapter", ECCV 2022).

    The logits are ``scale * cosine(image, class) + alpha * sum over examples of
    exp(-beta * (1 - cosine(image, example)))`` of the class.

    Attributes
    ----------
    keys_md, labels_m
        Unit features and classes of the examples.
    weights_cd
        Unit text feature of each class.
    scale, alpha, beta
        As in the formula.
    """

    keys_md: np.ndarray
    labels_m: np.ndarray
    weights_cd: np.ndarray
    scale: float
    alpha: float
    beta: float
    kind: str = "cache"

    def probabilities(self, features_nd: np.ndarray) -> np.ndarray:
        """Return probabilities, n images by c classes.

        Examples
        --------
        >>> axes = np.eye(2, dtype=np.float32)
        >>> probe = CacheProbe(axes[:1], np.array([1]), axes, 1.0, 1.0, 5.0)
        >>> probe.probabilities(np.array([[3.0, 0.0]])).tolist()  # prompt and example disagree
        [[0.5, 0.5]]
        """
        parts = [
            self.combine(*self.cosines(features_nd[start : start + BLOCK]))
            for start in range(0, len(features_nd), BLOCK)
        ]
        return np.concatenate([np.zeros((0, len(self.weights_cd))), *parts])

    def cosines(self, features_nd: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the cosine to each class's text (n, c) and to each example (n, m)."""
        x = unit_rows(features_nd)
        return x.astype(np.float64) @ self.weights_cd.T.astype(np.float64), x @ self.keys_md.T

    def combine(self, texts_nc: np.ndarray, examples_nm: np.ndarray) -> np.ndarray:
        """Return probabilities from both cosines."""
        nearness_nm = np.exp(-self.beta * (1.0 - examples_nm))
        member_mc = np.eye(texts_nc.shape[1], dtype=nearness_nm.dtype)[self.labels_m]
        return softmax(self.scale * texts_nc + self.alpha * (nearness_nm @ member_mc))

    def with_weights(self, alpha: float, beta: float) -> CacheProbe:
        """Return the probe with another alpha and beta."""
        return replace(self, alpha=alpha, beta=beta)

    def tensors(self) -> dict[str, np.ndarray]:
        """Return its arrays by name."""
        return {"keys": self.keys_md, "labels": self.labels_m, "weights": self.weights_cd}

    def settings(self) -> dict[str, Any]:
        """Return its other facts as JSON values."""
        return {"scale": self.scale, "alpha": self.alpha, "beta": self.beta}

    @classmethod
    def read(cls, tensors: dict[str, np.ndarray], settings: dict[str, Any]) -> CacheProbe:
        """Return the probe that was written down."""
        scale, alpha, beta = (float(settings[name]) for name in ("scale", "alpha", "beta"))
        return cls(tensors["keys"], tensors["labels"], tensors["weights"], scale, alpha, beta)
