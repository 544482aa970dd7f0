"""Concept annotation of a table of images: scores, AUROC with intervals, and a report."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutis.config import command_line
from cutis.features.loader import Loader
from cutis.features.many import ManyResult, run_many
from cutis.runs import Run
from cutis.tasks.annotate.config import AnnotateConfig

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.models import Model
    from cutis.prompts import ConceptSet, ConceptTemplates
    from cutis.tasks.annotate.labels import ConceptLabels


@dataclass(frozen=True)
class AnnotateResult:
    """What an annotation found.

    Attributes
    ----------
    dir
        The run directory.
    metrics
        The content of ``metrics.json``, or None when the table answers no concept.
    lines
        The text the command line shows.
    """

    dir: Path
    metrics: dict[str, Any] | None
    lines: tuple[str, ...]

    def render(self) -> str:
        """Return the summary for the terminal."""
        return "\n".join(self.lines)


@dataclass(frozen=True)
class _Asked:
    """A dataset and what is asked of it."""

    full: Dataset
    dataset: Dataset
    concepts: ConceptSet
    templates: ConceptTemplates
    labels: ConceptLabels
    notes: tuple[str, ...]


def annotate(config: AnnotateConfig) -> AnnotateResult | ManyResult:
    """Score how strongly each image shows each of a set of concepts, in words alone.

    Where the table has columns of expert answers, they are compared with the scores: AUROC and
    average precision of every concept, with intervals that resample lesions or patients. The same
    call again finishes what is missing. Several models or tables give one run each.

    Raises
    ------
    CutisError
        For every input that cannot be used; nothing finished before is lost.
    """
    if config.is_many():
        return run_many("annotate", config, annotate_one)
    return annotate_one(config, Loader())


def annotate_one(config: AnnotateConfig, loader: Loader) -> AnnotateResult:
    """Annotate one dataset by one model.

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
    from cutis.tasks.annotate.material import identity
    from cutis.tasks.annotate.scorer import make_scorer

    asked = _ask(config, loader.dataset(config))
    model = loader.model(config, device=config.device, precision=config.precision)
    require_both(model)
    cache = config.cache or default_cache()
    if config.dry_run:
        return _dry_run(config, asked, model, cache)
    with Run(config.output, "annotate", config) as run:
        run.facts["load_seconds"] = loader.load_seconds
        scorer = make_scorer(model, asked.concepts, asked.templates, config, cache)
        inputs = identity(asked.dataset, model, scorer, cache, config.workers)
        if run.is_finished(inputs, ["annotations.csv"] if config.csv else []):
            return _already_finished(run)
        return _score(run, config, asked, model, scorer, cache, inputs)


def _ask(config: AnnotateConfig, full: Dataset) -> _Asked:
    from cutis.tasks.annotate.choosing import choose_concepts, choose_templates
    from cutis.tasks.annotate.labels import drop_unfit, read_concept_labels
    from cutis.tasks.selection import choose_rows, refuse_no_files

    dataset, dropped = drop_unfit(choose_rows(full, config.split))
    concepts = choose_concepts(config, dataset)
    templates = choose_templates(config, concepts, dataset)
    labels = read_concept_labels(dataset, concepts)
    refuse_no_files(dataset)
    notes = (*dropped, *concepts.notes, *labels.notes)
    return _Asked(full, dataset, concepts, templates, labels, notes)


def _already_finished(run: Run) -> AnnotateResult:
    from cutis.tasks.closing import closing_lines

    path = run.dir / "metrics.json"
    metrics = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    lines = ("This run was finished before; nothing to do.", *closing_lines(run.dir))
    return AnnotateResult(run.dir, metrics, lines)


def _score(
    run: Run,
    config: AnnotateConfig,
    asked: _Asked,
    model: Model,
    scorer: Any,
    cache: Path,
    inputs: dict[str, Any],
) -> AnnotateResult:
    from cutis.report import build_report
    from cutis.tasks.annotate import outputs
    from cutis.tasks.annotate.material import embed_rows
    from cutis.tasks.closing import closing_lines, sharing_lines

    dataset, features = embed_rows(asked.dataset, model, cache, config.batch_size, config.workers)
    run.log("embedded", images=len(features.ids), unreadable=len(features.errors))
    labels = asked.labels._replace(labels_nk=asked.labels.labels_nk[features.rows])
    names = scorer.concepts.ids
    scores_nk = scorer.scores(features.values_nd)
    table = outputs.annotations_table(dataset, scores_nk, labels, names)
    metrics = outputs.measure(scores_nk, labels, names, dataset, config)
    written = outputs.write_outputs(run.dir, table, metrics, features, scorer, config.csv)
    tops = outputs.top_rows(scores_nk, names, dataset.groups, config.top)
    written += outputs.write_montage(run.dir, dataset, tops)
    run.finish(
        inputs=inputs,
        outputs=[*written, "report.html"],
        command=command_line("annotate", config),
        images_per_second=features.images_per_second,
        model={"card": model.card.model_dump(mode="json"), "identity": model.identity()},
        dataset=_described(asked, len(dataset), config),
        concepts=scorer.record,
        top=outputs.top_records(tops, scores_nk, labels, dataset),
        notes=list(asked.notes),
        precision=config.precision,
    )
    build_report(run.dir)
    lines = (
        *_summary(metrics, len(dataset), len(features.errors), names),
        *asked.notes,
        *sharing_lines(dataset, run.dir),
        *closing_lines(run.dir),
    )
    return AnnotateResult(run.dir, metrics, lines)


def _described(asked: _Asked, n: int, config: AnnotateConfig) -> dict[str, Any]:
    dataset = asked.dataset
    return {
        "name": dataset.name,
        "card": dataset.card.model_dump(mode="json"),
        "table": dataset.source.name,
        "table_sha256": dataset.table_sha256(),
        "roles": dict(dataset.roles),
        "notes": list(asked.full.notes),
        "split": config.split or ("test" if len(dataset) < len(asked.full) else "all"),
        "counts": {
            "rows_in_table": len(asked.full),
            "rows_in_split": len(dataset),
            "unreadable": len(dataset) - n,
            "annotated": n,
        },
    }


def _summary(
    metrics: dict[str, Any] | None, n: int, unreadable: int, names: tuple[str, ...]
) -> tuple[str, ...]:
    from cutis.tasks.outputs import interval_text

    lines = []
    if unreadable:
        lines.append(f"{unreadable} images could not be read (listed in errors.csv).")
    if metrics is None:
        lines.append(
            f"{n} images scored for {len(names)} concepts; the table has no answers to compare."
        )
        return tuple(lines)
    unit = f"{metrics['n_groups']} groups by {metrics['grouping']}"
    grouped = unit if metrics["grouping"] != "none" else "no grouping column"
    lines.append(
        f"{n} images scored for {len(names)} concepts, {len(metrics['per_concept'])} of them with "
        f"answers ({metrics['n']} images, {grouped})."
    )
    level = f"{100 * metrics['confidence']:g} % CI"
    width = min(max(map(len, metrics["per_concept"])), 28)
    for name, part in metrics["per_concept"].items():
        lines.append(
            f"  {name:<{width}} AUROC {interval_text(part['auroc'])}  "
            f"{part['n_positive']} of {part['n']} positive"
        )
    mean, above = metrics["metrics"]["mean_auroc"], metrics["metrics"]["concepts_above_0.7"]
    lines.append(f"  {'mean':<{width}} AUROC {interval_text(mean)}  {level}")
    if above["value"] is not None:
        lines.append(f"  above 0.7: {above['value']:.0f} of {metrics['n_concepts']} concepts")
    return (*lines, *metrics["notes"])


def _dry_run(config: AnnotateConfig, asked: _Asked, model: Model, cache: Path) -> AnnotateResult:
    import yaml

    from cutis.features import plan

    resolved = yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False).rstrip()
    answered = len(asked.labels.columns)
    lines = (
        "Dry run: nothing is written.",
        resolved,
        f"Rows: {len(asked.full)} in the table, {len(asked.dataset)} to annotate.",
        f"Concepts: {len(asked.concepts.ids)} from {asked.concepts.name}, {answered} with answers "
        "in the table.",
        f"Templates: {asked.templates.name}, {len(asked.templates.templates)} sentences.",
        *asked.notes,
        plan(asked.dataset, model, cache=cache).render(),
    )
    return AnnotateResult(config.output, None, lines)
