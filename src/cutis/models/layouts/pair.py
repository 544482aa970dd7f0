"""A pair: two models of which one sees and one reads, joined by two linear projections."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import nn

from cutis.errors import CutisError
from cutis.models.pairing.projections import TENSORS
from cutis.models.strict import load_strict
from cutis.models.towers import Settings, Towers

REVISION = 1
Shapes = Mapping[str, tuple[int, ...]]
Tower = Callable[[torch.Tensor], torch.Tensor]


class Pair(nn.Module):
    """An image tower and a text tower, each followed by a linear projection.

    Parameters
    ----------
    vision, text
        Towers of the two halves; the image tower of the first and the text tower of the second
        are used.
    dim
        Length of a projected feature.
    """

    def __init__(self, vision: Towers, text: Towers, dim: int) -> None:
        super().__init__()
        self.vision, self.text = vision.module, text.module
        self._see, self._read = (
            _method(vision.module, vision.image),
            _method(text.module, text.text),
        )
        self.projections = nn.ModuleDict(
            {"image": nn.Linear(vision.dim, dim), "text": nn.Linear(text.dim, dim)}
        )
        self.logit_scale = nn.Parameter(torch.zeros(()))

    def encode_image(self, pixels_nchw: torch.Tensor) -> torch.Tensor:
        """Return the projected image feature (n, k)."""
        features_nd: torch.Tensor = _call(self.vision, self._see)(pixels_nchw)
        projected: torch.Tensor = self.projections["image"](features_nd)
        return projected

    def encode_text(self, ids_nt: torch.Tensor) -> torch.Tensor:
        """Return the projected text feature (n, k)."""
        features_nd: torch.Tensor = _call(self.text, self._read)(ids_nt)
        projected: torch.Tensor = self.projections["text"](features_nd)
        return projected


def _method(module: nn.Module, tower: Tower | None) -> str | None:
    """Return the name under which a tower is found in its module, also in a copy of it."""
    return None if tower is module or tower is None else tower.__name__


def _call(module: nn.Module, name: str | None) -> Tower:
    found: Tower = module if name is None else getattr(module, name)
    return found


def matches(shapes: Shapes) -> bool:
    """Tell whether these are the tensors of a pair's projections."""
    return set(shapes) == set(TENSORS)


def build(state: Mapping[str, torch.Tensor], settings: Settings) -> Towers:
    """Refuse: projections alone are no model; a pair is loaded from its folder.

    Raises
    ------
    CutisError
        Always.
    """
    raise CutisError(
        f"{settings.what} holds the projections of a pair and none of its towers.",
        allowed="A pair is loaded from its folder, whose config.json names both halves.",
        fix="--model local-dir:FOLDER",
    )


def join(vision: Towers, text: Towers, state: Mapping[str, torch.Tensor], what: str) -> Towers:
    """Return the towers of a pair.

    Parameters
    ----------
    vision, text
        Towers of the halves.
    state
        The projections, by the names in ``TENSORS``.
    what
        The pair in words, for messages.

    Raises
    ------
    CutisError
        If a projection is not there or does not fit its half.
    """
    weight = state.get("image.weight")
    dim = len(weight) if weight is not None else 1
    module = Pair(vision, text, dim)
    own = nn.ModuleDict(dict(module.projections))
    own.register_parameter("logit_scale", module.logit_scale)
    load_strict(own, state, what)
    module.eval()
    return Towers(
        module=module,
        image=module.encode_image,
        text=module.encode_text,
        dim=dim,
        image_size=vision.image_size,
        pooling=f"projected {vision.pooling}",
        context_length=text.context_length,
        vocab_size=text.vocab_size,
        pad_id=text.pad_id,
        needs_full_context=text.needs_full_context,
        logit_scale=float(module.logit_scale.detach().exp()),
    )
