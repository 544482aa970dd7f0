"""HAM10000: one metadata table, images in two folders, masks on request."""

from __future__ import annotations

from cutis.data.convert.columns import arranged, ordered
from cutis.data.convert.format import Converted, Format
from cutis.data.convert.frames import extended
from cutis.data.convert.masks import masks_of
from cutis.data.convert.source import Source

_WANTED = {
    "image": ("image_id",),
    "label": ("dx",),
    "id": ("image_id",),
    "lesion_id": ("lesion_id",),
    "age": ("age",),
    "sex": ("sex",),
    "site": ("localization",),
}


def _tables(source: Source) -> list[str]:
    return source.with_columns("lesion_id", "image_id", "dx")


def read(source: Source) -> Converted:
    """Read the official metadata table."""
    files = source.require(_tables(source), "table with lesion_id, image_id and dx", "HAM10000")
    table = source.read_all(files[:1], split=False)
    frame, notes = arranged(table, _WANTED, required=("image", "label"))
    frame = ordered(extended(frame, {"mask": masks_of(frame["id"].tolist(), source)}))
    return Converted(frame, notes=notes)


FORMAT = Format(
    name="ham10000",
    expects="`HAM10000_metadata.csv` (columns `lesion_id`, `image_id`, `dx`) and the images in any "
    "folders; `ISIC_*_segmentation.png` masks if they are there",
    makes="label from `dx`, lesion, age, sex, site, mask",
    recognise=lambda source: bool(_tables(source)),
    read=read,
    cards=("ham10000",),
)
