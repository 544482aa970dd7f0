"""Arrays and the two tables of a feature store, as the bytes of their files."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow

    from cutis.features.store import RowError


def npy_bytes(values: np.ndarray) -> bytes:
    """Return an array as the bytes of an ``.npy`` file.

    Written as plain bytes, a full disk says so; ``np.save`` reports it without the error's number.
    """
    stream = io.BytesIO()
    np.save(stream, values, allow_pickle=False)
    return stream.getvalue()


def ids_table(ids: Sequence[str], rows_of_shards: Sequence[npt.NDArray[np.int64]]) -> bytes:
    """Return ``ids.parquet``: id, dataset row, shard and position of every feature.

    Parameters
    ----------
    ids
        n row names of the dataset.
    rows_of_shards
        The dataset rows of each shard's features.
    """
    import pyarrow as pa

    rows = np.concatenate([np.zeros(0, np.int64), *rows_of_shards])
    counts = [len(rows) for rows in rows_of_shards]
    shard = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    position = [np.arange(count, dtype=np.int32) for count in counts]
    return parquet_bytes(
        pa.table(
            {
                "id": pa.array([ids[row] for row in rows], pa.string()),
                "row": pa.array(rows, pa.int64()),
                "shard": pa.array(shard, pa.int32()),
                "position": pa.array(np.concatenate([np.zeros(0, np.int32), *position])),
            }
        )
    )


def errors_table(errors: Sequence[RowError]) -> bytes:
    """Return ``errors.parquet``: row, id, image and reason of every unreadable row."""
    import pyarrow as pa

    kinds = {"row": pa.int64(), "id": pa.string(), "image": pa.string(), "reason": pa.string()}
    columns = {
        name: pa.array([getattr(error, name) for error in errors], kind)
        for name, kind in kinds.items()
    }
    return parquet_bytes(pa.table(columns))


def parquet_bytes(table: pyarrow.Table) -> bytes:
    """Return a table as the bytes of a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    content: bytes = sink.getvalue().to_pybytes()
    return content
