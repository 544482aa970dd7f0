"""Configurations of transformers models, with their sizes corrected by the tensors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huggingface_hub.errors import StrictDataclassError

from cutis.errors import CutisError
from cutis.models.layouts.stated import disagreements

Shapes = Mapping[str, tuple[int, ...]]
# Keys that name a precision to build in, or code to fetch and run.
DROPPED = frozenset({"dtype", "torch_dtype", "auto_map", "quantization_config"})
UNBUILDABLE = (
    AssertionError, AttributeError, LookupError, RuntimeError, StrictDataclassError, TypeError,
    ValueError,
)  # fmt: skip


def corrected(
    stated: Mapping[str, Any], found: Mapping[str, Any], where: str
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return a configuration with the sizes that the tensors show, and what had to change.

    Parameters
    ----------
    stated
        The configuration, perhaps empty.
    found
        Sizes read off the tensors.
    where
        The configuration in words.

    Examples
    --------
    >>> config, said = corrected({"hidden_size": 8, "act": "gelu"}, {"hidden_size": 64}, "It")
    >>> config
    {'hidden_size': 64, 'act': 'gelu'}
    >>> said
    ('It says hidden_size 8; the tensors say hidden_size 64, which was built.',)
    """
    kept = {key: value for key, value in stated.items() if key not in DROPPED}
    said = disagreements(kept, found, where)
    return {**kept, **found}, (said,) if said else ()


def count(shapes: Shapes, start: str) -> int:
    """Return how many numbered parts stand under a prefix.

    Examples
    --------
    >>> count({"layers.0.x": (1,), "layers.1.x": (1,)}, "layers.")
    2
    """
    return len({
        name.removeprefix(start).split(".")[0] for name in shapes if name.startswith(start)
    })  # fmt: skip


def unbuildable(what: str, error: Exception) -> CutisError:
    """Say that a configuration makes no model."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    reason = lines[-1].rstrip(".") if lines else "no reason given"
    return CutisError(
        f"The configuration of {what} describes a model that cannot be built: "
        f"{type(error).__name__}: {reason}.",
        fix="compare its config.json with the published one",
    )
