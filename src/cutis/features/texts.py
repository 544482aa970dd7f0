"""A model's features of texts, computed once and kept beside the image features."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cutis.files import atomic_path, sha256_json
from cutis.models.halves import require_text

if TYPE_CHECKING:
    from cutis.models import Model

TEXTS_PROTOCOL = "cutis.texts/1"


def text_key(model: Model, texts: Sequence[str]) -> str:
    """Return the hash that names these texts' features under this model.

    The token ids are in it: another tokenizer beside the same weights gives other features.
    """
    ids_nt = np.asarray(model.tokenize(texts)).astype("<i8")
    identity = {
        "protocol": TEXTS_PROTOCOL,
        "model": model.identity(),
        "precision": model.precision,
        "texts": list(texts),
        "tokens_shape": list(ids_nt.shape),
        "tokens_sha256": hashlib.sha256(ids_nt.tobytes()).hexdigest(),
    }
    return sha256_json(identity)


def embed_texts(model: Model, texts: Sequence[str], cache: Path, batch: int = 64) -> np.ndarray:
    """Return un-normalised text features, float32, n texts by d features.

    Parameters
    ----------
    model
        A model with a text tower.
    texts
        Prompts, in the order of the rows returned.
    cache
        Folder of all cached features; the result is kept in its ``texts`` folder.
    batch
        Texts per forward pass.
    """
    require_text(model)
    path = Path(cache) / "texts" / f"{text_key(model, texts)}.npy"
    if path.exists():
        kept: np.ndarray = np.load(path, allow_pickle=False)
        return kept
    parts = [model.embed_texts(texts[i : i + batch]) for i in range(0, len(texts), batch)]
    features_nd = np.concatenate(parts).astype(np.float32)
    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        np.save(stream, features_nd, allow_pickle=False)
    return features_nd
