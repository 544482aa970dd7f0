"""The settings of ``cutis data overlap``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Literal

from cyclopts import Parameter
from pydantic import Field

from cutis.config import DataConfig, InputConfig, RunConfig

# The published audit's; other models' cosines are higher throughout.
SSCD_THRESHOLD, THRESHOLD = 0.75, 0.95
Several = Parameter(negative_iterable=())


class OverlapConfig(InputConfig, RunConfig, DataConfig):
    """Settings of ``cutis data overlap``."""

    takes_positional: ClassVar[bool] = True

    data: Annotated[list[Path], Several] = Field(  # type: ignore[assignment]
        min_length=1,
        description="Tables of images, names from 'cutis data list', or folders of features; each "
        "is searched, and compared with each other.",
    )
    against: Annotated[list[Path] | None, Several] = Field(
        default=None,
        description="Tables, or folders of features, to compare those of --data with instead, such "
        "as what a model was trained on.",
    )
    images: Annotated[list[Path] | None, Several] = Field(  # type: ignore[assignment]
        default=None,
        description="Folder the image paths are relative to [table's folder]; once for all tables, "
        "or once each, --data first ('auto' for the default).",
    )
    card: Annotated[list[str] | None, Several] = Field(  # type: ignore[assignment]
        default=None,
        description="Dataset card [found by itself]; once for all tables, or once each, --data "
        "first ('auto' for the default).",
    )
    split: str | None = Field(
        default=None, description="Split of the tables of --data to search [all rows]."
    )
    scope: Literal["all", "between", "within"] = Field(
        default="all",
        description="Whether to look within each table of --data, between tables, or both.",
    )
    no_hash: bool = Field(
        default=False, description="Leave the perceptual hash out and compare features only."
    )
    hash_distance: int = Field(
        default=14,
        ge=0,
        le=24,
        description="Differing bits, of 128, up to which two pictures are looked at as copies.",
    )
    likeness: float = Field(
        default=0.85,
        ge=0,
        lt=1,
        description="Least correlation of the fine detail of two pictures with such hashes, laid "
        "over each other; 0 trusts the hash alone.",
    )
    flips: bool = Field(
        default=False, description="Also find mirrored and turned copies by the perceptual hash."
    )
    model: str | None = Field(
        default=None,
        description="Model whose features are compared as well, see 'cutis models list'; or "
        "sscd@FILE, the published copy detector.",
    )
    threshold: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="Least cosine of two copies [0.75 with sscd, 0.95 with another model].",
    )
    trust_torchscript: bool = Field(
        default=False,
        description="Run the program inside the TorchScript file of sscd@FILE; only for a file "
        "whose source you trust.",
    )
    trained: Annotated[list[str] | None, Several] = Field(
        default=None,
        description="Models that were trained on the tables of --against (without it: on the "
        "last table); evaluations of these models warn of the overlap.",
    )
    max_pairs: int = Field(
        default=1_000_000, gt=0, description="Most pairs of two tables before the search stops."
    )
    pictures: int = Field(default=24, ge=0, description="Pairs shown in the report.")
    confidence: float = Field(
        default=0.95, gt=0.5, lt=1.0, description="Level of the confidence intervals."
    )
    csv: bool = Field(
        default=False,
        description="Also write overlap.csv, and overlaps.csv and overlap_summary.csv in the "
        "published layout.",
    )
    drop: Path | None = Field(
        default=None, description="Table to write without the copies; goes with --drop-from."
    )
    drop_from: str | None = Field(
        default=None, description="Name or path of the table of --data the copies are dropped from."
    )
    drop_rows_only: bool = Field(
        default=False,
        description="Drop the copies alone, and keep the other images of their lesion or patient.",
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = Field(
        default="auto", description="Where the model computes."
    )
    batch_size: int | None = Field(
        default=None, gt=0, description="Images per forward pass [16 on a CPU, 64 elsewhere]."
    )
    workers: int = Field(default=2, ge=1, description="Threads that read images.")
    cache: Annotated[Path | None, Parameter(alias="--cache-dir")] = Field(
        default=None, description="Folder of cached features [$CUTIS_CACHE or ~/.cache/cutis]."
    )
