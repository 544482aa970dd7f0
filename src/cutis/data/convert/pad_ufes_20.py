"""PAD-UFES-20: one metadata table with 26 columns."""

from __future__ import annotations

from cutis.data.convert.columns import arranged
from cutis.data.convert.format import Converted, Format
from cutis.data.convert.source import Source

_WANTED = {
    "image": ("img_id",),
    "label": ("diagnostic",),
    "id": ("img_id",),
    "patient_id": ("patient_id",),
    "lesion_id": ("lesion_id",),
    "age": ("age",),
    "sex": ("gender",),
    "site": ("region",),
    "skin_tone": ("fitspatrick", "fitzpatrick"),
}


def _tables(source: Source) -> list[str]:
    return source.with_columns("img_id", "patient_id", "diagnostic")


def read(source: Source) -> Converted:
    """Read the official metadata table."""
    files = source.require(_tables(source), "metadata.csv with img_id, diagnostic", "PAD-UFES-20")
    table = source.read_all(files[:1], split=False)
    frame, notes = arranged(table, _WANTED, required=("image", "label"))
    return Converted(frame, notes=notes)


FORMAT = Format(
    name="pad-ufes-20",
    expects="`metadata.csv` (`patient_id`, `img_id`, `diagnostic`) and the images in any folders",
    makes="label from `diagnostic`, patient, lesion, age, sex, site, skin tone, all other columns",
    recognise=lambda source: bool(_tables(source)),
    read=read,
    cards=("pad-ufes-20",),
)
