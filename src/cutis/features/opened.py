"""A complete feature store, read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.errors import CutisError
from cutis.features.store import ERRORS, IDS, FeatureStore

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Features:
    """Features of the readable images of a dataset.

    Attributes
    ----------
    dir, key
        The store and its name.
    ids
        m names of the rows that have a feature.
    values_nd
        float32 (m, d), as the model gives them, not normalised.
    rows
        m dataset row numbers, ascending, int64.
    errors
        The other rows: row, id, image, reason.
    meta
        Model, precision, preprocessing, batch size, cosine to float32.
    images_per_second
        Speed of this computation; None when everything was there.
    """

    dir: Path
    key: str
    ids: tuple[str, ...]
    values_nd: np.ndarray
    rows: np.ndarray
    errors: pd.DataFrame
    meta: dict[str, Any]
    images_per_second: float | None = None

    def __len__(self) -> int:
        return len(self.ids)


def default_cache() -> Path:
    """Return ``$CUTIS_CACHE``, else ``~/.cache/cutis``."""
    given = os.environ.get("CUTIS_CACHE")
    return Path(given).expanduser() if given else Path.home() / ".cache" / "cutis"


def open_features(directory: Path | str, verify: bool = False) -> Features:
    """Open a complete feature store.

    Parameters
    ----------
    directory
        ``<cache>/features/<key>``; it may have been moved.
    verify
        Also compare every byte with the hashes that were kept.

    Raises
    ------
    CutisError
        If there is no complete store, or it is damaged.
    """
    import pandas as pd

    store = FeatureStore(Path(directory))
    meta = store.meta()
    if meta is None or not store.is_complete():
        raise CutisError(
            f"{store.dir} holds no complete features.",
            fix="run the same 'cutis embed' command again; it finishes what is missing",
        )
    if verify:
        store.verify()
    table = pd.read_parquet(store.dir / IDS)
    values_nd = np.empty((len(table), meta["dim"]), np.float32)
    rows = table["row"].to_numpy(np.int64)
    start = 0
    for shard in range(-(-meta["n_rows"] // meta["shard_rows"])):
        values, its_rows = store.shard(shard, meta)
        part = slice(start, start + len(values))
        if not np.array_equal(rows[part], its_rows):
            raise store.damaged(IDS, f"its rows of shard {shard} are not those in the shard")
        values_nd[part] = values
        start = part.stop
    if start != len(table):
        raise store.damaged(IDS, f"it lists {len(table)} features, the shards hold {start}")
    return Features(
        dir=store.dir,
        key=meta["key"],
        ids=tuple(table["id"]),
        values_nd=values_nd,
        rows=rows,
        errors=pd.read_parquet(store.dir / ERRORS),
        meta=meta,
    )
