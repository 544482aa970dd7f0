"""What reduced precision costs: the cosine of a few features to their float32 originals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cutis.features.decode import read_pixels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cutis.models import Model

SAMPLE = 4


def cosine_to_fp32(model: Model, paths: Sequence[Path]) -> dict[str, float | int] | None:
    """Compare a model with itself in float32 on a few images.

    Parameters
    ----------
    model
        A model whose precision is not ``fp32``.
    paths
        Image files; up to four readable ones at equal distances are used.

    Returns
    -------
    dict or None
        ``n``, ``mean`` and ``min`` of the cosine; None for ``fp32`` or without readable images.
    """
    import torch

    if model.precision == "fp32":
        return None
    rows = np.unique(np.linspace(0, len(paths) - 1, min(SAMPLE, len(paths))).astype(int))
    read = [read_pixels(paths[row], model.preprocess) for row in rows]
    pixels = [value for value in read if not isinstance(value, str)]
    if not pixels:
        return None
    pixels_nchw = torch.stack(pixels)
    exact_nd = replace(model, precision="fp32").embed_pixels(pixels_nchw)
    return cosine_summary(model.embed_pixels(pixels_nchw), exact_nd)


def cosine_summary(features_nd: np.ndarray, exact_nd: np.ndarray) -> dict[str, float | int]:
    """Return the number, mean and minimum of the cosines of corresponding rows.

    Parameters
    ----------
    features_nd, exact_nd
        Two sets of n features of d values.

    Examples
    --------
    >>> cosine_summary(np.array([[3.0, 4.0], [1.0, 0.0]]), np.array([[4.0, 3.0], [2.0, 0.0]]))
    {'n': 2, 'mean': 0.98, 'min': 0.96}
    """
    a, b = features_nd.astype(np.float64), exact_nd.astype(np.float64)
    norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    cosines = (a * b).sum(axis=1) / np.where(norms > 0, norms, 1.0)
    return {
        "n": len(cosines),
        "mean": round(float(cosines.mean()), 6),
        "min": round(float(cosines.min()), 6),
    }
