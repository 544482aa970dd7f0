"""SCIN: up to three images per case, a weighted differential by dermatologists."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cutis.data.cells import texts
from cutis.data.convert.columns import arranged
from cutis.data.convert.format import About, Converted, Format
from cutis.data.convert.frames import extended
from cutis.data.convert.joining import joined
from cutis.data.convert.literals import weights
from cutis.data.convert.source import Source

if TYPE_CHECKING:
    import pandas as pd

_IMAGES = ("image_1_path", "image_2_path", "image_3_path")
_TICKED = ("textures_", "body_parts_", "condition_symptoms_", "other_symptoms_", "race_ethnicity_")
_TONES = tuple(f"dermatologist_fitzpatrick_skin_type_label_{i}" for i in (1, 2, 3))


def _cases(source: Source) -> list[str]:
    return source.with_columns("case_id", "image_1_path")


def _labels(source: Source) -> list[str]:
    return source.with_columns("case_id", "weighted_skin_condition_label")


def read(source: Source) -> Converted:
    """Read the tables of cases and labels: one row per image, the case as its group.

    The label is the condition of most weight; the whole differential stays in ``differential``.
    """
    files = source.require(_cases(source), "scin_cases.csv", "SCIN")
    table = source.read_all(files[:1], split=False)
    notes: tuple[str, ...] = ()
    if labels := _labels(source):
        table = joined(table, source.read_all(labels[:1], split=False), "case_id")
    else:
        notes = ("There is no scin_labels.csv, so the rows have no label.",)
    frame, absent = arranged(
        _images(_with_roles(table)),
        {
            "image": ("image",),
            "label": ("label",),
            "id": ("id",),
            "group": ("case_id",),
            "sex": ("sex_at_birth",),
            "site": ("site",),
            "skin_tone": ("skin_tone",),
        },
        drop=_IMAGES,
    )
    unlabelled = int(frame.loc[frame["label"].isna(), "group"].nunique())
    notes = (*notes, f"{unlabelled} cases have no diagnosis.") if unlabelled else notes
    about = About("SCIN", "clinical", "SCIN data use licence")
    return Converted(frame, notes=(*notes, *absent), about=about, unit="group")


def _with_roles(table: pd.DataFrame) -> pd.DataFrame:
    empty: list[str | None] = [None] * len(table)
    cells = {str(c): texts(table[c]) for c in table.columns}
    mixtures = [weights(cell) for cell in cells.get("weighted_skin_condition_label", empty)]
    new: dict[str, list[str | None]] = {
        "label": [next(iter(mixture), None) for mixture in mixtures],
        "label_weight": [str(next(iter(m.values()))) if m else None for m in mixtures],
        "differential": [json.dumps(m, ensure_ascii=False) if m else None for m in mixtures],
        "skin_tone": _tones(cells, empty),
        "site": _sites(cells, len(table)),
    }
    for column, values in cells.items():
        if column.startswith(_TICKED):
            new[column] = [str(int(v is not None and v.upper() == "YES")) for v in values]
    kept = [c for c in table.columns if c != "weighted_skin_condition_label"]
    return extended(table[kept], new)


def _tones(cells: dict[str, list[str | None]], empty: list[str | None]) -> list[str | None]:
    """Return the type the first dermatologist gives, else the one people give of themselves."""
    columns = [cells.get(name, empty) for name in (*_TONES, "fitzpatrick_skin_type")]
    return [
        next((tone for tone in row if tone and tone.upper().startswith("FST")), None)
        for row in zip(*columns, strict=True)
    ]


def _sites(cells: dict[str, list[str | None]], n: int) -> list[str | None]:
    parts = [column for column in cells if column.startswith("body_parts_")]
    sites: list[str | None] = []
    for row in range(n):
        named = [p for p in parts if (cells[p][row] or "").upper() == "YES"]
        one = named[0].removeprefix("body_parts_").replace("_", " ") if named else None
        sites.append("several sites" if len(named) > 1 else one)
    return sites


def _images(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row per image."""
    import pandas as pd

    parts = []
    for number, column in enumerate(_IMAGES, start=1):
        if column not in table.columns:
            continue
        shot = f"image_{number}_shot_type"
        part = extended(
            table,
            {
                "image": texts(table[column]),
                "shot_type": texts(table[shot]) if shot in table.columns else [None] * len(table),
                "id": [f"{case}-{number}" for case in texts(table["case_id"])],
            },
        ).assign(__order=range(len(table)))
        parts.append(part[part["image"].notna() | (number == 1)])
    whole = pd.concat(parts).sort_values("__order", kind="stable").reset_index(drop=True)
    shots = [c for c in whole.columns if str(c).endswith("_shot_type")]
    return whole.drop(columns=["__order", *shots])


FORMAT = Format(
    name="scin",
    expects="`scin_cases.csv` (`case_id`, `image_1_path`, ...), `scin_labels.csv` "
    "(`weighted_skin_condition_label`), and the images",
    makes="one row per image with its case as group; label = the condition of most weight, the "
    "differential as JSON, skin tone, sex, site, ticked boxes as 0/1",
    recognise=lambda source: bool(_cases(source)),
    read=read,
    cards=("scin",),
)
