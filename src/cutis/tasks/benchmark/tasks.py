"""The tasks of a suite: which command runs an entry, which options and metrics it has."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from cutis.config import ManyConfig
from cutis.errors import CutisError, nearest_names
from cutis.tasks.benchmark.suite import SuiteEntry

# Options that the benchmark itself decides for all entries.
DECIDED = frozenset(
    {
        "model", "data", "output", "dry_run", "device", "precision", "batch_size", "workers",
        "cache", "n_bootstrap", "confidence", "seed", "fractions",
    }
)  # fmt: skip
DIAGNOSIS = (
    "balanced_accuracy", "accuracy", "top3_accuracy", "top5_accuracy", "auroc",
    "average_precision", "macro_f1", "weighted_f1", "kappa", "ece", "brier",
)  # fmt: skip
CONCEPTS = ("mean_auroc", "mean_average_precision")
_RETRIEVAL = re.compile(
    r"((image_to_text|text_to_image)_(recall_at_\d+|mean_recall|mrr|mean_rank|median_rank)"
    r"|image_to_image_(precision_at_\d+|hit_at_\d+|map_at_r|mrr))"
)
_RETRIEVAL_EXAMPLES = (
    "image_to_text_mean_recall", "text_to_image_mean_recall", "image_to_text_recall_at_5",
    "text_to_image_recall_at_5", "image_to_image_map_at_r",
)  # fmt: skip


class Task(NamedTuple):
    """Where a task's settings and its function for one model and dataset are."""

    config: str
    run_one: str


TASKS = {
    "zero-shot": Task(
        "cutis.tasks.zero_shot:ZeroShotConfig", "cutis.tasks.zero_shot:zero_shot_one"
    ),
    "retrieve": Task("cutis.tasks.retrieve:RetrieveConfig", "cutis.tasks.retrieve:retrieve_one"),
    "probe": Task("cutis.tasks.probe.config:ProbeConfig", "cutis.tasks.probe.verb:probe_one"),
    "annotate": Task(
        "cutis.tasks.annotate.config:AnnotateConfig", "cutis.tasks.annotate.verb:annotate_one"
    ),
}


def _found(home: str) -> Any:
    module, _, name = home.partition(":")
    return getattr(importlib.import_module(module), name)


def config_class(task: str) -> type[ManyConfig]:
    """Return the class of a task's settings."""
    found: type[ManyConfig] = _found(TASKS[task].config)
    return found


def run_function(task: str) -> Callable[..., Any]:
    """Return the function that runs one model on one dataset."""
    found: Callable[..., Any] = _found(TASKS[task].run_one)
    return found


def make_config(entry: SuiteEntry, **decided: Any) -> ManyConfig:
    """Return the settings of an entry's run.

    Parameters
    ----------
    entry
        The entry.
    decided
        What the benchmark decides: model, data, output and the like.

    Raises
    ------
    CutisError
        If the entry's settings are unknown or wrong.
    """
    kind = config_class(entry.task)
    known = [name for name in kind.model_fields if name not in DECIDED]
    for name in entry.settings:
        if name in DECIDED:
            raise CutisError(
                f"The entry '{entry.name}' sets '{name}', which is decided for the whole suite.",
                allowed=f"An entry of the task '{entry.task}' may set: {', '.join(known)}.",
                fix=f"give --{name.replace('_', '-')} to cutis benchmark"
                if name != "fractions"
                else "write 'fractions' beside 'settings', not inside",
            )
        if name not in kind.model_fields:
            raise CutisError(
                f"The entry '{entry.name}' has the setting '{name}', which 'cutis {entry.task}' "
                "does not know.",
                allowed=f"It may set: {', '.join(known)}.",
                nearest=nearest_names(name, known),
                fix=f"cutis {entry.task} --help",
            )
    fractions = {"fractions": entry.fractions} if entry.fractions else {}
    given = {k: v for k, v in decided.items() if k in kind.model_fields}
    try:
        return kind(**{**entry.settings, **fractions, **given})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "its settings"
        raise CutisError(
            f"The entry '{entry.name}' is wrong at '{where}': {first['msg']} "
            f"(given: {first.get('input')!r}).",
            fix=f"cutis {entry.task} --help",
        ) from None


def check_entry(entry: SuiteEntry) -> None:
    """Refuse an entry whose settings or metrics its task does not have.

    Raises
    ------
    CutisError
        With the nearest names.
    """
    if entry.not_runnable:
        return
    make_config(entry, model="cutis-tiny", data=Path("table.csv"), output=Path("out"))
    for metric in entry.metric:
        if not is_metric(entry.task, metric):
            known = metrics_of(entry.task)
            raise CutisError(
                f"The entry '{entry.name}' quotes '{metric}', which is no metric of "
                f"'cutis {entry.task}'.",
                allowed=f"Metrics: {', '.join(known)}"
                + (", and their like for other list lengths." if entry.task == "retrieve" else "."),
                nearest=nearest_names(metric, known),
            )


def metrics_of(task: str) -> tuple[str, ...]:
    """Return the metrics that a task's runs have; of retrieval, examples.

    Examples
    --------
    >>> metrics_of("annotate")
    ('mean_auroc', 'mean_average_precision')
    """
    if task == "retrieve":
        return _RETRIEVAL_EXAMPLES
    return CONCEPTS if task == "annotate" else DIAGNOSIS


def is_metric(task: str, metric: str) -> bool:
    """Tell whether a task's runs have a metric.

    Examples
    --------
    >>> is_metric("retrieve", "image_to_text_recall_at_7"), is_metric("zero-shot", "acuracy")
    (True, False)
    """
    if task == "retrieve":
        return _RETRIEVAL.fullmatch(metric) is not None
    return metric in metrics_of(task)
