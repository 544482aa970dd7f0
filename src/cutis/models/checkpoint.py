"""Our own checkpoint directory: ``model.safetensors``, ``config.json``, ``card.yaml``, tokenizer.

How to write one::

    from cutis.models import save_model_dir

    save_model_dir(
        "my-model",
        model.state_dict(),                      # an open_clip CLIP or CustomTextCLIP
        model_cfg={
            "embed_dim": 256,
            "vision_cfg": {"timm_model_name": "tf_efficientnet_lite0", "timm_pool": "avg",
                           "timm_proj": "linear", "image_size": 224},
            "text_cfg": {"hf_model_name": ".", "hf_pooler_type": "mean_pooler",
                         "hf_proj_type": "linear", "context_length": 64},
        },
        preprocess_cfg={"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]},
        card={"name": "my-model", "title": "My model", "licence": "CC BY 4.0"},
        text_config=bert.config.to_dict(),       # written to text_config.json
        tokenizer_files=["tokenizer.json"],      # copied beside the weights
    )

and how to read it: ``load_model("local-dir:my-model")``. ``hf_model_name: "."`` means that the
text tower's configuration is the folder's own ``text_config.json`` (it may be left out for a BERT
with heads 64 wide: its sizes are then read off the tensors).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutis.errors import CutisError
from cutis.files import atomic_path, sha256_file, write_json, write_text
from cutis.models.cards import ModelCard

if TYPE_CHECKING:
    import torch

FORMAT = "cutis.model/1"
WEIGHTS = "model.safetensors"
CONFIG = "config.json"
CARD = "card.yaml"
TEXT_CONFIG = "text_config.json"


def save_model_dir(
    folder: Path | str,
    state_dict: Mapping[str, torch.Tensor],
    model_cfg: Mapping[str, Any],
    preprocess_cfg: Mapping[str, Any],
    card: ModelCard | Mapping[str, Any],
    tokenizer_files: Iterable[Path | str] = (),
    *,
    text_config: Mapping[str, Any] | None = None,
    layout: str = "open_clip",
    dtype: str | None = "float16",
    keep_float32: Iterable[str] = (),
    more: Mapping[str, Any] | None = None,
) -> Path:
    """Write a checkpoint directory that :func:`cutis.models.load_model` reads.

    Parameters
    ----------
    folder
        Where to write; made when absent.
    state_dict
        Name to tensor, named as the layout names them.
    model_cfg, preprocess_cfg
        open_clip's model and preprocessing configuration.
    card
        The model's card, or its fields.
    tokenizer_files
        Files to copy beside the weights, such as ``tokenizer.json``.
    text_config
        Configuration of a transformers text tower, written to ``text_config.json``.
    layout
        Layout of the names in ``state_dict``.
    dtype
        Precision of the stored floating-point tensors, which are computed in float32; None keeps
        each as it is.
    keep_float32
        Endings of tensor names to store in float32 all the same (``"running_var"``).
    more
        Further entries of ``config.json``.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    CutisError
        If a value does not fit the stored precision or the folder cannot be written.
    """
    from safetensors.torch import save_file

    folder = Path(folder)
    stored = _stored(state_dict, dtype, tuple(keep_float32))
    with atomic_path(folder / WEIGHTS) as temporary:
        mode = temporary.stat().st_mode
        save_file(stored, temporary, metadata={"format": "pt"})
        temporary.chmod(mode)  # the library makes its files private to the user
    config = {
        "format": FORMAT,
        "layout": layout,
        "model_cfg": dict(model_cfg),
        "preprocess_cfg": dict(preprocess_cfg),
        **(more or {}),
    }
    write_json(folder / CONFIG, config)
    if text_config is not None:
        write_json(folder / TEXT_CONFIG, dict(text_config))
    whole = card if isinstance(card, ModelCard) else ModelCard(**card)
    sha256 = sha256_file(folder / WEIGHTS)
    write_card(folder / CARD, whole.model_copy(update={"sha256": sha256}))
    for name in map(Path, tokenizer_files):
        if name.resolve().parent != folder.resolve():
            shutil.copyfile(name, folder / name.name)
    return folder


def _stored(
    state_dict: Mapping[str, torch.Tensor], dtype: str | None, keep: tuple[str, ...]
) -> dict[str, torch.Tensor]:
    import torch

    names = {"float16": torch.float16, "float32": torch.float32, "bfloat16": torch.bfloat16}
    target = names[dtype] if dtype else None
    stored = {}
    for name, tensor in state_dict.items():
        value = tensor.detach().cpu()
        if value.is_floating_point() and target is not None:
            value = value.to(torch.float32 if keep and name.endswith(keep) else target)
            if not torch.isfinite(value).all():
                raise CutisError(
                    f"The tensor {name} has values that {dtype} cannot hold.",
                    fix=f"pass keep_float32=['{name}'] or dtype='float32'",
                )
        stored[name] = value.contiguous().clone()
    return stored


def write_card(path: Path, card: ModelCard) -> None:
    """Write a model card as YAML."""
    import yaml

    fields = card.model_dump(mode="json", exclude_defaults=True)
    write_text(path, yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=100))


def read_config(path: Path) -> dict[str, Any]:
    """Read a JSON configuration.

    Raises
    ------
    CutisError
        If the file is not a JSON object.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise CutisError(
            f"{path} cannot be read as JSON: {error}.", fix="download the file again"
        ) from None
    if not isinstance(value, dict):
        raise CutisError(f"{path} holds no JSON object.", fix="download the file again")
    return value
