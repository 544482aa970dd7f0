"""ISIC 2017: two 0/1 columns make three classes; masks of part 1; age and sex."""

from __future__ import annotations

from cutis.data.convert.columns import arranged, from_one_hot, ordered
from cutis.data.convert.format import About, Converted, Format
from cutis.data.convert.frames import extended
from cutis.data.convert.joining import joined
from cutis.data.convert.masks import masks_of
from cutis.data.convert.source import Source

CLASSES = ("melanoma", "seborrheic keratosis", "nevus")


def _tables(source: Source) -> list[str]:
    return source.with_columns("image_id", "melanoma", "seborrheic_keratosis")


def read(source: Source) -> Converted:
    """Read the tables of part 3, the metadata tables and the masks of part 1."""
    files = source.require(_tables(source), "ISIC-2017_*_Part3_GroundTruth.csv", "ISIC 2017")
    table = source.read_all(files)
    positive = table.rename(columns={"seborrheic_keratosis": "seborrheic keratosis"})
    labels, notes = from_one_hot(positive, CLASSES[:2])
    table = extended(table, {"label": [label or "nevus" for label in labels]})
    people = source.with_columns("image_id", "age_approximate|age_approx", "sex")
    if people:
        table = joined(table, source.read_all(people, split=False), "image_id")
    frame, absent = arranged(
        table,
        {
            "image": ("image_id",),
            "label": ("label",),
            "id": ("image_id",),
            "split": ("split",),
            "age": ("age_approximate", "age_approx"),
            "sex": ("sex",),
        },
        drop=("melanoma", "seborrheic_keratosis"),
    )
    frame = ordered(extended(frame, {"mask": masks_of(frame["id"].tolist(), source)}))
    return Converted(
        frame,
        classes=CLASSES,
        notes=(*notes, *absent),
        about=About("ISIC 2017 challenge, part 3", "dermoscopy", "CC0-1.0 or as each image says"),
    )


FORMAT = Format(
    name="isic2017",
    expects="`ISIC-2017_*_Part3_GroundTruth*.csv` (`image_id`, `melanoma`, `seborrheic_keratosis`),"
    " the images, and the metadata tables and masks of part 1 if they are there",
    makes="label of three classes (neither column set means nevus), split, age, sex, mask",
    recognise=lambda source: bool(_tables(source)),
    read=read,
    cards=("isic2017",),
)
