"""The content hash that names a feature store: same key, same features."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cutis.files import sha256_json

if TYPE_CHECKING:
    from cutis.models import Model

PROTOCOL = "cutis.features/1"
# Raise it when the pixels that ``cutis.data.load_image`` returns change.
READING = "cutis.load_image/1"
PIECE = 4096


def rows_sha256(ids: Sequence[str], hashes: Sequence[str | None]) -> str:
    """Return the hash of the rows: their names and the bytes of their images, in order.

    Parameters
    ----------
    ids
        n row names.
    hashes
        n SHA-256 of the image files; None where there is no such file.

    Examples
    --------
    >>> rows_sha256(["a", "b"], ["00", None])[:12]
    '60f6f961fa9c'
    """
    digest = hashlib.sha256(b"[")
    # The canonical JSON of the whole list, piece by piece: a million rows need no million lists.
    for start in range(0, len(ids), PIECE):
        names, values = ids[start : start + PIECE], hashes[start : start + PIECE]
        rows = [[name, value] for name, value in zip(names, values, strict=True)]
        text = json.dumps(rows, separators=(",", ":"), ensure_ascii=False)[1:-1]
        digest.update(("," + text if start else text).encode())
    digest.update(b"]")
    return digest.hexdigest()


def feature_identity(model: Model, rows: str) -> dict[str, Any]:
    """Return everything that decides the features, as JSON.

    Where and how fast they are computed (device, workers, batch size) is left out: it moves a
    float32 feature by rounding error only.

    Parameters
    ----------
    model
        The model; its ``identity()`` holds name, weights, adapter, preprocessing and pooling.
    rows
        What :func:`rows_sha256` returned.
    """
    return {
        "protocol": PROTOCOL,
        "reading": READING,
        "model": model.identity(),
        "precision": model.precision,
        "rows_sha256": rows,
    }


def feature_key(identity: dict[str, Any] | None) -> str:
    """Return the name of the store that holds these features.

    Examples
    --------
    >>> feature_key({"protocol": "cutis.features/1", "precision": "fp32"})[:12]
    '489c0d22a691'
    """
    return sha256_json(identity)
