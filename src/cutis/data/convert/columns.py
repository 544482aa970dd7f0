"""From official column names to ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from cutis.data.cells import texts
from cutis.data.convert.source import ROW, TABLE
from cutis.data.roles import folded
from cutis.errors import CutisError, nearest_names

if TYPE_CHECKING:
    import pandas as pd

IMAGES = ("image", "clinical", "dermoscopic", "mask")
# The order in which columns are written; everything else follows as it was.
ORDER = (
    *IMAGES, "label", "id", "group", "patient_id", "lesion_id", "split", "fold", "age", "sex",
    "site", "skin_tone", "modality", "truncated_caption", "caption", "caption_en",
    "caption_zh_polish_en", "ontology_caption", "visual_concept_caption",
)  # fmt: skip
# Names that would be taken for the image column if they stayed.
_TAKEN_FOR_IMAGES = frozenset(
    {"image_path", "filename", "file_name", "img_path", "img", "image_file", "image_name", "file",
     "filepath", "file_path", "path", "picture", "photo"}
)  # fmt: skip


def arranged(
    frame: pd.DataFrame,
    wanted: Mapping[str, Sequence[str]],
    required: Sequence[str] = ("image",),
    drop: Iterable[str] = (),
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Give columns the names of their roles and put them in order.

    Parameters
    ----------
    frame
        The official table.
    wanted
        Role to the official names it may have, best first; compared without case and punctuation.
    required
        Roles that must be found.
    drop
        Official columns that say nothing besides those.

    Returns
    -------
    tuple
        The new table, and a note if roles were not found.

    Raises
    ------
    CutisError
        If a required role has no column.
    """
    import pandas as pd

    by_fold: dict[str, str] = {}
    for column in frame.columns:
        by_fold.setdefault(folded(column), str(column))
    taken: dict[str, str] = {}
    absent: list[str] = []
    for role, names in wanted.items():
        exact = next((name for name in names if name in frame.columns), None)
        alike = next((by_fold[folded(name)] for name in names if folded(name) in by_fold), None)
        match = exact if exact is not None else alike
        if match is not None:
            taken[role] = match
        elif role in required:
            raise _no_column(role, names, frame)
        else:
            absent.append(role)
    columns: dict[str, object] = {role: texts(frame[name]) for role, name in taken.items()}
    unused = {str(c) for c in frame.columns} - set(taken.values()) - set(drop)
    for name in frame.columns:
        if str(name) in unused and name not in (TABLE, ROW):
            free = name not in columns and folded(name) not in _TAKEN_FOR_IMAGES
            columns[name if free else f"source_{name}"] = texts(frame[name])
    for name in (TABLE, ROW):
        if name in frame:
            columns[name] = frame[name].tolist()
    made = pd.DataFrame(columns, dtype=object)
    notes = (f"The table says nothing of: {', '.join(absent)}.",) if absent else ()
    return ordered(made), notes


def ordered(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with the columns of roles first."""
    first = [name for name in ORDER if name in frame.columns]
    return frame[[*first, *(name for name in frame.columns if name not in first)]]


def _no_column(role: str, names: Sequence[str], frame: pd.DataFrame) -> CutisError:
    have = [str(c) for c in frame.columns if c not in (TABLE, ROW)]
    where = frame[TABLE].iloc[0] if TABLE in frame and len(frame) else "The table"
    return CutisError(
        f"{where} has no column for the {role}.",
        allowed=f"It would be one of {', '.join(names)}; there are {', '.join(have)}.",
        nearest=nearest_names(names[0], have),
        fix="rename the column, or choose another format ('cutis data convert --list')",
    )


def from_one_hot(
    frame: pd.DataFrame, classes: Sequence[str]
) -> tuple[list[str | None], tuple[str, ...]]:
    """Return the class of each row from 0/1 columns, None where none is set.

    Parameters
    ----------
    frame
        Table with one column per class.
    classes
        The columns, in label order.

    Returns
    -------
    tuple
        The labels, and a note on rows that have several classes (the first is taken, and the
        count said).

    Examples
    --------
    >>> import pandas as pd
    >>> from_one_hot(pd.DataFrame({"a": ["1.0", "0"], "b": ["0.0", "0"]}), ["a", "b"])[0]
    ['a', None]
    """
    set_nc = [[_is_set(cell) for cell in texts(frame[name])] for name in classes]
    labels: list[str | None] = []
    several = 0
    for marks in zip(*set_nc, strict=True):
        chosen = [name for name, mark in zip(classes, marks, strict=True) if mark]
        several += len(chosen) > 1
        labels.append(chosen[0] if chosen else None)
    notes = (f"{several} rows have several classes set; the first was taken.",) if several else ()
    return labels, notes


def _is_set(cell: str | None) -> bool:
    try:
        return cell is not None and float(cell) > 0.5
    except ValueError:
        return cell is not None and cell.casefold() == "true"


def present(frame: pd.DataFrame, names: Iterable[str]) -> dict[str, str]:
    """Return those of the names that the table has, with the table's own spelling.

    Examples
    --------
    >>> import pandas as pd
    >>> present(pd.DataFrame(columns=["MEL", "Nv"]), ["mel", "nv", "bcc"])
    {'mel': 'MEL', 'nv': 'Nv'}
    """
    by_fold = {folded(column): str(column) for column in frame.columns}
    return {name: by_fold[folded(name)] for name in names if folded(name) in by_fold}
