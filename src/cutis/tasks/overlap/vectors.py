"""The features of a set, read from disk a block at a time, each with its row."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.errors import CutisError
from cutis.stats.matches import exact_cosines, unit

if TYPE_CHECKING:
    import pandas as pd

    from cutis.features.store import FeatureStore
    from cutis.models import Model
    from cutis.tasks.overlap.settings import OverlapConfig
    from cutis.tasks.overlap.sides import Side


class StoreRows:
    """The features of a complete store, mapped from its shards; no more than a block in memory.

    Parameters
    ----------
    store
        A complete store.
    """

    def __init__(self, store: FeatureStore) -> None:
        self.store, self.meta = store, store.meta() or {}
        table = _table(store)
        self.rows_m = table["row"].to_numpy(np.int64)
        counts = np.bincount(self.rows_m // self.meta["shard_rows"], minlength=1)
        self.starts = np.concatenate([[0], np.cumsum(counts)])

    def __len__(self) -> int:
        return len(self.rows_m)

    def block(self, start: int, stop: int) -> np.ndarray:
        """Return features start to stop, in the order of their rows."""
        if start >= stop:
            return np.zeros((0, self.meta["dim"]), np.float32)
        first, last = np.searchsorted(self.starts, [start, stop - 1], side="right") - 1
        parts = []
        for shard in range(int(first), int(last) + 1):
            values, rows = self.store.shard(shard, self.meta)
            begin, end = self.starts[shard], self.starts[shard + 1]
            if not np.array_equal(rows, self.rows_m[begin:end]):
                raise self.store.damaged("ids.parquet", f"its rows of shard {shard} are others")
            parts.append(values[max(start - begin, 0) : stop - begin])
        return np.concatenate(parts)

    def take(self, places: np.ndarray) -> np.ndarray:
        """Return single features, by their places among the readable rows."""
        places = np.asarray(places, np.int64)
        values = np.empty((len(places), self.meta["dim"]), np.float32)
        shard_p = np.searchsorted(self.starts, places, side="right") - 1
        for shard in np.unique(shard_p):
            mine = np.flatnonzero(shard_p == shard)
            values[mine] = self.store.shard(int(shard), self.meta)[0][
                places[mine] - self.starts[shard]
            ]
        return values


def _table(store: FeatureStore) -> pd.DataFrame:
    import pandas as pd

    from cutis.features.store import IDS

    return pd.read_parquet(store.dir / IDS)


@dataclass(frozen=True)
class Vectors:
    """Features of the m readable pictures of a set.

    Attributes
    ----------
    rows_m
        Their row numbers, ascending.
    values
        The features.
    errors
        The other rows: row, id, image, reason.
    made_by
        What decides the features besides the pictures.
    """

    rows_m: np.ndarray
    values: StoreRows
    errors: pd.DataFrame
    made_by: dict[str, Any]

    @property
    def dim(self) -> int:
        """Length of a feature."""
        return int(self.values.meta["dim"])


def load_audit_model(config: OverlapConfig) -> Model | None:
    """Load the model that is asked for, if one is.

    Raises
    ------
    CutisError
        If it cannot be loaded.
    """
    from cutis.models import load_model
    from cutis.models.torchscript import is_torchscript_name, load_torchscript
    from cutis.progress import say

    if config.model is None:
        return None
    say(f"Loading model {config.model} ...")
    if is_torchscript_name(config.model):
        given = [
            name for name, value in config.input_options().items() if value not in (None, "default")
        ]
        if given:
            raise CutisError(
                f"sscd takes pictures as it was published; --{given[0].replace('_', '-')} does "
                "not go with it.",
                fix=f"leave --{given[0].replace('_', '-')} out",
            )
        return load_torchscript(config.model, config.trust_torchscript, config.device)
    return load_model(config.model, device=config.device, **config.input_options())


def side_vectors(side: Side, model: Model | None, config: OverlapConfig, cache: Path) -> Vectors:
    """Return the features of a set, computing those of a table that are not there yet.

    Raises
    ------
    CutisError
        If they cannot be computed, or a table comes without a model.
    """
    if side.store is not None:
        return open_vectors(side.store)
    if model is None or side.dataset is None:
        raise CutisError(
            f"{side.path} is a table, and a folder of features is to be compared with it.",
            fix="name the model that made the features with --model",
        )
    from cutis.features import embed, features_key
    from cutis.features.store import FeatureStore

    store = FeatureStore(
        cache / "features" / features_key(side.dataset, model, cache, config.workers)
    )
    if not store.is_complete():
        embed(side.dataset, model, cache, config.batch_size, config.workers)
    vectors = open_vectors(store)
    if len(vectors.rows_m) and _table(store)["id"].tolist() != [
        side.ids[i] for i in vectors.rows_m
    ]:
        raise store.damaged("ids.parquet", "its row names are not those of the table")
    return vectors


def open_vectors(store: FeatureStore) -> Vectors:
    """Open a complete store without reading the features."""
    import pandas as pd

    from cutis.features.store import ERRORS

    values = StoreRows(store)
    identity = {k: v for k, v in values.meta["identity"].items() if k != "rows_sha256"}
    if "imported" in identity:
        identity["imported"] = {"name": identity["imported"]["name"]}
    return Vectors(values.rows_m, values, pd.read_parquet(store.dir / ERRORS), identity)


def refuse_other_models(sides: list[Side], vectors: list[Vectors]) -> None:
    """Refuse to compare features of different models, weights or preprocessing.

    Raises
    ------
    CutisError
        If two sets have different ones.
    """
    for side, one in zip(sides[1:], vectors[1:], strict=True):
        if one.made_by != vectors[0].made_by or one.dim != vectors[0].dim:
            first, other = (_maker(v) for v in (vectors[0], one))
            raise CutisError(
                f"The features of {sides[0].name} ({first}) and of {side.name} ({other}) were not "
                "made alike: their cosines mean nothing.",
                allowed="Model, weights, preprocessing, pooling and precision have to be the same.",
                fix="give the tables instead of features, or embed both with one model",
            )


def _maker(vectors: Vectors) -> str:
    """Say in a few words what made features."""
    model = vectors.made_by.get("model") or vectors.made_by.get("imported") or {}
    return f"{model.get('name', 'unknown')}, {vectors.dim} numbers"


def cosines_of(a: Vectors, b: Vectors, rows_p2: np.ndarray) -> np.ndarray:
    """Return the cosine of given pairs of rows, NaN where one has no feature."""
    result = np.full(len(rows_p2), np.nan)
    places, there = [], np.ones(len(rows_p2), bool)
    for vectors, rows in ((a, rows_p2[:, 0]), (b, rows_p2[:, 1])):
        place = np.searchsorted(vectors.rows_m, rows)
        inside = place < len(vectors.rows_m)
        there &= inside
        there[inside] &= vectors.rows_m[place[inside]] == rows[inside]
        places.append(place)
    if there.any():
        one, two = (
            unit(vectors.values.take(place[there]))[0]
            for vectors, place in zip((a, b), places, strict=True)
        )
        result[there] = exact_cosines(one, two)
    return result
