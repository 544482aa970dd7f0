"""ISIC 2016: label tables without a header, masks of part 1."""

from __future__ import annotations

import csv

from cutis.data.convert.columns import ordered
from cutis.data.convert.format import About, Converted, Format
from cutis.data.convert.frames import extended
from cutis.data.convert.masks import masks_of
from cutis.data.convert.source import ROW, TABLE, Source, split_in

_TABLES = ("*2016*part3_*groundtruth*.csv", "*2016*part3b_*groundtruth*.csv")
_MALIGNANT = {"malignant": "malignant", "1": "malignant", "1.0": "malignant"}
_BENIGN = {"benign": "benign", "0": "benign", "0.0": "benign"}


def _tables(source: Source) -> list[str]:
    part3, part3b = (source.matching(pattern) for pattern in _TABLES)
    return part3 or part3b  # both parts hold the same labels


def read(source: Source) -> Converted:
    """Read the tables of part 3 and the masks of part 1."""
    import pandas as pd

    files = source.require(_tables(source), "ISBI2016_ISIC_Part3_*_GroundTruth.csv", "ISIC 2016")
    rows: list[dict[str, str | None]] = []
    for file in files:
        with (source.root / file).open(encoding="utf-8-sig", newline="") as stream:
            for number, line in enumerate(csv.reader(stream), start=1):
                if len(line) < 2 or not line[0].strip().upper().startswith("ISIC"):
                    continue  # a header, where somebody added one
                name, value = line[0].strip(), line[1].strip().casefold()
                label = _MALIGNANT.get(value) or _BENIGN.get(value) or value or None
                rows.append({"image": name, "label": label, "id": name, "split": split_in(file),
                             TABLE: file, ROW: str(number)})  # fmt: skip
    frame = pd.DataFrame(rows, columns=["image", "label", "id", "split", TABLE, ROW], dtype=object)
    frame = ordered(extended(frame, {"mask": masks_of(frame["id"].tolist(), source)}))
    return Converted(
        frame,
        classes=("benign", "malignant"),
        about=About("ISIC 2016 challenge, part 3", "dermoscopy", "CC0-1.0 or as each image says"),
    )


FORMAT = Format(
    name="isic2016",
    expects="`ISBI2016_ISIC_Part3_Training_GroundTruth.csv` and `..._Test_GroundTruth.csv` (no "
    "header), the images, and the masks of part 1 if they are there",
    makes="label benign or malignant, split, mask",
    recognise=lambda source: bool(_tables(source)),
    read=read,
    cards=("isic2016",),
)
