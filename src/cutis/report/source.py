"""Everything a report may know: the files of one run directory, and nothing beside it."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.errors import CutisError
from cutis.report.scrub import base_name, scrub_text, scrub_value
from cutis.runs import read_run

if TYPE_CHECKING:
    from cutis.predictions import Predictions


@dataclass(frozen=True)
class Unreadable:
    """An image that could not be read: its row name, its file name, and why."""

    id: str
    image: str
    reason: str


@dataclass(frozen=True)
class RunData:
    """One finished run, read into memory; missing parts are empty or None.

    Attributes
    ----------
    record
        Content of ``run.json``.
    config
        Content of ``config.yaml``, with folders cut from its paths.
    metrics
        Content of ``metrics.json``.
    result
        Content of ``result.json``, of runs that analyse.
    probe
        Content of ``probe.json``, of runs that learn.
    predictions
        The table of probabilities.
    thumbs
        Picture file of each row name that has one.
    unreadable
        Rows of ``errors.csv``.
    """

    record: dict[str, Any]
    config: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] | None = None
    result: dict[str, Any] | None = None
    probe: dict[str, Any] | None = None
    predictions: Predictions | None = None
    thumbs: dict[str, Path] = field(default_factory=dict)
    unreadable: tuple[Unreadable, ...] = ()

    def get(self, *keys: str, default: Any = None) -> Any:
        """Return a nested value of ``run.json``, or the default where a key is missing."""
        return dig(self.record, *keys, default=default)

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names, from the predictions or else from the metrics."""
        if self.predictions is not None:
            return self.predictions.classes
        return tuple(self.metrics["classes"]) if self.metrics else ()

    @property
    def labelled(self) -> np.ndarray:
        """Which rows of the predictions have a label, bool, n."""
        if self.predictions is None:
            return np.zeros(0, dtype=bool)
        return self.predictions.labels_n >= 0


def dig(value: Any, *keys: str, default: Any = None) -> Any:
    """Return a value deep in nested mappings, or the default where a key is missing or None.

    Examples
    --------
    >>> dig({"model": {"card": {"title": "Tiny"}}}, "model", "card", "title")
    'Tiny'
    >>> dig({}, "model", "card", default="unknown")
    'unknown'
    """
    for key in keys:
        if not isinstance(value, dict) or value.get(key) is None:
            return default
        value = value[key]
    return value


def read_run_data(directory: Path) -> RunData:
    """Read a run directory.

    Raises
    ------
    CutisError
        If it holds no finished run, or a file of it cannot be parsed.
    """
    from cutis.predictions import read_predictions

    directory = Path(directory)
    try:
        record = read_run(directory)
        metrics = _read_json(directory / "metrics.json")
        result = _read_json(directory / "result.json")
        probe = _read_json(directory / "probe.json")
        thumbs = _read_json(directory / "thumbs" / "thumbs.json") or {}
    except json.JSONDecodeError as error:
        raise CutisError(
            f"A file of the run {directory} is not valid JSON ({error}).",
            fix="make the run again with the command in its config.yaml",
        ) from error
    table = directory / "predictions.parquet"
    return RunData(
        record=record,
        config=_read_config(directory / "config.yaml"),
        metrics=metrics,
        result=result,
        probe=probe,
        predictions=read_predictions(table) if table.exists() else None,
        thumbs=_existing(directory / "thumbs", thumbs),
        unreadable=_read_errors(directory / "errors.csv"),
    )


def _read_json(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _read_config(path: Path) -> dict[str, Any]:
    import yaml

    if not path.exists():
        return {}
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise CutisError(f"{path} is not valid YAML: {' '.join(str(error).split())}") from error
    scrubbed: dict[str, Any] = scrub_value(content) if isinstance(content, dict) else {}
    return scrubbed


def _existing(folder: Path, names: dict[str, str]) -> dict[str, Path]:
    # Only the last part of a name counts, so that a run cannot point outside of itself.
    found = {row: folder / base_name(name) for row, name in names.items()}
    return {row: path for row, path in found.items() if path.is_file()}


def _read_errors(path: Path) -> tuple[Unreadable, ...]:
    if not path.exists():
        return ()
    with path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return tuple(
        Unreadable(
            id=base_name(row.get("id") or row.get("row") or "?"),
            image=base_name(row.get("image") or ""),
            reason=scrub_text(row.get("reason") or "unknown", known=_known(row.get("image"))),
        )
        for row in rows
    )


def _known(image: str | None) -> tuple[str, ...]:
    return (image,) if image else ()
