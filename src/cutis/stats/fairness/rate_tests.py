"""Exact and chi-squared tests of a rate between subgroups of independent images."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cutis.stats.estimate import or_null


class RateTest(NamedTuple):
    """A test that a rate is the same in every subgroup.

    Attributes
    ----------
    p
        The p-value; NaN where nothing can be tested.
    method
        ``fisher-exact`` (two subgroups), ``chi-squared`` or ``none``.
    note
        What to know when reading it; may be empty.
    """

    p: float
    method: str
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the record as strict JSON values."""
        record: dict[str, Any] = {"p": or_null(self.p), "method": self.method}
        return record | ({"note": self.note} if self.note else {})


def rate_test(hits_g: np.ndarray, trials_g: np.ndarray) -> RateTest:
    """Test whether g independent shares differ.

    Only for images that are independent of each other: it knows nothing of lesions or patients.

    Parameters
    ----------
    hits_g, trials_g
        (g,) counts; subgroups without trials are left out.

    Examples
    --------
    >>> test = rate_test(np.array([8, 1]), np.array([10, 6]))
    >>> round(test.p, 3), test.method
    (0.035, 'fisher-exact')
    """
    from scipy.stats import chi2_contingency, fisher_exact

    kept = trials_g > 0
    table = np.stack([hits_g[kept], (trials_g - hits_g)[kept]], axis=1)
    if table.shape[0] < 2:
        return RateTest(float("nan"), "none", "fewer than two subgroups have such images")
    if table.shape[0] == 2:
        return RateTest(float(fisher_exact(table)[1]), "fisher-exact")
    if (table.sum(axis=0) == 0).any():
        return RateTest(float("nan"), "none", "the rate is the same, 0 or 1, in every subgroup")
    found = chi2_contingency(table, correction=False)
    rough = (found[3] < 5).any()
    note = "rough: fewer than 5 images are expected in some cells" if rough else ""
    return RateTest(float(found[1]), "chi-squared", note)
