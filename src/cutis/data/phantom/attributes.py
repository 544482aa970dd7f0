"""What can be seen in a phantom lesion, and how often in each diagnosis: the generative rule.

Given the diagnosis the attributes are independent, each drawn from its row below. The diagnosis
has a prior. Together they fix the joint law of diagnosis and attributes, hence the true posterior
of every image (:mod:`cutis.data.phantom.diagnosis`). The numbers are ours: chosen so that the
classes overlap about as much as textbook dermoscopy says, not estimated from any data set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CLASSES: tuple[str, ...] = (
    "actinic keratosis",
    "basal cell carcinoma",
    "benign keratosis",
    "dermatofibroma",
    "melanoma",
    "nevus",
    "vascular lesion",
)
"""The diagnoses, in the order of every table."""

CODES: tuple[str, ...] = ("akiec", "bcc", "bkl", "df", "mel", "nv", "vasc")
"""Short codes of the diagnoses, in the same order."""

PRIORS: Mapping[str, tuple[float, ...]] = {
    "clinic": (0.10, 0.14, 0.18, 0.07, 0.15, 0.28, 0.08),
    "uniform": (1 / 7,) * 7,
    "ham10000": (0.0327, 0.0513, 0.1097, 0.0115, 0.1111, 0.6695, 0.0142),
}
"""Named class frequencies."""


@dataclass(frozen=True)
class Attribute:
    """One attribute: its levels and their probability in each diagnosis.

    Attributes
    ----------
    name
        Column name in the table.
    levels
        Names of the levels; level 0 is what is not mentioned (absent, symmetric, ...).
    table
        Percentages, shape (levels, classes); every column sums to 100.
    """

    name: str
    levels: tuple[str, ...]
    table: tuple[tuple[float, ...], ...]

    def probabilities(self) -> NDArray[np.float64]:
        """Return P(level | diagnosis), shape (levels, classes)."""
        return np.asarray(self.table, np.float64) / 100.0


def _yes(name: str, *percent: float) -> Attribute:
    no = tuple(round(100.0 - p, 3) for p in percent)
    return Attribute(name, ("absent", "present"), (no, percent))


# Columns: actinic keratosis, basal cell carcinoma, benign keratosis, dermatofibroma, melanoma,
# melanocytic nevus, vascular lesion. Percentages.
ATTRIBUTES: tuple[Attribute, ...] = (
    Attribute(
        "colour",
        ("pink", "yellow", "light brown", "dark brown", "black", "blue-grey", "red-purple"),
        (
            (60.0, 62.0, 7.0, 42.0, 8.0, 9.0, 3.0),
            (6.0, 5.0, 16.0, 3.0, 1.0, 0.5, 0.5),
            (26.0, 12.0, 46.0, 40.0, 22.0, 42.0, 0.5),
            (6.0, 5.0, 24.0, 12.0, 45.0, 43.5, 1.0),
            (0.5, 2.0, 2.0, 0.5, 13.0, 2.5, 6.0),
            (0.5, 13.0, 4.0, 1.5, 10.0, 2.0, 3.0),
            (1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 86.0),
        ),
    ),
    Attribute(
        "size",
        ("small", "medium", "large"),
        (
            (12.0, 25.0, 20.0, 30.0, 10.0, 33.0, 42.0),
            (45.0, 50.0, 42.0, 52.0, 37.0, 47.0, 45.0),
            (43.0, 25.0, 38.0, 18.0, 53.0, 20.0, 13.0),
        ),
    ),
    Attribute(
        "asymmetry",
        ("symmetric", "one axis", "two axes"),
        (
            (30.0, 20.0, 30.0, 65.0, 6.0, 66.0, 62.0),
            (40.0, 40.0, 40.0, 27.0, 26.0, 27.0, 28.0),
            (30.0, 40.0, 30.0, 8.0, 68.0, 7.0, 10.0),
        ),
    ),
    _yes("border_irregular", 45.0, 35.0, 40.0, 10.0, 72.0, 15.0, 12.0),
    _yes("border_sharp", 4.0, 9.0, 46.0, 2.0, 20.0, 11.0, 72.0),
    _yes("variegated", 10.0, 15.0, 20.0, 10.0, 62.0, 12.0, 15.0),
    Attribute(
        "network",
        ("absent", "typical", "atypical"),
        (
            (92.0, 97.0, 82.0, 45.0, 38.0, 34.0, 98.5),
            (4.0, 2.0, 13.0, 48.0, 10.0, 57.0, 1.0),
            (4.0, 1.0, 5.0, 7.0, 52.0, 9.0, 0.5),
        ),
    ),
    Attribute(
        "globules",
        ("absent", "regular", "irregular"),
        (
            (91.0, 91.0, 86.0, 93.0, 40.0, 56.0, 95.0),
            (3.0, 2.0, 7.0, 5.0, 8.0, 35.0, 2.0),
            (6.0, 7.0, 7.0, 2.0, 52.0, 9.0, 3.0),
        ),
    ),
    Attribute(
        "streaks",
        ("absent", "regular", "irregular"),
        (
            (97.0, 97.0, 95.0, 97.0, 58.0, 91.0, 99.0),
            (1.0, 1.0, 2.0, 2.0, 5.0, 6.0, 0.5),
            (2.0, 2.0, 3.0, 1.0, 37.0, 3.0, 0.5),
        ),
    ),
    _yes("blue_white_veil", 2.0, 8.0, 5.0, 2.0, 48.0, 3.0, 5.0),
    _yes("regression", 5.0, 6.0, 10.0, 3.0, 34.0, 3.0, 1.0),
    Attribute(
        "vessels",
        ("absent", "dotted", "arborising", "linear irregular"),
        (
            (60.0, 24.0, 84.0, 78.0, 62.0, 90.0, 92.0),
            (28.0, 4.0, 4.0, 17.0, 14.0, 8.0, 3.0),
            (3.0, 64.0, 2.0, 2.0, 2.0, 1.0, 2.0),
            (9.0, 8.0, 10.0, 3.0, 22.0, 1.0, 3.0),
        ),
    ),
    _yes("lacunae", 0.5, 0.5, 0.5, 0.5, 0.5, 0.3, 82.0),
    _yes("milia_like_cysts", 4.0, 3.0, 58.0, 2.0, 2.0, 3.0, 1.0),
    _yes("comedo_like_openings", 2.0, 1.0, 50.0, 1.0, 1.5, 2.0, 0.5),
    _yes("ridges", 3.0, 1.0, 46.0, 2.0, 3.0, 5.0, 1.0),
    _yes("ovoid_nests", 1.0, 46.0, 2.0, 0.5, 4.0, 1.0, 2.0),
    _yes("ulceration", 6.0, 22.0, 2.0, 1.0, 6.0, 0.3, 4.0),
    _yes("white_scar", 3.0, 5.0, 1.5, 76.0, 4.0, 1.0, 1.0),
    _yes("shiny_white_lines", 5.0, 30.0, 2.0, 22.0, 14.0, 1.0, 2.0),
    _yes("strawberry_pattern", 64.0, 2.0, 2.0, 1.0, 2.0, 0.5, 0.5),
    _yes("scale", 58.0, 10.0, 14.0, 6.0, 2.0, 0.5, 2.0),
)
"""Every attribute with its table."""

BY_NAME: Mapping[str, Attribute] = {attribute.name: attribute for attribute in ATTRIBUTES}
"""The attributes by name."""


def draw_attributes(rng: np.random.Generator, diagnosis: int) -> dict[str, int]:
    """Draw the attributes of a lesion given its diagnosis, independently of each other.

    Examples
    --------
    >>> drawn = draw_attributes(np.random.default_rng(0), CLASSES.index("vascular lesion"))
    >>> BY_NAME["colour"].levels[drawn["colour"]], drawn["lacunae"]
    ('red-purple', 1)
    """
    uniform = rng.random(len(ATTRIBUTES))
    cumulative = _cumulative()
    return {
        attribute.name: int(np.searchsorted(cumulative[k][:, diagnosis], uniform[k], "right"))
        for k, attribute in enumerate(ATTRIBUTES)
    }


def _cumulative() -> list[NDArray[np.float64]]:
    return _CUMULATIVE


_CUMULATIVE = [np.cumsum(a.probabilities(), axis=0)[:-1] for a in ATTRIBUTES]
