"""MILK10k: a clinical and a dermoscopic image of each lesion become one row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cutis.data.cells import texts
from cutis.data.convert.columns import arranged, from_one_hot, present
from cutis.data.convert.format import About, Converted, Format
from cutis.data.convert.frames import extended
from cutis.data.convert.source import ROW, TABLE, Source

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "AKIEC", "BCC", "BEN_OTH", "BKL", "DF", "INF", "MAL_OTH", "MEL", "NV", "SCCKA", "VASC",
)  # fmt: skip
_PER_IMAGE = ("isic_id", "image_type", "attribution", "copyright_license", "image_manipulation")


def _metadata(source: Source) -> list[str]:
    return source.with_columns("lesion_id", "isic_id", "image_type", "skin_tone_class|site")


def _truth(source: Source) -> list[str]:
    return source.with_columns("lesion_id", *COLUMNS)


def read(source: Source) -> Converted:
    """Read metadata (two rows per lesion) and ground truth (one row per lesion)."""
    files = source.require(_metadata(source), "MILK10k_*_Metadata.csv", "MILK10k")
    pairs = _pairs(source.read_all(files))
    notes: tuple[str, ...] = ()
    if truth := _truth(source):
        table = source.read_all(truth, split=False)
        labels, notes = from_one_hot(table, list(present(table, COLUMNS).values()))
        label_of = dict(zip(texts(table["lesion_id"]), labels, strict=True))
        pairs = extended(pairs, {"label": [label_of.get(lesion) for lesion in pairs["lesion_id"]]})
    else:
        notes = ("There is no ground truth table, so the rows have no label.",)
    frame, absent = arranged(
        pairs,
        {
            "image": ("image",),
            "clinical": ("clinical",),
            "dermoscopic": ("dermoscopic",),
            "label": ("label",),
            "id": ("lesion_id",),
            "lesion_id": ("lesion_id",),
            "split": ("split",),
            "age": ("age_approx",),
            "sex": ("sex",),
            "site": ("site", "anatom_site_general"),
            "skin_tone": ("skin_tone",),
        },
    )
    single = int((frame["clinical"].isna() | frame["dermoscopic"].isna()).sum())
    if single:
        notes = (*notes, f"{single} lesions have only one of the two views.")
    return Converted(
        frame,
        classes=COLUMNS,
        notes=(*notes, *absent),
        about=About("MILK10k", "dermoscopy", "CC BY-NC 4.0"),
    )


def _pairs(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row per lesion; what differs between its images stands once for each view."""
    import pandas as pd

    scores = [str(c) for c in table.columns if str(c).casefold().startswith("monet_")]
    per_image = {*_PER_IMAGE, *scores}
    cells = {str(c): table[c].tolist() if c in (TABLE, ROW) else texts(table[c]) for c in table}
    rows: dict[str, dict[str, str | None]] = {}
    for i, lesion in enumerate(cells["lesion_id"]):
        view = "dermoscopic" if "derm" in (cells["image_type"][i] or "").casefold() else "clinical"
        row = rows.setdefault(
            lesion or f"row {i}",
            {c: values[i] for c, values in cells.items() if c not in per_image}
            | {"clinical": None, "dermoscopic": None},
        )
        row[view] = cells["isic_id"][i]
        row |= {f"{view}_{c}": cells[c][i] for c in scores}
    for row in rows.values():
        row["image"] = row["dermoscopic"] or row["clinical"]
        tone = row.pop("skin_tone_class", None)  # its own scale, from dark to light
        row["skin_tone"] = None if tone is None else f"tone class {tone.removesuffix('.0')}"
    return pd.DataFrame(list(rows.values()), dtype=object)


FORMAT = Format(
    name="milk10k",
    expects="`MILK10k_*_Metadata.csv` (`lesion_id`, `isic_id`, `image_type`), "
    "`MILK10k_Training_GroundTruth.csv` (`lesion_id` and eleven 0/1 columns), and the images",
    makes="one row per lesion: dermoscopic image, clinical view, label, split, age, sex, site, "
    "skin tone class (the dataset's own scale, not Fitzpatrick types), MONET scores of each view",
    recognise=lambda source: bool(_metadata(source)),
    read=read,
    cards=("milk10k",),
)
