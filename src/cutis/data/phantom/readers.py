"""Several readers who answer each image: their skill is a known confusion table."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cutis.data.phantom.attributes import CLASSES

Matrix = NDArray[np.float64]

# What a class is mistaken for, when it is mistaken: weights, the own class left out.
_MISTAKEN_FOR = np.array(
    [
        [0, 40, 35, 3, 12, 6, 4],
        [35, 0, 20, 8, 15, 15, 7],
        [20, 10, 0, 5, 35, 27, 3],
        [5, 15, 15, 0, 15, 45, 5],
        [4, 6, 30, 3, 0, 52, 5],
        [3, 5, 25, 12, 50, 0, 5],
        [6, 20, 12, 7, 30, 25, 0],
    ],
    np.float64,
)


class Reader(NamedTuple):
    """One reader.

    Attributes
    ----------
    name
        Column name.
    description
        Who it is meant to be.
    sensitivity
        Probability of the right answer per diagnosis.
    """

    name: str
    description: str
    sensitivity: tuple[float, ...]

    def confusion(self) -> Matrix:
        """Return P(answer | diagnosis), shape (diagnoses, answers); rows sum to one."""
        right = np.asarray(self.sensitivity)[:, None]
        wrong = _MISTAKEN_FOR / _MISTAKEN_FOR.sum(axis=1, keepdims=True)
        return np.asarray(right * np.eye(len(CLASSES)) + (1.0 - right) * wrong, np.float64)


READERS: tuple[Reader, ...] = (
    Reader("reader_1", "dermoscopy expert", (0.85, 0.91, 0.84, 0.80, 0.88, 0.90, 0.96)),
    Reader("reader_2", "dermatologist", (0.72, 0.82, 0.74, 0.68, 0.76, 0.84, 0.91)),
    Reader("reader_3", "resident", (0.56, 0.68, 0.62, 0.52, 0.64, 0.78, 0.84)),
    Reader("reader_4", "general practitioner", (0.40, 0.52, 0.50, 0.34, 0.52, 0.72, 0.72)),
)
"""The readers, best first. Given the diagnosis their answers are independent."""

_CUMULATIVE = np.stack([reader.confusion().cumsum(axis=1) for reader in READERS])


def read_answers(diagnosis: int, rng: np.random.Generator) -> tuple[int, ...]:
    """Draw every reader's answer to an image of a diagnosis, as class numbers.

    Examples
    --------
    >>> read_answers(4, np.random.default_rng(0))
    (4, 4, 2, 0)
    """
    uniform = rng.random(len(READERS))
    rows = _CUMULATIVE[:, diagnosis, :-1]
    return tuple(int(n) for n in (rows <= uniform[:, None]).sum(axis=1))
