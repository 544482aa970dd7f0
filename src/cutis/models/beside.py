"""What stands beside a weights file and decides how it is read: configurations of four kinds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cutis.errors import CutisError
from cutis.models.checkpoint import CONFIG, FORMAT, read_config

OPEN_CLIP_CONFIG = "open_clip_config.json"
PREPROCESSOR = "preprocessor_config.json"


def read_beside(folder: Path) -> dict[str, Any]:
    """Read the configuration files of a checkpoint folder.

    Parameters
    ----------
    folder
        A checkpoint directory of our own, or one as open_clip, transformers or timm publish it.

    Returns
    -------
    dict
        Our own ``config.json`` as it is; else ``model_cfg`` and ``preprocess_cfg`` of open_clip,
        ``native_cfg`` (a ``config.json`` of transformers or timm) and ``preprocessor`` (a
        ``preprocessor_config.json`` of transformers), as far as they are there.

    Raises
    ------
    CutisError
        If a file is broken, or of a later version of cutis.
    """
    own = folder / CONFIG
    config = read_config(own) if own.is_file() else {}
    form = str(config.get("format", ""))
    if form == FORMAT:
        return config
    if form.startswith(FORMAT.partition("/")[0]):
        raise CutisError(
            f"{own} has the format '{form}', which this version of cutis does not know.",
            allowed=f"It reads {FORMAT}.",
            fix="pip install --upgrade cutis",
        )
    theirs, steps = folder / OPEN_CLIP_CONFIG, folder / PREPROCESSOR
    found = read_config(theirs) if theirs.is_file() else {}
    if is_transformers(config) or is_timm(config):
        found["native_cfg"] = config
    if steps.is_file():
        found["preprocessor"] = read_config(steps)
    return found


def is_transformers(config: dict[str, Any]) -> bool:
    """Tell whether a ``config.json`` is one of transformers.

    Examples
    --------
    >>> is_transformers({"model_type": "clip"}), is_transformers({"architecture": "resnet50"})
    (True, False)
    """
    return isinstance(config.get("model_type"), str)


def is_timm(config: dict[str, Any]) -> bool:
    """Tell whether a ``config.json`` is one of timm.

    Examples
    --------
    >>> is_timm({"architecture": "resnet50", "pretrained_cfg": {"tag": "a1_in1k"}})
    True
    """
    return isinstance(config.get("architecture"), str) and not is_transformers(config)
