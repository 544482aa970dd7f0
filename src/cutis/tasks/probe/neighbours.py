"""The nearest training images vote."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np

from cutis.tasks.probe.fitted import softmax, unit_rows

TEMPERATURE = 0.07
BLOCK = 512


class Nearest(NamedTuple):
    """The k most similar training images of each image, most similar first.

    Attributes
    ----------
    similarity_nk, row_nk
        Cosine, and row number.
    """

    similarity_nk: np.ndarray
    row_nk: np.ndarray


def nearest(queries_nd: np.ndarray, keys_md: np.ndarray, k: int) -> Nearest:
    """Find the k most similar keys of each query, both of length one, block by block.

    Of equally similar keys the earlier one is nearer.

    Examples
    --------
    >>> keys = np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]], np.float32)
    >>> nearest(np.array([[0.0, 1.0]], np.float32), keys, 2).row_nk.tolist()
    [[1, 2]]
    """
    similarities, rows = [], []
    for start in range(0, len(queries_nd), BLOCK):
        cosine = queries_nd[start : start + BLOCK] @ keys_md.T
        # Partition first, then order the few: rows in order, so that ties go to the earlier one.
        kth = np.partition(cosine, -k, axis=1)[:, -k, None]
        for line, limit in zip(cosine, kth[:, 0], strict=True):
            near = np.flatnonzero(line >= limit)
            near = near[np.argsort(-line[near], kind="stable")][:k]
            similarities.append(line[near])
            rows.append(near)
    shape = (len(queries_nd), k)
    return Nearest(
        np.array(similarities, np.float32).reshape(shape), np.array(rows, np.int64).reshape(shape)
    )


@dataclass(frozen=True)
class NeighbourProbe:
    """Votes of the k nearest training images by the cosine.

    Attributes
    ----------
    keys_md, labels_m
        Unit features and classes of the training images.
    k
        Neighbours that vote; all of them where there are fewer.
    votes
        ``weighted``: by softmax of similarity over 0.07 (DINOv2, DermINO); ``plain``: alike, as
        scikit-learn's ``KNeighborsClassifier`` on the same unit features.
    n_classes
        c.
    """

    keys_md: np.ndarray
    labels_m: np.ndarray
    k: int
    votes: Literal["weighted", "plain"]
    n_classes: int
    kind: str = "knn"

    def probabilities(self, features_nd: np.ndarray) -> np.ndarray:
        """Return the share of votes of each class, n images by c classes.

        Examples
        --------
        >>> keys = np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]], np.float32)
        >>> probe = NeighbourProbe(keys, np.array([0, 1, 1]), 2, "plain", 2)
        >>> probe.probabilities(np.array([[2.0, 0.0]])).tolist()
        [[0.5, 0.5]]
        """
        return self.count(self.search(features_nd))

    def search(self, features_nd: np.ndarray) -> Nearest:
        """Return the neighbours of each image."""
        return nearest(unit_rows(features_nd), self.keys_md, min(self.k, len(self.keys_md)))

    def count(self, found: Nearest) -> np.ndarray:
        """Return the share of votes of each class among the first k neighbours."""
        similarity = found.similarity_nk[:, : self.k]
        shares = (
            softmax(similarity / TEMPERATURE)
            if self.votes == "weighted"
            else np.full(similarity.shape, 1 / max(similarity.shape[1], 1))
        )
        labels_nk = self.labels_m[found.row_nk[:, : self.k]]
        votes_nc = [(shares * (labels_nk == c)).sum(axis=1) for c in range(self.n_classes)]
        return np.stack(votes_nc, axis=1)

    def with_k(self, k: int) -> NeighbourProbe:
        """Return the probe with another number of neighbours."""
        return replace(self, k=k)

    def tensors(self) -> dict[str, np.ndarray]:
        """Return its arrays by name."""
        return {"keys": self.keys_md, "labels": self.labels_m}

    def settings(self) -> dict[str, Any]:
        """Return its other facts as JSON values."""
        return {"k": self.k, "votes": self.votes, "n_classes": self.n_classes}

    @classmethod
    def read(cls, tensors: dict[str, np.ndarray], settings: dict[str, Any]) -> NeighbourProbe:
        """Return the probe that was written down."""
        return cls(
            tensors["keys"],
            tensors["labels"],
            int(settings["k"]),
            settings["votes"],
            int(settings["n_classes"]),
        )
