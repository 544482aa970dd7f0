"""What a layout makes of a state dict: ready towers and the facts about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from torch import nn

    from cutis.models.preprocessing import Preprocessing


@dataclass(frozen=True)
class Settings:
    """What is known about a checkpoint besides its tensors.

    Parameters
    ----------
    what
        The checkpoint in words, for messages.
    model_cfg
        open_clip model configuration, empty when there is none.
    text_config
        Configuration of a transformers text tower, empty when there is none.
    quick_gelu
        Whether CLIP's sigmoid approximation of GELU is used; None when unknown.
    pooling
        Which image feature is asked for: ``"default"`` or one the layout names.
    text_pooling
        Pooling of a text encoder, where the card says it.
    image_size
        Height and width the user asked for; None for the layout's own.
    native_cfg
        The ``config.json`` of a transformers or timm folder, empty when there is none.
    stated_size
        Height and width of the crop that the checkpoint's own preprocessing states, else that of
        its card when the card is written for another layout of the same model.
    stated_preprocessing
        Whether the checkpoint states its preprocessing.
    """

    what: str
    model_cfg: Mapping[str, Any] = field(default_factory=dict)
    text_config: Mapping[str, Any] = field(default_factory=dict)
    quick_gelu: bool | None = None
    pooling: str = "default"
    text_pooling: str | None = None
    image_size: tuple[int, int] | None = None
    native_cfg: Mapping[str, Any] = field(default_factory=dict)
    stated_size: tuple[int, int] | None = None
    stated_preprocessing: bool = False


@dataclass(frozen=True)
class Towers:
    """The image and text towers of one model, in evaluation mode and float32.

    Parameters
    ----------
    module
        The module that owns every parameter.
    image
        Pixels (n, 3, h, w) to features (n, d), or None.
    text
        Token ids (n, t) to features (n, d), or None.
    dim
        Length of a feature.
    image_size
        Height and width of the image input; zeros without an image tower.
    pooling
        How the image feature is made, in words that change when the numbers would.
    context_length, vocab_size, pad_id
        Of the text tower; None and 0 without one.
    needs_full_context
        Whether the text tower takes only rows of exactly ``context_length`` tokens.
    logit_scale
        Learned scale of the cosine, already exponentiated; None without text.
    notes
        What a reader must know of the loading: tensors left out by name, a configuration that
        disagrees with the tensors, facts nobody stated.
    classify
        Pixels (n, 3, h, w) to the logits (n, c) of a fine-tuned classifier, or None.
    preprocessing
        How this layout's authors prepared images, when neither the checkpoint nor a card says.
    text_rules
        Whose rules make token ids of texts: ``"open_clip"``, or the library transformers' for
        ``"clip"`` or ``"siglip"``.
    """

    module: nn.Module
    image: Callable[[torch.Tensor], torch.Tensor] | None
    text: Callable[[torch.Tensor], torch.Tensor] | None
    dim: int
    image_size: tuple[int, int]
    pooling: str
    context_length: int | None = None
    vocab_size: int | None = None
    pad_id: int = 0
    needs_full_context: bool = False
    logit_scale: float | None = None
    notes: tuple[str, ...] = ()
    classify: Callable[[torch.Tensor], torch.Tensor] | None = None
    preprocessing: Preprocessing | None = None
    text_rules: str = "open_clip"


def channels_last(module: nn.Module) -> None:
    """Lay the weights of a convolutional network out for speed; the numbers stay the same.

    On processors this makes small networks up to twice as fast. A transformer, whose one
    convolution cuts the patches, is left as it is.
    """
    import torch

    convolutions = sum(isinstance(part, torch.nn.Conv2d) for part in module.modules())
    if convolutions > 2:
        module.to(memory_format=torch.channels_last)


def in_bfloat16(towers: Towers) -> Towers:
    """Return a copy of the towers whose weights and arithmetic are bfloat16.

    The whole module is cast, rather than run under autocast: there torch's attention leaves its
    fast path and copies the projection matrix once per token, which is slower than float32.

    Parameters
    ----------
    towers
        Towers in float32; they are left as they are.
    """
    from copy import deepcopy

    import torch

    module = deepcopy(towers.module).to(torch.bfloat16)

    def same(tower: Callable[..., torch.Tensor] | None) -> Callable[..., torch.Tensor] | None:
        if tower is None or tower is towers.module:
            return None if tower is None else module
        method: Callable[..., torch.Tensor] = getattr(module, tower.__name__)
        return method

    return replace(
        towers,
        module=module,
        image=same(towers.image),
        text=same(towers.text),
        classify=same(towers.classify),
    )
