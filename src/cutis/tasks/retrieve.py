"""Retrieval: captions for images, images for captions, images for images."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter
from pydantic import Field, field_validator

from cutis.config import ManyConfig, command_line
from cutis.errors import CutisError
from cutis.features.loader import Loader
from cutis.features.many import ManyResult
from cutis.runs import Run

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.models import Model
    from cutis.tasks.retrieval_inputs import Inputs

DIRECTIONS = {
    "both": ("image-to-text", "text-to-image"),
    "image-to-text": ("image-to-text",),
    "text-to-image": ("text-to-image",),
    "image-to-image": ("image-to-image",),
}


class RetrieveConfig(ManyConfig):
    """Settings of ``cutis retrieve``."""

    direction: Literal["both", "image-to-text", "text-to-image", "image-to-image"] = Field(
        default="both",
        description="What is looked for with what; 'both' is image-to-text and text-to-image.",
    )
    k: Annotated[tuple[int, ...], Parameter(consume_multiple=True)] = Field(
        default=(5, 10, 50), description="Lengths of the lists to judge, as in R@5."
    )
    protocol: Literal["any-correct", "diagonal"] = Field(
        default="any-correct",
        description="What counts as right: every caption of an image and every equal caption, or "
        "as in the papers only the caption in the same row.",
    )
    exclude_near: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="Image to image: leave out images whose cosine to the query is at least this.",
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
    device: Literal["auto", "cpu", "cuda", "mps"] = Field(
        default="auto", description="Where the model computes."
    )
    precision: Literal["fp32", "bf16"] = Field(
        default="fp32", description="Arithmetic of the towers; fp32 is exact."
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

    @field_validator("k", mode="before")
    @classmethod
    def _split(cls, values: Any) -> Any:
        words = values if isinstance(values, list | tuple) else [values]
        parts = [word.split(",") if isinstance(word, str) else [word] for word in words]
        return [part for several in parts for part in several]

    @field_validator("k")
    @classmethod
    def _ascending(cls, values: tuple[int, ...]) -> tuple[int, ...]:
        if not values or min(values) < 1:
            raise ValueError("each length of a list is 1 or more")
        return tuple(sorted(set(values)))


@dataclass(frozen=True)
class RetrieveResult:
    """What a retrieval run found.

    Attributes
    ----------
    dir
        The run directory.
    metrics
        The content of ``metrics.json``; None after a dry run.
    lines
        The text the command line shows.
    """

    dir: Path
    metrics: dict[str, Any] | None
    lines: tuple[str, ...]

    def render(self) -> str:
        """Return the summary for the terminal."""
        return "\n".join(self.lines)


def retrieve(config: RetrieveConfig) -> RetrieveResult | ManyResult:
    """Find captions for images, images for captions, or images for images, and measure it.

    The run directory receives the ranks of every query, metrics with confidence intervals that
    resample lesions or patients, and a report. The same call again finishes what is missing.
    Several models or tables give one run each and a leaderboard.

    Raises
    ------
    CutisError
        For every input that cannot be used; nothing finished before is lost.
    """
    refuse_idle_options(config)
    if config.is_many():
        from cutis.tasks.many import run_with_leaderboard

        return run_with_leaderboard("retrieve", config, retrieve_one)
    return retrieve_one(config, Loader())


def refuse_idle_options(config: RetrieveConfig) -> None:
    """Refuse settings that the direction would leave without effect.

    Raises
    ------
    CutisError
        If near duplicates are excluded among captions, or captions or their protocol are named
        where images are compared with images.
    """
    by_image = config.direction == "image-to-image"
    idle = {
        "--exclude-near": config.exclude_near is not None and not by_image,
        "--protocol diagonal": config.protocol == "diagonal" and by_image,
        "--caption-column": config.caption_column is not None and by_image,
    }
    for flag in (flag for flag, is_idle in idle.items() if is_idle):
        compares = "images with images" if by_image else "images with captions"
        other = "a direction with captions" if by_image else "--direction image-to-image"
        raise CutisError(
            f"{flag} has no effect with --direction {config.direction}, which compares {compares}.",
            allowed=f"It goes with {other}.",
            fix=f"leave {flag} out"
            + (
                ", or choose --direction both"
                if by_image
                else ", or add --direction image-to-image"
            ),
        )


def retrieve_one(config: RetrieveConfig, loader: Loader) -> RetrieveResult:
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
    from cutis.features import default_cache, features_key
    from cutis.models.halves import require_both, require_vision
    from cutis.tasks.retrieval_inputs import read_captions, refuse_labels
    from cutis.tasks.selection import choose_rows, refuse_no_files

    full = loader.dataset(config)
    dataset = choose_rows(full, config.split)
    by_image = config.direction == "image-to-image"
    captions = None if by_image else read_captions(dataset, config)
    if by_image:
        refuse_labels(dataset)
    refuse_no_files(dataset)
    model = loader.model(config, device=config.device, precision=config.precision)
    (require_vision if by_image else require_both)(model)
    cache = config.cache or default_cache()
    if config.dry_run:
        return _dry_run(config, full, dataset, model, captions, cache)
    with Run(config.output, "retrieve", config) as run:
        run.facts["load_seconds"] = loader.load_seconds
        inputs = {
            "table_sha256": dataset.table_sha256(),
            "features_key": features_key(dataset, model, cache, config.workers),
            "model": model.identity(),
        }
        if run.is_finished(inputs):
            return _already_finished(run)
        return _evaluate(run, config, full, dataset, model, captions, cache, inputs)


def _evaluate(
    run: Run,
    config: RetrieveConfig,
    full: Dataset,
    dataset: Dataset,
    model: Model,
    captions: tuple[tuple[str, ...], ...] | None,
    cache: Path,
    inputs: dict[str, Any],
) -> RetrieveResult:
    from cutis.features import embed
    from cutis.features.nothing import refuse_nothing
    from cutis.report import build_report
    from cutis.tasks import retrieval_outputs as outputs
    from cutis.tasks.closing import closing_lines, sharing_lines
    from cutis.tasks.retrieval_inputs import gather, rank

    features = embed(
        dataset, model, cache=cache, batch_size=config.batch_size, workers=config.workers
    )
    run.log("embedded", images=len(features.ids), unreadable=len(features.errors))
    refuse_nothing(features, config)
    found: Inputs = gather(dataset, features, model, captions, config, cache)
    directions = rank(found, config, dataset.roles.get("group", "none"))
    metrics = outputs.measure(directions, found, config, dataset)
    written = outputs.write_all(run.dir, directions, metrics, found, dataset, features)
    run.finish(
        inputs=inputs,
        outputs=[*written, "report.html"],
        command=command_line("retrieve", config),
        images_per_second=features.images_per_second,
        model={"card": model.card.model_dump(mode="json"), "identity": model.identity()},
        dataset=outputs.describe(full, dataset, features, found, config),
        captions=found.facts,
        protocol=config.protocol,
        precision=config.precision,
    )
    build_report(run.dir)
    lines = (
        *outputs.summary_lines(metrics, features, found),
        *sharing_lines(dataset, run.dir),
        *closing_lines(run.dir),
    )
    return RetrieveResult(run.dir, metrics, lines)


def _already_finished(run: Run) -> RetrieveResult:
    import json

    from cutis.tasks.closing import closing_lines

    metrics = json.loads((run.dir / "metrics.json").read_text(encoding="utf-8"))
    lines = ("This run was finished before; nothing to do.", *closing_lines(run.dir))
    return RetrieveResult(run.dir, metrics, lines)


def _dry_run(
    config: RetrieveConfig,
    full: Dataset,
    dataset: Dataset,
    model: Model,
    captions: tuple[tuple[str, ...], ...] | None,
    cache: Path,
) -> RetrieveResult:
    import yaml

    from cutis.features import plan

    resolved = yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False).rstrip()
    lines = [
        "Dry run: nothing is written.",
        resolved,
        f"Rows: {len(full)} in the table, {len(dataset)} to evaluate.",
        plan(dataset, model, cache=cache).render(),
    ]
    if captions is not None:
        texts = [text for row in captions for text in row]
        bare = sum(not row for row in captions)
        lines.insert(
            3, f"Captions: {len(texts)}, {len(set(texts))} distinct; {bare} rows have none."
        )
    return RetrieveResult(config.output, None, tuple(lines))
