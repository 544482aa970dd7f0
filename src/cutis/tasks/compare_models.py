"""``cutis models compare``: two models side by side, on paper and on images."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from cyclopts import Parameter
from pydantic import Field

from cutis.config import VerbConfig
from cutis.errors import CutisError
from cutis.files import write_json
from cutis.models.compare import Comparison, compare_models

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.models import Model

FORMAT = "cutis.comparison/1"


class ModelsCompareConfig(VerbConfig):
    """Settings of ``cutis models compare``."""

    takes_positional: ClassVar[bool] = True

    a: str = Field(description="Name of the first model.")
    b: str = Field(description="Name of the second model.")
    data: Path | None = Field(
        default=None, description="Table of images to compare the features on [none]."
    )
    images: Path | None = Field(
        default=None, description="Folder the image paths are relative to [table's folder]."
    )
    n_images: int = Field(
        default=200, ge=2, description="Most images to use, spread evenly over the table."
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = Field(
        default="auto", description="Where the models compute."
    )
    cache: Annotated[Path | None, Parameter(alias="--cache-dir")] = Field(
        default=None, description="Folder of cached features [$CUTIS_CACHE or ~/.cache/cutis]."
    )
    output: Annotated[Path | None, Parameter(alias="-o")] = Field(
        default=None, description="Also write the comparison into this JSON file."
    )


@dataclass(frozen=True)
class Alikeness:
    """How alike the two models' features of the same images are.

    Parameters
    ----------
    n
        Images.
    cosine_mean, cosine_min
        Cosine of an image's two features; None when their lengths differ.
    neighbours
        Share of images whose most similar other image is the same for both.
    cka
        Linear centred kernel alignment.
    """

    n: int
    cosine_mean: float | None
    cosine_min: float | None
    neighbours: float
    cka: float

    def render(self) -> str:
        """Return the numbers as text."""
        if self.cosine_mean is None or self.cosine_min is None:
            cosine = "cosine               not defined: the features have different lengths"
        else:
            cosine = f"cosine               mean {self.cosine_mean:.6f}, min {self.cosine_min:.6f}"
        return "\n".join([
            f"Features of {self.n} images",
            f"  {cosine}",
            f"  same nearest image   {self.neighbours:.1%} of images",
            f"  linear CKA           {self.cka:.4f} (1 = the same up to rotation and scale)",
        ])  # fmt: skip


@dataclass(frozen=True)
class ModelsComparison:
    """The outcome of a comparison.

    Parameters
    ----------
    comparison
        On paper.
    features
        On images; None without any.
    """

    comparison: Comparison
    features: Alikeness | None
    exit_code: int = 0

    def render(self) -> str:
        """Return the comparison as text."""
        parts = [self.comparison.render()]
        parts += [self.features.render()] if self.features else []
        return "\n\n".join(parts)

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        numbers = vars(self.features) if self.features else None
        return {"format": FORMAT, **self.comparison.as_json(), "features": numbers}


def models_compare(config: ModelsCompareConfig) -> ModelsComparison:
    """Compare two models: cards, tensors, preprocessing, tokenizer, and features of images.

    Raises
    ------
    CutisError
        If a model cannot be loaded, reads no images although images are given, or the images
        cannot be read.
    """
    from cutis.data import load_dataset
    from cutis.models import load_model

    dataset = load_dataset(config.data, images=config.images) if config.data else None
    a, b = (load_model(name, config.device) for name in (config.a, config.b))
    features = None
    if dataset is not None:
        rows = np.linspace(0, len(dataset) - 1, min(len(dataset), config.n_images))
        features = _alikeness(dataset.select(np.round(rows).astype(int)), a, b, config.cache)
    result = ModelsComparison(compare_models(a, b), features)
    if config.output is not None:
        write_json(config.output, result.as_json())
    return result


def _alikeness(dataset: Dataset, a: Model, b: Model, cache: Path | None) -> Alikeness:
    from cutis.features import embed
    from cutis.models.halves import require_vision
    from cutis.stats.similarity import linear_cka, neighbour_agreement, row_cosines

    for model in (a, b):
        require_vision(model)
    of_a, of_b = (embed(dataset, model, cache) for model in (a, b))
    if len(of_a) < 2:
        raise CutisError(
            f"Only {len(of_a)} of the {len(dataset)} images can be read; two are needed.",
            fix=f"cutis data check --data {dataset.source}",
        )
    a_nd, b_nd = of_a.values_nd, of_b.values_nd
    cosines = row_cosines(a_nd, b_nd) if a_nd.shape == b_nd.shape else None
    return Alikeness(
        n=len(of_a),
        cosine_mean=None if cosines is None else float(cosines.mean()),
        cosine_min=None if cosines is None else float(cosines.min()),
        neighbours=neighbour_agreement(a_nd, b_nd),
        cka=linear_cka(a_nd, b_nd),
    )
