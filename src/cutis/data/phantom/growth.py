"""The follow-up: how much the lesion grew, and when it was seen again."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

GROWTH_MEDIAN = (1.08, 1.12, 1.04, 1.0, 1.45, 1.02, 1.03)
"""Median ratio of the areas (follow-up to first image) per diagnosis."""

GROWTH_SPREAD = (0.08, 0.10, 0.06, 0.03, 0.22, 0.05, 0.05)
"""Standard deviation of the logarithm of the ratio per diagnosis."""

MONTHS = (3, 6, 12)
"""Intervals until the follow-up."""

CHANGED_FROM = 1.2
"""A lesion counts as changed from this ratio of areas on."""


class Growth(NamedTuple):
    """What happens until the follow-up.

    Attributes
    ----------
    area_ratio
        Area at the follow-up over area at the first image.
    months
        Interval.
    """

    area_ratio: float
    months: int

    @property
    def changed(self) -> bool:
        """Whether the change counts as one."""
        return self.area_ratio >= CHANGED_FROM


def draw_growth(rng: np.random.Generator, diagnosis: int) -> Growth:
    """Draw the growth of a lesion, log-normal with the median and spread of its diagnosis.

    Examples
    --------
    >>> draw_growth(np.random.default_rng(0), 4).changed
    True
    """
    z = float(rng.standard_normal())
    ratio = GROWTH_MEDIAN[diagnosis] * float(np.exp(GROWTH_SPREAD[diagnosis] * z))
    return Growth(ratio, MONTHS[int(3 * rng.random())])
