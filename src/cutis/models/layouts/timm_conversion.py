"""timm's own conversion of published files, made to say what it changes and leaves out.

The conversion fits patch kernels and tables of positions of any size into a tower, so that a file
of another model would pass the strict load that follows.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Mapping
from typing import Any

import torch

from cutis.errors import CutisError
from cutis.models.strict import StateDictMismatch
from cutis.models.towers import Settings

PATCHES, POSITIONS = "patch_embed.proj.weight", "pos_embed"
_UNREADABLE = (AssertionError, AttributeError, IndexError, RuntimeError, TypeError, ValueError)
_NUMBER = re.compile(r"(?<=\.)\d+(?=\.)")


def converted(
    tower: Any, state: Mapping[str, torch.Tensor], settings: Settings
) -> tuple[dict[str, torch.Tensor], tuple[str, ...]]:
    """Return the tensors under the tower's names, and what the conversion did besides renaming.

    Parameters
    ----------
    tower
        A timm model.
    state
        Name to tensor, as published.
    settings
        A table of positions is stretched only to an ``image_size`` that was asked for.

    Raises
    ------
    CutisError
        If the tensors cannot be converted, or positions are for another image size.
    StateDictMismatch
        If the patches have another size.
    """
    convert = getattr(sys.modules[type(tower).__module__], "checkpoint_filter_fn", None)
    if convert is None:
        return dict(state), ()
    try:
        found: dict[str, torch.Tensor] = convert(dict(state), tower)
    except _UNREADABLE as error:
        reason = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
        raise CutisError(
            f"{settings.what} does not fit, and nothing was loaded: timm cannot convert it "
            f"({reason}).",
            fix="check that the file belongs to this architecture",
        ) from None
    resized = _resized(found, state)
    cut = {name: shapes for name, shapes in resized.items() if name.endswith(PATCHES)}
    if cut:
        raise StateDictMismatch(settings.what, [], [], cut)
    if resized and settings.image_size is None:
        raise _other_size(tower, resized, settings)
    return found, (*_stretched(resized), *_gone(found, state))


def _resized(
    found: Mapping[str, torch.Tensor], state: Mapping[str, torch.Tensor]
) -> dict[str, tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return the tensors that were computed anew in another size: name to both shapes."""
    storages = {_storage(tensor) for tensor in state.values()}
    sizes = {tensor.numel() for tensor in state.values()}
    resized = {}
    for name, tensor in found.items():
        if _storage(tensor) in storages:
            continue  # the very numbers of the file, at most under another name
        source, known = state.get(name), name.endswith((PATCHES, POSITIONS))
        if source is None:
            changed = known and tensor.numel() not in sizes
        else:
            changed = source.numel() != tensor.numel() or (
                known and not torch.equal(source.flatten(), tensor.flatten())
            )
        if changed:
            before = () if source is None else tuple(source.shape)
            resized[name] = (before, tuple(tensor.shape))
    return resized


def _storage(tensor: torch.Tensor) -> int:
    return tensor.untyped_storage().data_ptr()


def _other_size(
    tower: Any,
    resized: Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]],
    settings: Settings,
) -> CutisError:
    name, (before, after) = next(iter(resized.items()))
    given, needed = ("x".join(map(str, shape)) or "another shape" for shape in (before, after))
    side = _made_for(tower, before) if name == POSITIONS else None
    return CutisError(
        f"{settings.what} was made for images of another size: its table of positions {name} is "
        f"{given}, the architecture's {needed}. Nothing was loaded.",
        allowed="A table is stretched only when an image size is asked for.",
        fix=f"ask for image size {side}"
        if side
        else "ask for an image size, or name the architecture that the file was made for",
    )


def _made_for(tower: Any, table: tuple[int, ...]) -> int | None:
    """Return the side in pixels of the square images that a table of positions is for."""
    grid = getattr(getattr(tower, "patch_embed", None), "grid_size", None)
    if grid is None or len(table) != 3:
        return None
    rows = table[1] - (tower.pos_embed.shape[1] - grid[0] * grid[1])
    side = round(max(rows, 0) ** 0.5)
    patch: int = tower.patch_embed.patch_size[0]
    return side * patch if side and side * side == rows else None


def _stretched(
    resized: Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]],
) -> tuple[str, ...]:
    if not resized:
        return ()
    groups = _grouped(list(resized))
    return (f"Stretched to the image size asked for, as timm does: {groups}.",)


def _gone(found: Mapping[str, torch.Tensor], state: Mapping[str, torch.Tensor]) -> tuple[str, ...]:
    storages = {_storage(tensor) for tensor in found.values()}
    gone = [
        name for name, tensor in state.items()
        if name not in found and _storage(tensor) not in storages
    ]  # fmt: skip
    if not gone:
        return ()
    return (f"timm's own conversion left out or joined to others: {_grouped(gone)}.",)


def _grouped(names: list[str]) -> str:
    """Name tensors, those of all blocks together.

    Examples
    --------
    >>> _grouped(["a.0.b", "a.1.b", "c"])
    "'a.*.b' (2), 'c'"
    """
    groups = Counter(_NUMBER.sub("*", name) for name in names)
    return ", ".join(f"'{name}'" + f" ({n})" * (n > 1) for name, n in groups.items())
