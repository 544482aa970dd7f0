"""From one column, or several crossed, to the parts that are compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cutis.stats.clusters import Clusters
from cutis.stats.subgroups import MISSING, natural_order


class Partition(NamedTuple):
    """Which part each row belongs to.

    Attributes
    ----------
    names
        The g parts in natural order, ``(missing)`` last.
    codes_n
        (n,) int64, the part of every row.
    """

    names: tuple[str, ...]
    codes_n: np.ndarray

    def sizes(self) -> np.ndarray:
        """Return the number of rows of each part, (g,)."""
        return np.bincount(self.codes_n, minlength=len(self.names))

    def cluster_sizes(self, clusters: Clusters, mask_n: np.ndarray | None = None) -> np.ndarray:
        """Return how many clusters have a row (where the mask holds) in each part, (g,)."""
        inside = np.ones(self.codes_n.size, bool) if mask_n is None else mask_n
        return np.array([clusters.count((self.codes_n == g) & inside) for g in self._each()])

    def _each(self) -> range:
        return range(len(self.names))


def make_partition(values_n: np.ndarray) -> Partition:
    """Number the parts of a column of text.

    Parameters
    ----------
    values_n
        (n,) text, see :func:`cutis.stats.subgroup_values`.

    Examples
    --------
    >>> make_partition(np.array(["V", "II", "(missing)", "II"], dtype=object))
    Partition(names=('II', 'V', '(missing)'), codes_n=array([1, 0, 2, 0]))
    """
    names = tuple(sorted(set(values_n.tolist()), key=natural_order))
    place = {name: i for i, name in enumerate(names)}
    return Partition(names, np.array([place[v] for v in values_n.tolist()], dtype=np.int64))


def cross(columns: Sequence[np.ndarray]) -> np.ndarray:
    """Join columns into one whose parts are the combinations; missing where any of them is.

    Examples
    --------
    >>> cross([np.array(["V", "II"]), np.array(["female", "(missing)"])]).tolist()
    ['V & female', '(missing)']
    """
    rows = zip(*(column.tolist() for column in columns), strict=True)
    joined = [MISSING if MISSING in row else " & ".join(row) for row in rows]
    return np.array(joined, dtype=object)
