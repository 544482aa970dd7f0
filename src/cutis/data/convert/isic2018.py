"""ISIC 2018, task 3: seven 0/1 columns and the lesions the images show."""

from __future__ import annotations

from cutis.data.convert.columns import arranged, from_one_hot, ordered, present
from cutis.data.convert.format import About, Converted, Format
from cutis.data.convert.frames import extended
from cutis.data.convert.joining import joined
from cutis.data.convert.masks import masks_of
from cutis.data.convert.source import Source

COLUMNS = ("MEL", "NV", "BCC", "AKIEC", "BKL", "DF", "VASC")


def _tables(source: Source) -> list[str]:
    return source.with_columns("image", *COLUMNS)


def read(source: Source) -> Converted:
    """Read the ground truth of task 3 and the lesion groupings."""
    files = source.require(_tables(source), "ISIC2018_Task3_*_GroundTruth.csv", "ISIC 2018")
    table = source.read_all(files)
    columns = present(table, COLUMNS)
    labels, notes = from_one_hot(table, list(columns.values()))
    table = extended(table, {"label": labels})
    groupings = source.with_columns("image", "lesion_id", "diagnosis_confirm_type")
    if groupings:
        table = joined(table, source.read_all(groupings, split=False), "image")
    frame, absent = arranged(
        table,
        {
            "image": ("image",),
            "label": ("label",),
            "id": ("image",),
            "lesion_id": ("lesion_id",),
            "split": ("split",),
        },
        drop=tuple(columns.values()),
    )
    frame = ordered(extended(frame, {"mask": masks_of(frame["id"].tolist(), source)}))
    return Converted(
        frame,
        classes=COLUMNS,
        notes=(*notes, *absent),
        about=About("ISIC 2018 challenge, task 3", "dermoscopy", "CC BY-NC 4.0"),
    )


FORMAT = Format(
    name="isic2018",
    expects="`ISIC2018_Task3_*_GroundTruth.csv` (`image` and seven 0/1 columns), the images, and "
    "`ISIC2018_Task3_Training_LesionGroupings.csv` if it is there",
    makes="label of seven classes, lesion, split",
    recognise=lambda source: bool(_tables(source)),
    read=read,
    cards=("isic2018", "ham10000"),
)
