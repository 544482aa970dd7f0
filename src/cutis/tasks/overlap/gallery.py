"""Pairs of copies side by side, as one small picture each, without the originals' metadata."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.files import atomic_path, write_json
from cutis.tasks.overlap.search import Comparison
from cutis.tasks.overlap.sides import Side

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE, GAP = 160, 6


def shown_pairs(comparisons: Sequence[Comparison], count: int) -> list[tuple[int, int]]:
    """Choose the pairs to show: of each comparison in turn the surest half and the least sure.

    Parameters
    ----------
    comparisons
        What was found, each with the surest pair first.
    count
        Most pairs altogether.

    Returns
    -------
    list of tuple
        Number of the comparison and of the pair in it.
    """
    with_pairs = [i for i, found in enumerate(comparisons) if len(found.rows_p2)]
    if not with_pairs:
        return []
    each = max(1, count // len(with_pairs))
    chosen = []
    for i in with_pairs:
        n = len(comparisons[i].rows_p2)
        first = range(min(n, each - each // 2))
        last = range(max(len(first), n - each // 2), n)
        chosen += [(i, place) for place in (*first, *last)]
    return chosen[:count]


def write_gallery(
    folder: Path, sides: Sequence[Side], comparisons: Sequence[Comparison], count: int
) -> list[dict[str, Any]]:
    """Write one JPEG for each pair shown, and ``thumbs.json``; return what is in them.

    Parameters
    ----------
    folder
        ``thumbs`` of the run directory.
    sides, comparisons
        What was compared and found.
    count
        Most pairs.
    """
    from PIL import Image

    shown: list[dict[str, Any]] = []
    files: dict[str, str] = {}
    for i, place in shown_pairs(comparisons, count):
        found = comparisons[i]
        ends = list(zip((found.a, found.b), found.rows_p2[place].tolist(), strict=True))
        pictures = [_picture(sides[number], row) for number, row in ends]
        key = f"pair-{len(shown):03d}"
        if all(picture is not None for picture in pictures):
            sheet = Image.new("RGB", (2 * SIDE + GAP, SIDE), (255, 255, 255))
            for at, picture in zip((0, SIDE + GAP), pictures, strict=True):
                if picture is not None:
                    left, top = ((SIDE - edge) // 2 for edge in picture.size)
                    sheet.paste(picture, (at + left, top))
            files[key] = f"{key}.jpg"
            with atomic_path(folder / files[key]) as temporary:
                sheet.save(temporary, format="JPEG", quality=85)
        shown.append({"key": key, **_words(sides, found, place)})
    write_json(folder / "thumbs.json", files)
    return shown


def _picture(side: Side, row: int) -> Image | None:
    from cutis.data import load_image
    from cutis.data.images import ImageError

    if side.dataset is None:
        return None
    try:
        picture = load_image(side.dataset.image_paths[row])
    except ImageError:
        return None
    picture.thumbnail((SIDE, SIDE))
    return picture


def _words(sides: Sequence[Side], found: Comparison, place: int) -> dict[str, Any]:
    (row_a, row_b), cosine = found.rows_p2[place].tolist(), found.cosine_p[place]
    a, b, distance = sides[found.a], sides[found.b], int(found.distance_p[place])
    return {
        "dataset_a": a.name,
        "id_a": a.ids[row_a],
        "label_a": a.label(row_a),
        "split_a": a.split(row_a),
        "dataset_b": b.name,
        "id_b": b.ids[row_b],
        "label_b": b.label(row_b),
        "split_b": b.split(row_b),
        "cosine": None if np.isnan(cosine) else float(cosine),
        "hash_distance": None if distance < 0 else distance,
    }
