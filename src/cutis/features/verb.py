"""``cutis embed``: the features of a table of images, with a record of what was done."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter
from pydantic import Field

from cutis.config import DataConfig, InputConfig, ManyConfig, command_line
from cutis.features.loader import Loader
from cutis.features.many import ManyResult, run_many
from cutis.features.nothing import refuse_nothing
from cutis.features.scale import ScaleConfig, check_scale
from cutis.files import atomic_path
from cutis.progress import say
from cutis.runs import Run

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.features.opened import Features
    from cutis.models import Model

DATA_SETTINGS = tuple(DataConfig.model_fields)
# With these another command finds the same features again.
KEPT_SETTINGS = (*DATA_SETTINGS, "model", "precision", *InputConfig.model_fields, "cache")


class EmbedConfig(ScaleConfig, ManyConfig):
    """Settings of ``cutis embed``."""

    device: Literal["auto", "cpu", "cuda", "mps"] = Field(
        default="auto", description="Where the model computes."
    )
    precision: Literal["fp32", "bf16"] = Field(
        default="fp32", description="Arithmetic of the towers; bf16 is faster and less exact."
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
    export: bool = Field(
        default=False,
        description="Also write features.npy and features.csv into the run directory.",
    )


@dataclass(frozen=True)
class EmbedResult:
    """What ``cutis embed`` did.

    Attributes
    ----------
    dir
        The run directory.
    features
        The features, or None after a dry run.
    lines
        The text the command line shows.
    """

    dir: Path
    features: Features | None
    lines: tuple[str, ...]
    exit_code: int = 0

    def render(self) -> str:
        """Return the summary for the terminal."""
        return "\n".join(self.lines)


def embed_verb(config: EmbedConfig) -> EmbedResult | ManyResult:
    """Compute a model's features of a table of images.

    The features are kept in the cache, where every other command finds them; the run directory
    records what they are and which images could not be read. Several models or tables give one
    run each.

    Raises
    ------
    CutisError
        For every input that cannot be used; nothing finished before is lost.
    """
    check_scale(config, config.export)
    if config.is_many():
        return run_many("embed", config, embed_one)
    return embed_one(config, Loader())


def embed_one(config: EmbedConfig, loader: Loader) -> EmbedResult:
    """Compute one model's features of one table.

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
    from cutis.features.opened import open_features
    from cutis.features.parts import PartResult
    from cutis.features.scale import compute
    from cutis.models.halves import require_vision

    dataset = loader.dataset(config)
    model = loader.model(config, device=config.device, precision=config.precision)
    require_vision(model)
    if config.dry_run:
        return _dry_run(config, dataset, model)
    with Run(config.output, "embed", config) as run:
        done = compute(config, dataset, model, config.cache, config.batch_size, config.workers)
        if isinstance(done, PartResult):
            run.log("part", **done.facts())
            if done.missing:
                return EmbedResult(config.output, None, (done.render(), part_closing(config)))
            say(done.render())
            done = replace(open_features(done.dir), images_per_second=done.images_per_second)
        features = done
        run.log("embedded", images=len(features), unreadable=len(features.errors))
        refuse_nothing(features, config)
        inputs = {
            "table_sha256": dataset.table_sha256(),
            "model": model.identity(),
            "features_key": features.key,
        }
        if not run.is_finished(inputs, ["features.npy"] if config.export else []):
            run.finish(
                inputs=inputs,
                outputs=write_outputs(run.dir, features, config.export),
                command=command_line("embed", config),
                features=record(features),
                images_per_second=features.images_per_second,
                load_seconds=loader.load_seconds,
                model={"card": model.card.model_dump(mode="json"), "identity": model.identity()},
                dataset={"name": dataset.name, "card": dataset.card.model_dump(mode="json")},
            )
    return EmbedResult(
        config.output, features, (*summary(features), closing(config, dataset, model))
    )


def _dry_run(config: EmbedConfig, dataset: Dataset, model: Model) -> EmbedResult:
    import yaml

    from cutis.features.parts import parse_part, plan_part
    from cutis.features.plan import plan

    resolved = yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False).rstrip()
    planned = plan(dataset, model, config.cache, config.batch_size, config.workers)
    lines = ["Dry run: nothing is written.", resolved, planned.render()]
    if config.shard is not None:
        lines.append(plan_part(planned.dir, len(dataset), parse_part(config.shard)))
    return EmbedResult(config.output, None, tuple(lines))


def record(features: Features) -> dict[str, Any]:
    """Return what a run record says of features: where they are, how many, how exact."""
    meta = features.meta
    return {
        "store": short(features.dir),
        "key": features.key,
        "n_rows": meta["n_rows"],
        "n_features": len(features),
        "n_unreadable": len(features.errors),
        "dim": meta["dim"],
        "precision": meta["identity"].get("precision"),
        "cosine_to_fp32": meta.get("cosine_to_fp32"),
        "device": meta.get("device"),
        "batch_size": meta.get("batch_size"),
    }


def short(path: Path) -> str:
    """Return a path with the home folder as ``~``, so that a record does not name its user."""
    try:
        return "~/" + path.absolute().relative_to(Path.home()).as_posix()
    except (ValueError, RuntimeError):
        return str(path)


def write_outputs(directory: Path, features: Features, export: bool) -> list[str]:
    """Write the unreadable rows, and the features themselves if asked; return the names."""
    import pandas as pd

    from cutis.features.tables import npy_bytes

    with atomic_path(directory / "errors.csv") as temporary:
        features.errors.to_csv(temporary, index=False)
    if not export:
        return ["errors.csv"]
    with atomic_path(directory / "features.npy") as temporary:
        temporary.write_bytes(npy_bytes(features.values_nd))
    with atomic_path(directory / "features.csv") as temporary:
        pd.DataFrame({"id": features.ids, "row": features.rows}).to_csv(temporary, index=False)
    return ["errors.csv", "features.npy", "features.csv"]


def summary(features: Features) -> tuple[str, ...]:
    """Return what was computed, as lines for the terminal."""
    meta, errors = features.meta, features.errors
    lines = [
        f"Features of {len(features)} of {meta['n_rows']} images, {meta['dim']} values each, "
        f"in {features.dir}"
    ]
    if len(errors):
        first = errors.iloc[0]
        lines.append(
            f"{len(errors)} could not be read and are listed in errors.csv "
            f"(the first: {first['image']}: {first['reason']})"
        )
    if features.images_per_second is None:
        lines.append("All of them were cached.")
    else:
        lines.append(f"Speed: {features.images_per_second:.1f} images/s")
    cosine = meta.get("cosine_to_fp32")
    if cosine is not None:
        lines.append(
            f"Cosine of {meta['identity']['precision']} to fp32 on {cosine['n']} images: "
            f"mean {cosine['mean']:.6f}, least {cosine['min']:.6f}"
        )
    return tuple(lines)


def closing(config: EmbedConfig, dataset: Dataset, model: Model) -> str:
    """Return the last line: where the run is and what can be done next with these features."""
    if not model.has_text and not _can_compare(dataset):
        return f"Run: {config.output}."
    verb = "zero-shot" if model.has_text else "retrieve --direction image-to-image"
    following = command_line(verb, config, *KEPT_SETTINGS)
    return f"Run: {config.output}. Next: {following} -o NEW_FOLDER"


def _can_compare(dataset: Dataset) -> bool:
    """Tell whether labels say which images belong together and which do not."""
    counts = Counter(dataset.labels[dataset.labels >= 0].tolist()).values()
    return len(counts) > 1 and max(counts) > 1


def part_closing(config: EmbedConfig) -> str:
    """Return the last line of a part: what finishes the features."""
    whole = command_line("embed", config.model_copy(update={"shard": None}))
    return f"Run: {config.output}. Next, when the other parts are done: {whole}"
