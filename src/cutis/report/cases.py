"""Which cases a report shows: a fair sample, typical hits, confident errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from cutis.predictions import Predictions

SAMPLE, HITS, ERRORS = 8, 12, 12


class CaseRows(NamedTuple):
    """Rows of the predictions table, each in the order in which they are shown.

    Attributes
    ----------
    sample
        One image per class, drawn without looking at the answers.
    hits
        Images answered right with the confidence that is usual for their class.
    errors
        Images answered wrong, the most confident first.
    """

    sample: np.ndarray
    hits: np.ndarray
    errors: np.ndarray

    def all_rows(self) -> np.ndarray:
        """Return every row once, sorted."""
        return np.unique(np.concatenate(self)).astype(np.int64)


def choose_cases(
    labels_n: np.ndarray,
    probs_nc: np.ndarray,
    ids: Sequence[str],
    groups_n: np.ndarray | None = None,
) -> CaseRows:
    """Choose the cases of a report; the same run always gets the same ones.

    Parameters
    ----------
    labels_n
        Class index of n images, -1 where unknown.
    probs_nc
        Probabilities, n images by c classes.
    ids
        Row names; the sample is drawn by their hashes, so it does not depend on the answers.
    groups_n
        Lesion or patient of each image; each is shown at most once per gallery.

    Examples
    --------
    >>> probs = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.8, 0.2]])
    >>> rows = choose_cases(np.array([0, 0, 1, 0]), probs, ["a", "b", "c", "d"])
    >>> rows.hits.tolist(), rows.errors.tolist()
    ([0, 3], [1, 2])
    """
    n_classes = probs_nc.shape[1]
    groups = np.arange(len(labels_n)) if groups_n is None else _own_group_where_missing(groups_n)
    top_n, right_n = probs_nc.max(axis=1), probs_nc.argmax(axis=1) == labels_n
    wrong = np.flatnonzero(~right_n & (labels_n >= 0))
    wrong = wrong[np.argsort(-top_n[wrong], kind="stable")]
    each = max(HITS // max(n_classes, 1), 1)
    hits = [
        _distinct(_by_typicality(np.flatnonzero(right_n & (labels_n == c)), top_n), groups, each)
        for c in range(n_classes)
    ]
    return CaseRows(
        sample=_sample(labels_n, ids, n_classes),
        hits=np.array([row for rows in hits for row in rows][:HITS], dtype=np.int64),
        errors=np.array(_distinct(wrong, groups, ERRORS), dtype=np.int64),
    )


def case_rows(predictions: Predictions) -> np.ndarray:
    """Return the rows a report of these predictions shows; they are the ones worth a picture."""
    table = predictions.table
    return choose_cases(
        predictions.labels_n, predictions.probs_nc, table["id"].tolist(), predictions.groups_n
    ).all_rows()


def _own_group_where_missing(groups_n: np.ndarray) -> np.ndarray:
    return np.array(
        [f"row {i}" if g is None or g != g else f"group {g}" for i, g in enumerate(groups_n)]
    )


def _by_typicality(rows: np.ndarray, top_n: np.ndarray) -> np.ndarray:
    if not len(rows):
        return rows
    distance = np.abs(top_n[rows] - np.median(top_n[rows]))
    return rows[np.argsort(distance, kind="stable")]


def _distinct(rows: np.ndarray, groups: np.ndarray, most: int) -> list[int]:
    chosen: dict[object, int] = {}
    for row in rows:
        if len(chosen) == most:
            break
        chosen.setdefault(groups[row], int(row))
    return list(chosen.values())


def _sample(labels_n: np.ndarray, ids: Sequence[str], n_classes: int) -> np.ndarray:
    from hashlib import sha256

    order = sorted(range(len(ids)), key=lambda i: sha256(str(ids[i]).encode()).digest())
    if not (labels_n >= 0).any():
        return np.array(order[:SAMPLE], dtype=np.int64)
    first: dict[int, int] = {}
    for row in order:
        if labels_n[row] >= 0:
            first.setdefault(int(labels_n[row]), row)
    classes = [c for c in range(n_classes) if c in first]
    if len(classes) > SAMPLE:  # too many to show one of each: those drawn first
        drawn = set(sorted(classes, key=lambda c: order.index(first[c]))[:SAMPLE])
        classes = [c for c in classes if c in drawn]
    return np.array([first[c] for c in classes], dtype=np.int64)
