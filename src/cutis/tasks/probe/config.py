"""The settings of ``cutis probe``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from cyclopts import Parameter
from pydantic import Field, field_validator

from cutis.config import ComputeConfig, ManyConfig

ALL = 1.0
PUBLISHED_SAMPLINGS = ("panderm", "dermfm")


def _words(values: Any) -> Any:
    """Part what stands between commas, as a flag may hold several values."""
    words = values if isinstance(values, list | tuple) else [values]
    parts = [word.split(",") if isinstance(word, str) else [word] for word in words]
    return [part for several in parts for part in several]


class ProbeConfig(ComputeConfig, ManyConfig):
    """Settings of ``cutis probe``."""

    method: Literal["linear", "knn", "mean", "cache"] = Field(
        default="linear",
        description="What learns from the features: a linear classifier, nearest neighbours, the "
        "nearest class mean, or a cache of examples added to zero-shot.",
    )
    protocol: Literal["standard", "panderm"] = Field(
        default="standard",
        description="Linear: our logistic regression with a chosen strength, or exactly the "
        "published probe.",
    )
    fractions: Annotated[tuple[float, ...], Parameter(consume_multiple=True)] = Field(
        default=(ALL,), description="Shares of the training rows to learn from, each above 0."
    )
    shots: Annotated[tuple[int, ...], Parameter(consume_multiple=True)] = Field(
        default=(), description="Images per class to learn from, instead of shares."
    )
    sampling: Literal["grouped", "stratified", "panderm", "dermfm"] = Field(
        default="grouped",
        description="How a share is drawn: whole lesions or patients by class, images by class, "
        "or one of the two published ways.",
    )
    seeds: int = Field(
        default=1, ge=1, description="Repetitions with other draws, from --seed on; the first "
        "is the run's own.",
    )  # fmt: skip
    folds: int | None = Field(
        default=None,
        ge=2,
        description="Predict the whole table out of fold, in this many grouped folds, instead of "
        "using its splits.",
    )
    split: str | None = Field(default=None, description="Split to evaluate ['test'].")
    allow_shared_groups: bool = Field(
        default=False,
        description="Accept a lesion or patient in several splits, as published splits by image "
        "have; it is noted.",
    )
    c: Annotated[tuple[float, ...], Parameter(consume_multiple=True)] = Field(
        default=(1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0),
        description="Linear, standard: inverse strengths of the penalty to choose from.",
    )
    class_weight: Literal["none", "balanced"] = Field(
        default="none",
        description="Linear, standard: weigh every training image alike, or every class alike.",
    )
    k: Annotated[tuple[int, ...], Parameter(consume_multiple=True)] = Field(
        default=(5, 10, 15), description="Nearest neighbours: how many, to choose from."
    )
    votes: Literal["weighted", "plain"] = Field(
        default="weighted",
        description="Nearest neighbours: weigh votes by similarity (temperature 0.07), or not.",
    )
    alpha: Annotated[tuple[float, ...], Parameter(consume_multiple=True)] = Field(
        default=(), description="Cache: weights of the examples beside the prompts to choose from."
    )
    beta: Annotated[tuple[float, ...], Parameter(consume_multiple=True)] = Field(
        default=(), description="Cache: how fast an example's say falls with distance, likewise."
    )
    classes: str | None = Field(
        default=None,
        description="Class names in label order, as a,b,c or a card's name [the dataset's own].",
    )
    templates: str | None = Field(
        default=None,
        description="Cache: prompt templates, a file or the name of a set [dermatology].",
    )
    plain_names: bool = Field(
        default=False, description="Cache: prompt with class names alone, without synonyms."
    )
    scale: float | None = Field(
        default=None,
        gt=0,
        description="Cache: factor on the cosine before the softmax [the model card's, else 100].",
    )
    n_bootstrap: int = Field(
        default=1000, ge=100, description="Bootstrap replicates of each confidence interval."
    )
    confidence: float = Field(
        default=0.95, gt=0.5, lt=1.0, description="Level of the confidence intervals."
    )
    csv: bool = Field(
        default=False, description="Also write predictions.csv in the published column layout."
    )

    @field_validator("fractions", "shots", "c", "k", "alpha", "beta", mode="before")
    @classmethod
    def _split(cls, values: Any) -> Any:
        return _words(values)

    @field_validator("fractions", "shots", "c", "k", "alpha", "beta")
    @classmethod
    def _ascending(cls, values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(sorted(set(values)))

    @field_validator("fractions")
    @classmethod
    def _shares(cls, values: tuple[float, ...]) -> tuple[float, ...]:
        if not values or not all(0 < value <= ALL for value in values):
            raise ValueError("each share is above 0 and at most 1, as in 0.01,0.1,1")
        return values

    @field_validator("shots", "k")
    @classmethod
    def _counts(cls, values: tuple[int, ...]) -> tuple[int, ...]:
        if not all(value >= 1 for value in values):
            raise ValueError("each number is 1 or more")
        return values

    @field_validator("c")
    @classmethod
    def _positive(cls, values: tuple[float, ...]) -> tuple[float, ...]:
        if not values or not all(value > 0 for value in values):
            raise ValueError("each strength is above 0, as in 0.01,0.1,1")
        return values

    @field_validator("alpha", "beta")
    @classmethod
    def _not_negative(cls, values: tuple[float, ...]) -> tuple[float, ...]:
        if not all(value >= 0 for value in values):
            raise ValueError("each value is 0 or more")
        return values
