"""Tables that say more of the same images or lesions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cutis.data.cells import texts
from cutis.data.convert.columns import present
from cutis.data.convert.frames import extended
from cutis.data.convert.source import ROW, TABLE
from cutis.data.roles import folded

if TYPE_CHECKING:
    import pandas as pd


def joined(left: pd.DataFrame, right: pd.DataFrame, key: str) -> pd.DataFrame:
    """Return the left table with the further columns of the right one, row for row.

    Rows keep their order and number; of several right rows with the same key the first counts.

    Parameters
    ----------
    left, right
        Tables with the column.
    key
        The column that both have, compared as :func:`~cutis.data.roles.folded`.

    Examples
    --------
    >>> import pandas as pd
    >>> a = pd.DataFrame({"image": ["x", "y"]})
    >>> joined(a, pd.DataFrame({"Image": ["y"], "age": ["7"]}), "image")["age"].tolist()
    [None, '7']
    """
    here, there = present(left, [key])[key], present(right, [key])[key]
    place: dict[str, int] = {}
    for row, value in enumerate(texts(right[there])):
        if value is not None:
            place.setdefault(value, row)
    rows = [place.get(value) if value is not None else None for value in texts(left[here])]
    have = {folded(column) for column in left.columns}
    more: dict[str, list[str | None]] = {}
    for column in right.columns:
        if folded(column) not in have and column not in (TABLE, ROW):
            cells = texts(right[column])
            more[column] = [None if row is None else cells[row] for row in rows]
    return extended(left, more)


def richest(files: Sequence[str], widths: dict[str, int]) -> list[str]:
    """Return the one table with most columns, the first by name among equals.

    Examples
    --------
    >>> richest(["b.csv", "a.csv"], {"a.csv": 3, "b.csv": 3})
    ['a.csv']
    """
    return sorted(files, key=lambda file: (-widths[file], file))[:1]
