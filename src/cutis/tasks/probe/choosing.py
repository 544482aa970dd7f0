"""The setting of a probe, chosen on rows that are neither trained on nor tested."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from cutis.data.splitting import assign
from cutis.tasks.probe.criteria import Score
from cutis.tasks.probe.families import Candidate, Family
from cutis.tasks.probe.fitted import FittedProbe

INNER_FOLDS = 5
PATIENCE = 2


class Rows(NamedTuple):
    """Features, classes and groups of some rows, none without a label."""

    x_nd: np.ndarray
    y_n: np.ndarray
    groups_n: np.ndarray


class Fit(NamedTuple):
    """A fitted probe, and what was chosen for it and how, as JSON values."""

    probe: FittedProbe
    chosen: dict[str, Any]


class _Best(NamedTuple):
    position: int
    setting: dict[str, Any]
    score: Score
    probes: list[FittedProbe]


def fit_best(family: Family, train: Rows, val: Rows | None, seed: int = 0) -> Fit:
    """Choose a setting and fit with it.

    A single setting is taken as it is. Otherwise it is chosen on the validation rows, and without
    such by cross-validation of the training rows in folds that keep groups whole and classes even;
    where the training rows are too few for that, the family's fallback is taken.

    Parameters
    ----------
    family
        The method.
    train, val
        Rows to learn from; rows to choose by, or None.
    seed
        Of the folds.
    """
    if len(family.settings) == 1:
        return Fit(family.fit(train.x_nd, train.y_n, family.settings[0]),
                   {**family.settings[0], "by": "given"})  # fmt: skip
    if val is not None and len(val.y_n):
        best = _search(family, [(train, val)])
        if best is not None:
            return Fit(best.probes[0], _record(family, best, "validation split"))
    best = None if family.needs_validation else _search(family, _inner_folds(train, seed))
    if best is None:
        setting = family.fallback
        record = {**setting, "by": "default: nothing to choose by"}
        return Fit(family.fit(train.x_nd, train.y_n, setting), record)
    probe = family.fit(train.x_nd, train.y_n, best.setting)
    return Fit(probe, _record(family, best, f"{len(best.probes)}-fold cross-validation"))


def _record(family: Family, best: _Best, by: str) -> dict[str, Any]:
    last = len(family.settings) - 1
    at_end = family.stops_early and best.position in (0, last)
    return {
        **best.setting,
        "by": by,
        "score": best.score[0],
        "at_end_of_list": bool(at_end),
    }


def _inner_folds(train: Rows, seed: int) -> list[tuple[Rows, Rows]]:
    """Return (rows to learn from, rows to judge by) of each usable fold."""
    n_groups = len(np.unique(train.groups_n.astype(str)))
    n_folds = min(INNER_FOLDS, n_groups)
    if n_folds < 2:
        return []
    fold_n = assign(train.y_n, train.groups_n, [1 / n_folds] * n_folds, seed)
    found = []
    for fold in range(n_folds):
        inside, outside = pick(train, fold_n != fold), pick(train, fold_n == fold)
        learnt = np.unique(inside.y_n)
        if len(learnt) > 1 and np.isin(outside.y_n, learnt).any():
            found.append((inside, outside))
    return found


def pick(rows: Rows, mask_n: np.ndarray) -> Rows:
    """Return some of the rows."""
    return Rows(rows.x_nd[mask_n], rows.y_n[mask_n], rows.groups_n[mask_n])


def _search(family: Family, pairs: list[tuple[Rows, Rows]]) -> _Best | None:
    """Try the settings on all pairs in step; None if none can be judged."""
    if not pairs:
        return None
    streams = [family.tried(train.x_nd, train.y_n, val.x_nd) for train, val in pairs]
    best: _Best | None = None
    falls = 0
    for position, candidates in enumerate(zip(*streams, strict=True)):
        score = _score(family, pairs, candidates)
        if best is None or score > best.score:
            probes = [candidate.probe for candidate in candidates]
            best, falls = _Best(position, candidates[0].setting, score, probes), 0
        else:
            falls += 1
            if family.stops_early and falls == PATIENCE:
                break
    _close(streams)
    return None if best is None or best.score[0] == float("-inf") else best


def _score(
    family: Family, pairs: list[tuple[Rows, Rows]], candidates: tuple[Candidate, ...]
) -> Score:
    """Return the mean of the folds' scores, each weighted by its rows."""
    weights = np.array([len(val.y_n) for _, val in pairs], np.float64)
    scores = [
        family.score(val.y_n, candidate.probs_vc, np.unique(train.y_n))
        for (train, val), candidate in zip(pairs, candidates, strict=True)
    ]
    return tuple(float(v) for v in np.average(np.array(scores), axis=0, weights=weights))


def _close(streams: list[Iterator[Candidate]]) -> None:
    # A path that was left early holds a copy of its features until it is closed.
    for stream in streams:
        close = getattr(stream, "close", None)
        if close is not None:
            close()
