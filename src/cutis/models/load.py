"""Loading a model by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cutis.errors import CutisError
from cutis.files import sha256_file
from cutis.models.halves import of_its_family
from cutis.models.layouts import LAYOUTS, describe, detect, layout_module
from cutis.models.model import Model
from cutis.models.names import parse_name
from cutis.models.preprocessing import Preprocessing
from cutis.models.sources import Source, resolve
from cutis.models.tokenizer import find_tokenizer
from cutis.models.towers import Settings, Towers
from cutis.models.weights import read_state_dict

if TYPE_CHECKING:
    import torch

DEVICES = ("auto", "cpu", "cuda", "mps")
PRECISIONS = ("fp32", "bf16")


def load_model(
    name: str = "cutis-tiny",
    device: str = "auto",
    precision: str = "fp32",
    pooling: str = "default",
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
        CLIP, the feature its published linear probes use).

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
    if parsed.kind == "timm":
        from cutis.models.published import load_timm

        return load_timm(parsed, place, precision, pooling)
    source = resolve(parsed)
    if source.weights is None:
        from cutis.models.published import random_towers

        towers, sha256 = random_towers(source)
        layout = "open_clip"
    else:
        sha256 = _checked_hash(source)
        layout, towers = build_towers(read_state_dict(source.weights), source, pooling)
    return assemble(source, towers, layout, sha256, place, precision)


def assemble(
    source: Source, towers: Towers, layout: str, sha256: str, device: str, precision: str
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
    return Model(
        name=source.name,
        card=card,
        weights_sha256=sha256,
        layout=layout,
        adapter_revision=layout_module(layout).REVISION,
        preprocessing=choose_preprocessing(source, towers),
        device=device,
        precision=precision,
        towers=towers,
        tokenizer=tokenizer,
    )


def build_towers(
    state: Mapping[str, torch.Tensor], source: Source, pooling: str = "default"
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
    shapes = {key: tuple(value.shape) for key, value in state.items()}
    found = detect(shapes)
    wanted = source.config.get("layout") or source.card.layout
    what = f"{source.weights} as {source.card.name}"
    if found is None or (wanted and wanted != found):
        looks = f"the layout '{found}'" if found else describe(shapes)
        if wanted and not found and looks.startswith("no layout"):
            found = wanted  # some tensors are gone: let the strict report name them
        else:
            asked = f" '{source.card.name}' has the layout '{wanted}'." if wanted else ""
            raise CutisError(
                f"{source.weights} looks like {looks}.{asked} Nothing was loaded.",
                allowed="Layouts that can be loaded: " + ", ".join(LAYOUTS) + ".",
                fix="cutis models list shows the cards; give a checkpoint file as CARD@FILE",
            )
    settings = Settings(
        what=what,
        model_cfg=source.config.get("model_cfg", {}),
        text_config=source.text_config,
        quick_gelu=source.card.quick_gelu,
        pooling=pooling,
        text_pooling=source.card.text_pooling,
    )
    try:
        return found, layout_module(found).build(state, settings)
    except KeyError as missing:
        raise CutisError(
            f"{what} lacks the tensor {missing.args[0]}, which gives a tower its size; nothing "
            "was loaded.",
            fix="download the file again and compare its size",
        ) from None


def choose_preprocessing(source: Source, towers: Towers) -> Preprocessing:
    """Take the checkpoint's own preprocessing, else its card's, else CLIP's."""
    stated: Mapping[str, Any] | None = source.config.get("preprocess_cfg")
    if stated:
        return Preprocessing.from_open_clip(stated, towers.image_size)
    if source.card.preprocessing is not None:
        return source.card.preprocessing.model_copy(update={"size": towers.image_size})
    return Preprocessing(size=towers.image_size)


def _checked_hash(source: Source) -> str:
    if source.weights is None or not source.weights.is_file():
        return ""
    found = sha256_file(source.weights)
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
