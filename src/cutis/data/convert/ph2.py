"""PH2: a workbook or text table, one folder per image with image and mask, expert criteria."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cutis.data.convert.columns import arranged, ordered
from cutis.data.convert.format import Converted, Format
from cutis.data.convert.frames import extended
from cutis.data.convert.masks import masks_of, pictures_in
from cutis.data.convert.source import ROW, TABLE, Source
from cutis.data.convert.spreadsheet import read_sheet
from cutis.data.roles import folded
from cutis.data.tables import text_encoding

if TYPE_CHECKING:
    import pandas as pd

DIAGNOSES = ("common nevus", "atypical nevus", "melanoma")
COLOURS = ("white", "red", "light_brown", "dark_brown", "blue_gray", "black")
_COLUMNS = (
    "image_id", "histology", "diagnosis", "asymmetry", "pigment_network", "dots_globules",
    "streaks", "regression_areas", "blue_whitish_veil", "colors",
)  # fmt: skip
# Criterion -> concept -> the values that mean it is there; T typical, AT atypical, P present.
_CONCEPTS: dict[str, dict[str, tuple[str, ...]]] = {
    "pigment_network": {"atypical_pigment_network": ("AT",)},
    "dots_globules": {
        "dots_and_globules": ("T", "AT"),
        "atypical_dots_and_globules": ("AT",),
    },
    "streaks": {"streaks": ("P",)},
    "regression_areas": {"regression_structures": ("P",)},
    "blue_whitish_veil": {"blue_whitish_veil": ("P",)},
}


def _workbooks(source: Source) -> list[str]:
    return source.matching("PH2_dataset.xlsx")


def _texts(source: Source) -> list[str]:
    return source.matching("PH2_dataset.txt")


def _tables(source: Source) -> list[str]:
    return source.with_columns("image_id", "diagnosis", "asymmetry", "pigment_network")


def read(source: Source) -> Converted:
    """Read the official workbook or text table, or a plain table with the same criteria."""
    if files := _tables(source):
        table = source.read_all(files[:1], split=False)
    elif files := _texts(source):
        table = _from_text(source, files[0])
    else:
        files = list(source.require(_workbooks(source), "PH2_dataset.xlsx or .txt", "PH2"))
        table = _from_rows(read_sheet(source.root / files[0]), files[0])
    frame, notes = arranged(
        table,
        {"image": ("image_id",), "label": ("diagnosis",), "id": ("image_id",)},
        required=("image", "label"),
    )
    by_stem = pictures_in(source)
    ids = frame["id"].tolist()
    files = [by_stem.get(str(name).casefold(), name) for name in ids]
    frame = extended(frame, {"image": files, "mask": masks_of(ids, source)})
    concepts = tuple(name for meanings in _CONCEPTS.values() for name in meanings)
    return Converted(ordered(_with_concepts(frame)), notes=notes, concepts=concepts)


def _with_concepts(frame: pd.DataFrame) -> pd.DataFrame:
    concepts: dict[str, list[str | None]] = {}
    for criterion, meanings in _CONCEPTS.items():
        if criterion in frame.columns:
            values = [v.upper() if isinstance(v, str) else None for v in frame[criterion]]
            for name, there in meanings.items():
                concepts[name] = [None if v is None else str(int(v in there)) for v in values]
    return extended(frame.drop(columns=[c for c in _CONCEPTS if c in frame.columns]), concepts)


def _from_text(source: Source, file: str) -> pd.DataFrame:
    """Read the table drawn with ``||``: codes 0, 1, 2 for the diagnosis, numbers for colours."""
    import pandas as pd

    path = source.root / file
    rows: list[dict[str, str | None]] = []
    lines = path.read_text(encoding=text_encoding(path)).splitlines()
    for number, line in enumerate(lines, start=1):
        cells = [cell.strip() for cell in re.split(r"\|+", line)][1:]
        if not cells or not re.fullmatch(r"IMD\d+", cells[0]):
            continue
        row: dict[str, str | None] = dict(zip(_COLUMNS, [c or None for c in cells], strict=False))
        code = row.get("diagnosis") or ""
        row["diagnosis"] = DIAGNOSES[int(code)] if code in ("0", "1", "2") else code or None
        seen = set(re.findall(r"[1-6]", row.pop("colors", None) or ""))
        colours = {f"color_{c}": str(int(str(i) in seen)) for i, c in enumerate(COLOURS, start=1)}
        rows.append({**row, **colours, TABLE: file, ROW: str(number)})
    return pd.DataFrame(rows, columns=_written_columns(), dtype=object)


_SAME_IN_WORKBOOK = (
    "asymmetry", "pigment_network", "dots_globules", "streaks", "regression_areas",
    "blue_whitish_veil",
)  # fmt: skip


def _from_rows(cells: Sequence[Sequence[str]], file: str) -> pd.DataFrame:
    """Read the workbook: a cross in the column of the diagnosis and of each colour."""
    import pandas as pd

    place: dict[str, int] = {}
    rows: list[dict[str, str | None]] = []
    for number, row in enumerate(cells, start=1):
        name = next((cell for cell in row if re.fullmatch(r"IMD\d+", cell)), None)
        if name is None:  # a line of the heading
            place |= {folded(re.sub(r"\(.*?\)", "", c)): i for i, c in enumerate(row) if c}
            continue
        held = {c: (row[i] or None) if i < len(row) else None for c, i in place.items()}
        crosses = [d for d in DIAGNOSES if held.get(folded(d)) is not None]
        rows.append(
            {
                "image_id": name,
                "histology": held.get("histological_diagnosis"),
                "diagnosis": crosses[0] if crosses else None,
                **{column: held.get(column) for column in _SAME_IN_WORKBOOK},
                **{f"color_{c}": str(int(held.get(c) is not None)) for c in COLOURS},
                TABLE: file,
                ROW: str(number),
            }
        )
    return pd.DataFrame(rows, columns=_written_columns(), dtype=object)


def _written_columns() -> list[str]:
    return [*_COLUMNS[:-1], *(f"color_{c}" for c in COLOURS), TABLE, ROW]


FORMAT = Format(
    name="ph2",
    expects="`PH2_dataset.xlsx` or `PH2_dataset.txt`, or a CSV with `image_id`, `diagnosis` and the"
    " criteria; images and masks in one folder per image, or in any folders",
    makes="label of three classes, mask, criteria and colours as 0/1 columns",
    recognise=lambda source: bool(_tables(source) or _texts(source) or _workbooks(source)),
    read=read,
    cards=("ph2",),
)
