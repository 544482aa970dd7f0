"""What a fit needs: validation cases of every class."""

from __future__ import annotations

import numpy as np


def refuse_absent_classes(labels_n: np.ndarray, n_classes: int, method: str) -> None:
    """Refuse to fit a value per class where a class has no case.

    Parameters
    ----------
    labels_n
        (n,) int class indices of the validation cases.
    n_classes
        The number of classes c.
    method
        What is being fitted, to begin the message.

    Raises
    ------
    ValueError
        If a class does not occur.

    Examples
    --------
    >>> refuse_absent_classes(np.array([0, 1]), 2, "Vector scaling")
    """
    absent = np.setdiff1d(np.arange(n_classes), labels_n)
    if absent.size:
        raise ValueError(
            f"{method} fits every class by itself, and {absent.size} of the {n_classes} classes "
            f"(first: number {absent[0]}) have no validation case; a temperature can be fitted."
        )
