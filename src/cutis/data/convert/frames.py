"""Tables of text with None for what is missing, whatever pandas would make of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

Cells = Sequence[str | None]


def extended(frame: pd.DataFrame, columns: Mapping[str, Cells]) -> pd.DataFrame:
    """Return the table with columns added or replaced; None stays None.

    Examples
    --------
    >>> import pandas as pd
    >>> extended(pd.DataFrame({"a": ["x", "y"]}), {"b": ["1", None]})["b"].tolist()
    ['1', None]
    """
    import pandas as pd

    new = {
        name: pd.Series(list(cells), index=frame.index, dtype=object)
        for name, cells in columns.items()
    }
    return frame.assign(**new)
