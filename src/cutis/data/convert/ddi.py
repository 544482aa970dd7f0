"""DDI: one metadata table, benign or malignant, skin tone in three bands."""

from __future__ import annotations

from cutis.data.convert.columns import arranged
from cutis.data.convert.format import Converted, Format
from cutis.data.convert.source import Source

_WANTED = {
    "image": ("DDI_file",),
    "label": ("malignant",),
    "id": ("DDI_ID", "DDI_file"),
    "skin_tone": ("skin_tone",),
}


def _tables(source: Source) -> list[str]:
    return source.with_columns("DDI_file", "malignant", "skin_tone")


def read(source: Source) -> Converted:
    """Read the official metadata table."""
    files = source.require(_tables(source), "ddi_metadata.csv", "DDI")
    table = source.read_all(files[:1], split=False)
    unnamed = [c for c in table.columns if c in ("Unnamed: 0", "column_1")]
    frame, notes = arranged(table, _WANTED, required=("image", "label"), drop=unnamed)
    return Converted(frame, notes=notes)


FORMAT = Format(
    name="ddi",
    expects="`ddi_metadata.csv` (`DDI_file`, `skin_tone`, `malignant`, `disease`) and the images",
    makes="label benign or malignant, skin tone, disease",
    recognise=lambda source: bool(_tables(source)),
    read=read,
    cards=("ddi",),
)
