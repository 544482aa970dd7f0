"""Features made elsewhere: an ``.npy`` whose rows are the rows of a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cutis.errors import CutisError
from cutis.features.key import PROTOCOL, feature_key
from cutis.features.locks import store_lock
from cutis.features.opened import Features, default_cache, open_features
from cutis.features.store import SHARD_ROWS, FeatureStore
from cutis.files import sha256_file, sha256_json

if TYPE_CHECKING:
    from cutis.data import Dataset


def import_embeddings(
    values: Path | str, dataset: Dataset, name: str, cache: Path | None = None
) -> Features:
    """Bring an ``all_embeddings.npy`` and its table into the feature store.

    Such files hold neither ids nor the model's name nor a hash: what they are is taken on trust,
    and the record says so. Row i of the array is row i of the table.

    Parameters
    ----------
    values
        Array file, n by d, of numbers.
    dataset
        The table the array was made from, as a dataset of n rows; its images need not exist.
    name
        What made the features, in your words; part of the key.
    cache
        Cache folder [default_cache()].

    Raises
    ------
    CutisError
        If the file is no such array, has another number of rows, or holds values that are not
        finite.
    """
    path, cache = Path(values), Path(cache or default_cache())
    values_nd = _read(path, len(dataset))
    identity = {
        "protocol": PROTOCOL,
        "imported": {"name": name, "sha256": sha256_file(path)},
        "rows_sha256": sha256_json(list(dataset.ids)),
    }
    key = feature_key(identity)
    store = FeatureStore(cache / "features" / key)
    description = {
        "format": PROTOCOL,
        "key": key,
        "identity": identity,
        "n_rows": len(dataset),
        "dim": values_nd.shape[1],
        "dtype": "float32",
        "shard_rows": SHARD_ROWS,
    }
    with store_lock(cache, key):
        meta = store.resume()
        if meta is None:
            meta = description
            store.begin(meta)
        for shard in store.missing_shards(meta):
            start = shard * meta["shard_rows"]
            store.add_shard(shard, values_nd[start : start + meta["shard_rows"]], ())
        if not store.is_complete():
            store.complete(dataset.ids, meta)
    return open_features(store.dir)


def _read(path: Path, n_rows: int) -> np.ndarray:
    fix = "give the array and the very table it was made from"
    try:
        values_nd = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        raise CutisError(f"There is no file {path}.", fix=fix) from None
    except (OSError, ValueError, EOFError) as error:
        raise CutisError(
            f"{path} is not an array of numbers ({error}).",
            allowed="An .npy file of n rows by d values is needed.",
            fix=fix,
        ) from error
    if not isinstance(values_nd, np.ndarray) or values_nd.ndim != 2:
        raise CutisError(f"{path} does not hold one array of rows by values.", fix=fix)
    if len(values_nd) != n_rows:
        raise CutisError(f"{path} has {len(values_nd)} rows, the table has {n_rows}.", fix=fix)
    if values_nd.dtype.kind not in "fiu" or not np.isfinite(values_nd).all():
        raise CutisError(f"{path} holds values that are not finite numbers.", fix=fix)
    return np.ascontiguousarray(values_nd, dtype=np.float32)
