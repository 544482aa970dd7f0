"""How much of each set has a copy: counts, rates with intervals, leaks between splits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.stats.proportion import wilson_interval
from cutis.tasks.overlap.search import Comparison, Material, chosen_threshold
from cutis.tasks.overlap.settings import OverlapConfig

if TYPE_CHECKING:
    import pandas as pd

FORMAT = "cutis.overlap/1"
QUANTILES = (0.5, 0.9, 0.99, 1.0)
INTERVAL = "Wilson interval; pictures are counted as independent"


def summarise(
    config: OverlapConfig,
    materials: Sequence[Material],
    comparisons: Sequence[Comparison],
    table: pd.DataFrame,
) -> dict[str, Any]:
    """Return the content of ``result.json``.

    A rate is the number of pictures with at least one copy, divided by the number of pictures
    that could be read; how many rows were asked for stands beside it.
    """
    sides = [_side_record(material) for material in materials]
    return {
        "format": FORMAT,
        "method": {
            "model": config.model,
            "threshold": chosen_threshold(config) if _by_features(materials) else None,
            "hash_distance": None if config.no_hash else config.hash_distance,
            "likeness": None if config.no_hash else config.likeness,
            "flips": config.flips,
        },
        "confidence": config.confidence,
        "trained": list(config.trained or []),
        "sets": sides,
        "comparisons": [
            _comparison(config, materials, found, _of(table, materials, found))
            for found in comparisons
        ],
        "clusters": _clusters(table),
    }


def _by_features(materials: Sequence[Material]) -> bool:
    return any(material.vectors is not None for material in materials)


def _side_record(material: Material) -> dict[str, Any]:
    side = material.side
    card = None if side.dataset is None else side.dataset.card
    return side.facts() | {
        "n_readable": len(material.readable()),
        "n_unreadable": len(material.unreadable()),
        "table": side.path.name,
        "share_images": None if card is None else card.share_images,
    }


def _of(table: pd.DataFrame, materials: Sequence[Material], found: Comparison) -> pd.DataFrame:
    names = [materials[number].side.name for number in (found.a, found.b)]
    return table[(table["dataset_a"] == names[0]) & (table["dataset_b"] == names[1])]


def _comparison(
    config: OverlapConfig,
    materials: Sequence[Material],
    found: Comparison,
    pairs: pd.DataFrame,
) -> dict[str, Any]:
    within = found.a == found.b
    one, two = materials[found.a], materials[found.b]
    flagged_a, flagged_b = set(pairs["id_a"]), set(pairs["id_b"])
    if within:
        flagged_a = flagged_a | flagged_b
    record: dict[str, Any] = {
        "a": one.side.name,
        "b": two.side.name,
        "within": within,
        "pairs": len(pairs),
        "found_by": {
            way: int((pairs["found_by"] == way).sum()) for way in ("both", "cosine", "hash")
        },
        "flagged_a": rate(len(flagged_a), len(one.readable()), config.confidence),
        "flagged_b": None
        if within
        else rate(len(flagged_b), len(two.readable()), config.confidence),
        "label_conflicts": int(pairs["label_conflict"].sum()),
        "labels_comparable": int(pairs["label_conflict"].notna().sum()),
        "zero_features": [len(rows) for rows in found.zeros],
        "nearest_cosine": nearest(found.nearest_n),
    }
    if within:
        record |= {
            "same_group": _count(pairs["same_group"]),
            "across_splits": _count(pairs["across_splits"]),
            "leaks": _leaks(one, pairs, config.confidence),
        }
    return record


def rate(flagged: int, n: int, confidence: float) -> dict[str, Any]:
    """Return a proportion with its interval; a rate of nothing is null.

    Examples
    --------
    >>> found = rate(25, 200, 0.95)
    >>> found["value"], round(found["low"], 4), round(found["high"], 4)
    (0.125, 0.0861, 0.178)
    """
    if not n:
        return {"count": 0, "n": 0, "value": None, "low": None, "high": None, "note": "no pictures"}
    low, high = wilson_interval(flagged, n, confidence)
    record = {"count": flagged, "n": n, "value": flagged / n, "low": low, "high": high}
    return record | {"method": INTERVAL}


def nearest(cosines_n: np.ndarray) -> dict[str, float] | None:
    """Return quantiles of the highest cosine of each picture, or None without any.

    Examples
    --------
    >>> nearest(np.array([0.2, 0.4, np.nan]))
    {'0.5': 0.3, '0.9': 0.38, '0.99': 0.398, '1': 0.4}
    """
    known = cosines_n[~np.isnan(cosines_n)]
    if not len(known):
        return None
    return {f"{q:g}": round(float(np.quantile(known, q)), 6) for q in QUANTILES}


def _count(flags: pd.Series) -> int | None:
    """Return how many are true; None where it is unknown for all, but 0 where there is none."""
    return None if len(flags) and flags.isna().all() else int(flags.sum())


def _leaks(material: Material, pairs: pd.DataFrame, confidence: float) -> list[dict[str, Any]]:
    """Return, for each two splits, the pictures of the one with a copy in the other."""
    side = material.side
    if side.dataset is None or side.dataset.splits is None:
        return []
    in_split: dict[str, int] = {}
    for row in material.readable():
        in_split[side.split(row)] = in_split.get(side.split(row), 0) + 1
    torn = pairs[pairs["across_splits"].fillna(False)]
    copies: dict[tuple[str, str], set[str]] = {}
    for mine, other in (("a", "b"), ("b", "a")):
        columns = [f"split_{mine}", f"split_{other}", f"id_{mine}"]
        for one, two, name in torn[columns].itertuples(index=False):
            copies.setdefault((one, two), set()).add(name)
    return [
        {"split": one, "other": two, **rate(len(names), in_split[one], confidence)}
        for (one, two), names in sorted(copies.items())
    ]


def _clusters(table: pd.DataFrame) -> dict[str, int]:
    """Return how many clusters of copies there are, and the size of the largest."""
    members: dict[int, set[tuple[str, str]]] = {}
    for end in ("a", "b"):
        columns = ["cluster", f"dataset_{end}", f"id_{end}"]
        for number, dataset, name in table[columns].itertuples(index=False):
            members.setdefault(int(number), set()).add((dataset, name))
    return {"count": len(members), "largest": max(map(len, members.values()), default=0)}
