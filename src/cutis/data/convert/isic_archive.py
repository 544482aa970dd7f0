"""Metadata tables of the ISIC Archive, old and new."""

from __future__ import annotations

from cutis.data.convert.columns import arranged, ordered
from cutis.data.convert.format import About, Converted, Format
from cutis.data.convert.frames import extended
from cutis.data.convert.source import Source

_LEVEL = "diagnosis_3"  # melanoma, nevus, basal cell carcinoma, ...
_WANTED = {
    "image": ("isic_id",),
    "label": ("diagnosis", _LEVEL, "benign_malignant", "diagnosis_1"),
    "id": ("isic_id",),
    "patient_id": ("patient_id",),
    "lesion_id": ("lesion_id",),
    "age": ("age_approx",),
    "sex": ("sex",),
    "site": ("anatom_site_general", "anatom_site_1"),
    "skin_tone": ("fitzpatrick_skin_type",),
    "modality": ("image_type",),
}


def _tables(source: Source) -> list[str]:
    return source.with_columns("isic_id", "diagnosis|diagnosis_1|benign_malignant")


def read(source: Source) -> Converted:
    """Read metadata tables as the archive or its command-line program writes them.

    The label is ``diagnosis`` of tables before 2025, else the third level; the other levels stay.
    """
    files = source.require(_tables(source), "metadata table with isic_id", "the ISIC Archive")
    table = source.read_all(files, split=False)
    frame, notes = arranged(table, _WANTED)
    if {"patient_id", "lesion_id"} <= set(frame.columns) and frame["patient_id"].isna().any():
        pairs = zip(frame["patient_id"], frame["lesion_id"], strict=True)
        groups = [patient or lesion for patient, lesion in pairs]
        frame = ordered(extended(frame, {"group": groups}))
    if "diagnosis" not in table.columns and _LEVEL in table.columns:
        unnamed = int(frame["label"].isna().sum())
        notes = (*notes, f"Labels are of level 3; {unnamed} rows have none at that level.")
    about = About("ISIC Archive", None, "each image has its own; see copyright_license")
    return Converted(frame, notes=notes, about=about)


FORMAT = Format(
    name="isic-archive",
    expects="`metadata.csv` with `isic_id` and `diagnosis_1` to `diagnosis_5` (or `diagnosis`), and"
    " the images",
    makes="label from `diagnosis`, else `diagnosis_3`; patient, lesion, age, sex, site, skin tone, "
    "modality, all other columns",
    recognise=lambda source: bool(_tables(source)),
    read=read,
    generic=True,
)
