"""The same readers twice: without and with help."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np

from cutis.stats.estimate import or_null

FEWEST = 3


class Spread(NamedTuple):
    """How one value is spread over readers: n, mean and its t interval, SD, median, quartiles."""

    n: int
    mean: float
    low: float
    high: float
    sd: float
    median: float
    lower_quartile: float
    upper_quartile: float

    def to_json(self) -> dict[str, Any]:
        """Return the record as strict JSON values."""
        return {k: v if k == "n" else or_null(v) for k, v in self._asdict().items()}


class PairedTest(NamedTuple):
    """Two values of every reader, compared.

    Attributes
    ----------
    n
        Readers with both values.
    before, after
        Mean of each.
    difference, low, high
        Mean of (after - before) with its t interval.
    sd
        Standard deviation of the differences.
    better, worse, same
        Readers whose value rose, fell, or did not change.
    p_t, cohen_dz
        Paired t-test, and the mean difference in units of its standard deviation.
    p_wilcoxon, effect_r, rank_biserial
        Two-sided signed-rank test without the readers that did not change; ``z / sqrt(n)`` with z
        from that p; and the share of rank sums in favour minus the share against.
    note
        Why something is missing; may be empty.
    """

    n: int
    before: float
    after: float
    difference: float
    low: float
    high: float
    sd: float
    better: int
    worse: int
    same: int
    p_t: float
    cohen_dz: float
    p_wilcoxon: float
    effect_r: float
    rank_biserial: float
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the record as strict JSON values."""
        return {k: or_null(v) if isinstance(v, float) else v for k, v in self._asdict().items()}


def spread(values_j: np.ndarray, confidence: float = 0.95) -> Spread:
    """Describe one value per reader; missing ones are left out.

    Values that are all alike have no interval: no spread was seen, which does not mean that there
    is none.

    Examples
    --------
    >>> found = spread(np.array([0.5, 0.6, 0.7, float("nan")]))
    >>> found.n, round(found.mean, 3), round(found.low, 3), round(found.high, 3)
    (3, 0.6, 0.352, 0.848)
    """
    from scipy.stats import t

    values = np.asarray(values_j, dtype=np.float64)
    values = values[np.isfinite(values)]
    n, nan = int(values.size), float("nan")
    if not n:
        return Spread(0, nan, nan, nan, nan, nan, nan, nan)
    quartiles = [float(q) for q in np.quantile(values, [0.25, 0.5, 0.75])]
    mean = float(values.mean())
    sd = float(values.std(ddof=1)) if n > 1 else nan
    half = float(t.ppf(0.5 + confidence / 2, n - 1)) * sd / n**0.5 if sd > 1e-12 else nan
    return Spread(n, mean, mean - half, mean + half, sd, quartiles[1], quartiles[0], quartiles[2])


def compare_paired(
    before_j: np.ndarray, after_j: np.ndarray, confidence: float = 0.95
) -> PairedTest:
    """Compare two values of every reader; readers that lack one are left out.

    Parameters
    ----------
    before_j, after_j
        One value per reader; NaN where there is none.
    confidence
        Coverage of the interval of the mean difference.

    Examples
    --------
    >>> found = compare_paired(np.array([0.5, 0.6, 0.55, 0.7]), np.array([0.6, 0.65, 0.7, 0.72]))
    >>> round(found.difference, 3), round(found.p_t, 4), found.p_wilcoxon, found.better
    (0.08, 0.0679, 0.125, 4)
    """
    before, after = (np.asarray(x, dtype=np.float64) for x in (before_j, after_j))
    both = np.isfinite(before) & np.isfinite(after)
    # Shares of few cases differ by rounding where they are equal.
    change = np.round(after[both] - before[both], 12)
    n, nan = int(both.sum()), float("nan")
    if not n:
        return PairedTest(
            0, nan, nan, nan, nan, nan, nan, 0, 0, 0, nan, nan, nan, nan, nan,
            "no reader has both values",
        )  # fmt: skip
    whole = spread(change, confidence)
    p_t, dz, notes = nan, nan, []
    if n < 2:
        notes.append("a single reader; no test over readers exists")
    elif not whole.sd > 1e-12:
        notes.append("every reader changed by the same amount; no t-test exists")
    else:
        p_t, dz = _t_test(whole), whole.mean / whole.sd
    p_signed, effect, biserial = _signed_rank(change)
    if n >= 2 and np.isnan(p_signed):
        notes.append("no reader changed")
    if 2 <= n < FEWEST + 3 and not np.isnan(p_signed):
        least = 2 * 0.5 ** int((change != 0).sum())
        notes.append(f"with so few readers the signed-rank p cannot fall below {least:.3g}")
    exists = n > 1 and whole.sd > 1e-12
    return PairedTest(
        n,
        float(before[both].mean()),
        float(after[both].mean()),
        whole.mean,
        whole.low if exists else nan,
        whole.high if exists else nan,
        whole.sd,
        int((change > 0).sum()),
        int((change < 0).sum()),
        int((change == 0).sum()),
        p_t,
        dz,
        p_signed,
        effect,
        biserial,
        "; ".join(notes),
    )


def _t_test(whole: Spread) -> float:
    from scipy.stats import t

    return float(2 * t.sf(abs(whole.mean) / (whole.sd / whole.n**0.5), whole.n - 1))


def _signed_rank(change: np.ndarray) -> tuple[float, float, float]:
    from scipy.stats import rankdata, wilcoxon

    moved = change[change != 0]
    nan = float("nan")
    if moved.size < 1 or change.size < 2:
        return nan, nan, nan
    ranks = rankdata(np.abs(moved))
    biserial = float((ranks * np.sign(moved)).sum() / ranks.sum())
    p = float(wilcoxon(moved).pvalue)
    z = -NormalDist().inv_cdf(max(p, 1e-300) / 2) if p < 1 else 0.0
    return p, float(np.copysign(z / change.size**0.5, biserial)), biserial
