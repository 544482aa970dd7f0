"""How far apart subgroups lie, so that a tiny subgroup does not drown a large difference."""

from __future__ import annotations

import numpy as np


def plain_distance(values_pg: np.ndarray) -> np.ndarray:
    """Return highest minus lowest value of each row, (p,); NaN where one of them is undefined.

    Examples
    --------
    >>> plain_distance(np.array([[0.5, 0.8, 0.6]])).round(2)
    array([0.3])
    """
    if values_pg.shape[1] < 2:
        return np.full(values_pg.shape[0], np.nan)
    distance: np.ndarray = values_pg.max(axis=1) - values_pg.min(axis=1)
    return distance


def scaled_distance(values_pg: np.ndarray, sizes_g: np.ndarray) -> np.ndarray:
    """Return the largest difference of any pair in units of the chance that their sizes give, (p,).

    The value of seven images swings far by chance alone. Were plain differences compared with
    those of subgroups dealt by chance, such a subgroup would set the bar for all others, and a
    certain difference between two large ones could not pass. Each pair's difference is therefore
    divided by the square root of ``1 / m + 1 / m'`` of its sizes.

    Parameters
    ----------
    values_pg
        (p, g) values of g subgroups in each of p divisions.
    sizes_g
        (g,) lesions, patients or images that each value rests on.

    Examples
    --------
    >>> scaled_distance(np.array([[0.5, 0.8, 0.1]]), np.array([200, 200, 2])).round(2)
    array([3.])
    """
    if values_pg.shape[1] < 2:
        return np.full(values_pg.shape[0], np.nan)
    first, second = np.triu_indices(values_pg.shape[1], 1)
    unit_q = np.sqrt(1 / sizes_g[first] + 1 / sizes_g[second])
    distance: np.ndarray = (np.abs(values_pg[:, first] - values_pg[:, second]) / unit_q).max(axis=1)
    return distance
