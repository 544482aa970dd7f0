"""One finished run as an entry of a leaderboard."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from cutis.errors import CutisError
from cutis.files import sha256_json
from cutis.report.leaderboard.settings import settings_words
from cutis.report.sections.limits import overlap
from cutis.report.sections.overview import dataset_title, model_title
from cutis.report.source import RunData, dig, read_run_data

RETRIEVAL_FIRST = (
    "image_to_text_mean_recall",
    "text_to_image_mean_recall",
    "image_to_image_map_at_r",
    "image_to_image_mrr",
)


class FailedRun(NamedTuple):
    """A pair of model and dataset without a run, and why."""

    model: str
    data: str
    reason: str


@dataclass(frozen=True)
class Entry:
    """What a leaderboard shows of one run.

    Attributes
    ----------
    dir
        The run directory.
    verb
        What was run.
    model, model_name, model_card, model_identity
        The model's name for prose, its card's name, its card, and what decides its features.
    dataset, dataset_name, dataset_card
        Likewise of the dataset.
    headline
        Name of the metric to quote.
    metrics
        Metric name to record (value, low, high, n, ...).
    n, n_groups, grouping
        What the metrics rest on.
    rows
        Facts that must agree for two runs to be ranked: table, split, rows, classes, prompts,
        grouping, protocol, settings.
    seen
        Classes the model saw with labels in training.
    confidence
        Level of the intervals.
    curve
        The learning curve of a run that learns, as in ``probe.json``; else empty.
    """

    dir: Path
    verb: str
    model: str
    model_name: str
    model_card: dict[str, Any]
    model_identity: dict[str, Any]
    dataset: str
    dataset_name: str
    dataset_card: dict[str, Any]
    headline: str
    metrics: dict[str, dict[str, Any]]
    n: int
    n_groups: int | None
    grouping: str
    rows: dict[str, Any]
    seen: tuple[str, ...]
    confidence: float
    curve: tuple[dict[str, Any], ...] = ()

    @property
    def model_key(self) -> str:
        """What makes two runs runs of the same model: all that decides its features."""
        return f"{self.model_name} {sha256_json(self.model_identity)} {self.rows['precision']}"

    @property
    def column_key(self) -> tuple[str, str, str]:
        """What makes two runs stand in one column: the verb, the dataset and its table."""
        return self.verb, self.dataset_name, str(self.rows["table_sha256"])


def read_entry(directory: Path) -> Entry:
    """Read a finished run.

    Raises
    ------
    CutisError
        If the folder holds no finished run, or one without metrics.
    """
    run = read_run_data(Path(directory))
    metrics = run.metrics
    if metrics is None or not metrics.get("metrics"):
        raise CutisError(
            f"The run {directory} has no metrics, so there is nothing to rank.",
            fix="leave it out, or give the table labels and run it again",
        )
    return Entry(
        dir=Path(directory),
        verb=_verb(run),
        model=model_title(run),
        model_name=_model_name(run),
        model_card=run.get("model", "card", default={}),
        model_identity=run.get("model", "identity", default={}),
        dataset=dataset_title(run),
        dataset_name=str(run.get("dataset", "name", default="unnamed")),
        dataset_card=run.get("dataset", "card", default={}),
        headline=_headline(run),
        metrics={name: record for name, record in metrics["metrics"].items() if record},
        n=int(metrics.get("n", 0)),
        n_groups=metrics.get("n_groups"),
        grouping=str(metrics.get("grouping", "none")),
        rows=_rows(run),
        seen=tuple(overlap(run)) if run.predictions is not None else (),
        confidence=float(metrics.get("confidence", 0.95)),
        curve=tuple((run.probe or {}).get("curve") or ()),
    )


def _verb(run: RunData) -> str:
    """Return the verb; of a probe its method and what it learnt from, which set it apart."""
    label = run.get("probe", "label")
    if label is None:
        return str(run.get("verb", default="unknown"))
    return f"{label}, {run.get('probe', 'training', default='')}"


def _model_name(run: RunData) -> str:
    named = run.get("model", "card", "name") or run.get("model", "identity", "name")
    return str(named or "unnamed")


def _headline(run: RunData) -> str:
    names = list(dig(run.metrics, "metrics", default={}))
    wanted = str(run.get("dataset", "card", "headline_metric", default="balanced_accuracy"))
    if run.get("verb") == "retrieve":
        return next((name for name in RETRIEVAL_FIRST if name in names), names[0])
    return wanted if wanted in names else names[0]


def _rows(run: RunData) -> dict[str, Any]:
    """Return the facts in which runs of one column must agree, in words a reader knows."""
    metrics = run.metrics or {}
    classes = metrics.get("classes")
    return {
        "table_sha256": run.get("dataset", "table_sha256"),
        "split": run.get("dataset", "split"),
        "n": metrics.get("n"),
        "rows_sha256": run.get("dataset", "rows_sha256"),
        "classes": None if classes is None else ", ".join(map(str, classes)),
        "templates": _templates(run),
        "class_names": _class_names(run),
        "captions": _caption_columns(run),
        "grouping": metrics.get("grouping"),
        "protocol": metrics.get("protocol"),
        "settings": settings_words(run),
        "ks": str(metrics["ks"]) if metrics.get("ks") else None,
        "exclude_near": metrics.get("exclude_near"),
        "confidence": metrics.get("confidence"),
        "precision": run.get("precision", default="fp32"),
    }


def _templates(run: RunData) -> str | None:
    # Without the set's name: a file of the same sentences asks the same.
    digest = run.get("prompts", "templates_sha256")
    return None if digest is None else f"SHA-256 {str(digest)[:8]}"


def _class_names(run: RunData) -> str | None:
    """Return how many names the prompts call the classes by, and their hash."""
    names = run.get("prompts", "names")
    if not isinstance(names, dict):
        return None
    return f"{sum(map(len, names.values()))} (SHA-256 {sha256_json(names)[:8]})"


def _caption_columns(run: RunData) -> str | None:
    columns = run.get("captions", "columns")
    return ", ".join(map(str, columns)) if columns else None
