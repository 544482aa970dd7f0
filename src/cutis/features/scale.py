"""Settings that spread an extraction over processes and machines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from cutis.config import VerbConfig
from cutis.errors import CutisError

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.features.opened import Features
    from cutis.features.parts import PartResult
    from cutis.models import Model


class ScaleConfig(VerbConfig):
    """Settings of a verb that can compute features with several processes."""

    shard: str | None = Field(
        default=None,
        description="Compute only part i of n, as i/n; processes 1/n to n/n fill one cache.",
    )
    threads: int | None = Field(
        default=None, gt=0, description="Processor threads of the tower [one per core]."
    )
    engine: Literal["local", "ray"] = Field(
        default="local", description="What computes: this process, or workers of a Ray cluster."
    )
    ray_address: str | None = Field(
        default=None,
        description="Ray cluster to use [one is started on this machine and stopped at the end].",
    )
    ray_workers: int | None = Field(
        default=None,
        gt=0,
        description="Ray workers, each with its own copy of the model [as many as fit].",
    )


def check_scale(config: ScaleConfig, export: bool = False) -> None:
    """Refuse settings that contradict each other, before anything is loaded.

    Raises
    ------
    CutisError
        If ``shard`` is not i/n or cannot be had with the other settings, or Ray's settings are
        given without Ray, or Ray is not installed.
    """
    from cutis.features.parts import parse_part
    from cutis.features.ray_engine import require_ray

    if config.shard is not None:
        parse_part(config.shard)
        if config.engine == "ray":
            raise CutisError(
                "--shard and --engine ray cannot be had together: Ray shares the work out itself.",
                fix="leave one of them away",
            )
        if export:
            raise CutisError(
                "--export needs all features, --shard computes a part of them.",
                fix="after all parts, run the same command with --export and without --shard",
            )
    if config.engine == "ray":
        require_ray()
    elif config.ray_address is not None or config.ray_workers is not None:
        raise CutisError(
            "--ray-address and --ray-workers mean nothing without Ray.", fix="add --engine ray"
        )


def compute(
    config: ScaleConfig,
    dataset: Dataset,
    model: Model,
    cache: Path | None,
    batch_size: int | None,
    workers: int | None,
) -> Features | PartResult:
    """Compute features the way the settings say: here, a part of them, or with Ray.

    Raises
    ------
    CutisError
        As :func:`cutis.features.embed`.
    """
    from cutis.features.embed import embed
    from cutis.features.extract import fill
    from cutis.features.parts import embed_part, parse_part
    from cutis.features.ray_engine import RayEngine

    if config.shard is not None:
        part = parse_part(config.shard)
        return embed_part(dataset, model, part, cache, batch_size, workers, config.threads)
    filler = fill if config.engine == "local" else RayEngine(config.ray_address, config.ray_workers)
    return embed(dataset, model, cache, batch_size, workers, threads=config.threads, filler=filler)
