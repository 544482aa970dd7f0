"""Derm1M: images with captions, a disease, its place in the ontology, and concepts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cutis.data.convert.columns import arranged
from cutis.data.convert.format import About, Converted, Format
from cutis.data.convert.frames import extended
from cutis.data.convert.sentinels import without_sentinels
from cutis.data.convert.source import Source, split_in

if TYPE_CHECKING:
    import pandas as pd

ABOUT = About("Derm1M", None, "CC BY-NC 4.0")
WANTED = {
    "image": ("filename", "image_path"),
    "label": ("disease_label",),
    "id": ("filename", "image_path"),
    "split": ("split",),
    "age": ("age",),
    "sex": ("gender", "sex"),
    "site": ("body_location",),
    "truncated_caption": ("truncated_caption",),
    "caption": ("caption",),
}


def tables(source: Source) -> list[str]:
    """Return the tables of the v2 layout."""
    return source.with_columns(
        "filename|image_path", "caption|truncated_caption", "disease_label",
        "hierarchical_disease_label",
    )  # fmt: skip


def rows(source: Source) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return all rows with missing values where the source has phrases for them, and notes."""
    import pandas as pd

    files = source.require(tables(source), "Derm1M_v2_pretrain.csv", "Derm1M")
    parts = []
    for file in files:
        split = "train" if "pretrain" in file.casefold() else split_in(file)
        part = source.read(file)
        if "split" not in part.columns:
            part = extended(part, {"split": [split] * len(part)})
        parts.append(part)
    frame, notes = arranged(pd.concat(parts, ignore_index=True), WANTED)
    return without_sentinels(frame), notes


def read(source: Source) -> Converted:
    """Read the tables of pairs."""
    frame, notes = rows(source)
    return Converted(frame, notes=notes, about=ABOUT)


FORMAT = Format(
    name="derm1m",
    expects="`Derm1M_v2_pretrain.csv` and `Derm1M_v2_validation.csv` (`filename`, `caption`, "
    "`truncated_caption`, `disease_label`, `hierarchical_disease_label`, `skin_concept`), and the "
    "unpacked image folders",
    makes="captions, label from `disease_label`, split, age, sex, site, all other columns; phrases "
    "such as `No visual concepts` become missing values",
    recognise=lambda source: bool(tables(source)),
    read=read,
    cards=("derm1m",),
)
