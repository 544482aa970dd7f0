"""PanDerm's own files: the raw image tower, as released or pretrained, and fine-tuned classifiers.

Yan et al., "A multimodal vision foundation model for clinical dermatology" (Nature Medicine 2025).
A raw tower gives the class token after the final norm; a fine-tuned one the norm of the mean of
the patch tokens, with a table of relative position biases in every block and a classifier.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import torch
from timm.models.beit import Beit

from cutis.models.layouts.asked import check_pooling, fixed_size
from cutis.models.layouts.cae_tower import image_tower
from cutis.models.preprocessing import IMAGENET_MEAN, PANDERM_STD, Preprocessing
from cutis.models.strict import StateDictMismatch, load_strict, set_aside, without_initialisation
from cutis.models.towers import Settings, Towers

REVISION = 1
Shapes = Mapping[str, tuple[int, ...]]
ENCODER = "encoder."
TABLE, INDEX = "relative_position_bias_table", "relative_position_index"
_PRETRAINING = "a part of the pretraining that features do not need"
LEFT_OUT = {
    "regresser.": _PRETRAINING,
    "decoder.": _PRETRAINING,
    "teacher.": _PRETRAINING,
    "alignment_encoder.": _PRETRAINING,
    "encoder_to_regresser.": _PRETRAINING,
    "encoder_to_regresser_norm.": _PRETRAINING,
    "encoder_to_regresser_proj.": _PRETRAINING,
    "encoder_to_teacher.": _PRETRAINING,
    "mask_token": _PRETRAINING,
    "rd_pos_embed": _PRETRAINING,
}
# Its authors' evaluation, with the first deviation as they wrote it.
PREPROCESSING = Preprocessing(
    resize_to=256, interpolation="bilinear", mean=IMAGENET_MEAN, std=PANDERM_STD
)
_BLOCK = re.compile(r"(encoder\.)?blocks\.\d+\.(attn\.q_bias|gamma_1)$")


def matches(shapes: Shapes) -> bool:
    """Tell whether these are the tensors of a PanDerm image tower without text."""
    return any(_BLOCK.match(key) for key in shapes)


class PanDerm(Beit):  # type: ignore[misc]  # timm is untyped
    """The tower, with names for its two outputs."""

    def encode_image(self, pixels_nchw: torch.Tensor) -> torch.Tensor:
        """Return the feature before the classifier (n, d)."""
        features_nd: torch.Tensor = self.forward_head(
            self.forward_features(pixels_nchw), pre_logits=True
        )
        return features_nd

    def classify(self, pixels_nchw: torch.Tensor) -> torch.Tensor:
        """Return the logits of the fine-tuned classifier (n, c)."""
        logits_nc: torch.Tensor = self(pixels_nchw)
        return logits_nc


def build(state: Mapping[str, torch.Tensor], settings: Settings) -> Towers:
    """Build the tower the tensors describe and fill it.

    Parameters
    ----------
    state
        Name to tensor, with or without the prefix ``encoder.``.
    settings
        Only ``what``, ``pooling`` and ``image_size`` are used.

    Raises
    ------
    CutisError
        If another pooling or image size is asked for.
    KeyError
        If a tensor that gives a size is absent.
    StateDictMismatch
        If the tensors do not fit.
    """
    check_pooling(settings, ("default",))
    state, notes = set_aside(state, LEFT_OUT)
    state, beside = _without_prefix(state)
    state, more = _per_block(state)
    indices = {name: state.pop(name) for name in list(state) if name.endswith(INDEX)}
    shapes = {key: tuple(value.shape) for key, value in state.items()}
    pooled = any(name.startswith("fc_norm.") for name in shapes)
    with without_initialisation():
        model = image_tower(shapes, "", PanDerm, mean=pooled, norm_last=pooled)
    load_strict(model, state, settings.what)
    _check_indices(model, indices, settings.what)
    model.eval()
    model.pos_embed.requires_grad_(False)
    return Towers(
        module=model,
        image=model.encode_image,
        text=None,
        dim=model.embed_dim,
        image_size=fixed_size(settings, model.patch_embed.img_size),
        pooling="patch mean, norm" if pooled else "class token",
        notes=(*notes, *beside, *more),
        classify=model.classify if model.num_classes else None,
        preprocessing=PREPROCESSING,
    )


def _without_prefix(
    state: dict[str, torch.Tensor],
) -> tuple[dict[str, torch.Tensor], tuple[str, ...]]:
    """Keep only the tower of a file that marks it, and count what stands beside it.

    The pretraining network around the tower was never published, so no list of its tensors can
    be complete; the tower itself is still loaded strictly.
    """
    inside = [name for name in state if name.startswith(ENCODER)]
    if not inside:
        return state, ()
    groups = Counter(
        name.split(".")[0] + (".*" if "." in name else "")
        for name in state if not name.startswith(ENCODER)
    )  # fmt: skip
    kept = {name.removeprefix(ENCODER): state[name] for name in inside}
    if not groups:
        return kept, ()
    named = ", ".join(f"'{group}' ({count})" for group, count in groups.items())
    return kept, (f"Left out all that stands beside '{ENCODER}*', tensors unknown here: {named}.",)


def _per_block(state: dict[str, torch.Tensor]) -> tuple[dict[str, torch.Tensor], tuple[str, ...]]:
    """Give every block the bias table that some files share between all."""
    shared = "rel_pos_bias." + TABLE
    if shared not in state:
        return state, ()
    state = dict(state)
    table = state.pop(shared)
    state.pop("rel_pos_bias." + INDEX, None)
    blocks = sorted({name.split(".")[1] for name in state if name.startswith("blocks.")})
    state |= {f"blocks.{block}.attn.{TABLE}": table for block in blocks}
    return state, ("Its one table of relative position biases was given to every block.",)


def _check_indices(model: Beit, indices: Mapping[str, torch.Tensor], what: str) -> None:
    """Refuse a table of positions that is not the one computed from the image size."""
    wrong, unexpected = {}, []
    for name, given in indices.items():
        attention = getattr(model.blocks, name.split(".")[1], None)
        own = getattr(attention.attn, INDEX, None) if attention is not None else None
        if own is None:
            unexpected.append(name)
        elif own.shape != given.shape or not torch.equal(own.long(), given.long()):
            wrong[name] = (tuple(given.shape), tuple(own.shape))
    if wrong or unexpected:
        raise StateDictMismatch(what, [], unexpected, wrong)
