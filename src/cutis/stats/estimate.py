"""One reported number: its value, its interval and how both were obtained."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from cutis.stats.intervals import (
    Chance,
    basic_interval,
    bca_interval,
    error_interval,
    percentile_interval,
)
from cutis.stats.proportion import Interval, exact_interval

IntervalMethod = Literal["percentile", "bca"]
FEW_GROUPS = 10
_NONE = Interval(float("nan"), float("nan"))


@dataclass(frozen=True)
class Settings:
    """How intervals are made.

    Attributes
    ----------
    n_bootstrap
        Replicates; 0 for no intervals.
    confidence
        Coverage of the intervals.
    seed
        Seed of the resampling.
    interval
        ``percentile`` or ``bca``.
    grouping
        Name of what is resampled: the group column, or ``none`` when images are independent.
    """

    n_bootstrap: int = 1000
    confidence: float = 0.95
    seed: int = 0
    interval: IntervalMethod = "percentile"
    grouping: str = "none"


@dataclass(frozen=True)
class Estimate:
    """A value with its confidence interval; NaN where the value or the interval is undefined.

    Attributes
    ----------
    value, low, high
        The number and its interval.
    n
        Images it was computed on.
    method
        ``bootstrap-percentile``, ``bootstrap-bca``, ``bootstrap-basic``, ``bootstrap-corrected``,
        ``clopper-pearson`` or ``none``.
    grouping
        What was resampled.
    note
        Why a value or interval is missing, or what to know when reading it; may be empty.
    """

    value: float
    low: float
    high: float
    n: int
    method: str
    grouping: str
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the record as strict JSON values, with null for NaN."""
        record: dict[str, Any] = {
            "value": or_null(self.value),
            "low": or_null(self.low),
            "high": or_null(self.high),
            "n": self.n,
            "method": self.method,
            "grouping": self.grouping,
        }
        if self.note:
            record["note"] = self.note
        return record


def or_null(value: float) -> float | None:
    """Return a finite float, or None for NaN and infinity.

    Examples
    --------
    >>> or_null(float("nan")) is None
    True
    """
    return float(value) if math.isfinite(value) else None


@dataclass(frozen=True)
class Basis:
    """What one estimate rests on.

    Attributes
    ----------
    n
        Images it is computed on.
    n_groups
        Clusters that can move it: those of the class for a per-class value.
    proportion
        Whether it is a share of ``n`` images, so that an exact interval exists at 0 and 1.
    pushed_up
        Whether resampling inflates it, so that a percentile interval would miss low values; it
        then gets a basic interval, cut at 0 and stretched to the value where it lies below it.
    by_chance
        What chance alone makes of it, for an error that is never negative; its interval then
        takes that out and reaches down to 0 where chance explains the value.
    undefined
        The note when the value does not exist.
    notes
        Further remarks for the reader.
    """

    n: int
    n_groups: int
    proportion: bool = False
    pushed_up: bool = False
    by_chance: Chance | None = None
    undefined: str = "undefined for these images"
    notes: tuple[str, ...] = field(default=())


def make_estimate(
    value: float,
    replicates_r: np.ndarray | None,
    jackknife_m: np.ndarray | None,
    basis: Basis,
    settings: Settings,
) -> Estimate:
    """Choose the honest interval for a value and record how it was made.

    The rule, in this order: no interval without resampling or without a value; an exact binomial
    interval over clusters for a proportion of 0 or 1, where every resample repeats the value and
    a bootstrap interval would have no width; no interval from a single cluster or from replicates
    that never move; an interval with the part of chance taken out for an error, and a basic
    interval for another statistic that resampling inflates; otherwise the
    bootstrap interval asked for, over the replicates in which the value is defined.

    Parameters
    ----------
    value
        The statistic on the data as they are; NaN if undefined.
    replicates_r
        (r,) bootstrap values, or None when there was no resampling.
    jackknife_m
        (m,) leave-one-cluster-out values, needed for BCa only.
    basis
        What the value rests on.
    settings
        How intervals are made.

    Examples
    --------
    >>> basis = Basis(n=5, n_groups=5, proportion=True)
    >>> estimate = make_estimate(1.0, np.ones(1000), None, basis, Settings())
    >>> round(estimate.low, 3), estimate.high, estimate.method
    (0.478, 1.0, 'clopper-pearson')
    """
    interval, method, notes = _choose(value, replicates_r, jackknife_m, basis, settings)
    return Estimate(
        value,
        interval.low,
        interval.high,
        basis.n,
        method,
        settings.grouping,
        "; ".join([*notes, *basis.notes]),
    )


def _choose(
    value: float,
    replicates_r: np.ndarray | None,
    jackknife_m: np.ndarray | None,
    basis: Basis,
    settings: Settings,
) -> tuple[Interval, str, list[str]]:
    if math.isnan(value):
        return _NONE, "none", [basis.undefined]
    if replicates_r is None:
        return _NONE, "none", ["no interval was asked for"]
    if basis.proportion and value in (0.0, 1.0):
        successes = round(value) * basis.n_groups
        interval = exact_interval(successes, basis.n_groups, settings.confidence)
        return interval, "clopper-pearson", []
    if basis.n_groups < 2:
        return _NONE, "none", ["no interval: all images belong to one group"]
    defined = replicates_r[~np.isnan(replicates_r)]
    if defined.size == 0 or np.ptp(defined) < 1e-12:
        return _NONE, "none", ["no interval: the value is the same in every replicate"]
    notes = []
    if defined.size < replicates_r.size:
        missing = replicates_r.size - defined.size
        notes.append(f"undefined in {missing} of {replicates_r.size} replicates, left out")
    if basis.n_groups < FEW_GROUPS:
        notes.append(f"rough interval: only {basis.n_groups} groups")
    if basis.by_chance is not None:
        interval = error_interval(value, defined, basis.by_chance, settings.confidence)
        return interval, "bootstrap-corrected", notes
    if basis.pushed_up:
        interval = basic_interval(value, replicates_r, settings.confidence)
        low, high = max(0.0, interval.low), max(value, interval.high)
        return Interval(low, high), "bootstrap-basic", notes
    if settings.interval == "bca" and jackknife_m is not None:
        interval = bca_interval(value, replicates_r, jackknife_m, settings.confidence)
        if not math.isnan(interval.low):
            return interval, "bootstrap-bca", notes
    interval = percentile_interval(replicates_r, settings.confidence)
    return interval, "bootstrap-percentile", notes
