"""Settings of ``cutis annotate``, and those it shares with the audits."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from cutis.config import ComputeConfig, ManyConfig, VerbConfig


class ConceptConfig(VerbConfig):
    """Which concepts are asked for, in which words, and how their scores are made."""

    concepts: str | None = Field(
        default=None,
        description="Concepts: a bundled set (skincon, derm7pt, ph2, isic, dermoscopy, artefacts), "
        "a file (our YAML or a published ConceptTerms.json), or several joined by commas "
        "[the set made for the dataset, else the one whose columns the table has].",
    )
    only: str | None = Field(
        default=None, description="Names of the concepts to keep, as a,b,c [all]."
    )
    concept_templates: str | None = Field(
        default=None,
        description="Sentences for the concepts: a file, or dermoscopy or clinical "
        "[by the concepts' modality].",
    )
    variant: Literal["per-template", "flattened"] = Field(
        default="per-template",
        description="Whether each template is compared with its own reference and the scores are "
        "averaged, or all texts are averaged before a single comparison.",
    )
    temperature: str = Field(
        default="model",
        description="Divisor of the cosine difference: 'model' for that of the model, 'published' "
        "for 1/exp(4.5944), or a number.",
    )
    plain_names: bool = Field(
        default=False, description="Ask for every concept by its label alone, without synonyms."
    )

    @field_validator("temperature", mode="before")
    @classmethod
    def _known_temperature(cls, value: object) -> str:
        """Accept the two words, and positive numbers."""
        text = str(value).strip()
        if text in ("model", "published"):
            return text
        try:
            number = float(text)
        except ValueError:
            number = 0.0
        if not 0 < number < float("inf"):
            raise ValueError("must be 'model', 'published' or a positive number such as 0.02")
        return text


class AnnotateConfig(ComputeConfig, ConceptConfig, ManyConfig):
    """Settings of ``cutis annotate``."""

    split: str | None = Field(
        default=None,
        description="Split to annotate, or 'all' ['test' if the table has it, else all rows].",
    )
    min_positives: int = Field(
        default=1,
        ge=1,
        description="Fewest images with and without a concept for it to count in the mean.",
    )
    n_bootstrap: int = Field(
        default=1000, ge=100, description="Bootstrap replicates of each confidence interval."
    )
    confidence: float = Field(
        default=0.95, gt=0.5, lt=1.0, description="Level of the confidence intervals."
    )
    top: int = Field(
        default=6, ge=0, le=24, description="Images with the highest score shown per concept."
    )
    csv: bool = Field(default=False, description="Also write annotations.csv.")
