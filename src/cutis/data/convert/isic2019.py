"""ISIC 2019: nine 0/1 columns and a metadata table with lesions."""

from __future__ import annotations

from cutis.data.convert.columns import arranged, from_one_hot, present
from cutis.data.convert.format import About, Converted, Format
from cutis.data.convert.frames import extended
from cutis.data.convert.joining import joined
from cutis.data.convert.source import Source

COLUMNS = ("MEL", "NV", "BCC", "AK", "BKL", "DF", "VASC", "SCC")
UNKNOWN = "UNK"


def _tables(source: Source) -> list[str]:
    return source.with_columns("image", *COLUMNS)


def read(source: Source) -> Converted:
    """Read ground truth and metadata of the training and the test images."""
    files = source.require(_tables(source), "ISIC_2019_*_GroundTruth.csv", "ISIC 2019")
    table = source.read_all(files)
    columns = present(table, (*COLUMNS, UNKNOWN))
    found, notes = from_one_hot(table, list(columns.values()))
    labels = [None if label == columns.get(UNKNOWN) else label for label in found]
    others = sum(label == columns.get(UNKNOWN) for label in found if label is not None)
    if others:
        notes = (*notes, f"{others} rows are none of the eight diagnoses and have no label.")
    table = extended(table, {"label": labels})
    people = source.with_columns("image", "age_approx", "anatom_site_general", "sex")
    if people:
        table = joined(table, source.read_all(people, split=False), "image")
    frame, absent = arranged(
        table,
        {
            "image": ("image",),
            "label": ("label",),
            "id": ("image",),
            "lesion_id": ("lesion_id",),
            "split": ("split",),
            "age": ("age_approx",),
            "sex": ("sex",),
            "site": ("anatom_site_general",),
        },
        drop=tuple(columns.values()),
    )
    return Converted(
        frame,
        classes=COLUMNS,
        notes=(*notes, *absent),
        about=About("ISIC 2019 challenge", "dermoscopy", "CC BY-NC 4.0"),
    )


FORMAT = Format(
    name="isic2019",
    expects="`ISIC_2019_*_GroundTruth.csv` (`image` and 0/1 columns with `AK` and `SCC`), the "
    "images, and `ISIC_2019_*_Metadata.csv` if it is there",
    makes="label of eight classes (`UNK` counts as no label), lesion, split, age, sex, site",
    recognise=lambda source: bool(_tables(source)),
    read=read,
    cards=("isic2019",),
)
