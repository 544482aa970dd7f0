"""What a configuration states against what the tensors show: tensors win, and it is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def disagreements(stated: Mapping[str, Any], found: Mapping[str, Any], where: str) -> str | None:
    """Say in one sentence which stated sizes the tensors contradict, or return None.

    Parameters
    ----------
    stated
        Sizes as a configuration gives them; those it leaves out are not compared.
    found
        The same sizes, read off the tensors.
    where
        The configuration in words, for the start of the sentence.

    Examples
    --------
    >>> disagreements({"width": 768, "layers": 12}, {"width": 1024, "layers": 24}, "The file")
    'The file says width 768, layers 12; the tensors say width 1024, layers 24, which was built.'
    >>> disagreements({"width": 64}, {"width": 64}, "The file") is None
    True
    """
    wrong = [
        name for name in found
        if stated.get(name) is not None and _plain(stated[name]) != _plain(found[name])
    ]  # fmt: skip
    if not wrong:
        return None
    said = ", ".join(f"{name} {stated[name]}" for name in wrong)
    true = ", ".join(f"{name} {found[name]}" for name in wrong)
    return f"{where} says {said}; the tensors say {true}, which was built."


def _plain(value: Any) -> Any:
    """Make 224, [224, 224] and (224, 224) equal."""
    if isinstance(value, list | tuple):
        return tuple(value) if len(set(value)) > 1 else value[0]
    return value
