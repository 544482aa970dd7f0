"""Strict loading: every tensor has its place, or nothing is loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cutis.errors import CutisError

if TYPE_CHECKING:
    import torch
    from torch import nn

SHOWN = 10


class StateDictMismatch(CutisError):
    """The tensors of a checkpoint are not those of the model.

    Attributes
    ----------
    missing
        Names the model needs and the checkpoint lacks.
    unexpected
        Names in the checkpoint that the model has no place for.
    reshaped
        Name to (shape in the checkpoint, shape needed).
    """

    def __init__(
        self,
        what: str,
        missing: list[str],
        unexpected: list[str],
        reshaped: dict[str, tuple[tuple[int, ...], tuple[int, ...]]],
    ) -> None:
        self.missing, self.unexpected, self.reshaped = missing, unexpected, reshaped
        shapes = [
            f"{name} {_shape(given)} instead of {_shape(needed)}"
            for name, (given, needed) in reshaped.items()
        ]
        groups = {"missing": missing, "unexpected": unexpected, "reshaped": shapes}
        parts = [_named(kind, names) for kind, names in groups.items() if names]
        super().__init__(
            f"{what} does not fit, and nothing was loaded: " + "; ".join(parts) + ".",
            allowed="Every tensor must be there, with the right shape, and no other.",
            fix="check that the file is complete and belongs to this model (cutis models list)",
        )


def _shape(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) if shape else "scalar"


def _named(kind: str, names: list[str]) -> str:
    more = f", and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{len(names)} {kind} ({', '.join(names[:SHOWN])}{more})"


def load_strict(module: nn.Module, state: Mapping[str, torch.Tensor], what: str) -> None:
    """Copy a state dict into a module, all of it or nothing.

    Parameters
    ----------
    module
        The module to fill, in float32.
    state
        Name to tensor; lower precisions are widened.
    what
        What is being loaded, for the start of the message.

    Raises
    ------
    StateDictMismatch
        If a tensor is missing, unexpected or of another shape.
    """
    needed = {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}
    _compare(needed, {name: tuple(tensor.shape) for name, tensor in state.items()}, what)
    module.load_state_dict(state, strict=True)


def _compare(
    needed: Mapping[str, tuple[int, ...]], given: Mapping[str, tuple[int, ...]], what: str
) -> None:
    missing = [name for name in needed if name not in given]
    unexpected = [name for name in given if name not in needed]
    reshaped = {
        name: (given[name], needed[name])
        for name in needed
        if name in given and given[name] != needed[name]
    }
    if missing or unexpected or reshaped:
        raise StateDictMismatch(what, missing, unexpected, reshaped)


def set_aside(
    state: Mapping[str, torch.Tensor], known: Mapping[str, str]
) -> tuple[dict[str, torch.Tensor], tuple[str, ...]]:
    """Take tensors that are known to be of no use out of a state dict, and say so.

    Parameters
    ----------
    state
        Name to tensor.
    known
        Start of a name to the reason why tensors of that name are left out. A start that does
        not end in a dot must be the whole name.

    Returns
    -------
    tuple
        The tensors that stay, and one sentence for each start that was found.

    Examples
    --------
    >>> stay, said = set_aside({"a.x": 1, "a.y": 2, "b": 3}, {"a.": "a training head"})
    >>> list(stay), said
    (['b'], ("Left out 2 tensors 'a.*': a training head.",))
    """
    kept, said = dict(state), []
    for start, reason in known.items():
        names = [
            name for name in kept
            if name == start or (start.endswith(".") and name.startswith(start))
        ]  # fmt: skip
        for name in names:
            del kept[name]
        if names:
            count = "the tensor" if len(names) == 1 else f"{len(names)} tensors"
            shown = names[0] if len(names) == 1 else start + "*"
            said.append(f"Left out {count} '{shown}': {reason}.")
    return kept, tuple(said)


def load_renamed(
    module: nn.Module,
    state: Mapping[str, torch.Tensor],
    renamed: Mapping[str, str],
    what: str,
) -> None:
    """Copy a state dict into a module that spells some names differently, all or nothing.

    Parameters
    ----------
    module
        The module to fill.
    state
        Published name to tensor.
    renamed
        Module's name to published name, for every name that differs.
    what
        What is being loaded, for the start of the message, whose names are the published ones.

    Raises
    ------
    StateDictMismatch
        If a tensor is missing, unexpected or of another shape.
    """
    published = {ours: renamed.get(ours, ours) for ours in module.state_dict()}
    needed = {name: tuple(module.state_dict()[ours].shape) for ours, name in published.items()}
    _compare(needed, {name: tuple(tensor.shape) for name, tensor in state.items()}, what)
    module.load_state_dict({ours: state[name] for ours, name in published.items()}, strict=True)


@contextmanager
def without_initialisation() -> Iterator[None]:
    """Build modules without drawing the random weights that a strict load overwrites.

    Only in-place fills of parameters are skipped: every parameter is in the state dict, so
    :func:`load_strict` sets it. Buffers, which need not be there, are computed as always. Drawing
    the weights would take most of the time a checkpoint needs to load.
    """
    from torch import Tensor
    from torch.nn import Parameter
    from torch.overrides import TorchFunctionMode

    fills = {
        getattr(Tensor, name)
        for name in ("uniform_", "normal_", "erfinv_", "mul_", "add_", "clamp_", "div_")
    }

    class Skip(TorchFunctionMode):
        def __torch_function__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            if func in fills and args and isinstance(args[0], Parameter):
                return args[0]
            return func(*args, **(kwargs or {}))

    with Skip():
        yield
