"""Lesion masks that lie beside the images, told by an ending of their name or by their folder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from cutis.data.convert.source import Source, first_image_name

ENDINGS = ("_segmentation", "_lesion", "_mask")
_FOLDER = re.compile(r"(^|[^a-z])(masks?|segmentations?|part1\w*groundtruth)([^a-z]|$)")


def is_mask(file: str) -> bool:
    """Tell whether a file is a mask by its name's ending or its folder's name.

    Examples
    --------
    >>> is_mask("masks/IMD003.png"), is_mask("x/ISIC_1_segmentation.png"), is_mask("x/ISIC_1.jpg")
    (True, True, False)
    """
    path = PurePosixPath(file.casefold())
    return path.stem.endswith(ENDINGS) or bool(_FOLDER.search(str(path.parent)))


def masks_of(ids: Sequence[str | None], source: Source) -> list[str | None]:
    """Return the mask file of each image, None where there is none.

    Parameters
    ----------
    ids
        Image names without ending.
    source
        Where the masks are.
    """
    by_stem = first_image_name(file for file in source.images if is_mask(file))
    found: list[str | None] = []
    for name in ids:
        stems = [f"{name}{ending}".casefold() for ending in (*ENDINGS, "")] if name else []
        found.append(next((by_stem[stem] for stem in stems if stem in by_stem), None))
    return found


def pictures_in(source: Source) -> dict[str, str]:
    """Return the image file of each stem in lower case, masks left out."""
    return first_image_name(file for file in source.images if not is_mask(file))
