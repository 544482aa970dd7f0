"""Settings of ``cutis audit data`` and ``cutis audit model``."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from cutis.config import ComputeConfig, DataConfig, InputConfig, RunConfig
from cutis.tasks.annotate.config import ConceptConfig


class AuditConfig(ComputeConfig, ConceptConfig, InputConfig, RunConfig, DataConfig):
    """Settings of both audits."""

    model: str = Field(
        default="cutis-tiny",
        description="Model that reads the concepts off the images, see 'cutis models list'.",
    )
    split: str | None = Field(
        default=None, description="Split to audit, or 'all' [all rows of the table]."
    )
    n_bootstrap: int = Field(
        default=1000, ge=100, description="Bootstrap replicates of each confidence interval."
    )
    confidence: float = Field(
        default=0.95, gt=0.5, lt=1.0, description="Level of the confidence intervals."
    )
    n_permutations: int = Field(
        default=9999, ge=99, description="Draws of the permutation test, used with groups."
    )
    top: int = Field(default=6, ge=0, le=24, description="Images shown of each group or cluster.")


class AuditDataConfig(AuditConfig):
    """Settings of ``cutis audit data``."""

    by: str = Field(
        default="label",
        description="Column that makes the groups: any of the table, or label, malignancy (by the "
        "dataset's card), sex, site, age, skin_tone, modality.",
    )
    a: str = Field(description="Value of the first group, or several as x,y.")
    b: str | None = Field(
        default=None, description="Value of the second group, or several [all other values]."
    )


class AuditModelConfig(AuditConfig):
    """Settings of ``cutis audit model``."""

    takes_positional: ClassVar[bool] = True

    predictions: Path = Field(
        description="Predictions to audit: a run directory, a predictions.parquet or a published "
        "CSV."
    )
    classes: str | None = Field(
        default=None,
        description="Class names of a published CSV in label order, as a,b,c or a card's name.",
    )
    cluster_model: str | None = Field(
        default=None,
        description="Model whose image features are clustered [the one that reads the concepts].",
    )
    n_components: int = Field(
        default=50, ge=1, description="Most principal components that are clustered."
    )
    n_clusters: int = Field(
        default=40, ge=2, description="Most clusters; fewer when they would be too small."
    )
    min_cluster: int = Field(
        default=10, ge=2, description="Fewest images of a cluster that is judged."
    )
