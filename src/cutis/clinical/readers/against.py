"""A model against the readers, on the cases that both answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.clinical.readers.model_arm import Joined
from cutis.clinical.readers.outcomes import is_positive, said_positive
from cutis.clinical.readers.table import MODEL, Readings

if TYPE_CHECKING:
    from cutis.clinical.readers.study import StatsReadersConfig


def against_model(
    readings: Readings,
    model: Joined | None,
    arm: str,
    positive: tuple[str, ...],
    config: StatsReadersConfig,
) -> dict[str, Any] | None:
    """Return the model's share of right answers, and every reader's against it; None without one.

    With a fully crossed set of at least ten common cases the mean difference has the one-arm test
    of Obuchowski and Rockette with Hillis' degrees of freedom; else a bootstrap interval over
    readers and cases.
    """
    from cutis.clinical.readers.numbers import row_means, share

    if MODEL not in set(readings.frame["reader"]):
        return None
    people, cases = readings.people, readings.cases
    right = readings.grid("correct", arm, people, cases)
    of_model = readings.grid("correct", MODEL, [MODEL], cases)[0]
    common = np.isfinite(of_model) & np.isfinite(right)
    readers, own = np.where(common, right, np.nan), np.where(common, of_model, np.nan)
    means, beside = row_means(readers), row_means(own)
    rows = [
        {
            "reader": r,
            "n": int(common[i].sum()),
            "value": _null(means[i]),
            "model": _null(beside[i]),
        }
        for i, r in enumerate(people)
    ]
    known = np.isfinite(means)
    return {
        "arm": arm,
        "accuracy": share(of_model, True, config.confidence),
        "readers": rows,
        "n_below": int((means[known] < beside[known] - 1e-12).sum()),
        "n_above": int((means[known] > beside[known] + 1e-12).sum()),
        "n_equal": int((np.abs(means[known] - beside[known]) <= 1e-12).sum()),
        "difference": _difference(readings, readers, own, config),
        "roc": _roc(readings, model, arm, positive) if model and positive else None,
    }


def _null(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _difference(
    readings: Readings, readers: np.ndarray, own: np.ndarray, config: StatsReadersConfig
) -> dict[str, Any]:
    from cutis.clinical.readers.crossing import FEWEST_CASES
    from cutis.clinical.readers.over_both import mean_over_both

    change = readers - own
    rows = np.isfinite(change).any(axis=1)
    if rows.sum() < 2:
        none = {"value": None, "low": None, "high": None, "p": None}
        return none | {"n_readers": int(rows.sum()), "note": "fewer than two readers"}
    groups = readings.of_cases("group", readings.cases) if readings.has_groups else None
    whole = np.isfinite(change[rows]).all(axis=0)
    if int(whole.sum()) >= FEWEST_CASES:
        change = np.where(whole, change, np.nan)
    return mean_over_both(change, groups, config.confidence, config.n_bootstrap, config.seed)


def _roc(readings: Readings, model: Joined, arm: str, positive: tuple[str, ...]) -> dict[str, Any]:
    """Return the model's ROC curve, and the operating point of the model and of every reader."""
    from cutis.stats.curves import roc_curve
    from cutis.stats.ranking import auroc

    truth = is_positive(readings, model.cases, positive) == 1
    index = [readings.classes.index(name) for name in positive]
    score = model.probs_nc[:, index].sum(axis=1)
    if not 0 < truth.sum() < truth.size:
        return {"note": "the model's cases are all of one kind", "points": [], "readers": []}
    curve = roc_curve(truth, score)
    people = readings.people
    said = said_positive(readings, arm, people, model.cases, positive)
    rows: list[dict[str, Any]] = []
    for i, reader in enumerate(people):
        known = np.isfinite(said[i])
        yes, no = known & truth, known & ~truth
        if yes.any() and no.any():
            rows.append(
                {
                    "reader": reader,
                    "sensitivity": float(said[i][yes].mean()),
                    "specificity": float(1 - said[i][no].mean()),
                }
            )
    own = said_positive(readings, MODEL, [MODEL], model.cases, positive)[0]
    xs, ys = curve.x_m, curve.y_m
    below = sum(
        height_at(xs, ys, 1 - row["specificity"]) > row["sensitivity"] + 1e-12 for row in rows
    )
    return {
        "auroc": float(auroc(truth, score)),
        "n": int(truth.size),
        "n_positive": int(truth.sum()),
        "points": np.column_stack([xs, ys]).round(5).tolist(),
        "model": {
            "sensitivity": float(own[truth].mean()),
            "specificity": float(1 - own[~truth].mean()),
        },
        "readers": rows,
        "n_below_curve": below,
    }


def height_at(x_m: np.ndarray, y_m: np.ndarray, x: float) -> float:
    """Return the height of a rising curve at x, the upper end where it is steep.

    Examples
    --------
    >>> height_at(np.array([0.0, 0.0, 0.5, 1.0]), np.array([0.0, 0.6, 0.6, 1.0]), 0.75)
    0.8
    >>> height_at(np.array([0.0, 0.0, 1.0]), np.array([0.0, 0.6, 1.0]), 0.0)
    0.6
    """
    i = int(np.searchsorted(x_m, x + 1e-12, side="right")) - 1
    if i + 1 >= x_m.size:
        return float(y_m[-1])
    part = (x - x_m[i]) / (x_m[i + 1] - x_m[i])
    return float(y_m[i] + max(part, 0.0) * (y_m[i + 1] - y_m[i]))
