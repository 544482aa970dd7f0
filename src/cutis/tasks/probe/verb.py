"""Probes of a model's features: predictions, metrics, learning curves and a report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.config import command_line
from cutis.features.loader import Loader
from cutis.features.many import ManyResult
from cutis.runs import Run
from cutis.tasks.probe.config import ProbeConfig

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.models import Model
    from cutis.tasks.classifier import ZeroShotClassifier
    from cutis.tasks.overlap.known import KnownOverlap
    from cutis.tasks.probe.working import Task


@dataclass(frozen=True)
class ProbeResult:
    """What a probe's run found.

    Attributes
    ----------
    dir
        The run directory.
    metrics
        The content of ``metrics.json``; None after a dry run.
    probe
        The content of ``probe.json``; None after a dry run.
    lines
        The text the command line shows.
    """

    dir: Path
    metrics: dict[str, Any] | None
    probe: dict[str, Any] | None
    lines: tuple[str, ...]

    def render(self) -> str:
        """Return the summary for the terminal."""
        return "\n".join(self.lines)


def probe(config: ProbeConfig) -> ProbeResult | ManyResult:
    """Learn a simple classifier on a model's features and evaluate it.

    The run directory receives what a zero-shot run's does, and the learning curve over shares of
    the training rows, with the spread over seeds apart from the sampling intervals, and the
    fitted probe. The same call again finishes what is missing. Several models or tables give one
    run each and a leaderboard.

    Raises
    ------
    CutisError
        For every input that cannot be used; nothing finished before is lost.
    """
    from cutis.tasks.probe.checks import refuse_contradictions

    refuse_contradictions(config)
    if config.is_many():
        from cutis.tasks.many import run_with_leaderboard

        return run_with_leaderboard("probe", config, probe_one)
    return probe_one(config, Loader())


def probe_one(config: ProbeConfig, loader: Loader) -> ProbeResult:
    """Probe one model on one dataset.

    Parameters
    ----------
    config
        Settings with a single model and dataset.
    loader
        Where dataset and model come from.

    Raises
    ------
    CutisError
        For every input that cannot be used.
    """
    from cutis.features import default_cache
    from cutis.models.halves import require_both, require_vision
    from cutis.tasks.overlap.effect import overlap_inputs
    from cutis.tasks.overlap.known import known_in_turns
    from cutis.tasks.probe.material import part_keys
    from cutis.tasks.probe.partition import divide_rows
    from cutis.tasks.probe.summary import dry_run_lines
    from cutis.tasks.probe.working import Task
    from cutis.tasks.selection import refuse_no_files, refuse_single_class

    full = _with_classes(loader.dataset(config), config)
    partition = divide_rows(full, config)
    tested = full.select(partition.tested)
    refuse_single_class(tested)
    refuse_no_files(tested)
    model = loader.model(config, device=config.device, precision=config.precision)
    (require_both if config.method == "cache" else require_vision)(model)
    cache = config.cache or default_cache()
    if config.dry_run:
        lines = dry_run_lines(config, full, partition, model, cache)
        return ProbeResult(config.output, None, None, lines)
    with Run(config.output, "probe", config) as run:
        run.facts["load_seconds"] = loader.load_seconds
        classifier = _classifier(full, model, config, cache)
        keys = part_keys(full, partition, model, cache, config.workers)
        inputs = _inputs(full, model, keys, classifier)
        turns = [(np.union1d(turn.train, turn.val), turn.test) for turn in partition.turns]
        known = known_in_turns(full, turns, model, cache, config.workers or 2)
        inputs |= overlap_inputs(known)
        if run.is_finished(inputs, ["predictions.csv"] if config.csv else []):
            return _already_finished(run)
        task = Task(config, full, partition, tested, model, classifier, cache, inputs)
        return _evaluate(run, task, known)


def _with_classes(dataset: Dataset, config: ProbeConfig) -> Dataset:
    """Return the dataset under the class names asked for; only prompts need more than numbers."""
    from cutis.tasks.selection import choose_classes

    if config.classes is None and config.method != "cache":
        return dataset
    return replace(dataset, classes=choose_classes(dataset, config.classes).names)


def _classifier(
    dataset: Dataset, model: Model, config: ProbeConfig, cache: Path
) -> ZeroShotClassifier | None:
    if config.method != "cache":
        return None
    from cutis.tasks.classifier import make_classifier
    from cutis.tasks.selection import choose_classes

    classes = choose_classes(dataset, config.classes)
    return make_classifier(
        model, classes, config.templates, cache, config.scale, config.plain_names
    )


def _inputs(
    dataset: Dataset,
    model: Model,
    keys: dict[str, str],
    classifier: ZeroShotClassifier | None,
) -> dict[str, Any]:
    from cutis.tasks.operating import positive_classes

    positives = positive_classes(dataset.classes, dataset.card, ())
    return {
        "positive_classes": [dataset.classes[place] for place in positives],
        "table_sha256": dataset.table_sha256(),
        "features_key": keys["tested"],
        "features_keys": keys,
        "model": model.identity(),
        "prompts_sha256": None if classifier is None else classifier.prompts["prompts_sha256"],
        "classes": list(dataset.classes),
        "scale": None if classifier is None else classifier.scale,
    }


def _evaluate(run: Run, task: Task, known: KnownOverlap | None) -> ProbeResult:
    from cutis.report import build_report
    from cutis.tasks import outputs
    from cutis.tasks.closing import closing_lines, sharing_lines
    from cutis.tasks.overlap.effect import overlap_lines, with_overlap
    from cutis.tasks.probe import outputs as own
    from cutis.tasks.probe.notes import class_notes
    from cutis.tasks.probe.summary import curve_lines
    from cutis.tasks.probe.working import fit_all, gather_material

    config, tested = task.config, task.tested
    material = gather_material(run, task)
    results, fitted = fit_all(run, task, material)
    features = material.tested
    predictions = own.predictions_of(results[0], tested, features, task.inputs)
    metrics = outputs.measure(predictions, tested, config)
    if known is not None:
        metrics = with_overlap(metrics, predictions, known.rows(features.rows), tested, config)
    written = outputs.write_all(run.dir, predictions, metrics, features, tested, config)
    notes = (*task.partition.notes, *class_notes(results, task, material))
    record, names = own.write_curve(
        run.dir, config, results, tested, features, task.partition.evaluated, notes
    )
    dataset = outputs.describe(task.full, tested, features, predictions, config)
    dataset |= {"split": task.partition.evaluated, "notes": [*dataset["notes"], *notes]}
    run.finish(
        inputs=task.inputs,
        outputs=[*written, *names, *fitted, "report.html"],
        command=command_line("probe", config),
        images_per_second=features.images_per_second,
        model={"card": task.model.card.model_dump(mode="json"), "identity": task.model.identity()},
        dataset=dataset,
        precision=config.precision,
        probe={"label": record["label"], "training": record["training"]},
        **({} if task.classifier is None else {"prompts": task.classifier.prompts}),
    )
    build_report(run.dir)
    lines = (
        *outputs.summary_lines(predictions, metrics, features),
        *overlap_lines(metrics),
        *curve_lines(record),
        *(f"Note: {note}" for note in notes),
        *sharing_lines(tested, run.dir),
        *closing_lines(run.dir),
        f"Use it: cutis predict IMAGE --probe {run.dir}",
    )
    return ProbeResult(run.dir, metrics, record, lines)


def _already_finished(run: Run) -> ProbeResult:
    import json

    from cutis.tasks.closing import closing_lines

    metrics, record = (
        json.loads((run.dir / name).read_text(encoding="utf-8"))
        for name in ("metrics.json", "probe.json")
    )
    lines = ("This run was finished before; nothing to do.", *closing_lines(run.dir))
    return ProbeResult(run.dir, metrics, record, lines)
