"""A fitted probe on disk: numbers as safetensors, facts as JSON, never code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from cutis.errors import CutisError
from cutis.files import atomic_path, sha256_file, write_json
from cutis.tasks.probe.class_means import MeanProbe
from cutis.tasks.probe.example_cache import CacheProbe
from cutis.tasks.probe.fitted import FittedProbe
from cutis.tasks.probe.linear import LinearProbe
from cutis.tasks.probe.neighbours import NeighbourProbe

FITTED_FORMAT = "cutis.fitted-probe/1"
FOLDER, FACTS, NUMBERS = "fitted", "probe.json", "probe.safetensors"
KINDS: dict[str, type[LinearProbe | NeighbourProbe | MeanProbe | CacheProbe]] = {
    "linear": LinearProbe, "knn": NeighbourProbe, "mean": MeanProbe, "cache": CacheProbe,
}  # fmt: skip


def save_probe(run_dir: Path, probe: FittedProbe, facts: dict[str, Any]) -> list[str]:
    """Write a fitted probe into a run directory; return the names of its files.

    Parameters
    ----------
    run_dir
        The run directory.
    probe
        What was fitted.
    facts
        ``classes``, ``model`` (name, identity and input options), what it was fitted on.
    """
    from safetensors.numpy import save

    tensors = {name: np.ascontiguousarray(array) for name, array in probe.tensors().items()}
    numbers = run_dir / FOLDER / NUMBERS
    with atomic_path(numbers) as temporary:
        temporary.write_bytes(save(tensors))
    record = {
        "format": FITTED_FORMAT,
        "kind": probe.kind,
        "settings": probe.settings(),
        "tensors_sha256": sha256_file(numbers),
        **facts,
    }
    write_json(run_dir / FOLDER / FACTS, record)
    return [f"{FOLDER}/{FACTS}", f"{FOLDER}/{NUMBERS}"]


def load_probe(run_dir: Path) -> tuple[FittedProbe, dict[str, Any]]:
    """Return the probe of a run and its facts.

    Raises
    ------
    CutisError
        If the folder is no run of ``cutis probe``, or its files do not belong together.
    """
    from safetensors.numpy import load

    folder = Path(run_dir) / FOLDER
    if not (folder / FACTS).is_file() or not (folder / NUMBERS).is_file():
        raise CutisError(
            f"{run_dir} holds no fitted probe.",
            allowed=f"A run of 'cutis probe' holds {FOLDER}/{FACTS} and {FOLDER}/{NUMBERS}.",
            fix=f"cutis probe --data TABLE -o {run_dir}",
        )
    try:
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        if (facts["format"], facts["tensors_sha256"]) == (
            FITTED_FORMAT,
            sha256_file(folder / NUMBERS),
        ):
            numbers = load((folder / NUMBERS).read_bytes())
            return KINDS[facts["kind"]].read(numbers, facts["settings"]), facts
    except (ValueError, KeyError, TypeError):
        pass
    raise CutisError(
        f"The probe in {folder} is damaged, or of another version of cutis.",
        allowed=f"{FACTS} has the format {FITTED_FORMAT} and the hash of {NUMBERS}.",
        fix="make the run again in a new folder",
    )
