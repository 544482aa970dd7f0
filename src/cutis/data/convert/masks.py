"""Lesion masks that lie beside the images under the image's name and an ending."""

from __future__ import annotations

from collections.abc import Sequence

from cutis.data.convert.source import Source, first_image_name

ENDINGS = ("_segmentation", "_lesion", "_mask")


def masks_of(
    ids: Sequence[str | None], source: Source, endings: Sequence[str] = ENDINGS
) -> list[str | None]:
    """Return the mask file of each image, None where there is none.

    Parameters
    ----------
    ids
        Image names without ending.
    source
        Where the masks are.
    endings
        What a mask's name has behind the image's.
    """
    by_stem = first_image_name(source.images)
    found: list[str | None] = []
    for name in ids:
        stems = [f"{name}{ending}".casefold() for ending in endings] if name else []
        found.append(next((by_stem[stem] for stem in stems if stem in by_stem), None))
    return found
