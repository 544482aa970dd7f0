"""Derm7pt: two views of each case, row numbers for the splits, the seven-point criteria."""

from __future__ import annotations

from cutis.data.cells import texts
from cutis.data.convert.columns import arranged, ordered
from cutis.data.convert.format import Converted, Format
from cutis.data.convert.frames import extended
from cutis.data.convert.source import Source
from cutis.errors import CutisError

CRITERIA = (
    "pigment_network", "blue_whitish_veil", "vascular_structures", "pigmentation", "streaks",
    "dots_and_globules", "regression_structures",
)  # fmt: skip
_WANTED = {
    "image": ("derm",),
    "clinical": ("clinic",),
    "dermoscopic": ("derm",),
    "label": ("label",),
    "id": ("case_num", "case_id"),
    "split": ("split",),
    "sex": ("sex",),
    "site": ("location",),
}
_SPLITS = {"train": "train", "valid": "val", "test": "test"}


def _tables(source: Source) -> list[str]:
    return source.with_columns("diagnosis", "derm", "clinic", "seven_point_score|pigment_network")


def read(source: Source) -> Converted:
    """Read ``meta.csv`` and the three tables of row numbers.

    A criterion counts as present unless it is ``absent``; its grade stays in ``<name>_grade``.
    """
    files = source.require(_tables(source), "meta.csv with derm and clinic", "Derm7pt")
    table = source.read_all(files[:1], split=False)
    split, notes = _splits(source, len(table))
    grades = {f"{name}_grade": texts(table[name]) for name in CRITERIA if name in table.columns}
    concepts = {
        name.removesuffix("_grade"): [
            None if value is None else str(int(value.casefold() != "absent")) for value in values
        ]
        for name, values in grades.items()
    }
    new = {"label": texts(table["diagnosis"]), "split": split, **concepts, **grades}
    frame, absent = arranged(extended(table, new), _WANTED, required=("image", "label"))
    return Converted(ordered(frame), notes=(*notes, *absent), concepts=CRITERIA)


def _splits(source: Source, n: int) -> tuple[list[str | None], tuple[str, ...]]:
    split: list[str | None] = [None] * n
    missing: list[str] = []
    for word, name in _SPLITS.items():
        files = source.matching(f"{word}_indexes.csv", f"{word}_indices.csv")
        if not files:
            missing.append(word)
            continue
        frame = source.read(files[0])
        column = "indexes" if "indexes" in frame.columns else str(frame.columns[0])
        for cell in texts(frame[column]):
            row = int(float(cell)) if cell is not None and cell.replace(".", "").isdigit() else -1
            if not 0 <= row < n:
                raise CutisError(
                    f"{files[0]} speaks of row {cell}, but meta.csv has rows 0 to {n - 1}.",
                    fix="get the tables of row numbers that belong to this meta.csv",
                )
            split[row] = name
    if not missing:
        return split, ()
    note = f"No rows of the {' and '.join(missing)} split: {missing[0]}_indexes.csv is not there."
    return split, (note,)


FORMAT = Format(
    name="derm7pt",
    expects="`meta/meta.csv` (`diagnosis`, `derm`, `clinic`, the criteria), "
    "`train_indexes.csv`, `valid_indexes.csv`, `test_indexes.csv`, and `images/`",
    makes="label of five groups (the twenty diagnoses stay in `diagnosis`), both views, split, "
    "seven criteria as 0/1 columns and their grades",
    recognise=lambda source: bool(_tables(source)),
    read=read,
    cards=("derm7pt",),
)
