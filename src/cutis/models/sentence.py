"""What the files beside a text encoder say: its configuration, pooling and longest text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cutis.errors import CutisError
from cutis.models.checkpoint import CONFIG, read_config

FAMILIES = ("bert", "roberta", "xlm-roberta", "mpnet", "distilbert", "electra")
POOLINGS = ("mean", "cls", "max")
MODULES = "modules.json"
LENGTH = "sentence_bert_config.json"
# Key of our own in the configuration: what the sentence files say.
SENTENCE = "sentence"


def sentence_config(folder: Path) -> dict[str, Any]:
    """Read the configuration of a folder that holds a text encoder, or nothing.

    Sentence encoders keep it in several files: ``config.json`` of the transformer,
    ``modules.json`` and the pooling's own file, ``sentence_bert_config.json``.

    Parameters
    ----------
    folder
        Folder of the weights.

    Returns
    -------
    dict
        The transformer's configuration. Under ``sentence`` stand ``pooling`` (None when no file
        says it), ``max_tokens`` (or None) and ``normalised`` (whether its makers scale the result
        to length one). ``tokenizer_kwargs`` says how texts are cleaned. Empty for a folder of
        another kind.

    Raises
    ------
    CutisError
        If the folder asks for a step that is not offered here.
    """
    path = folder / CONFIG
    config = read_config(path) if path.is_file() else {}
    if config.get("model_type") not in FAMILIES:
        return {}
    steps = _steps(folder)
    lengths = read_config(folder / LENGTH) if (folder / LENGTH).is_file() else {}
    sentence = {
        "pooling": _pooling(folder / steps["Pooling"]) if "Pooling" in steps else None,
        "max_tokens": lengths.get("max_seq_length"),
        "normalised": "Normalize" in steps,
    }
    clean = "plain_lower" if lengths.get("do_lower_case") else "plain"
    return {**config, SENTENCE: sentence, "tokenizer_kwargs": {"clean": clean}}


def _steps(folder: Path) -> dict[str, str]:
    """Return the steps of a sentence encoder: kind to its folder."""
    import json

    path = folder / MODULES
    if not path.is_file():
        return {}
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        steps = {str(entry["type"]).rpartition(".")[2]: str(entry["path"]) for entry in entries}
    except (ValueError, TypeError, KeyError):
        raise CutisError(
            f"{path} is not the list of a sentence encoder's steps.", fix="download it again"
        ) from None
    others = sorted(steps.keys() - {"Transformer", "Pooling", "Normalize"})
    if others:
        raise CutisError(
            f"The sentence encoder in {folder} has a step of the kind {others[0]}, which is not "
            "offered.",
            allowed="Steps that can be done: Transformer, Pooling, Normalize.",
            fix="choose another text encoder (cutis models list)",
        )
    return steps


def _pooling(folder: Path) -> str:
    path = folder / CONFIG
    if not path.is_file():
        raise CutisError(
            f"{folder.parent / MODULES} names a pooling, but {path} is not there.",
            fix="copy the whole folder of the model, with its subfolders",
        )
    said = read_config(path)
    asked = asked_poolings(said)
    if len(asked) != 1 or asked[0] not in POOLINGS:
        raise CutisError(
            f"{path} asks for the pooling {' and '.join(asked) or 'of no kind'}.",
            allowed="Offered is one of " + ", ".join(POOLINGS) + ".",
            fix="choose another text encoder (cutis models list)",
        )
    return asked[0]


def asked_poolings(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the poolings a sentence encoder's pooling file asks for.

    Examples
    --------
    >>> asked_poolings({"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False})
    ('mean',)
    >>> asked_poolings({"pooling_mode": "cls"})
    ('cls',)
    """
    if isinstance(config.get("pooling_mode"), str):
        return (config["pooling_mode"],)
    start = "pooling_mode_"
    return tuple(
        key.removeprefix(start).removesuffix("_tokens").removesuffix("_token")
        for key, value in config.items()
        if key.startswith(start) and value is True
    )
