"""``cutis models pair``: give a model that only sees words, or a model that only reads eyes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from cyclopts import Parameter
from pydantic import Field

from cutis.config import DataConfig, RunConfig, VerbConfig, command_line
from cutis.models.pairing.fit import Recipe
from cutis.runs import Run

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.features import Features
    from cutis.models import Model
    from cutis.tasks.pair_rows import Parts
    from cutis.tasks.pair_texts import Texts


class HalvesConfig(VerbConfig):
    """Which two models are paired."""

    takes_positional: ClassVar[bool] = True

    vision: str = Field(description="Model whose image tower is used; see 'cutis models list'.")
    text: str = Field(description="Model whose text tower is used.")


class PairConfig(RunConfig, DataConfig, HalvesConfig):
    """Settings of ``cutis models pair``."""

    targets: Literal["auto", "labels", "captions", "both"] = Field(
        default="auto", description="What to learn from: labels, captions or both [what is there]."
    )
    split: str | None = Field(
        default=None, description="Split to train on, or 'all' when there are no splits ['train']."
    )
    val_share: float = Field(
        default=0.15, gt=0, lt=1, description="Share held out to choose on, without a split 'val'."
    )
    templates: str | None = Field(
        default=None,
        description="Prompt templates: a file, or dermatology, dermoscopy, clinical [dermatology].",
    )
    dim: int = Field(default=Recipe.dim, gt=0, description="Length of a projected feature.")
    steps: int = Field(default=Recipe.steps, gt=0, description="Most training steps.")
    train_batch: int = Field(
        default=Recipe.batch_size, gt=1, description="Images in a training step."
    )
    lr: float = Field(default=Recipe.lr, gt=0, description="Learning rate at its highest.")
    weight_decay: float = Field(
        default=Recipe.weight_decay, ge=0, description="Weight decay of the two matrices."
    )
    dropout: float = Field(
        default=Recipe.dropout,
        ge=0,
        lt=1,
        description="Share of image features left out in a step.",
    )
    temperature: float = Field(
        default=Recipe.temperature, gt=0, description="Temperature at the start; it is learned."
    )
    patience: int = Field(
        default=Recipe.patience, gt=0, description="Looks without a better score that end training."
    )
    pooling: str = Field(default="default", description="Image feature of the vision half.")
    self_contained: bool = Field(
        default=False, description="Copy both halves into the folder, so that it can be moved."
    )
    n_bootstrap: int = Field(
        default=1000, ge=100, description="Bootstrap replicates of each confidence interval."
    )
    confidence: float = Field(
        default=0.95, gt=0.5, lt=1.0, description="Level of the confidence intervals."
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = Field(
        default="auto", description="Where features and projections are computed."
    )
    batch_size: int | None = Field(
        default=None, gt=0, description="Images per forward pass [16 on a CPU, 64 elsewhere]."
    )
    workers: int | None = Field(
        default=None, ge=0, description="Threads that read and resize images [one per core]."
    )
    cache: Annotated[Path | None, Parameter(alias="--cache-dir")] = Field(
        default=None, description="Folder of cached features [$CUTIS_CACHE or ~/.cache/cutis]."
    )

    def recipe(self) -> Recipe:
        """Return how the projections are trained."""
        return Recipe(
            dim=self.dim,
            steps=self.steps,
            batch_size=self.train_batch,
            lr=self.lr,
            weight_decay=self.weight_decay,
            dropout=self.dropout,
            temperature=self.temperature,
            patience=self.patience,
            seed=self.seed,
        )


@dataclass(frozen=True)
class PairResult:
    """What pairing made.

    Attributes
    ----------
    dir
        The folder: a run directory and a model at once.
    metrics
        The content of ``metrics.json``; None after a dry run.
    lines
        The text the command line shows.
    """

    dir: Path
    metrics: dict[str, Any] | None
    lines: tuple[str, ...]
    exit_code: int = 0

    def render(self) -> str:
        """Return the summary for the terminal."""
        return "\n".join(self.lines)


@dataclass(frozen=True)
class _Task:
    """Everything that was asked for, read and checked."""

    config: PairConfig
    dataset: Dataset
    parts: Parts
    targets: tuple[bool, bool]
    vision: Model
    text: Model
    cache: Path


def pair(config: PairConfig) -> PairResult:
    """Train two linear projections between a frozen image tower and a frozen text tower.

    The folder that is written is a model: ``--model local-dir:FOLDER``.

    Raises
    ------
    CutisError
        For every input that cannot be used; nothing finished before is lost.
    """
    task = _prepare(config)
    if config.dry_run:
        return _dry_run(task)
    with Run(config.output, "models pair", config) as run:
        texts = _texts(task)
        inputs = _inputs(task, texts)
        if run.is_finished(inputs):
            return _finished_before(run)
        features = _embed(task)
        run.log("embedded", images=len(features.ids), unreadable=len(features.errors))
        return _train(run, task, texts, features, inputs)


def _prepare(config: PairConfig) -> _Task:
    from cutis.data.loading import load_from
    from cutis.features import default_cache
    from cutis.models import load_model
    from cutis.models.halves import require_pair
    from cutis.tasks.pair_rows import choose_parts
    from cutis.tasks.pair_texts import used_targets
    from cutis.tasks.selection import refuse_no_files

    dataset = load_from(config)
    parts = choose_parts(dataset, config.split, config.val_share, config.seed)
    targets = used_targets(dataset, parts, config.targets)
    refuse_no_files(dataset.select(parts.rows()))
    vision = load_model(config.vision, device=config.device, pooling=config.pooling)
    text = load_model(config.text, device=config.device)
    require_pair(vision, text)
    text.tokenize([""])  # a tokenizer that is not here is noticed before images are embedded
    cache = config.cache or default_cache()
    return _Task(config, dataset, parts, targets, vision, text, cache)


def _texts(task: _Task) -> Texts:
    from cutis.tasks.pair_texts import gather_texts

    return gather_texts(
        task.dataset, task.parts, task.targets, task.config.templates, task.text, task.cache
    )


def _inputs(task: _Task, texts: Texts) -> dict[str, Any]:
    from cutis.features import features_key
    from cutis.files import sha256_json

    config, chosen = task.config, task.dataset.select(task.parts.rows())
    return {
        "table_sha256": task.dataset.table_sha256(),
        "features_key": features_key(chosen, task.vision, task.cache, config.workers),
        "vision": task.vision.identity(),
        "text": task.text.identity(),
        "prompts_sha256": texts.prompts.sha256 if texts.prompts else None,
        "captions_sha256": sha256_json(texts.captions),
    }


def _finished_before(run: Run) -> PairResult:
    from cutis.tasks.pair_words import closing

    metrics = json.loads((run.dir / "metrics.json").read_text(encoding="utf-8"))
    lines = ("This pair was finished before; nothing to do.", *closing(run.dir))
    return PairResult(run.dir, metrics, lines)


def _embed(task: _Task) -> Features:
    from cutis.features import embed
    from cutis.features.nothing import refuse_nothing

    chosen, config = task.dataset.select(task.parts.rows()), task.config
    features = embed(chosen, task.vision, task.cache, config.batch_size, config.workers)
    refuse_nothing(features, config)
    return features


def _train(
    run: Run, task: _Task, texts: Texts, features: Features, inputs: dict[str, Any]
) -> PairResult:
    from cutis.files import write_json
    from cutis.models.pairing.fit import fit
    from cutis.models.pairing.save import save_pair
    from cutis.tasks import pair_scores
    from cutis.tasks.pair_card import pair_card, provenance
    from cutis.tasks.pair_material import divide, refuse_nothing_left
    from cutis.tasks.pair_words import card_metrics, closing, summary

    config = task.config
    material, validation = divide(task.dataset, task.parts, texts, features)
    refuse_nothing_left(material, validation, task.dataset, task.parts)
    fitted = fit(
        material,
        config.recipe(),
        lambda pair: pair_scores.score(pair, validation),
        task.vision.device,
    )
    for look in fitted.looks:
        run.log("look", step=look.step, loss=round(look.loss, 6), score=round(look.score, 6))
    labelled = bool(len(validation.labelled()))
    scale = None
    if labelled:
        scale = pair_scores.fit_scale(
            pair_scores.cosines(fitted.projections, validation),
            validation.labels_n[validation.labelled()],
        )
    metrics = pair_scores.measure(
        fitted.projections, validation, scale or fitted.projections.scale, config.n_bootstrap,
        config.confidence, config.seed, task.dataset.roles.get("group"),
    )  # fmt: skip
    facts = provenance(task.dataset, task.parts, texts, len(material.images_nd))
    facts |= {"step": fitted.step, "seed": config.seed, "inputs": inputs}
    card = pair_card(
        config.output.resolve().name, task.vision, task.text, task.dataset, facts,
        card_metrics(metrics), config.dim, scale,
    )  # fmt: skip
    save_pair(
        config.output, fitted.projections, task.vision, task.text, card,
        poolings=(config.pooling, "default"), self_contained=config.self_contained, training=facts,
    )  # fmt: skip
    record = {"format": "cutis.pair/1", "rows": task.parts.val_from, "chosen_on_these_rows": True,
              **metrics}  # fmt: skip
    write_json(run.dir / "metrics.json", record)
    run.finish(
        inputs=inputs,
        outputs=["model.safetensors", "config.json", "card.yaml", "metrics.json"],
        command=command_line("models pair", config),
        training=facts,
        looks=[look._asdict() for look in fitted.looks],
        model={"card": card.model_dump(mode="json")},
        images_per_second=features.images_per_second,
    )
    lines = (*summary(facts, fitted, metrics, features), *closing(run.dir))
    return PairResult(run.dir, record, lines)


def _dry_run(task: _Task) -> PairResult:
    import yaml

    from cutis.features import plan

    config, parts = task.config, task.parts
    resolved = yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False).rstrip()
    names = [name for name, used in zip(("labels", "captions"), task.targets, strict=True) if used]
    planned = plan(
        task.dataset.select(parts.rows()), task.vision, task.cache, config.batch_size,
        config.workers,
    )  # fmt: skip
    lines = (
        "Dry run: nothing is written.",
        resolved,
        f"Rows: {len(task.dataset)} in the table, {len(parts.train)} to learn from, "
        f"{parts.val_from} to choose on.",
        f"Learned from: {' and '.join(names)}.",
        planned.render(),
    )
    return PairResult(config.output, None, lines)
