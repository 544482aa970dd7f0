"""Power and sample size of reader studies that are analysed reader by reader or case by case."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

# Never worse than this against the t-test, whatever the distribution (Hodges and Lehmann, 1956).
WILCOXON_EFFICIENCY = 0.864
LARGEST = 100_000


def paired_t_power(n: int, effect: float, alpha: float = 0.05) -> float:
    """Return the power of a two-sided paired t-test.

    Parameters
    ----------
    n
        Pairs (readers).
    effect
        Mean difference divided by the standard deviation of the differences.
    alpha
        Two-sided level.

    Examples
    --------
    >>> round(paired_t_power(34, 0.5), 4)
    0.8078
    """
    from scipy.stats import nct, t

    if n < 2:
        return 0.0
    df, shift = n - 1, abs(effect) * n**0.5
    limit = float(t.ppf(1 - alpha / 2, df))
    return float(
        np.nan_to_num(nct.sf(limit, df, shift)) + np.nan_to_num(nct.cdf(-limit, df, shift))
    )


def wilcoxon_power(n: int, effect: float, alpha: float = 0.05) -> float:
    """Return a floor of the power of the signed-rank test, by its least efficiency of 0.864.

    Examples
    --------
    >>> round(wilcoxon_power(34, 0.5), 4)
    0.7487
    """
    return paired_t_power(n, effect * WILCOXON_EFFICIENCY**0.5, alpha)


def mcnemar_power(n: int, helped: float, harmed: float, alpha: float = 0.05) -> float:
    """Return the exact power of the exact McNemar test.

    Parameters
    ----------
    n
        Pairs of readings, taken as independent.
    helped, harmed
        Share of pairs that go from wrong to right, and from right to wrong.
    alpha
        Two-sided level.

    Raises
    ------
    ValueError
        If the shares are not shares.

    Examples
    --------
    >>> round(mcnemar_power(100, 0.2, 0.05), 4)
    0.8367
    """
    from scipy.stats import binom

    if not (helped >= 0 and harmed >= 0 and 0 < helped + harmed <= 1):
        raise ValueError(
            f"The shares {helped} and {harmed} must not be negative and must sum to at most 1, "
            "and more than 0."
        )
    discordant = helped + harmed
    m = np.arange(n + 1)
    share_m = binom.pmf(m, n, discordant)
    used = share_m > 1e-12
    # Of m discordant pairs, at most this many on the rarer side reject.
    most_m = np.where(used, binom.ppf(alpha / 2, m, 0.5), 0)
    most_m = np.where(binom.cdf(most_m, m, 0.5) > alpha / 2, most_m - 1, most_m)
    rejects_m = binom.cdf(most_m, m, helped / discordant) + binom.cdf(
        most_m, m, harmed / discordant
    )
    return float((share_m[used] * rejects_m[used]).sum())


def two_sample_t_power(n_first: int, n_second: int, effect: float, alpha: float = 0.05) -> float:
    """Return the power of a two-sided t-test of two groups of readers.

    Parameters
    ----------
    n_first, n_second
        Readers of each group.
    effect
        Difference of the means divided by the pooled standard deviation.
    alpha
        Two-sided level.

    Examples
    --------
    >>> round(two_sample_t_power(64, 64, 0.5), 4)
    0.8015
    """
    from scipy.stats import nct, t

    if min(n_first, n_second) < 2:
        return 0.0
    df = n_first + n_second - 2
    shift = abs(effect) * (n_first * n_second / (n_first + n_second)) ** 0.5
    limit = float(t.ppf(1 - alpha / 2, df))
    return float(
        np.nan_to_num(nct.sf(limit, df, shift)) + np.nan_to_num(nct.cdf(-limit, df, shift))
    )


def smallest(power_of: Callable[[int], float], wanted: float, least: int = 2) -> int | None:
    """Return the smallest number whose power, and that of the next two, reaches what is wanted.

    Exact tests step down now and then as the number grows; a single lucky step does not count.
    None above 100,000.

    Examples
    --------
    >>> smallest(lambda n: paired_t_power(n, 0.5), 0.8)
    34
    """
    if not 0 < wanted < 1:
        raise ValueError(f"The power {wanted} must lie between 0 and 1.")
    high = least
    while power_of(high) < wanted:
        high *= 2
        if high > LARGEST:
            return None
    low = max(least, high // 2)
    while low < high:
        middle = (low + high) // 2
        if power_of(middle) >= wanted:
            high = middle
        else:
            low = middle + 1
    while min(power_of(low + step) for step in range(3)) < wanted:
        low += 1
    return low
