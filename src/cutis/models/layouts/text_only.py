"""Text encoders of the BERT family, pooled to one vector per text; no image tower."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from cutis.errors import CutisError
from cutis.models.layouts.bert import DROPPED, PREFIX, bert_config
from cutis.models.sentence import FAMILIES, POOLINGS, SENTENCE
from cutis.models.strict import (
    StateDictMismatch,
    load_strict,
    set_aside,
    without_initialisation,
)
from cutis.models.towers import Settings, Towers

REVISION = 1
Shapes = Mapping[str, tuple[int, ...]]
WORDS = "embeddings.word_embeddings.weight"
# How training scripts that put a head on the encoder name the encoder itself.
PREFIXES = ("", "bert.", "roberta.", "mpnet.", "distilbert.", "electra.", "model.")
_WORDS_HEAD = "the head of its training on words, which features do not pass"
_TASK_HEAD = "the head of a task, which features do not pass"
_RANGE = "fixed numbers, which the module has itself"
HEADS = {
    "cls.": _WORDS_HEAD,
    "lm_head.": _WORDS_HEAD,
    "vocab_transform.": _WORDS_HEAD,
    "vocab_layer_norm.": _WORDS_HEAD,
    "vocab_projector.": _WORDS_HEAD,
    "discriminator_predictions.": _WORDS_HEAD,
    "generator_predictions.": _WORDS_HEAD,
    "generator_lm_head.": _WORDS_HEAD,
    "pooler.": "the pooler of its training on sentence pairs, which features do not pass",
    "classifier.": _TASK_HEAD,
    "pre_classifier.": _TASK_HEAD,
    "qa_outputs.": _TASK_HEAD,
    "embeddings.position_ids": _RANGE,
    "embeddings.token_type_ids": _RANGE,
}
LEFT_OUT = {prefix + name: reason for prefix in PREFIXES for name, reason in HEADS.items()}
# Widths whose published encoders all have heads 64 wide, so that no configuration is needed.
USUAL_WIDTHS = (768, 1024)


def matches(shapes: Shapes) -> bool:
    """Tell whether these are the tensors of a text encoder and of nothing else."""
    return _prefix(shapes) is not None and not any("vis" in key.split(".")[0] for key in shapes)


def _prefix(shapes: Shapes) -> str | None:
    return next((prefix for prefix in PREFIXES if prefix + WORDS in shapes), None)


class TextEncoder(nn.Module):
    """A transformer and the pooling of its last layer.

    Parameters
    ----------
    transformer
        Returns ``last_hidden_state`` (n, t, d) of token ids and attention mask.
    pooling
        ``"mean"`` of the tokens that are not padding, ``"cls"`` (the first token), or ``"max"``.
    pad_id
        Token id of padding.
    """

    def __init__(self, transformer: nn.Module, pooling: str, pad_id: int) -> None:
        super().__init__()
        self.transformer, self.pooling, self.pad_id = transformer, pooling, pad_id

    def encode_text(self, ids_nt: torch.Tensor) -> torch.Tensor:
        """Return the pooled last layer (n, d) of token ids (n, t), not scaled."""
        mask_nt = ids_nt != self.pad_id
        hidden_ntd: torch.Tensor = self.transformer(
            input_ids=ids_nt, attention_mask=mask_nt.long()
        ).last_hidden_state
        return pool(hidden_ntd, mask_nt, self.pooling)


def pool(hidden_ntd: torch.Tensor, mask_nt: torch.Tensor, pooling: str) -> torch.Tensor:
    """Make one vector of the tokens of each text.

    Parameters
    ----------
    hidden_ntd
        Last layer (n, t, d).
    mask_nt
        True where a token is not padding.
    pooling
        ``"mean"``, ``"cls"`` or ``"max"``.

    Examples
    --------
    >>> hidden = torch.tensor([[[1.0, 4.0], [3.0, 0.0], [9.0, 9.0]]])
    >>> mask = torch.tensor([[True, True, False]])
    >>> [pool(hidden, mask, kind).tolist()[0] for kind in ("mean", "cls", "max")]
    [[2.0, 2.0], [1.0, 4.0], [3.0, 4.0]]
    """
    if pooling == "cls":
        return hidden_ntd[:, 0]
    mask_nt1 = mask_nt[..., None]
    if pooling == "max":
        lowest = torch.finfo(hidden_ntd.dtype).min
        return hidden_ntd.masked_fill(~mask_nt1, lowest).amax(dim=1)
    weights_nt1 = mask_nt1.to(hidden_ntd.dtype)
    return (hidden_ntd * weights_nt1).sum(1) / weights_nt1.sum(1).clamp(min=1e-9)


def build(state: Mapping[str, torch.Tensor], settings: Settings) -> Towers:
    """Build the encoder its configuration and tensors describe and fill it.

    Parameters
    ----------
    state
        Name to tensor.
    settings
        ``text_config`` as :func:`cutis.models.sentence.sentence_config` reads it; ``pooling``
        wins over what the files say, and mean is taken where nothing says it.

    Raises
    ------
    CutisError
        If the pooling is unknown, or no configuration says what the tensors cannot tell.
    StateDictMismatch
        If the tensors do not fit.
    """
    renamed, left_out = bare_names(state, settings.what)
    shapes = {key: tuple(value.shape) for key, value in renamed.items()}
    config = dict(settings.text_config) or _derived_config(shapes, settings)
    sentence = config.pop(SENTENCE, {})
    pooling, notes = _choose_pooling(settings, sentence.get("pooling"))
    if settings.image_size:
        raise CutisError(
            f"{settings.what} reads texts, so it has no image size.", fix="leave the image size out"
        )
    with without_initialisation():
        transformer = _transformer(config, settings.what)
    pad_id = int(transformer.config.pad_token_id or 0)
    encoder = TextEncoder(transformer, pooling, pad_id)
    load_strict(encoder, {f"transformer.{k}": v for k, v in renamed.items()}, settings.what)
    encoder.eval()
    vocab, width = shapes[WORDS]
    scaled = " (its makers scale it to length one)" if sentence.get("normalised") else ""
    return Towers(
        module=encoder,
        image=None,
        text=encoder.encode_text,
        dim=width,
        image_size=(0, 0),
        pooling=f"{pooling} of the tokens{scaled}" if pooling != "cls" else f"first token{scaled}",
        context_length=_longest(transformer, sentence.get("max_tokens"), pad_id),
        vocab_size=vocab,
        pad_id=pad_id,
        notes=(*left_out, *notes),
    )


def bare_names(
    state: Mapping[str, torch.Tensor], what: str
) -> tuple[dict[str, torch.Tensor], tuple[str, ...]]:
    """Return the encoder's own tensors under their usual names, and what was left out.

    Parameters
    ----------
    state
        Name to tensor, as published.
    what
        What is being loaded, for messages.

    Raises
    ------
    StateDictMismatch
        If there are tensors beside the encoder that are not known to be of no use.
    """
    stay, said = set_aside(state, LEFT_OUT)
    start = _prefix(dict.fromkeys(stay, ())) or ""
    strays = [key for key in stay if not key.startswith(start)]
    if strays:
        raise StateDictMismatch(what, [], strays, {})
    kept = {key.removeprefix(start): value for key, value in stay.items()}
    old = {".gamma": ".weight", ".beta": ".bias"}  # norms as the first releases wrote them
    named = {}
    for key, value in kept.items():
        name, dot, last = key.rpartition(".")
        named[name + old.get(dot + last, dot + last)] = value
    return named, said


def _derived_config(shapes: Shapes, settings: Settings) -> dict[str, Any]:
    width = shapes[WORDS][1]
    if width not in USUAL_WIDTHS:
        raise CutisError(
            f"{settings.what}: the number of attention heads of a text encoder {width} wide "
            "cannot be read off its tensors.",
            fix="put the config.json of the model into the folder of the weights",
        )
    return bert_config({PREFIX + key: shape for key, shape in shapes.items()})


def _choose_pooling(settings: Settings, stated: str | None) -> tuple[str, tuple[str, ...]]:
    """Return the pooling, and a note when nobody stated one."""
    asked = settings.pooling
    if asked != "default" and asked not in POOLINGS:
        raise CutisError(
            f"{settings.what} has no pooling '{asked}'.",
            allowed="A text encoder offers default, " + ", ".join(POOLINGS) + ".",
            fix="leave the pooling out",
        )
    known = asked if asked != "default" else stated or settings.text_pooling
    if known is not None:
        return known, ()
    return "mean", ("Nothing says how its tokens are pooled; their mean was taken.",)


def _transformer(config: Mapping[str, Any], what: str) -> Any:
    from transformers import AutoConfig, AutoModel

    family = config.get("model_type")
    if family not in FAMILIES:
        raise CutisError(
            f"{what} is a text encoder of the family '{family}', which is not offered.",
            allowed="Families: " + ", ".join(FAMILIES) + ".",
            fix="choose another text encoder (cutis models list)",
        )
    left_out = {*DROPPED, "model_type", "tokenizer_kwargs", "architectures", "_name_or_path"}
    kept = {key: value for key, value in config.items() if key not in left_out}
    head = {} if family in ("distilbert", "electra") else {"add_pooling_layer": False}
    try:
        return AutoModel.from_config(AutoConfig.for_model(family, **kept), **head)
    except (TypeError, ValueError, AttributeError, LookupError, RuntimeError) as error:
        raise CutisError(
            f"The config.json of {what} describes a text encoder that cannot be built: "
            f"{(str(error) or type(error).__name__).splitlines()[0]}.",
            fix="compare it with the published one",
        ) from None


def _longest(transformer: Any, stated: int | None, pad_id: int) -> int:
    positions = int(transformer.config.max_position_embeddings)
    if transformer.config.model_type in ("roberta", "xlm-roberta", "mpnet"):
        positions -= pad_id + 1  # their positions are counted from behind the padding's
    return min(int(stated), positions) if stated else positions
