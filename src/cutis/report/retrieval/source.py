"""The tables of a retrieval run, read for its page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cutis.errors import CutisError

if TYPE_CHECKING:
    import pandas as pd


class Caption(NamedTuple):
    """A distinct caption: its text, the images that have it, and tokens the model cannot read."""

    text: str
    images: int
    lost: int


class RetrievalTables(NamedTuple):
    """Ranks by query, and captions by name; empty when the run has none."""

    queries: pd.DataFrame
    captions: dict[str, Caption]


def read_tables(directory: Path) -> RetrievalTables:
    """Read ``retrieval.parquet`` and ``captions.parquet`` of a run.

    Raises
    ------
    CutisError
        If a table is damaged; a missing one is empty.
    """
    import pandas as pd

    queries = _read(directory / "retrieval.parquet")
    captions = _read(directory / "captions.parquet")
    if queries is None:
        queries = pd.DataFrame(columns=["direction", "query", "caption", "group", "rank", "top"])
    found: dict[str, Caption] = {}
    if captions is not None:
        for row in captions.to_dict("records"):
            lost: Any = row.get("tokens_lost")
            number = 0 if lost is None or pd.isna(lost) else int(lost)
            found[str(row["caption"])] = Caption(str(row["text"]), int(row["images"]), number)
    return RetrievalTables(queries, found)


def _read(path: Path) -> pd.DataFrame | None:
    import pandas as pd
    import pyarrow as pa

    if not path.exists():
        return None
    try:
        return pd.read_parquet(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise CutisError(
            f"{path} is not a readable Parquet file ({error}).",
            fix="run the command that made it again",
        ) from error
