"""The learning curve: every amount of training rows, sampling interval and seed spread apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

ONE_SEED = "one seed, so its spread is not known"
NO_CHANCE = "every seed gave the same: no rows were drawn, and the fit leaves nothing to chance"
SAME_FOLDS = "every seed gave the same: the folds are those of the first, and no rows were drawn"
SAME_VALUE = "every seed gave the same value, though each drew other rows"


def seed_spread(
    values: Sequence[float | None], drawn: bool = False, folds: int | None = None
) -> dict[str, Any]:
    """Return mean, deviation, least and most of a metric over seeds.

    The deviation is that of a sample (n - 1); it says what another draw of training rows or
    another start would change, and nothing about other test images.

    Parameters
    ----------
    values
        The metric of every seed; None where it is not defined.
    drawn
        Whether a seed draws the training rows: a share below 1, or some per class.
    folds
        Folds of the whole table, which are the same for every seed; None for splits.

    Examples
    --------
    >>> round(seed_spread([0.5, 0.7])["sd"], 6), seed_spread([0.5])["sd"]
    (0.141421, None)
    """
    defined = [v for v in values if v is not None]
    spread: dict[str, Any] = {"mean": None, "sd": None, "min": None, "max": None}
    if defined:
        spread |= {"mean": float(np.mean(defined)), "min": min(defined), "max": max(defined)}
    if len(defined) > 1:
        # Equal values have none, also where their mean is rounded.
        same = min(defined) == max(defined)
        spread["sd"] = 0.0 if same else float(np.std(defined, ddof=1))
    note = ONE_SEED if len(values) == 1 else None
    if spread["sd"] == 0:
        note = SAME_VALUE if drawn else NO_CHANCE if folds is None else SAME_FOLDS
    if len(defined) < len(values):
        note = f"not defined for {len(values) - len(defined)} of {len(values)} seeds"
    return {**spread, "n_seeds": len(defined), "note": note}


def curve_of(
    points: Sequence[Mapping[str, Any]],
    intervals: Mapping[str, Mapping[str, Any]],
    folds: int | None = None,
) -> list[dict[str, Any]]:
    """Return one entry per amount of training rows, the least first.

    Parameters
    ----------
    points
        The points of ``probe.json``: ``size_name``, ``fraction``, ``shots``, ``seed``, ``n_train``
        and ``metrics``, the first seed of an amount first.
    intervals
        Amount to metric to record (value, low, high, n): the sampling interval of the first seed.
    folds
        Folds of the whole table; None for splits.
    """
    names = dict.fromkeys(str(point["size_name"]) for point in points)
    entries = []
    for name in names:
        same = [point for point in points if point["size_name"] == name]
        drawn = bool(same[0]["shots"]) or same[0]["fraction"] != 1
        records = {
            metric: {
                **{key: record.get(key) for key in ("value", "low", "high", "n")},
                "seeds": seed_spread(
                    [point["metrics"].get(metric) for point in same], drawn, folds
                ),
            }
            for metric, record in intervals[name].items()
        }
        entries.append({
            "size_name": name,
            "fraction": same[0]["fraction"],
            "shots": same[0]["shots"],
            "n_train": float(np.mean([point["n_train"] for point in same])),
            "metrics": records,
        })  # fmt: skip
    return sorted(entries, key=lambda entry: entry["fraction"] or entry["shots"])


def curve_rows(
    points: Sequence[Mapping[str, Any]], intervals: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the rows of ``learning_curve.csv``: one per amount, seed and metric.

    ``low`` and ``high`` are those of the first seed of an amount; other seeds leave them empty.
    """
    rows = []
    seen: set[str] = set()
    for point in points:
        name = str(point["size_name"])
        records = intervals[name] if name not in seen else {}
        seen.add(name)
        for metric, value in point["metrics"].items():
            record = records.get(metric, {})
            rows.append({
                "fraction": point["fraction"],
                "shots": point["shots"],
                "seed": point["seed"],
                "n_train": point["n_train"],
                "metric": metric,
                "value": value,
                "low": record.get("low"),
                "high": record.get("high"),
            })  # fmt: skip
    return rows
