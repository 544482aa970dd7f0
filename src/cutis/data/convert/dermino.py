"""Labels at the end of file names, as DermINO's downstream tasks have them."""

from __future__ import annotations

import re

from cutis.data.convert.format import About, Converted, Format
from cutis.data.convert.source import Source
from cutis.data.dataset import split_name
from cutis.errors import CutisError

_LABELLED = re.compile(r"(.+)_(\d{1,6})")
_NO_LABEL = "the name does not end in _NUMBER before the first dot"


def label_in(name: str) -> str | None:
    """Return the number behind the last underscore before the first dot of a file name.

    Examples
    --------
    >>> label_in("154372_1.jpg"), label_in("a/b_0.2.png"), label_in("plain.png") is None
    ('1', '0', True)
    """
    match = _LABELLED.fullmatch(name.rpartition("/")[2].split(".")[0])
    return str(int(match[2])) if match else None


def read(source: Source) -> Converted:
    """Read labels from file names and splits from folders."""
    import pandas as pd

    rows: list[dict[str, str | None]] = []
    lost = []
    for file in source.images:
        label = label_in(file)
        if label is None:
            lost.append(("", "", "", file, _NO_LABEL))
            continue
        splits = [split_name(part) for part in file.split("/")[:-1]]
        split = next((s for s in splits if s in ("train", "val", "test")), None)
        rows.append({"image": file, "label": label, "id": file, "split": split})
    numbers = sorted({int(row["label"] or 0) for row in rows})
    if not rows or (len(numbers) > 20 and len(numbers) > len(rows) / 2):
        raise CutisError(
            f"{source.path} has no file names that end in a label: "
            + (f"{len(numbers)} different numbers in {len(rows)} names." if rows else "none fits."),
            allowed="Names are NAME_LABEL.jpg, where LABEL counts from 0.",
            fix="choose another format ('cutis data convert --list')",
        )
    frame = pd.DataFrame(rows, dtype=object)
    about = About(notes="The classes have numbers only; write their names into dataset.yaml.")
    return Converted(frame, classes=tuple(str(n) for n in numbers), lost=tuple(lost), about=about)


FORMAT = Format(
    name="dermino",
    expects="images called `NAME_LABEL.jpg`, LABEL being the class number; `train` and `test` "
    "folders",
    makes="label from the file's name, split from the folder's",
    recognise=lambda source: bool(source.images) and all(map(label_in, source.images)),
    read=read,
    generic=True,
    by_hand=True,
)
