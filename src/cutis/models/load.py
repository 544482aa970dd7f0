"""Loading a model by name."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from cutis.errors import CutisError
from cutis.models.choosing import choose_layout, choose_preprocessing
from cutis.models.configuration import configuration_sha256
from cutis.models.halves import of_its_family
from cutis.models.layouts import ALSO, layout_module
from cutis.models.model import Model
from cutis.models.names import parse_name
from cutis.models.preprocessing import stated_size
from cutis.models.shards import weights_sha256
from cutis.models.sources import Source, resolve
from cutis.models.tokenizer import find_tokenizer
from cutis.models.towers import Settings, Towers
from cutis.models.weights import read_state_dict

if TYPE_CHECKING:
    import torch

LOG = logging.getLogger("cutis.models")
DEVICES = ("auto", "cpu", "cuda", "mps")
PRECISIONS = ("fp32", "bf16")


def load_model(
    name: str = "cutis-tiny",
    device: str = "auto",
    precision: str = "fp32",
    pooling: str = "default",
    image_size: int | tuple[int, int] | None = None,
    norm: str | None = None,
) -> Model:
    """Load a model, strictly: every tensor has its place or nothing is loaded.

    Parameters
    ----------
    name
        ``cutis-tiny``, a card's name, ``hf-hub:org/name``, ``local-dir:/path``, ``timm:name``,
        ``open_clip:arch/pretrained``, or ``CARD@/path/to/file``. The network is used only for
        ``hf-hub:``, ``timm:`` and ``open_clip:`` names that are not in the local cache.
    device
        ``auto`` (the first of cuda, mps, cpu that is there), ``cpu``, ``cuda`` or ``mps``.
    precision
        ``fp32``, or ``bf16`` (a transformer is three to four times as fast on CPUs with AMX).
    pooling
        Which image feature: ``default``, or one the layout offers (``pre_head`` for the CAE-tower
        CLIP, the feature its published linear probes use; ``cls_mean`` for DINO).
    image_size
        Pixels of the image input, one number or height and width, for layouts that can change
        it (DermFM-Zero-Open, DINO, timm, ResNets); others say that they cannot.
    norm
        Mean and deviation of pixels by name instead of the model's own: ``clip``, ``imagenet``,
        ``panderm`` (ImageNet's with a first deviation of 0.228) or ``half``.

    Raises
    ------
    CutisError
        If the name is unknown or ambiguous, the files are absent, broken, hold code or belong to
        another model, or the device is not there.
    """
    parsed = parse_name(name)
    place = choose_device(device)
    if precision not in PRECISIONS:
        raise CutisError(
            f"There is no precision '{precision}'.",
            allowed="Precisions: " + ", ".join(PRECISIONS) + ".",
            fix="--precision fp32",
        )
    source = resolve(parsed)
    size = (image_size, image_size) if isinstance(image_size, int) else image_size
    if source.config.get("layout") == "pair":
        from cutis.models.pairing.load import load_pair

        if size or norm:
            raise CutisError(
                f"{source.name} is a pair: its image size and normalisation are its image half's.",
                fix="leave them out",
            )
        return load_pair(source, _checked_hash(source), place, precision, pooling)
    if source.weights is None:
        from cutis.models.published import random_towers

        towers, sha256 = random_towers(source)
        layout = "open_clip"
    else:
        sha256 = _checked_hash(source)
        layout, towers = build_towers(read_state_dict(source.weights), source, pooling, size)
    model = assemble(source, towers, layout, sha256, place, precision, norm)
    model.as_published = pooling == "default" and size is None
    for note in model.notes:
        LOG.warning("%s: %s", model.name, note)
    return model


def assemble(
    source: Source,
    towers: Towers,
    layout: str,
    sha256: str,
    device: str,
    precision: str,
    norm: str | None = None,
) -> Model:
    """Join filled towers with their preprocessing and tokenizer."""
    card = of_its_family(source.card, towers)
    text_cfg = source.config.get("model_cfg", {}).get("text_cfg") or source.text_config
    repositories = [
        name for name in (card.tokenizer, text_cfg.get("hf_tokenizer_name"), card.hub)
        if name and "/" in name
    ]  # fmt: skip
    tokenizer = None
    if towers.text is not None:
        tokenizer = find_tokenizer(towers, text_cfg, source.folders, repositories)
    towers.module.to(device)
    steps, said = choose_preprocessing(source, towers, layout)
    settings = make_settings(source, layout, "default", None)
    return Model(
        name=source.name,
        card=card,
        weights_sha256=sha256,
        layout=layout,
        adapter_revision=layout_module(layout).REVISION,
        preprocessing=steps.with_norm(norm) if norm else steps,
        device=device,
        precision=precision,
        towers=replace(towers, notes=(*towers.notes, *said)),
        tokenizer=tokenizer,
        configuration=configuration_sha256(settings),
    )


def build_towers(
    state: Mapping[str, torch.Tensor],
    source: Source,
    pooling: str = "default",
    image_size: tuple[int, int] | None = None,
) -> tuple[str, Towers]:
    """Detect the layout of a state dict and build its towers.

    Returns
    -------
    tuple
        The layout's name and the towers.

    Raises
    ------
    CutisError
        If the tensors have another layout than the card says, or none known here, or do not fit.
    """
    layout = choose_layout({key: tuple(value.shape) for key, value in state.items()}, source)
    settings = make_settings(source, layout, pooling, image_size)
    try:
        towers = layout_module(layout).build(state, settings)
    except KeyError as missing:
        raise CutisError(
            f"{settings.what} lacks the tensor {missing.args[0]}, which gives a tower its size; "
            "nothing was loaded.",
            fix="download the file again and compare its size",
        ) from None
    said, card = source.card.layout, source.card
    if said not in (None, layout) and card.dim not in (None, towers.dim) and pooling == "default":
        raise CutisError(
            f"{source.weights} has features of length {towers.dim}, {card.name} of {card.dim}: it "
            "is another model.",
            fix="cutis models list shows the cards",
        )
    return layout, towers


def make_settings(
    source: Source, layout: str, pooling: str, image_size: tuple[int, int] | None
) -> Settings:
    """Collect what is known of a checkpoint besides its tensors, for a layout."""
    config, card = source.config, source.card
    library, model_cfg = config.get("native_cfg", {}), config.get("model_cfg", {})
    if layout == "timm":
        name = model_cfg.get("timm_model_name") or library.get("architecture") or card.architecture
        model_cfg = {"timm_model_name": name}
    elif library and not layout.startswith("transformers"):
        library = {}
    return Settings(
        what=f"{source.weights} as {card.name}",
        model_cfg=model_cfg,
        text_config=source.text_config,
        quick_gelu=card.quick_gelu,
        pooling=pooling,
        text_pooling=card.text_pooling,
        image_size=image_size,
        native_cfg=library,
        stated_size=_stated(source, layout),
        stated_preprocessing=bool(config.get("preprocess_cfg"))
        and not config.get("preprocess_assumed"),
    )


def _stated(source: Source, layout: str) -> tuple[int, int] | None:
    processor, card = source.config.get("preprocessor"), source.card
    if processor and layout.startswith("transformers"):
        return stated_size(processor)
    if card.preprocessing is None or layout not in ALSO.get(card.layout or "", ()):
        return None
    return card.preprocessing.size


def _checked_hash(source: Source) -> str:
    if source.weights is None or not source.weights.is_file():
        return ""
    found = weights_sha256(source.weights)
    wanted = source.card.sha256
    if wanted and wanted != found and "@" not in source.name:
        raise CutisError(
            f"{source.weights} is not the published file of {source.card.name}: its SHA-256 is "
            f"{found[:12]}…, the card says {wanted[:12]}….",
            fix=f"download it again, or name it as your own: {source.card.name}@{source.weights}",
        )
    return found


def choose_device(device: str) -> str:
    """Return a device that is there.

    Raises
    ------
    CutisError
        If the device is unknown or not on this machine.
    """
    import torch

    there = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if device == "auto":
        return next(kind for kind in ("cuda", "mps", "cpu") if there[kind])
    kind = device.partition(":")[0]
    if kind not in there:
        raise CutisError(
            f"There is no device '{device}'.",
            allowed="Devices: " + ", ".join(DEVICES) + ".",
            fix="--device auto",
        )
    if not there[kind]:
        raise CutisError(
            f"This machine has no usable {kind} device.",
            allowed="Usable here: " + ", ".join(key for key, yes in there.items() if yes) + ".",
            fix="--device auto",
        )
    return device
