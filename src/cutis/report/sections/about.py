"""Model card, data card, and everything needed to make the run again."""

from __future__ import annotations

import shlex
from typing import Any

from cutis.report.scrub import base_name, scrub_command, scrub_text
from cutis.report.source import RunData
from cutis.report.wording import listing

Field = tuple[str, Any]

MODEL_FIELDS = {
    "name": "Name", "family": "Family", "licence": "Licence", "licence_note": "What it forbids",
    "training_data": "Training data", "seen_classes": "Diagnoses seen in training",
    "intended_use": "Meant for", "modality": "Kinds of images", "citation": "Cite", "url": "More",
}  # fmt: skip
DATA_FIELDS = {
    "name": "Name", "description": "Content", "licence": "Licence", "modality": "Kind of images",
    "notes": "Notes", "citation": "Cite", "source_url": "Source",
}  # fmt: skip
HASHES = {
    ("model", "identity", "weights_sha256"): "Model weights",
    ("dataset", "table_sha256"): "Table",
    ("prompts", "templates_sha256"): "Prompt templates",
    ("prompts", "prompts_sha256"): "All prompts",
    ("inputs", "features_key"): "Image features",
    ("identity",): "Settings",
}


def _fields(card: dict[str, Any], titles: dict[str, str]) -> list[Field]:
    fields = []
    for key, title in titles.items():
        value = card.get(key)
        if isinstance(value, list | tuple):
            value = listing([str(v) for v in value], most=60)
        if value not in (None, "", "unknown"):
            fields.append((title, scrub_text(str(value).strip())))
    return fields


def is_web_address(text: str) -> bool:
    """Return whether a text is an address a browser may open.

    Examples
    --------
    >>> is_web_address("https://doi.org/10.1038/x"), is_web_address("javascript:alert(1)")
    (True, False)
    """
    return text.startswith(("https://", "http://")) and not any(c.isspace() for c in text)


def model_section(run: RunData) -> dict[str, Any]:
    """Return the model card as titled fields, and its warnings."""
    card = run.get("model", "card", default={})
    identity = run.get("model", "identity", default={})
    fields = _fields(card, MODEL_FIELDS)
    for key, title in (("layout", "Layout"), ("pooling", "Pooling")):
        if identity.get(key):
            fields.append((title, str(identity[key])))
    preprocessing = identity.get("preprocessing")
    if preprocessing:
        fields.append(("Preprocessing", _flat(preprocessing)))
    if run.get("precision"):
        fields.append(("Arithmetic", str(run.get("precision"))))
    return {
        "fields": fields,
        "warnings": [scrub_text(str(w)) for w in card.get("warnings") or []],
        "licence": str(card.get("licence") or "not stated"),
    }


def data_section(run: RunData) -> dict[str, Any]:
    """Return the data card as titled fields, and the roles of the columns."""
    card = run.get("dataset", "card", default={})
    fields = _fields(card, DATA_FIELDS)
    if run.get("dataset", "table"):
        fields.insert(1, ("Table", base_name(str(run.get("dataset", "table")))))
    roles = run.get("dataset", "roles", default={})
    if roles:
        fields.append(("Columns", _flat(roles)))
    return {
        "fields": fields,
        "licence": str(card.get("licence") or "not stated"),
        "share": card.get("share_images"),
    }


def _flat(value: Any, link: str = "; ", between: str = ": ") -> str:
    if isinstance(value, dict):
        return link.join(f"{k}{between}{_flat(v)}" for k, v in value.items() if v is not None)
    if isinstance(value, list | tuple):
        return ", ".join(_flat(v) for v in value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def prompts_section(run: RunData) -> dict[str, Any] | None:
    """Return templates and class names the prompts were made of; None when none are recorded."""
    prompts = run.get("prompts")
    if not prompts:
        return None
    names = prompts.get("names") or {}
    return {
        "set": base_name(str(prompts.get("template_set") or "unnamed")),
        "templates": list(prompts.get("templates") or []),
        "n_prompts": prompts.get("n_prompts"),
        "scale": prompts.get("scale"),
        "names": [(name, list(names[name])) for name in run.classes if names.get(name)],
    }


def reproduce_section(run: RunData) -> dict[str, Any]:
    """Return command, settings, hashes, versions and speed."""
    command = run.get("command", default="")
    if isinstance(command, list):
        command = shlex.join(str(word) for word in command)
    speed = run.get("images_per_second")
    return {
        "command": scrub_command(str(command)),
        "settings": [(k, _flat(v)) for k, v in run.config.items() if v is not None],
        "hashes": [
            (title, str(run.get(*keys))) for keys, title in HASHES.items() if run.get(*keys)
        ],
        "versions": _flat(run.get("versions", default={}), link=", ", between=" "),
        "host": _flat(run.get("host", default={})),
        "finished": str(run.get("finished", default="")),
        "seconds": run.get("wall_seconds"),
        "speed": None if speed is None else f"{float(speed):.1f}",
        "format": str(run.get("format", default="")),
        "answers": "the answers to every image are in predictions.parquet",
    }
