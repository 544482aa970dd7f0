"""Small pictures of the cases a report shows, without any of the original's metadata."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cutis.files import atomic_path, write_json

SIDE = 192


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
