"""How far apart subgroups lie, with an interval that allows for choosing the extremes."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import Any, Literal, NamedTuple

import numpy as np

from cutis.stats.counts import ratio
from cutis.stats.estimate import Estimate, Settings
from cutis.stats.proportion import Interval

METHOD = "bootstrap-simultaneous"
_NAN = float("nan")
Better = Literal["high", "low", "zero", "none"]


class Gap(NamedTuple):
    """Distance between the extreme subgroups.

    Attributes
    ----------
    difference, ratio
        Highest minus lowest value, and lowest divided by highest.
    lowest, highest
        Names of the subgroups with those values; empty without two subgroups.
    worst
        The subgroup that fares worst; empty where no direction is worse.
    worst_share
        For each subgroup the share of replicates in which it fares worst, equal ones sharing.
    """

    difference: Estimate
    ratio: Estimate
    lowest: str
    highest: str
    worst: str
    worst_share: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """Return the record as strict JSON values."""
        return {
            "difference": self.difference.to_json(),
            "ratio": self.ratio.to_json(),
            "lowest": self.lowest or None,
            "highest": self.highest or None,
            "worst": self.worst or None,
            "worst_share": self.worst_share,
        }


def spread_of_extremes(values_g: np.ndarray, n_groups_g: np.ndarray) -> np.ndarray:
    """Return the variance to add for values of 0 or 1, which no resample ever moves, (g,).

    Ten of ten right does not mean that the eleventh will be: the variance is that of the share
    with two successes and two failures added (Agresti and Coull, 1998).

    Parameters
    ----------
    values_g
        (g,) values.
    n_groups_g
        (g,) clusters that each value rests on.

    Examples
    --------
    >>> spread_of_extremes(np.array([1.0, 0.5]), np.array([12, 12])).round(4)
    array([0.0068, 0.    ])
    """
    share_g = (values_g * n_groups_g + 2) / (n_groups_g + 4)
    return np.where(np.isin(values_g, (0.0, 1.0)), share_g * (1 - share_g) / (n_groups_g + 4), 0.0)


def simultaneous_interval(
    values_g: np.ndarray,
    replicates_rg: np.ndarray,
    confidence: float = 0.95,
    extra_g: np.ndarray | None = None,
) -> Interval:
    """Return an interval for the largest difference between any two of g values.

    The largest difference in a sample is too large on average, for chance pulls values apart, and
    resampling pulls them apart once more; percentiles of it would never reach 0. Here every pair
    of subgroups gets an interval for its difference, all of them widened alike until, in the
    stated share of replicates, none misses (the studentised maximum over pairs). Where all cover,
    the true largest difference lies between the largest lower and the largest upper end.

    Parameters
    ----------
    values_g
        (g,) values of the subgroups.
    replicates_rg
        (r, g) the same in each replicate; NaN where undefined.
    confidence
        Coverage.
    extra_g
        (g,) variance to add, see :func:`spread_of_extremes`.

    Returns
    -------
    Interval
        NaN at both ends with fewer than two subgroups or without replicates.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> replicates = np.array([0.6, 0.8]) + rng.normal(0, 0.03, (2000, 2))
    >>> low, high = simultaneous_interval(np.array([0.6, 0.8]), replicates)
    >>> round(low, 2), round(high, 2)
    (0.11, 0.29)
    """
    first, second = np.triu_indices(values_g.size, 1)
    differences_p = values_g[first] - values_g[second]
    away_rp = replicates_rg[:, first] - replicates_rg[:, second] - differences_p
    enough_p = (~np.isnan(away_rp)).sum(axis=0) > 1
    if first.size == 0 or not enough_p.all():
        return Interval(_NAN, _NAN)
    extra = np.zeros(values_g.size) if extra_g is None else extra_g
    error_p = np.sqrt(np.nanvar(away_rp, axis=0) + extra[first] + extra[second])
    if (error_p < 1e-12).any():
        return Interval(_NAN, _NAN)
    usable_rp = away_rp[~np.isnan(away_rp).all(axis=1)]
    largest_r = np.nanmax(np.abs(usable_rp) / error_p, axis=1)
    # a quantile of replicates that hardly move must not make the interval shorter than usual
    wide = max(
        float(np.quantile(largest_r, confidence)), NormalDist().inv_cdf(0.5 + confidence / 2)
    )
    apart_p = np.abs(differences_p)
    low = max(0.0, float((apart_p - wide * error_p).max()))
    return Interval(low, float((apart_p + wide * error_p).max()))


def measure_gap(
    names: Sequence[str],
    values_g: np.ndarray,
    replicates_rg: np.ndarray | None,
    n_groups_g: np.ndarray,
    n: int,
    settings: Settings,
    better: Better = "high",
) -> Gap:
    """Return the gap between g subgroups; those with an undefined (NaN) value do not take part.

    Parameters
    ----------
    names
        The g subgroups.
    values_g, replicates_rg
        (g,) values, and (r, g) replicates in which all subgroups were resampled together; None
        without resampling.
    n_groups_g
        (g,) clusters that each value rests on.
    n
        Images of all subgroups that take part.
    settings
        How intervals are made.
    better
        Which values are good.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> values = np.array([0.6, 0.8, np.nan])
    >>> gap = measure_gap(["V", "II", "VI"], values, values + rng.normal(0, 0.03, (999, 3)),
    ...                   np.array([50, 60, 1]), 110, Settings())
    >>> round(gap.difference.value, 2), round(gap.ratio.value, 2), gap.worst, gap.worst_share["V"]
    (0.2, 0.75, 'V', 1.0)
    """
    kept = np.flatnonzero(~np.isnan(values_g))
    if kept.size < 2:
        note = "fewer than two subgroups have a value"
        nothing = Estimate(_NAN, _NAN, _NAN, n, "none", settings.grouping, note)
        return Gap(nothing, nothing, "", "", "", {})
    known = [names[int(i)] for i in kept]
    values = values_g[kept]
    replicates = None if replicates_rg is None else replicates_rg[:, kept]
    badness = {"high": -values, "low": values, "zero": np.abs(values)}.get(better)
    return Gap(
        _difference(values, replicates, n_groups_g[kept], n, settings, better),
        _ratio(values, replicates, n_groups_g[kept], n, settings, better),
        known[int(values.argmin())],
        known[int(values.argmax())],
        "" if badness is None else known[int(badness.argmax())],
        {} if replicates is None else _worst_share(known, replicates, better),
    )


def _difference(
    values: np.ndarray,
    replicates: np.ndarray | None,
    n_groups: np.ndarray,
    n: int,
    settings: Settings,
    better: Better,
) -> Estimate:
    value = float(values.max() - values.min())
    if replicates is None:
        return _without(value, n, settings, "no interval was asked for")
    extra = None if better == "zero" else spread_of_extremes(values, n_groups)
    found = simultaneous_interval(values, replicates, settings.confidence, extra)
    if np.isnan(found.low):
        return _without(value, n, settings, "no interval: a value is the same in every replicate")
    # rates cannot lie further apart than 1, signed errors than 2
    high = min(found.high, 2.0 if better == "zero" else 1.0)
    return Estimate(value, found.low, max(high, value), n, METHOD, settings.grouping)


def _ratio(
    values: np.ndarray,
    replicates: np.ndarray | None,
    n_groups: np.ndarray,
    n: int,
    settings: Settings,
    better: Better,
) -> Estimate:
    if better == "zero":
        return _without(_NAN, n, settings, "no ratio of values that may be negative")
    value = float(ratio(values.min(keepdims=True), values.max(keepdims=True))[0])
    if np.isnan(value):
        return _without(value, n, settings, "undefined: every value is 0")
    if replicates is None:
        return _without(value, n, settings, "no interval was asked for")
    if (values <= 0).any() or (replicates <= 0).any():
        return _without(value, n, settings, "no interval: a value is 0 here or in a replicate")
    extra = spread_of_extremes(values, n_groups) / values**2
    found = simultaneous_interval(np.log(values), np.log(replicates), settings.confidence, extra)
    if np.isnan(found.low):
        return _without(value, n, settings, "no interval: a value is the same in every replicate")
    low, high = float(np.exp(-found.high)), float(np.exp(-found.low))
    return Estimate(value, low, high, n, METHOD, settings.grouping)


def _without(value: float, n: int, settings: Settings, note: str) -> Estimate:
    return Estimate(value, _NAN, _NAN, n, "none", settings.grouping, note)


def _worst_share(
    names: Sequence[str], replicates_rg: np.ndarray, better: Better
) -> dict[str, float]:
    """Return how often each subgroup fares worst; empty where no direction is worse."""
    if better == "none":
        return {}
    sign = -1.0 if better == "high" else 1.0
    badness_rg = np.abs(replicates_rg) if better == "zero" else sign * replicates_rg
    badness_rg = np.where(np.isnan(badness_rg), -np.inf, badness_rg)
    top_r1 = badness_rg.max(axis=1, keepdims=True)
    ties_rg = (badness_rg >= top_r1 - 1e-12) & np.isfinite(top_r1)
    shares_g = ratio(ties_rg.astype(float), ties_rg.sum(axis=1, keepdims=True).astype(float))
    return {
        name: float(share) for name, share in zip(names, np.nanmean(shares_g, axis=0), strict=True)
    }
