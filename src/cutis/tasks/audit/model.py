"""Where a model fails, in words: clusters of low accuracy and the concepts that mark them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.config import command_line
from cutis.errors import CutisError
from cutis.files import atomic_path, sha256_file, write_json
from cutis.runs import Run
from cutis.tasks.audit.config import AuditModelConfig
from cutis.tasks.audit.result import RESULT, AuditResult, already_finished

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.models import Model
    from cutis.stats.failure_clusters import Clustering
    from cutis.tasks.audit.joining import Judged
    from cutis.tasks.audit.start import Start

FORMAT = "cutis.audit_model/1"


def audit_model(config: AuditModelConfig) -> AuditResult:
    """Find groups of alike images in which a model fails, and the concepts that mark them.

    The images are clustered by their features; every cluster below the overall accuracy is
    compared, concept by concept, with the nearest cluster above it.

    Raises
    ------
    CutisError
        For every input that cannot be used.
    """
    from cutis.predictions import read_predictions
    from cutis.tasks.annotate.material import identity
    from cutis.tasks.audit.joining import judge
    from cutis.tasks.audit.start import read_rows, start
    from cutis.tasks.classes import parse_classes

    names = None if config.classes is None else parse_classes(config.classes).names
    predictions = read_predictions(config.predictions, names)
    dataset = read_rows(config.model_copy(update={"split": None}))
    judged = _of_split(judge(predictions, dataset, config.predictions), dataset, config.split)
    begun = start(config, dataset.select(judged.rows))
    cluster_model = _cluster_model(config, begun)
    if config.dry_run:
        return AuditResult(config.output, {}, _dry_lines(config, judged, begun))
    with Run(config.output, "audit model", config) as run:
        inputs = {
            **identity(begun.dataset, begun.model, begun.scorer, begun.cache, config.workers),
            "predictions_sha256": sha256_file(_table_of(config.predictions)),
            "cluster_model": cluster_model.identity(),
        }
        if run.is_finished(inputs, [RESULT]):
            return already_finished(run)
        return _audit(run, config, judged, begun, cluster_model, inputs)


def _table_of(path: Path) -> Path:
    return path / "predictions.parquet" if path.is_dir() else path


def _of_split(judged: Judged, dataset: Dataset, split: str | None) -> Judged:
    from cutis.tasks.selection import choose_rows

    if split in (None, "all"):
        return judged
    wanted = set(choose_rows(dataset, split).ids)
    keep = np.array([dataset.ids[row] in wanted for row in judged.rows], dtype=bool)
    if not keep.any():
        raise CutisError(
            f"No prediction is of the split '{split}'.", fix="leave --split out to audit all"
        )
    return _kept(judged, np.flatnonzero(keep))


def _kept(judged: Judged, index: np.ndarray) -> Judged:
    return judged._replace(
        rows=judged.rows[index],
        correct_n=judged.correct_n[index],
        label_n=tuple(judged.label_n[i] for i in index),
        predicted_n=tuple(judged.predicted_n[i] for i in index),
    )


def _cluster_model(config: AuditModelConfig, begun: Start) -> Model:
    from cutis.models import load_model
    from cutis.models.halves import require_vision
    from cutis.progress import say

    if config.cluster_model in (None, config.model):
        return begun.model
    say(f"Loading model {config.cluster_model} ...")
    model = load_model(str(config.cluster_model), device=config.device, precision=config.precision)
    require_vision(model)
    return model


def _audit(
    run: Run,
    config: AuditModelConfig,
    judged: Judged,
    begun: Start,
    cluster_model: Model,
    inputs: dict[str, Any],
) -> AuditResult:
    from cutis.features import embed
    from cutis.report import build_report
    from cutis.stats.failure_clusters import cluster_features
    from cutis.tasks.annotate.material import embed_rows
    from cutis.tasks.audit.start import described
    from cutis.tasks.closing import closing_lines, sharing_lines

    dataset, features = embed_rows(
        begun.dataset, begun.model, begun.cache, config.batch_size, config.workers
    )
    judged = _kept(judged, features.rows)
    values_nd = features.values_nd
    if cluster_model is not begun.model:
        values_nd = embed(
            dataset, cluster_model, cache=begun.cache, batch_size=config.batch_size,
            workers=config.workers,
        ).values_nd  # fmt: skip
    try:
        clustering = cluster_features(
            values_nd, config.n_components, config.n_clusters, config.min_cluster, config.seed
        )
    except ValueError as error:
        raise CutisError(
            f"The images cannot be clustered: {error}",
            fix="audit more predictions, or give a smaller --min-cluster",
        ) from error
    result = analyse(
        config, dataset, judged, clustering, begun.scorer.scores(features.values_nd), begun
    )
    shown = _shown(result, clustering, dataset, judged, config.top)
    written = _write(run.dir, result, clustering, dataset, judged, shown)
    run.finish(
        inputs=inputs,
        outputs=[*written, "report.html"],
        command=command_line("audit model", config),
        model={
            "card": begun.model.card.model_dump(mode="json"),
            "identity": begun.model.identity(),
        },
        cluster_model=cluster_model.identity(),
        dataset=described(dataset),
        concepts=begun.scorer.record,
        top=[
            {"cluster": cluster, "cases": [_case(dataset, judged, i) for i in rows]}
            for cluster, rows in shown.items()
        ],
    )
    build_report(run.dir)
    lines = (*_summary(result), *sharing_lines(dataset, run.dir), *closing_lines(run.dir))
    return AuditResult(run.dir, result, lines)


def analyse(
    config: AuditModelConfig,
    dataset: Dataset,
    judged: Judged,
    clustering: Clustering,
    scores_nk: np.ndarray,
    begun: Start,
) -> dict[str, Any]:
    """Return the content of ``result.json``: clusters, and what marks those of low accuracy.

    Parameters
    ----------
    config
        Settings of the verb.
    dataset, judged
        The images, and whether the model was right on each.
    clustering
        Clusters of the images.
    scores_nk
        (n, k) scores of concepts.
    begun
        Where the concepts come from.
    """
    from cutis.report.wording import count
    from cutis.stats.failure_clusters import find_contrasts
    from cutis.tasks.audit.contrasts import cluster_records, contrast_records, share_estimate
    from cutis.tasks.audit.start import settings_of

    settings = settings_of(config, dataset)
    pairs = find_contrasts(
        clustering.cluster_n, clustering.centres_cd, judged.correct_n, config.min_cluster
    )
    notes = list(begun.notes)
    if judged.n_unlabelled:
        said = count(judged.n_unlabelled, "prediction has", "predictions have")
        notes.append(f"{said} no label and took no part.")
    clusters = cluster_records(clustering, judged.correct_n, settings, dataset.groups)
    small = sum(c["n"] < config.min_cluster for c in clusters)
    if small:
        said = count(small, "cluster has", "clusters have")
        notes.append(f"{said} fewer than {config.min_cluster} images, not judged.")
    return {
        "format": FORMAT,
        "n": len(dataset),
        "n_groups": None if dataset.groups is None else len(set(dataset.groups.tolist())),
        "accuracy": share_estimate(judged.correct_n, dataset.groups, settings),
        "n_components": clustering.n_components,
        "n_clusters": len(clusters),
        "min_cluster": config.min_cluster,
        "grouping": settings.grouping,
        "confidence": settings.confidence,
        "n_bootstrap": settings.n_bootstrap,
        "seed": settings.seed,
        "clusters": clusters,
        "low": contrast_records(
            pairs, clustering, scores_nk, begun.scorer.concepts.ids, dataset.groups, settings,
            config.n_permutations,
        ),
        "notes": notes,
    }  # fmt: skip


def _shown(
    result: dict[str, Any],
    clustering: Clustering,
    dataset: Dataset,
    judged: Judged,
    top: int,
) -> dict[int, list[int]]:
    """Return the images nearest the centre of each cluster on the page, one per group."""
    from cutis.tasks.annotate.outputs import top_rows

    wanted = [c for record in result["low"] for c in (record["cluster"], record["reference"])]
    found: dict[int, list[int]] = {}
    for cluster in dict.fromkeys(wanted):
        rows = np.flatnonzero(clustering.cluster_n == cluster)
        groups = None if dataset.groups is None else dataset.groups[rows]
        nearness = -clustering.distance_n[rows][:, None]
        found[cluster] = [int(rows[i]) for i in top_rows(nearness, ("x",), groups, top)["x"]]
    return found


def _case(dataset: Dataset, judged: Judged, row: int) -> dict[str, Any]:
    answer = judged.predicted_n[row]
    right = bool(judged.correct_n[row])
    said = f"{judged.label_n[row]}, {'found' if right else f'taken for {answer}'}"
    return {"id": dataset.ids[row], "said": said}


def _write(
    folder: Path,
    result: dict[str, Any],
    clustering: Clustering,
    dataset: Dataset,
    judged: Judged,
    shown: dict[int, list[int]],
) -> list[str]:
    import pandas as pd

    from cutis.tasks.annotate.outputs import write_montage

    table = pd.DataFrame(
        {
            "id": list(dataset.ids),
            "cluster": clustering.cluster_n,
            "label": list(judged.label_n),
            "predicted": list(judged.predicted_n),
            "correct": judged.correct_n,
        }
    )
    with atomic_path(folder / "clusters.parquet") as temporary:
        table.to_parquet(temporary, index=False)
    write_json(folder / RESULT, result)
    tops = {str(cluster): rows for cluster, rows in shown.items()}
    return [RESULT, "clusters.parquet", *write_montage(folder, dataset, tops)]


def _summary(result: dict[str, Any]) -> tuple[str, ...]:
    from cutis.tasks.outputs import interval_text

    by_number = {record["cluster"]: record for record in result["clusters"]}
    lines = [
        f"{result['n']} images, accuracy {interval_text(result['accuracy'])}; "
        f"{result['n_clusters']} clusters, {len(result['low'])} below with a good neighbour."
    ]
    for record in result["low"][:8]:
        low, good = by_number[record["cluster"]], by_number[record["reference"]]
        marks = [c for c in record["concepts"] if c["p_bh"] is not None and c["p_bh"] < 0.05]
        said = ", ".join(
            f"{'more' if c['difference']['value'] > 0 else 'less'} {c['name']}" for c in marks[:4]
        )
        lines.append(
            f"  cluster {low['cluster']}: {low['n_right']} of {low['n']} right; like cluster "
            f"{good['cluster']} ({good['n_right']} of {good['n']}) but "
            f"{said or 'no concept differs after correction'}"
        )
    return (*lines, *result["notes"])


def _dry_lines(config: AuditModelConfig, judged: Judged, begun: Start) -> tuple[str, ...]:
    import yaml

    from cutis.features import plan

    return (
        "Dry run: nothing is written.",
        yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False).rstrip(),
        f"Predictions: {len(judged.rows)} labelled, {int(judged.correct_n.sum())} right.",
        f"Concepts: {len(begun.scorer.concepts.ids)} from {begun.scorer.concepts.name}.",
        plan(begun.dataset, begun.model, cache=begun.cache).render(),
    )
