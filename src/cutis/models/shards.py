"""Checkpoints in several files, which an index names: read and hashed as one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from cutis.errors import CutisError
from cutis.files import sha256_file, sha256_json

if TYPE_CHECKING:
    import torch

INDEX = "model.safetensors.index.json"
_SHARD = re.compile(r"model-\d{5}-of-\d{5}\.safetensors")


def is_index(path: Path) -> bool:
    """Tell whether a path is an index of shards.

    Examples
    --------
    >>> is_index(Path("model.safetensors.index.json")), is_index(Path("model.safetensors"))
    (True, False)
    """
    return path.name.endswith(".safetensors.index.json")


def shard_names(names: Iterable[str]) -> list[str]:
    """Return those of some file names that are shards, in order.

    Examples
    --------
    >>> shard_names(["model-00002-of-00002.safetensors", "a", "model-00001-of-00002.safetensors"])
    ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
    """
    return sorted(name for name in names if _SHARD.fullmatch(name))


def named_shards(index: Path) -> list[str]:
    """Return the names of the files an index names.

    Raises
    ------
    CutisError
        If it is no index, or names files elsewhere.
    """
    try:
        places = json.loads(index.read_text(encoding="utf-8"))["weight_map"]
        names = sorted({str(name) for name in places.values()})
    except (ValueError, OSError, LookupError, TypeError, AttributeError):
        names = []
    if not names:
        raise CutisError(f"{index} is not the index of a checkpoint.", fix="download it again")
    if any(Path(name).name != name for name in names):
        raise CutisError(f"{index} names files outside its folder.", fix="download it again")
    # An index among them could name itself, and reading would never end.
    other = [name for name in names if not name.endswith(".safetensors")]
    if other:
        raise CutisError(
            f"{index} names files that hold no tensors: {', '.join(other[:3])}.",
            allowed="An index names files ending in .safetensors.",
            fix="download it again",
        )
    return names


def shard_paths(index: Path) -> list[Path]:
    """Return the files an index names, all of them there.

    Parameters
    ----------
    index
        The index, beside its shards.

    Raises
    ------
    CutisError
        If it is broken, or a shard is missing.
    """
    names = named_shards(index)
    missing = [name for name in names if not (index.parent / name).is_file()]
    if missing:
        raise CutisError(
            f"{index} names {len(names)} files, and {len(missing)} of them are missing: "
            f"{', '.join(missing[:3])}.",
            fix="fetch the whole model again; what is there is kept",
        )
    return [index.parent / name for name in names]


def read_shards(index: Path) -> dict[str, torch.Tensor]:
    """Read all tensors of a checkpoint in several files.

    Raises
    ------
    CutisError
        If a file is missing or broken, or a tensor stands in two of them.
    """
    from cutis.models.weights import read_state_dict

    whole: dict[str, torch.Tensor] = {}
    for path in shard_paths(index):
        part = read_state_dict(path)
        twice = next((name for name in part if name in whole), None)
        if twice is not None:
            raise CutisError(
                f"The tensor {twice} stands in two files of {index}.", fix="download it again"
            )
        whole |= part
    return whole


def weights_sha256(path: Path) -> str:
    """Return the hash of a weights file, or of all files that an index names."""
    if not is_index(path):
        return sha256_file(path)
    return sha256_json({shard.name: sha256_file(shard) for shard in shard_paths(path)})
