"""Predictions and the rows of a table: the same images, matched by name and never by position."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cutis.errors import CutisError

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.predictions import Predictions


class Judged(NamedTuple):
    """Rows of a table with a labelled prediction.

    Attributes
    ----------
    rows
        Their numbers in the table.
    correct_n
        Whether the model's first answer was the label.
    label_n, predicted_n
        Names of the label and of the answer.
    n_unlabelled
        Predictions without a label, which take no part.
    """

    rows: np.ndarray
    correct_n: np.ndarray
    label_n: tuple[str, ...]
    predicted_n: tuple[str, ...]
    n_unlabelled: int


def judge(predictions: Predictions, dataset: Dataset, source: Path) -> Judged:
    """Pair predictions with the rows of the table and say which are right.

    Ids are compared first, then paths, file names, and names without extension; the first way
    that finds every prediction is taken.

    Raises
    ------
    CutisError
        If no prediction has a label, or some are not in the table or there twice.
    """
    known = predictions.labels_n >= 0
    if not known.any():
        raise CutisError(
            f"None of the {len(predictions)} predictions of {source} has a label, so nothing "
            "tells where the model fails.",
            fix="predict a table that has labels",
        )
    table = predictions.table[known]
    ids = [str(name) for name in table["id"]]
    images = [str(name).replace("\\", "/") for name in table["image"]]
    rows = match(ids, images, dataset, source)
    label = predictions.labels_n[known]
    predicted = predictions.probs_nc[known].argmax(axis=1)
    return Judged(
        rows,
        label == predicted,
        tuple(predictions.classes[i] for i in label),
        tuple(predictions.classes[i] for i in predicted),
        int((~known).sum()),
    )


def match(ids: Sequence[str], images: Sequence[str], dataset: Dataset, source: Path) -> np.ndarray:
    """Return the row of the table of every prediction.

    Raises
    ------
    CutisError
        If no way of comparing names finds all of them, each once.
    """
    own = [str(name).replace("\\", "/") for name in dataset.table[dataset.roles["image"]]]
    ways = (
        (ids, dataset.ids),
        (images, own),
        ([PurePosixPath(i).name for i in images], [PurePosixPath(i).name for i in own]),
        ([PurePosixPath(i).stem for i in images], [PurePosixPath(i).stem for i in own]),
    )
    fewest: list[str] = list(ids)
    for wanted, offered in ways:
        places: dict[str, list[int]] = {}
        for row, name in enumerate(offered):
            places.setdefault(name, []).append(row)
        times = Counter(wanted)
        missing = [n for n in wanted if len(places.get(n, ())) != 1 or times[n] > 1]
        if not missing:
            return np.array([places[name][0] for name in wanted], dtype=np.int64)
        if len(missing) < len(fewest):
            fewest = missing
    raise CutisError(
        f"{len(fewest)} of the {len(ids)} images of {source} are not in {dataset.source.name}, or "
        f"in one of the two more than once; the first is '{fewest[0]}'.",
        allowed="Images are matched by id, path, file name, or name without extension.",
        fix="give the table that the predictions were made of with --data",
    )
