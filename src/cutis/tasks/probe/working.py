"""The work of one run: gather features, fit every point, keep the probe."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutis.files import sha256_json
from cutis.progress import say
from cutis.runs import Run
from cutis.tasks.probe.config import ProbeConfig

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.models import Model
    from cutis.tasks.classifier import ZeroShotClassifier
    from cutis.tasks.probe.choosing import Fit
    from cutis.tasks.probe.families import Family
    from cutis.tasks.probe.material import Material
    from cutis.tasks.probe.partition import Partition
    from cutis.tasks.probe.points import Point, PointResult


@dataclass(frozen=True)
class Task:
    """What one run works on.

    ``tested`` are the rows of ``full`` that are answered; ``inputs`` decide the result.
    """

    config: ProbeConfig
    full: Dataset
    partition: Partition
    tested: Dataset
    model: Model
    classifier: ZeroShotClassifier | None
    cache: Path
    inputs: dict[str, Any]


def make_family(
    config: ProbeConfig, seed: int, n_classes: int, classifier: ZeroShotClassifier | None
) -> Family:
    """Return the method that a run's settings name, with a seed."""
    from cutis.tasks.probe import families
    from cutis.tasks.probe.example_cache import ALPHA, ALPHAS, BETA, BETAS

    if config.method == "knn":
        return families.Neighbours(n_classes, config.k, config.votes)
    if config.method == "mean":
        return families.ClassMeans(n_classes)
    if config.method == "cache" and classifier is not None:
        fallback = {"alpha": (config.alpha or (ALPHA,))[0], "beta": (config.beta or (BETA,))[0]}
        return families.ExampleCache(
            classifier.weights_cd,
            classifier.scale,
            config.alpha or ALPHAS,
            config.beta or BETAS,
            fallback,
        )
    if config.protocol == "panderm":
        return families.PanDerm(n_classes, seed)
    return families.Standard(n_classes, config.c, config.class_weight)


def gather_material(run: Run, task: Task) -> Material:
    """Return the features of every row the run needs.

    Raises
    ------
    CutisError
        If no image to test on can be read.
    """
    from cutis.features.nothing import refuse_nothing
    from cutis.tasks.probe.material import gather

    material = gather(task.full, task.partition, task.model, task.cache, task.config)
    run.log("embedded", images=len(material.values_md), unreadable=material.n_unreadable)
    refuse_nothing(material.tested, task.config)
    return material


def fit_all(run: Run, task: Task, material: Material) -> tuple[list[PointResult], list[str]]:
    """Fit every point that an earlier call did not; return them and the fitted probe's files."""
    from cutis.tasks.probe import outputs as own
    from cutis.tasks.probe.points import all_points, run_point
    from cutis.tasks.probe.saving import FACTS, FOLDER, NUMBERS

    config, identity = task.config, {"inputs_sha256": sha256_json([task.inputs, run.identity])}
    fitted = [f"{FOLDER}/{FACTS}", f"{FOLDER}/{NUMBERS}"]
    points = all_points(config)
    results = []
    for number, point in enumerate(points, start=1):
        is_main = number == 1
        kept = own.kept_point(run.dir, point, {**task.inputs, **identity})
        if kept is None or (is_main and not all((run.dir / name).exists() for name in fitted)):
            if len(points) > 1:
                say(f"Probe {number}/{len(points)}: {point.words}, seed {point.seed}")
            family = make_family(config, point.seed, len(task.full.classes), task.classifier)
            kept, fit = run_point(
                point, task.full, task.partition, material, family, config.sampling
            )
            if is_main:
                fitted = _save(run.dir, task, material, family, point, fit)
            table = own.predictions_of(
                kept, task.tested, material.tested, {**task.inputs, **identity}
            )
            own.write_point(run.dir, point.name, table)
        results.append(kept)
    return results, fitted


def _save(
    folder: Path, task: Task, material: Material, family: Family, point: Point, fit: Fit
) -> list[str]:
    from cutis.tasks.probe.points import fit_for_use
    from cutis.tasks.probe.saving import save_probe

    config = task.config
    if config.folds:
        fit = fit_for_use(point, task.full, material, family, config.sampling)
    facts = {
        "classes": list(task.full.classes),
        "chosen": fit.chosen,
        "fitted_on": "all labelled rows" if config.folds else "train",
        "point": point._asdict(),
        "dataset": task.full.name,
        "table_sha256": task.inputs["table_sha256"],
        "precision": config.precision,
        "model": {
            "name": config.model,
            "identity": task.model.identity(),
            "input_options": config.input_options(),
        },
    }
    return save_probe(folder, fit.probe, facts)
