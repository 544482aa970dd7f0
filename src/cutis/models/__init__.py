"""Models: from a name to features of images and texts.

The public names are imported on first use, so that this room costs nothing until it is entered.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cutis.models.cards import ModelCard, get_card, list_cards
    from cutis.models.check import check_model
    from cutis.models.checkpoint import save_model_dir
    from cutis.models.compare import compare_models
    from cutis.models.load import load_model
    from cutis.models.model import Model
    from cutis.models.preprocessing import Preprocessing

_HOMES = {
    "Model": "cutis.models.model",
    "ModelCard": "cutis.models.cards",
    "Preprocessing": "cutis.models.preprocessing",
    "check_model": "cutis.models.check",
    "compare_models": "cutis.models.compare",
    "get_card": "cutis.models.cards",
    "list_cards": "cutis.models.cards",
    "load_model": "cutis.models.load",
    "save_model_dir": "cutis.models.checkpoint",
}

__all__ = [
    "Model",
    "ModelCard",
    "Preprocessing",
    "check_model",
    "compare_models",
    "get_card",
    "list_cards",
    "load_model",
    "save_model_dir",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its file on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'cutis.models' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
