"""Power of many-reader many-case studies from the variance components of a pilot."""

from __future__ import annotations

import math
from typing import NamedTuple

from cutis.stats.readers.obuchowski_rockette import Components, Generalise

# So far beyond the critical value, every power is 1 to the last digit.
HUGE = 1e4


class Pilot(NamedTuple):
    """What a planned study is expected to vary like, per study of ``n_cases`` cases.

    Attributes
    ----------
    var_both
        Variance component of reader by arm.
    variance, cov1, cov2, cov3
        Error variance and covariances of a figure of merit, see
        :class:`cutis.stats.readers.obuchowski_rockette.Components`.
    n_cases
        Cases those were estimated with; the error shrinks in proportion to them.
    """

    var_both: float
    variance: float
    cov1: float
    cov2: float
    cov3: float
    n_cases: int


def pilot_of(found: Components, n_cases: int) -> Pilot:
    """Take the components of a finished study; negative ones become zero.

    Examples
    --------
    >>> pilot_of(Components(0, 0, 0, 8e-4, 3e-4, 3e-4, 2e-4, 0, -1e-5), 100).var_both
    0.0
    """
    return Pilot(
        max(found.var_both, 0.0), found.variance, found.cov1, found.cov2, found.cov3, n_cases
    )


class PowerOfStudy(NamedTuple):
    """Power with its parts: the non-centrality and the degrees of freedom of F."""

    power: float
    noncentrality: float
    df2: float


def mrmc_power(
    pilot: Pilot,
    difference: float,
    n_readers: int,
    n_cases: int,
    generalise: Generalise = "readers_and_cases",
    alpha: float = 0.05,
) -> PowerOfStudy:
    """Return the power to find a difference between two arms read by all readers.

    Hillis, Obuchowski and Berbaum, "Power estimation for multireader ROC methods" (2011): the
    expected mean squares stand in the place of the observed ones.

    Parameters
    ----------
    pilot
        Variance components.
    difference
        True difference of the figure of merit, averaged over readers.
    n_readers, n_cases
        Of the planned study, with the pilot's mix of cases.
    generalise
        See :func:`cutis.stats.readers.obuchowski_rockette.analyse`.
    alpha
        Level of the test.

    Raises
    ------
    ValueError
        If there are fewer than two readers where readers are random, or fewer than two cases, or
        if the components leave no error, or the power cannot be computed.

    Examples
    --------
    >>> pilot = Pilot(0.0002, 0.0008, 0.00035, 0.00034, 0.00024, 114)
    >>> found = mrmc_power(pilot, 0.05, 6, 250)
    >>> round(found.power, 3), round(found.df2, 2)
    (0.897, 15.5)
    """
    if n_cases < 2 or n_readers < (1 if generalise == "cases" else 2):
        raise ValueError(
            f"{n_readers} readers and {n_cases} cases are too few; at least two of each are needed."
        )
    shrink = pilot.n_cases / n_cases
    variance, cov1, cov2, cov3 = (shrink * value for value in pilot[1:5])
    shared = max(cov2 - cov3, 0.0)
    apart = max(variance - cov1 - shared, 0.0)
    both = pilot.var_both + apart if generalise != "cases" else apart
    scale = both if generalise == "readers" else both + n_readers * shared
    if scale <= 0:
        raise ValueError("The variance components leave no error at all; power has no meaning.")
    # scipy's non-central F is wrong at exactly zero
    shift = max(n_readers * difference**2 / 2 / scale, 1e-9)
    df2 = float("inf") if generalise == "cases" else float(n_readers - 1)
    if generalise == "readers_and_cases":
        df2 *= scale**2 / both**2 if both > 0 else float("inf")
    return PowerOfStudy(_tail(shift, df2, alpha), shift, df2)


def _tail(shift: float, df2: float, alpha: float) -> float:
    """Return how often a non-central F with 1 and ``df2`` degrees exceeds its critical value."""
    from scipy.stats import chi2, f, ncf, ncx2

    if math.isinf(df2):
        limit = float(chi2.ppf(1 - alpha, 1))
        found = float(ncx2.sf(limit, 1, shift))
    else:
        limit = float(f.ppf(1 - alpha, 1, df2))
        found = float(ncf.sf(limit, 1, df2, shift))
    if math.isfinite(found):
        return found
    if shift > HUGE * limit:
        return 1.0
    raise ValueError(
        f"The power for a non-centrality of {shift:.3g} and {df2:.3g} degrees of freedom cannot "
        "be computed."
    )
