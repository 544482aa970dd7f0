"""What goes into a training step: images of all classes alike, and a text for each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def balanced_rows(rng: np.random.Generator, labels_n: np.ndarray, size: int) -> np.ndarray:
    """Draw rows so that every class comes equally often.

    Parameters
    ----------
    rng
        Source of chance.
    labels_n
        Class of each row, -1 where there is none; such rows are never drawn.
    size
        Rows to draw. Classes that are smaller than their share are drawn with repeats.

    Returns
    -------
    numpy.ndarray
        int64 (size,) row numbers.

    Examples
    --------
    >>> labels = np.array([0, 0, 0, 0, 0, 0, 1, -1])
    >>> labels[balanced_rows(np.random.default_rng(0), labels, 6)].tolist()
    [0, 0, 0, 1, 1, 1]
    """
    classes = np.unique(labels_n[labels_n >= 0])
    share, rest = divmod(size, len(classes))
    extra = set(rng.permutation(classes)[:rest].tolist())
    parts = []
    for number in classes:
        rows = np.flatnonzero(labels_n == number)
        wanted = share + (int(number) in extra)
        parts.append(rng.choice(rows, wanted, replace=wanted > len(rows)))
    return np.concatenate(parts).astype(np.int64)


def texts_of_classes(
    rng: np.random.Generator, class_of_text_m: np.ndarray, labels_n: np.ndarray
) -> np.ndarray:
    """Draw one text of the own class for each image.

    Parameters
    ----------
    rng
        Source of chance.
    class_of_text_m
        The class each of the m texts describes.
    labels_n
        The class of each image; every class has at least one text.

    Returns
    -------
    numpy.ndarray
        int64 (n,) text numbers.

    Examples
    --------
    >>> texts_of_classes(np.random.default_rng(0), np.array([0, 1]), np.array([1, 0])).tolist()
    [1, 0]
    """
    drawn = np.empty(len(labels_n), np.int64)
    for number in np.unique(labels_n):
        of_class = labels_n == number
        drawn[of_class] = rng.choice(np.flatnonzero(class_of_text_m == number), of_class.sum())
    return drawn


def captioned_rows(
    rng: np.random.Generator, captions_of_n: Sequence[Sequence[int]], size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw images that have captions, and one caption of each.

    Parameters
    ----------
    rng
        Source of chance.
    captions_of_n
        Numbers of the captions of each row; rows without any are never drawn.
    size
        Rows to draw; all of them, when there are fewer.

    Returns
    -------
    tuple
        int64 row numbers and caption numbers, of the same length.

    Examples
    --------
    >>> rows, captions = captioned_rows(np.random.default_rng(1), [[4], [], [5, 6]], 8)
    >>> sorted(rows.tolist()), captions[rows == 0].tolist()
    ([0, 2], [4])
    """
    able = np.array([row for row, given in enumerate(captions_of_n) if len(given)], np.int64)
    rows = rng.choice(able, min(size, len(able)), replace=False)
    given = [captions_of_n[row] for row in rows.tolist()]
    captions = [numbers[int(rng.integers(len(numbers)))] for numbers in given]
    return rows, np.array(captions, np.int64)
