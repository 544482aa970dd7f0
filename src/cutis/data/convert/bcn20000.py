"""BCN20000: one table for training, one for the unlabelled test images."""

from __future__ import annotations

from cutis.data.convert.columns import arranged
from cutis.data.convert.format import About, Converted, Format
from cutis.data.convert.source import Source

_WANTED = {
    "image": ("bcn_filename",),
    "label": ("diagnosis",),
    "id": ("bcn_filename",),
    "lesion_id": ("lesion_id",),
    "split": ("split",),
    "age": ("age_approx",),
    "sex": ("sex",),
    "site": ("anatom_site_general",),
}


def _tables(source: Source) -> list[str]:
    return source.with_columns("bcn_filename")


def read(source: Source) -> Converted:
    """Read the tables of the public release; the test table has no diagnoses."""
    files = source.require(_tables(source), "bcn_20k_train.csv with bcn_filename", "BCN20000")
    frame, notes = arranged(source.read_all(files), _WANTED, required=("image", "label"))
    return Converted(frame, notes=notes, about=About("BCN20000", "dermoscopy", "CC BY-NC 4.0"))


FORMAT = Format(
    name="bcn20000",
    expects="`bcn_20k_train.csv` and, if it is there, `bcn_20k_test.csv` (`bcn_filename`, "
    "`diagnosis`), and the images in any folders",
    makes="label from `diagnosis`, lesion, split, age, sex, site",
    recognise=lambda source: bool(_tables(source)),
    read=read,
    cards=("bcn20000",),
)
