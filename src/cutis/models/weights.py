"""Reading a state dict from a file without running any code that might be in it."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutis.errors import CutisError
from cutis.models.shards import is_index, read_shards

if TYPE_CHECKING:
    import torch

WRAPPERS = ("state_dict", "model", "model_state_dict", "module", "teacher")
PREFIXES = ("module.", "_orig_mod.")
SUFFIXES = (".safetensors", ".pt", ".pth", ".bin", ".ckpt")


def read_state_dict(path: Path) -> dict[str, torch.Tensor]:
    """Read the tensors of a checkpoint file, unwrapped to plain names.

    Wrapping mappings (``state_dict``, ``model``) and the prefixes of data-parallel or compiled
    modules are removed. Only tensors and plain values are ever built from the file.

    Parameters
    ----------
    path
        A ``.safetensors`` file, the index of several, or a PyTorch checkpoint.

    Raises
    ------
    CutisError
        If the file is absent, truncated, not a checkpoint, or holds code.
    """
    _require_file(path)
    if is_index(path):
        return read_shards(path)
    loaded = _read_safetensors(path) if path.suffix == ".safetensors" else _read_torch(path)
    return unwrap(loaded, path)


def unwrap(loaded: Any, path: Path) -> dict[str, torch.Tensor]:
    """Return the name-to-tensor mapping inside whatever a checkpoint file held."""
    import torch

    inner = loaded
    while isinstance(inner, Mapping):
        found = next((inner[key] for key in WRAPPERS if _holds_state(inner.get(key))), None)
        if found is None:
            break
        inner = found
    state = (
        {str(key): value for key, value in inner.items() if isinstance(value, torch.Tensor)}
        if isinstance(inner, Mapping)
        else {}
    )
    if not state:
        shown = ", ".join(str(key) for key in list(inner)[:5]) if isinstance(inner, Mapping) else ""
        raise CutisError(
            f"{path} holds no weights (found: {shown or type(inner).__name__}).",
            allowed="A mapping of names to tensors is expected, bare or under 'state_dict' or "
            "'model'.",
            fix="save the model with torch.save(model.state_dict(), FILE)",
        )
    for prefix in PREFIXES:
        if all(key.startswith(prefix) for key in state):
            state = {key.removeprefix(prefix): value for key, value in state.items()}
    return state


def _holds_state(value: Any) -> bool:
    """Tell whether a value is a state dict, bare or wrapped: not one stray random-number state."""
    import torch

    return isinstance(value, Mapping) and any(
        isinstance(inner, torch.Tensor) or _holds_state(inner) for inner in value.values()
    )


def _require_file(path: Path) -> None:
    if path.is_dir():
        raise CutisError(
            f"{path} is a folder, a checkpoint file is needed here.", fix=f"local-dir:{path}"
        )
    if not path.is_file():
        raise CutisError(f"There is no checkpoint file {path}.", fix="check the path")
    try:
        with path.open("rb") as stream:
            start = stream.read(40)
    except OSError as error:
        raise CutisError(
            f"The checkpoint file {path} cannot be opened: {error.strerror}.",
            fix="check that you may read it",
        ) from None
    if start.startswith(b"version https://git-lfs"):
        raise CutisError(
            f"{path} is a Git LFS pointer of {path.stat().st_size} bytes, not the weights.",
            fix="fetch the real file with 'git lfs pull' in that repository",
        )
    if not start:
        raise CutisError(f"{path} is empty.", fix="download the file again")


def _read_safetensors(path: Path) -> dict[str, torch.Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        tensors: dict[str, torch.Tensor] = load_file(path)
    except SafetensorError as error:
        raise _broken(path, error) from None
    return tensors


def _read_torch(path: Path) -> Any:
    import torch

    try:
        with warnings.catch_warnings(), torch.serialization.safe_globals(_harmless_classes()):
            warnings.simplefilter("ignore")  # what matters is said in our own words below
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if "Unsupported global" in str(error) or "Unsupported class" in str(error):
            raise _code_inside(path, error) from None
        raise _broken(path, error) from None
    except RuntimeError as error:
        if "TorchScript" in str(error):
            raise CutisError(
                f"{path} is a TorchScript program, which holds code, and is not run.",
                fix="load it where you trust it and save its state_dict() as safetensors",
            ) from None
        raise _broken(path, error) from None
    except (OSError, EOFError, ValueError, LookupError, AttributeError, TypeError) as error:
        raise _broken(path, error) from None


def _harmless_classes() -> list[Any]:
    """Plain records that training scripts often save beside the weights."""
    from argparse import Namespace

    import numpy as np

    kinds = [type(np.dtype(kind)) for kind in ("f4", "f8", "i4", "i8", "b1")]
    scalar = np._core.multiarray.scalar  # type: ignore[attr-defined]
    return [Namespace, np.dtype, scalar, (scalar, "numpy.core.multiarray.scalar"), *kinds]


def _code_inside(path: Path, error: Exception) -> CutisError:
    import re

    named = re.search(r"GLOBAL `?([A-Za-z_][\w.]*)", str(error))
    what = f" (it names {named.group(1)})" if named else ""
    return CutisError(
        f"{path} holds code or Python objects besides tensors{what} and was not opened: reading "
        "such a file would run it.",
        fix="where you trust the file, save its tensors alone: "
        "safetensors.torch.save_file(model.state_dict(), 'model.safetensors')",
    )


def _broken(path: Path, error: Exception) -> CutisError:
    reason = str(error).strip().splitlines()[0][:160] if str(error).strip() else "no content"
    return CutisError(
        f"{path} ({path.stat().st_size:,} bytes) is truncated or is not a checkpoint: {reason}.",
        allowed="Readable are safetensors files and PyTorch checkpoints of tensors.",
        fix="download the file again and compare its size",
    )
