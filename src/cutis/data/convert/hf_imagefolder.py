"""Image folders with a table of file names beside the images, as ``datasets`` reads them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cutis.data.cells import texts
from cutis.data.convert.cellular import as_text
from cutis.data.convert.class_folders import class_folders
from cutis.data.convert.columns import arranged
from cutis.data.convert.format import Converted, Format
from cutis.data.convert.frames import extended
from cutis.data.convert.huggingface import WANTED
from cutis.data.convert.source import ROW, TABLE, Source, split_in
from cutis.errors import CutisError

if TYPE_CHECKING:
    import pandas as pd


def _tables(source: Source) -> list[str]:
    files = source.matching("metadata.csv", "metadata.jsonl")
    return [f for f in files if f.casefold().endswith(".jsonl") or "file_name" in source.header(f)]


def read(source: Source) -> Converted:
    """Read every ``metadata.csv`` or ``metadata.jsonl``; file names count from its folder.

    Without a label column the label is the folder of the image, if there are several.
    """
    import pandas as pd

    files = source.require(_tables(source), "metadata.csv with file_name", "a metadata folder")
    parts = []
    for file in files:
        part = _lines(source, file) if file.casefold().endswith(".jsonl") else source.read(file)
        folder = file.rpartition("/")[0]
        names = [f"{folder}/{n}" if folder and n else n for n in texts(part["file_name"])]
        split = [split_in(folder)] * len(part)
        part = extended(part, {"__image": names, "__id": names, "__split": split})
        parts.append(part.drop(columns="file_name"))
    frame = pd.concat(parts, ignore_index=True)
    made, _ = arranged(frame, WANTED)
    if "label" not in made.columns:
        named = [name for name in made["image"] if isinstance(name, str)]
        places = class_folders(named)
        labels = {f: place[1] if place else None for f, place in places.items()}
        if len({label for label in labels.values() if label}) > 1:
            made = extended(made, {"label": [labels.get(name) for name in made["image"]]})
    return Converted(made)


def _lines(source: Source, file: str) -> pd.DataFrame:
    import pandas as pd

    rows: list[dict[str, str | None]] = []
    with (source.root / file).open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                content = json.loads(line)
            except ValueError:
                content = None
            if not isinstance(content, dict) or not isinstance(content.get("file_name"), str):
                raise CutisError(
                    f"Line {number} of {file} is no mapping with a file_name.",
                    fix="correct that line",
                )
            row = {str(key): as_text(value) for key, value in content.items()}
            rows.append({**row, TABLE: file, ROW: str(number)})
    return pd.DataFrame(rows, dtype=object)


FORMAT = Format(
    name="hf-imagefolder",
    expects="`metadata.csv` or `metadata.jsonl` with `file_name`, in the folder of the images or "
    "one per split",
    makes="label or caption from the table, else label from folders; split from folders, all other "
    "columns",
    recognise=lambda source: bool(_tables(source)),
    read=read,
    generic=True,
)
