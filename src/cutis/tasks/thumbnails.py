"""Small pictures of the cases a report shows, without any of the original's metadata."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from cutis.files import atomic_path, write_json

SIDE = 192


def select_cases(
    labels_n: np.ndarray,
    probs_nc: np.ndarray,
    seed: int = 0,
    each: int = 3,
    errors: int = 16,
    sample: int = 8,
) -> np.ndarray:
    """Return the rows worth a picture, sorted, without repeats.

    Parameters
    ----------
    labels_n
        Class index of n images, -1 where unknown.
    probs_nc
        Probabilities, n images by c classes.
    each
        Most confident hits per class.
    errors
        Most confident errors over all classes.
    sample
        Images drawn at random.

    Examples
    --------
    >>> probs = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    >>> select_cases(np.array([0, 0, 1]), probs, each=1, errors=1, sample=0).tolist()
    [0, 1]
    """
    predicted_n = probs_nc.argmax(axis=1)
    top_n = probs_nc.max(axis=1)
    order = np.argsort(-top_n, kind="stable")
    right = order[(predicted_n == labels_n)[order]]
    wrong = order[((predicted_n != labels_n) & (labels_n >= 0))[order]]
    chosen = [wrong[:errors]]
    chosen += [right[labels_n[right] == c][:each] for c in range(probs_nc.shape[1])]
    rng = np.random.default_rng(seed)
    chosen.append(rng.permutation(len(labels_n))[:sample])
    return np.unique(np.concatenate(chosen))


def write_thumbnails(folder: Path, images: Iterable[tuple[str, Path]]) -> dict[str, str]:
    """Write one JPEG per case and ``thumbs.json``, the map from row name to file name.

    Parameters
    ----------
    folder
        Created when it is missing.
    images
        Row name and image file of every case.
    """
    from cutis.data import load_image

    names: dict[str, str] = {}
    for i, (name, path) in enumerate(images):
        picture = load_image(path)
        picture.thumbnail((SIDE, SIDE))
        target = folder / f"{i:03d}.jpg"
        with atomic_path(target) as temporary:
            picture.save(temporary, format="JPEG", quality=85)
        names[name] = target.name
    write_json(folder / "thumbs.json", names)
    return names
