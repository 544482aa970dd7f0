"""A hash of what a model's numbers follow from besides its tensors: its configuration."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cutis.files import sha256_json
from cutis.models.sentence import SENTENCE
from cutis.models.towers import Settings

# What libraries write into a configuration that changes no number.
IDLE = frozenset({
    "_name_or_path", "architectures", "auto_map", "dtype", "torch_dtype", "transformers_version",
})  # fmt: skip


def configuration_sha256(settings: Settings) -> str:
    """Return the hash of the configuration a layout builds its towers by.

    Heads, activations and the epsilon of norms are read from there and show in no tensor. Image
    size, pooling and preprocessing are left out: they stand in a model's identity themselves.

    Parameters
    ----------
    settings
        What is known about the checkpoint besides its tensors.

    Examples
    --------
    >>> one = configuration_sha256(Settings("it", {"quick_gelu": True, "dtype": "float16"}))
    >>> two = configuration_sha256(Settings("the same elsewhere", {"quick_gelu": True}))
    >>> one == two, one == configuration_sha256(Settings("it", {"quick_gelu": False}))
    (True, False)
    """
    text = dict(settings.text_config)
    if SENTENCE in text:
        text[SENTENCE] = {key: v for key, v in text[SENTENCE].items() if key != "pooling"}
    whole = {
        "model_cfg": settings.model_cfg,
        "text_config": text,
        "native_cfg": settings.native_cfg,
        "quick_gelu": settings.quick_gelu,
    }
    # through JSON's text, for which a tuple and a list are the same
    return sha256_json(json.loads(json.dumps(_busy(whole), default=str)))


def _busy(value: Any) -> Any:
    """Return a configuration without what changes no number, at any depth."""
    if isinstance(value, Mapping):
        return {str(key): _busy(v) for key, v in value.items() if key not in IDLE}
    return [_busy(v) for v in value] if isinstance(value, list | tuple) else value
