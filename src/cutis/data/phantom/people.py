"""Patients: who owns which image, age, sex, site of the body and skin tone."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

AGE_MEAN = np.array([69.0, 66.0, 63.0, 50.0, 60.0, 44.0, 50.0])
"""Mean age per diagnosis in years."""

AGE_SD = np.array([11.0, 13.0, 13.0, 14.0, 16.0, 16.0, 19.0])
"""Standard deviation of the age per diagnosis in years."""

AGES = (5, 95)
"""Youngest and oldest age; P(age | diagnosis) is a normal density on these whole years."""

FEMALE = np.array([0.40, 0.42, 0.47, 0.58, 0.43, 0.52, 0.54])
"""Probability of a female patient per diagnosis."""

SITES: tuple[str, ...] = (
    "head and neck",
    "trunk",
    "upper extremity",
    "lower extremity",
    "acral",
)
"""Sites of the body."""

SITE = np.array(
    [
        [0.55, 0.48, 0.33, 0.04, 0.18, 0.09, 0.22],
        [0.12, 0.28, 0.35, 0.13, 0.39, 0.52, 0.42],
        [0.20, 0.11, 0.14, 0.21, 0.18, 0.15, 0.14],
        [0.12, 0.12, 0.17, 0.60, 0.21, 0.20, 0.16],
        [0.01, 0.01, 0.01, 0.02, 0.04, 0.04, 0.06],
    ]
)
"""P(site | diagnosis), shape (sites, classes)."""

SEXES: tuple[str, ...] = ("female", "male")
SPLITS: tuple[str, ...] = ("train", "val", "test")
SPLIT_SHARES: tuple[float, ...] = (0.7, 0.1, 0.2)
TONE_WEIGHTS: dict[str, tuple[float, ...]] = {
    "diverse": (0.17, 0.21, 0.20, 0.17, 0.14, 0.11),
    "light": (0.35, 0.45, 0.17, 0.03, 0.0, 0.0),
}
"""Named distributions of the Fitzpatrick types 1 to 6."""

BLOCK = 16
"""Images per block; patients never reach over the end of a block."""

_SAME_LESION, _SAME_PATIENT = 0.16, 0.20


class Place(NamedTuple):
    """Which patient and lesion an image shows.

    Attributes
    ----------
    patient, lesion
        Numbers that identify the patient and the lesion.
    lesion_of_patient
        0 for the first lesion of this patient, 1 for the next, ...
    image_of_lesion
        0 for the first image of this lesion, 1 for the next, ...
    """

    patient: int
    lesion: int
    lesion_of_patient: int
    image_of_lesion: int


@lru_cache(maxsize=64)
def _block(seed: int, block: int) -> tuple[Place, ...]:
    uniform = np.random.default_rng([seed, 1, block]).random(BLOCK)
    places: list[Place] = []
    for k in range(BLOCK):
        here = block * BLOCK + k
        if k == 0 or uniform[k] > _SAME_LESION + _SAME_PATIENT:
            places.append(Place(here, here, 0, 0))
        elif uniform[k] < _SAME_LESION:
            last = places[-1]
            places.append(last._replace(image_of_lesion=last.image_of_lesion + 1))
        else:
            last = places[-1]
            places.append(Place(last.patient, here, last.lesion_of_patient + 1, 0))
    return tuple(places)


def place(seed: int, index: int) -> Place:
    """Return the patient and lesion of an image; it depends on nothing but seed and index.

    Examples
    --------
    >>> place(0, 0).image_of_lesion, place(0, 0) == place(0, 0)
    (0, True)
    """
    return _block(seed, index // BLOCK)[index % BLOCK]


def _age_table() -> Vector:
    z = (np.arange(AGES[0], AGES[1] + 1)[:, None] - AGE_MEAN) / AGE_SD
    weights = np.exp(-0.5 * z * z)
    return np.asarray(weights / weights.sum(axis=0), np.float64)


_AGE = _age_table()


def log_likelihood_person(age: int, sex: str) -> Vector:
    """Return log P(age, sex | diagnosis), shape (classes,)."""
    sexes = FEMALE if sex == "female" else 1.0 - FEMALE
    return np.asarray(np.log(_AGE[age - AGES[0]]) + np.log(sexes), np.float64)


def log_likelihood_site(site: str) -> Vector:
    """Return log P(site | diagnosis), shape (classes,)."""
    return np.asarray(np.log(SITE[SITES.index(site)]), np.float64)


class Patient(NamedTuple):
    """One patient.

    Attributes
    ----------
    age
        Whole years.
    sex
        "female" or "male".
    fitzpatrick
        Skin type 1 to 6.
    ita
        Individual typology angle of the skin in degrees.
    split
        "train", "val" or "test".
    diagnosis
        Class number of the first lesion.
    """

    age: int
    sex: str
    fitzpatrick: int
    ita: float
    split: str
    diagnosis: int


ITA_RANGES: tuple[tuple[float, float], ...] = (
    (55.0, 68.0),
    (41.0, 55.0),
    (28.0, 41.0),
    (10.0, 28.0),
    (-30.0, 10.0),
    (-55.0, -30.0),
)
"""Range of the typology angle of the Fitzpatrick types 1 to 6, in degrees."""


def draw_patient(
    seed: int, patient: int, prior: Vector, tones: Vector, diagnosis: int | None = None
) -> Patient:
    """Draw a patient whose first lesion has a diagnosis from the prior (or the one given)."""
    rng = np.random.default_rng([seed, 2, patient])
    uniform = rng.random(6)
    if diagnosis is None:
        diagnosis = pick(prior, uniform[0])
    tone = pick(tones, uniform[2])
    low, high = ITA_RANGES[tone]
    return Patient(
        age=AGES[0] + pick(_AGE[:, diagnosis], uniform[5]),
        sex=SEXES[0] if uniform[1] < FEMALE[diagnosis] else SEXES[1],
        fitzpatrick=tone + 1,
        ita=low + (high - low) * float(uniform[3]),
        split=SPLITS[pick(np.asarray(SPLIT_SHARES), uniform[4])],
        diagnosis=diagnosis,
    )


def pick(probabilities: Vector, uniform: float) -> int:
    """Return the class that a uniform number falls into.

    Examples
    --------
    >>> pick(np.array([0.2, 0.5, 0.3]), 0.6)
    1
    """
    last = int(np.flatnonzero(probabilities)[-1])
    return min(int(np.searchsorted(np.cumsum(probabilities), uniform, "right")), last)
