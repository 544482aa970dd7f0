"""ISIC 2020: benign or malignant, with patients."""

from __future__ import annotations

from cutis.data.cells import texts
from cutis.data.convert.columns import arranged
from cutis.data.convert.format import Converted, Format
from cutis.data.convert.frames import extended
from cutis.data.convert.joining import richest
from cutis.data.convert.source import Source

_WANTED = {
    "image": ("image_name",),
    "label": ("benign_malignant", "target"),
    "id": ("image_name",),
    "patient_id": ("patient_id",),
    "lesion_id": ("lesion_id",),
    "split": ("split",),
    "age": ("age_approx",),
    "sex": ("sex",),
    "site": ("anatom_site_general_challenge", "anatom_site_general"),
}


def _tables(source: Source) -> list[str]:
    return source.with_columns("image_name", "patient_id", "benign_malignant|target")


def read(source: Source) -> Converted:
    """Read the training table with most columns, and the list of duplicates."""
    files = source.require(_tables(source), "ISIC_2020_Training_GroundTruth.csv", "ISIC 2020")
    table = source.read_all(richest(files, {f: len(source.header(f)) for f in files}))
    frame, notes = arranged(table, _WANTED, required=("image", "label"))
    twins = source.with_columns("image_name_1", "image_name_2")
    if twins:
        pairs = source.read_all(twins, split=False)
        first = dict(zip(texts(pairs["image_name_2"]), texts(pairs["image_name_1"]), strict=True))
        frame = extended(frame, {"duplicate_of": [first.get(name) for name in frame["id"]]})
        count = int(frame["duplicate_of"].notna().sum())
        notes = (*notes, f"{count} rows are duplicates of another image; see duplicate_of.")
    return Converted(frame, notes=notes)


FORMAT = Format(
    name="isic2020",
    expects="`ISIC_2020_Training_GroundTruth*.csv` or `train.csv` (`image_name`, `patient_id`, "
    "`benign_malignant`), the images, and `ISIC_2020_Training_Duplicates.csv` if it is there",
    makes="label benign or malignant, patient, lesion, age, sex, site, `duplicate_of`",
    recognise=lambda source: bool(_tables(source)),
    read=read,
    cards=("isic2020",),
)
