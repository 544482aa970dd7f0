"""A mean over readers with an interval that speaks of other readers and other cases."""

from __future__ import annotations

from typing import Any

import numpy as np

ALIKE = "readers and cases drawn again always give the same"


def mean_over_both(
    values_jn: np.ndarray,
    groups_n: np.ndarray | None,
    confidence: float,
    n_bootstrap: int,
    seed: int,
) -> dict[str, Any]:
    """Return the mean over readers of their means over cases, with its interval.

    Where every reader has every case and there are ten or more, it is the one-arm analysis of
    Obuchowski and Rockette with Hillis' degrees of freedom; else a bootstrap over readers and
    cases. ``p`` is that of the hypothesis zero.

    Parameters
    ----------
    values_jn
        j readers by n cases; NaN where a reader has no value for a case.
    groups_n
        Lesion or patient of every case, or None when cases are independent.
    confidence, n_bootstrap, seed
        Of the interval.

    Returns
    -------
    dict
        ``low`` and ``high`` are None, with a ``note``, where there are fewer than two readers or
        cases, where nothing varies, or where too many replicates are undefined.

    Examples
    --------
    >>> values = np.array([[1, 0, 1, 1, 0, 1], [0, 0, 1, 1, 0, 1]], float)
    >>> found = mean_over_both(np.tile(values, 2), None, 0.95, 100, 0)
    >>> round(found["value"], 3), round(found["low"], 3), found["n_cases"]
    (0.583, 0.253, 12)
    """
    from cutis.clinical.readers.crossing import FEWEST_CASES
    from cutis.clinical.readers.numbers import row_means
    from cutis.stats.clusters import make_clusters
    from cutis.stats.readers.draw_both import drawn_interval, mean_replicates

    known = np.isfinite(values_jn)
    used, seen = known.any(axis=1), known.any(axis=0)
    values = values_jn[used][:, seen]
    groups = None if groups_n is None else groups_n[seen]
    n_readers, n_cases = values.shape
    record: dict[str, Any] = {
        "value": float(row_means(values).mean()) if used.any() else None,
        "low": None, "high": None, "p": None, "n_readers": n_readers, "n_cases": n_cases,
    }  # fmt: skip
    if min(n_readers, n_cases) < 2:
        few = "readers" if n_readers < 2 else "cases"
        return record | {"note": f"fewer than two {few}"}
    if n_cases >= FEWEST_CASES and np.isfinite(values).all():
        return record | _analysed(values, groups, confidence)
    clusters = make_clusters(groups, n_cases)
    draws = mean_replicates(values[None], clusters, n_bootstrap, seed)[:, 0]
    found = drawn_interval(draws, confidence).to_json()
    note = "readers read different cases, so there is no analysis of variance"
    if np.isfinite(values).all():
        note = f"fewer than {FEWEST_CASES} cases, so there is no analysis of variance"
    return record | found | {
        "method": "bootstrap-percentile over readers and cases",
        "note": f"{note}; {found['note']}" if found["note"] else note,
    }  # fmt: skip


def _analysed(values: np.ndarray, groups: np.ndarray | None, confidence: float) -> dict[str, Any]:
    from cutis.stats.estimate import or_null
    from cutis.stats.readers.merit import jackknife_covariance, make_crossed
    from cutis.stats.readers.obuchowski_rockette import one_arm

    study = make_crossed(values[None], np.zeros(values.shape[1]), "accuracy", groups)
    theta = study.values()[0, 0]
    found = one_arm(theta, jackknife_covariance(study), confidence=confidence)
    if np.isnan(found.low):
        return {"method": "none", "note": ALIKE}
    return {
        "low": or_null(found.low), "high": or_null(found.high), "p": or_null(found.p),
        "df": or_null(found.df), "method": "one-arm Obuchowski-Rockette (Hillis)",
    }  # fmt: skip
