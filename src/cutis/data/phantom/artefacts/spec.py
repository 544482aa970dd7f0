"""Which artefacts an image has, and the planted bias."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cutis.data.phantom.attributes import CLASSES

NAMES: tuple[str, ...] = ("hair", "ruler", "ink", "gel_bubbles", "dark_corner")
"""The artefacts, in the order of their columns."""

RATES: tuple[float, ...] = (0.22, 0.07, 0.03, 0.08, 0.10)
"""Share of images with each artefact at an artefact rate of 1."""

BIASED_CLASS = CLASSES.index("melanoma")
"""The class that the ruler goes with when a bias is planted."""


class Artefacts(NamedTuple):
    """Presence of each artefact (0 or 1), and the seed of how they lie."""

    hair: int
    ruler: int
    ink: int
    gel_bubbles: int
    dark_corner: int
    key: int


CLEAN = Artefacts(0, 0, 0, 0, 0, 0)
"""No artefact."""


def ruler_probability(rate: float, bias: float, melanoma_share: float, is_melanoma: bool) -> float:
    """Return P(ruler | diagnosis).

    Without a bias it is ``0.07 * rate``. With a bias b it is ``b + (1 - b) q`` for melanoma and
    ``(1 - b) q`` otherwise, q being the share of melanoma: the ruler is then in a share q of the
    images and its correlation (phi) with melanoma is exactly b.

    Examples
    --------
    >>> ruler_probability(1.0, 0.0, 0.15, True), ruler_probability(1.0, 1.0, 0.15, False)
    (0.07, 0.0)
    """
    if bias <= 0:
        return min(1.0, RATES[1] * rate)
    return (1.0 - bias) * melanoma_share + (bias if is_melanoma else 0.0)


def draw_artefacts(
    rng: np.random.Generator,
    rate: float,
    bias: float,
    prior: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    diagnosis: int,
) -> Artefacts:
    """Draw which artefacts an image has; only a planted bias makes them know the diagnosis."""
    u = rng.random(len(NAMES) + 1)
    chances = [min(1.0, r * rate) for r in RATES]
    chances[1] = ruler_probability(
        rate, bias, float(prior[BIASED_CLASS]), diagnosis == BIASED_CLASS
    )
    present = [int(x < p) for x, p in zip(u, chances, strict=False)]
    hair, ruler, ink, bubbles, corner = present
    return Artefacts(hair, ruler, ink, bubbles, corner, int(u[-1] * 2**31))
