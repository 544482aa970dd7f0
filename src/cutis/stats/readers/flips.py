"""What help did to single answers: put right, spoilt, left alone."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cutis.stats.mcnemar import mcnemar


class Flips(NamedTuple):
    """Readings of one case by one reader, before and after.

    Attributes
    ----------
    n
        Pairs of readings.
    helped, harmed, both_right, both_wrong
        Wrong then right; right then wrong; and the rest.
    p_exact, p_mid
        McNemar's test of helped against harmed, which takes readings as independent.
    """

    n: int
    helped: int
    harmed: int
    both_right: int
    both_wrong: int
    p_exact: float
    p_mid: float

    def to_json(self) -> dict[str, Any]:
        """Return the record as JSON values."""
        return self._asdict()


def count_flips(before_n: np.ndarray, after_n: np.ndarray) -> Flips:
    """Count answers that changed between right and wrong; missing pairs are left out.

    Parameters
    ----------
    before_n, after_n
        1 right, 0 wrong, NaN missing, for the same readings.

    Examples
    --------
    >>> count_flips(np.array([0, 0, 1, 1, 0.0]), np.array([1, 1, 1, 0, 0.0]))[:5]
    (5, 2, 1, 1, 1)
    """
    before, after = (np.asarray(x, dtype=np.float64).ravel() for x in (before_n, after_n))
    both = np.isfinite(before) & np.isfinite(after)
    first, second = before[both] == 1, after[both] == 1
    test = mcnemar(second, first)
    return Flips(
        int(both.sum()),
        test.only_first,
        test.only_second,
        int((first & second).sum()),
        int((~first & ~second).sum()),
        test.p_exact,
        test.p_mid,
    )
