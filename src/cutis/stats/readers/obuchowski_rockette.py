"""Many readers and many cases: the analysis of variance of Obuchowski and Rockette.

Obuchowski and Rockette (1995) with the degrees of freedom of Hillis (2007, 2014).
"""

from __future__ import annotations

from itertools import combinations
from statistics import NormalDist
from typing import Literal, NamedTuple

import numpy as np

from cutis.stats.proportion import Interval

Generalise = Literal["readers_and_cases", "readers", "cases"]
# Errors of shares this small are rounding, not variation.
ROUNDING = 1e-12
GENERALISE: tuple[Generalise, ...] = ("readers_and_cases", "readers", "cases")


class Components(NamedTuple):
    """Mean squares and variance components of a crossed study.

    Attributes
    ----------
    ms_arm, ms_reader, ms_both
        Mean squares of arms, readers and their interaction.
    variance
        Mean variance of one figure over samples of cases.
    cov1, cov2, cov3
        Mean covariance of: one reader in two arms; two readers in one arm; both different.
    var_reader, var_both
        Variance components of readers and of the interaction; they may be negative.
    """

    ms_arm: float
    ms_reader: float
    ms_both: float
    variance: float
    cov1: float
    cov2: float
    cov3: float
    var_reader: float
    var_both: float


class Inference(NamedTuple):
    """A mean or a difference with its standard error, degrees of freedom, interval and p.

    ``p`` is that of the hypothesis zero for a difference, NaN for a mean.
    """

    value: float
    error: float
    df: float
    low: float
    high: float
    p: float


class OrAnalysis(NamedTuple):
    """What one analysis says.

    Attributes
    ----------
    f, df1, df2, p
        The test that all arms are alike; ``df2`` is infinite for fixed readers.
    arms
        One inference per arm, from that arm's data alone.
    differences
        Second arm minus first, for every pair (first, second).
    """

    f: float
    df1: float
    df2: float
    p: float
    arms: list[Inference]
    differences: dict[tuple[int, int], Inference]


def components(theta_aj: np.ndarray, covariance: np.ndarray) -> Components:
    """Return mean squares and variance components.

    Parameters
    ----------
    theta_aj
        Figure of merit of a arms by j readers.
    covariance
        Of all figures over samples of cases, (a*j, a*j), arm by arm.

    Examples
    --------
    >>> theta = np.array([[0.80, 0.85, 0.90], [0.84, 0.90, 0.93]])
    >>> found = components(theta, np.eye(6) * 0.001)
    >>> round(found.ms_arm, 6), round(found.ms_both, 6), round(found.variance, 4), found.cov3
    (0.0024, 5e-05, 0.001, 0.0)
    """
    theta = np.asarray(theta_aj, dtype=np.float64)
    a, j = theta.shape
    grand, by_arm, by_reader = theta.mean(), theta.mean(axis=1), theta.mean(axis=0)
    rest = theta - by_arm[:, None] - by_reader + grand
    ms_arm = j * float(((by_arm - grand) ** 2).sum()) / (a - 1) if a > 1 else 0.0
    ms_reader = a * float(((by_reader - grand) ** 2).sum()) / (j - 1) if j > 1 else 0.0
    ms_both = float((rest**2).sum()) / ((a - 1) * (j - 1)) if min(a, j) > 1 else 0.0
    blocks = np.asarray(covariance, dtype=np.float64).reshape(a, j, a, j)
    same_arm, same_reader = np.eye(a, dtype=bool), np.eye(j, dtype=bool)

    def mean(arm: np.ndarray, reader: np.ndarray) -> float:
        chosen = blocks.transpose(0, 2, 1, 3)[arm][:, reader]
        return float(chosen.mean()) if chosen.size else 0.0

    variance, cov1 = mean(same_arm, same_reader), mean(~same_arm, same_reader)
    cov2, cov3 = mean(same_arm, ~same_reader), mean(~same_arm, ~same_reader)
    return Components(
        ms_arm,
        ms_reader,
        ms_both,
        variance,
        cov1,
        cov2,
        cov3,
        (ms_reader - ms_both) / a - cov1 + cov3,
        ms_both - variance + cov1 + max(cov2 - cov3, 0.0),
    )


def analyse(
    theta_aj: np.ndarray,
    covariance: np.ndarray,
    generalise: Generalise = "readers_and_cases",
    confidence: float = 0.95,
) -> OrAnalysis:
    """Test whether arms differ, and estimate every arm and every difference.

    Parameters
    ----------
    theta_aj, covariance
        See :func:`components`.
    generalise
        To which population the answer speaks: other readers and other cases, other readers on
        these cases, or these readers on other cases.
    confidence
        Coverage of the intervals.

    Raises
    ------
    ValueError
        If there are fewer than two arms, or fewer than two readers where readers are random.

    Examples
    --------
    >>> theta = np.array([[0.80, 0.85, 0.90], [0.84, 0.90, 0.93]])
    >>> found = analyse(theta, np.eye(6) * 1e-5)
    >>> round(found.f, 1), round(found.p, 4), round(found.differences[0, 1].low, 4)
    (48.0, 0.0202, 0.0152)
    """
    theta = np.asarray(theta_aj, dtype=np.float64)
    a, j = theta.shape
    if a < 2:
        raise ValueError("Two arms or more are needed for a comparison.")
    if j < 2 and generalise != "cases":
        raise ValueError("Two readers or more are needed to speak of other readers.")
    found = components(theta, covariance)
    scale, df2 = error_term(found, a, j, generalise)
    ratio = found.ms_arm / scale if scale > ROUNDING**2 else float("nan")
    pairs = combinations(range(a), 2)
    differences = {
        (one, other): infer(
            float(theta[other].mean() - theta[one].mean()), (2 * scale / j) ** 0.5, df2, confidence
        )
        for one, other in pairs
    }
    blocks = np.asarray(covariance, dtype=np.float64).reshape(a, j, a, j)
    arms = [
        one_arm(theta[i], blocks[i, :, i, :], generalise, confidence)._replace(p=float("nan"))
        for i in range(a)
    ]
    return OrAnalysis(ratio, a - 1, df2, _tail(ratio, a - 1, df2), arms, differences)


def error_term(
    found: Components, n_arms: int, n_readers: int, generalise: Generalise
) -> tuple[float, float]:
    """Return the denominator of F and its degrees of freedom.

    Examples
    --------
    >>> found = Components(0, 0, 4e-4, 8e-4, 3e-4, 3.5e-4, 2.5e-4, 0, 0)
    >>> scale, df = error_term(found, 2, 5, "readers_and_cases")
    >>> round(scale, 6), round(df, 4)
    (0.0009, 20.25)
    """
    freedom = (n_arms - 1) * (n_readers - 1)
    shared = max(found.cov2 - found.cov3, 0.0)
    if generalise == "readers":
        return found.ms_both, freedom
    if generalise == "cases":
        scale = found.variance - found.cov1 + (n_readers - 1) * shared
        return max(scale, 0.0), float("inf")
    scale = found.ms_both + n_readers * shared
    df = scale**2 / (found.ms_both**2 / freedom) if found.ms_both > 0 else float("inf")
    return scale, df


def one_arm(
    theta_j: np.ndarray,
    covariance_jj: np.ndarray,
    generalise: Generalise = "readers_and_cases",
    confidence: float = 0.95,
) -> Inference:
    """Return the mean over readers of one arm (or of differences) and its interval (Hillis, 2014).

    Parameters
    ----------
    theta_j
        Figure of merit of each reader, or its difference from a model's.
    covariance_jj
        Of those over samples of cases.
    generalise, confidence
        See :func:`analyse`.

    Examples
    --------
    >>> found = one_arm(np.array([0.80, 0.85, 0.90]), np.full((3, 3), 1e-4))
    >>> round(found.value, 4), round(found.error, 4), round(found.df, 2)
    (0.85, 0.0306, 2.51)
    """
    theta = np.asarray(theta_j, dtype=np.float64)
    r = theta.size
    matrix = np.asarray(covariance_jj, dtype=np.float64)
    variance = float(np.diag(matrix).mean())
    cov2 = float((matrix.sum() - np.trace(matrix)) / (r * (r - 1))) if r > 1 else 0.0
    spread = float(theta.var(ddof=1)) if r > 1 else 0.0
    if generalise == "readers":
        squared, df = spread, float(r - 1)
    elif generalise == "cases":
        squared, df = max(variance + (r - 1) * max(cov2, 0.0), 0.0), float("inf")
    else:
        squared = spread + max(r * cov2, 0.0)
        df = squared**2 / (spread**2 / (r - 1)) if spread > 0 else float("inf")
    return infer(float(theta.mean()), (squared / r) ** 0.5, df, confidence)


def infer(value: float, error: float, df: float, confidence: float) -> Inference:
    """Return a t (or, with infinite degrees of freedom, normal) interval and two-sided p.

    Examples
    --------
    >>> found = infer(0.1, 0.04, float("inf"), 0.95)
    >>> round(found.low, 4), round(found.p, 4)
    (0.0216, 0.0124)
    """
    from scipy.stats import t

    nan = float("nan")
    if not error > ROUNDING:
        return Inference(value, error, df, nan, nan, nan)
    if np.isinf(df):
        half = NormalDist().inv_cdf(0.5 + confidence / 2) * error
        p = 2 * NormalDist().cdf(-abs(value) / error)
    else:
        half = float(t.ppf(0.5 + confidence / 2, df)) * error
        p = float(2 * t.sf(abs(value) / error, df))
    bounds = Interval(value - half, value + half)
    return Inference(value, error, df, bounds.low, bounds.high, p)


def _tail(ratio: float, df1: float, df2: float) -> float:
    from scipy.stats import chi2, f

    if np.isnan(ratio):
        return float("nan")
    if np.isinf(df2):
        return float(chi2.sf(ratio * df1, df1))
    return float(f.sf(ratio, df1, df2))
