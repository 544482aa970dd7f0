"""Two linear maps from the features of two towers into one space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

# Names of the tensors in a pair's weights file.
TENSORS = ("image.weight", "image.bias", "text.weight", "text.bias", "logit_scale")


@dataclass(frozen=True)
class Projections:
    """What pairing learns; float32.

    Parameters
    ----------
    image_weight, image_bias
        (k, d) and (k,): an image feature x becomes ``image_weight @ x + image_bias``.
    text_weight, text_bias
        The same for text features.
    scale
        Learned factor on the cosine.
    """

    image_weight: Floats
    image_bias: Floats
    text_weight: Floats
    text_bias: Floats
    scale: float

    @property
    def dim(self) -> int:
        """Length k of a projected feature."""
        return len(self.image_bias)

    def images(self, features_nd: Floats) -> Floats:
        """Project image features (n, d) to (n, k), not scaled to length one."""
        projected: Floats = features_nd @ self.image_weight.T + self.image_bias
        return projected

    def texts(self, features_md: Floats) -> Floats:
        """Project text features (m, d) to (m, k), not scaled to length one."""
        projected: Floats = features_md @ self.text_weight.T + self.text_bias
        return projected

    def tensors(self) -> dict[str, npt.NDArray[np.float32]]:
        """Return what a weights file holds, by name; the scale as its logarithm, as CLIP does."""
        values = (self.image_weight, self.image_bias, self.text_weight, self.text_bias,
                  np.float32(np.log(self.scale)))  # fmt: skip
        return {
            name: np.asarray(value, np.float32) for name, value in zip(TENSORS, values, strict=True)
        }


@dataclass(frozen=True)
class Standard:
    """Centre and spread of the features of one tower.

    Parameters
    ----------
    mean_d
        Mean of every feature.
    spread_d
        What centred features are divided by.
    """

    mean_d: Floats
    spread_d: Floats

    def fold(self, weight_kd: Floats, bias_k: Floats) -> tuple[Floats, Floats]:
        """Return the map of raw features that equals a map of standardised ones.

        Examples
        --------
        >>> own = Standard(np.float32([1.0, 0.0]), np.float32([2.0, 1.0]))
        >>> weight, bias = own.fold(np.float32([[4.0, 1.0]]), np.float32([0.0]))
        >>> weight.tolist(), bias.tolist()
        ([[2.0, 1.0]], [-2.0])
        """
        folded_kd = (weight_kd / self.spread_d).astype(np.float32)
        return folded_kd, (bias_k - folded_kd @ self.mean_d).astype(np.float32)


def standard(features_nd: Floats) -> Standard:
    """Return centre and spread of features; features that hardly vary are not blown up.

    Parameters
    ----------
    features_nd
        Features of the training rows.

    Examples
    --------
    >>> found = standard(np.float32([[0.0, 5.0], [2.0, 5.0]]))
    >>> found.mean_d.tolist(), found.spread_d.astype(float).round(3).tolist()
    ([1.0, 5.0], [1.0, 0.071])
    """
    values = np.asarray(features_nd, np.float64)
    spread_d = values.std(axis=0)
    typical = float(np.sqrt((spread_d**2).mean()))
    spread_d = np.maximum(spread_d, 0.1 * typical) if typical > 0 else np.ones_like(spread_d)
    return Standard(values.mean(axis=0).astype(np.float32), spread_d.astype(np.float32))
