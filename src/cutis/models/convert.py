"""``cutis models convert``: any loadable model as a checkpoint directory of our own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from cyclopts import Parameter
from pydantic import Field

from cutis.config import VerbConfig
from cutis.errors import CutisError
from cutis.models.checkpoint import CARD, CONFIG, WEIGHTS, save_model_dir
from cutis.models.names import expanded, parse_name
from cutis.models.obtain import TOKENIZER_NAMES

if TYPE_CHECKING:
    import torch

    from cutis.models.cards import ModelCard
    from cutis.models.model import Model
    from cutis.models.sources import Source

KEEP_FLOAT32 = ("running_mean", "running_var", "logit_scale", "logit_bias")


class ModelsConvertConfig(VerbConfig):
    """Settings of ``cutis models convert``."""

    takes_positional: ClassVar[bool] = True

    name: str = Field(description="Model name, such as a card's or CARD@/path/to/file.")
    output: Annotated[Path, Parameter(alias="-o")] = Field(
        description="Folder to write; it must not hold a model yet."
    )
    half: bool = Field(
        default=False,
        description="Store float16, half the size; features then differ slightly, and by how "
        "much is measured.",
    )


@dataclass(frozen=True)
class Conversion:
    """A model written as a checkpoint directory, and how it was verified.

    Parameters
    ----------
    name
        The model that was converted.
    folder
        Where it is now.
    megabytes
        Size of its weights file.
    cosines
        For ``"images"`` and ``"texts"``, the least cosine between features before and after;
        None when they are equal bit for bit.
    half
        Whether numbers were rounded to half precision.
    warnings
        What its owner must know.
    """

    name: str
    folder: Path
    megabytes: float
    cosines: Mapping[str, float | None]
    half: bool
    warnings: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """1 when the features changed although nothing was rounded, else 0."""
        return int(not self.half and any(value is not None for value in self.cosines.values()))

    def render(self) -> str:
        """Return what was done as text."""
        lines = [f"{self.name} is now in {self.folder} ({self.megabytes:,.1f} MB of weights)."]
        for what, cosine in self.cosines.items():
            # rounded down, so that 1.000000 is never said of what differs
            low = "" if cosine is None else f"cosine at least {floor(cosine * 1e6) / 1e6:.6f}"
            words = low or "equal, bit for bit"
            lines.append(f"Features of sample {what}, before and after: {words}.")
        if self.exit_code:
            lines.append("They should be equal: DO NOT USE this copy.")
        lines += [f"Mind: {warning}" for warning in self.warnings]
        return "\n".join([*lines, f"Next: cutis models check local-dir:{self.folder}"])


def models_convert(config: ModelsConvertConfig) -> Conversion:
    """Write a model as a checkpoint directory of our own, and verify it by loading it again.

    The tensors are written as they were read, unless half precision is asked for, so that the
    features stay equal bit for bit; configuration, preprocessing, tokenizer and card come along.

    Raises
    ------
    CutisError
        If the model cannot be loaded or written, has no weights, is a pair of other models, or
        the folder holds a model already.
    """
    from cutis.models.load import load_model
    from cutis.models.sources import resolve

    folder = expanded(config.output)
    if any((folder / name).exists() for name in (WEIGHTS, CONFIG, CARD)):
        raise CutisError(
            f"{folder} holds a model already, and it is not written over.",
            fix="choose another folder with -o, or delete that one",
        )
    source = resolve(parse_name(config.name))
    _require_single(source)
    before = load_model(config.name, device="cpu")
    write_converted(folder, source, before, config.half)
    after = load_model(f"local-dir:{folder}", device="cpu")
    return Conversion(
        before.name,
        folder,
        (folder / WEIGHTS).stat().st_size / 1e6,
        _cosines(before, after),
        config.half,
        tuple(_warnings(before.card, config.half)),
    )


def _require_single(source: Source) -> None:
    if source.config.get("layout") == "pair":
        raise CutisError(
            f"{source.name} is a pair: a folder of our own already, made of two other models.",
            fix="cutis models pair --self-contained copies its halves into its folder",
        )
    if source.weights is None:
        raise CutisError(
            f"{source.name} has no trained weights to convert.",
            fix="cutis models list shows models that have",
        )


def write_converted(folder: Path, source: Source, model: Model, half: bool = False) -> Path:
    """Write a loaded model's tensors, configuration, tokenizer and card into a folder.

    Parameters
    ----------
    folder
        Where to write.
    source
        Where the model's numbers come from.
    model
        The model, loaded from there.
    half
        Whether to store float16; tensors that it cannot hold stay as they are.
    """
    from cutis.models.layouts import layout_module
    from cutis.models.layouts.bert import POSITION_IDS
    from cutis.models.strict import set_aside
    from cutis.models.weights import read_state_dict

    if source.weights is None:
        raise CutisError(f"{source.name} has no weights to write.", fix="cutis models list")
    left_out: Mapping[str, str] = getattr(layout_module(model.layout), "LEFT_OUT", {})
    state, _ = set_aside(read_state_dict(source.weights), {**POSITION_IDS, **left_out})
    model_cfg = dict(source.config.get("model_cfg", {}))
    if model.layout == "timm":
        model_cfg.setdefault("timm_model_name", source.card.architecture)
    config = {key: source.config[key] for key in ("native_cfg", "preprocessor")
              if key in source.config}  # fmt: skip
    if preprocessing_assumed(source, model):
        config["preprocess_assumed"] = True
    origin = {"name": source.name, "sha256": model.weights_sha256, "half": half}
    return save_model_dir(
        folder,
        state,
        model_cfg,
        model.preprocessing.model_dump(mode="json", exclude={"size"}),
        converted_card(model),
        tokenizer_files(source),
        text_config=source.text_config or None,
        layout=model.layout,
        dtype="float16" if half else None,
        keep_float32=[*KEEP_FLOAT32, *_beyond_half(state)] if half else (),
        more={**config, "converted_from": origin},
    )


def preprocessing_assumed(source: Source, model: Model) -> bool:
    """Tell whether nobody stated how a model's images are normalised.

    Parameters
    ----------
    source
        Where the model's numbers come from.
    model
        The model, loaded from there.
    """
    from cutis.models.layouts.cae_clip_open import UNSTATED

    config = source.config
    if config.get("preprocess_assumed") or UNSTATED in model.notes:
        return True
    read = config.get("preprocessor") and model.layout.startswith("transformers")
    if config.get("preprocess_cfg") or read or not model.has_vision:
        return False
    return source.card.preprocessing is None and model.towers.preprocessing is None


def _beyond_half(state: Mapping[str, torch.Tensor]) -> Iterable[str]:
    """Return the names of tensors with values that float16 cannot hold."""
    import torch

    highest = torch.finfo(torch.float16).max
    return [
        name for name, tensor in state.items()
        if tensor.is_floating_point() and tensor.numel() and tensor.abs().max() > highest
    ]  # fmt: skip


def converted_card(model: Model) -> ModelCard:
    """Return the card of a converted model: the same terms, found where it is now."""
    return model.card.model_copy(
        update={
            "bundled": False,
            "layout": model.layout,
            "files": (WEIGHTS,),
            "preprocessing": model.preprocessing if model.has_vision else None,
            "access": "by hand",
            "obtain": f"Converted by cutis from {model.name}.",
        }
    )


def tokenizer_files(source: Source) -> list[Path]:
    """Return the files of a model's tokenizer on this machine, none when it is built in."""
    from cutis.models.hub import cached_folder
    from cutis.models.tokenizer import FILES, LIBRARY_FILES

    names = (*FILES, *LIBRARY_FILES)
    named = source.config.get("model_cfg", {}).get("text_cfg", {}).get("hf_tokenizer_name")
    repositories = [r for r in (source.card.tokenizer, named, source.card.hub) if r and "/" in r]
    cached = [cached_folder(repository, names) for repository in repositories]
    for folder in (*source.folders, *(path for path in cached if path is not None)):
        if any((folder / name).is_file() for name in names):
            return [folder / name for name in TOKENIZER_NAMES if (folder / name).is_file()]
    return []


def _cosines(before: Model, after: Model) -> dict[str, float | None]:
    from cutis.models.check import TEXTS, sample_images, token_ids

    found = {}
    if before.has_vision:
        images = sample_images()
        found["images"] = least_cosine(before.embed_images(images), after.embed_images(images))
    if before.has_text:
        ids_nt = token_ids(before)
        features = before.embed_tokens(ids_nt), after.embed_tokens(ids_nt)
        if before.tokenizer is not None:
            features = before.embed_texts(list(TEXTS)), after.embed_texts(list(TEXTS))
        found["texts"] = least_cosine(*features)
    return found


def least_cosine(a_nd: np.ndarray[Any, Any], b_nd: np.ndarray[Any, Any]) -> float | None:
    """Return the least cosine of two features of one item, or None when all are equal.

    Examples
    --------
    >>> a = np.array([[1.0, 0.0], [0.6, 0.8]])
    >>> least_cosine(a, a), least_cosine(a, a[::-1])
    (None, 0.6)
    """
    if np.array_equal(a_nd, b_nd):
        return None
    a, b = a_nd.astype(np.float64), b_nd.astype(np.float64)
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return float(((a * b).sum(axis=1) / np.maximum(lengths, 1e-30)).min())


def _warnings(card: ModelCard, half: bool) -> Iterable[str]:
    if "ND" in card.licence:
        yield (
            f"the licence ({card.licence}) forbids sharing changed versions; keep this copy to "
            "yourself."
        )
    elif card.licence in ("none stated", "unknown"):
        yield f"the licence is {card.licence}; keep this copy to yourself."
    if half:
        yield "stored in half precision; results may differ in the last digits."
