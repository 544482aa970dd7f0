"""Zero-shot diagnosis of a table of images: predictions, metrics and a report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from cutis.config import ComputeConfig, ManyConfig, command_line
from cutis.features.loader import Loader
from cutis.features.many import ManyResult
from cutis.predictions import Predictions, make_predictions
from cutis.runs import Run
from cutis.tasks.closing import closing_lines, sharing_lines

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.features import Features
    from cutis.models import Model
    from cutis.tasks.classes import ClassList
    from cutis.tasks.classifier import ZeroShotClassifier
    from cutis.tasks.overlap.known import KnownOverlap


class ZeroShotConfig(ComputeConfig, ManyConfig):
    """Settings of ``cutis zero-shot``."""

    classes: str | None = Field(
        default=None,
        description="Class names in label order, as a,b,c or a card's name [the dataset's own].",
    )
    templates: str | None = Field(
        default=None,
        description="Prompt templates: a file, or dermatology, dermoscopy, clinical [dermatology].",
    )
    plain_names: bool = Field(
        default=False, description="Prompt with class names alone, without synonyms."
    )
    scale: float | None = Field(
        default=None,
        gt=0,
        description="Factor on the cosine before the softmax [the model card's, else 100].",
    )
    split: str | None = Field(
        default=None,
        description="Split to evaluate, or 'all' ['test' if the table has it, else all rows].",
    )
    n_bootstrap: int = Field(
        default=1000, ge=100, description="Bootstrap replicates of each confidence interval."
    )
    confidence: float = Field(
        default=0.95, gt=0.5, lt=1.0, description="Level of the confidence intervals."
    )
    positive: list[str] = Field(
        default=[],
        description="Class whose operating points are reported, against all others; may be given "
        "several times [the second of two, or those the card calls malignant].",
    )
    csv: bool = Field(
        default=False, description="Also write predictions.csv in the published column layout."
    )


@dataclass(frozen=True)
class ZeroShotResult:
    """What a zero-shot run found.

    Attributes
    ----------
    dir
        The run directory.
    metrics
        The content of ``metrics.json``, or None when the table has no labels.
    lines
        The text the command line shows.
    """

    dir: Path
    metrics: dict[str, Any] | None
    lines: tuple[str, ...]

    def render(self) -> str:
        """Return the summary for the terminal."""
        return "\n".join(self.lines)


def zero_shot(config: ZeroShotConfig) -> ZeroShotResult | ManyResult:
    """Diagnose a table of images by prompts alone.

    The run directory receives predictions, metrics with confidence intervals that resample
    lesions or patients, and a report. The same call again finishes what is missing. Several
    models or tables give one run each and a leaderboard.

    Raises
    ------
    CutisError
        For every input that cannot be used; nothing finished before is lost.
    """
    if config.is_many():
        from cutis.tasks.many import run_with_leaderboard

        return run_with_leaderboard("zero-shot", config, zero_shot_one)
    return zero_shot_one(config, Loader())


def zero_shot_one(config: ZeroShotConfig, loader: Loader) -> ZeroShotResult:
    """Evaluate one model on one dataset.

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
    from cutis.models.halves import require_both
    from cutis.tasks.classifier import make_classifier
    from cutis.tasks.overlap.effect import overlap_inputs
    from cutis.tasks.overlap.known import known_overlap
    from cutis.tasks.selection import (
        choose_classes,
        choose_rows,
        refuse_no_files,
        refuse_single_class,
    )

    full = loader.dataset(config)
    dataset = choose_rows(full, config.split)
    classes = choose_classes(dataset, config.classes)
    dataset = replace(dataset, classes=classes.names)
    refuse_single_class(dataset)
    refuse_no_files(dataset)
    model = loader.model(config, device=config.device, precision=config.precision)
    require_both(model)
    cache = config.cache or default_cache()
    if config.dry_run:
        return _dry_run(config, full, dataset, model, classes, cache)
    with Run(config.output, "zero-shot", config) as run:
        run.facts["load_seconds"] = loader.load_seconds
        classifier = make_classifier(
            model, classes, config.templates, cache, config.scale, config.plain_names
        )
        inputs = _inputs(dataset, model, classifier, cache, config.workers)
        known = known_overlap(dataset, model, cache=cache, workers=config.workers or 2)
        inputs |= overlap_inputs(known) | _positive_inputs(dataset, config)
        if run.is_finished(inputs, ["predictions.csv"] if config.csv else []):
            return _already_finished(run)
        return _evaluate(run, config, full, dataset, model, classifier, cache, inputs, known)


def _inputs(
    dataset: Dataset,
    model: Model,
    classifier: ZeroShotClassifier,
    cache: Path,
    workers: int | None,
) -> dict[str, Any]:
    from cutis.features import features_key

    return {
        "table_sha256": dataset.table_sha256(),
        "features_key": features_key(dataset, model, cache, workers),
        "model": model.identity(),
        "prompts_sha256": classifier.prompts["prompts_sha256"],
        "classes": list(classifier.classes),
        "scale": classifier.scale,
    }


def _positive_inputs(dataset: Dataset, config: ZeroShotConfig) -> dict[str, Any]:
    from cutis.tasks.operating import positive_classes

    # Not from the settings alone: by default the card says which classes are malignant.
    places = positive_classes(dataset.classes, dataset.card, config.positive)
    return {"positive_classes": [dataset.classes[place] for place in places]}


def _already_finished(run: Run) -> ZeroShotResult:
    import json

    path = run.dir / "metrics.json"
    metrics = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    lines = ("This run was finished before; nothing to do.", *closing_lines(run.dir))
    return ZeroShotResult(run.dir, metrics, lines)


def _evaluate(
    run: Run,
    config: ZeroShotConfig,
    full: Dataset,
    dataset: Dataset,
    model: Model,
    classifier: ZeroShotClassifier,
    cache: Path,
    inputs: dict[str, Any],
    known: KnownOverlap | None,
) -> ZeroShotResult:
    from cutis.features import embed
    from cutis.features.nothing import refuse_nothing
    from cutis.report import build_report
    from cutis.tasks import outputs
    from cutis.tasks.classes import unfamiliar_names
    from cutis.tasks.overlap.effect import overlap_lines, with_overlap

    features = embed(
        dataset, model, cache=cache, batch_size=config.batch_size, workers=config.workers
    )
    run.log("embedded", images=len(features.ids), unreadable=len(features.errors))
    refuse_nothing(features, config)
    predictions = predict_dataset(dataset, features, classifier, inputs)
    metrics = outputs.measure(predictions, dataset, config)
    if known is not None:
        metrics = with_overlap(metrics, predictions, known.rows(features.rows), dataset, config)
    written = outputs.write_all(run.dir, predictions, metrics, features, dataset, config)
    run.finish(
        inputs=inputs,
        outputs=[*written, "report.html"],
        command=command_line("zero-shot", config),
        images_per_second=features.images_per_second,
        model={"card": model.card.model_dump(mode="json"), "identity": model.identity()},
        dataset=outputs.describe(full, dataset, features, predictions, config),
        prompts=classifier.prompts,
        precision=config.precision,
    )
    build_report(run.dir)
    lines = (
        *outputs.summary_lines(predictions, metrics, features),
        *overlap_lines(metrics),
        *unfamiliar_names(classifier.classes),
        *sharing_lines(dataset, run.dir),
        *closing_lines(run.dir),
    )
    return ZeroShotResult(run.dir, metrics, lines)


def predict_dataset(
    dataset: Dataset,
    features: Features,
    classifier: ZeroShotClassifier,
    provenance: dict[str, Any],
) -> Predictions:
    """Return the predictions of every readable image of a dataset."""
    from cutis.features.extract import image_name
    from cutis.tasks.subgroups import subgroup_columns

    rows = features.rows
    return make_predictions(
        ids=[dataset.ids[i] for i in rows],
        images=[image_name(dataset, int(i)) for i in rows],
        probs_nc=classifier.probabilities(features.values_nd),
        classes=classifier.classes,
        labels_n=dataset.labels[rows],
        groups_n=None if dataset.groups is None else dataset.groups[rows],
        splits_n=None if dataset.splits is None else dataset.splits[rows],
        carried=subgroup_columns(dataset.metadata.iloc[rows].reset_index(drop=True)),
        provenance=provenance,
    )


def _dry_run(
    config: ZeroShotConfig,
    full: Dataset,
    dataset: Dataset,
    model: Model,
    classes: ClassList,
    cache: Path,
) -> ZeroShotResult:
    import yaml

    from cutis.features import plan

    resolved = yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False).rstrip()
    lines = (
        "Dry run: nothing is written.",
        resolved,
        f"Rows: {len(full)} in the table, {len(dataset)} to evaluate.",
        f"Classes: {', '.join(classes.names)} (from {classes.source}).",
        plan(dataset, model, cache=cache).render(),
    )
    return ZeroShotResult(config.output, None, lines)
